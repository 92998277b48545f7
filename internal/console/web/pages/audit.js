// Settings, Audit log: who changed what of agents, tokens, keys, identity
// providers and webhooks. For owners.

import { html } from "../core/dom.js";
import { words } from "../core/format.js";
import { list } from "../core/list.js";
import { href, place, replaceQuery } from "../core/router.js";
import { may } from "../core/session.js";
import { signal } from "../core/signal.js";
import { nothing, pageHead, time } from "../ui/parts.js";
import { listTable } from "../ui/table.js";
import { allAgents } from "./agent-options.js";
import { auditChanges } from "./audit-changes.js";
import { Page } from "./page.js";

/**
 * @typedef {{ id: string, createdAt: string, action: string, targetId: string, actorType: string, actorId: string | null, actor?: { id: string, name: string } | null, credentialId: string | null, address: string | null, userAgent: string | null, changes: Record<string, { from?: unknown, to?: unknown }> }} Entry
 */

const auditQuery = `query ($first: Int, $after: Cursor, $last: Int, $before: Cursor, $where: AuditEntryWhereInput, $agents: Boolean!) {
  auditEntries(first: $first, after: $after, last: $last, before: $before, where: $where, orderBy: { field: CREATED_AT, direction: DESC }) {
    edges { node { id createdAt action targetId actorType actorId actor @include(if: $agents) { id name } credentialId address userAgent changes } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

/** @type {Record<string, { label: string, actions: string[] }>} what was changed, to what can happen to it */
const areas = {
  agents: { label: "Agents", actions: ["AGENT_CREATED", "AGENT_INVITED", "AGENT_JOINED", "AGENT_UPDATED", "AGENT_ROLE_CHANGED", "AGENT_DEACTIVATED", "AGENT_REACTIVATED"] },
  tokens: { label: "Access tokens", actions: ["ACCESS_TOKEN_CREATED", "ACCESS_TOKEN_REVOKED"] },
  keys: { label: "Publishable keys", actions: ["PUBLISHABLE_KEY_CREATED", "PUBLISHABLE_KEY_UPDATED", "PUBLISHABLE_KEY_DELETED"] },
  providers: { label: "Identity providers", actions: ["IDENTITY_PROVIDER_CREATED", "IDENTITY_PROVIDER_UPDATED", "IDENTITY_PROVIDER_DELETED"] },
  webhooks: { label: "Webhooks", actions: ["WEBHOOK_CREATED", "WEBHOOK_UPDATED", "WEBHOOK_DELETED", "WEBHOOK_PAUSED", "WEBHOOK_RESUMED", "WEBHOOK_SECRET_ROTATED", "WEBHOOK_TESTED", "WEBHOOK_DEGRADED", "WEBHOOK_RECOVERED", "WEBHOOK_DISABLED"] },
  deliveries: { label: "Resending and replays", actions: ["DELIVERY_RESENT", "REPLAY_STARTED", "REPLAY_CANCELLED"] },
};

/** @type {Record<string, { path: string, scope: string }>} kinds of ids to the pages of what they name */
const pages = {
  agt: { path: "/settings/agents/", scope: "AGENTS_READ" }, whk: { path: "/settings/webhooks/", scope: "WEBHOOKS_READ" },
  dlv: { path: "/deliveries/", scope: "WEBHOOKS_READ" }, rpl: { path: "/replays/", scope: "WEBHOOKS_READ" },
};

/** @param {string} id */
function target(id) {
  const page = pages[id.split("_")[0]];
  return page && may(page.scope) ? html`<a class="break" href=${href(page.path + id)}><code>${id}</code></a>` : html`<code class="break muted">${id}</code>`;
}

/** @param {Entry} entry */
function who({ actorId, actor }) {
  if (actor) return html`<a class="break name" href=${href(`/settings/agents/${actor.id}`)}>${actor.name}</a>`;
  return actorId ? html`<code class="break muted">${actorId}</code>` : html`<span class="muted">The server</span>`;
}

class Audit extends Page {
  /** @type {import("../core/list.js").List<Entry>} */
  #entries = list({ document: auditQuery, field: "auditEntries", variables: () => ({ where: this.#where(), agents: may("AGENTS_READ") }) });
  #agents = signal(/** @type {import("./agent-options.js").AgentOption[]} */ ([]));

  connected() {
    this.own(() => this.#entries.close());
    if (may("AGENTS_READ")) void allAgents().then((all) => (this.#agents.value = all)).catch(() => null); // the filter has fewer entries then
  }

  /** @param {string} name */
  #asked(name) {
    return place.value.query.get(name) ?? "";
  }

  #where() {
    const of = Object.hasOwn(areas, this.#asked("of")) && areas[this.#asked("of")];
    const by = this.#asked("by");
    return {
      ...(of && { actionIn: of.actions }),
      ...(by === "server" ? { actorIDIsNil: true } : by && { actorID: by }),
      ...(this.#asked("target") && { targetID: this.#asked("target") }),
    };
  }

  view() {
    const filtered = ["of", "by", "target"].some((name) => this.#asked(name));
    return html`
      ${pageHead({ title: "Audit log", text: "Every change of agents, tokens, keys, identity providers and webhooks, as it was written down with the change itself. Secrets are hidden." })}
      <div class="stack">
        <div class="filters">
          ${this.#select("of", "What", [{ value: "", label: "Everything" }, ...Object.entries(areas).map(([value, { label }]) => ({ value, label }))])}
          ${this.#select("by", "Who", [{ value: "", label: "Anybody" }, ...this.#agents.value.map((a) => ({ value: a.id, label: a.name })), { value: "server", label: "The server, or its operator" }])}
          <div class="field"><label for="audit-target">ID of what was changed</label><input class="input" id="audit-target" type="search" placeholder="agt_…" spellcheck="false" .value=${this.#asked("target")} @change=${(/** @type {any} */ e) => replaceQuery({ target: e.target.value.trim() })}></div>
        </div>
        ${listTable(this.#entries, {
          caption: "Audit entries, the newest first",
          key: (e) => e.id,
          columns: [
            { label: "What happened", kind: "lead", view: (e) => html`<strong>${words(e.action)}</strong><div class="small">${target(e.targetId)}</div>` },
            { label: "By", view: who },
            { label: "From", view: (e) => (e.address ? html`<code class="small break" title=${e.userAgent ?? ""}>${e.address}</code>` : html`<span class="muted">–</span>`) },
            { label: "Changes", kind: "block", view: (e) => auditChanges(e) },
            { label: "When", kind: "end", view: (e) => time(e.createdAt) },
          ],
          empty: filtered
            ? nothing({ icon: "search", title: "Nothing was written down of that", action: html`<button type="button" class="button" @click=${() => replaceQuery({ of: null, by: null, target: null })}>Show everything</button>` })
            : nothing({ icon: "clock", title: "Nothing has happened yet" }),
        })}
      </div>`;
  }

  /** @param {string} name @param {string} label @param {{ value: string, label: string }[]} options */
  #select(name, label, options) {
    return html`<div class="field"><label for="audit-${name}">${label}</label><select class="input" id="audit-${name}" @change=${(/** @type {any} */ e) => replaceQuery({ [name]: e.target.value })}>${options.map((o) => html`<option value=${o.value} .selected=${o.value === this.#asked(name)}>${o.label}</option>`)}</select></div>`;
  }
}
customElements.define("page-audit", Audit);
