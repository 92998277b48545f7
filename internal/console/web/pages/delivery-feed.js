// The live part of the list of deliveries.
//
// Messages are collected, and put into the page five times in a second at most:
// a row that is there changes in its place, a new one comes in at the top of the
// first page, which keeps its length. While somebody points at a row, or has
// scrolled down, nothing jumps: new ones wait, and are counted.
//
// What the messages cannot tell, as whether a delivery is of a certain meeting,
// and what was missed, is found out by loading the page again: one question at a
// time, and one in two seconds at most.

import { query } from "../core/gql.js";
import { connection, subscribe } from "../core/live.js";
import { place, replaceQuery } from "../core/router.js";
import { effect, signal } from "../core/signal.js";
import { isLater, rowFields } from "./delivery-parts.js";
import { passes, read } from "./delivery-filters.js";

/** @typedef {import("./delivery-parts.js").Delivery} Delivery */

const document = `subscription ($webhookId: ID) { deliveryUpdates(webhookId: $webhookId) { ${rowFields} } }`;

const gather = 200; // ms between two changes of the page
const settle = 400; // ms until a subscription that was sent for surely runs
const apart = 2000; // ms between two questions for the page
const most = 1000; // of what is counted
const behind = "behind "; // before an id, in place of a cursor
const few = 5; // new rows at once that are pointed out; of more, none

export class Feed {
  paused = signal(false);
  /** How many new ones wait to be let in. */
  waiting = signal(0);
  refused = signal("");
  #list;
  #size;
  #held = () => false;
  /** @type {Map<string, Delivery>} */
  #came = new Map();
  /** @type {Map<string, Delivery>} the newest of those that wait */
  #kept = new Map();
  /** @type {Set<string>} */
  #counted = new Set();
  /** @type {Set<string>} */
  #fresh = new Set();
  #since = Date.now();
  #asked = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #flushing;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #reloading;
  /** @type {(() => void)[]} */
  #ends = [];

  /**
   * @param {import("../core/list.js").List<Delivery>} list
   * @param {{ size: number, held: () => boolean }} of size of a page. held: whether rows must not jump now
   */
  constructor(list, { size, held }) {
    this.#list = list;
    this.#size = size;
    this.#held = held;
  }

