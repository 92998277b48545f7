// The figures at the top of the dashboard. Each has its place, whatever it is, so
// that nothing moves while they change.

import { html } from "../core/dom.js";
import { duration, language, number } from "../core/format.js";
import { href } from "../core/router.js";
import "../chart/spark.js";

/**
 * @typedef {import("./dashboard.js").Figures} Figures
 * @typedef {{ name: string, value: unknown, more?: unknown, tone?: string, values?: number[] }} Figure
 *   values: how it went in the window
 */

const rate = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const share = new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });

const seldom = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** What happens at all is not to look like nothing. @param {number} perMinute */
const rateOf = (perMinute) => (perMinute > 0 && perMinute < 0.1 ? seldom.format(Math.max(perMinute, 0.01)) : rate.format(perMinute));

/** @param {number} part */
function shareOf(part) {
  // what is not all is not to look like it
  return share.format(part < 1 ? Math.min(part, 0.999) : 1);
}

/**
 * @param {Figures} now
 * @param {string} window its name
 */
export function figures(now, window) {
  const list = [...ofMeetings(now), ...ofDeliveries(now), upcoming(now)];
  return html`<dl class=${["figures", list.length === 5 && "five"]} aria-label="Figures, ${window.toLowerCase()}">${list.map(figure)}</dl>`;
}

/** @param {Figure} of */
function figure({ name, value, more, tone, values }) {
  return html`<div class="card"><dt>${name}</dt><dd>
    <strong class="value">${value}</strong>
    <span class="more">${more}</span>
    ${values ? html`<s-spark class=${tone} .values=${values}></s-spark>` : html`<span class="no-spark"></span>`}
  </dd></div>`;
}

/** @param {Figures} now @returns {Figure[]} */
function ofMeetings({ eventsPerMinute, points }) {
  const sum = (/** @type {(p: import("./dashboard.js").Point) => number} */ of) => points.reduce((total, p) => total + of(p), 0);
  const all = points.map((p) => p.booked + p.canceled + p.rescheduled + p.noShows + (p.submissions ?? 0));
  const submissions = points.some((p) => p.submissions !== null) ? sum((p) => p.submissions ?? 0) : null;
  const noShows = sum((p) => p.noShows);
  const others = [noShows > 0 && plural(noShows, "no-show"), submissions && plural(submissions, "form submission")].filter(Boolean).join(" and ");
  return [
    { name: "Events per minute", value: rateOf(eventsPerMinute), more: `${plural(all.reduce((a, b) => a + b, 0), "event")}${others && `, ${others} among them`}`, values: all },
    { name: "Booked", value: number(sum((p) => p.booked)), tone: "booked", values: points.map((p) => p.booked) },
    { name: "Rescheduled", value: number(sum((p) => p.rescheduled)), tone: "rescheduled", values: points.map((p) => p.rescheduled) },
    { name: "Canceled", value: number(sum((p) => p.canceled)), tone: "canceled", values: points.map((p) => p.canceled) },
  ];
}

/** @param {Figures} now @returns {Figure[]} */
function ofDeliveries({ deliveries: d, points }) {
  if (!d) return [];
  const delivered = points.map((p) => p.delivered ?? 0);
  return [
    { name: "Delivered", value: d.successRate === null ? "–" : shareOf(d.successRate), more: `${number(d.delivered)} of ${number(d.delivered + d.failed)} messages`, tone: "delivered", values: delivered },
    {
      name: "Failed", value: number(d.failed), tone: "failed", values: points.map((p) => p.failed ?? 0),
      more: html`${number(d.pending)} waiting${d.cancelled > 0 && `, ${number(d.cancelled)} cancelled`}. <a href=${href("/deliveries?status=FAILED")}>Show failed</a>`,
    },
    {
      name: "Answered within", value: d.latencyP50 === null ? "–" : duration(d.latencyP50),
      more: d.latencyP95 === null ? "No answers yet" : html`half of the messages; 95% within <strong>${duration(d.latencyP95)}</strong>`,
    },
  ];
}

/** @param {Figures} now @returns {Figure} */
function upcoming({ upcomingToday }) {
  return { name: "Upcoming today", value: number(upcomingToday), more: upcomingToday === 1 ? "meeting still to begin" : "meetings still to begin" };
}

/** @param {number} count @param {string} noun */
function plural(count, noun) {
  return `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
}
