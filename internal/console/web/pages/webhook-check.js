// Goes through the steps of verifying a message that a receiver got, and says
// which of them fails.

import { html } from "../core/dom.js";
import { fromLocalInput, words } from "../core/format.js";
import { ApiError, query } from "../core/gql.js";
import { signal } from "../core/signal.js";
import { View } from "../core/view.js";
import { Form, textArea, textField } from "../ui/form.js";
import { badge, note } from "../ui/parts.js";
import { prose } from "../ui/prose.js";

/** @typedef {{ valid: boolean, steps: { name: string, passed: boolean, detail: string }[] }} Check */

const check = `query ($input: CheckSignatureInput!) { checkSignature(input: $input) { valid steps { name passed detail } } }`;

class SignatureCheck extends View {
  #form = new Form({ headers: "", body: "", secret: "", receivedAt: "" });
  #result = signal(/** @type {Check | null} */ (null));

  view() {
    const form = this.#form;
    return html`<details>
      <summary>Check a signature that your program refuses</summary>
      <form class="form in-details" novalidate @submit=${form.submit((v) => this.#check(v))}>
        <p>Paste a message as your receiver got it. Nothing of it is kept.</p>
        ${form.summary()}
        ${textArea(form, "headers", { label: "Headers", required: true, mono: true, rows: 4, placeholder: "webhook-id: evt_…\nwebhook-timestamp: 1796000000\nwebhook-signature: v1,…", hint: "One in a line." })}
        ${textArea(form, "body", { label: "Body", required: true, mono: true, rows: 5, hint: "Byte for byte: not indented, and without a line end that was not there." })}
        ${textField(form, "secret", { label: "Secret token", required: true, class: "mono", hint: "The one that the receiver uses." })}
        ${textField(form, "receivedAt", { label: "When it came", type: "datetime-local", class: "date", step: 1, hint: "Of a message that you have kept. Empty: just now." })}
        <div class="form-actions">${form.button("Check signature")}</div>
        <div role="status">${this.#result.value && shown(this.#result.value)}</div>
      </form>
    </details>`;
  }

  /** @param {{ headers: string, body: string, secret: string, receivedAt: string }} v */
  async #check(v) {
    this.#result.value = null;
    const input = { headers: parsed(v.headers), body: v.body, secret: v.secret, receivedAt: fromLocalInput(v.receivedAt) };
    this.#result.value = (await query(check, { input })).checkSignature;
  }
}
customElements.define("s-signature-check", SignatureCheck);

/**
 * "name: value" in each line, a list of values where a name comes several times.
 * @param {string} text
 */
function parsed(text) {
  /** @type {Record<string, string[]>} */
  const headers = Object.create(null); // a header may be called constructor
  for (const line of text.split("\n").filter((l) => l.trim())) {
    const at = line.indexOf(":");
    if (at < 1) throw new ApiError(`“${line.trim().slice(0, 60)}” is not a header: write one in a line, as name: value`, { field: "headers" });
    (headers[line.slice(0, at).trim()] ??= []).push(line.slice(at + 1).trim());
  }
  return headers;
}

/** @param {Check} result */
function shown({ valid, steps }) {
  return html`<div class="stack tight">
    ${note(valid ? "ok" : "bad", html`<p><strong>${valid ? "The signature is valid." : "The signature is not valid."}</strong></p>`)}
    <ol class="timeline">${steps.map((s) => html`<li class=${s.passed ? "ok" : "bad"}><div class="row"><strong>${words(s.name)}</strong> ${badge(s.passed ? "Passed" : "Failed", s.passed ? "ok" : "bad")}</div><div class="small break">${prose(s.detail)}</div></li>`)}</ol>
  </div>`;
}
