// A question that needs more than yes or no before something is done.

import { html } from "../core/dom.js";
import { openDialog } from "./dialog.js";

/**
 * A dialog with a form: it is sent, or left as it is. What the server refuses
 * stands at the field, and the dialog stays.
 * @template {Record<string, any>} V
 * @param {import("./form.js").Form<V>} form
 * @param {{ title: string, content?: unknown, fields: () => unknown, action: string, danger?: boolean, run: (values: V) => Promise<unknown> }} of
 * @returns {Promise<boolean>} whether it was done
 */
export async function ask(form, { title, content, fields, action, danger = false, run }) {
  const done = await openDialog({
    title,
    content: (/** @type {(done?: boolean) => void} */ close) => html`<form class="form" novalidate @submit=${form.submit(async (values) => {
      await run(values);
      close(true);
    })}>
      ${content}
      ${form.summary()}
      ${fields()}
      <footer><button type="button" class="button" @click=${() => close(false)}>Keep as it is</button>${form.button(action, { danger })}</footer>
    </form>`,
  });
  return done === true;
}
