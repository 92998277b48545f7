// What the pages of deliveries have in common.

import { html } from "../core/dom.js";
import { duration } from "../core/format.js";
import { href } from "../core/router.js";
import { badge } from "../ui/parts.js";
import { shortUrl } from "./webhook-names.js";

/**
 * @typedef {{ at: string, statusCode: number | null, latencyMs: number, error: string | null }} Tried
 * @typedef {{ id: string, createdAt: string, updatedAt: string, webhookId: string, eventId: string, trigger: string, status: string, statusCode: number | null,
 *   attemptCount: number, nextAttemptAt: string | null, test: boolean, attempts: Tried[] }} Delivery
 */

/** The fields of a row: all from the delivery itself, so that a page of them is one question to the database. */
export const rowFields = "id createdAt updatedAt webhookId eventId trigger status statusCode attemptCount nextAttemptAt test attempts { at statusCode latencyMs error }";

/**
 * The status code, coloured by what it means for the message.
 * @param {number | null} code
 * @param {string | null} [error] why there is none
 */
export function codeBadge(code, error) {
  if (code) return badge(String(code), code < 300 ? "ok" : "bad");
  return error ? html`<span class="badge bad" title=${error}>No answer</span>` : html`<span class="muted">–</span>`;
}

/**
 * The newest of the attempts, which are in the order in which they were made.
 * @template {Tried} T
 * @param {T[]} attempts
 * @returns {T | undefined}
 */
export const last = (attempts) => attempts[attempts.length - 1];

/** @param {Tried | undefined} attempt */
export const latency = (attempt) => (attempt ? html`<span class="number nowrap">${attempt.latencyMs < 1 ? "< 1 ms" : duration(attempt.latencyMs)}</span>` : html`<span class="muted">–</span>`);

/**
 * A link to a webhook, its URL cut off where there is no room.
 * @param {string} id
 * @param {import("./webhook-names.js").Named | null | undefined} webhook null: it is deleted. undefined: it is not loaded
 */
export function webhookLink(id, webhook) {
  if (webhook === null) return html`<span class="muted">Deleted webhook</span>`;
  return html`<a class="url" href=${href(`/settings/webhooks/${id}`)} title=${webhook?.subscriberUrl ?? id} aria-label=${webhook ? shortUrl(webhook.subscriberUrl) : null}>${webhook ? cutUrl(shortUrl(webhook.subscriberUrl)) : "…"}</a>`;
}

/** A URL whose end stays in sight where there is no room for all: it is what tells those of one host apart. @param {string} url */
function cutUrl(url) {
  const at = Math.max(url.lastIndexOf("/"), url.length - 24);
  return html`<span>${url.slice(0, at)}</span><span>${url.slice(at)}</span>`;
}

/** Sorts by when it changed: times as the server writes them, of which the last zeros are left out. @param {string} a @param {string} b */
export function isLater(a, b) {
  const [at, bt] = [Date.parse(a), Date.parse(b)];
  return at === bt ? a.replace("Z", "") > b.replace("Z", "") : at > bt;
}
