// The access tokens, those in use or those that have ended. A member sees those
// of his own.

import { html } from "../core/dom.js";
import { dateTime } from "../core/format.js";
import { query, signedOut, signOut } from "../core/gql.js";
import { list } from "../core/list.js";
import { place, replaceQuery } from "../core/router.js";
import { leads, may, viewer } from "../core/session.js";
import { View } from "../core/view.js";
import { confirm, toast } from "../ui/dialog.js";
import { badge, nothing, note, stateBadge, time } from "../ui/parts.js";
import { listTable } from "../ui/table.js";
import { filterChoice } from "../ui/tabs.js";
import { scopeTexts } from "./scopes.js";
import { createToken } from "./token-form.js";

/**
 * @typedef {{ id: string, name: string, prefix: string, scopes: string[], createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null, agent?: { id: string, name: string, role: string, status: string } }} Token
 *   agent: none for a token that is not for agents
 */

const tokensQuery = `query ($first: Int, $after: Cursor, $last: Int, $before: Cursor, $where: AccessTokenWhereInput, $agents: Boolean!) {
  accessTokens(first: $first, after: $after, last: $last, before: $before, where: $where, orderBy: { field: CREATED_AT, direction: DESC }) {
    edges { node { id name prefix scopes createdAt expiresAt lastUsedAt revokedAt agent @include(if: $agents) { id name role status } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

const inUse = () => ({ revokedAtIsNil: true, or: [{ expiresAtIsNil: true }, { expiresAtGT: new Date().toISOString() }] });

/** @param {Token} token */
const ended = (token) => Boolean(token.revokedAt) || (token.expiresAt !== null && new Date(token.expiresAt) < new Date());

/** @param {Token} token */
function state(token) {
  if (token.revokedAt) return html`${stateBadge("EXPIRED", "Revoked")} <span class="small muted">${time(token.revokedAt)}</span>`;
  return ended(token) ? stateBadge("EXPIRED") : stateBadge("ACTIVE");
}

/** @param {Token} token */
const isThis = (token) => token.id === viewer.value?.accessTokenId;

export class TokenList extends View {
  /** @type {import("../core/list.js").List<Token>} */
  #tokens = list({ document: tokensQuery, field: "accessTokens", variables: () => ({ where: this.#ended() ? { not: inUse() } : inUse(), agents: may("AGENTS_READ") }) });

  connected() {
    this.own(() => this.#tokens.close());
  }

  #ended() {
    return place.value.query.get("show") === "ended";
  }

  view() {
    const past = this.#ended();
    return html`<div class="stack">
      ${filterChoice("Which tokens", past ? "ended" : "", [{ value: "", label: "In use" }, { value: "ended", label: "Ended" }], (show) => replaceQuery({ show }))}
      ${listTable(this.#tokens, {
        caption: past ? "Access tokens that have ended, the newest first" : "Access tokens in use, the newest first",
        key: (t) => t.id,
        columns: [
          { label: "Name", kind: "lead", view: (t) => html`<span class="row tight"><strong class="break">${t.name}</strong> ${isThis(t) && badge("This session", "info")}${t.prefix.startsWith("slci_") && badge("Invitation")}</span><code class="muted small">${t.prefix}…</code>` },
          ...(leads() && may("AGENTS_READ") ? [{ label: "Agent", view: (/** @type {Token} */ t) => html`<span class="break name">${t.agent?.name}</span>` }] : []),
          { label: "For", view: (t) => (t.scopes.length === 0 ? html`<span class="muted">All that the role allows</span>` : html`<span class="row tight tags">${scopeTexts(t.scopes).map((s) => html`<span class="tag">${s}</span>`)}</span>`) },
          { label: "Last used", view: (t) => time(t.lastUsedAt, "Never") },
          { label: past ? "Ended" : "Ends", view: (t) => (past ? state(t) : t.expiresAt ? html`<time datetime=${t.expiresAt}>${dateTime(t.expiresAt)}</time>` : html`<span class="muted">Never</span>`) },
          { label: "Actions", hideLabel: true, kind: "end", view: (t) => this.#mayRevoke(t) && html`<button type="button" class="button small danger" aria-label=${`Revoke ${t.name}`} @click=${() => void this.#revoke(t)}>Revoke</button>` },
        ],
        empty: past
          ? nothing({ icon: "tokens", title: "No token has ended", text: "Tokens that were revoked, and those whose time is over, are kept here." })
          : nothing({ icon: "tokens", title: "No tokens", text: "A token lets a program call the API as you." }),
      })}
    </div>`;
  }

  /** @param {Token} token */
  #mayRevoke(token) {
    if (ended(token) || !may("ACCESS_WRITE")) return false;
    return token.agent?.role !== "OWNER" || viewer.value?.role === "OWNER";
  }

  async create() {
    if (!(await createToken())) return;
    if (this.#ended()) replaceQuery({ show: null });
    else await this.#tokens.reload();
  }

  /** @param {Token} token */
  async #revoke(token) {
    const own = isThis(token);
    const done = await confirm({
      title: own ? "Revoke the token of this session?" : `Revoke ${token.name}?`,
      text: html`<div class="stack tight">
        ${own && note("wait", html`You are signed in with <strong>${token.name}</strong>. Revoking it signs you out, here and wherever else it is used.`)}
        <p>Whatever uses it is refused within a second, and its open subscriptions are closed. It cannot be taken back.</p></div>`,
      action: own ? "Revoke and sign out" : "Revoke token",
      danger: true,
      run: () => query(`mutation ($id: ID!) { revokeAccessToken(id: $id) }`, { id: token.id }),
    });
    if (!done) return;
    if (own) {
      await signOut().catch(() => (signedOut.value = true));
      return;
    }
    toast(`${token.name} is revoked.`);
    await this.#tokens.reload();
  }
}
