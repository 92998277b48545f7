// Settings, Identity providers: whose JSON Web Tokens sign agents in. For owners.

import { html } from "../core/dom.js";
import { query } from "../core/gql.js";
import { list } from "../core/list.js";
import { may } from "../core/session.js";
import { confirm, toast } from "../ui/dialog.js";
import { icon } from "../ui/icon.js";
import { nothing, note, pageHead } from "../ui/parts.js";
import { listTable } from "../ui/table.js";
import { narrowed } from "./agent-rights.js";
import { editProvider } from "./identity-provider-form.js";
import { Page } from "./page.js";

/** @typedef {{ id: string, name: string, issuer: string, audience: string, jwksUrl: string | null, usesSecret: boolean, appClaim: string | null, appValue: string, agentClaim: string, roleClaim: string | null }} Provider */

const providersQuery = `query ($first: Int, $after: Cursor, $last: Int, $before: Cursor) {
  identityProviders(first: $first, after: $after, last: $last, before: $before, orderBy: { field: CREATED_AT, direction: DESC }) {
    edges { node { id name issuer audience jwksUrl usesSecret appClaim appValue agentClaim roleClaim } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

class IdentityProviders extends Page {
  /** @type {import("../core/list.js").List<Provider>} */
  #providers = list({ document: providersQuery, field: "identityProviders" });

  connected() {
    this.own(() => this.#providers.close());
  }

  view() {
    const change = may("ACCESS_WRITE");
    const create = change && !narrowed() && html`<button type="button" class="button primary" @click=${() => void this.#edit(null)}>${icon("plus")} Create identity provider</button>`;
    return html`
      ${pageHead({ title: "Identity providers", text: "Agents sign in with the JSON Web Tokens of your own provider, in place of access tokens.", actions: create })}
      ${change && narrowed() && note("info", "The token that you are signed in with is narrowed or ends: it makes and changes no identity providers. Sign in with one that is neither.")}
      ${listTable(this.#providers, {
        caption: "Identity providers, the newest first",
        key: (p) => p.id,
        columns: [
          { label: "Name", kind: "lead", view: (p) => html`<strong class="break name">${p.name}</strong>` },
          { label: "Issuer", view: (p) => html`<span class="break">${p.issuer}</span>` },
          { label: "Audience", view: (p) => html`<span class="break">${p.audience}</span>` },
          { label: "Signed by", view: (p) => (p.usesSecret ? "A secret (HS256)" : html`<span class="break">${p.jwksUrl}</span>`) },
          { label: "Claims", view: (p) => html`<span class="row tight tags"><span class="tag">agent: ${p.agentClaim}</span>${p.roleClaim && html`<span class="tag">role: ${p.roleClaim}</span>`}${p.appClaim && html`<span class="tag">app: ${p.appClaim}</span>`}</span>` },
          { label: "Actions", hideLabel: true, kind: "end", view: (p) => change && html`<span class="row tight nowrap-row">
            ${!narrowed() && html`<button type="button" class="button small" aria-label=${`Edit ${p.name}`} @click=${() => void this.#edit(p)}>Edit</button>`}
            <button type="button" class="button small icon-only danger" aria-label=${`Delete ${p.name}`} title="Delete" @click=${() => void this.#delete(p)}>${icon("trash")}</button></span>` },
        ],
        empty: nothing({ icon: "lock", title: "No identity providers", text: "Without one, agents sign in with access tokens.", action: create }),
      })}`;
  }

  /** @param {Provider | null} provider */
  async #edit(provider) {
    const name = await editProvider(provider);
    if (!name) return;
    toast(provider ? `${name} is saved.` : `${name} is made. Its tokens sign agents in.`);
    await this.#providers.reload();
  }

  /** @param {Provider} provider */
  async #delete(provider) {
    const done = await confirm({
      title: `Delete ${provider.name}?`,
      text: html`<p>Its tokens sign nobody in any more, and open subscriptions are closed. Whoever has an access token still comes in.</p>`,
      action: "Delete identity provider",
      danger: true,
      typed: provider.name,
      run: () => query(`mutation ($id: ID!) { deleteIdentityProvider(id: $id) }`, { id: provider.id }),
    });
    if (!done) return;
    toast(`${provider.name} is deleted.`);
    await this.#providers.reload();
  }
}
customElements.define("page-identity-providers", IdentityProviders);
