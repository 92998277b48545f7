// Settings, Webhooks: the form that creates one, and edits one.

import { html } from "../core/dom.js";
import { triggerNames } from "../core/format.js";
import { query } from "../core/gql.js";
import { href } from "../core/router.js";
import { leads } from "../core/session.js";
import { signal } from "../core/signal.js";
import { drawn } from "../core/view.js";
import { toast } from "../ui/dialog.js";
import { checkbox, checkboxes, Form, textField } from "../ui/form.js";
import { pageHead } from "../ui/parts.js";
import { Page } from "./page.js";
import { advanced } from "./webhook-advanced.js";
import { created } from "./webhook-created.js";
import { EventTypes } from "./webhook-event-types.js";
import { webhookFields } from "./webhook-parts.js";
import { TemplatePreview } from "./webhook-template.js";
import { createInput, updateInput, valuesOf } from "./webhook-values.js";

/** @typedef {import("./webhook-parts.js").Webhook} Webhook */
/** @typedef {import("./webhook-values.js").Values} Values */

class WebhookForm extends Page {
  /** @type {import("../core/signal.js").Signal<Webhook | null>} */
  #webhook = signal(/** @type {Webhook | null} */ (null));
  /** @type {import("../core/signal.js").Signal<Form<Values> | null>} */
  #form = signal(/** @type {Form<Values> | null} */ (null));
  /** @type {import("../core/signal.js").Signal<{ webhook: Webhook, secret: string | null } | null>} */
  #created = signal(/** @type {{ webhook: Webhook, secret: string | null } | null} */ (null));
  #eventTypes = new EventTypes();
  #preview = new TemplatePreview();

  connected() {
    const { id } = this.params.peek();
    void this.load(async () => {
      const [answer] = await Promise.all([id && query(`query ($id: ID!) { webhook(id: $id) { ${webhookFields} } }`, { id }), this.#eventTypes.load()]);
      this.#webhook.value = answer ? answer.webhook : null;
      this.#form.value = new Form(valuesOf(this.#webhook.value, leads()));
    });
    const leaving = (/** @type {BeforeUnloadEvent} */ event) => this.#dirty() && event.preventDefault();
    addEventListener("beforeunload", leaving);
    this.own(() => removeEventListener("beforeunload", leaving));
  }

  #dirty() {
    const form = this.#form.peek();
    return form !== null && this.#created.peek() === null && Object.keys(form.changed()).length > 0;
  }

  view() {
    this.classList.add("narrow");
    if (this.#created.value) return created(this.#created.value);
    const { id } = this.params.value;
    const back = id ? { path: `/settings/webhooks/${id}`, text: "Webhook" } : { path: "/settings/webhooks", text: "Webhooks" };
    return html`
      ${pageHead({ title: id ? "Edit webhook" : "Create webhook", back, text: id && this.#webhook.value?.subscriberUrl })}
      ${this.shown(this.#form.value, (form) => this.#fields(form, back.path))}`;
  }

  /** @param {Form<Values>} form @param {string} back */
  #fields(form, back) {
    const webhook = this.#webhook.value;
    return html`<form class="card form" novalidate aria-label=${webhook ? "Webhook" : "New webhook"} @submit=${form.submit(webhook ? () => this.#update(form, webhook) : () => this.#create(form))}>
      ${form.summary()}
      ${textField(form, "subscriberUrl", { label: "Subscriber URL", required: true, type: "url", inputmode: "url", placeholder: "https://hooks.example.com/meetings", hint: "Your program's address. It gets a POST request for each event." })}
      ${checkboxes(form, "triggers", { label: "Event triggers", required: true, hint: "What it is told of.", options: triggers() })}
      ${this.#eventTypes.fields(form)}
      ${!webhook && html`<div class="stack tight">
        ${!form.values.value.unsigned && textField(form, "secret", { label: "Secret token", class: "mono", hint: "Messages are signed with it, so that your program can tell that they are genuine. Leave it empty, and one is made for you." })}
        ${checkbox(form, "unsigned", { label: "Do not sign messages", hint: "Then your program cannot tell who has sent them." })}
      </div>`}
      ${advanced(form, webhook, this.#preview)}
      <div class="form-actions">${form.button("Save")}<a class="button" href=${href(back)}>Cancel</a></div>
    </form>`;
  }

  /** @param {Form<Values>} form */
  async #create(form) {
    const { createWebhook } = await query(`mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret webhook { ${webhookFields} } } }`, { input: createInput(form.values.peek()) });
    this.#created.value = createWebhook;
    this.called("Webhook created");
    scrollTo(0, 0);
    await drawn();
    await drawn();
    this.querySelector("h1")?.focus();
  }

  /** @param {Form<Values>} form @param {Webhook} webhook */
  async #update(form, webhook) {
    const input = updateInput(form.values.peek(), valuesOf(webhook, leads()));
    if (Object.keys(input).length > 0) {
      await query(`mutation ($id: ID!, $input: UpdateWebhookInput!) { updateWebhook(id: $id, input: $input) { id } }`, { id: webhook.id, input });
    }
    toast(Object.keys(input).length > 0 ? "Webhook saved." : "Nothing was changed.");
    this.goOn(`/settings/webhooks/${webhook.id}`);
  }
}
customElements.define("page-webhook-form", WebhookForm);

// Forms are for those who lead, and have nothing to do with event types.
function triggers() {
  return Object.entries(triggerNames)
    .filter(([value]) => value !== "ROUTING_FORM_SUBMITTED" || leads())
    .map(([value, label]) => ({ value, label, hint: value === "ROUTING_FORM_SUBMITTED" ? "Only of the whole organization, and of all event types." : undefined }));
}
