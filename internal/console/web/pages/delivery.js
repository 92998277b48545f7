// A delivery: what was sent, each attempt to send it, and what came back.

import { html } from "../core/dom.js";
import { dateTime, number, triggerName } from "../core/format.js";
import { ApiError, query } from "../core/gql.js";
import { subscribe } from "../core/live.js";
import { href } from "../core/router.js";
import { may } from "../core/session.js";
import { effect, signal } from "../core/signal.js";
import { confirm, toast } from "../ui/dialog.js";
import { json } from "../ui/code.js";
import { icon } from "../ui/icon.js";
import { copy, nothing, note, pageHead, stateBadge, time } from "../ui/parts.js";
import { prose } from "../ui/prose.js";
import { asCurl } from "./delivery-curl.js";
import { timeline } from "./delivery-attempts.js";
import { last } from "./delivery-parts.js";
import { Page } from "./page.js";

/**
 * @typedef {import("./delivery-parts.js").Delivery & { messageId: string, attempts: import("./delivery-attempts.js").Attempt[], webhook: { id: string, subscriberUrl: string, description: string | null, state: string, stateReason: string | null } | null }} Whole
 * @typedef {{ body: string | null, event: { id: string, sequence: number, occurredAt: string, meeting: { id: string, eventName: string, start: string } | null } | null }} Content
 */

const deliveryQuery = `query ($id: ID!) { delivery(id: $id) {
  id createdAt updatedAt webhookId eventId messageId trigger status statusCode attemptCount nextAttemptAt test
  webhook { id subscriberUrl description state stateReason }
  attempts { at statusCode latencyMs address error requestHeaders responseHeaders response }
} }`;
const contentQuery = `query ($id: ID!) { delivery(id: $id) { body event { id sequence occurredAt meeting { id eventName start } } } }`;
const updates = `subscription ($webhookId: ID) { deliveryUpdates(webhookId: $webhookId) { id } }`;

class DeliveryPage extends Page {
  #delivery = signal(/** @type {Whole | null} */ (null));
  /** null: not for the viewer's token. */
  #content = signal(/** @type {Content | null} */ (null));
  #missing = signal(false);
  #reading = false;
  #stale = false;

  connected() {
    void this.load(() => this.#read(true));
    let end = () => {};
    let followed = "";
    this.own(() => end());
    this.own(effect(() => {
      const d = this.#delivery.value;
      const next = d?.status === "PENDING" ? d.webhookId : "";
      if (next === followed) return;
      followed = next;
      end();
      end = next ? this.#follow(next) : () => {};
    }));
  }

  // What has changed while it was subscribed to nobody tells: it is looked at once more.
  /** @param {string} webhookId */
  #follow(webhookId) {
    const timer = setTimeout(() => void this.#refresh(), 400);
    const unsubscribe = subscribe(updates, this.#delivery.peek()?.webhook ? { webhookId } : {}, {
      next: ({ deliveryUpdates }) => deliveryUpdates.id === this.#delivery.peek()?.id && void this.#refresh(),
      again: () => void this.#refresh(),
    });
    return () => (clearTimeout(timer), unsubscribe());
  }

  // One question at a time: what comes meanwhile makes one more.
  async #refresh() {
    this.#stale = true;
    if (this.#reading) return;
    this.#reading = true;
    while (this.#stale && this.isConnected) {
      this.#stale = false;
      await this.#read(false).catch(() => null); // what is shown stays
      await new Promise((done) => setTimeout(done, 250));
    }
    this.#reading = false;
  }

