// The newest events of the log, which is read forwards alone: a page is sought that
// reaches its end and is neither too long nor too short.

import { query } from "../core/gql.js";

/**
 * @typedef {{
 *   id: string, trigger: string, occurredAt: string,
 *   meeting: { id: string, eventName: string, modifiedEventName: string | null, start: string, attendees: { id: string, name: string }[], agents: { id: string, name: string }[] } | null,
 *   attendee: { id: string, name: string } | null,
 *   submission: { id: string, routingForm: { id: string, name: string } } | null,
 * }} LogEvent
 * @typedef {{ events: LogEvent[], cursor: string, whole: boolean }} Newest
 *   events: the newest first. cursor: what comes next is behind it. whole: there are no others
 * @typedef {{ events: LogEvent[], cursor: string, atEnd: boolean }} Look
 */

/** @param {boolean} forms whether the viewer sees routing forms */
export const eventFields = (forms) => `id trigger occurredAt attendee { id name }
  meeting { id eventName modifiedEventName start attendees { id name } agents { id name } }
  ${forms ? "submission { id routingForm { id name } }" : ""}`;

const page = 100;
const looks = 24; // at most
const farthest = 100 * 86_400_000;

/**
 * At least count events, if there are as many in the last months. It asks for all
 * of the log first, then for the last minute and for ten times as much until it
 * is enough; where that is more than a page, for something in between.
 * @param {number} count
 * @param {string} fields
 * @returns {Promise<Newest>}
 */
export async function newestEvents(count, fields) {
  const all = await look(null, fields);
  if (all.atEnd) return { events: newest(all.events, count), cursor: all.cursor, whole: true };
  const now = Date.now();
  /** @type {{ at: number, events: LogEvent[] } | null} a time from which on there is more than a page, and what was just before */
  let more = null;
  let few = { at: now, found: await look(now, fields) };
  for (let i = 0, span = 60_000; i < looks && span < farthest; i++) {
    if (more && few.at - more.at < 2) break;
    /** @type {number} */
    const at = more ? now - Math.sqrt((now - more.at) * Math.max(1, now - few.at)) : now - span;
    const found = await look(at, fields);
    if (found.atEnd) few = { at, found };
    else more = { at: Math.max(at, Date.parse(found.events[found.events.length - 1]?.occurredAt ?? "") || 0), events: found.events };
    if (found.atEnd && found.events.length >= count) break;
    if (!more) span *= 10;
  }
  if (more && few.found.events.length < count) {
    const rest = await look(more.at, fields, 40);
    const known = new Set(rest.events.map((e) => e.id));
    if (rest.atEnd) return { events: newest([...more.events.filter((e) => !known.has(e.id)), ...rest.events], count), cursor: rest.cursor, whole: false };
  }
  return { events: newest(few.found.events, count), cursor: few.found.cursor, whole: false };
}

/** @param {LogEvent[]} events @param {number} count */
const newest = (events, count) => events.slice(-count).reverse();

/**
 * A page of what happened at a time and later, or from the beginning. Where little
 * of the log is for the viewer its pages are short, and some of them are followed.
 * @param {number | null} at
 * @param {string} fields
 * @param {number} [enough] how many pages' worth of events
 * @returns {Promise<Look>}
 */
async function look(at, fields, enough = 1) {
  const where = at === null ? null : { occurredAtGTE: new Date(at).toISOString() };
  /** @type {LogEvent[]} */
  const events = [];
  /** @type {string | null} */
  let after = null;
  for (let pages = 1; ; pages++) {
    /** @type {any} */
    const { edges, pageInfo } = (await query(`query ($after: Cursor, $where: EventWhereInput) {
      events(first: ${page}, after: $after, where: $where) { edges { node { ${fields} } } pageInfo { hasNextPage endCursor } }
    }`, { after, where })).events;
    events.push(...edges.map((/** @type {{ node: LogEvent }} */ e) => e.node));
    after = pageInfo.endCursor;
    if (!pageInfo.hasNextPage || events.length >= enough * page || pages === enough + 4) return { events, cursor: pageInfo.endCursor, atEnd: !pageInfo.hasNextPage };
  }
}
