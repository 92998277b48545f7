// The part of the webhook's form that most can do without.

import { html, keyed } from "../core/dom.js";
import { dateTime, typeName } from "../core/format.js";
import { leads } from "../core/session.js";
import { drawn } from "../core/view.js";
import { checkbox, checkboxes, radios, selectField, textArea, textField } from "../ui/form.js";
import { icon } from "../ui/icon.js";
import { note } from "../ui/parts.js";
import { header } from "./webhook-values.js";

/** @typedef {import("../ui/form.js").Form<import("./webhook-values.js").Values>} WebhookForm */
/** @typedef {import("./webhook-parts.js").Webhook} Webhook */

const mostHeaders = 20;

/**
 * @param {WebhookForm} form
 * @param {Webhook | null} webhook null: a new one, whose scope and format are still to be chosen
 * @param {import("./webhook-template.js").TemplatePreview} preview
 */
export function advanced(form, webhook, preview) {
  return html`<details class="more">
    <summary>Advanced</summary>
    <div class="form">
      ${textField(form, "description", { label: "Description", hint: "What it is for, so that you know it in the list." })}
      ${!webhook && formatAndScope(form)}
      ${checkboxes(form, "meetingTypes", { label: "Meeting types", hint: "None: all.", options: ["SOLO", "GROUP", "ROUNDROBIN", "COLLECTIVE"].map((value) => ({ value, label: typeName(value) })) })}
      <h2>What is sent</h2>
      ${preview.field(form, webhook?.format ?? form.values.value.format)}
      ${headers(form)}
      ${textField(form, "secretHeader", { label: "Secret header", placeholder: "X-Webhook-Token", hint: "A header that carries the secret token itself, for receivers that only compare a text." })}
      <h2>How it is sent</h2>
      ${selectField(form, "orderPolicy", { label: "Order", required: true, hint: "How long the later messages of a meeting wait behind one that fails.", options: [
        { value: "BOUNDED", label: "At most 60 seconds" }, { value: "STRICT", label: "Until it is delivered or given up" }, { value: "NONE", label: "Not at all" },
      ] })}
      ${textField(form, "retrySchedule", { label: "Retry schedule", placeholder: "5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h", hint: "The waits before each further attempt, at most 20 of a day each. Empty: the server's own, some three days in all." })}
      ${textField(form, "rateLimitPerMinute", { label: "Rate limit", class: "short", inputmode: "numeric", hint: "Messages a minute, at most. Empty: no limit." })}
      ${certificate(form, webhook)}
    </div>
  </details>`;
}

/** @param {WebhookForm} form */
function formatAndScope(form) {
  const scopes = [{ value: "ORGANIZATION", label: "All meetings of the organization" }, { value: "USER", label: "Only meetings that I host" }];
  return html`
    ${selectField(form, "format", { label: "Format", required: true, hint: "What the messages look like, and how they are signed. It stays what it is.", options: [
      { value: "NATIVE", label: "Native" }, { value: "CALENDLY", label: "Calendly's: invitee.created, invitee.canceled …" }, { value: "CALCOM", label: "Cal.com's: BOOKING_CREATED, BOOKING_CANCELLED …" },
    ] })}
    ${leads() ? radios(form, "scope", { label: "Scope", required: true, hint: "It stays what it is.", options: scopes }) : note("info", "It hears of the meetings that you host. Only owners and admins create webhooks for all meetings.")}`;
}

/** @param {WebhookForm} form */
function headers(form) {
  const id = form.id("headers");
  const rows = form.values.value.headers;
  const error = Object.entries(form.errors.value).find(([name]) => name === "headers")?.[1];
  /** @param {number} key @param {"name" | "value"} part */
  const change = (key, part) => (/** @type {any} */ e) => form.set("headers", form.values.peek().headers.map((h) => (h.key === key ? { ...h, [part]: e.target.value } : h)));
  const add = async (/** @type {MouseEvent} */ event) => {
    const fieldset = /** @type {HTMLElement} */ (event.currentTarget).closest("fieldset");
    form.set("headers", [...form.values.peek().headers, header("", "")]);
    await drawn();
    /** @type {HTMLElement | undefined} */ ([...(fieldset?.querySelectorAll("input") ?? [])].at(-2))?.focus();
  };
  const remove = async (/** @type {MouseEvent} */ event, /** @type {number} */ key) => {
    const fieldset = /** @type {HTMLElement} */ (event.currentTarget).closest("fieldset");
    form.set("headers", form.values.peek().headers.filter((h) => h.key !== key));
    await drawn();
    fieldset?.querySelector("button:last-of-type")?.scrollIntoView?.({ block: "nearest" });
    /** @type {HTMLElement | null | undefined} */ (fieldset?.querySelector("button.add"))?.focus();
  };
  return html`<fieldset id=${id} aria-describedby=${[`${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ")}>
    <legend>Fixed headers <span class="muted small">(optional)</span></legend>
    <div class="hint" id="${id}-hint">Sent with every message, such as an Authorization that your gateway asks for.</div>
    ${rows.length > 0 && html`<ul class="header-rows">${rows.map((h, i) => keyed(h.key, html`<li>
      <input class="input mono" aria-label=${`Name of header ${i + 1}`} placeholder="X-Api-Key" autocomplete="off" spellcheck="false" .value=${h.name} @input=${change(h.key, "name")}>
      <input class="input mono" aria-label=${`Value of header ${i + 1}`} placeholder="Value" autocomplete="off" spellcheck="false" .value=${h.value} @input=${change(h.key, "value")}>
      <button type="button" class="button quiet icon-only" aria-label=${`Remove header ${i + 1}`} @click=${(/** @type {MouseEvent} */ e) => void remove(e, h.key)}>${icon("close")}</button>
    </li>`))}</ul>`}
    ${error && html`<div class="error" id="${id}-error">${error}</div>`}
    <button type="button" class="button small add" ?disabled=${rows.length >= mostHeaders} @click=${(/** @type {MouseEvent} */ e) => void add(e)}>${icon("plus")} Add header</button>
  </fieldset>`;
}

/** @param {WebhookForm} form @param {Webhook | null} webhook */
function certificate(form, webhook) {
  const has = webhook?.clientCertificate;
  const gone = form.values.value.removeClientCertificate;
  return html`<fieldset class="stack tight">
    <legend>Client certificate <span class="muted small">(optional)</span></legend>
    <div class="hint">For receivers that ask for mutual TLS. Both are PEM; the key is kept sealed, and shown to nobody.</div>
    ${has && html`<p class="small">Now: <code>${has.subject}</code>, until ${dateTime(has.notAfter)}.</p>${checkbox(form, "removeClientCertificate", { label: "Take it away" })}`}
    ${!gone && html`
      ${textArea(form, "clientCertificate.certificate", { label: has ? "Another certificate" : "Certificate", mono: true, placeholder: "-----BEGIN CERTIFICATE-----" })}
      ${textArea(form, "clientCertificate.key", { label: "Private key", mono: true, placeholder: "-----BEGIN PRIVATE KEY-----" })}`}
  </fieldset>`;
}
