// What a token is for: areas, each of which it may read, or read and change.

import { html } from "../core/dom.js";
import { may } from "../core/session.js";
import { groupOf } from "../ui/form.js";

/** @typedef {Record<string, "" | "READ" | "WRITE">} Chosen by area; "": nothing */

export const areas = [
  { value: "MEETINGS", label: "Meetings", hint: "Attendees, payments, free times, and events as they happen" },
  { value: "EVENT_TYPES", label: "Event types", hint: "Reading meetings or routing forms includes reading them" },
  { value: "AGENTS", label: "Agents", hint: "Reading meetings, event types or routing forms includes reading them" },
  { value: "WEBHOOKS", label: "Webhooks and deliveries", hint: "Their messages hold meetings" },
  { value: "ROUTING_FORMS", label: "Routing forms", hint: "And what was submitted" },
  { value: "ACCESS", label: "Access", hint: "Tokens, publishable keys, identity providers, the audit log" },
];

/** The scopes of a choice. @param {Chosen} chosen */
export function scopesOf(chosen) {
  return areas.filter((a) => chosen[a.value]).map((a) => `${a.value}_${chosen[a.value]}`);
}

/** In words, an area once: Meetings: read and write. @param {string[]} scopes */
export function scopeTexts(scopes) {
  return areas.flatMap((a) => {
    const write = scopes.includes(`${a.value}_WRITE`);
    return write || scopes.includes(`${a.value}_READ`) ? [`${a.label}: ${write ? "write" : "read"}`] : [];
  });
}

/**
 * A choice for each area, of what the viewer's own token is for.
 * @param {import("../ui/form.js").Form<any>} form
 * @param {string} name of a value that is Chosen
 * @param {{ label: string, hint?: string }} options
 */
export function scopesField(form, name, options) {
  /** @type {Chosen} */
  const chosen = form.values.value[name];
  return groupOf(form, name, { ...options, required: true }, areas.filter((a) => may(`${a.value}_READ`)).map((area) => {
    const at = `${form.id(name)}-${area.value}`;
    const levels = [{ value: "", label: "None" }, { value: "READ", label: "Read" }, ...(may(`${area.value}_WRITE`) ? [{ value: "WRITE", label: "Read and write" }] : [])];
    return html`<div class="scope" role="radiogroup" aria-labelledby="${at}" aria-describedby="${at}-hint">
      <div class="grow"><div class="scope-name" id=${at}>${area.label}</div><div class="hint small muted" id="${at}-hint">${area.hint}</div></div>
      <div class="choice">${levels.map((l) => html`<label><input type="radio" name=${at} value=${l.value} .checked=${(chosen[area.value] ?? "") === l.value} @change=${() => form.set(name, { ...form.values.peek()[name], [area.value]: l.value })}>${l.label}</label>`)}</div>
    </div>`;
  }));
}
