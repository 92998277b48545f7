// <s-meeting-story .meeting=${id} @happened=${…}>: what happened to a meeting, and
// whom it was sent to, as it goes on. happened says that the meeting has changed.

import { html, keyed } from "../core/dom.js";
import { exactTime, triggerName } from "../core/format.js";
import { query } from "../core/gql.js";
import { subscribe } from "../core/live.js";
import { href } from "../core/router.js";
import { may } from "../core/session.js";
import { signal } from "../core/signal.js";
import { soon } from "../core/soon.js";
import { View } from "../core/view.js";
import { countdown } from "../ui/countdown.js";
import { icon } from "../ui/icon.js";
import { loading, problem, stateBadge, time } from "../ui/parts.js";

/**
 * @typedef {{ id: string, trigger: string, sequence: number, occurredAt: string, attendee: { name: string } | null }} Event
 * @typedef {{ id: string, eventId: string, trigger: string, status: string, statusCode: number | null, attemptCount: number, nextAttemptAt: string | null, webhook: { id: string, description: string, subscriberUrl: string } | null }} Delivery
 */

const eventsQuery = `query ($id: ID!, $after: Cursor) {
  events(first: 100, after: $after, where: { meetingId: $id }) { edges { node { id trigger sequence occurredAt attendee { name } } } pageInfo { hasNextPage endCursor } }
}`;

const deliveriesQuery = `query ($id: ID!) {
  deliveries(first: 100, where: { meetingId: $id }, orderBy: { field: CREATED_AT, direction: DESC }) {
    edges { node { id eventId trigger status statusCode attemptCount nextAttemptAt webhook { id description subscriberUrl } } }
    pageInfo { hasNextPage }
  }
}`;

const mostPages = 5; // of a hundred events

/** @type {Record<string, string>} */
const tones = { MEETING_BOOKED: "ok", MEETING_CANCELED: "bad", MEETING_RESCHEDULED: "wait", MEETING_NO_SHOW: "info" };

class MeetingStory extends View {
  meeting = signal("");
  /** @type {import("../core/signal.js").Signal<Event[] | null>} */
  #events = signal(/** @type {Event[] | null} */ (null));
  #deliveries = signal(/** @type {Delivery[]} */ ([]));
  #more = signal({ events: false, deliveries: false });
  /** @type {import("../core/signal.js").Signal<Error | null>} */
  #failed = signal(/** @type {Error | null} */ (null));
  /** @type {Set<string>} */
  #ids = new Set();
  #refresh = soon(() => this.#load(), { rest: 700 });

  connected() {
    this.own(() => this.#refresh.stop());
    void this.#begin();
  }

  // What comes after the events that were read is followed from there on, so that
  // there is no gap between the two.
  async #begin() {
    const after = await this.#load();
    if (!this.isConnected) return;
    const id = this.meeting.peek();
    const document = `subscription ($id: ID!, $after: Cursor) { meetingEvents(after: $after, where: { meetingId: $id }) { id } }`;
    this.own(subscribe(document, { id, ...(after ? { after } : {}) }, {
      next: ({ meetingEvents }) => {
        this.#ids.add(meetingEvents.id);
        this.#happened();
      },
      again: () => this.#happened(),
    }));
    if (!may("WEBHOOKS_READ")) return;
    this.own(subscribe(`subscription { deliveryUpdates { eventId } }`, {}, {
      next: ({ deliveryUpdates }) => this.#ids.has(deliveryUpdates.eventId) && this.#refresh(),
      again: () => this.#refresh(),
    }));
  }

