// Filters of a list: controls that stand for a part of the address's query.
//
//   html`<form class="filters" …>${selectFilter({ name: "status", label: "Status", options })}</form>`
//
// A change of one changes the address, and with it what the list loads.

import { html } from "../core/dom.js";
import { fromLocalInput, toLocalInput } from "../core/format.js";
import { place, replaceQuery } from "../core/router.js";

/** @param {string} name of the query */
const current = (name) => place.value.query.get(name) ?? "";

/**
 * @param {string} name of its id
 * @param {string} label
 * @param {unknown} control
 * @param {{ error?: string, class?: string }} [how]
 */
function field(name, label, control, { error, class: kind } = {}) {
  return html`<div class=${["field", kind]}><label for="filter-${name}">${label}</label>${control}${error && html`<div class="error" id="filter-${name}-error">${error}</div>`}</div>`;
}

/**
 * One of several, or any.
 * @param {{ name: string, label: string, any?: string, class?: string, options: { value: string, label: string }[] }} of any: what no choice is called
 */
export function selectFilter({ name, label, any = "Any", class: kind, options }) {
  const chosen = current(name);
  return field(name, label, html`<select class="input" id="filter-${name}" @change=${(/** @type {any} */ e) => replaceQuery({ [name]: e.target.value })}>
    ${[{ value: "", label: any }, ...options].map((o) => html`<option value=${o.value} .selected=${o.value === chosen}>${o.label}</option>`)}</select>`, { class: kind });
}

/**
 * A text, which counts once it is entered. check says what is wrong with it, or "".
 * @param {{ name: string, label: string, placeholder?: string, class?: string, check?: (text: string) => string, change?: (text: string) => void }} of
 *   change: what to do instead of setting it in the query
 */
export function textFilter({ name, label, placeholder, class: kind, check, change }) {
  const error = check?.(current(name)) ?? "";
  return field(name, label, html`<input class=${["input", kind]} id="filter-${name}" type="text" autocomplete="off" spellcheck="false" autocapitalize="off" placeholder=${placeholder}
    aria-invalid=${error ? "true" : null} aria-describedby=${error ? `filter-${name}-error` : null} .value=${current(name)}
    @change=${(/** @type {any} */ e) => (change ? change(e.target.value.trim()) : replaceQuery({ [name]: e.target.value.trim() }))}>`, { error });
}

/**
 * A moment, in the browser's time zone; in the address it is exact.
 * @param {{ name: string, label: string, id?: string }} of id: where another filter is of the same name
 */
export function timeFilter({ name, label, id = name }) {
  const at = current(name);
  const shown = at && !Number.isNaN(Date.parse(at)) ? toLocalInput(at) : "";
  return field(id, label, html`<input class="input" id="filter-${id}" type="datetime-local" .value=${shown} @change=${(/** @type {any} */ e) => replaceQuery({ [name]: fromLocalInput(e.target.value) })}>`);
}
