// The filters of the list of deliveries: from the address to what the API takes,
// and the same for a delivery that comes live.

import { triggerNames, words } from "../core/format.js";
import { html } from "../core/dom.js";
import { go, place, replaceQuery } from "../core/router.js";
import { signal } from "../core/signal.js";
import { View } from "../core/view.js";
import { selectFilter, textFilter, timeFilter } from "../ui/filters.js";
import { WebhookNames, webhookLabel } from "./webhook-names.js";

/** @typedef {import("./delivery-parts.js").Delivery} Delivery */

const hour = 3_600_000;
/** @type {Record<string, number>} how far back, in milliseconds, by the word in the address */
const spans = { "1h": hour, "24h": 24 * hour, "7d": 168 * hour };

const statuses = ["PENDING", "DELIVERED", "FAILED", "CANCELLED"];
const names = ["webhook", "status", "trigger", "code", "since", "until", "event", "meeting", "test"];

/**
 * @typedef {{ webhook: string, status: string, trigger: string, from: number, to: number, event: string, meeting: string, test: string, least: number, most: number, silent: boolean }} Filters
 *   from, to: in milliseconds. least, most: of the status code. silent: only those that nobody answered
 */

/**
 * What the address asks for; what makes no sense there counts for nothing.
 * @param {URLSearchParams} query
 * @returns {Filters}
 */
export function read(query) {
  const of = (/** @type {string} */ name, /** @type {(text: string) => boolean} */ sound) => {
    const value = query.get(name) ?? "";
    return sound(value) ? value : "";
  };
  const since = query.get("since") ?? "";
  const [least, most] = codes(query.get("code") ?? "");
  return {
    webhook: query.get("webhook") ?? "", event: query.get("event") ?? "", meeting: query.get("meeting") ?? "",
    status: of("status", (v) => statuses.includes(v)), trigger: of("trigger", (v) => Object.hasOwn(triggerNames, v)), test: of("test", (v) => v === "only" || v === "none"),
    from: Object.hasOwn(spans, since) ? Date.now() - spans[since] : Date.parse(since) || 0, to: Date.parse(query.get("until") ?? "") || Infinity,
    least, most, silent: query.get("code") === "none",
  };
}

/** 500: itself, 5xx: all of them. @param {string} text */
function codes(text) {
  if (/^[1-5]\d\d$/.test(text)) return [Number(text), Number(text)];
  return /^[1-5]xx$/i.test(text) ? [Number(text[0]) * 100, Number(text[0]) * 100 + 99] : [0, Infinity];
}

/**
 * The same as a DeliveryWhereInput.
 * @param {Filters} f
 */
export function where(f) {
  return {
    webhookID: f.webhook || undefined, status: f.status || undefined, trigger: f.trigger || undefined,
    eventID: f.event || undefined, meetingId: f.meeting || undefined, test: f.test ? f.test === "only" : undefined,
    createdAtGTE: f.from > 0 ? new Date(f.from).toISOString() : undefined, createdAtLT: f.to < Infinity ? new Date(f.to).toISOString() : undefined,
    statusCodeIsNil: f.silent || undefined, statusCodeGTE: f.least || undefined, statusCodeLTE: f.most < Infinity ? f.most : undefined,
  };
}

/**
 * Whether a delivery passes. What its meeting is it does not say itself.
 * @param {Filters} f
 * @param {Delivery} d
 */
export function passes(f, d) {
  const at = Date.parse(d.createdAt);
  const code = d.statusCode ?? 0;
  return (!f.webhook || d.webhookId === f.webhook) && (!f.status || d.status === f.status) && (!f.trigger || d.trigger === f.trigger) &&
    (!f.event || d.eventId === f.event) && (!f.test || d.test === (f.test === "only")) && at >= f.from && at < f.to &&
    (f.silent ? code === 0 : f.least === 0 || (code >= f.least && code <= f.most));
}

/** The statuses, as a row of choices. */
export function statusChoice() {
  const chosen = place.value.query.get("status") ?? "";
  return html`<div class="choice" role="group" aria-label="Status">${["", ...statuses].map((status) => html`<button type="button" aria-pressed=${status === chosen ? "true" : "false"} @click=${() => replaceQuery({ status })}>${status ? words(status) : "All"}</button>`)}</div>`;
}

