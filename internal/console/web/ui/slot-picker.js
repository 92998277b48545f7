// <s-slot-picker .offer=${offer} .start=${iso} @choose=${…}>: a time that can be
// booked, chosen by zone, duration, day and time; or one that is typed, whatever
// the agents' hours are. Days and times are radio buttons, two weeks at once.
//
// What is chosen comes in the detail of choose: { start, durationMinutes, byHand,
// seats }, where start is null until there is one. reload() asks for the free
// times anew and lets go of what was chosen.

import { html, keyed } from "../core/dom.js";
import { zone as here } from "../core/format.js";
import { ApiError, query } from "../core/gql.js";
import { computed, effect, signal } from "../core/signal.js";
import { drawn, View } from "../core/view.js";
import { addDays, clock, dateAs, dateIn, dayWithDate, instantOf, knows, minutes, offsetName, wallOf, zoneName, zones } from "../core/wall.js";
import { icon } from "./icon.js";
import { loading, note, problem } from "./parts.js";

/**
 * @typedef {{ start: string, end: string, durationMinutes: number, seats: number, agentIds: string[] }} Slot
 * @typedef {{ start: string | null, durationMinutes: number, byHand: boolean, seats: number | null }} Choice
 * @typedef {{ eventTypeId: string, durations: number[], durationMinutes: number, zones?: string[], label?: (minutes: number) => string, accepts?: (slot: Slot) => boolean, showSeats?: boolean }} Offer
 *   durationMinutes: the one that it begins with. label: of a duration. accepts: which of the slots are offered; none: all
 */

const shown = 14; // days at once
let pickers = 0;

class SlotPicker extends View {
  /** @type {import("../core/signal.js").Signal<Offer | null>} the same object as long as it is the same offer */
  offer = signal(/** @type {Offer | null} */ (null));
  /** @type {import("../core/signal.js").Signal<string>} what it begins with */
  start = signal("");

  #id = `slots-${++pickers}`;
  #zone = signal(here);
  #duration = signal(0);
  #first = signal(dateIn(new Date()));
  #day = signal("");
  #chosen = signal("");
  #byHand = signal(false);
  #typed = signal("");
  /** @type {import("../core/signal.js").Signal<Slot[] | null>} */
  #slots = signal(/** @type {Slot[] | null} */ (null));
  /** @type {import("../core/signal.js").Signal<Error | null>} */
  #failed = signal(/** @type {Error | null} */ (null));
  #times = signal(0); // that it was asked anew
  #asked = ""; // the start that it begins with
  #abort = new AbortController();

