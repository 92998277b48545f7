// A meeting's page: cancelling it, and giving it to another agent.

import { html } from "../core/dom.js";
import { query } from "../core/gql.js";
import { ask } from "../ui/ask.js";
import { toast } from "../ui/dialog.js";
import { Form, selectField, textArea } from "../ui/form.js";

/** @typedef {import("./meeting-query.js").Meeting} Meeting */

/** @param {Meeting} m @param {() => Promise<void>} reload */
export async function cancelMeeting(m, reload) {
  const form = new Form({ reason: "" });
  const paid = [m.payment, ...m.attendees.map((a) => a.payment)].some((p) => p?.status === "DONE");
  const seats = m.attendees.filter((a) => a.status !== "CANCELLED").length;
  const done = await ask(form, {
    title: "Cancel this meeting?",
    content: html`<p>${m.status === "HELD" ? "The time is free again at once. Nobody was told of it, and nobody is now." : `The time is free again, and webhooks with the trigger Meeting Canceled are told.`}${m.type === "GROUP" && seats > 1 && ` All ${seats} seats are cancelled.`}${paid && " What was paid is refunded if the event type says so for a cancellation now."} It cannot be taken back.</p>`,
    fields: () => textArea(form, "reason", { label: "Reason", rows: 3, hint: m.status === "HELD" ? undefined : "Part of the webhooks' messages." }),
    action: "Cancel meeting",
    danger: true,
    run: ({ reason }) => query(`mutation ($input: CancelMeetingInput!) { cancelMeeting(input: $input) { id } }`, { input: { meetingId: m.id, reason: reason.trim() || null } }),
  });
  if (!done) return;
  toast("The meeting is cancelled.");
  await reload();
}

/** Who else may have it. @param {Meeting} m */
export function othersFor(m) {
  if (m.status !== "ACTIVE" || m.type === "COLLECTIVE" || new Date(m.end) <= new Date()) return [];
  return m.eventType.agents.filter((a) => a.status === "ACTIVE" && !m.agents.some((b) => b.id === a.id));
}

/** @param {Meeting} m @param {() => Promise<void>} reload */
export async function reassign(m, reload) {
  const others = othersFor(m);
  const form = new Form({ agentId: others[0]?.id ?? "", reason: "" });
  const done = await ask(form, {
    title: "Reassign this meeting",
    content: html`<p>It stays at its time, with another agent of ${m.eventType.name}. Webhooks are not told.</p>`,
    fields: () => html`
      ${selectField(form, "agentId", { label: "Agent", required: true, options: others.map((a) => ({ value: a.id, label: a.name })) })}
      ${textArea(form, "reason", { label: "Reason", rows: 3 })}`,
    action: "Reassign meeting",
    run: ({ agentId, reason }) => query(`mutation ($input: ReassignMeetingInput!) { reassignMeeting(input: $input) { id } }`, { input: { meetingId: m.id, agentId, reason: reason.trim() || null } }),
  });
  if (!done) return;
  toast("The meeting has another agent.");
  await reload();
}
