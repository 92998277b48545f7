// The parts of a page that has several, each with an address of its own (links, and
// no tabs in the sense of ARIA), and filters of a few values.

import { html } from "../core/dom.js";
import { href } from "../core/router.js";

/**
 * @param {string} label for screen readers
 * @param {string} here the name of the one that is shown
 * @param {{ name: string, label: string, path: string }[]} all
 */
export function tabs(label, here, all) {
  return html`<nav class="tabs" aria-label=${label}>${all.map((t) => html`<a href=${href(t.path)} aria-current=${t.name === here ? "page" : null}>${t.label}</a>`)}</nav>`;
}

/**
 * A filter of a few values, as a row of buttons.
 * @param {string} label for screen readers
 * @param {string} here
 * @param {{ value: string, label: string }[]} all
 * @param {(value: string) => void} choose
 */
export function filterChoice(label, here, all, choose) {
  return html`<div><div class="choice" role="group" aria-label=${label}>${all.map((o) => html`<button type="button" aria-pressed=${o.value === here ? "true" : "false"} @click=${() => choose(o.value)}>${o.label}</button>`)}</div></div>`;
}
