// <s-replays .webhookId=${id}>: the latest replays of a webhook. Those that run
// are followed.

import { html, keyed } from "../core/dom.js";
import { dateTime, number, triggerName } from "../core/format.js";
import { query } from "../core/gql.js";
import { subscribe } from "../core/live.js";
import { href } from "../core/router.js";
import { computed, effect, signal } from "../core/signal.js";
import { View } from "../core/view.js";
import { loading, problem, progress, stateBadge, time } from "../ui/parts.js";

/**
 * @typedef {{ id: string, createdAt: string, from: string, to: string, triggers: string[], onlyFailed: boolean, status: "RUNNING" | "DONE" | "CANCELLED", sent: number, delivered: number, finishedAt: string | null, progress: number }} Replay
 */

export const replayFields = "id createdAt from to triggers onlyFailed status sent delivered finishedAt progress";

const replaysQuery = `query ($where: ReplayWhereInput) { replays(last: 5, where: $where) { edges { node { ${replayFields} } } } }`;

/** What a replay sends, in words. @param {Replay} replay */
export function replayScope({ triggers, onlyFailed }) {
  const kinds = triggers.length === 0 ? "all triggers" : triggers.map(triggerName).join(", ");
  return onlyFailed ? `${kinds}, only what failed` : kinds;
}

class Replays extends View {
  webhookId = signal("");
  /** Leaves one out: the one whose page this is. */
  except = signal("");
  #replays = signal(/** @type {Replay[] | null} */ (null));
  #failed = signal(/** @type {Error | null} */ (null));
  #running = computed(() => (this.#replays.value ?? []).filter((r) => r.status === "RUNNING").map((r) => r.id).join());
  #followed = "";
  #end = () => {};

  connected() {
    this.own(effect(() => void this.#load(this.webhookId.value)));
    this.own(effect(() => this.#follow(this.#running.value)));
    this.own(() => this.#follow(""));
  }

  /** @param {string} webhookId */
  async #load(webhookId) {
    if (!webhookId) return;
    try {
      const data = await query(replaysQuery, { where: { webhookID: webhookId } });
      if (webhookId !== this.webhookId.peek()) return;
      this.#failed.value = null;
      this.#replays.value = data.replays.edges.map((/** @type {{ node: Replay }} */ e) => e.node).reverse();
    } catch (error) {
      this.#failed.value = /** @type {Error} */ (error);
    }
  }

  // There is one that runs, at most.
  /** @param {string} id */
  #follow(id) {
    if (id === this.#followed) return;
    this.#followed = id;
    this.#end();
    this.#end = id === "" ? () => {} : subscribe(`subscription ($id: ID!) { replayProgress(id: $id) { ${replayFields} } }`, { id }, {
      next: ({ replayProgress: now }) => (this.#replays.value = (this.#replays.peek() ?? []).map((r) => (r.id === now.id ? now : r))),
    });
  }

  view() {
    if (this.#failed.value) return problem(this.#failed.value, () => void this.#load(this.webhookId.peek()));
    if (!this.#replays.value) return loading(2);
    const shown = this.#replays.value.filter((r) => r.id !== this.except.value);
    if (shown.length === 0) return html`<p class="muted">None${this.except.value && " other"} so far.</p>`;
    return html`<ul class="replays">${shown.map((r) => keyed(r.id, row(r)))}</ul>`;
  }
}
customElements.define("s-replays", Replays);

/** @param {Replay} r */
function row(r) {
  return html`<li>
    <div class="row between"><a href=${href(`/replays/${r.id}`)}>${dateTime(r.from)} to ${dateTime(r.to)}</a>${stateBadge(r.status)}</div>
    ${r.status === "RUNNING" && progress(r.progress, `Progress of the replay from ${dateTime(r.from)}`)}
    <div class="muted small">${number(r.sent)} sent · ${replayScope(r)} · ${time(r.createdAt)}</div>
  </li>`;
}
