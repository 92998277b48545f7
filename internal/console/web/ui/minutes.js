// Spans of time in forms: the server counts them in minutes, people also in
// hours and days. A form's value is { n: "2", unit: "60" }.

import { html } from "../core/dom.js";
import { ApiError } from "../core/gql.js";
import { field } from "./form.js";

/** @typedef {{ n: string, unit: string }} Span */

const units = [
  { value: "1", one: "minute", many: "minutes" },
  { value: "60", one: "hour", many: "hours" },
  { value: "1440", one: "day", many: "days" },
];

/** In the largest unit that fits. @param {number | null | undefined} minutes @returns {Span} */
export function spanOf(minutes) {
  if (minutes === null || minutes === undefined) return { n: "", unit: "60" };
  const unit = minutes === 0 ? units[0] : units.findLast((u) => minutes % Number(u.value) === 0) ?? units[0];
  return { n: String(minutes / Number(unit.value)), unit: unit.value };
}

/**
 * @param {Span} span
 * @param {string} name of the field, for what is wrong with it
 * @throws {ApiError}
 */
export function minutesOf(span, name) {
  return wholeOf(span.n, name) * Number(span.unit);
}

/** 2 hours, 1 day. @param {number} minutes */
export function minutesText(minutes) {
  const { n, unit } = spanOf(minutes);
  const { one, many } = units.find((u) => u.value === unit) ?? units[0];
  return `${n} ${n === "1" ? one : many}`;
}

/**
 * The whole number that a field holds.
 * @param {string} text
 * @param {string} name
 * @throws {ApiError}
 */
export function wholeOf(text, name) {
  if (!/^\d{1,9}$/.test(text.trim())) throw new ApiError("a whole number is needed", { code: "BAD_USER_INPUT", field: name });
  return Number(text);
}

/**
 * @param {import("./form.js").Form<any>} form
 * @param {string} name
 * @param {import("./form.js").FieldOptions & { set?: (value: Span) => void, value?: Span }} options
 */
export function spanField(form, name, options) {
  const span = options.value ?? /** @type {Span} */ (form.values.value[name]);
  const set = (/** @type {Partial<Span>} */ change) => (options.set ?? ((value) => form.set(name, value)))({ ...span, ...change });
  return field(form, name, options, ({ id, describedby, invalid }) => html`<div class="span-input">
    <input class="input" id=${id} name=${name} inputmode="numeric" autocomplete="off" ?required=${options.required} aria-describedby=${describedby} aria-invalid=${invalid} .value=${span.n} @input=${(/** @type {any} */ e) => set({ n: e.target.value })}>
    <select class="input" aria-label=${`${options.label}: unit`} @change=${(/** @type {any} */ e) => set({ unit: e.target.value })}>${units.map((u) => html`<option value=${u.value} .selected=${u.value === span.unit}>${u.many}</option>`)}</select>
  </div>`);
}
