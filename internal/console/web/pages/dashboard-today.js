// <s-today>: the meetings that run now, and those that begin before the day ends in
// the browser's time zone. Events make it load again, at most once in two seconds;
// a meeting that ends leaves by the clock.

import { html, keyed } from "../core/dom.js";
import { number, timeIn, timeOfDay, zone } from "../core/format.js";
import { query } from "../core/gql.js";
import { href } from "../core/router.js";
import { subscribe } from "../core/live.js";
import { signal } from "../core/signal.js";
import { soon } from "../core/soon.js";
import { View } from "../core/view.js";
import { loading, nothing, problem, stateBadge } from "../ui/parts.js";

/** @typedef {{ id: string, eventName: string, modifiedEventName: string | null, start: string, end: string, status: string, timeZone: string, agents: { id: string, name: string }[], attendees: { id: string, name: string }[] }} Today */

const todayDocument = `query ($now: Time!, $midnight: Time!) {
  meetings(first: 8, orderBy: { field: START, direction: ASC }, where: { endGT: $now, startLT: $midnight, statusIn: [ACTIVE, HELD] }) {
    totalCount
    edges { node { id eventName modifiedEventName start end status timeZone agents { id name } attendees { id name } } }
  }
}`;

const rest = 2000; // between two loads
const minute = 60_000;

class TodaysMeetings extends View {
  #meetings = signal(/** @type {Today[] | null} */ (null));
  #total = signal(0);
  #failed = signal(/** @type {Error | null} */ (null));
  #now = signal(Date.now());
  #loads = 0;
  #refresh = soon(() => this.#load(), { rest });

  connected() {
    void this.#load();
    this.own(subscribe(`subscription { meetingEvents(where: { triggers: [MEETING_BOOKED, MEETING_CANCELED, MEETING_RESCHEDULED] }) { id } }`, {}, {
      next: () => this.#refresh(),
      again: () => this.#refresh(),
      error: () => {}, // the clock goes on
    }));
    const clock = setInterval(() => this.#refresh(), minute);
    this.own(() => (clearInterval(clock), this.#refresh.stop()));
  }

  async #load() {
    const now = new Date();
    const mine = ++this.#loads;
    try {
      const { meetings } = await query(todayDocument, { now: now.toISOString(), midnight: new Date(new Date(now).setHours(24, 0, 0, 0)).toISOString() });
      if (mine !== this.#loads) return; // there is a later answer, or will be
      this.#meetings.value = meetings.edges.map((/** @type {{ node: Today }} */ e) => e.node);
      this.#total.value = meetings.totalCount;
      this.#now.value = now.getTime();
      this.#failed.value = null;
    } catch (error) {
      if (mine === this.#loads) this.#failed.value = /** @type {Error} */ (error);
    }
  }

  view() {
    const meetings = this.#meetings.value;
    const more = this.#total.value - (meetings?.length ?? 0);
    return html`<section class="card flush" aria-labelledby="today">
      <header><h2 id="today">Today’s meetings</h2>${meetings && meetings.length > 0 && html`<span class="muted small">${number(this.#total.value)} left</span>`}</header>
      ${this.#failed.value && !meetings ? html`<div class="foot">${problem(this.#failed.value, () => void this.#load())}</div>` : !meetings ? loading(4)
        : meetings.length === 0 ? nothing({ icon: "meetings", title: "Nothing more today", text: `No meeting runs, and none begins before midnight (${zone}).` })
        : html`<ol class="today-list">${meetings.map((m) => keyed(m.id, this.#row(m)))}</ol>
          ${more > 0 && html`<p class="foot"><a href=${href("/meetings")}>${number(more)} more today</a></p>`}`}
    </section>`;
  }

  /** @param {Today} m */
  #row(m) {
    const running = Date.parse(m.start) <= this.#now.value;
    return html`<li class=${running && "running"}>
      <time datetime=${m.start} title=${m.timeZone === zone ? null : `${timeIn(m.start, m.timeZone)} in ${m.timeZone}`}>${timeOfDay(m.start)}</time>
      <div><a class="break" href=${href(`/meetings/${m.id}`)}>${m.modifiedEventName ?? m.eventName}</a><div class="what break">${people(m.attendees)} with ${people(m.agents)}</div></div>
      ${running ? stateBadge("RUNNING", "Now") : m.status === "HELD" ? stateBadge("HELD") : html`<span></span>`}
    </li>`;
  }
}
customElements.define("s-today", TodaysMeetings);

/** Ana Ruiz and 3 others. @param {{ name: string }[]} list */
export function people(list) {
  const [first, ...others] = list.map((p) => p.name);
  if (others.length === 0) return first ?? "nobody";
  return others.length === 1 ? `${first} and ${others[0]}` : `${first} and ${others.length} others`;
}
