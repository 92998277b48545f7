// What only the moment after a booking knows: the manage token, which the server
// tells once. The page that books leaves it here, and the meeting's page shows it.

import { html } from "../core/dom.js";
import { money } from "../core/format.js";
import { openDialog } from "../ui/dialog.js";
import { note, secretBox, time } from "../ui/parts.js";

/**
 * @typedef {{ meeting: { id: string, agents: { name: string }[] }, manageToken: string | null, payment: { amount: number, currencyCode: string, status: string, heldUntil: string | null } | null }} Booked
 */

/** @type {Booked | null} */
let left = null;

/** @param {Booked} booked */
export function leave(booked) {
  left = booked;
}

/** Takes what was left for a meeting; it is there once. @param {string} meetingId */
export function take(meetingId) {
  const found = left?.meeting.id === meetingId ? left : null;
  left = null;
  return found;
}

/**
 * Tells what was booked.
 * @param {Booked} booked
 * @param {boolean} seen whether whoever booked sees the meeting's page
 */
export async function tell({ meeting, manageToken, payment }, seen) {
  const held = payment && payment.status !== "DONE";
  await openDialog({
    title: held ? "Time held" : "Meeting booked",
    content: (close) => html`<div class="stack">
      ${held
        ? note("wait", html`The time is held until it is paid: ${money(payment.amount, payment.currencyCode)} are due${payment.heldUntil && html` ${time(payment.heldUntil)}`}. ${seen && "Record the payment on this page when it is made."}`)
        : note("ok", "The meeting is booked. Webhooks with the trigger Meeting Booked are told.")}
      ${!seen && html`<p>It is with ${meeting.agents.map((a) => a.name).join(", ")}: only its agents, owners and admins see it here.</p>`}
      ${manageToken && html`<div class="field"><span class="label">Manage token</span>
        <p class="hint">Lets whoever booked see, move and cancel the meeting. It is shown this once: copy it now if you want to pass it on.</p>
        ${secretBox(manageToken, "Manage token")}</div>`}
      <footer><button type="button" class="button primary" @click=${() => close()}>${seen ? "Go on to the meeting" : "Close"}</button></footer>
    </div>`,
  });
}
