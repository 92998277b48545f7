// Booking a meeting: what, when, and for whom.

import { html } from "../core/dom.js";
import { ApiError, query } from "../core/gql.js";
import { Once } from "../core/once.js";
import { go, place, replaceQuery } from "../core/router.js";
import { leads, viewer } from "../core/session.js";
import { computed, effect, signal } from "../core/signal.js";
import { minutes } from "../core/wall.js";
import { Form, selectField, textArea, textField } from "../ui/form.js";
import { nothing, pageHead, problem } from "../ui/parts.js";
import { refused } from "../ui/slot-picker.js";
import { attendeeFields, attendeesInput, fieldOf, seatValues } from "./book-attendees.js";
import { about, price, summary } from "./book-offer.js";
import { leave } from "./booked.js";
import { Page } from "./page.js";

/**
 * @typedef {import("../ui/slot-picker.js").Choice} Choice
 * @typedef {import("./book-offer.js").EventType} EventType
 */

const typesQuery = `{ eventTypes(first: 100, where: { active: true, archivedAtIsNil: true }, orderBy: { field: NAME }) { edges { node {
  id name type durationMinutes durations maxAttendees holdMinutes currencyCode amountOnDuration
  questions { question type required choices } agents { id name timeZone status }
} } } }`;

const bookMutation = `mutation ($input: BookMeetingInput!) {
  bookMeeting(input: $input) { meeting { id agents { name } } payment { amount currencyCode status heldUntil } manageToken }
}`;

class Book extends Page {
  /** @type {import("../core/signal.js").Signal<EventType[] | null>} */
  #types = signal(/** @type {EventType[] | null} */ (null));
  /** @type {Form<Record<string, any>>} */
  #form = new Form({ agentId: "", notes: "", modifiedEventName: "", modeNote: "", externalId: "", ...seatValues(1) });
  #seats = signal([1]);
  /** @type {import("../core/signal.js").Signal<Choice>} */
  #choice = signal(/** @type {Choice} */ ({ start: null, durationMinutes: 0, byHand: false, seats: null }));
  /** @type {import("../core/signal.js").Signal<Error | null>} what is wrong with the time */
  #badTime = signal(/** @type {Error | null} */ (null));
  #once = new Once();
  #start = place.peek().query.get("start") ?? "";
  /** @type {any} */
  #picker = null;