  start() {
    /** @type {string | null} */
    let webhookId = null;
    this.#ends.push(effect(() => {
      const { query } = place.value; // the list loads anew, by other filters
      this.#forget();
      const next = query.get("webhook") ?? "";
      if (next !== webhookId && !this.paused.peek()) this.#follow(next);
      webhookId = next;
    }));
    this.#ends.push(effect(() => {
      if (connection.value === "open" && !this.paused.peek()) this.#reloadIn(settle);
    }));
    const timer = setInterval(() => {
      if (this.#kept.size > 0 && this.#list.isFirst.value && !this.#held()) this.admit();
    }, apart / 4);
    this.#ends.push(() => clearInterval(timer));
  }

  stop() {
    for (const end of this.#ends.splice(0)) end();
    this.#unfollow();
    clearTimeout(this.#reloading);
  }

  pause() {
    this.paused.value = true;
    this.#unfollow();
    this.#forget();
  }

  resume() {
    this.paused.value = false;
    this.#follow(place.peek().query.get("webhook") ?? "");
    this.#reloadIn(settle);
  }

  /** Lets in what waits. */
  admit() {
    const rows = [...this.#kept.values()];
    this.#forget();
    this.#put([], rows);
  }

  /** Whether it came while one watched. @param {Delivery} row */
  isFresh = (row) => this.#fresh.has(row.id);

  /** @type {() => void} */
  #end = () => {};

  /** @param {string} webhookId */
  #follow(webhookId) {
    this.#unfollow();
    this.refused.value = "";
    this.#end = subscribe(document, webhookId ? { webhookId } : {}, {
      next: ({ deliveryUpdates }) => this.#take(deliveryUpdates),
      again: () => this.#reloadIn(settle),
      error: ([error]) => (this.refused.value = error?.message ?? "the subscription ended"),
    });
  }

  #unfollow() {
    this.#end();
    this.#end = () => {};
    clearTimeout(this.#flushing);
    this.#flushing = undefined;
    this.#came.clear();
  }

  #forget() {
    this.#kept.clear();
    this.#counted.clear();
    this.waiting.value = 0;
    this.#since = Date.now();
  }

  /** @param {Delivery} delivery */
  #take(delivery) {
    this.#came.delete(delivery.id); // so that the newest stand last
    this.#came.set(delivery.id, delivery);
    this.#flushing ??= setTimeout(() => this.#flush(), gather);
  }

  #flush() {
    this.#flushing = undefined;
    const rows = this.#list.nodes.peek();
    if (!rows || this.#list.loading.peek()) {
      this.#flushing = setTimeout(() => this.#flush(), gather); // the page that comes may be older than this
      if (this.#came.size > most) this.#came = new Map([...this.#came].slice(-most));
      return;
    }
    const known = new Map(rows.map((row) => [row.id, row]));
    const filters = read(place.peek().query);
    const changed = [];
    const added = [];
    for (const delivery of this.#came.values()) {
      const row = known.get(delivery.id);
      if (row) isLater(row.updatedAt, delivery.updatedAt) || changed.push(delivery);
      else if (passes(filters, delivery)) added.push(delivery);
    }
    this.#came.clear();
    if (filters.meeting && added.length > 0) return this.#put(changed, []), this.#reloadIn(0);
    if (this.#list.isFirst.value && !this.#held()) {
      const all = new Map([...this.#kept, ...added.map((d) => /** @type {const} */ ([d.id, d]))]);
      this.#forget();
      return this.#put(changed, [...all.values()]);
    }
    this.#hold(added, rows);
    this.#put(changed, []);
  }

  /** @param {Delivery[]} added @param {Delivery[]} rows */
  #hold(added, rows) {
    const first = this.#list.isFirst.value;
    for (const delivery of added) {
      const belongs = first ? rows.length < this.#size || delivery.id > rows[rows.length - 1].id : Date.parse(delivery.createdAt) > this.#since;
      if (!belongs) continue;
      if (this.#counted.size < most) this.#counted.add(delivery.id);
      this.#kept.set(delivery.id, delivery);
    }
    if (this.#kept.size > this.#size) this.#kept = new Map([...this.#kept].sort(([a], [b]) => (a < b ? 1 : -1)).slice(0, this.#size));
    this.waiting.value = this.#counted.size;
  }

  /**
   * Puts rows in their places. Ids sort by the time of the event.
   * @param {Delivery[]} changed
   * @param {Delivery[]} added
   */
  #put(changed, added) {
    const rows = this.#list.nodes.peek() ?? [];
    if (changed.length + added.length === 0) return;
    const filters = read(place.peek().query);
    const all = new Map(rows.map((row) => [row.id, row]));
    for (const delivery of changed) {
      if (passes(filters, delivery)) all.set(delivery.id, delivery);
      else all.delete(delivery.id);
    }
    const lost = all.size < rows.length;
    const least = rows.length < this.#size ? "" : rows[rows.length - 1].id;
    const fit = added.filter((delivery) => delivery.id > least && !all.has(delivery.id));
    for (const delivery of fit) all.set(delivery.id, delivery);
    this.#fresh = new Set(fit.length <= few ? fit.map((d) => d.id) : []);
    const sorted = fit.length > 0 ? [...all.values()].sort((a, b) => (a.id < b.id ? 1 : -1)) : [...all.values()];
    this.#list.nodes.value = sorted.slice(0, this.#size);
    if (sorted.length > this.#size) this.#list.page.value = { newer: null, older: behind + sorted[this.#size - 1].id };
    if (lost && sorted.length < this.#size && this.#list.page.peek().older) this.#reloadIn(0);
  }

  /** Goes to the page behind this one, whose last row is not the one that was loaded as such. */
  async toOlder() {
    const { older } = this.#list.page.peek();
    if (!older?.startsWith(behind)) return replaceQuery({ after: older, before: null });
    const { deliveries } = await query("query ($id: ID!) { deliveries(first: 1, where: { id: $id }) { edges { cursor } } }", { id: older.slice(behind.length) });
    replaceQuery({ after: deliveries.edges[0]?.cursor ?? null, before: null });
  }

  /** @param {number} wait in ms, at least */
  #reloadIn(wait) {
    clearTimeout(this.#reloading);
    const next = Math.max(wait, this.#asked + apart - Date.now());
    this.#reloading = setTimeout(async () => {
      if (this.#list.loading.peek()) return this.#reloadIn(gather);
      this.#asked = Date.now();
      await this.#list.reload();
      this.#asked = Date.now();
    }, next);
  }
}
