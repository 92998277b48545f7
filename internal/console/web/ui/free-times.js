// <s-free-times .of=${eventType} .version=${n}>: the next times at which an event
// type can be booked. Another version asks again.

import { html } from "../core/dom.js";
import { dayOf, timeOfDay, zone } from "../core/format.js";
import { query } from "../core/gql.js";
import { effect, signal } from "../core/signal.js";
import { View } from "../core/view.js";
import { loading, problem } from "./parts.js";

/** @typedef {{ start: string, seats: number }} Slot */

const ahead = 14; // days that are looked at
const shownDays = 5;
const shownTimes = 6;

class FreeTimes extends View {
  of = signal(/** @type {{ id: string, active: boolean, durationMinutes: number, durations: number[] } | null} */ (null));
  version = signal(0);
  #duration = signal(0);
  #slots = signal(/** @type {Slot[] | null} */ (null));
  #failed = signal(/** @type {Error | null} */ (null));
  #abort = new AbortController();

  connected() {
    this.own(effect(() => {
      void this.version.value;
      void this.#duration.value;
      if (this.of.value?.active) void this.#load();
    }));
    this.own(() => this.#abort.abort());
  }

  async #load() {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal: mine } = this.#abort;
    const of = this.of.peek();
    const from = new Date();
    try {
      const data = await query(`query ($id: ID!, $from: Time!, $to: Time!, $minutes: Int) { availability(eventTypeId: $id, from: $from, to: $to, durationMinutes: $minutes) { start seats } }`, {
        id: of?.id, from: from.toISOString(), to: new Date(from.getTime() + ahead * 86_400_000).toISOString(), minutes: this.#chosen(),
      }, mine);
      this.#failed.value = null;
      this.#slots.value = data.availability;
    } catch (error) {
      if (!mine.aborted) this.#failed.value = /** @type {Error} */ (error);
    }
  }

  // A duration that is not offered any more gives way to the default.
  #chosen() {
    const of = this.of.value;
    return of?.durations.includes(this.#duration.value) ? this.#duration.value : of?.durationMinutes;
  }

  view() {
    const of = this.of.value;
    if (!of) return null;
    return html`<section class="card stack" aria-labelledby="free-times">
      <div><h2 id="free-times">Next free times</h2><p class="muted small">As booking pages offer them now, in your zone, ${zone}.</p></div>
      ${of.active && of.durations.length > 1 && html`<div><div class="choice" role="group" aria-label="Duration">${of.durations.map((d) => html`<button type="button" aria-pressed=${d === this.#chosen() ? "true" : "false"} @click=${() => (this.#duration.value = d)}>${d} min</button>`)}</div></div>`}
      ${of.active ? this.#times() : html`<p class="muted">None: it is switched off.</p>`}
    </section>`;
  }

  #times() {
    if (this.#failed.value) return problem(this.#failed.value, () => void this.#load());
    const slots = this.#slots.value;
    if (!slots) return loading(5);
    if (slots.length === 0) return html`<p class="muted">None in the next ${ahead} days. The hosts' working hours, their other meetings, the notice and the buffers leave nothing.</p>`;
    /** @type {Map<string, Slot[]>} */
    const byDay = new Map();
    for (const slot of slots) {
      const day = dayOf(slot.start);
      const before = byDay.get(day);
      if (before) before.push(slot);
      else byDay.set(day, [slot]);
    }
    return html`<dl class="free-days">${[...byDay].slice(0, shownDays).map(([day, times]) => html`<div><dt>${day}</dt><dd>${times.slice(0, shownTimes).map((t) => html`<span class="tag number">${timeOfDay(t.start)}</span>`)}${times.length > shownTimes && html`<span class="muted small">and ${times.length - shownTimes} more</span>`}</dd></div>`)}</dl>`;
  }
}
customElements.define("s-free-times", FreeTimes);