  /** The free times of each day that is shown. */
  #days = computed(() => {
    /** @type {Map<string, Slot[]>} */
    const days = new Map(Array.from({ length: shown }, (_, i) => [addDays(this.#first.value, i), []]));
    for (const slot of this.#slots.value ?? []) {
      if (this.offer.value?.accepts?.(slot) ?? true) days.get(dateIn(slot.start, this.#zone.value))?.push(slot);
    }
    return days;
  });

  connected() {
    const start = this.start.peek();
    if (start && !Number.isNaN(Date.parse(start)) && new Date(start) > new Date()) {
      this.#asked = this.#chosen.value = new Date(start).toISOString();
      this.#day.value = this.#first.value = dateIn(start);
    }
    this.own(effect(() => {
      const offer = this.offer.value;
      if (offer && !offer.durations.includes(this.#duration.peek())) this.#duration.value = offer.durationMinutes;
    }));
    this.own(effect(() => {
      void this.#times.value;
      void this.#load(this.offer.value, this.#first.value, this.#zone.value, this.#duration.value);
    }));
    this.own(() => this.#abort.abort());
  }

  reload() {
    this.#chosen.value = "";
    this.#times.value++;
    this.#tell();
  }

  /**
   * @param {Offer | null} offer
   * @param {string} first
   * @param {string} timeZone
   * @param {number} durationMinutes
   */
  async #load(offer, first, timeZone, durationMinutes) {
    if (!offer || !durationMinutes) return;
    this.#abort.abort();
    const abort = (this.#abort = new AbortController());
    this.#failed.value = null;
    this.#slots.value = null;
    const variables = { id: offer.eventTypeId, from: instantOf(first, timeZone), to: instantOf(addDays(first, shown), timeZone), durationMinutes };
    try {
      const { availability } = await query(`query ($id: ID!, $from: Time!, $to: Time!, $durationMinutes: Int) {
        availability(eventTypeId: $id, from: $from, to: $to, durationMinutes: $durationMinutes) { start end durationMinutes seats agentIds }
      }`, variables, abort.signal);
      if (abort !== this.#abort) return;
      this.#slots.value = availability.map((/** @type {Slot} */ s) => ({ ...s, start: new Date(s.start).toISOString() }));
      this.#settle();
    } catch (error) {
      if (abort === this.#abort && !abort.signal.aborted) this.#failed.value = /** @type {Error} */ (error);
    }
  }

  /** Makes what is chosen one of what is offered. */
  #settle() {
    const days = this.#days.peek();
    const chosen = this.#chosen.peek();
    const offered = [...days.values()].flat().some((s) => s.start === chosen);
    if (chosen && !offered && chosen === this.#asked) { // a link led here to a time that is not offered
      this.#byHand.value = true;
      this.#typed.value = wallOf(chosen, this.#zone.peek());
    }
    this.#asked = "";
    if (!offered) this.#chosen.value = "";
    else this.#day.value = dateIn(chosen, this.#zone.peek());
    if (!days.get(this.#day.peek())?.length) this.#day.value = [...days].find(([, slots]) => slots.length > 0)?.[0] ?? "";
    this.#tell();
  }

  #tell() {
    const byHand = this.#byHand.peek();
    const start = byHand ? instantOf(this.#typed.peek(), this.#zone.peek())?.toISOString() ?? null : this.#chosen.peek() || null;
    const slot = this.#slots.peek()?.find((s) => s.start === start);
    /** @type {Choice} */
    const detail = { start, durationMinutes: this.#duration.peek(), byHand, seats: slot?.seats ?? null };
    this.dispatchEvent(new CustomEvent("choose", { detail }));
  }

  /** Does it, and tells. @param {() => void} change */
  #choose(change) {
    change();
    this.#tell();
  }

  view() {
    const offer = this.offer.value;
    if (!offer) return null;
    return html`<div class="slot-picker">
      <div class="slot-terms">
        ${offer.durations.length > 1 && this.#durations(offer)}
        ${this.#zones(offer)}
      </div>
      ${this.#byHand.value ? this.#hand() : html`${this.#calendar()}${this.#timesOfDay(offer)}`}
      <label class="check"><input type="checkbox" .checked=${this.#byHand.value} @change=${(/** @type {any} */ e) => this.#choose(() => (this.#byHand.value = e.target.checked))}>
        <span>Enter the time by hand<span class="hint">Also outside of the agents' hours, as long as they are free.</span></span></label>
    </div>`;
  }

  /** @param {Offer} offer */
  #durations({ durations, label = minutes }) {
    return html`<fieldset><legend>Duration</legend><div class="choice">${durations.map((m) => html`<label><input type="radio" name="${this.#id}-duration" value=${m} .checked=${m === this.#duration.value} @change=${() => this.#choose(() => (this.#duration.value = m))}>${label(m)}</label>`)}</div></fieldset>`;
  }

  /** @param {Offer} offer */
  #zones(offer) {
    const at = this.#chosen.value || new Date();
    return html`<div class="field"><label for="${this.#id}-zone">Time zone</label>
      <select class="input" id="${this.#id}-zone" @change=${(/** @type {any} */ e) => this.#toZone(e.target.value)}>${zones(offer.zones).filter(knows).map((z) => html`<option value=${z} .selected=${z === this.#zone.value}>${zoneName(z)}${z === this.#zone.value ? ` (${offsetName(z, at)})` : ""}</option>`)}</select></div>`;
  }

  /** @param {string} timeZone */
  #toZone(timeZone) {
    this.#zone.value = timeZone;
    if (this.#first.peek() < dateIn(new Date(), timeZone)) this.#first.value = dateIn(new Date(), timeZone);
    this.#tell(); // a typed time is of the zone
  }

  #hand() {
    const id = `${this.#id}-typed`;
    return html`<div class="field"><label for=${id}>Date and time</label>
      <div class="hint" id="${id}-hint">In ${zoneName(this.#zone.value)}.</div>
      <input class="input short-time" type="datetime-local" id=${id} aria-describedby="${id}-hint" min=${wallOf(new Date(), this.#zone.value)} .value=${this.#typed.value} @input=${(/** @type {any} */ e) => this.#choose(() => (this.#typed.value = e.target.value))}></div>`;
  }

  #calendar() {
    const first = this.#first.value;
    const today = dateIn(new Date(), this.#zone.value);
    const turn = (/** @type {number} */ by) => {
      const to = addDays(this.#first.peek(), by); // which may not be drawn yet
      this.#first.value = to < today ? today : to;
    };
    return html`<fieldset aria-describedby="${this.#id}-range">
      <legend>Day</legend>
      <div class="row between days-turn">
        <button type="button" class="button small icon-only" aria-label="Earlier two weeks" ?disabled=${first <= today} @click=${() => turn(-shown)}>${icon("back")}</button>
        <span id="${this.#id}-range" class="muted small">${dayWithDate(first)} – ${dayWithDate(addDays(first, shown - 1))}</span>
        <button type="button" class="button small icon-only" aria-label="Later two weeks" @click=${() => turn(shown)}>${icon("next")}</button>
      </div>
      <div class="days" aria-busy=${this.#slots.value ? "false" : "true"}>${[...this.#days.value].map(([date, slots]) => keyed(date, this.#dayOf(date, slots)))}</div>
    </fieldset>`;
  }

  /**
   * @param {string} date
   * @param {Slot[]} slots
   */
  #dayOf(date, slots) {
    const open = slots.length > 0;
    return html`<label class=${["day", !open && "none"]}>
      <input type="radio" name="${this.#id}-day" value=${date} aria-label=${`${dayWithDate(date)}, ${free(slots.length)}`} ?disabled=${!open} .checked=${date === this.#day.value} @change=${() => (this.#day.value = date)}>
      <span class="small">${dateAs(date, { weekday: "short" })}</span>
      <strong class="number">${dateAs(date, { day: "numeric" })}</strong>
      <span class="count number">${this.#slots.value ? (open ? html`${slots.length}<span class="wide"> free</span>` : "–") : "…"}</span>
    </label>`;
  }

  /** @param {Offer} offer */
  #timesOfDay({ showSeats }) {
    if (this.#failed.value) return problem(this.#failed.value, () => this.reload());
    if (!this.#slots.value) return loading(3);
    const slots = this.#days.value.get(this.#day.value) ?? [];
    if (slots.length === 0) return note("wait", html`Nothing is free in these two weeks. <button type="button" class="button small" @click=${() => (this.#first.value = addDays(this.#first.peek(), shown))}>Look at the next two weeks</button>`);
    return html`<fieldset>
      <legend>Time on ${dayWithDate(this.#day.value)}</legend>
      <div class="times">${slots.map((slot) => keyed(slot.start, html`<label class="time">
        <input type="radio" name="${this.#id}-time" value=${slot.start} .checked=${slot.start === this.#chosen.value} @change=${() => this.#choose(() => (this.#chosen.value = slot.start))}>
        <span class="number">${clock(slot.start, this.#zone.value)}</span>${showSeats && html`<span class="count">${slot.seats === 1 ? "1 seat" : `${slot.seats} seats`}</span>`}
      </label>`))}</div>
    </fieldset>`;
  }
}
customElements.define("s-slot-picker", SlotPicker);

/** @param {number} count */
const free = (count) => (count === 0 ? "nothing free" : count === 1 ? "1 free time" : `${count} free times`);

/**
 * What a form says that was refused because of its time. Where somebody was
 * faster, what is free is shown anew. The form shows the error above the picker,
 * which gets the focus.
 * @param {ApiError} error
 * @param {Choice} choice
 * @param {SlotPicker | null} picker
 */
export function refused(error, choice, picker) {
  const taken = error.code === "SLOT_TAKEN" && !choice.byHand;
  if (taken) picker?.reload();
  void drawn().then(() => {
    /** @type {HTMLElement | null | undefined} */ (picker?.querySelector("input:checked:not([name$=duration]):not([type=checkbox]), input[type=datetime-local], select"))?.focus({ preventScroll: true });
    picker?.parentElement?.querySelector("[role=alert]")?.scrollIntoView({ block: "center" });
  });
  return taken ? new ApiError(`${error.message}; what is free now is shown here`, error) : error;
}
