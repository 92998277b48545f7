// What webhooks are called, by their ids: a list of deliveries has only those.
// The newest hundred are read at once, others when they are met.

import { query } from "../core/gql.js";
import { signal } from "../core/signal.js";

/** @typedef {{ id: string, subscriberUrl: string, description: string | null, state: string }} Named */

const document = `query ($where: WebhookWhereInput) { webhooks(last: 100, where: $where) { edges { node { id subscriberUrl description state } } } }`;

export class WebhookNames {
  /** null for one that is deleted. @type {import("../core/signal.js").Signal<Map<string, Named | null>>} */
  byId = signal(new Map());
  /** Whether the first of them are there. */
  loaded = signal(false);
  #busy = false;

  async load() {
    this.#take([], await ask(null));
    this.loaded.value = true;
  }

  /** Reads those that are not known yet. @param {string[]} ids */
  async need(ids) {
    const missing = [...new Set(ids)].filter((id) => id && !this.byId.peek().has(id)).slice(0, 100);
    if (missing.length === 0 || this.#busy) return;
    this.#busy = true;
    try {
      this.#take(missing, await ask({ idIn: missing }));
    } catch {
      // the ids are shown; the next need() tries again
    }
    this.#busy = false;
  }

  /** The newest first. */
  all() {
    return [...this.byId.value.values()].filter((w) => w !== null).sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  /** @param {string[]} asked @param {Named[]} found */
  #take(asked, found) {
    const next = new Map(this.byId.peek());
    for (const id of asked) next.set(id, null);
    for (const webhook of found) next.set(webhook.id, webhook);
    this.byId.value = next;
  }
}

/** @param {object | null} where @returns {Promise<Named[]>} */
async function ask(where) {
  return (await query(document, { where })).webhooks.edges.map((/** @type {{ node: Named }} */ e) => e.node);
}

/** Host and path; where it is not https, the scheme as well. @param {string} url */
export const shortUrl = (url) => url.replace(/^https:\/\//, "").replace(/\/$/, "");

/** As it stands in a choice of webhooks. @param {Named} webhook */
export function webhookLabel({ subscriberUrl, description, state }) {
  const url = shortUrl(subscriberUrl);
  const name = description ? `${cut(description, 40)} – ${cut(url, 50)}` : cut(url, 70);
  return state === "ACTIVE" ? name : `${name} (${state.toLowerCase()})`;
}

/** @param {string} text @param {number} most */
const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
