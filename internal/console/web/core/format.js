// Times, numbers and names as people read them, in the browser's time zone, and in
// English, as all words of the console are. Where the browser's language is another
// one, days stand before months, and clocks have 12 or 24 hours as they have there.

const day = 86_400_000;

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export const language = englishFor(navigator.language);

/** @param {string} theirs */
export function englishFor(theirs) {
  if (/^en\b/i.test(theirs)) return theirs;
  const { hourCycle } = new Intl.DateTimeFormat(theirs, { hour: "numeric" }).resolvedOptions();
  return `en-GB-u-hc-${hourCycle ?? "h23"}`;
}

const formats = {
  dateTime: new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }),
  exact: new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" }),
  time: new Intl.DateTimeFormat(language, { timeStyle: "short" }),
  seconds: new Intl.DateTimeFormat(language, { timeStyle: "medium" }),
  day: new Intl.DateTimeFormat(language, { weekday: "short", month: "short", day: "numeric" }),
  relative: new Intl.RelativeTimeFormat(language, { style: "short" }), // not "yesterday": days are of 24 hours
  number: new Intl.NumberFormat(language),
  compact: new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 }),
  percent: new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 }),
};

/** Nov 22, 2026, 5:04 PM. @param {string | Date} at */
export const dateTime = (at) => formats.dateTime.format(new Date(at));
/** Whether it is a time. @param {string} text */
export const isTime = (text) => !Number.isNaN(Date.parse(text));
/** With the weekday, seconds and zone. @param {string | Date} at */
export const exactTime = (at) => formats.exact.format(new Date(at));
/** 5:04 PM. @param {string | Date} at */
export const timeOfDay = (at) => formats.time.format(new Date(at));
/** 5:04:09 PM. @param {string | Date} at */
export const toTheSecond = (at) => formats.seconds.format(new Date(at));
/** Sun, Nov 22. @param {string | Date} at */
export const dayOf = (at) => formats.day.format(new Date(at));
/** 1,234. @param {number} n */
export const number = (n) => formats.number.format(n);
/** 1.2K. @param {number} n */
export const compact = (n) => formats.compact.format(n);
/** 99.5%. What is not all does not look like it, nor what is not none. @param {number} share from 0 to 1 */
export const percent = (share) => formats.percent.format(share > 0 && share < 1 ? Math.min(0.999, Math.max(0.001, share)) : share);

/**
 * Wall time elsewhere: 5:04 PM CET.
 * @param {string | Date} at
 * @param {string} timeZone an IANA name
 */
export function timeIn(at, timeZone) {
  return new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit", timeZone, timeZoneName: "short" }).format(new Date(at));
}

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const units = [["day", day], ["hour", 3_600_000], ["minute", 60_000], ["second", 1000]];

/**
 * 5 min. ago, in 2 hr.; the date where it is more than two weeks away.
 * @param {string | Date} at
 * @param {number} [now] in milliseconds
 */
export function relative(at, now = Date.now()) {
  const away = new Date(at).getTime() - now;
  if (Math.abs(away) > 14 * day) return formats.dateTime.format(new Date(at));
  if (Math.abs(away) < 5000) return "now";
  const [unit, length] = units.find(([, length]) => Math.abs(away) >= length) ?? units[3];
  return formats.relative.format(Math.trunc(away / length), unit);
}

/** 340 ms, 1.2 s, 3 min. @param {number} ms */
export function duration(ms) {
  if (ms < 999.5) return `${Math.round(ms)} ms`; // what rounds to a thousand is the next unit's
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_570_000) return `${Math.round(ms / 60_000)} min`;
  return ms < day * (1 - 1 / 480) ? `${(ms / 3_600_000).toFixed(1)} h` : `${Math.round(ms / day)} d`;
}

/**
 * €12.50. Where the currency is not known, 12.5 XYZ.
 * @param {number} amount in the major unit
 * @param {string} currency
 */
export function money(amount, currency) {
  try {
    return new Intl.NumberFormat(language, { style: "currency", currency }).format(amount);
  } catch {
    return `${amount} ${currency}`;
  }
}

/** MEETING_NO_SHOW: Meeting no show. @param {string} name of an enum's value */
export function words(name) {
  const text = name.toLowerCase().replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What the kinds of meetings and event types are called. @param {string} type */
export const typeName = (type) => (type === "ROUNDROBIN" ? "Round robin" : words(type));

/** What the triggers are called on screen, in the order of the forms. */
export const triggerNames = Object.freeze({
  MEETING_BOOKED: "Meeting Booked",
  MEETING_CANCELED: "Meeting Canceled",
  MEETING_RESCHEDULED: "Meeting Rescheduled",
  MEETING_NO_SHOW: "Meeting No-show",
  ROUTING_FORM_SUBMITTED: "Routing Form Submitted",
});

/** @param {string} trigger */
export const triggerName = (trigger) => /** @type {Record<string, string>} */ (triggerNames)[trigger] ?? words(trigger);

/**
 * The value for an input of type datetime-local.
 * @param {string | Date} at
 */
export function toLocalInput(at) {
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The instant of such an input's value; null where it is none. @param {string} value */
export function fromLocalInput(value) {
  const date = new Date(value);
  return value && !Number.isNaN(date.getTime()) ? date.toISOString() : null;
}
