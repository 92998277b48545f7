// <s-routing-try .form=${…} .targets=${…}>: answers the questions as a visitor
// does. That is a submission like any other, and says so.

import { html } from "../core/dom.js";
import { query } from "../core/gql.js";
import { signal } from "../core/signal.js";
import { View } from "../core/view.js";
import { Form, selectField, textField } from "../ui/form.js";
import { note } from "../ui/parts.js";
import { destinationText } from "./routing-destination.js";

/** @typedef {import("./routing-form-values.js").RoutingForm} RoutingForm */

class RoutingTry extends View {
  form = signal(/** @type {RoutingForm | null} */ (null));
  targets = signal(/** @type {import("./routing-destination.js").Target[]} */ ([]));
  #led = signal(/** @type {import("./routing-form-values.js").Destination | null} */ (null));
  #answers = new Form(/** @type {Record<string, string>} */ ({}));

  view() {
    const form = this.form.value;
    if (!form) return null;
    const answers = this.#answers;
    return html`<section class="card stack" aria-labelledby="routing-try"><h2 id="routing-try">Try it</h2>
      ${note("info", "A test answer is kept among the submissions, and told to webhooks that chose Routing Form Submitted. Its tracking says that it is a test.")}
      ${form.status === "DRAFT" ? html`<p class="muted">A draft takes no submissions. Publish the form to try it.</p>` : html`<form class="form" novalidate @submit=${answers.submit((v) => this.#send(form, v))}>
        ${answers.summary()}
        ${form.questions.map((q) => question(answers, q))}
        <div class="form-actions">${answers.button("Submit a test answer")}</div>
      </form>`}
      <div role="status">${this.#led.value && note("ok", html`<p>It leads to:</p><p>${destinationText(this.#led.value, this.targets.value)}</p>`)}</div>
    </section>`;
  }

  /** @param {RoutingForm} form @param {Record<string, string>} values */
  async #send(form, values) {
    this.#led.value = null;
    const given = form.questions.filter((q) => (values[q.id] ?? "").trim());
    try {
      const data = await query(`mutation ($input: SubmitRoutingFormInput!) { submitRoutingForm(input: $input) { result { type value } } }`, {
        input: { routingFormId: form.id, answers: given.map((q) => ({ questionId: q.id, answer: values[q.id].trim() })), tracking: { source: "console-test" } },
      });
      this.#led.value = data.submitRoutingForm.result;
    } catch (error) {
      // answers.0.answer is the first of those that are sent, and our fields are named after questions
      const refused = /** @type {import("../core/gql.js").ApiError} */ (error);
      const at = /^answers\.(\d+)/.exec(refused.field ?? "")?.[1];
      if (at) refused.field = given[Number(at)]?.id ?? "";
      throw refused;
    }
  }
}
customElements.define("s-routing-try", RoutingTry);

/** @param {Form<any>} form @param {RoutingForm["questions"][number]} q */
function question(form, q) {
  const kinds = /** @type {Record<string, { type?: string, inputmode?: string }>} */ ({ NUMBER: { inputmode: "decimal" }, EMAIL: { type: "email" }, PHONE: { type: "tel" } });
  if (q.type !== "CHOICE") return textField(form, q.id, { label: q.question, required: q.required, ...kinds[q.type] });
  return selectField(form, q.id, { label: q.question, required: q.required, options: [{ value: "", label: "No answer" }, ...q.choices.map((c) => ({ value: c, label: c }))] });
}
