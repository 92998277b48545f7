// What the form of an event type holds, from and to what the server takes. Values
// have the names of the server's fields, which its errors name.

import { ApiError } from "../core/gql.js";
import { minutesOf, spanOf, wholeOf } from "../ui/minutes.js";
import { questionInputs, questionRows } from "../ui/questions.js";
import { row } from "../ui/rows.js";

/**
 * @typedef {{ channel: string, beforeMinutes: number }} Reminder
 * @typedef {{ key: number, channel: string, before: import("../ui/minutes.js").Span }} ReminderRow
 * @typedef {{
 *   id: string, name: string, slug: string, type: string, durationMinutes: number, durations: number[], slotIntervalMinutes: number | null,
 *   bufferBeforeMinutes: number, bufferAfterMinutes: number, minimumNoticeMinutes: number, horizonDays: number, maxAttendees: number,
 *   currencyCode: string | null, amountOnDuration: Record<string, number>, holdMinutes: number, refundNoticeMinutes: number | null,
 *   questions: import("../ui/questions.js").Question[], reminders: Reminder[], mode: string, modeNote: string | null, public: boolean,
 *   manageNoticeMinutes: number, active: boolean, archivedAt: string | null,
 *   agents: { id: string, name: string, email?: string, status: string }[],
 * }} EventType
 */

export const fields = `id name slug type durationMinutes durations slotIntervalMinutes bufferBeforeMinutes bufferAfterMinutes minimumNoticeMinutes horizonDays maxAttendees
  currencyCode amountOnDuration holdMinutes refundNoticeMinutes questions { question type required choices } reminders { channel beforeMinutes }
  mode modeNote public manageNoticeMinutes active archivedAt agents { id name email status }`;

/** What is made where nothing is said. @param {string} me @returns {Omit<EventType, "id" | "archivedAt">} */
export function defaults(me) {
  return {
    name: "", slug: "", type: "SOLO", durationMinutes: 30, durations: [30], slotIntervalMinutes: null, bufferBeforeMinutes: 0, bufferAfterMinutes: 0,
    minimumNoticeMinutes: 0, horizonDays: 365, maxAttendees: 1, currencyCode: null, amountOnDuration: {}, holdMinutes: 15, refundNoticeMinutes: null,
    questions: [], reminders: [], mode: "ONLINE", modeNote: null, public: true, manageNoticeMinutes: 0, active: true, agents: [{ id: me, name: "", status: "ACTIVE" }],
  };
}

/** @param {Omit<EventType, "id" | "archivedAt">} of */
export function valuesOf(of) {
  const prices = of.amountOnDuration ?? {};
  return {
    name: of.name, slug: of.slug, type: of.type, agentIds: of.agents.map((a) => a.id), hostSearch: "",
    durationMinutes: String(of.durationMinutes), durations: of.durations.filter((d) => d !== of.durationMinutes).join(", "),
    slotIntervalMinutes: of.slotIntervalMinutes === null ? "" : String(of.slotIntervalMinutes),
    bufferBeforeMinutes: spanOf(of.bufferBeforeMinutes), bufferAfterMinutes: spanOf(of.bufferAfterMinutes),
    minimumNoticeMinutes: spanOf(of.minimumNoticeMinutes), horizonDays: String(of.horizonDays), maxAttendees: String(of.maxAttendees),
    paid: Object.keys(prices).length > 0 ? "yes" : "no", currencyCode: of.currencyCode ?? "", amountOnDuration: Object.fromEntries(Object.entries(prices).map(([m, n]) => [m, String(n)])),
    holdMinutes: spanOf(of.holdMinutes), refunds: of.refundNoticeMinutes === null ? "no" : "yes", refundNoticeMinutes: spanOf(of.refundNoticeMinutes ?? 1440),
    questions: questionRows(of.questions), reminders: of.reminders.map((r) => /** @type {ReminderRow} */ (row({ channel: r.channel, before: spanOf(r.beforeMinutes) }))),
    mode: of.mode, modeNote: of.modeNote ?? "", public: of.public, manageNoticeMinutes: spanOf(of.manageNoticeMinutes), active: of.active,
  };
}

/** @typedef {ReturnType<typeof valuesOf>} Values */

/** The durations as far as they can be read, for the prices. @param {Values} values */
export function durationsOf({ durationMinutes, durations }) {
  const all = [durationMinutes, ...durations.split(/[\s,;]+/)].map((t) => t.trim()).filter((t) => /^\d{1,6}$/.test(t)).map(Number);
  return [...new Set(all)].sort((a, b) => a - b);
}

/**
 * What the server takes. Throws what a number's field should say.
 * @param {Values} v
 * @throws {ApiError}
 */
export function inputOf(v) {
  const first = wholeOf(v.durationMinutes, "durationMinutes");
  const others = v.durations.split(/[\s,;]+/).filter(Boolean).map((t) => wholeOf(t, "durations"));
  const durations = [first, ...others.filter((d) => d !== first)];
  const paid = v.paid === "yes";
  return {
    name: v.name, slug: v.slug.trim() || undefined, agentIds: v.agentIds, durationMinutes: first, durations,
    slotIntervalMinutes: v.slotIntervalMinutes.trim() ? wholeOf(v.slotIntervalMinutes, "slotIntervalMinutes") : null,
    bufferBeforeMinutes: minutesOf(v.bufferBeforeMinutes, "bufferBeforeMinutes"), bufferAfterMinutes: minutesOf(v.bufferAfterMinutes, "bufferAfterMinutes"),
    minimumNoticeMinutes: minutesOf(v.minimumNoticeMinutes, "minimumNoticeMinutes"), horizonDays: wholeOf(v.horizonDays, "horizonDays"),
    maxAttendees: v.type === "SOLO" ? 1 : wholeOf(v.maxAttendees, "maxAttendees"),
    currencyCode: paid ? v.currencyCode.trim().toUpperCase() || null : null,
    amountOnDuration: paid ? Object.fromEntries([...durations].sort((a, b) => a - b).map((d) => [d, amountOf(v.amountOnDuration[d] ?? "", `amountOnDuration.${d}`)])) : {},
    holdMinutes: minutesOf(v.holdMinutes, "holdMinutes"),
    refundNoticeMinutes: paid && v.refunds === "yes" ? minutesOf(v.refundNoticeMinutes, "refundNoticeMinutes") : null,
    questions: questionInputs(v.questions),
    reminders: v.reminders.map((r, i) => ({ channel: r.channel.trim(), beforeMinutes: minutesOf(r.before, `reminders.${i}.beforeMinutes`) })),
    mode: v.mode, modeNote: v.modeNote.trim() || null, public: v.public, manageNoticeMinutes: minutesOf(v.manageNoticeMinutes, "manageNoticeMinutes"), active: v.active,
  };
}

/** @param {string} text @param {string} field */
function amountOf(text, field) {
  const plain = text.trim().replace(",", ".");
  if (!/^\d+(\.\d+)?$/.test(plain)) throw new ApiError("a price such as 12.5 is needed, or 0", { code: "BAD_USER_INPUT", field });
  return Number(plain);
}

/** Of an input, what differs from before. @param {Record<string, any>} now @param {Record<string, any>} before */
export function changes(now, before) {
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])));
}
