// An event type for those who read it only.

import { html } from "../core/dom.js";
import { money } from "../core/format.js";
import { minutesText } from "../ui/minutes.js";
import { questionType } from "../ui/questions.js";
import { modes, types } from "./meeting-types.js";

/** @param {import("./event-type-values.js").EventType} type */
export function eventTypeFacts(type) {
  const prices = Object.entries(type.amountOnDuration ?? {});
  const kind = types.find((t) => t.value === type.type);
  /** @type {[string, unknown][]} */
  const facts = [
    ["Type", html`${kind?.label}: ${kind?.hint}`],
    ["Durations", `${type.durations.join(", ")} minutes`],
    ["Hosts", type.agents.map((a) => a.name).join(", ")],
    ["Seats", type.maxAttendees],
    ["Price", prices.length === 0 ? "Free" : prices.map(([m, n]) => `${m} min: ${money(n, type.currencyCode ?? "")}`).join(", ")],
    ["Buffers", type.bufferBeforeMinutes + type.bufferAfterMinutes === 0 ? "None" : `${minutesText(type.bufferBeforeMinutes)} before, ${minutesText(type.bufferAfterMinutes)} after`],
    ["Booked", `${type.minimumNoticeMinutes === 0 ? "" : `At least ${minutesText(type.minimumNoticeMinutes)} before, `}${type.minimumNoticeMinutes === 0 ? "At" : "at"} most ${type.horizonDays} days ahead`],
    ["Where", [modes.find((m) => m.value === type.mode)?.label, type.modeNote].filter(Boolean).join(": ")],
    ["Booking pages", type.public ? "See it" : "Do not see it"],
    ["Reminders", type.reminders.map((r) => `${r.channel}, ${minutesText(r.beforeMinutes)} before`).join("; ") || "None"],
  ];
  return html`<dl class="facts lines">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
    <div><dt>Questions</dt><dd>${type.questions.length === 0 ? "None" : html`<ol class="stack tight">${type.questions.map((q) => html`<li>${q.question} <span class="muted small">${questionType(q.type)}${q.required ? ", has to be answered" : ""}${q.choices.length > 0 ? `: ${q.choices.join(", ")}` : ""}</span></li>`)}</ol>`}</dd></div>
  </dl>`;
}
