// A replay: how far it is, and what came of it.

import { html } from "../core/dom.js";
import { dateTime, duration, exactTime, number, percent } from "../core/format.js";
import { ApiError, query } from "../core/gql.js";
import { subscribe } from "../core/live.js";
import { href } from "../core/router.js";
import { may } from "../core/session.js";
import { computed, effect, signal } from "../core/signal.js";
import { confirm, toast } from "../ui/dialog.js";
import { nothing, note, pageHead, progress, stateBadge, time } from "../ui/parts.js";
import { Page } from "./page.js";
import { openReplay } from "./replay-form.js";
import { replayFields, replayScope } from "./replay-list.js";
import { shortUrl } from "./webhook-names.js";

/** @typedef {import("./replay-list.js").Replay & { webhookId: string, webhook: { id: string, subscriberUrl: string, description: string | null, state: string } | null }} Whole */

const fields = `${replayFields} webhookId webhook { id subscriberUrl description state }`;

class ReplayPage extends Page {
  #replay = signal(/** @type {Whole | null} */ (null));
  #missing = signal(false);
  #runs = computed(() => this.#replay.value?.status === "RUNNING");

  connected() {
    void this.load(() => this.#read());
    let end = () => {};
    let following = false;
    this.own(() => end());
    this.own(effect(() => {
      if (this.#runs.value === following) return;
      following = this.#runs.value;
      end();
      end = following ? this.#follow() : () => {};
    }));
  }

  // It begins with the state as it is, also after a cut.
  #follow() {
    return subscribe(`subscription ($id: ID!) { replayProgress(id: $id) { ${fields} } }`, { id: this.params.peek().id }, {
      next: ({ replayProgress }) => (this.#replay.value = replayProgress),
      error: () => void this.load(() => this.#read()),
      complete: () => void this.load(() => this.#read()),
    });
  }

  async #read() {
    const { replay } = await query(`query ($id: ID!) { replay(id: $id) { ${fields} } }`, { id: this.params.peek().id }).catch((error) => {
      if (error instanceof ApiError && error.code === "NOT_FOUND") return { replay: null };
      throw error;
    });
    this.#missing.value = !replay;
    this.#replay.value = replay;
  }

  view() {
    const back = { path: "/deliveries", text: "Deliveries" };
    if (this.#missing.value) return html`${pageHead({ title: "Replay", back })}<div class="card">${nothing({ icon: "search", title: "There is no such replay", text: "It may be of a webhook that is not yours." })}</div>`;
    const r = this.#replay.value;
    const write = may("WEBHOOKS_WRITE");
    return html`
      ${pageHead({ title: "Replay", back, text: r && html`To ${r.webhook ? html`<a href=${href(`/settings/webhooks/${r.webhook.id}`)} title=${r.webhook.subscriberUrl}>${r.webhook.description || shortUrl(r.webhook.subscriberUrl)}</a>` : "a webhook that is deleted"}, what happened from ${dateTime(r.from)} to ${dateTime(r.to)}.`, actions: r && html`
        <a class="button" href=${href(`/deliveries?webhook=${r.webhookId}&since=${encodeURIComponent(r.from)}&until=${encodeURIComponent(r.to)}`)}>See its deliveries</a>
        ${write && r.status === "RUNNING" && html`<button type="button" class="button danger" @click=${() => void this.#cancel(r)}>Cancel replay</button>`}
        ${write && r.status !== "RUNNING" && r.webhook && html`<button type="button" class="button" @click=${() => r.webhook && void openReplay(r.webhook)}>New replay</button>`}` })}
      ${this.shown(r, (whole) => this.#whole(whole))}`;
  }

  /** @param {Whole} r */
  #whole(r) {
    return html`
      ${r.status === "RUNNING" && waits(r)}
      <section class="card stack replay-progress" aria-label="Progress">
        <div class="row between"><strong class="number">${r.status === "DONE" ? "All of it is done" : percent(r.progress)}</strong>${stateBadge(r.status)}</div>
        ${progress(r.status === "DONE" ? 1 : r.progress, "How much of the range is done")}
        <dl class="facts">
          <div><dt>Sent</dt><dd class="figure">${number(r.sent)}</dd></div>
          <div><dt>Delivered at the first attempt</dt><dd class="figure">${number(r.delivered)}${r.sent > 0 && html` <span class="muted small">${percent(r.delivered / r.sent)}</span>`}</dd></div>
          <div><dt>${r.finishedAt ? "Took" : "Begun"}</dt><dd>${r.finishedAt ? html`<span title=${exactTime(r.finishedAt)}>${duration(Date.parse(r.finishedAt) - Date.parse(r.createdAt))}</span>, ended ${time(r.finishedAt)}` : html`${time(r.createdAt)}${remaining(r)}`}</dd></div>
          <div><dt>What</dt><dd>${capital(replayScope(r))}</dd></div>
        </dl>
        ${r.status === "DONE" && r.sent > r.delivered && html`<p class="muted small">The others were not delivered at once: they are tried again by the webhook's retry schedule.</p>`}
        ${r.status === "DONE" && r.sent === 0 && html`<p class="muted small">Nothing in this range was for the webhook${r.onlyFailed && ", and had failed"}.</p>`}
      </section>
      <section class="card"><header><h2>Other replays of this webhook</h2></header><s-replays .webhookId=${r.webhookId} .except=${r.id}></s-replays></section>`;
  }

  /** @param {Whole} r */
  async #cancel(r) {
    const done = await confirm({
      title: "Cancel this replay?",
      text: html`<p>Nothing more of its range is sent. What was sent stays sent, and what is under way just now is still sent.</p>`,
      action: "Cancel replay",
      danger: true,
      run: async () => {
        const data = await query(`mutation ($id: ID!) { cancelReplay(id: $id) { ${fields} } }`, { id: r.id });
        this.#replay.value = data.cancelReplay;
      },
    });
    if (done) toast("The replay is cancelled.");
  }
}
customElements.define("page-replay", ReplayPage);

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** Why it does not move. @param {Whole} r */
function waits({ webhook }) {
  const link = webhook && html` <a href=${href(`/settings/webhooks/${webhook.id}`)}>To the webhook</a>`;
  if (webhook?.state === "PAUSED") return note("wait", html`<p>The webhook is paused: the replay goes on when it is resumed.${link}</p>`);
  if (webhook?.state === "DEGRADED") return note("wait", html`<p>The webhook fails again and again: it is tried with one message now and then, and the replay goes on when one arrives.${link}</p>`);
  return null;
}

/** @param {Whole} r */
function remaining({ progress: share, createdAt, webhook }) {
  const took = Date.now() - Date.parse(createdAt);
  if (share < 0.05 || took < 3000 || webhook?.state !== "ACTIVE") return null;
  return html`, about ${duration((took * (1 - share)) / share)} to go`;
}
