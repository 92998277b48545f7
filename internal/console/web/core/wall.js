// Wall time in any zone: the days and times that people say, and the instants
// that are meant by them. Days are written 2026-11-22, as inputs have them.

import { language as english, zone as here } from "./format.js";

const day = 86_400_000;

/** @type {Map<string, Intl.DateTimeFormat>} made once for each zone and shape: that is what costs */
const formats = new Map();

/**
 * @param {string} timeZone
 * @param {Intl.DateTimeFormatOptions} options
 * @param {string} [language]
 */
function format(timeZone, options, language = english) {
  const key = JSON.stringify([timeZone, options, language]);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(language, { ...options, timeZone });
    formats.set(key, found);
  }
  return found;
}

/**
 * The parts of an instant's wall time, as numbers in text: 2026-11-22T09:30.
 * @param {string | Date} at
 * @param {string} [timeZone] an IANA name; none: the browser's
 */
export function wallOf(at, timeZone = here) {
  const shape = /** @type {const} */ ({ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const parts = Object.fromEntries(format(timeZone, shape, "en-US").formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
  return `${parts.year.padStart(4, "0")}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

/** The day that it is then: 2026-11-22. @param {string | Date} at @param {string} [timeZone] */
export const dateIn = (at, timeZone = here) => wallOf(at, timeZone).slice(0, 10);

/**
 * The instant of a wall time. One that comes twice is the first; one that is
 * skipped is moved on by as much as the clocks are.
 * @param {string} wall 2026-11-22T09:30, or a day: its midnight
 * @param {string} [timeZone]
 * @returns {Date | null} null where it is no time
 */
export function instantOf(wall, timeZone = here) {
  // an address can hold anything, and what else looks like a time is not the same to all browsers
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d|$)/.test(wall)) return null;
  const meant = Date.parse(`${wall.length === 10 ? `${wall}T00:00` : wall.slice(0, 16)}Z`);
  if (Number.isNaN(meant)) return null;
  const offset = (/** @type {number} */ at) => Date.parse(`${wallOf(new Date(at), timeZone)}Z`) - Math.floor(at / 60_000) * 60_000;
  const before = meant - offset(meant - day); // by the clocks of the day before
  const after = meant - offset(meant + day);
  return new Date([before, after].find((at) => at + offset(at) === meant) ?? before);
}

/** The day so many days later. @param {string} date @param {number} days */
export function addDays(date, days) {
  return new Date(Date.parse(`${date}T00:00Z`) + days * day).toISOString().slice(0, 10);
}

/** A day's shape for people, whatever zone it is in. @param {string} date @param {Intl.DateTimeFormatOptions} shape */
export const dateAs = (date, shape) => format("UTC", shape).format(new Date(`${date}T00:00Z`));

/**
 * Today, Tomorrow, Yesterday or Mon, Nov 23; with the year where it is not this one.
 * @param {string} date
 * @param {string} [today]
 */
export function dayName(date, today = dateIn(new Date())) {
  /** @type {Record<string, string>} */
  const near = { [today]: "Today", [addDays(today, 1)]: "Tomorrow", [addDays(today, -1)]: "Yesterday" };
  return near[date] ?? dayWithDate(date, today);
}

/** Mon, Nov 23. @param {string} date @param {string} [today] */
export function dayWithDate(date, today = dateIn(new Date())) {
  return dateAs(date, { weekday: "short", month: "short", day: "numeric", ...(date.slice(0, 4) === today.slice(0, 4) ? {} : { year: "numeric" }) });
}

/** 9:30 AM. @param {string | Date} at @param {string} [timeZone] */
export const clock = (at, timeZone = here) => format(timeZone, { timeStyle: "short" }).format(new Date(at));

/** Sunday, November 22, 2026. @param {string | Date} at @param {string} [timeZone] */
export const longDay = (at, timeZone = here) => format(timeZone, { dateStyle: "full" }).format(new Date(at));

/** 9:30 – 10:30 AM. @param {string} start @param {string} end @param {string} [timeZone] */
export function span(start, end, timeZone = here) {
  const same = dateIn(start, timeZone) === dateIn(end, timeZone);
  if (same) return format(timeZone, { timeStyle: "short" }).formatRange(new Date(start), new Date(end));
  return `${clock(start, timeZone)} – ${clock(end, timeZone)}`;
}

/** GMT+1. @param {string} timeZone @param {string | Date} [at] */
export function offsetName(timeZone, at = new Date()) {
  return format(timeZone, { timeZoneName: "shortOffset" }, "en-US").formatToParts(new Date(at)).find((part) => part.type === "timeZoneName")?.value ?? "";
}

/** Whether the clocks of two zones show the same then. @param {string} one @param {string} other @param {string} at */
export const sameClock = (one, other, at) => wallOf(at, one) === wallOf(at, other);

/** Whether the browser knows a zone. @param {string} timeZone */
export function knows(timeZone) {
  try {
    return Boolean(format(timeZone, { timeStyle: "short" }));
  } catch {
    return false;
  }
}

/** Zones that some browsers list under the name that they had. @type {Record<string, string>} */
const renamed = {
  "America/Buenos_Aires": "America/Argentina/Buenos_Aires", "America/Godthab": "America/Nuuk", "Asia/Calcutta": "Asia/Kolkata", "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon", "Asia/Saigon": "Asia/Ho_Chi_Minh", "Atlantic/Faeroe": "Atlantic/Faroe", "Europe/Kiev": "Europe/Kyiv", "Pacific/Truk": "Pacific/Chuuk",
};

/** All zones, the browser's and the given ones first. @param {string[]} [first] */
export function zones(first = []) {
  const all = Intl.supportedValuesOf("timeZone").map((name) => (renamed[name] && knows(renamed[name]) ? renamed[name] : name)).sort();
  return [...new Set([here, ...first.filter(knows), "UTC", ...all])];
}

/** A zone's name as people read it. @param {string} timeZone */
export const zoneName = (timeZone) => timeZone.replaceAll("_", " ");

/** 45 min, 1 h 30 min, 2 days. @param {number} n */
export function minutes(n) {
  if (n > 0 && n % 1440 === 0) return n === 1440 ? "1 day" : `${n / 1440} days`;
  return [n >= 60 && `${Math.floor(n / 60)} h`, (n % 60 > 0 || n === 0) && `${n % 60} min`].filter(Boolean).join(" ");
}
