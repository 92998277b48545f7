// A meeting's page: moving it to another time.

import { html } from "../core/dom.js";
import { ApiError, query } from "../core/gql.js";
import { Once } from "../core/once.js";
import { go } from "../core/router.js";
import { signal } from "../core/signal.js";
import { clock, longDay, minutes, span } from "../core/wall.js";
import { openDialog, toast } from "../ui/dialog.js";
import { Form, textArea } from "../ui/form.js";
import { problem } from "../ui/parts.js";
import { refused } from "../ui/slot-picker.js";

/**
 * @typedef {import("./meeting-query.js").Meeting} Meeting
 * @typedef {import("../ui/slot-picker.js").Slot} Slot
 */

/**
 * Asks for another time, and goes to the meeting that takes this one's place.
 * @param {Meeting} m
 */
export async function reschedule(m) {
  const form = new Form({ reason: "" });
  const once = new Once();
  const choice = signal(/** @type {import("../ui/slot-picker.js").Choice} */ ({ start: null, durationMinutes: m.durationMinutes, byHand: false, seats: null }));
  const bad = signal(/** @type {Error | null} */ (null));
  const offer = offerFor(m);
  /** @type {any} */
  let picker = null;

  const refuse = (/** @type {ApiError} */ error) => void (bad.value = refused(error, choice.peek(), picker));

  /** @param {{ reason: string }} values @returns {Promise<string | undefined>} the new meeting's id */
  async function send({ reason }) {
    const { start, durationMinutes } = choice.peek();
    if (!start) return refuse(new ApiError("choose a time first"));
    const input = { meetingId: m.id, start, durationMinutes, reason: reason.trim() || null };
    try {
      const { rescheduleMeeting } = await query(`mutation ($input: RescheduleMeetingInput!) { rescheduleMeeting(input: $input) { meeting { id } } }`, { input: { ...input, idempotencyKey: once.key(input) } });
      return rescheduleMeeting.meeting.id;
    } catch (error) {
      if (!(error instanceof ApiError) || !(["start", "durationMinutes"].includes(error.field) || error.code === "SLOT_TAKEN")) throw error;
      refuse(error);
    }
  }

  const id = await openDialog({
    title: "Reschedule",
    wide: true,
    content: (/** @type {(id?: string) => void} */ close) => html`<form class="form" novalidate @submit=${form.submit(async (values) => {
      const made = await send(values);
      if (made) close(made);
    })}>
      <p class="muted">Now: ${longDay(m.start)}, ${span(m.start, m.end)}. ${told(m)}</p>
      ${bad.value && problem(bad.value)}
      <s-slot-picker .offer=${offer} ref=${(/** @type {any} */ el) => (picker = el)} @choose=${(/** @type {CustomEvent} */ e) => {
        if (e.detail.start) bad.value = null;
        choice.value = e.detail;
      }}></s-slot-picker>
      ${textArea(form, "reason", { label: "Reason", rows: 2, hint: "Part of the webhooks' messages." })}
      ${form.summary()}
      <p>${choice.value.start ? html`To <strong>${longDay(choice.value.start)}, ${clock(choice.value.start)}</strong> in your time zone, ${minutes(choice.value.durationMinutes)}.` : html`<span class="muted">Choose a time.</span>`}</p>
      <footer><button type="button" class="button" @click=${() => close()}>Keep as it is</button>${form.button("Reschedule meeting")}</footer>
    </form>`,
  });
  if (!id) return;
  toast("The meeting is moved.");
  go(`/meetings/${id}`);
}

/** @param {Meeting} m */
const told = (m) => (m.type === "GROUP" ? "The whole group moves; webhooks are told for each seat." : "The attendees, notes and payment move along, and webhooks are told.");

/**
 * The times that the meeting can move to: it keeps its agents, but in a
 * ROUNDROBIN, and joins no other group.
 * @param {Meeting} m
 * @returns {import("../ui/slot-picker.js").Offer}
 */
function offerFor(m) {
  const { id, durations, durationMinutes, maxAttendees } = m.eventType;
  const agents = m.agents.map((a) => a.id);
  return {
    eventTypeId: id,
    durations,
    durationMinutes: durations.includes(m.durationMinutes) ? m.durationMinutes : durationMinutes,
    zones: [m.timeZone, ...m.attendees.map((a) => a.timeZone)],
    accepts: (slot) => (m.type === "ROUNDROBIN" || agents.every((a) => slot.agentIds.includes(a))) && (m.type !== "GROUP" || slot.seats === maxAttendees),
  };
}
