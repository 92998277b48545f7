// An agent: who he is, when he can be booked, and what he hosts.

import { html } from "../core/dom.js";
import { typeName, words } from "../core/format.js";
import { ApiError, query } from "../core/gql.js";
import { href } from "../core/router.js";
import { leads, loadViewer, may, viewer } from "../core/session.js";
import { signal } from "../core/signal.js";
import { confirm, toast } from "../ui/dialog.js";
import { Form, radios, textField } from "../ui/form.js";
import { badge, note, pageHead, problem, stateBadge } from "../ui/parts.js";
import { clockOf, zoneField } from "../ui/zone.js";
import { showInvitation } from "./agent-new.js";
import { givable, mayChange, narrowed, roleHint } from "./agent-rights.js";
import "./agent-schedule.js";
import { Page } from "./page.js";

/**
 * @typedef {{ id: string, name: string, email: string, role: string, status: string, timeZone: string, externalId: string | null, schedule: import("./agent-schedule.js").Schedule | null }} Agent
 * @typedef {{ id: string, name: string, type: string, active: boolean, agents: { id: string }[] }} Hosted
 */

const fields = `id name email role status timeZone externalId schedule { weeklyHours { weekday from until } dateOverrides { date windows { from until } } }`;
const hostedQuery = `query ($after: Cursor) { eventTypes(first: 100, after: $after, where: { archivedAtIsNil: true }, orderBy: { field: NAME, direction: ASC }) {
  edges { node { id name type active agents { id } } } pageInfo { hasNextPage endCursor } } }`;

class AgentPage extends Page {
  #agent = signal(/** @type {Agent | null} */ (null));
  #hosted = signal(/** @type {Hosted[] | null} */ (null));
  #form = new Form({ name: "", email: "", timeZone: "", role: "", externalId: "" });

  connected() {
    void this.load(async () => {
      const { agent } = await query(`query ($id: ID!) { agent(id: $id) { ${fields} } }`, { id: this.params.peek().id });
      if (!agent) throw new ApiError("there is no such agent: he may belong to another app");
      this.#show(agent);
      if (may("EVENT_TYPES_READ")) await this.#loadHosted(agent.id);
    });
  }

