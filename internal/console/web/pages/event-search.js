// Finds events: those of a meeting, or one by its id.

import { query } from "../core/gql.js";

/**
 * @typedef {{ id: string, trigger: string, sequence: number, occurredAt: string,
 *   meeting: { id: string, eventName: string, start: string, attendees: { name: string }[] } | null }} MeetingEvent
 */

/** What is asked for of each. */
export const eventFields = "id trigger sequence occurredAt meeting { id eventName start attendees { name } }";

const eventsQuery = `query ($after: Cursor, $where: EventWhereInput) { events(after: $after, first: 100, where: $where) {
  edges { node { ${eventFields} } }
  pageInfo { hasNextPage endCursor }
} }`;

const pages = 10; // that are gone through, at most

/** All of a meeting. @param {string} meetingId */
export async function eventsOf(meetingId) {
  return (await tail({ meetingId }, 100)).reverse();
}

const digits = "0123456789abcdefghjkmnpqrstvwxyz";

/**
 * An event by its id, which begins with the milliseconds of when it was made: it is
 * looked for among those of that moment.
 * @param {string} id
 * @returns {Promise<MeetingEvent | undefined>} undefined: there is none, or it is no longer kept
 */
export async function eventById(id) {
  if (!/^evt_[0-9a-hjkmnp-tv-z]{26}$/.test(id)) return undefined;
  const at = [...id.slice(4, 14)].reduce((sum, digit) => sum * 32 + digits.indexOf(digit), 0);
  const where = { occurredAtGTE: new Date(at - 1000).toISOString(), occurredAtLT: new Date(at + 1000).toISOString() };
  return (await tail(where, 1000)).find((event) => event.id === id);
}

/**
 * The last of those that fit a filter.
 * @param {object} where
 * @param {number} most
 */
async function tail(where, most) {
  /** @type {MeetingEvent[]} */
  let found = [];
  /** @type {string | undefined} */
  let after;
  for (let page = 0; page < pages; page++) {
    /** @type {{ edges: { node: MeetingEvent }[], pageInfo: { hasNextPage: boolean, endCursor: string } }} */
    const { edges, pageInfo } = (await query(eventsQuery, { where, after })).events;
    found = [...found, ...edges.map((e) => e.node)].slice(-most);
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  return found;
}
