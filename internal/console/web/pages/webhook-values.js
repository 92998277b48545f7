// The values of the webhook's form, and what they are to the server.

import { triggerNames } from "../core/format.js";
import { ApiError } from "../core/gql.js";
import { wait } from "./webhook-parts.js";

/**
 * @typedef {{ key: number, name: string, value: string }} Header
 * @typedef {{
 *   subscriberUrl: string, triggers: string[], only: "" | "some", eventTypeIds: string[], meetingTypes: string[],
 *   secret: string, unsigned: boolean, scope: string, format: string, description: string, secretHeader: string, headers: Header[],
 *   payloadTemplate: string, orderPolicy: string, retrySchedule: string, rateLimitPerMinute: string,
 *   "clientCertificate.certificate": string, "clientCertificate.key": string, removeClientCertificate: boolean,
 * }} Values
 */

let keys = 0;

/** @param {string} name @param {string} value @returns {Header} */
export const header = (name, value) => ({ key: ++keys, name, value });

/**
 * What a form begins with.
 * @param {import("./webhook-parts.js").Webhook | null} webhook null: a new one
 * @param {boolean} leads
 * @returns {Values}
 */
export function valuesOf(webhook, leads) {
  return {
    subscriberUrl: webhook?.subscriberUrl ?? "",
    triggers: Object.keys(triggerNames).filter((t) => webhook?.triggers.includes(t)),
    only: webhook?.eventTypeIds.length ? "some" : "",
    eventTypeIds: webhook?.eventTypeIds ?? [],
    meetingTypes: webhook?.meetingTypes ?? [],
    secret: "",
    unsigned: false,
    scope: webhook?.scope ?? (leads ? "ORGANIZATION" : "USER"),
    format: webhook?.format ?? "NATIVE",
    description: webhook?.description ?? "",
    secretHeader: webhook?.secretHeader ?? "",
    headers: Object.entries(webhook?.headers ?? {}).map(([name, value]) => header(name, value)),
    payloadTemplate: webhook?.payloadTemplate ?? "",
    orderPolicy: webhook?.orderPolicy ?? "BOUNDED",
    retrySchedule: webhook?.retrySchedule.map(wait).join(", ") ?? "",
    rateLimitPerMinute: String(webhook?.rateLimitPerMinute ?? ""),
    "clientCertificate.certificate": "",
    "clientCertificate.key": "",
    removeClientCertificate: false,
  };
}

/**
 * The input of createWebhook.
 * @param {Values} v
 */
export function createInput(v) {
  check(v);
  const all = shared(v);
  return { ...all, rateLimitPerMinute: all.rateLimitPerMinute || null, scope: v.scope, format: v.format, secret: v.unsigned ? "" : v.secret || null };
}

/**
 * The input of updateWebhook: what is not as it was.
 * @param {Values} v
 * @param {Values} was
 */
export function updateInput(v, was) {
  check(v);
  const before = /** @type {Record<string, unknown>} */ (shared(was));
  const now = Object.entries(shared(v)).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]));
  return { ...Object.fromEntries(now), ...(v.removeClientCertificate && { removeClientCertificate: true, clientCertificate: undefined }) };
}

/** @param {Values} v */
function shared(v) {
  const certificate = v["clientCertificate.certificate"];
  const key = v["clientCertificate.key"];
  return {
    subscriberUrl: v.subscriberUrl.trim(),
    triggers: v.triggers,
    eventTypeIds: v.only === "some" ? v.eventTypeIds : [],
    meetingTypes: v.meetingTypes,
    description: v.description.trim(),
    secretHeader: v.secretHeader.trim(),
    headers: Object.fromEntries(named(v.headers).map((h) => [h.name.trim(), h.value])),
    payloadTemplate: v.payloadTemplate.trim() && v.payloadTemplate,
    orderPolicy: v.orderPolicy,
    retrySchedule: waits(v.retrySchedule),
    rateLimitPerMinute: rate(v.rateLimitPerMinute),
    clientCertificate: certificate.trim() || key.trim() ? { certificate, key } : undefined,
  };
}

/** Those that are more than an empty row. @param {Header[]} headers */
const named = (headers) => headers.filter((h) => h.name.trim() || h.value);

// What the server would refuse, too, in words about the form.
/** @param {Values} v */
function check(v) {
  if (!v.subscriberUrl.trim()) throw wrong("subscriberUrl", "enter the URL that is to be told, such as https://hooks.example.com/meetings");
  if (v.triggers.length === 0) throw wrong("triggers", "choose at least one event trigger");
  if (v.only === "some" && v.eventTypeIds.length === 0) throw wrong("eventTypeIds", "choose at least one event type, or all of them");
  const names = named(v.headers).map((h) => h.name.trim().toLowerCase());
  const odd = names.findIndex((name, i) => name === "" || names.indexOf(name) !== i);
  if (odd >= 0) throw wrong("headers", names[odd] ? `the header ${names[odd]} is there twice` : "a header needs a name");
}

const seconds = /** @type {Record<string, number>} */ ({ "": 1, s: 1, m: 60, min: 60, h: 3600 });

/**
 * "5 s, 5 min, 1 h 30 min" as seconds.
 * @param {string} text
 */
export function waits(text) {
  return text.split(/[,\n]/).map((t) => t.trim()).filter(Boolean).map((one) => {
    const parts = [...one.matchAll(/(\d+)\s*(s|min|m|h|)(?=\s|\d|$)/gi)];
    if (parts.map((p) => p[0]).join("").replace(/\s/g, "") !== one.replace(/\s/g, "")) throw wrong("retrySchedule", `“${one}” is not a wait: write 30 s, 5 min or 2 h, with commas between them`);
    return parts.reduce((sum, [, n, unit]) => sum + Number(n) * seconds[unit.toLowerCase()], 0);
  });
}

/** @param {string} text 0 is no limit */
function rate(text) {
  if (!text.trim()) return 0;
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw wrong("rateLimitPerMinute", "a whole number of messages from 1 on, or nothing for no limit");
  return n;
}

/** @param {string} field @param {string} message */
const wrong = (field, message) => new ApiError(message, { code: "BAD_USER_INPUT", field });
