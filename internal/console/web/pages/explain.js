// Why was this not sent? For an event and a webhook: what became of it, and all
// that was looked at to find out.

import { html, keyed } from "../core/dom.js";
import { dateTime, exactTime, triggerName, words } from "../core/format.js";
import { query } from "../core/gql.js";
import { href, place, replaceQuery } from "../core/router.js";
import { may } from "../core/session.js";
import { computed, effect, signal } from "../core/signal.js";
import { drawn } from "../core/view.js";
import { icon } from "../ui/icon.js";
import { selectFilter } from "../ui/filters.js";
import { badge, loading, note, pageHead, problem, stateBadge, time } from "../ui/parts.js";
import { prose } from "../ui/prose.js";
import { codeBadge, last } from "./delivery-parts.js";
import { newestEvents } from "./dashboard-newest.js";
import { eventById, eventFields, eventsOf } from "./event-search.js";
import { Page } from "./page.js";
import { openReplay } from "./replay-form.js";
import { WebhookNames, webhookLabel } from "./webhook-names.js";

/**
 * @typedef {{ verdict: string, reason: string, checks: { name: string, passed: boolean, detail: string }[],
 *   deliveries: { id: string, messageId: string, trigger: string, status: string, statusCode: number | null, createdAt: string, attemptCount: number, attempts: import("./delivery-parts.js").Tried[] }[] }} Explanation
 */

const explainQuery = `query ($event: ID!, $webhook: ID!) { explainDelivery(eventId: $event, webhookId: $webhook) {
  verdict reason checks { name passed detail }
  deliveries { id messageId trigger status statusCode createdAt attemptCount attempts { at statusCode latencyMs error } }
} }`;

/** @type {Record<string, { title: string, tone: "ok" | "wait" | "bad" | "info" }>} */
const verdicts = {
  DELIVERED: { title: "It was delivered", tone: "ok" },
  PENDING: { title: "It is on its way", tone: "wait" },
  FAILED: { title: "It was tried in vain, and given up", tone: "bad" },
  CANCELLED: { title: "It was cancelled before it was sent", tone: "bad" },
  FILTERED: { title: "The webhook did not choose it", tone: "info" },
  OUT_OF_SCOPE: { title: "It is not in the webhook's scope", tone: "info" },
  BEFORE_WEBHOOK: { title: "It happened before the webhook was made", tone: "info" },
  DISABLED: { title: "The webhook was switched off when it happened", tone: "info" },
  WAITING: { title: "It waits for the webhook", tone: "wait" },
};

const listed = 20; // of the newest

class Explain extends Page {
  #names = new WebhookNames();
  #event = computed(() => place.value.query.get("event") ?? "");
  #webhook = computed(() => place.value.query.get("webhook") ?? "");
  #meeting = computed(() => place.value.query.get("meeting") ?? "");
  #events = signal(/** @type {import("./event-search.js").MeetingEvent[] | null} */ (null));
  #eventsFailed = signal(/** @type {Error | null} */ (null));
  #answer = signal(/** @type {Explanation | null} */ (null));
  #refused = signal(/** @type {Error | null} */ (null));
  /** What is known of the event that is chosen. */
  #about = signal(/** @type {import("./event-search.js").MeetingEvent | null} */ (null));
  #typed = signal("");