  #type = computed(() => {
    const id = place.value.query.get("eventType");
    const all = this.#types.value ?? [];
    return all.find((t) => t.id === id) ?? (!id && all.length === 1 ? all[0] : null);
  });

  #offer = computed(() => {
    const type = this.#type.value;
    const agent = this.#agentId.value;
    return type && {
      eventTypeId: type.id,
      durations: type.durations,
      durationMinutes: type.durationMinutes,
      zones: type.agents.map((a) => a.timeZone),
      label: (/** @type {number} */ m) => [minutes(m), price(type, m)].filter(Boolean).join(" · "),
      accepts: (/** @type {import("../ui/slot-picker.js").Slot} */ s) => !agent || s.agentIds.includes(agent),
      showSeats: type.type === "GROUP",
    };
  });
  /** Of the form; what is typed elsewhere in it makes no other offer. */
  #agentId = signal("");

  connected() {
    this.classList.add("narrow");
    void this.load(async () => {
      const { eventTypes } = await query(typesQuery);
      this.#types.value = eventTypes.edges.map((/** @type {any} */ e) => e.node);
    });
    this.own(effect(() => (this.#agentId.value = this.#form.values.value.agentId)));
    this.own(effect(() => {
      const most = this.#most();
      if (this.#seats.peek().length > most) this.#seats.value = this.#seats.peek().slice(0, most);
    }));
  }

  /** How many can be booked at once. */
  #most() {
    const type = this.#type.value;
    return Math.max(1, Math.min(type?.maxAttendees ?? 1, this.#choice.value.seats ?? Infinity));
  }

  view() {
    return html`
      ${pageHead({ title: "Book a meeting", back: { path: "/meetings", text: "Meetings" } })}
      ${this.shown(this.#types.value, (types) => (types.length === 0
        ? html`<div class="card">${nothing({ icon: "events", title: "No event type can be booked", text: "Create one, or activate one, in Settings, Event types." })}</div>`
        : html`<form class="form" novalidate @submit=${this.#form.submit((values) => this.#book(values))}>
          <section class="card stack" aria-label="What and when">
            ${this.#what(types)}
            ${this.#type.value && this.#when(this.#type.value)}
          </section>
          ${this.#type.value && this.#rest(this.#type.value)}
        </form>`))}`;
  }

  /** @param {EventType[]} types */
  #what(types) {
    const type = this.#type.value;
    const unknown = !type && place.value.query.has("eventType");
    return html`<div class="field"><label for="event-type">Event type</label>
      <select class="input" id="event-type" aria-describedby="event-type-about" @change=${(/** @type {any} */ e) => this.#toType(e.target.value)}>
        <option value="" .selected=${!type} ?disabled=${Boolean(type)}>Choose…</option>
        ${types.map((t) => html`<option value=${t.id} .selected=${t === type}>${t.name}</option>`)}
      </select>
      <div class="hint" id="event-type-about">${type ? about(type) : unknown ? "The one that the address names cannot be booked any more: choose another." : ""}</div>
    </div>`;
  }

  /** @param {string} id */
  #toType(id) {
    this.#start = "";
    this.#badTime.value = null;
    this.#choice.value = { start: null, durationMinutes: 0, byHand: false, seats: null };
    for (const name of Object.keys(this.#form.values.peek())) if (name === "agentId" || name.includes(".answers.")) this.#form.set(name, "");
    replaceQuery({ eventType: id, start: null });
  }

  /** @param {EventType} type */
  #when(type) {
    const agents = type.agents.filter((a) => a.status === "ACTIVE");
    const chosen = agents.length > 1 && type.type !== "COLLECTIVE";
    const first = type.type === "ROUNDROBIN" ? "Whose turn it is" : "The first of them";
    return html`
      ${chosen && selectField(this.#form, "agentId", { label: "Agent", options: [{ value: "", label: first }, ...agents.map((a) => ({ value: a.id, label: a.name }))] })}
      ${this.#badTime.value && problem(this.#badTime.value)}
      <s-slot-picker .offer=${this.#offer.value} .start=${this.#start} ref=${(/** @type {any} */ el) => (this.#picker = el)}
        @choose=${(/** @type {CustomEvent<Choice>} */ e) => this.#chose(e.detail)}></s-slot-picker>`;
  }

  /** @param {Choice} choice */
  #chose(choice) {
    if (choice.start) this.#badTime.value = null;
    this.#choice.value = choice;
  }

  /** @param {EventType} type */
  #rest(type) {
    return html`
      <section class="card stack" aria-label="Attendees">
        ${attendeeFields(this.#form, {
          seats: this.#seats.value, most: this.#most(), questions: type.questions,
          add: () => this.#add(), remove: (seat) => (this.#seats.value = this.#seats.peek().filter((s) => s !== seat)),
        })}
      </section>
      <section class="card stack" aria-label="More">
        ${textArea(this.#form, "notes", { label: "Notes", rows: 3, hint: "For the agents. They are part of the webhooks' messages." })}
        <details class="more"><summary>Name, place and reference</summary><div class="stack">
          ${textField(this.#form, "modifiedEventName", { label: "Name of this meeting", placeholder: type.name })}
          ${textField(this.#form, "modeNote", { label: "Where", placeholder: "A link, an address or a number" })}
          ${textField(this.#form, "externalId", { label: "Reference in another system" })}
        </div></details>
      </section>
      <section class="card stack" aria-label="Book">
        ${this.#form.summary()}
        <p>${summary(type, this.#choice.value, this.#seats.value.length)}</p>
        <div class="form-actions">${this.#form.button("Book meeting")}</div>
      </section>`;
  }

  #add() {
    const seat = Math.max(...this.#seats.peek()) + 1;
    for (const [name, value] of Object.entries(seatValues(seat))) this.#form.set(name, value);
    this.#seats.value = [...this.#seats.peek(), seat];
  }

  /** @param {Record<string, any>} values */
  async #book(values) {
    const type = this.#type.peek();
    const { start, durationMinutes, byHand } = this.#choice.peek();
    if (!type) return;
    if (!start) return this.#noTime(new ApiError("choose a time first"));
    const seats = this.#seats.peek();
    const input = {
      eventTypeId: type.id, start, durationMinutes,
      attendees: attendeesInput(values, seats, type.questions),
      agentIds: values.agentId ? [values.agentId] : null,
      createByContact: !byHand && !this.#forAttendee(type, values.agentId),
      notes: values.notes.trim() ? [values.notes.trim()] : null,
      modifiedEventName: values.modifiedEventName.trim() || null,
      modeNote: values.modeNote.trim() || null,
      externalIds: values.externalId.trim() ? [values.externalId.trim()] : null,
    };
    try {
      const { bookMeeting } = await query(bookMutation, { input: { ...input, idempotencyKey: this.#once.key(input) } });
      this.#once.done();
      leave(bookMeeting);
      go(`/meetings/${bookMeeting.meeting.id}`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (["start", "durationMinutes", "createByContact"].includes(error.field) || error.code === "SLOT_TAKEN") return this.#noTime(error);
      throw new ApiError(error.message, { ...error, field: error.field.startsWith("externalIds") ? "externalId" : fieldOf(error.field, values, seats, type.questions) });
    }
  }

  /**
   * Whether an agent books for the attendee, who else books by himself: an agent
   * may do so outside of the hours, too, so it is left out where several could get
   * it and one of them is at home; and members do it for themselves alone.
   * @param {EventType} type
   * @param {string} agentId who was chosen
   */
  #forAttendee({ type, agents }, agentId) {
    const me = viewer.peek()?.agent.id;
    if (agents.length > 1 && !agentId && (type === "ROUNDROBIN" || type === "GROUP")) return false;
    return leads() || (agentId || agents[0]?.id) === me || (type === "COLLECTIVE" && agents.some((a) => a.id === me));
  }

  /** Says what is wrong with the time, where it is chosen. @param {ApiError} error */
  #noTime(error) {
    this.#badTime.value = refused(error, this.#choice.peek(), this.#picker);
  }
}
customElements.define("page-book", Book);