  /** @param {boolean} whole with what never changes */
  async #read(whole) {
    const { id } = this.params.peek();
    const { delivery } = await query(deliveryQuery, { id }).catch((error) => {
      if (error instanceof ApiError && error.code === "NOT_FOUND") return { delivery: null };
      throw error;
    });
    this.#missing.value = !delivery;
    if (!delivery) return;
    if (whole && may(delivery.trigger === "ROUTING_FORM_SUBMITTED" ? "ROUTING_FORMS_READ" : "MEETINGS_READ")) this.#content.value = (await query(contentQuery, { id })).delivery;
    this.#delivery.value = delivery;
    this.called(`${triggerName(delivery.trigger)}, delivery`);
  }

  view() {
    const back = { path: "/deliveries", text: "Deliveries" };
    if (this.#missing.value) return html`${pageHead({ title: "Delivery", back })}<div class="card">${nothing({ icon: "search", title: "There is no such delivery", text: "It may be older than what is kept, or of a webhook that is not yours." })}</div>`;
    const d = this.#delivery.value;
    const curl = d && this.#content.value?.body != null && d.webhook ? asCurl(d.webhook.subscriberUrl, last(d.attempts)?.requestHeaders, this.#content.value.body) : "";
    return html`
      ${pageHead({ back, title: html`${d ? triggerName(d.trigger) : "Delivery"} ${d?.test && html`<span class="tag">Test</span>`}`, actions: d && html`
        ${curl && copy(curl, "Copy as curl")}
        <a class="button" href=${href(`/deliveries/explain?event=${d.eventId}&webhook=${d.webhookId}`)}>Why?</a>
        ${may("WEBHOOKS_WRITE") && html`<button type="button" class="button primary" ?disabled=${!d.webhook} @click=${() => void this.#resend(d)}>${icon("send")} Resend</button>`}` })}
      ${this.shown(d, (whole) => this.#whole(whole))}`;
  }

  /** @param {Whole} d */
  #whole(d) {
    return html`${this.#hint(d)}
      <section class="card">${this.#facts(d)}</section>
      <div class="delivery-halves">
        <section class="card"><header><h2>Attempts</h2>${d.attemptCount > d.attempts.length && html`<span class="muted small">the latest ${d.attempts.length} of ${number(d.attemptCount)}</span>`}</header>${timeline(d)}</section>
        <section class="card"><header><h2>Body</h2></header>${this.#body(d)}</section>
      </div>`;
  }

  // Why it waits, where that is its webhook's doing.
  /** @param {Whole} d */
  #hint({ webhook, status }) {
    if (!webhook) return note("wait", "Its webhook is deleted: it is kept as a record, and cannot be sent again.");
    if (status === "DELIVERED" || webhook.state === "ACTIVE") return null;
    const why = { PAUSED: "Its webhook is paused: what it is owed is kept, and sent when it is resumed.", DEGRADED: "Its webhook fails again and again: messages wait, and one is tried now and then.", DISABLED: "Its webhook is switched off: nothing is sent to it." }[webhook.state];
    return note("wait", html`<p>${why} <a href=${href(`/settings/webhooks/${webhook.id}`)}>To the webhook</a></p>${webhook.stateReason && html`<p class="small">${prose(webhook.stateReason)}</p>`}`);
  }

  /** @param {Whole} d */
  #facts(d) {
    const event = this.#content.value?.event;
    const meeting = event?.meeting;
    const { webhook } = d;
    return html`<dl class="facts broad">
      <div><dt>Status</dt><dd>${stateBadge(d.status)}</dd></div>
      <div><dt>Webhook</dt><dd>${webhook ? html`<a href=${href(`/settings/webhooks/${webhook.id}`)}>${webhook.description || webhook.subscriberUrl}</a>` : html`<span class="muted">Deleted</span>`}</dd></div>
      <div><dt>${d.test ? "Asked for" : "Happened"}</dt><dd>${time(d.createdAt)} <span class="muted small">${dateTime(d.createdAt)}</span></dd></div>
      ${meeting && html`<div><dt>Meeting</dt><dd><a href=${href(`/meetings/${meeting.id}`)}>${meeting.eventName || meeting.id}</a>${event && event.sequence > 0 && html`<div class="muted small">Event ${event.sequence} of it</div>`}</dd></div>`}
      ${!d.test && html`<div><dt>Event ID</dt><dd><a href=${href(`/deliveries?event=${d.eventId}`)} title="All deliveries of this event"><code>${d.eventId}</code></a></dd></div>`}
      <div><dt>Message ID</dt><dd><code>${d.messageId}</code></dd></div>
      ${webhook?.description && html`<div class="all"><dt>Subscriber URL</dt><dd><code>${webhook.subscriberUrl}</code></dd></div>`}
    </dl>`;
  }

  /** @param {Whole} d */
  #body(d) {
    const content = this.#content.value;
    if (!content) return html`<p class="muted">Your token is not for reading what messages tell.</p>`;
    if (content.body != null) return json(content.body, "Body of the message");
    if (!d.webhook) return html`<p class="muted">It cannot be told any more: the webhook is deleted.</p>`;
    return html`<p class="muted">${content.event || d.test ? "Nothing was sent: the payload template could not make the body." : "It cannot be told any more: the event is no longer kept."}</p>`;
  }

  /** @param {Whole} d */
  async #resend(d) {
    const done = await confirm({
      title: "Resend this message?",
      text: html`<div class="stack tight"><p>It is sent once more, now, to <code class="break">${d.webhook?.subscriberUrl}</code>, with the same body and the same message ID.</p>
        ${d.status === "DELIVERED" && html`<p>The receiver has had it already. One that remembers message IDs will take it for the same message.</p>`}
        <p class="muted">If it fails, it is tried again by the webhook's whole retry schedule.</p></div>`,
      action: "Resend message",
      run: () => this.#send(d.id),
    });
    if (!done) return;
    toast("The message is on its way.");
    await this.#refresh();
  }

  /** @param {string} id */
  async #send(id) {
    try {
      await query(`mutation ($id: ID!) { resendDelivery(id: $id) { id } }`, { id });
    } catch (error) {
      await this.#read(false).catch(() => null);
      const state = this.#delivery.peek()?.webhook?.state;
      if (!(error instanceof ApiError) || error.code !== "CONFLICT") throw error;
      if (state === "PAUSED") throw new ApiError("the webhook is paused. Resume it on its page: that delivers all that it is owed, and then this can be sent again", { code: error.code });
      if (state === "DISABLED") throw new ApiError("the webhook is switched off. Resume it on its page first, then resend this", { code: error.code });
      throw error;
    }
  }
}
customElements.define("page-delivery", DeliveryPage);
