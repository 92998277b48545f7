// What the editor of a schedule holds, from and to what the server takes.

import { words } from "../core/format.js";
import { row, unkeyed } from "../ui/rows.js";

/**
 * @typedef {{ key: number, from: string, until: string }} WindowRow as inputs of type time hold it: an end of 24:00 is 00:00
 * @typedef {{ key: number, date: string, windows: WindowRow[] }} DateRow
 * @typedef {import("./agent-schedule.js").Schedule} Schedule
 */

export const weekdays = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];

const toRow = (/** @type {{ from: string, until: string }} */ w) => row({ from: w.from, until: w.until === "24:00" ? "00:00" : w.until });
const toWindow = (/** @type {WindowRow} */ w) => ({ ...unkeyed(w), until: w.until === "00:00" ? "24:00" : w.until });
const byStart = (/** @type {{ from: string }} */ a, /** @type {{ from: string }} */ b) => a.from.localeCompare(b.from);

/** @param {Schedule | null} schedule */
export function valuesOf(schedule) {
  const week = schedule?.weeklyHours ?? weekdays.slice(0, 5).map((weekday) => ({ weekday, from: "09:00", until: "17:00" }));
  const days = Object.fromEntries(weekdays.map((day) => [day, week.filter((w) => w.weekday === day).sort(byStart).map(toRow)]));
  const dates = [...(schedule?.dateOverrides ?? [])].sort((a, b) => a.date.localeCompare(b.date)).map((d) => row({ date: d.date, windows: d.windows.map(toRow) }));
  return { kind: schedule ? "hours" : "any", days: /** @type {Record<string, WindowRow[]>} */ (days), dates: /** @type {DateRow[]} */ (dates), schedule: null };
}

/**
 * In the order of the screen, which is what the server's errors count by.
 * @param {ReturnType<typeof valuesOf>} values
 */
export function inputOf({ kind, days, dates }) {
  if (kind === "any") return null;
  return {
    weeklyHours: weekdays.flatMap((weekday) => days[weekday].map((w) => ({ weekday, ...toWindow(w) }))),
    dateOverrides: dates.map((d) => ({ date: d.date, windows: d.windows.map(toWindow) })),
  };
}

/** One more window of a day, after those that are there. @param {WindowRow[]} windows */
export function dayWindows(windows) {
  const last = windows.at(-1)?.until ?? "";
  if (!last) return { from: "09:00", until: "17:00" };
  const hour = Number(last.slice(0, 2));
  if (last === "00:00" || hour >= 22) return { from: "", until: "" };
  const at = (/** @type {number} */ h) => `${String(h).padStart(2, "0")}:${last.slice(3)}`;
  return { from: at(hour + 1), until: at(Math.min(hour + 5, 23)) };
}

/** For reading. @param {Schedule} schedule */
export function daysWithHours({ weeklyHours, dateOverrides }) {
  const text = (/** @type {{ from: string, until: string }[]} */ windows, /** @type {string} */ none) => [...windows].sort(byStart).map((w) => `${w.from}–${w.until}`).join(", ") || none;
  return [
    ...weekdays.map((day) => ({ name: words(day), text: text(weeklyHours.filter((w) => w.weekday === day), "Off") })),
    ...[...dateOverrides].sort((a, b) => a.date.localeCompare(b.date)).map((d) => ({ name: d.date, text: text(d.windows, "Day off") })),
  ];
}
