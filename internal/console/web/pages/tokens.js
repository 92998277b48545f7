// Settings, Tokens: who may call the API, until when, and for what.

import { html } from "../core/dom.js";
import { dateTime, words } from "../core/format.js";
import { query } from "../core/gql.js";
import { list } from "../core/list.js";
import { leads, may, viewer } from "../core/session.js";
import { confirm, openDialog, toast } from "../ui/dialog.js";
import { checkboxes, Form, selectField, textField } from "../ui/form.js";
import { icon } from "../ui/icon.js";
import { nothing, note, pageHead, secretBox, sentence, stateBadge, time } from "../ui/parts.js";
import { listTable } from "../ui/table.js";
import { Page } from "./page.js";

/**
 * @typedef {{ id: string, name: string, prefix: string, scopes: string[], createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null, agent?: { id: string, name: string } }} Token
 *   agent: where the viewer's own token lets one see agents
 */

const tokensQuery = `query ($first: Int, $after: Cursor, $last: Int, $before: Cursor, $agents: Boolean!) {
  accessTokens(first: $first, after: $after, last: $last, before: $before, orderBy: { field: CREATED_AT, direction: DESC }) {
    edges { node { id name prefix scopes createdAt expiresAt lastUsedAt revokedAt agent @include(if: $agents) { id name } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

/** What a token can be for, as the form offers it. */
const scopes = ["MEETINGS", "EVENT_TYPES", "AGENTS", "WEBHOOKS", "ROUTING_FORMS", "ACCESS"].flatMap((of) => [
  { value: `${of}_READ`, label: `${words(of)}: read` },
  { value: `${of}_WRITE`, label: `${words(of)}: read and write` },
]);

const lifetimes = [
  { value: "", label: "Never" },
  { value: "7", label: "In 7 days" },
  { value: "30", label: "In 30 days" },
  { value: "365", label: "In a year" },
];

/** @param {Token} token */
function state(token) {
  if (token.revokedAt) return stateBadge("DISABLED", "Revoked");
  if (token.expiresAt && new Date(token.expiresAt) < new Date()) return stateBadge("EXPIRED");
  return stateBadge("ACTIVE");
}

class Tokens extends Page {
  /** @type {import("../core/list.js").List<Token>} */
  #tokens = list({ document: tokensQuery, field: "accessTokens", variables: () => ({ agents: may("AGENTS_READ") }) });

  connected() {
    this.own(() => this.#tokens.close());
  }

  view() {
    const create = may("ACCESS_WRITE") && html`<button type="button" class="button primary" @click=${() => void this.#create()}>${icon("plus")} Create token</button>`;
    return html`
      ${pageHead({ title: "Tokens", text: "A token lets a program, or a person at this console, act as an agent. It is shown once, when it is made.", actions: create })}
      ${listTable(this.#tokens, {
        caption: "Access tokens, the newest first",
        key: (token) => token.id,
        columns: [
          { label: "Name", kind: "lead", view: (t) => html`<strong>${t.name}</strong> <code class="muted small">${t.prefix}…</code>` },
          ...(may("AGENTS_READ") ? [{ label: "Agent", view: (/** @type {Token} */ t) => t.agent?.name }] : []),
          { label: "For", view: (t) => (t.scopes.length === 0 ? html`<span class="muted">All that the role allows</span>` : html`<span class="row tight">${t.scopes.map((s) => html`<span class="tag">${words(s)}</span>`)}</span>`) },
          { label: "Last used", view: (t) => time(t.lastUsedAt, "Never") },
          { label: "Ends", view: (t) => (t.expiresAt ? html`<time datetime=${t.expiresAt}>${dateTime(t.expiresAt)}</time>` : html`<span class="muted">Never</span>`) },
          { label: "State", view: state },
          { label: "Actions", hideLabel: true, kind: "end", view: (t) => !t.revokedAt && may("ACCESS_WRITE") && html`<button type="button" class="button small danger" aria-label=${`Revoke ${t.name}`} @click=${() => void this.#revoke(t)}>Revoke</button>` },
        ],
        empty: nothing({ icon: "tokens", title: "No tokens", text: "A token lets a program call the API as you.", action: create }),
      })}`;
  }

  async #create() {
    /** @type {{ id: string, name: string, status: string }[]} */
    let agents = [];
    try {
      if (leads() && may("AGENTS_READ")) agents = (await query(`{ agents(first: 100) { edges { node { id name status } } } }`)).agents.edges.map((/** @type {any} */ e) => e.node);
    } catch (error) {
      return toast(sentence(/** @type {Error} */ (error).message));
    }
    const form = new Form({ name: "", agentId: viewer.peek()?.agent.id ?? "", days: "", scopes: /** @type {string[]} */ ([]) });
    const token = await openDialog({
      title: "Create token",
      content: (/** @type {(token?: string) => void} */ close) => html`<form class="form" novalidate @submit=${form.submit(async (v) => {
        const data = await query(`mutation ($input: CreateAccessTokenInput!) { createAccessToken(input: $input) { token } }`, {
          input: { name: v.name, agentId: v.agentId, scopes: v.scopes.length > 0 ? v.scopes : null, expiresAt: v.days && new Date(Date.now() + Number(v.days) * 86_400_000).toISOString() || null },
        });
        close(data.createAccessToken.token);
      })}>
        ${form.summary()}
        ${textField(form, "name", { label: "Name", required: true, placeholder: "Nightly sync", hint: "What uses it, so that you know it in this list." })}
        ${agents.length > 1 && selectField(form, "agentId", { label: "Agent", required: true, options: agents.filter((a) => a.status === "ACTIVE").map((a) => ({ value: a.id, label: a.name })) })}
        ${selectField(form, "days", { label: "Ends", required: true, options: lifetimes })}
        ${checkboxes(form, "scopes", { label: "What it is for", hint: "None: all that the agent's role allows.", options: scopes })}
        <footer>${form.button("Create token")}</footer>
      </form>`,
    });
    if (!token) return;
    void this.#tokens.reload();
    await openDialog({
      title: "Your token",
      content: (close) => html`<div class="stack">${note("ok", "It is shown this once. Copy it to where it is used: nobody can read it again.")}${secretBox(token, "Access token")}<footer><button type="button" class="button primary" @click=${() => close()}>I have copied it</button></footer></div>`,
    });
  }

  /** @param {Token} token */
  async #revoke(token) {
    const done = await confirm({
      title: `Revoke ${token.name}?`,
      text: html`<p>Whatever uses it is refused within a second, and its open subscriptions are closed. It cannot be taken back.</p>`,
      action: "Revoke token",
      danger: true,
      run: () => query(`mutation ($id: ID!) { revokeAccessToken(id: $id) }`, { id: token.id }),
    });
    if (!done) return;
    toast(`${token.name} is revoked.`);
    await this.#tokens.reload();
  }
}
customElements.define("page-tokens", Tokens);
