// What the page of a meeting asks for, and the shapes of the answers.

/**
 * @typedef {{ type: "AGENT" | "ATTENDEE" | "API" | "SYSTEM", id: string | null, name: string | null }} Actor
 * @typedef {{ time: string, reason: string, cancelledBy: Actor }} Cancellation
 * @typedef {{ time: string, reason: string, newMeetingId: string, rescheduledBy: Actor }} Reschedule
 * @typedef {{ id: string, status: string, amount: number, currencyCode: string, method: string | null, externalPaymentId: string | null, paymentTime: string | null, heldUntil: string | null, orderId: string | null, billingName: string | null, billingAddress: string | null, emailId: string | null, note: string | null }} Payment
 * @typedef {{
 *   id: string, name: string, email: string, phone: string | null, timeZone: string, status: string, answers: { question: string, answer: string }[], tracking: object | null,
 *   noShow: { time: string, markedBy: Actor } | null, cancellation: Cancellation | null, payment: Payment | null,
 * }} Attendee
 * @typedef {{ id: string, start: string, end: string, status: string, agents: { name: string }[], reschedule: Reschedule | null }} Link of the reschedule chain
 * @typedef {{
 *   id: string, createdAt: string, start: string, end: string, durationMinutes: number, timeZone: string, status: string, type: string, eventName: string, modifiedEventName: string | null,
 *   bookedBy: Actor | null, maxAttendees: number, externalIds: string[], notes: { text: string, by: string, at: string }[], reminders: { channel: string, beforeMinutes: number }[],
 *   modeNote: string | null, calendarEvent: { provider: string, externalId: string, link: string } | null, tracking: object | null, followUp: object | null, multipleBookingIdentifier: string | null,
 *   cancellation: Cancellation | null, reschedule: Reschedule | null, reassignment: { time: string, reason: string, reassignedBy: Actor, fromAgentId: string } | null,
 *   eventType: EventType, agents: { id: string, name: string, email: string, timeZone: string }[], attendees: Attendee[], payment: Payment | null, history: Link[],
 * }} Meeting
 * @typedef {{ id: string, name: string, mode: string, durations: number[], durationMinutes: number, maxAttendees: number, agents: { id: string, name: string, status: string }[] }} EventType
 */

const actor = "{ type id name }";

const payment = `{ id status amount currencyCode method externalPaymentId paymentTime heldUntil orderId billingName billingAddress emailId note }`;

export const meetingQuery = `query ($id: ID!) { meeting(id: $id) {
  id createdAt start end durationMinutes timeZone status type eventName modifiedEventName bookedBy ${actor} maxAttendees
  externalIds notes { text by at } reminders { channel beforeMinutes } modeNote calendarEvent { provider externalId link } tracking followUp multipleBookingIdentifier
  cancellation { time reason cancelledBy ${actor} } reschedule { time reason newMeetingId rescheduledBy ${actor} } reassignment { time reason fromAgentId reassignedBy ${actor} }
  eventType { id name mode durations durationMinutes maxAttendees agents { id name status } }
  agents { id name email timeZone }
  attendees { id name email phone timeZone status answers { question answer } tracking noShow { time markedBy ${actor} } cancellation { time reason cancelledBy ${actor} } payment ${payment} }
  payment ${payment}
  history { id start end status agents { name } reschedule { time reason newMeetingId rescheduledBy ${actor} } }
} }`;

/** Who did it, in words. @param {Actor | null} by */
export function nameOf(by) {
  if (!by) return "somebody";
  const kinds = { AGENT: "an agent", ATTENDEE: "an attendee", API: "a program", SYSTEM: "slotcast" };
  return by.name || kinds[by.type];
}

/** @param {Meeting} meeting */
export const titleOf = (meeting) => meeting.modifiedEventName ?? meeting.eventName;
