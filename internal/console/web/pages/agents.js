// Settings, Agents: who hosts meetings, and who uses this console.

import { html } from "../core/dom.js";
import { words } from "../core/format.js";
import { list } from "../core/list.js";
import { href, place, replaceQuery } from "../core/router.js";
import { leads, may, viewer } from "../core/session.js";
import { icon } from "../ui/icon.js";
import { badge, nothing, pageHead, stateBadge } from "../ui/parts.js";
import { byName, listTable } from "../ui/table.js";
import { filterChoice } from "../ui/tabs.js";
import { createAgent, inviteAgent } from "./agent-new.js";
import { Page } from "./page.js";

/** @typedef {{ id: string, name: string, email: string, role: string, status: string, timeZone: string }} Agent */

const agentsQuery = `query ($first: Int, $after: Cursor, $last: Int, $before: Cursor, $where: AgentWhereInput) {
  agents(first: $first, after: $after, last: $last, before: $before, where: $where, orderBy: { field: NAME, direction: ASC }) {
    edges { node { id name email role status timeZone } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

const states = ["ACTIVE", "INVITED", "DEACTIVATED"];

class Agents extends Page {
  /** @type {import("../core/list.js").List<Agent>} */
  #agents = list({ document: agentsQuery, field: "agents", variables: () => ({ where: this.#where() }) });

  connected() {
    this.own(() => this.#agents.close());
  }

  #state() {
    const asked = place.value.query.get("status") ?? "";
    return states.includes(asked) ? asked : "";
  }

  #where() {
    const search = place.value.query.get("q") ?? "";
    return {
      ...(this.#state() && { status: this.#state() }),
      ...(search && { or: [{ nameContainsFold: search }, { emailContainsFold: search }] }),
    };
  }

  view() {
    const change = leads() && may("AGENTS_WRITE");
    const filtered = Boolean(this.#state() || place.value.query.get("q"));
    return html`
      ${pageHead({
        title: "Agents",
        text: "Agents host meetings. Each has a role, which says what he may do here and over the API.",
        actions: change && html`<button type="button" class="button" @click=${() => void this.#create()}>${icon("plus")} Create agent</button>
          <button type="button" class="button primary" @click=${() => void this.#invite()}>${icon("send")} Invite agent</button>`,
      })}
      <div class="stack">
        <div class="filters">
          <div class="field"><label class="visually-hidden" for="agents-q">Name or e-mail address</label>
            <input class="input" id="agents-q" type="search" placeholder="Name or e-mail address" .value=${place.value.query.get("q") ?? ""} @change=${(/** @type {any} */ e) => replaceQuery({ q: e.target.value.trim() })}></div>
          ${filterChoice("Status", this.#state(), [{ value: "", label: "All" }, ...states.map((s) => ({ value: s, label: words(s) }))], (status) => replaceQuery({ status }))}
        </div>
        ${listTable(this.#agents, {
          pages: byName,
          caption: "Agents, by name",
          key: (a) => a.id,
          columns: [
            { label: "Name", kind: "lead", view: (a) => html`<span class="row tight"><a class="whole break" href=${href(`/settings/agents/${a.id}`)}>${a.name}</a>${a.id === viewer.value?.agent.id && badge("You", "info")}</span>` },
            { label: "E-mail address", view: (a) => html`<span class="break">${a.email}</span>` },
            { label: "Role", view: (a) => words(a.role) },
            { label: "Status", view: (a) => stateBadge(a.status) },
            { label: "Time zone", view: (a) => html`<span class="muted">${a.timeZone.replaceAll("_", " ")}</span>` },
          ],
          empty: filtered
            ? nothing({ icon: "search", title: "No agent is like that", text: "None has this status, with this name or address.", action: html`<button type="button" class="button" @click=${() => replaceQuery({ q: null, status: null })}>Show all agents</button>` })
            : nothing({ icon: "agents", title: "No agents", text: "Invite those who host meetings." }),
        })}
      </div>`;
  }

  async #invite() {
    if (await inviteAgent()) await this.#agents.reload();
  }

  async #create() {
    if (await createAgent()) await this.#agents.reload();
  }
}
customElements.define("page-agents", Agents);
