// The facts about a webhook, and how it fares, as its page shows them.

import { html } from "../core/dom.js";
import { dateTime, number, typeName, words } from "../core/format.js";
import { query } from "../core/gql.js";
import { may } from "../core/session.js";
import { signal } from "../core/signal.js";
import { View } from "../core/view.js";
import { code } from "../ui/code.js";
import { copy, meter, time } from "../ui/parts.js";
import { formatName, triggerTags, wait } from "./webhook-parts.js";

/** @typedef {import("./webhook-parts.js").Webhook} Webhook */

/** @param {string} name @param {unknown} value */
const line = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

/** @param {Webhook} w */
export function health(w) {
  return html`<section class="card" aria-labelledby="health"><header><h2 id="health">Health</h2></header><dl class="facts lines">
    ${line("Success rate", w.successRate === null ? html`<span class="muted">No message has come to an end yet</span>` : html`${meter(w.successRate, "of the last 100 messages were delivered")}<div class="small muted">of the last 100 messages</div>`)}
    ${line("Last delivery", w.lastDelivery ? html`${words(w.lastDelivery.status)} ${time(w.lastDelivery.updatedAt)}` : html`<span class="muted">None yet</span>`)}
    ${w.failingSince && line("Failing since", time(w.failingSince))}
    ${line("Behind", w.behind > 0 ? `${number(w.behind)} events to go through` : "It keeps up")}
    ${line("In this state since", time(w.stateSince))}
  </dl></section>`;
}

/** @param {Webhook} w */
export function facts(w) {
  const headers = Object.keys(w.headers ?? {});
  const orders = /** @type {Record<string, string>} */ ({ NONE: "Later messages do not wait", BOUNDED: "Later messages wait for at most 60 seconds", STRICT: "Later messages wait until it is delivered or given up" });
  return html`<section class="card" aria-labelledby="facts"><header><h2 id="facts">Settings</h2></header><dl class="facts lines">
    ${line("Event triggers", triggerTags(w.triggers))}
    ${line("Event types", html`<s-event-type-names .ids=${w.eventTypeIds}></s-event-type-names>`)}
    ${w.meetingTypes.length > 0 && line("Meeting types", w.meetingTypes.map(typeName).join(", "))}
    ${line("Scope", w.scope === "USER" ? "Meetings that its creator hosts" : "All meetings of the organization")}
    ${line("Format", formatName(w.format))}
    ${line("Secret", html`Since ${time(w.secretSince)}${w.previousSecretUntil && new Date(w.previousSecretUntil) > new Date() && html`<div class="small">The old one stays valid until ${dateTime(w.previousSecretUntil)}</div>`}`)}
    ${w.secretHeader && line("Secret header", html`<code>${w.secretHeader}</code>`)}
    ${headers.length > 0 && line("Fixed headers", headers.map((name) => html`<div><code>${name}</code></div>`))}
    ${line("Order", orders[w.orderPolicy])}
    ${line("Retries", w.retrySchedule.length > 0 ? `After ${w.retrySchedule.map(wait).join(", ")}` : "The server's own schedule")}
    ${w.rateLimitPerMinute && line("Rate limit", `${number(w.rateLimitPerMinute)} a minute`)}
    ${w.clientCertificate && line("Client certificate", html`<span title=${w.clientCertificate.fingerprint}>${w.clientCertificate.subject}</span><div class="small muted">by ${w.clientCertificate.issuer}, until ${dateTime(w.clientCertificate.notAfter)}</div>`)}
    ${line("Created", time(w.createdAt))}
    ${line("ID", html`<code>${w.id}</code><div>${copy(w.id)}</div>`)}
  </dl>
  ${w.payloadTemplate && html`<details><summary>Payload template</summary>${code(w.payloadTemplate, { label: "Payload template", grammar: "json" })}</details>`}
  </section>`;
}

/** <s-event-type-names .ids=${…}>: what event types are called; none: all. */
class EventTypeNames extends View {
  ids = signal(/** @type {string[]} */ ([]));
  #names = signal(/** @type {Map<string, string>} */ (new Map()));

  async connected() {
    const ids = this.ids.peek().slice(0, 100);
    if (ids.length === 0 || !may("EVENT_TYPES_READ")) return; // then their ids have to do
    const answer = await query(`query ($ids: [ID!]) { eventTypes(first: 100, where: { idIn: $ids }) { edges { node { id name } } } }`, { ids }).catch(() => null);
    this.#names.value = new Map(answer?.eventTypes.edges.map((/** @type {any} */ e) => [e.node.id, e.node.name]));
  }

  view() {
    const ids = this.ids.value;
    return ids.length === 0 ? "All" : ids.map((id) => this.#names.value.get(id) ?? id).join(", ");
  }
}
customElements.define("s-event-type-names", EventTypeNames);
