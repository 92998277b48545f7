// <s-feed>: the newest events as they come. It begins with the end of the log and
// goes on behind it, so that nothing is lost between, nor in a cut.
//
// What comes while there is a lot of it is put in once a second. Nothing moves under
// the pointer or the keyboard's focus: the list waits until they are elsewhere, or
// as long as one has it wait.

import { html, keyed } from "../core/dom.js";
import { dateTime, number, triggerName } from "../core/format.js";
import { subscribe } from "../core/live.js";
import { href } from "../core/router.js";
import { may } from "../core/session.js";
import { signal } from "../core/signal.js";
import { View } from "../core/view.js";
import { icon } from "../ui/icon.js";
import { loading, nothing, problem, time } from "../ui/parts.js";
import { eventFields, newestEvents } from "./dashboard-newest.js";
import { people } from "./dashboard-today.js";

/** @typedef {import("./dashboard-newest.js").LogEvent} LogEvent */

const length = 20;
const pace = 1000;

/** @type {Record<string, { mark: string, class: string, did: string }>} */
const kinds = {
  MEETING_BOOKED: { mark: "plus", class: "booked", did: "booked" },
  MEETING_CANCELED: { mark: "close", class: "canceled", did: "canceled" },
  MEETING_RESCHEDULED: { mark: "rotate", class: "rescheduled", did: "rescheduled" },
  MEETING_NO_SHOW: { mark: "person", class: "no-show", did: "did not come" },
  ROUTING_FORM_SUBMITTED: { mark: "forms", class: "submitted", did: "submitted" },
};

class Feed extends View {
  /** @type {import("../core/signal.js").Signal<(is: boolean) => void>} told whether nothing has ever happened */
  untouched = signal((/** @type {boolean} */ _is) => {});
  #events = signal(/** @type {LogEvent[] | null} */ (null));
  #failed = signal(/** @type {Error | null} */ (null));
  #stopped = signal(false);
  /** Whether somebody points at an entry, or is at one with the keyboard. */
  #looked = signal(false);
  #shownAt = 0;
  /** How many came since it waits. */
  #held = signal(0);
  /** @type {LogEvent[]} what came and is not shown yet, the newest first */
  #coming = [];
  /** @type {Set<string>} those that came while one watches */
  #fresh = new Set();
  #fields = eventFields(may("ROUTING_FORMS_READ"));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soon;
  #stop = () => {};
  #begins = 0;

  connected() {
    void this.#begin();
    this.own(() => {
      this.#begins++;
      this.#stop();
      clearTimeout(this.#soon);
    });
  }

  async #begin() {
    this.#stop();
    const mine = ++this.#begins; // another beginning, or the end, overtakes this one
    try {
      const { events, cursor, whole } = await newestEvents(length, this.#fields);
      if (mine !== this.#begins) return;
      this.#failed.value = null;
      this.#coming = [];
      this.#events.value = events;
      this.untouched.peek()(whole && events.length === 0);
      this.#stop = subscribe(`subscription ($after: Cursor) { meetingEvents(after: $after) { ${this.#fields} } }`, { after: cursor }, {
        next: ({ meetingEvents }) => this.#take(meetingEvents),
        again: () => void this.#begin(), // the place in the log is no longer kept
        error: ([error]) => (this.#failed.value = new Error(error?.message ?? "the server ended the subscription")),
      });
    } catch (error) {
      if (mine === this.#begins) this.#failed.value = /** @type {Error} */ (error);
    }
  }

  /** @param {LogEvent} event */
  #take(event) {
    this.#coming.unshift(event);
    this.#coming.length = Math.min(this.#coming.length, length);
    if (this.#waits()) this.#held.value++;
    else this.#soon ??= setTimeout(() => this.#show(), Math.max(50, this.#shownAt + pace - Date.now()));
  }

  #waits() {
    return this.#stopped.peek() || this.#looked.peek();
  }

  /** @param {HTMLElement} list */
  #look(list) {
    this.#looked.value = list.matches(":hover, :focus-within");
    this.#goOn();
  }

  #goOn() {
    if (this.#waits()) return;
    this.#held.value = 0;
    this.#show();
  }

  #show() {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    if (this.#coming.length === 0 || this.#waits()) return;
    this.#shownAt = Date.now();
    this.untouched.peek()(false);
    // what comes in crowds is not lit up one by one
    this.#fresh = new Set(this.#coming.length <= 3 ? this.#coming.map((e) => e.id) : []);
    this.#events.value = [...this.#coming, ...(this.#events.peek() ?? [])].slice(0, length);
    this.#coming = [];
  }

  #toggle() {
    this.#stopped.value = !this.#stopped.peek();
    this.#goOn();
  }

  view() {
    const events = this.#events.value;
    const stopped = this.#stopped.value;
    const held = this.#held.value;
    const look = (/** @type {Event} */ event) => /** @type {PointerEvent} */ (event).pointerType !== "touch" && this.#look(/** @type {HTMLElement} */ (event.currentTarget));
    const left = (/** @type {Event} */ event) => {
      const list = /** @type {HTMLElement} */ (event.currentTarget);
      setTimeout(() => this.#look(list)); // by then the focus has moved on
    };
    return html`<section class="card flush" aria-labelledby="feed">
      <header><h2 id="feed">Newest events</h2>
        <span class="row">${(stopped || held > 0) && html`<span class="muted small number">${number(held)} newer</span>`}
        ${events && events.length > 0 && html`<button type="button" class="button small" aria-pressed=${stopped ? "true" : "false"} @click=${() => this.#toggle()}>${icon(stopped ? "play" : "pause")} ${stopped ? "Go on" : "Pause"}</button>`}</span></header>
      ${this.#failed.value && html`<div class="foot">${problem(this.#failed.value, () => void this.#begin())}</div>`}
      ${!events ? !this.#failed.value && loading(6) : events.length === 0 ? nothing({ icon: "pulse", title: "No events yet", text: "Bookings, cancellations and reschedules arrive here by themselves." })
        : html`<ol class="feed-list" @pointerenter=${look} @pointerleave=${look} @focusin=${look} @focusout=${left}>${events.map((e) => keyed(e.id, this.#row(e)))}</ol>`}
    </section>`;
  }

  /** @param {LogEvent} e */
  #row(e) {
    const kind = kinds[e.trigger] ?? { mark: "info", class: "", did: "" };
    const who = e.attendee ? e.attendee.name : people(e.meeting?.attendees ?? []);
    const to = e.meeting ? `/meetings/${e.meeting.id}` : e.submission && `/settings/routing-forms/${e.submission.routingForm.id}`;
    return html`<li class=${this.#fresh.has(e.id) && "new"}>
      <span class=${["mark", kind.class]}>${icon(kind.mark)}</span>
      ${to ? html`<a class="truncate" href=${href(to)}>${triggerName(e.trigger)}</a>` : html`<span class="truncate">${triggerName(e.trigger)}</span>`}
      ${time(e.occurredAt)}
      <span class="what break">${e.meeting ? html`${who}: ${e.meeting.modifiedEventName ?? e.meeting.eventName}, ${dateTime(e.meeting.start)}, with ${people(e.meeting.agents)}` : e.submission?.routingForm.name}</span>
    </li>`;
  }
}
customElements.define("s-feed", Feed);
