// A webhook: how it fares, what it was sent, and all that can be done with it.

import { html } from "../core/dom.js";
import { triggerName } from "../core/format.js";
import { query } from "../core/gql.js";
import { subscribe } from "../core/live.js";
import { href } from "../core/router.js";
import { may } from "../core/session.js";
import { signal } from "../core/signal.js";
import { soon } from "../core/soon.js";
import { drawn } from "../core/view.js";
import { icon } from "../ui/icon.js";
import { badge, note, nothing, pageHead, progress, stateBadge, time } from "../ui/parts.js";
import { prose } from "../ui/prose.js";
import { table } from "../ui/table.js";
import { Page } from "./page.js";
import { openRotate, pause, remove, replay, resume } from "./webhook-actions.js";
import "./webhook-check.js";
import { facts, health } from "./webhook-facts.js";
import { answer, deliveryFields, formatName, parted, webhookFields } from "./webhook-parts.js";
import "./webhook-snippets.js";
import { openTest } from "./webhook-test.js";

/** @typedef {import("./webhook-parts.js").Webhook} Webhook */
/** @typedef {import("./webhook-parts.js").Delivery} Delivery */
/** @typedef {{ id: string, status: string, createdAt: string, progress: number, sent: number, delivered: number }} Replay */

const webhookQuery = `query ($id: ID!) {
  webhook(id: $id) { ${webhookFields} latestDeliveries { ${deliveryFields} } }
  replays(first: 3, where: { webhookID: $id }, orderBy: { field: CREATED_AT, direction: DESC }) { edges { node { id status createdAt progress sent delivered } } }
}`;

const updates = `subscription ($id: ID) { deliveryUpdates(webhookId: $id) { ${deliveryFields} } }`;

const shownDeliveries = 10;
const longUrl = 45; // that leaves the buttons no room beside it
const rest = 3_000; // between two reloads of what follows from deliveries

class WebhookPage extends Page {
  #webhook = signal(/** @type {Webhook | null} */ (null));
  #deliveries = signal(/** @type {Delivery[]} */ ([]));
  #replays = signal(/** @type {Replay[]} */ ([]));
  /** @type {Set<string>} ids of deliveries that came while one watches */
  #new = new Set();
  #refresh = soon(() => this.reload(), { rest });

