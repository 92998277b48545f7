// A field for a time zone, which offers those that the browser knows.

import { html } from "../core/dom.js";
import { timeIn } from "../core/format.js";
import { zones } from "../core/wall.js";
import { field } from "./form.js";

/**
 * @param {import("./form.js").Form<any>} form
 * @param {string} name
 * @param {import("./form.js").FieldOptions} options
 */
export function zoneField(form, name, options) {
  return field(form, name, options, ({ id, describedby, invalid }) => html`<input class="input" id=${id} name=${name} list="${id}-zones" autocomplete="off" spellcheck="false" ?required=${options.required} aria-describedby=${describedby} aria-invalid=${invalid}
    .value=${form.values.value[name] ?? ""} @input=${(/** @type {any} */ e) => form.set(name, e.target.value)}>
    <datalist id="${id}-zones">${zones().map((z) => html`<option value=${z}></option>`)}</datalist>`);
}

/** What the clocks show there; nothing where the browser does not know the zone. @param {string} zone */
export function clockOf(zone) {
  try {
    return timeIn(new Date(), zone);
  } catch {
    return "";
  }
}
