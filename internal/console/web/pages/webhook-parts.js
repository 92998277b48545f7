// What the pages about webhooks have in common.

import { html } from "../core/dom.js";
import { triggerName, triggerNames } from "../core/format.js";
import { href } from "../core/router.js";
import { badge, stateBadge, time } from "../ui/parts.js";

/**
 * @typedef {{
 *   id: string, status: string, statusCode: number | null, createdAt: string, updatedAt: string, trigger: string, test: boolean, attemptCount: number,
 * }} Delivery
 * @typedef {{
 *   id: string, subscriberUrl: string, description: string | null, triggers: string[], format: string, state: string, stateReason: string | null,
 *   behind: number, warnings: string[], successRate: number | null, lastDelivery: Delivery | null,
 * }} Listed
 * @typedef {Listed & {
 *   createdAt: string, updatedAt: string, stateSince: string, failingSince: string | null, scope: string, eventTypeIds: string[], meetingTypes: string[],
 *   secretHeader: string | null, headers: Record<string, string> | null, payloadTemplate: string | null, orderPolicy: string, retrySchedule: number[],
 *   rateLimitPerMinute: number | null, secretSince: string, previousSecretUntil: string | null,
 *   clientCertificate: { subject: string, issuer: string, notAfter: string, fingerprint: string } | null,
 * }} Webhook
 */

export const deliveryFields = `id status statusCode createdAt updatedAt trigger test attemptCount`;
export const listedFields = `id subscriberUrl description triggers format state stateReason behind warnings successRate lastDelivery { ${deliveryFields} }`;
export const webhookFields = `${listedFields} createdAt updatedAt stateSince failingSince scope eventTypeIds meetingTypes
  secretHeader headers payloadTemplate orderPolicy retrySchedule rateLimitPerMinute secretSince previousSecretUntil
  clientCertificate { subject issuer notAfter fingerprint }`;

export const formats = Object.freeze({ NATIVE: "Native", CALENDLY: "Calendly", CALCOM: "Cal.com" });

/** @param {string} format */
export const formatName = (format) => /** @type {Record<string, string>} */ (formats)[format] ?? format;

/** Triggers as short tags: Booked, Canceled … @param {string[]} triggers */
export function triggerTags(triggers) {
  const order = Object.keys(triggerNames);
  const sorted = [...triggers].sort((a, b) => order.indexOf(a) - order.indexOf(b));
  return html`<span class="row tight tags">${sorted.map((t) => html`<span class="tag" title=${triggerName(t)}>${triggerName(t).replace(/^Meeting |^Routing /, "")}</span>`)}</span>`;
}

/** The host of a URL, which is what has to be typed to delete a webhook. @param {string} url */
export function hostOf(url) {
  try {
    return new URL(url).host;
  } catch {
    return "delete";
  }
}

/**
 * What became of a delivery, and when, as a link to it.
 * @param {Delivery} delivery
 */
export function deliveryLink(delivery) {
  return html`<a class="delivery-link" href=${href(`/deliveries/${delivery.id}`)}>${stateBadge(delivery.status)} ${time(delivery.updatedAt)}</a>${delivery.test && html` ${badge("Test")}`}`;
}

/** What came back: 200, 503, no answer. @param {Delivery} delivery */
export function answer({ statusCode, attemptCount, status }) {
  if (statusCode !== null) return html`<code>${statusCode}</code>`;
  return html`<span class="muted">${attemptCount > 0 ? "No answer" : status === "PENDING" ? "Not sent yet" : "–"}</span>`;
}

/** 90, 5400: 90 s, 1 h 30 min. @param {number} seconds */
export function wait(seconds) {
  const parts = [[Math.floor(seconds / 3600), "h"], [Math.floor((seconds % 3600) / 60), "min"], [seconds % 60, "s"]];
  return parts.filter(([n]) => Number(n) > 0).map(([n, unit]) => `${n} ${unit}`).join(" ");
}

/** A URL that goes on in the next line behind a slash. @param {string} url */
export const parted = (url) => url.split(/(?<=[^/]\/)(?!\/)/).map((part) => html`${part}<wbr>`);