/** Whether anything is filtered. */
export const filtered = () => names.some((name) => place.value.query.has(name));

/** Shows all of them again. */
export function clearFilters() {
  replaceQuery(Object.fromEntries(names.map((name) => [name, null])));
  /** @type {HTMLElement | null} */ (document.querySelector(".delivery-filters summary"))?.focus(); // the button goes
}

/** @param {string} text */
const checkCode = (text) => (text === "" || text === "none" || codes(text)[0] > 0 ? "" : "A code such as 500, 5xx for all of them, or none");

/** An id may be of a delivery, a message, an event or a meeting. @param {string} id */
function find(id) {
  if (id.startsWith("dlv_")) return go(`/deliveries/${encodeURIComponent(id)}`);
  const meeting = id.startsWith("mtg_");
  replaceQuery({ meeting: meeting ? id : null, event: meeting ? null : id.replace(/-.*$/, "") });
}

/** <s-delivery-filters .names=${WebhookNames}>: the form. */
class DeliveryFilters extends View {
  names = signal(new WebhookNames());
  #open = signal(false);

  connected() {
    this.#open.value = names.some((n) => n !== "status" && place.peek().query.has(n));
  }

  view() {
    const { query } = place.value;
    const webhooks = this.names.value.all();
    const chosen = query.get("webhook") ?? "";
    const options = webhooks.map((w) => ({ value: w.id, label: webhookLabel(w) }));
    if (chosen && !webhooks.some((w) => w.id === chosen)) options.push({ value: chosen, label: this.names.value.byId.value.get(chosen) === null ? "A deleted webhook" : chosen });
    const count = names.filter((name) => name !== "status" && query.has(name)).length;
    const since = query.get("since") ?? "";
    const own = since !== "" && !Object.hasOwn(spans, since);
    const of = query.get("meeting") ?? query.get("event") ?? "";
    return html`<details class="card delivery-filters" .open=${this.#open.value} @toggle=${(/** @type {any} */ e) => (this.#open.value = e.target.open)}>
      <summary>Filters ${count > 0 && html`<span class="badge info">${count} set</span>`}</summary>
      <form class="filters" role="search" aria-label="Filters" @submit=${(/** @type {Event} */ e) => e.preventDefault()}>
        ${selectFilter({ name: "webhook", label: "Webhook", any: "All webhooks", class: "wide", options })}
        ${selectFilter({ name: "trigger", label: "Trigger", options: Object.entries(triggerNames).map(([value, label]) => ({ value, label })) })}
        ${textFilter({ name: "code", label: "Status code", placeholder: "500, 5xx or none", check: checkCode, change: (text) => replaceQuery({ code: text.toLowerCase() }) })}
        ${selectFilter({ name: "test", label: "Test messages", any: "With the others", options: [{ value: "none", label: "Left out" }, { value: "only", label: "Only these" }] })}
        ${selectFilter({ name: "since", label: "Since", any: "The beginning", options: [{ value: "1h", label: "An hour ago" }, { value: "24h", label: "24 hours ago" }, { value: "7d", label: "7 days ago" }, own ? { value: since, label: "The time given" } : { value: new Date(Date.now() - hour).toISOString(), label: "A time of yours…" }] })}
        ${own && timeFilter({ name: "since", label: "From", id: "from" })}
        ${timeFilter({ name: "until", label: "Until" })}
        ${idFilter(of)}
        ${filtered() && html`<button type="button" class="button small" @click=${clearFilters}>Clear filters</button>`}
      </form>
    </details>`;
  }
}
customElements.define("s-delivery-filters", DeliveryFilters);

/** @param {string} shown */
function idFilter(shown) {
  return html`<div class="field wide"><label for="filter-id">Event or meeting ID</label><input class="input mono" id="filter-id" type="text" autocomplete="off" spellcheck="false" autocapitalize="off" placeholder="evt_… or mtg_…" .value=${shown} @change=${(/** @type {any} */ e) => find(e.target.value.trim())}></div>`;
}
