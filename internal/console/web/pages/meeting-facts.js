// A meeting's page: when it is, everywhere; who is in it; what else is known.

import { html, keyed } from "../core/dom.js";
import { dateTime, typeName, words, zone as here } from "../core/format.js";
import { href } from "../core/router.js";
import { may, viewer } from "../core/session.js";
import { clock, dateIn, dayWithDate, knows, longDay, minutes, sameClock, span, zoneName } from "../core/wall.js";
import { json } from "../ui/code.js";
import { badge, note, time } from "../ui/parts.js";
import { nameOf } from "./meeting-query.js";

/** @typedef {import("./meeting-query.js").Meeting} Meeting */

/** What became of it, where it is not to be. @param {Meeting} m */
export function fate(m) {
  if (m.status === "CANCELLED" && m.cancellation) {
    const { cancelledBy, time: at, reason } = m.cancellation;
    return note("bad", html`<p><strong>Cancelled</strong> by ${nameOf(cancelledBy)}, ${time(at)}.</p>${said(reason)}`);
  }
  if (m.status === "RESCHEDULED" && m.reschedule) {
    const { rescheduledBy, time: at, reason, newMeetingId } = m.reschedule;
    return note("wait", html`<p><strong>Moved to another time</strong> by ${nameOf(rescheduledBy)}, ${time(at)}: <a href=${href(`/meetings/${newMeetingId}`)}>see the new meeting</a>.</p>${said(reason)}`);
  }
  const until = m.payment?.heldUntil;
  if (m.status === "EXPIRED" || (m.status === "HELD" && until && new Date(until) <= new Date())) return note("wait", "It was not paid in time, and the time is free again. If the payment still comes, record it: the meeting is booked then if nobody else has taken the time.");
  if (m.status === "HELD") return note("wait", html`The time is held until it is paid${until && html`, at most until ${dateTime(until)} (${time(until)})`}. It is booked, and told to webhooks, with the payment.`);
  return null;
}

/** @param {string | null | undefined} reason */
const said = (reason) => reason && html`<p class="said">“${reason}”</p>`;

/** @param {Meeting} m */
export function when(m) {
  return html`<section class="card stack" aria-labelledby="when">
    <h2 id="when">When</h2>
    <div>
      <p class="moment">${longDay(m.start)}<br><time datetime=${m.start}>${span(m.start, m.end)}</time></p>
      <p class="muted">${zoneName(here)} · ${minutes(m.durationMinutes)} · ${starts(m)}</p>
    </div>
    ${elsewhere(m)}
  </section>`;
}

/** @param {Meeting} m */
function starts(m) {
  if (new Date(m.start) > new Date()) return html`starts ${time(m.start)}`;
  return new Date(m.end) > new Date() ? html`ends ${time(m.end)}` : html`ended ${time(m.end)}`;
}

/** The wall time of the others, where their clocks differ from this one. @param {Meeting} m */
function elsewhere(m) {
  /** @type {Map<string, string[]>} */
  const zones = new Map([[m.timeZone, ["the meeting"]]]);
  for (const a of m.attendees) if (a.status !== "CANCELLED") zones.set(a.timeZone, [...(zones.get(a.timeZone) ?? []), a.name]);
  const others = [...zones].filter(([zone]) => knows(zone) && !sameClock(zone, here, m.start));
  if (others.length === 0) return null;
  return html`<ul class="elsewhere" aria-label="In other time zones">${others.map(([zone, names]) => html`<li>
    <strong>${longDay(m.start, zone)}, ${span(m.start, m.end, zone)}</strong> in ${zoneName(zone)} <span class="muted">(${few(names)})</span></li>`)}</ul>`;
}

/** @param {string[]} names */
const few = (names) => (names.length <= 3 ? names.join(", ") : `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`);