  connected() {
    void this.load(() => this.#names.load());
    this.own(effect(() => void this.#explain(this.#event.value, this.#webhook.value)));
    this.own(effect(() => void this.#tell(this.#event.value)));
    this.own(effect(() => {
      if (!this.#event.value && may("MEETINGS_READ")) void this.#find(this.#meeting.value);
    }));
    this.own(effect(() => void (this.#names.loaded.value && this.#names.need([this.#webhook.value]))));
  }

  /** @param {string} event @param {string} webhook */
  async #explain(event, webhook) {
    this.#answer.value = null;
    this.#refused.value = null;
    if (!event || !webhook) return;
    const current = () => event === this.#event.peek() && webhook === this.#webhook.peek();
    try {
      const { explainDelivery } = await query(explainQuery, { event, webhook });
      if (current()) this.#answer.value = explainDelivery;
    } catch (error) {
      if (current()) this.#refused.value = /** @type {Error} */ (error);
    }
  }

  /** @param {string} id */
  async #tell(id) {
    this.#about.value = this.#events.peek()?.find((event) => event.id === id) ?? null;
    if (!id || this.#about.peek() || !may("MEETINGS_READ")) return;
    const found = await eventById(id).catch(() => null); // the id stands for it then
    if (id === this.#event.peek()) this.#about.value = found ?? null;
  }

  /** @param {string} meeting "": the newest */
  async #find(meeting) {
    this.#events.value = null;
    this.#eventsFailed.value = null;
    try {
      const found = meeting ? await eventsOf(meeting) : /** @type {any[]} */ ((await newestEvents(listed, eventFields)).events);
      if (meeting === this.#meeting.peek()) this.#events.value = found;
    } catch (error) {
      if (meeting === this.#meeting.peek()) this.#eventsFailed.value = /** @type {Error} */ (error);
    }
  }

  view() {
    return html`
      ${pageHead({ title: "Why was this not sent?", text: "Choose an event and a webhook to see what became of it, and what was looked at to decide.", back: { path: "/deliveries", text: "Deliveries" } })}
      <section class="card stack">
        <div class="explain-webhook">${this.#webhooks()}</div>
        ${this.#event.value ? this.#chosen() : this.#choose()}
      </section>
      <div aria-live="polite">${this.#result()}</div>`;
  }

  #webhooks() {
    if (this.failed.value) return problem(this.failed.value, () => void this.reload());
    const options = this.#names.all().map((w) => ({ value: w.id, label: webhookLabel(w) }));
    if (this.#webhook.value && !options.some((o) => o.value === this.#webhook.value)) options.push({ value: this.#webhook.value, label: this.#webhook.value });
    return selectFilter({ name: "webhook", label: "Webhook", any: "Choose a webhook", options });
  }

  #chosen() {
    const event = this.#about.value;
    return html`<div class="row between">
      <div class="explain-event"><div class="muted small">Event</div>${event ? summary(event) : html`<code>${this.#event.value}</code>`}</div>
      <button type="button" class="button small explain-another" @click=${() => void this.#go({ event: null }, "#event")}>Choose another event</button>
    </div>`;
  }

  #choose() {
    return html`<form class="row explain-search" role="search" @submit=${(/** @type {Event} */ e) => this.#search(e)}>
        <div class="field grow"><label for="event">Event or meeting</label>
          <input id="event" class="input mono" autocomplete="off" spellcheck="false" autocapitalize="off" placeholder="evt_… or mtg_…" aria-describedby="event-hint" .value=${this.#typed.value} @input=${(/** @type {any} */ e) => (this.#typed.value = e.target.value)}>
          <div class="hint muted small" id="event-hint">The ID of an event is the webhook-id of its messages, or what that begins with.</div></div>
        <button type="submit" class="button">${icon("search")} Find</button>
      </form>
      ${may("MEETINGS_READ") && this.#list()}`;
  }

  /** @param {Event} e */
  #search(e) {
    e.preventDefault();
    const id = this.#typed.peek().trim();
    if (id.startsWith("mtg_")) replaceQuery({ meeting: id });
    else if (id) void this.#go({ event: id.replace(/-.*$/, "") });
    else replaceQuery({ meeting: null });
  }

  /**
   * Changes the address, and takes the focus to what is next, as what had it goes.
   * @param {Record<string, string | null>} changes
   * @param {string} [next]
   */
  async #go(changes, next = this.#webhook.peek() ? ".explain-another" : "#filter-webhook") {
    replaceQuery(changes);
    await drawn();
    await drawn();
    /** @type {HTMLElement | null} */ (this.querySelector(next))?.focus();
  }

  #list() {
    if (this.#eventsFailed.value) return problem(this.#eventsFailed.value, () => void this.#find(this.#meeting.peek()));
    const events = this.#events.value;
    if (!events) return loading(3);
    const meeting = this.#meeting.value;
    const head = html`<div class="row between"><h2>${meeting ? "Events of the meeting" : "The newest events"}</h2>${meeting && html`<button type="button" class="button quiet small" @click=${() => replaceQuery({ meeting: null })}>The newest of all</button>`}</div>`;
    if (events.length === 0) return html`${head}<p class="muted">${meeting ? "There are none of this meeting, or they are no longer kept." : "Nothing has happened yet."}</p>`;
    return html`${head}<ul class="event-choice">${events.map((event) => keyed(event.id, html`<li><button type="button" @click=${() => void this.#go({ event: event.id })}>${summary(event)}</button></li>`))}</ul>`;
  }

  #result() {
    if (this.#refused.value) return html`<div class="card">${problem(this.#refused.value, () => void this.#explain(this.#event.peek(), this.#webhook.peek()))}</div>`;
    if (!this.#event.value || !this.#webhook.value) return null;
    const x = this.#answer.value;
    if (!x) return html`<div class="card">${loading(3)}</div>`;
    const { title, tone } = verdicts[x.verdict] ?? { title: words(x.verdict), tone: "info" };
    return html`<div class="stack loose">
      ${note(tone, html`<h2>${title}</h2><p class="break">${prose(x.reason)}</p>${this.#help(x.verdict)}`)}
      <section class="card"><header><h2>What was looked at</h2></header><ol class="check-list">${x.checks.map(check)}</ol></section>
      ${x.deliveries.length > 0 && html`<section class="card"><header><h2>Its deliveries</h2><a class="small" href=${href(`/deliveries?event=${this.#event.value}`)}>Of all webhooks</a></header><ul class="delivery-lines">${x.deliveries.map(line)}</ul></section>`}
    </div>`;
  }

  /** What helps, where that is something to press. @param {string} verdict */
  #help(verdict) {
    const webhook = this.#names.byId.value.get(this.#webhook.value);
    if (!webhook || verdict === "DELIVERED" || verdict === "PENDING") return null;
    const replay = ["FILTERED", "BEFORE_WEBHOOK", "DISABLED"].includes(verdict) && may("WEBHOOKS_WRITE");
    return html`<div class="row"><a class="button small" href=${href(`/settings/webhooks/${webhook.id}`)}>To the webhook</a>${replay && html`<button type="button" class="button small" @click=${() => void openReplay(webhook)}>${icon("rotate")} Replay to it</button>`}</div>`;
  }
}
customElements.define("page-explain", Explain);

/** @param {import("./event-search.js").MeetingEvent} event */
function summary({ id, trigger, occurredAt, sequence, meeting }) {
  const who = meeting?.attendees.map((a) => a.name).slice(0, 3).join(", ");
  return html`<span class="event-summary"><strong>${triggerName(trigger)}</strong>
    ${meeting && html`<span class="break">${meeting.eventName}${who && html` with ${who}`}, ${dateTime(meeting.start)}</span>`}
    <span class="muted small">${time(occurredAt)}${sequence > 1 && html` · event ${sequence} of the meeting`} · <code>${id}</code></span></span>`;
}

/** @param {Explanation["checks"][number]} c */
function check({ name, passed, detail }) {
  return html`<li class=${passed ? "passed" : "failed"}>${icon(passed ? "check" : "close")}<div><strong>${words(name.replace(/([a-z])([A-Z])/g, "$1_$2"))}</strong> ${badge(passed ? "Passed" : "Not passed", passed ? "ok" : "bad")}<p class="break">${prose(detail)}</p></div></li>`;
}

/** @param {Explanation["deliveries"][number]} d */
function line(d) {
  return html`<li><a href=${href(`/deliveries/${d.id}`)}>${triggerName(d.trigger)}</a> ${stateBadge(d.status)} ${codeBadge(d.statusCode, last(d.attempts)?.error)} <span class="muted small">${d.attemptCount === 1 ? "1 attempt" : `${d.attemptCount} attempts`} · <span title=${exactTime(d.createdAt)}>${dateTime(d.createdAt)}</span> · <code>${d.messageId}</code></span></li>`;
}
