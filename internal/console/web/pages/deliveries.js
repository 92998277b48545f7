// Deliveries: every message to a webhook, the newest first, as they are sent.

import { html } from "../core/dom.js";
import { number, triggerName } from "../core/format.js";
import { list } from "../core/list.js";
import { connection } from "../core/live.js";
import { href, place, replaceQuery } from "../core/router.js";
import { may } from "../core/session.js";
import { computed, effect } from "../core/signal.js";
import { countdown } from "../ui/countdown.js";
import { toast } from "../ui/dialog.js";
import { icon } from "../ui/icon.js";
import { note, nothing, pageHead, sentence, stateBadge, time } from "../ui/parts.js";
import { listTable } from "../ui/table.js";
import { clearFilters, filtered, read, statusChoice, where } from "./delivery-filters.js";
import { Feed } from "./delivery-feed.js";
import { codeBadge, last, latency, rowFields, webhookLink } from "./delivery-parts.js";
import { Page } from "./page.js";
import { chooseWebhook, openReplay } from "./replay-form.js";
import { WebhookNames } from "./webhook-names.js";

/** @typedef {import("./delivery-parts.js").Delivery} Delivery */

// In the order of ids, which is that of time, and of which the server has an index.
const deliveriesQuery = `query ($first: Int, $after: Cursor, $last: Int, $before: Cursor, $where: DeliveryWhereInput) {
  deliveries(first: $first, after: $after, last: $last, before: $before, where: $where) {
    edges { node { ${rowFields} } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

const size = 50;

class Deliveries extends Page {
  #names = new WebhookNames();
  #rows = /** @type {import("../core/list.js").List<Delivery>} */ (list({ document: deliveriesQuery, field: "deliveries", variables: () => ({ where: where(read(place.value.query)) }), size, fromEnd: true }));
  #feed = new Feed(this.#rows, { size, held: () => this.#held() });
  #webhookId = computed(() => place.value.query.get("webhook") ?? "");

  connected() {
    void this.load(() => this.#names.load());
    this.#feed.start();
    this.own(() => this.#feed.stop());
    this.own(() => this.#rows.close());
    let turned = this.#turned.peek();
    this.own(effect(() => {
      if (this.#turned.value !== turned) this.#toHead();
      turned = this.#turned.value;
    }));
    this.own(effect(() => {
      const rows = this.#rows.nodes.value ?? [];
      if (this.#names.loaded.value) void this.#names.need([this.#webhookId.value, ...rows.map((row) => row.webhookId)]);
    }));
  }

  /** The page that is shown; one turns it at the end of the list, and begins at its head. */
  #turned = computed(() => place.value.query.get("after") ?? place.value.query.get("before") ?? "");

  // Whether somebody looks at a certain row, which must not move then.
  #held() {
    const body = this.querySelector("tbody");
    if (!body) return false;
    return (matchMedia("(hover: hover)").matches && body.matches(":hover")) || body.contains(document.activeElement) || body.getBoundingClientRect().top < 0;
  }

  view() {
    return html`
      ${pageHead({ title: "Deliveries", text: "Every message to a webhook: what became of it, and why.", actions: html`
        <a class="button" href=${href(`/deliveries/explain${this.#webhookId.value && `?webhook=${this.#webhookId.value}`}`)}>${icon("search")} Why was this not sent?</a>
        ${may("WEBHOOKS_WRITE") && html`<button type="button" class="button" @click=${() => void this.#replay()}>${icon("rotate")} Replay</button>`}` })}
      <s-delivery-filters .names=${this.#names}></s-delivery-filters>
      <div class="delivery-list">
        ${this.#bar()}
        ${this.#feed.refused.value && note("wait", html`<p>${sentence(this.#feed.refused.value)} What is here does not change by itself.</p>`)}
        ${listTable(this.#rows, {
          caption: "Deliveries, the newest first",
          key: (d) => d.id,
          isNew: this.#feed.isFresh,
          pages: { toAfter: () => void this.#feed.toOlder().catch((error) => toast(sentence(error.message))) },
          columns: [
            { label: "Trigger", kind: "lead", view: (d) => html`<a class="whole" href=${href(`/deliveries/${d.id}`)}>${triggerName(d.trigger)}</a> ${d.test && html`<span class="tag">Test</span>`}` },
            { label: "Event", view: (d) => time(d.createdAt) },
            { label: "Webhook", view: (d) => webhookLink(d.webhookId, this.#names.byId.value.get(d.webhookId)) },
            { label: "Status", view: (d) => stateBadge(d.status) },
            { label: "Answer", view: (d) => codeBadge(d.statusCode, last(d.attempts)?.error) },
            { label: "Attempts", view: attempts },
            { label: "Latency", kind: "end", view: (d) => latency(last(d.attempts)) },
          ],
          empty: this.#empty(),
        })}
      </div>`;
  }

  #bar() {
    const { waiting, paused } = this.#feed;
    const first = this.#rows.isFirst.value;
    const fresh = `${waiting.value >= 1000 ? "1,000 or more" : number(waiting.value)} new`;
    return html`<div class="live-bar">
      ${statusChoice()}
      <span class="live" data-state=${paused.value ? "idle" : connection.value}>${paused.value ? "Paused" : { idle: "Not connected", connecting: "Connecting…", open: "Live", cut: "Cut off: connecting again…" }[connection.value]}</span>
      <button type="button" class="button quiet small pause" @click=${() => (paused.value ? this.#feed.resume() : this.#feed.pause())}>${paused.value ? html`${icon("play")} Resume` : html`${icon("pause")} Pause`}</button>
      ${waiting.value > 0 && html`<button type="button" class="button small newer" @click=${() => this.#admit(first)}>${first ? `Show ${fresh}` : `${fresh}: to the first page`}</button>`}
    </div>`;
  }

  /** @param {boolean} first whether this is the first page */
  #admit(first) {
    if (first) this.#feed.admit();
    else replaceQuery({ after: null, before: null });
    this.#toHead();
    /** @type {HTMLElement | null} */ (this.querySelector(".live-bar .pause"))?.focus(); // the button goes
  }

  #toHead() {
    const list = this.querySelector(".delivery-list");
    if (list && list.getBoundingClientRect().top < 0) list.scrollIntoView({ block: "start" });
  }

  #empty() {
    if (filtered()) return nothing({ icon: "search", title: "No delivery passes these filters", text: "Those to come that do will appear here.", action: html`<button type="button" class="button" @click=${clearFilters}>Clear filters</button>` });
    return nothing({ icon: "deliveries", title: "Nothing was sent yet", text: "When something happens to a meeting, each webhook that chose it is sent a message, which appears here at once.", action: may("WEBHOOKS_WRITE") && html`<a class="button" href=${href("/settings/webhooks")}>To the webhooks</a>` });
  }

  async #replay() {
    const named = this.#names.byId.peek().get(this.#webhookId.peek());
    const webhook = named ?? await chooseWebhook(this.#names.all());
    if (webhook) await openReplay(webhook);
  }
}
customElements.define("page-deliveries", Deliveries);

/** @param {Delivery} d */
function attempts(d) {
  return html`<span class="number">${d.attemptCount}</span>${d.status === "PENDING" && d.nextAttemptAt && html` <span class="muted small nowrap"><span class="visually-hidden">next </span>${countdown(d.nextAttemptAt, "due")}</span>`}`;
}
