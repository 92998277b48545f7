// A routing form for those who read it only.

import { html } from "../core/dom.js";
import { questionType } from "../ui/questions.js";
import { destinationText } from "./routing-destination.js";
import { operatorText } from "./routing-form-values.js";

/**
 * @param {import("./routing-form-values.js").RoutingForm} form
 * @param {import("./routing-destination.js").Target[]} targets
 */
export function routingFormFacts(form, targets) {
  return html`<div class="stack loose">
    <section class="stack tight"><h2>Questions</h2><ol class="rows">${form.questions.map((q) => html`<li><strong>${q.question}</strong> <span class="muted small">${questionType(q.type)}${q.required ? ", has to be answered" : ""}${q.choices.length > 0 ? `: ${q.choices.join(", ")}` : ""}</span></li>`)}</ol></section>
    <section class="stack tight"><h2>Routes</h2>
      ${form.routes.length === 0 ? html`<p class="muted">None: everybody comes to the fallback.</p>` : html`<ol class="rows">${form.routes.map((r) => html`<li class="edit-row">
        <p>${r.conditions.length === 0 ? "Everybody" : r.conditions.map((c, i) => html`${i > 0 && (r.match === "ANY" ? " or " : " and ")}<strong>${c.question}</strong> ${operatorText(c.operator)} ${c.value && html`<strong>${c.value}</strong>`}`)}</p>
        <p>${destinationText(r.destination, targets)}</p></li>`)}</ol>`}
    </section>
    <section class="stack tight"><h2>Fallback</h2><p>${destinationText(form.fallback, targets)}</p></section>
  </div>`;
}
