// An event type: makes one, changes one, and shows it to those who may not.

import { html } from "../core/dom.js";
import { typeName } from "../core/format.js";
import { ApiError, query } from "../core/gql.js";
import { leads, may, viewer } from "../core/session.js";
import { signal } from "../core/signal.js";
import { confirm, toast } from "../ui/dialog.js";
import { Form } from "../ui/form.js";
import { badge, copy, loading, note, pageHead, problem, stateBadge } from "../ui/parts.js";
import "../ui/free-times.js";
import { allAgents } from "./agent-options.js";
import { eventTypeFacts } from "./event-type-facts.js";
import { basics, sections } from "./event-type-sections.js";
import { changes, defaults, fields, inputOf, valuesOf } from "./event-type-values.js";
import { Page } from "./page.js";

/** @typedef {import("./event-type-values.js").EventType} EventType */

class EventTypeForm extends Page {
  /** @type {import("../core/signal.js").Signal<EventType | null>} */
  #type = signal(/** @type {EventType | null} */ (null));
  #agents = signal(/** @type {import("./agent-options.js").AgentOption[] | null} */ (null));
  #version = signal(0);
  #form = new Form(valuesOf(defaults("")));

  connected() {
    void this.load(async () => {
      const { id } = this.params.peek();
      if (id) {
        const { eventType } = await query(`query ($id: ID!) { eventType(id: $id) { ${fields} } }`, { id });
        if (!eventType) throw new ApiError("there is no such event type: it may belong to another app");
        this.#show(eventType);
      } else {
        this.#form = new Form(valuesOf(defaults(viewer.peek()?.agent.id ?? "")));
      }
      if (!id || this.#mayWrite()) this.#agents.value = await allAgents();
    });
  }

  /** @param {EventType} type */
  #show(type) {
    this.called(type.name);
    this.#form = new Form(valuesOf(type));
    this.#type.value = type;
  }

  #mayWrite() {
    return leads() && may("EVENT_TYPES_WRITE") && !this.#type.value?.archivedAt;
  }

  view() {
    const back = { path: "/settings/event-types", text: "Event types" };
    const isNew = !this.params.value.id;
    const type = this.#type.value;
    if (this.failed.value) return html`${pageHead({ title: isNew ? "Create event type" : "Event type", back })}<div class="card">${problem(this.failed.value, () => void this.reload())}</div>`;
    if (!isNew && !type) return html`${pageHead({ title: "Event type", back })}<div class="card">${loading(8)}</div>`;
    if (isNew) return html`${pageHead({ title: "Create event type", text: "The basics are enough; everything else can wait.", back })}<div class="card form-card">${this.#edit(null)}</div>`;
    return type && this.#one(type, back);
  }

  /** @param {EventType} type @param {{ path: string, text: string }} back */
  #one(type, back) {
    const write = this.#mayWrite();
    return html`
      ${pageHead({
        title: type.name,
        back,
        text: html`<span class="row">${type.archivedAt ? stateBadge("EXPIRED", "Archived") : type.active ? stateBadge("ACTIVE") : stateBadge("PAUSED", "Switched off")} ${badge(typeName(type.type))} <code class="small">${type.slug}</code> ${copy(type.id, "Copy ID")}</span>`,
        actions: write && html`<button type="button" class="button danger" @click=${() => void this.#archive(type)}>Archive</button>`,
      })}
      ${type.archivedAt && note("info", "Archived: it cannot be booked any more. Its meetings stay.")}
      <div class="two-thirds">
        <div class="card form-card">${write ? this.#edit(type) : eventTypeFacts(type)}</div>
        ${!type.archivedAt && may("MEETINGS_READ") && html`<s-free-times .of=${type} .version=${this.#version.value}></s-free-times>`}
      </div>`;
  }

  /** @param {EventType | null} type */
  #edit(type) {
    const form = this.#form;
    const agents = this.#agents.value;
    if (!agents) return loading(8);
    // those who host it and left are offered, too: the box has to say so
    const gone = (type?.agents ?? []).filter((a) => a.status !== "ACTIVE");
    const hosts = [...agents.filter((a) => a.status === "ACTIVE"), ...gone.map((a) => ({ ...a, email: "", role: "", name: `${a.name} (${a.status.toLowerCase()})` }))];
    return html`<form class="form" novalidate @submit=${form.submit((v) => (type ? this.#save(type, v) : this.#create(v)))}>
      ${form.summary()}
      ${basics(form, hosts, type)}
      <div class="sections">${sections(form, type)}</div>
      <div class="form-actions">${form.button(type ? "Save event type" : "Create event type")}</div>
    </form>`;
  }

  /** @param {import("./event-type-values.js").Values} values */
  async #create(values) {
    const data = await query(`mutation ($input: CreateEventTypeInput!) { createEventType(input: $input) { id name } }`, { input: { ...inputOf(values), type: values.type } });
    toast(`${data.createEventType.name} is made, and can be booked.`);
    this.goOn(`/settings/event-types/${data.createEventType.id}`, { replace: true });
  }

  /** @param {EventType} type @param {import("./event-type-values.js").Values} values */
  async #save(type, values) {
    const input = changes(inputOf(values), inputOf(valuesOf(type)));
    const data = await query(`mutation ($id: ID!, $input: UpdateEventTypeInput!) { updateEventType(id: $id, input: $input) { ${fields} } }`, { id: type.id, input });
    this.#show(data.updateEventType);
    this.#version.value++;
    toast(`${data.updateEventType.name} is saved. Meetings that are booked stay as they are.`);
  }

  /** @param {EventType} type */
  async #archive(type) {
    const done = await confirm({
      title: `Archive ${type.name}?`,
      text: html`<p>It cannot be booked any more, and that cannot be taken back. Its meetings stay, and <code>${type.slug}</code> is free for another event type. To stop bookings for a while, switch it off instead.</p>`,
      action: "Archive event type",
      danger: true,
      run: () => query(`mutation ($id: ID!) { archiveEventType(id: $id) { id } }`, { id: type.id }),
    });
    if (!done) return;
    toast(`${type.name} is archived.`);
    this.goOn("/settings/event-types");
  }
}
customElements.define("page-event-type-form", EventTypeForm);