  /** @param {Agent} agent */
  #show(agent) {
    this.called(agent.name);
    this.#agent.value = agent;
    const { name, email, timeZone, role, externalId } = agent;
    this.#form = new Form({ name, email, timeZone, role, externalId: externalId ?? "" });
    this.update();
  }

  /** @param {string} id */
  async #loadHosted(id) {
    /** @type {Hosted[]} */
    const all = [];
    for (let after = null, more = true; more && all.length < 1000; ) {
      /** @type {{ edges: { node: Hosted }[], pageInfo: { hasNextPage: boolean, endCursor: string } }} */
      const page = (await query(hostedQuery, { after })).eventTypes;
      all.push(...page.edges.map((e) => e.node));
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    this.#hosted.value = all.filter((t) => t.agents.some((a) => a.id === id));
  }

  view() {
    const back = { path: "/settings/agents", text: "Agents" };
    const agent = this.#agent.value;
    if (!agent) return html`${pageHead({ title: "Agent", back })}<div class="card">${this.shown(null, () => null)}</div>`;
    return html`
      ${pageHead({
        title: agent.name,
        back,
        text: html`<span class="row">${stateBadge(agent.status)} ${badge(words(agent.role))} ${agent.id === viewer.value?.agent.id && badge("You", "info")} <span class="muted small">${agent.timeZone}${clockOf(agent.timeZone) && `, ${clockOf(agent.timeZone)} there`}</span></span>`,
        actions: this.#actions(agent),
      })}
      ${agent.status === "INVITED" && note("wait", html`${agent.name} has not joined yet. The invitation lasts 7 days; another one ends it and takes its place.`)}
      ${agent.status === "DEACTIVATED" && note("info", "Deactivated: cannot sign in, and is not booked. Meetings that are booked stay: cancel or reassign them.")}
      <div class="two-thirds">
        <div class="stack loose">
          <s-agent-schedule .agent=${agent} .change=${mayChange(agent)} .saved=${(/** @type {Agent} */ a) => (this.#agent.value = { ...agent, ...a })}></s-agent-schedule>
        </div>
        <div class="stack loose">
          <section class="card" aria-labelledby="agent-who"><header><h2 id="agent-who">Profile</h2></header>${mayChange(agent) ? this.#profile(agent) : this.#facts(agent)}</section>
          ${this.#hosts()}
        </div>
      </div>`;
  }

  /** @param {Agent} agent */
  #actions(agent) {
    const turn = leads() && mayChange(agent);
    return html`
      ${may("MEETINGS_READ") && html`<a class="button" href=${href(`/meetings?agent=${agent.id}`)}>Upcoming meetings</a>`}
      ${turn && agent.status === "INVITED" && html`<button type="button" class="button" @click=${() => void this.#inviteAgain(agent)}>Invite again</button>`}
      ${turn && (agent.status === "DEACTIVATED"
        ? html`<button type="button" class="button" @click=${() => void this.#reactivate(agent)}>Reactivate</button>`
        : html`<button type="button" class="button danger" @click=${() => void this.#deactivate(agent)}>Deactivate</button>`)}`;
  }

  /** @param {Agent} agent */
  #facts(agent) {
    return html`<dl class="facts lines">
      <div><dt>E-mail address</dt><dd>${agent.email}</dd></div>
      <div><dt>Time zone</dt><dd>${agent.timeZone}</dd></div>
      ${agent.externalId && html`<div><dt>External ID</dt><dd><code>${agent.externalId}</code></dd></div>`}
    </dl>`;
  }

  /** @param {Agent} agent */
  #profile(agent) {
    const form = this.#form;
    const send = form.submit(async () => {
      const { externalId, ...rest } = /** @type {any} */ (form.changed());
      const input = { ...rest, ...(externalId !== undefined && { externalId: externalId.trim() || null }) };
      const data = await query(`mutation ($id: ID!, $input: UpdateAgentInput!) { updateAgent(id: $id, input: $input) { ${fields} } }`, { id: agent.id, input });
      this.#show({ ...data.updateAgent, schedule: agent.schedule }); // the same one: its editor may hold what is not saved
      toast("The profile is saved.");
      if (agent.id === viewer.peek()?.agent.id) await loadViewer();
    });
    const roles = leads() ? givable(agent.role) : [];
    return html`<form class="form" novalidate @submit=${send}>
      ${form.summary()}
      ${textField(form, "name", { label: "Name", required: true })}
      ${textField(form, "email", { label: "E-mail address", required: true, type: "email" })}
      ${zoneField(form, "timeZone", { label: "Time zone", required: true, hint: "The schedule is in its wall time." })}
      ${roles.length > 1 && !(narrowed() && agent.role !== "MEMBER") && radios(form, "role", { label: "Role", required: true, hint: roleHint(), options: roles })}
      ${leads() && textField(form, "externalId", { label: "External ID", hint: "Who the agent is to your identity provider." })}
      <div class="form-actions">${form.button("Save profile")}</div>
    </form>`;
  }

  #hosts() {
    const hosted = this.#hosted.value;
    if (!hosted) return this.failed.value && html`<div class="card">${problem(this.failed.value, () => void this.reload())}</div>`;
    return html`<section class="card" aria-labelledby="agent-hosts"><header><h2 id="agent-hosts">Event types</h2></header>
      ${hosted.length === 0 ? html`<p class="muted">Hosts none. Event types name their hosts.</p>` : html`<ul class="stack tight">${hosted.map((t) => html`<li class="row between"><a class="break" href=${href(`/settings/event-types/${t.id}`)}>${t.name}</a><span class="muted small">${typeName(t.type)}${t.active ? "" : ", switched off"}</span></li>`)}</ul>`}
    </section>`;
  }

  /** @param {Agent} agent */
  async #inviteAgain(agent) {
    await confirm({
      title: `Invite ${agent.name} again?`,
      text: html`<p>The invitation before ends: its link works no more.</p>`,
      action: "Create invitation",
      run: async () => {
        const data = await query(`mutation ($input: InviteAgentInput!) { inviteAgent(input: $input) { token expiresAt agent { name email } } }`, { input: { email: agent.email } });
        queueMicrotask(() => void showInvitation(data.inviteAgent));
      },
    });
  }

  /** @param {Agent} agent */
  async #deactivate(agent) {
    const self = agent.id === viewer.peek()?.agent.id;
    const done = await confirm({
      title: `Deactivate ${agent.name}?`,
      text: html`<div class="stack tight">${self && note("wait", "This is you: you are signed out, and somebody else has to take you in again.")}
        <ul class="bullets"><li>Cannot sign in: the tokens are revoked.</li><li>The webhooks of scope User are disabled.</li><li>Is not booked any more; meetings that are booked stay, to be cancelled or reassigned.</li><li>Can be reactivated, but tokens and webhooks stay out of use.</li></ul></div>`,
      action: "Deactivate agent",
      danger: true,
      run: () => query(`mutation ($id: ID!) { deactivateAgent(id: $id) { id } }`, { id: agent.id }),
    });
    if (done) await this.#turned(`${agent.name} is deactivated.`);
  }

  /** @param {Agent} agent */
  async #reactivate(agent) {
    const done = await confirm({
      title: `Reactivate ${agent.name}?`,
      text: html`<p>Can sign in and be booked again. The tokens and webhooks from before stay out of use: make new ones.</p>`,
      action: "Reactivate agent",
      run: () => query(`mutation ($id: ID!) { reactivateAgent(id: $id) { id } }`, { id: agent.id }),
    });
    if (done) await this.#turned(`${agent.name} is active again.`);
  }

  /** @param {string} said */
  async #turned(said) {
    toast(said);
    await this.reload();
  }
}
customElements.define("page-agent", AgentPage);
