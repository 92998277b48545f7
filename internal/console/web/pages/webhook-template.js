// The payload template of a webhook's form, and what it makes of an event.

import { html } from "../core/dom.js";
import { triggerName, triggerNames } from "../core/format.js";
import { ApiError, query } from "../core/gql.js";
import { signal } from "../core/signal.js";
import { json } from "../ui/code.js";
import { textArea } from "../ui/form.js";
import { problem, sentence } from "../ui/parts.js";

/** @typedef {{ eventId: string | null, body: string, input: string }} Made */

const preview = `query ($input: PreviewPayloadTemplateInput!) { previewPayloadTemplate(input: $input) { eventId body input } }`;

const placeholder = `{"text": "{{ meetData.eventName }} was booked"}`;

export class TemplatePreview {
  #trigger = signal("");
  #busy = signal(false);
  #made = signal(/** @type {Made | null} */ (null));
  #failed = signal(/** @type {Error | null} */ (null));

  /**
   * @param {import("../ui/form.js").Form<import("./webhook-values.js").Values>} form
   * @param {string} format
   */
  field(form, format) {
    const id = form.id("previewTrigger");
    const written = form.values.value.payloadTemplate.trim() !== "";
    const trigger = this.#trigger.value || form.values.value.triggers[0] || "MEETING_BOOKED";
    return html`<div class="stack tight">
      ${textArea(form, "payloadTemplate", { label: "Payload template", mono: true, rows: 8, placeholder, hint: "JSON whose texts may hold {{ expressions }} over the format's body: it is sent instead. Empty: the format's own bodies." })}
      ${written && html`<div class="row">
        <label for=${id} class="small">Try it on</label>
        <select id=${id} class="input fit" @change=${(/** @type {any} */ e) => (this.#trigger.value = e.target.value)}>${Object.keys(triggerNames).map((t) => html`<option value=${t} .selected=${t === trigger}>${triggerName(t)}</option>`)}</select>
        <button type="button" class="button small" aria-busy=${this.#busy.value ? "true" : null} ?disabled=${this.#busy.value} @click=${() => void this.#try(form, format, trigger)}>Preview</button>
      </div>`}
      <div role="status">${written && this.#made.value && shown(this.#made.value)}</div>
      ${this.#failed.value && problem(this.#failed.value)}
    </div>`;
  }

  /** @param {import("../ui/form.js").Form<any>} form @param {string} format @param {string} trigger */
  async #try(form, format, trigger) {
    this.#busy.value = true;
    this.#failed.value = this.#made.value = null;
    form.errors.value = { ...form.errors.peek(), payloadTemplate: "" };
    try {
      const input = { payloadTemplate: form.values.peek().payloadTemplate, format, trigger };
      this.#made.value = (await query(preview, { input })).previewPayloadTemplate;
    } catch (cause) {
      const error = /** @type {Error} */ (cause);
      if (error instanceof ApiError && error.field === "payloadTemplate") form.errors.value = { ...form.errors.peek(), payloadTemplate: sentence(error.message) };
      else this.#failed.value = error;
    }
    this.#busy.value = false;
  }
}

/** @param {Made} made */
function shown({ eventId, body, input }) {
  return html`<div class="stack tight">
    <p class="small muted">${eventId ? html`Of the newest such event, <code>${eventId}</code>:` : "Of a sample, as there is no such event yet:"}</p>
    ${json(body, "What would be sent")}
    <details><summary class="small">What expressions are over</summary>${json(input, "The body of the format")}</details>
  </div>`;
}
