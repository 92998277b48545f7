// A meeting's page: who takes part, and who did not come.

import { html, keyed } from "../core/dom.js";
import { query } from "../core/gql.js";
import { may } from "../core/session.js";
import { zoneName } from "../core/wall.js";
import { ask } from "../ui/ask.js";
import { json } from "../ui/code.js";
import { confirm, toast } from "../ui/dialog.js";
import { Form, textArea } from "../ui/form.js";
import { icon } from "../ui/icon.js";
import { stateBadge, time } from "../ui/parts.js";
import { nameOf } from "./meeting-query.js";
import { paymentBadge } from "./meetings-table.js";

/**
 * @typedef {import("./meeting-query.js").Meeting} Meeting
 * @typedef {import("./meeting-query.js").Attendee} Attendee
 */

/**
 * @param {Meeting} m
 * @param {() => Promise<void>} reload
 */
export function attendees(m, reload) {
  const there = m.attendees.filter((a) => a.status !== "CANCELLED").length;
  return html`<section class="card" aria-labelledby="attendees">
    <header><h2 id="attendees">${m.maxAttendees > 1 ? "Attendees" : "Attendee"}</h2>${m.type === "GROUP" && html`<span class="muted small">${there} of ${m.maxAttendees} seats are taken</span>`}</header>
    <ul class="people">${m.attendees.map((a) => keyed(a.id, person(m, a, reload)))}</ul>
  </section>`;
}

/**
 * @param {Meeting} m
 * @param {Attendee} a
 * @param {() => Promise<void>} reload
 */
function person(m, a, reload) {
  const away = m.cancellation ? null : a.cancellation;
  return html`<li class=${["stack tight", a.status === "CANCELLED" && "off"]}>
    <div class="row between">
      <div class="grow">
        <div class="row"><strong class="break">${a.name}</strong> ${a.status !== "ACTIVE" && stateBadge(a.status, a.status === "NO_SHOW" ? "No-show" : undefined)} ${a.payment && paymentBadge(a.payment.status)}</div>
        <div class="row small"><a class="inline-link break" href=${`mailto:${encodeURIComponent(a.email).replaceAll("%40", "@")}`}>${a.email}</a>${a.phone && html`<a class="inline-link" href=${`tel:${a.phone.replaceAll(/[^+\d]/g, "")}`}>${a.phone}</a>`}<span class="muted">${zoneName(a.timeZone)}</span></div>
      </div>
      ${may("MEETINGS_WRITE") && actions(m, a, reload)}
    </div>
    ${a.noShow && html`<p class="muted small">Noted as a no-show by ${nameOf(a.noShow.markedBy)}, ${time(a.noShow.time)}</p>`}
    ${away && html`<p class="muted small">Seat cancelled by ${nameOf(away.cancelledBy)}, ${time(away.time)}${away.reason && html`: “${away.reason}”`}</p>`}
    ${a.answers.length > 0 && html`<dl class="answers">${a.answers.map(({ question, answer }) => html`<div><dt>${question}</dt><dd>${answer}</dd></div>`)}</dl>`}
    ${ownTracking(m, a) && html`<details><summary class="small">Tracking</summary>${json(a.tracking, `Tracking of ${a.name}`)}</details>`}
  </li>`;
}

/**
 * @param {Meeting} m
 * @param {Attendee} a
 * @param {() => Promise<void>} reload
 */
function actions(m, a, reload) {
  const begun = new Date(m.start) <= new Date();
  const counts = m.status === "ACTIVE" || m.status === "COMPLETED";
  const paid = !a.payment || a.payment.status === "DONE" || a.payment.status === "REFUNDED";
  return html`<div class="row">
    ${counts && begun && paid && a.status === "ACTIVE" && html`<button type="button" class="button small" @click=${() => void markNoShow(a, reload)}>Mark as no-show${of(a)}</button>`}
    ${counts && a.status === "NO_SHOW" && html`<button type="button" class="button small" @click=${() => void unmark(a, reload)}>Undo no-show${of(a)}</button>`}
    ${m.type === "GROUP" && (m.status === "ACTIVE" || m.status === "HELD") && a.status === "ACTIVE" && html`<button type="button" class="button small danger" @click=${() => void cancelSeat(a, reload)}>${icon("close")} Cancel seat${of(a)}</button>`}
  </div>`;
}

/** Whether it came with something else than the meeting's. @param {Meeting} m @param {Attendee} a */
const ownTracking = (m, a) => a.tracking && Object.keys(a.tracking).length > 0 && JSON.stringify(a.tracking) !== JSON.stringify(m.tracking);

/** Whom a button is about, where one does not see it. @param {Attendee} a */
const of = (a) => html`<span class="visually-hidden"> (${a.name})</span>`;

/** @param {Attendee} a @param {() => Promise<void>} reload */
async function markNoShow(a, reload) {
  const done = await confirm({
    title: `Mark ${a.name} as no-show?`,
    text: html`<p>Webhooks with the trigger Meeting No-show are told. It can be undone, of which they are told as well.</p>`,
    action: "Mark as no-show",
    run: () => query(`mutation ($id: ID!) { markNoShow(attendeeId: $id) { id } }`, { id: a.id }),
  });
  if (!done) return;
  toast(`${a.name} is noted as a no-show.`);
  await reload();
}

/** @param {Attendee} a @param {() => Promise<void>} reload */
async function unmark(a, reload) {
  const done = await confirm({
    title: `Undo the no-show of ${a.name}?`,
    text: html`<p>The attendee counts as having come. Webhooks with the trigger Meeting No-show are told.</p>`,
    action: "Undo no-show",
    run: () => query(`mutation ($id: ID!) { unmarkNoShow(attendeeId: $id) { id } }`, { id: a.id }),
  });
  if (!done) return;
  toast(`The no-show of ${a.name} is undone.`);
  await reload();
}

/** @param {Attendee} a @param {() => Promise<void>} reload */
async function cancelSeat(a, reload) {
  const form = new Form({ reason: "" });
  const done = await ask(form, {
    title: `Cancel the seat of ${a.name}?`,
    content: html`<p>The seat is free for others. With the last one the meeting is cancelled.</p>`,
    fields: () => textArea(form, "reason", { label: "Reason", rows: 3, hint: "Part of the webhooks' messages." }),
    action: "Cancel seat",
    danger: true,
    run: ({ reason }) => query(`mutation ($input: CancelAttendeeInput!) { cancelAttendee(input: $input) { id } }`, { input: { attendeeId: a.id, reason: reason.trim() || null } }),
  });
  if (!done) return;
  toast(`The seat of ${a.name} is cancelled.`);
  await reload();
}
