// The meetings of a page, under the days on which they begin.

import { html, keyed } from "../core/dom.js";
import { exactTime, money, typeName } from "../core/format.js";
import { href } from "../core/router.js";
import { dateIn, dayName, dayWithDate, span } from "../core/wall.js";
import { badge, stateBadge } from "../ui/parts.js";

/**
 * @typedef {{ id: string, status: string, amount: number, currencyCode: string }} Payment
 * @typedef {{
 *   id: string, start: string, end: string, status: string, type: string, eventName: string, modifiedEventName: string | null, maxAttendees: number, markAsNoShow: boolean,
 *   agents: { id: string, name: string }[], attendees: { id: string, name: string, status: string, payment: Payment | null }[], payment: Payment | null,
 * }} Row
 */

/** What the list asks for of each. */
export const rowFields = `id start end status type eventName modifiedEventName maxAttendees markAsNoShow
  agents { id name } attendees { id name status payment { id status amount currencyCode } } payment { id status amount currencyCode }`;

/** States in which a meeting takes no time of anybody. */
const off = ["CANCELLED", "RESCHEDULED", "EXPIRED"];

const columns = ["Time", "Meeting", "Attendees", "Agents", "Payment", "Status"];

/**
 * @param {Row[]} rows
 * @param {(row: Row) => boolean} isChanged
 */
export function meetingsTable(rows, isChanged) {
  return html`<table class="table days-table" role="table">
    <caption class="visually-hidden">Meetings, by day</caption>
    <thead role="rowgroup"><tr role="row">${columns.map((name) => html`<th scope="col" role="columnheader">${name}</th>`)}</tr></thead>
    ${byDay(rows).map(([date, of]) => keyed(date, html`<tbody role="rowgroup">
      <tr role="row" class="day-head"><th role="rowheader" scope="rowgroup" colspan=${columns.length}>${dayHead(date)}</th></tr>
      ${of.map((row) => keyed(row.id, rowOf(row, isChanged(row))))}
    </tbody>`))}
  </table>`;
}

/**
 * The rows as they come, cut where the day changes.
 * @param {Row[]} rows
 */
function byDay(rows) {
  /** @type {Map<string, Row[]>} */
  const days = new Map();
  for (const row of rows) {
    const date = dateIn(row.start);
    days.set(date, [...(days.get(date) ?? []), row]);
  }
  return [...days];
}

/** @param {string} date */
function dayHead(date) {
  const name = dayName(date);
  const full = dayWithDate(date);
  return name === full ? full : html`${name} <span class="muted">${full}</span>`;
}

/**
 * @param {Row} row
 * @param {boolean} changed
 */
function rowOf(row, changed) {
  return html`<tr role="row" class=${[changed && "new", off.includes(row.status) && "off"]}>
    <td role="cell" data-label="" class="lead when"><time datetime=${row.start} title=${exactTime(row.start)}>${span(row.start, row.end)}</time></td>
    <td role="cell" data-label="" class="lead"><a class="whole" href=${href(`/meetings/${row.id}`)}>${row.modifiedEventName ?? row.eventName}</a>${row.type !== "SOLO" && html` <span class="tag">${typeName(row.type)}</span>`}</td>
    <td role="cell" data-label="Attendees"><span class="break">${attendees(row)}</span></td>
    <td role="cell" data-label="Agents"><span class="break">${few(row.agents.map((a) => a.name), 2)}</span></td>
    <td role="cell" data-label="Payment" class=${!costs(row) && "without"}>${payment(row)}</td>
    <td role="cell" data-label="Status"><span class="row tight">${stateBadge(row.status)}${row.markAsNoShow && stateBadge("NO_SHOW", "No-show")}</span></td>
  </tr>`;
}

/** @param {Row} row */
function attendees(row) {
  const there = off.includes(row.status) ? row.attendees : row.attendees.filter((a) => a.status !== "CANCELLED");
  const names = few(there.map((a) => a.name), 2);
  if (row.type !== "GROUP" || off.includes(row.status)) return names;
  return html`${names} <span class="muted nowrap">${there.length} of ${row.maxAttendees} seats</span>`;
}

/** Ana, Ben and 3 more. @param {string[]} names @param {number} most */
function few(names, most) {
  if (names.length === 0) return "–";
  return names.length <= most + 1 ? names.join(", ") : `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}

/** @param {Row} row */
const costs = (row) => Boolean(row.payment) || row.attendees.some((a) => a.payment);

/** @param {Row} row */
function payment(row) {
  if (row.payment) return html`<span class="row tight"><span class="number">${money(row.payment.amount, row.payment.currencyCode)}</span> ${paymentBadge(row.payment.status)}</span>`;
  const seats = row.attendees.filter((a) => a.payment && a.status !== "CANCELLED");
  if (seats.length === 0) return html`<span class="muted">–</span>`;
  const paid = seats.filter((a) => a.payment?.status === "DONE").length;
  return badge(`${paid} of ${seats.length} paid`, paid === seats.length ? "ok" : "wait");
}

/** A payment's state in the words of the till. @param {string} status */
export function paymentBadge(status) {
  /** @type {Record<string, string>} */
  const names = { DONE: "Paid", PENDING: "To be paid" };
  return stateBadge(status, names[status]);
}
