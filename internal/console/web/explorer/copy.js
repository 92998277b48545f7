// A button that copies what is made when it is pressed.

import { html } from "../core/dom.js";
import { toast } from "../ui/dialog.js";
import { icon } from "../ui/icon.js";
import { copyText } from "../ui/parts.js";

/**
 * @param {string} label
 * @param {() => string} text
 * @param {() => void} [done] in place of saying that it is copied
 */
export function copyButton(label, text, done = () => toast("Copied.")) {
  return html`<button type="button" class="button quiet small" @click=${async () => {
    await copyText(text());
    done();
  }}>${icon("copy")} ${label}</button>`;
}
