// What an event type offers and costs, in words.

import { html } from "../core/dom.js";
import { money, typeName } from "../core/format.js";
import { clock, longDay, minutes } from "../core/wall.js";

/**
 * @typedef {{
 *   id: string, name: string, type: string, durationMinutes: number, durations: number[], maxAttendees: number, holdMinutes: number, currencyCode: string | null,
 *   amountOnDuration: Record<string, number>, questions: import("./book-attendees.js").Question[], agents: { id: string, name: string, timeZone: string, status: string }[],
 * }} EventType
 */

/** @param {EventType} type @param {number} length in minutes */
const amountOf = (type, length) => Number(type.amountOnDuration[length] ?? 0);

/** What a duration costs; empty where it is free. @param {EventType} type @param {number} length in minutes */
export const price = (type, length) => (amountOf(type, length) > 0 ? money(amountOf(type, length), type.currencyCode ?? "") : "");

/** What it is, in a line. @param {EventType} type */
export function about(type) {
  const prices = [...new Set(type.durations.map((m) => price(type, m)).filter(Boolean))];
  const each = type.type === "GROUP" ? " for each seat" : "";
  return [
    typeName(type.type), `with ${type.agents.map((a) => a.name).join(", ")}`,
    type.durations.length === 1 && minutes(type.durations[0]),
    type.maxAttendees > 1 && `up to ${type.maxAttendees} attendees`,
    prices.length > 0 && prices.join(" or ") + each,
  ].filter(Boolean).join(" · ");
}

/**
 * What will be booked, in a sentence.
 * @param {EventType} type
 * @param {import("../ui/slot-picker.js").Choice} choice
 * @param {number} seats
 */
export function summary(type, { start, durationMinutes }, seats) {
  if (!start) return html`<span class="muted">Choose a time.</span>`;
  const amount = amountOf(type, durationMinutes) * (type.type === "GROUP" ? seats : 1);
  const cost = amount > 0 && html` It costs ${money(amount, type.currencyCode ?? "")}, and is held for ${minutes(type.holdMinutes)} until that is paid.`;
  return html`<strong>${type.name}</strong>, ${longDay(start)}, ${clock(start)} in your time zone, ${minutes(durationMinutes)}.${cost}`;
}