/** @param {Meeting} m */
export function details(m) {
  const mode = m.eventType.mode;
  return html`<section class="card" aria-labelledby="details">
    <header><h2 id="details">Details</h2></header>
    <dl class="facts lines">
      ${fact("Event type", may("EVENT_TYPES_READ") ? html`<a href=${href(`/settings/event-types/${m.eventType.id}`)}>${m.eventType.name}</a>` : m.eventType.name)}
      ${fact("Type", typeName(m.type))}
      ${fact(m.agents.length === 1 ? "Agent" : "Agents", html`${m.agents.map((a, i) => html`${i > 0 && ", "}${may("AGENTS_READ") ? html`<a href=${href(`/settings/agents/${a.id}`)}>${a.name}</a>` : a.name}`)}`)}
      ${m.reassignment && fact("Reassigned", html`from ${m.eventType.agents.find((a) => a.id === m.reassignment?.fromAgentId)?.name ?? "another agent"} by ${nameOf(m.reassignment.reassignedBy)}, ${time(m.reassignment.time)}${said(m.reassignment.reason)}`)}
      ${fact("Where", html`${words(mode)}${m.modeNote && html`<div class="said">${linked(m.modeNote)}</div>`}`)}
      ${m.calendarEvent && fact("Calendar", html`${m.calendarEvent.link ? linked(m.calendarEvent.link, m.calendarEvent.provider) : m.calendarEvent.provider} <code class="muted">${m.calendarEvent.externalId}</code>`)}
      ${fact("Booked", html`${time(m.createdAt)} by ${nameOf(m.bookedBy)}`)}
      ${m.reminders.length > 0 && fact("Reminders", m.reminders.map((r) => `${words(r.channel)}, ${minutes(r.beforeMinutes)} before`).join("; "))}
      ${m.externalIds.length > 0 && fact("References", m.externalIds.map((id, i) => html`${i > 0 && " "}<code class="tag">${id}</code>`))}
      ${m.multipleBookingIdentifier && fact("Booked together as", html`<code>${m.multipleBookingIdentifier}</code>`)}
      ${fact("ID", html`<code>${m.id}</code>`)}
    </dl>
  </section>`;
}

/** @param {string} name @param {unknown} value */
export const fact = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

/** A link where it is an address of the web; else the text. @param {string} text @param {string} [label] */
function linked(text, label = text) {
  return /^https?:\/\/\S+$/.test(text) ? html`<a href=${text} target="_blank" rel="noreferrer noopener" class="break">${label}</a>` : label;
}

/** @param {Meeting} m */
export function notes(m) {
  if (m.notes.length === 0) return null;
  return html`<section class="card" aria-labelledby="notes">
    <header><h2 id="notes">Notes</h2></header>
    <ul class="people">${m.notes.map((n) => html`<li><p class="said">${n.text}</p><p class="muted small">${author(m, n.by)}, ${time(n.at)}</p></li>`)}</ul>
  </section>`;
}

/** Who wrote a note: an agent's id, or the name of an attendee. @param {Meeting} m @param {string} by */
function author(m, by) {
  if (!by.startsWith("agt_")) return by;
  const me = viewer.peek()?.agent;
  return [...m.agents, ...m.eventType.agents, ...(me ? [me] : [])].find((a) => a.id === by)?.name ?? "an agent";
}

/** What programs have left at it. @param {Meeting} m */
export function extras(m) {
  const has = (/** @type {object | null} */ map) => Boolean(map && Object.keys(map).length > 0);
  if (!has(m.tracking) && !has(m.followUp)) return null;
  return html`<section class="card stack" aria-labelledby="extras">
    <h2 id="extras">From other systems</h2>
    ${has(m.tracking) && html`<div class="stack tight"><h3>Tracking</h3>${json(m.tracking, "Tracking")}</div>`}
    ${has(m.followUp) && html`<div class="stack tight"><h3>Follow-up</h3>${json(m.followUp, "Follow-up")}</div>`}
  </section>`;
}

/** The meetings that this one was before, and those that it became. @param {Meeting} m */
export function chain(m) {
  if (m.history.length < 2) return null;
  return html`<section class="card" aria-labelledby="chain">
    <header><h2 id="chain">Reschedule chain</h2></header>
    <ol class="timeline chain">${m.history.map((link, i) => keyed(link.id, html`<li class=${link.id === m.id && "info"} aria-current=${link.id === m.id ? "true" : null}>
      <div class="row">${link.id === m.id
        ? html`<strong>${moment(link.start)}</strong> ${badge("This meeting", "info")}`
        : html`<a class="inline-link" href=${href(`/meetings/${link.id}`)}>${moment(link.start)}</a>`}</div>
      ${i > 0 && moved(m.history[i - 1])}
    </li>`))}</ol>
  </section>`;
}

/** Sun, Nov 22, 6:30 PM. @param {string} at */
const moment = (at) => `${dayWithDate(dateIn(at))}, ${clock(at)}`;

/** How a meeting became the next one. @param {import("./meeting-query.js").Link} from */
function moved({ reschedule }) {
  return reschedule && html`<p class="muted small">Moved by ${nameOf(reschedule.rescheduledBy)}, ${time(reschedule.time)}${reschedule.reason && html`: “${reschedule.reason}”`}</p>`;
}
