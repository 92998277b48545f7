// Settings, Webhooks: who is told what, and how it fares.

import { html } from "../core/dom.js";
import { number } from "../core/format.js";
import { list } from "../core/list.js";
import { subscribe } from "../core/live.js";
import { href } from "../core/router.js";
import { may } from "../core/session.js";
import { soon } from "../core/soon.js";
import { icon } from "../ui/icon.js";
import { badge, meter, nothing, pageHead, stateBadge } from "../ui/parts.js";
import { plainProse } from "../ui/prose.js";
import { listTable } from "../ui/table.js";
import { Page } from "./page.js";
import { deliveryLink, formatName, listedFields, triggerTags } from "./webhook-parts.js";

/** @typedef {import("./webhook-parts.js").Listed} Listed */

const webhooksQuery = `query ($first: Int, $after: Cursor, $last: Int, $before: Cursor) {
  webhooks(first: $first, after: $after, last: $last, before: $before, orderBy: { field: CREATED_AT, direction: DESC }) {
    edges { node { ${listedFields} } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

const changes = `subscription { deliveryUpdates { id } }`;

const rest = 5_000; // between two reloads, however much is delivered

class Webhooks extends Page {
  /** @type {import("../core/list.js").List<Listed>} */
  #webhooks = list({ document: webhooksQuery, field: "webhooks", size: 25 });
  #stale = false;
  #refresh = soon(() => this.#reload(), { rest });

  connected() {
    this.own(() => this.#webhooks.close());
    this.own(subscribe(changes, {}, { next: () => this.#refresh(), again: () => this.#refresh() }));
    const seen = () => !document.hidden && this.#stale && this.#refresh();
    document.addEventListener("visibilitychange", seen);
    this.own(() => document.removeEventListener("visibilitychange", seen));
    this.own(() => this.#refresh.stop());
  }

  // Who does not look is shown it when he looks again.
  async #reload() {
    this.#stale = document.hidden;
    if (!this.#stale) await this.#webhooks.reload();
  }

  view() {
    const create = may("WEBHOOKS_WRITE") && html`<a class="button primary" href=${href("/settings/webhooks/new")}>${icon("plus")} Create webhook</a>`;
    const empty = this.#webhooks.nodes.value?.length === 0 && this.#webhooks.isFirst.value;
    return html`
      ${pageHead({ title: "Webhooks", text: "A webhook tells another program what happens to meetings, by an HTTP request for each event, signed and in order.", actions: !empty && create })}
      ${listTable(this.#webhooks, {
        caption: "Webhooks, the newest first",
        key: (w) => w.id,
        columns: [
          { label: "Subscriber URL", kind: "lead", view: name },
          { label: "Triggers", view: (w) => triggerTags(w.triggers) },
          { label: "State", view: state },
          { label: "Success rate", view: (w) => meter(w.successRate, "of the last 100 messages were delivered") },
          { label: "Last delivery", view: (w) => (w.lastDelivery ? html`<span>${deliveryLink(w.lastDelivery)}</span>` : html`<span class="muted">None yet</span>`) },
        ],
        empty: nothing({
          icon: "webhooks", title: "No webhooks yet",
          text: "Create one with the URL of your program, and choose the events that it hears of. From then on it gets a request whenever a meeting is booked, canceled or rescheduled; what fails is tried again for days.",
          action: create,
        }),
      })}`;
  }
}
customElements.define("page-webhooks", Webhooks);

/** @param {Listed} w */
function name(w) {
  return html`<div class="webhook-name">
    <a class="whole" href=${href(`/settings/webhooks/${w.id}`)}>${w.subscriberUrl}</a>
    <div class="row tight small muted">${w.format !== "NATIVE" && badge(formatName(w.format))} ${w.description && html`<span class="clip">${w.description}</span>`}</div>
    ${w.warnings.length > 0 && html`<div class="hint-line" title=${w.warnings.map(plainProse).join("\n")}>${icon("warn")} ${w.warnings.length === 1 ? "1 warning" : `${w.warnings.length} warnings`}<span class="visually-hidden">: ${w.warnings.map(plainProse).join(" ")}</span></div>`}
  </div>`;
}

/** @param {Listed} w */
function state(w) {
  const why = w.state !== "ACTIVE" && w.stateReason && plainProse(w.stateReason);
  return html`<div class="webhook-state" title=${why || null}>${stateBadge(w.state)}
    ${why && html`<div class="small muted clip-two">${why}</div>`}
    ${w.behind > 0 && html`<div class="small muted nowrap">${number(w.behind)} events behind</div>`}
  </div>`;
}
