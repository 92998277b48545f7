// How a page submits to a routing form, without any key.

import { html } from "../core/dom.js";
import { base } from "../core/gql.js";
import { code } from "../ui/code.js";

/** @type {Record<string, (q: import("../ui/questions.js").Question) => string>} an answer that fits */
const examples = {
  TEXT: () => "…", NUMBER: () => "12", CHOICE: (q) => q.choices[0] ?? "", EMAIL: () => "ana@example.org", PHONE: () => "+34 600 000 000",
};

/** @param {import("./routing-form-values.js").RoutingForm} form */
export function usage(form) {
  const url = new URL(`routing_forms/${form.id}/submissions`, base).href;
  const answers = form.questions.map((q) => ({ question: q.question, answer: examples[q.type]?.(q) ?? "…" }));
  const body = JSON.stringify({ answers }, null, 2);
  const page = `const answer = await fetch(${JSON.stringify(url)}, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(${body.replaceAll("\n", "\n  ")}),
});
const { resource } = await answer.json();
switch (resource.result.type) {
  case "external_url": location.href = resource.result.value; break;
  case "custom_message": showMessage(resource.result.value); break;
  case "event_type": showBooking(resource.result.value); break;
}`;
  const shell = `curl -s ${url} \\\n  -H 'Content-Type: application/json' \\\n  -d '${JSON.stringify({ answers }).replaceAll("'", "'\\''")}'`;
  return html`<h2>Use it in your page</h2>
    <p>Write the questions into your page, letter by letter as they are here, and post the answers. It needs no token.</p>
    <h3>Address</h3>${code(url, { label: "Address that takes submissions" })}
    <h3>In a page</h3>${code(page, { label: "Example in JavaScript", grammar: "code" })}
    <h3>In a terminal</h3>${code(shell, { label: "Example with curl" })}`;
}