  connected() {
    const { id } = this.params.peek();
    this.own(subscribe(updates, { id }, { next: ({ deliveryUpdates }) => this.#take(deliveryUpdates), again: () => this.#refresh(), error: () => this.#refresh() }));
    this.own(() => this.#refresh.stop());
    void this.load(async () => {
      const { webhook, replays } = await query(webhookQuery, { id });
      this.#webhook.value = webhook;
      this.#deliveries.value = webhook.latestDeliveries;
      this.#replays.value = replays.edges.map((/** @type {{ node: Replay }} */ e) => e.node);
      this.called(webhook.description || webhook.subscriberUrl);
    });
  }

  /** @param {Delivery} delivery */
  #take(delivery) {
    const others = this.#deliveries.peek().filter((d) => d.id !== delivery.id);
    if (others.length === this.#deliveries.peek().length) this.#new.add(delivery.id);
    this.#deliveries.value = [delivery, ...others].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1)).slice(0, shownDeliveries);
    this.#refresh();
  }

  view() {
    const webhook = this.#webhook.value;
    this.classList.toggle("long", (webhook?.subscriberUrl.length ?? 0) > longUrl);
    return html`
      ${pageHead({
        title: webhook ? parted(webhook.subscriberUrl) : "Webhook", back: { path: "/settings/webhooks", text: "Webhooks" },
        text: webhook && html`<span class="row">${stateBadge(webhook.state)}${webhook.format !== "NATIVE" && badge(formatName(webhook.format))}${webhook.description && html`<span>${webhook.description}</span>`}</span>`,
        actions: webhook && may("WEBHOOKS_WRITE") && this.#actions(webhook),
      })}
      ${this.shown(webhook, (w) => this.#content(w))}`;
  }

  /** @param {Webhook} w */
  #actions(w) {
    const id = w.id;
    // the button that was pressed may not be there any more
    const again = async () => {
      await this.reload();
      await drawn();
      if (document.activeElement === document.body) this.querySelector("h1")?.focus();
    };
    return html`
      <button type="button" class="button primary" @click=${() => void openTest(w).then(again)}>${icon("send")} Send a test</button>
      <a class="button" href=${href(`/settings/webhooks/${id}/edit`)}>${icon("edit")} Edit</a>
      ${w.state === "PAUSED" || w.state === "DISABLED" ? null : html`<button type="button" class="button" @click=${() => void pause(w).then(again)}>${icon("pause")} Pause</button>`}
      ${w.state === "ACTIVE" ? null : html`<button type="button" class="button" @click=${() => void resume(w).then(again)}>${icon("play")} Resume</button>`}
      <button type="button" class="button" @click=${() => void openRotate(w).then(again)}>${icon("rotate")} Rotate secret</button>
      <button type="button" class="button" @click=${() => void replay(w)}>${icon("clock")} Replay</button>
      <button type="button" class="button danger" @click=${() => void remove(w)}>${icon("trash")} Delete</button>`;
  }

  /** @param {Webhook} w */
  #content(w) {
    return html`
      ${standing(w)}
      ${w.warnings.map((text) => note("wait", html`<p>${prose(text)}</p>`))}
      <div class="two-thirds">
        <div class="stack loose">
          ${this.#latest(w)}
          ${this.#replayed()}
          <section class="card stack" aria-labelledby="signature">
            <h2 id="signature">Signature</h2>
            <details><summary>Code that verifies it, in Go, Node, Python, Ruby and PHP</summary><div class="in-details"><s-snippets .format=${w.format}></s-snippets></div></details>
            <s-signature-check></s-signature-check>
          </section>
        </div>
        <div class="stack loose">${health(w)}${facts(w)}</div>
      </div>`;
  }

  /** @param {Webhook} w */
  #latest(w) {
    const rows = this.#deliveries.value;
    return html`<section class=${["card latest", rows.length > 0 && "flush"]} aria-labelledby="latest">
      <header><h2 id="latest">Latest deliveries</h2>${rows.length > 0 && html`<a href=${href(`/deliveries?webhook=${w.id}`)}>All deliveries</a>`}</header>
      ${rows.length === 0 ? nothing({ icon: "deliveries", title: "Nothing was sent yet", text: "What it is sent appears here by itself. A test shows at once whether your program answers." }) : table({
        caption: "Latest deliveries, the newest first", rows, key: (d) => d.id, isNew: (d) => this.#new.has(d.id),
        columns: [
          { label: "Delivery", kind: "lead", view: (d) => html`<a class="delivery-link" href=${href(`/deliveries/${d.id}`)}>${stateBadge(d.status)} ${triggerName(d.trigger)}</a>${d.test && html` ${badge("Test")}`}` },
          { label: "Happened", view: (d) => time(d.createdAt) },
          { label: "Answer", view: answer },
          { label: "Attempts", kind: "end", view: (d) => html`<span class="number">${d.attemptCount}</span>` },
        ],
      })}
    </section>`;
  }

  #replayed() {
    const rows = this.#replays.value;
    if (rows.length === 0) return null;
    return html`<section class="card flush" aria-labelledby="replays"><header><h2 id="replays">Replays</h2></header>${table({
      caption: "Replays, the newest first", rows, key: (r) => r.id,
      columns: [
        { label: "Begun", kind: "lead", view: (r) => html`<a class="delivery-link" href=${href(`/replays/${r.id}`)}>${stateBadge(r.status)} ${time(r.createdAt)}</a>` },
        { label: "Progress", view: (r) => html`<div class="bar-cell">${progress(r.progress, "Progress of the replay")}</div>` },
        { label: "Delivered", kind: "end", view: (r) => html`<span class="number">${r.delivered} of ${r.sent}</span>` },
      ],
    })}</section>`;
  }
}
customElements.define("page-webhook", WebhookPage);

/** Why it is in its state, and what to do. @param {Webhook} w */
function standing(w) {
  if (w.state === "ACTIVE") return null;
  const todo = /** @type {Record<string, string>} */ ({
    DEGRADED: "Everything that it is owed waits, and one message is tried now and then: the first that succeeds makes it active again. Resume tries at once.",
    PAUSED: "Nothing is sent, and everything is kept: Resume sends what it has missed, in order.",
    DISABLED: "Nothing is sent, and nothing is kept for it: after Resume it is told of what happens from then on.",
  })[w.state];
  return note(w.state === "PAUSED" ? "info" : w.state === "DEGRADED" ? "wait" : "bad", html`
    ${w.stateReason && html`<p><strong>${prose(w.stateReason)}</strong> ${time(w.stateSince)}</p>`}
    <p>${todo}</p>`);
}
