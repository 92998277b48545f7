// Meetings: what is coming, and what has been, as it changes.

import { html } from "../core/dom.js";
import { query } from "../core/gql.js";
import { list } from "../core/list.js";
import { connection, subscribe } from "../core/live.js";
import { href, place } from "../core/router.js";
import { may } from "../core/session.js";
import { computed, effect, signal } from "../core/signal.js";
import { soon } from "../core/soon.js";
import { icon } from "../ui/icon.js";
import { loading, note, nothing, pageHead, problem } from "../ui/parts.js";
import { pager } from "../ui/table.js";
import { filter, filterFields, isFiltered, pageWords, variablesOf, viewChoice } from "./meetings-filter.js";
import { meetingsTable, rowFields } from "./meetings-table.js";
import { Page } from "./page.js";

const meetingsQuery = `query ($first: Int, $after: Cursor, $last: Int, $before: Cursor, $where: MeetingWhereInput, $orderBy: MeetingOrder) {
  meetings(first: $first, after: $after, last: $last, before: $before, where: $where, orderBy: $orderBy) {
    edges { node { ${rowFields} } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

// whoever reads meetings reads event types and agents, too
const choicesQuery = `query ($asked: ID!) {
  eventTypes(first: 100, orderBy: { field: NAME }) { edges { node { id name } } }
  agents(first: 100, orderBy: { field: NAME }) { edges { node { id name } } }
  asked: agents(where: { id: $asked }) { edges { node { id name } } }
}`;

const attendeesQuery = `query ($where: AttendeeWhereInput) {
  attendees(first: 100, where: $where, orderBy: { field: CREATED_AT, direction: DESC }) { edges { node { meeting { id } } } pageInfo { hasNextPage } }
}`;

const minute = 60_000;
const shine = 2500; // how long a row shows that it has changed

class Meetings extends Page {
  /** @type {import("../core/signal.js").Signal<{ text: string, ids: string[], more: boolean } | null>} of the attendees that are looked for */
  #found = signal(/** @type {any} */ (null));
  /** @type {import("../core/signal.js").Signal<Error | null>} */
  #notFound = signal(/** @type {Error | null} */ (null));
  #attendee = computed(() => (place.value.path === "/meetings" ? filter().attendee : ""));
  /** @type {import("../core/list.js").List<import("./meetings-table.js").Row>} */
  #meetings = list({ document: meetingsQuery, field: "meetings", variables: () => variablesOf(filter(), this.#ids()) });
  /** The filters: where there is little room the list comes first. */
  #unfolded = signal(matchMedia("(min-width: 48rem)").matches || isFiltered(filter()));
  #eventTypes = signal(/** @type {{ id: string, name: string }[]} */ ([]));
  #agents = signal(/** @type {{ id: string, name: string }[]} */ ([]));
  #changed = signal(/** @type {ReadonlySet<string>} */ (new Set()));
  /** @type {Set<string>} what was told of since the page was loaded */
  #told = new Set();
  #refresh = soon(() => this.#reload());

  connected() {
    this.own(() => this.#meetings.close());
    this.own(() => this.#refresh.stop());
    this.own(effect(() => void this.#look(this.#attendee.value)));
    this.own(subscribe(`subscription ($after: Cursor) { meetingEvents(after: $after) { meeting { id } } }`, {}, {
      next: ({ meetingEvents: { meeting } }) => {
        if (!meeting) return;
        this.#told.add(meeting.id);
        this.#refresh();
      },
      again: () => this.#refresh(),
    }));
    // what happened between the first answer and the start of the subscription
    this.own(effect(() => connection.value === "open" && this.#meetings.nodes.peek() && this.#refresh()));
    // meetings end, and holds run out, without an event
    const timer = setInterval(() => document.hidden || this.#refresh(), minute);
    this.own(() => clearInterval(timer));
    void this.#loadChoices();
  }

  async #loadChoices() {
    const asked = filter().agent;
    const data = await query(choicesQuery, { asked }).catch(() => ({}));
    const of = (/** @type {any} */ connection) => connection?.edges.map((/** @type {any} */ e) => e.node) ?? [];
    this.#eventTypes.value = of(data.eventTypes);
    /** @type {{ id: string, name: string }[]} */
    const agents = of(data.agents);
    const missing = asked && data.agents && !agents.some((a) => a.id === asked); // there are more, or no such agent
    this.#agents.value = missing ? [...agents, of(data.asked)[0] ?? { id: asked, name: "Unknown agent" }] : agents;
  }

  async #reload() {
    const told = new Set(this.#told);
    this.#told.clear();
    await this.#meetings.reload();
    if (told.size === 0) return;
    this.#changed.value = told;
    setTimeout(() => this.#changed.peek() === told && (this.#changed.value = new Set()), shine);
  }

  /** @returns {string[] | null} */
  #ids() {
    const text = this.#attendee.value;
    if (!text) return null;
    const found = this.#found.value;
    return found?.text === text ? found.ids : [];
  }

  /** The meetings of an attendee are found by the attendees. @param {string} text */
  async #look(text) {
    this.#notFound.value = null;
    if (!text) return;
    try {
      const { attendees } = await query(attendeesQuery, { where: { or: [{ emailContainsFold: text }, { nameContainsFold: text }] } });
      if (this.#attendee.peek() !== text) return;
      this.#found.value = { text, ids: [...new Set(attendees.edges.map((/** @type {any} */ e) => e.node.meeting.id))], more: attendees.pageInfo.hasNextPage };
    } catch (error) {
      if (this.#attendee.peek() === text) this.#notFound.value = /** @type {Error} */ (error);
    }
  }

  view() {
    const by = filter();
    const book = may("MEETINGS_WRITE") && html`<a class="button primary" href=${href("/meetings/new")}>${icon("plus")} Book meeting</a>`;
    return html`
      ${pageHead({ title: "Meetings", text: "What is booked, and what has been, in your time zone. Changes show at once.", actions: book })}
      <div class="meetings-head">
        ${viewChoice(by)}
        ${filterFields(by, this.#eventTypes.value, this.#agents.value, this.#unfolded)}
        ${by.attendee && this.#found.value?.text === by.attendee && this.#found.value.more && note("info", "Many attendees match: only the meetings of the 100 who were added last are searched. Write more of the name or the address.")}
      </div>
      ${this.#list(by, book)}`;
  }

  /**
   * @param {import("./meetings-filter.js").Filter} by
   * @param {unknown} book
   */
  #list(by, book) {
    const error = this.#notFound.value ?? this.#meetings.error.value;
    const again = () => void (this.#notFound.peek() ? this.#look(by.attendee) : this.#meetings.reload());
    if (error) return html`<div class="card">${problem(error, again)}</div>`;
    const rows = this.#meetings.nodes.value;
    const searching = by.attendee && this.#found.value?.text !== by.attendee;
    if (!rows || searching) return html`<div class="card flush">${loading(6)}</div>`;
    if (rows.length === 0 && this.#meetings.isFirst.value) return html`<div class="card" aria-busy=${this.#meetings.loading.value ? "true" : "false"}>${none(by, book)}</div>`;
    const changed = this.#changed.value;
    return html`<div class="card flush" aria-busy=${this.#meetings.loading.value ? "true" : "false"}>
      ${meetingsTable(rows, (row) => changed.has(row.id))}
      ${pager(this.#meetings, pageWords(by.view))}
    </div>`;
  }
}
customElements.define("page-meetings", Meetings);

/**
 * @param {import("./meetings-filter.js").Filter} by
 * @param {unknown} book
 */
function none(by, book) {
  if (isFiltered(by)) return nothing({ icon: "search", title: "No meeting matches", text: "Change the filters, or look under All." });
  if (by.view === "past") return nothing({ icon: "meetings", title: "No past meetings", text: "Meetings come here when they are over." });
  return nothing({ icon: "meetings", title: by.view === "upcoming" ? "Nothing is coming up" : "No meetings yet", text: "Meetings that are booked, here or through the API, show up at once.", action: book });
}
