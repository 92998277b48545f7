// The fields of an event type: the basics, and the sections that are folded.

import { html } from "../core/dom.js";
import { checkbox, radios, selectField, textArea, textField } from "../ui/form.js";
import { minutesText, spanField } from "../ui/minutes.js";
import { questionsEditor } from "../ui/questions.js";
import { priceFields } from "./event-type-price.js";
import { hostsField } from "./hosts-field.js";
import { modes, types } from "./meeting-types.js";
import { remindersEditor } from "./reminders.js";

/**
 * @typedef {import("../ui/form.js").Form<import("./event-type-values.js").Values>} TypeForm
 * @typedef {import("./event-type-values.js").EventType} EventType
 */

/**
 * @param {TypeForm} form
 * @param {{ id: string, name: string, email: string }[]} hosts
 * @param {EventType | null} type null: it is about to be made
 */
export function basics(form, hosts, type) {
  const v = form.values.value;
  return html`
    <div class="edit-cols top">
      ${textField(form, "name", { label: "Name", required: true, placeholder: "Intro call" })}
      ${textField(form, "slug", { label: "Slug", required: Boolean(type), placeholder: type ? "" : "made from the name", hint: null })}
    </div>
    ${!type && radios(form, "type", { label: "Type", required: true, options: types })}
    <div class="edit-cols top">
      ${textField(form, "durationMinutes", { label: "Duration in minutes", required: true, inputmode: "numeric" })}
      ${textField(form, "durations", { label: "Other durations", placeholder: "15, 60", inputmode: "text" })}
      ${v.type !== "SOLO" && textField(form, "maxAttendees", { label: "Seats", required: true, inputmode: "numeric" })}
    </div>
    ${hostsField(form, hosts, v.type === "SOLO" || v.type === "GROUP" ? "With several, a booking names one; else the first takes it." : null)}
    <div class="checks">
      ${checkbox(form, "active", { label: "Can be booked", hint: "Switched off, nobody books it; its meetings stay." })}
      ${checkbox(form, "public", { label: "Public", hint: "Booking pages see it." })}
    </div>`;
}

/** @param {TypeForm} form @param {EventType | null} type */
export function sections(form, type) {
  const v = form.values.value;
  const count = (/** @type {number} */ n, /** @type {string} */ one) => (n === 0 ? "None" : `${n} ${one}${n === 1 ? "" : "s"}`);
  return [
    section("When", whenText(type), html`
      ${textField(form, "slotIntervalMinutes", { label: "From one offered start to the next, in minutes", inputmode: "numeric", hint: "None: the duration.", class: "short" })}
      <div class="edit-cols top">
        ${spanField(form, "bufferBeforeMinutes", { label: "Buffer before", required: true })}
        ${spanField(form, "bufferAfterMinutes", { label: "Buffer after", required: true })}
      </div>
      <div class="edit-cols top">
        ${spanField(form, "minimumNoticeMinutes", { label: "Booked at least so long before", required: true })}
        ${textField(form, "horizonDays", { label: "Booked at most so many days ahead", required: true, inputmode: "numeric", class: "short" })}
      </div>
      ${spanField(form, "manageNoticeMinutes", { label: "Attendees cancel or move it themselves until", required: true, hint: "So long before the start. 0: until it begins." })}`),
    section("Where", v.modeNote || modes.find((m) => m.value === v.mode)?.label, html`
      ${selectField(form, "mode", { label: "Where it takes place", required: true, options: modes })}
      ${textArea(form, "modeNote", { label: "Note", rows: 2, placeholder: "The link, the address, or who calls whom", hint: "Attendees see it." })}`),
    section("Price", v.paid === "yes" ? `Paid${v.currencyCode ? `, in ${v.currencyCode}` : ""}` : "Free", priceFields(form)),
    section("Questions", count(v.questions.length, "question"), questionsEditor(form, "questions", { label: "Asked of each attendee who books", required: true })),
    section("Reminders", count(v.reminders.length, "reminder"), remindersEditor(form)),
  ];
}

/** @param {EventType | null} type */
function whenText(type) {
  if (!type) return "Any free time, up to a year ahead";
  const buffers = type.bufferBeforeMinutes + type.bufferAfterMinutes > 0 && `buffers of ${minutesText(type.bufferBeforeMinutes)} and ${minutesText(type.bufferAfterMinutes)}`;
  const notice = type.minimumNoticeMinutes > 0 && `${minutesText(type.minimumNoticeMinutes)} before`;
  const text = [notice, `up to ${type.horizonDays} days ahead`, buffers].filter(Boolean).join(", ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @param {string} title @param {unknown} now what is set, in short @param {unknown} content */
function section(title, now, content) {
  return html`<details><summary>${title} <span class="now">${now}</span></summary><div class="form">${content}</div></details>`;
}
