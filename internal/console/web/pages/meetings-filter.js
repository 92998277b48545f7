// Which meetings are listed: what the address says, as the server is asked for
// it, and the fields that change it.

import { html } from "../core/dom.js";
import { words } from "../core/format.js";
import { href, place, replaceQuery } from "../core/router.js";
import { addDays, instantOf } from "../core/wall.js";

/**
 * @typedef {"upcoming" | "past" | "all"} View
 * @typedef {{ view: View, status: string, eventType: string, agent: string, attendee: string, from: string, until: string }} Filter
 *   from, until: days, both included
 */

/** No meeting is longer: what began before that is over. */
const longest = 86_400_000;

/** The states of what takes place, or took place; on is the filter for all of them. */
const on = ["HELD", "ACTIVE", "COMPLETED"];

const statuses = ["HELD", "ACTIVE", "COMPLETED", "CANCELLED", "RESCHEDULED", "EXPIRED"];

/** @type {Record<View, string>} */
const views = { upcoming: "Upcoming", past: "Past", all: "All" };

/** @returns {Filter} */
export function filter() {
  const { query } = place.value;
  const of = (/** @type {string} */ name) => query.get(name) ?? "";
  const view = of("view");
  return { view: view === "past" || view === "all" ? view : "upcoming", status: of("status"), eventType: of("eventType"), agent: of("agent"), attendee: of("attendee").trim(), from: of("from"), until: of("until") };
}

/** Whether something is filtered but for the view. @param {Filter} by */
export const isFiltered = ({ status, eventType, agent, attendee, from, until }) => Boolean(status || eventType || agent || attendee || from || until);

/**
 * The filter as the variables of the query.
 * @param {Filter} by
 * @param {string[] | null} ids the meetings of the attendees that are looked for; null: of all
 */
export function variablesOf({ view, status, eventType, agent, from, until }, ids) {
  const now = Date.now();
  const before = new Date(now - longest).toISOString();
  const at = new Date(now).toISOString();
  return {
    orderBy: { field: "START", direction: view === "upcoming" ? "ASC" : "DESC" },
    where: {
      ...(view === "upcoming" ? { endGT: at, startGT: before } : {}),
      ...(view === "past" ? { endLTE: at, startLT: at } : {}),
      statusIn: status === "on" ? on : statuses.includes(status) ? [status] : undefined,
      eventTypeID: eventType || undefined,
      agentId: agent || undefined,
      startGTE: instantOf(from)?.toISOString(),
      startLTE: lastOf(until)?.toISOString(),
      idIn: ids ? [...ids, "none"] : undefined, // an empty list would let everything through
    },
  };
}

/** The last moment of a day: the day's clocks may be turned at its end. @param {string} date @returns {Date | null} null where it is none */
function lastOf(date) {
  const next = instantOf(date) && instantOf(addDays(date.slice(0, 10), 1));
  return next && new Date(Number(next) - 1);
}

/** What the pages before and after one are called. @param {View} view */
export function pageWords(view) {
  return view === "upcoming" ? { before: "Earlier", after: "Later" } : { before: "Later", after: "Earlier" };
}

/** @param {Filter} by */
export function viewChoice(by) {
  const query = new URLSearchParams(place.value.query);
  for (const name of ["after", "before", "view"]) query.delete(name);
  return html`<nav class="choice" aria-label="Which meetings">${Object.entries(views).map(([view, text]) => {
    const to = new URLSearchParams(query);
    if (view !== "upcoming") to.set("view", view);
    return html`<a href=${href(`/meetings${to.size > 0 ? `?${to}` : ""}`)} aria-current=${view === by.view ? "page" : null}>${text}</a>`;
  })}</nav>`;
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;

/** The address follows what is typed, when the typing rests. @param {string} text */
function lookFor(text) {
  clearTimeout(typing);
  typing = setTimeout(() => place.peek().path === "/meetings" && replaceQuery({ attendee: text.trim() }), 400);
}

/**
 * @param {Filter} by
 * @param {{ id: string, name: string }[]} eventTypes
 * @param {{ id: string, name: string }[]} agents none: the viewer may not choose among them
 * @param {import("../core/signal.js").Signal<boolean>} unfolded
 */
export function filterFields(by, eventTypes, agents, unfolded) {
  const choose = (/** @type {string} */ name) => (/** @type {any} */ e) => replaceQuery({ [name]: e.target.value });
  const clear = () => replaceQuery({ status: null, eventType: null, agent: null, attendee: null, from: null, until: null });
  return html`<details .open=${unfolded.value} @toggle=${(/** @type {any} */ e) => (unfolded.value = e.target.open)}><summary>Filters</summary><form class="filters" role="search" aria-label="Filter meetings" @submit=${(/** @type {Event} */ e) => e.preventDefault()}>
    <div class="field"><label for="by-attendee">Attendee</label>
      <input class="input" id="by-attendee" type="search" autocomplete="off" placeholder="Name or e-mail" .value=${by.attendee} @input=${(/** @type {any} */ e) => lookFor(e.target.value)}></div>
    <div class="field"><label for="by-status">Status</label>
      <select class="input" id="by-status" @change=${choose("status")}>
        <option value="" .selected=${!by.status}>Any status</option>
        <option value="on" .selected=${by.status === "on"}>Not called off</option>
        ${statuses.map((s) => html`<option value=${s} .selected=${s === by.status}>${words(s)}</option>`)}
      </select></div>
    <div class="field"><label for="by-type">Event type</label>
      <select class="input" id="by-type" @change=${choose("eventType")}>
        <option value="" .selected=${!by.eventType}>Any event type</option>
        ${eventTypes.map((t) => html`<option value=${t.id} .selected=${t.id === by.eventType}>${t.name}</option>`)}
      </select></div>
    ${agents.length > 0 && html`<div class="field"><label for="by-agent">Agent</label>
      <select class="input" id="by-agent" @change=${choose("agent")}>
        <option value="" .selected=${!by.agent}>Any agent</option>
        ${agents.map((a) => html`<option value=${a.id} .selected=${a.id === by.agent}>${a.name}</option>`)}
      </select></div>`}
    <div class="field"><label for="by-from">From</label>
      <input class="input" id="by-from" type="date" .value=${by.from} max=${by.until || null} @change=${choose("from")}></div>
    <div class="field"><label for="by-until">Until</label>
      <input class="input" id="by-until" type="date" .value=${by.until} min=${by.from || null} @change=${choose("until")}></div>
    ${isFiltered(by) && html`<button type="button" class="button quiet small" @click=${clear}>Clear filters</button>`}
  </form></details>`;
}