  #happened() {
    this.#refresh();
    this.dispatchEvent(new CustomEvent("happened"));
  }

  /** @returns {Promise<string | undefined>} how far the log was read */
  async #load() {
    const id = this.meeting.peek();
    try {
      /** @type {Event[]} */
      const events = [];
      /** @type {string | undefined} */
      let after;
      let more = true;
      for (let page = 0; more && page < mostPages; page++) {
        const { edges, pageInfo } = (await query(eventsQuery, { id, after })).events;
        events.push(...edges.map((/** @type {any} */ e) => e.node));
        ({ endCursor: after, hasNextPage: more } = pageInfo);
      }
      const sent = may("WEBHOOKS_READ") ? (await query(deliveriesQuery, { id })).deliveries : { edges: [], pageInfo: {} };
      this.#events.value = events;
      this.#deliveries.value = sent.edges.map((/** @type {any} */ e) => e.node);
      this.#more.value = { events: more, deliveries: Boolean(sent.pageInfo.hasNextPage) };
      for (const { id } of events) this.#ids.add(id);
      for (const { eventId } of this.#deliveries.peek()) this.#ids.add(eventId);
      this.#failed.value = null;
      return after;
    } catch (error) {
      this.#failed.value = /** @type {Error} */ (error);
    }
  }

  view() {
    return html`<section class="card" aria-labelledby="story">
      <header><h2 id="story">What happened</h2></header>
      ${this.#story()}
    </section>`;
  }

  #story() {
    const events = this.#events.value;
    if (this.#failed.value) return problem(this.#failed.value, () => void this.#load());
    if (!events) return loading(3);
    const deliveries = this.#deliveries.value;
    const known = new Set(events.map((e) => e.id));
    const others = deliveries.filter((d) => !known.has(d.eventId));
    if (events.length === 0 && others.length === 0) return html`<p class="muted">Nothing has been told of this meeting: there is no event until it is booked for good, and events are kept for a time only.</p>`;
    const { events: moreEvents, deliveries: moreDeliveries } = this.#more.value;
    return html`<ol class="timeline">
        ${events.map((event) => keyed(event.id, this.#event(event, deliveries.filter((d) => d.eventId === event.id))))}
        ${others.length > 0 && html`<li class="wait"><strong>Its end, when it was moved</strong><div class="muted small">Sent to webhooks whose format tells the end of a moved meeting on its own.</div>${sentTo(others)}</li>`}
      </ol>
      ${(moreEvents || moreDeliveries) && html`<p class="muted small">There is more: only the first ${mostPages * 100} events and the latest 100 deliveries are shown.</p>`}`;
  }

  /**
   * @param {Event} event
   * @param {Delivery[]} deliveries
   */
  #event(event, deliveries) {
    const name = triggerName(event.trigger);
    return html`<li class=${tones[event.trigger]}>
      <div class="row between"><div><strong>${name}</strong>${event.attendee && html` <span class="muted">· ${event.attendee.name}</span>`} <span class="tag">#${event.sequence}</span></div>
        <span class="small muted" title=${exactTime(event.occurredAt)}>${time(event.occurredAt)}</span></div>
      ${may("WEBHOOKS_READ") && html`
        ${deliveries.length > 0 ? sentTo(deliveries) : html`<p class="muted small">Sent to no webhook.</p>`}
        <a class="small inline-link" href=${href(`/deliveries/explain?event=${event.id}`)}>Why was this not sent?<span class="visually-hidden"> (event ${event.sequence}, ${name})</span></a>`}
    </li>`;
  }
}
customElements.define("s-meeting-story", MeetingStory);

/** Whom a delivery is for. @param {Delivery} d */
const to = ({ webhook }) => (webhook ? webhook.description || webhook.subscriberUrl : "A webhook that is deleted");

/** @param {Delivery[]} deliveries */
function sentTo(deliveries) {
  return html`<ul class="sent">${deliveries.toSorted((a, b) => to(a).localeCompare(to(b))).map((d) => keyed(d.id, html`<li>
      <a href=${href(`/deliveries/${d.id}`)} title=${d.webhook?.subscriberUrl}>${icon("send")} ${to(d)}</a>
      <span class="muted nowrap">${[d.statusCode, d.attemptCount > 1 && `${d.attemptCount} attempts`].filter(Boolean).join(" · ")}</span>
      ${d.status === "PENDING" && d.nextAttemptAt && d.attemptCount > 0 && html`<span class="muted nowrap">again ${countdown(d.nextAttemptAt)}</span>`}
      ${stateBadge(d.status)}
    </li>`))}</ul>`;
}
