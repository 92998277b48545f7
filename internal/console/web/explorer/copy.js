// A button that copies what is made when it is pressed.

import { html } from "../core/dom.js";
import { toast } from "../ui/dialog.js";
import { icon } from "../ui/icon.js";

/**
 * @param {string} label
 * @param {() => string} text
 * @param {() => void} [done] in place of saying that it is copied
 */
export function copyButton(label, text, done = () => toast("Copied.")) {
  return html`<button type="button" class="button quiet small" @click=${async () => {
    await write(text());
    done();
  }}>${icon("copy")} ${label}</button>`;
}

// Without TLS, other than on this machine, browsers have no clipboard for pages.
/** @param {string} text */
async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
