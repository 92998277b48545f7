// The dashboard: what goes on now, and what went on in the last hour, day or week.
//
// Its figures come over one subscription that begins with the present state, also
// after a cut: until that has come, what is shown is what was, and says so.

import { html } from "../core/dom.js";
import { toTheSecond, zone } from "../core/format.js";
import { connection, subscribe } from "../core/live.js";
import { href, place } from "../core/router.js";
import { computed, effect, signal } from "../core/signal.js";
import { loading, pageHead, problem } from "../ui/parts.js";
import { deliveriesChart, meetingsChart } from "./dashboard-charts.js";
import "./dashboard-feed.js";
import { figures } from "./dashboard-figures.js";
import { start } from "./dashboard-start.js";
import "./dashboard-today.js";
import { Page } from "./page.js";
import "../chart/bars.js";

/**
 * @typedef {{ at: string, booked: number, canceled: number, rescheduled: number, noShows: number, submissions: number | null, delivered: number | null, failed: number | null }} Point
 * @typedef {{
 *   window: "HOUR" | "DAY" | "WEEK", from: string, to: string, eventsPerMinute: number, upcomingToday: number, points: Point[],
 *   deliveries: { delivered: number, failed: number, cancelled: number, pending: number, successRate: number | null, latencyP50: number | null, latencyP95: number | null } | null,
 * }} Figures
 */

const figuresDocument = `subscription ($window: DashboardWindow, $timeZone: String) {
  dashboard(window: $window, timeZone: $timeZone) {
    window from to eventsPerMinute upcomingToday
    deliveries { delivered failed cancelled pending successRate latencyP50 latencyP95 }
    points { at booked canceled rescheduled noShows submissions delivered failed }
  }
}`;

/** @type {Record<string, { link: string, name: string }>} */
const windows = {
  HOUR: { link: "Hour", name: "Last 60 minutes" },
  DAY: { link: "Day", name: "Last 24 hours" },
  WEEK: { link: "Week", name: "Last 7 days" },
};

class Dashboard extends Page {
  /** @type {import("../core/signal.js").Signal<Figures | null>} */
  #figures = signal(/** @type {Figures | null} */ (null));
  #refused = signal(/** @type {Error | null} */ (null));
  /** Whether the figures came over the connection that there is. */
  #fresh = signal(false);
  /** What the feed knows: whether nothing has ever happened. */
  #untouched = signal(false);
  /** Counted up to follow once more. */
  #tries = signal(0);
  #window = computed(() => {
    const asked = place.value.query.get("window") ?? "";
    return Object.hasOwn(windows, asked) ? asked : "HOUR";
  });
  #meetings = computed(() => this.#figures.value && meetingsChart(this.#figures.value, windows[this.#figures.value.window].name));
  #deliveries = computed(() => this.#figures.value && deliveriesChart(this.#figures.value, windows[this.#figures.value.window].name));

  connected() {
    let stop = () => {};
    this.own(effect(() => {
      stop();
      void this.#tries.value;
      this.#refused.value = null;
      stop = subscribe(figuresDocument, { window: this.#window.value, timeZone: zone }, {
        next: (data) => {
          this.#figures.value = data.dashboard;
          this.#fresh.value = true;
        },
        error: ([error]) => (this.#refused.value = new Error(error?.message ?? "the server ended the subscription")),
        complete: () => (this.#fresh.value = false),
      });
    }));
    this.own(() => stop());
    this.own(effect(() => {
      if (connection.value !== "open") this.#fresh.value = false;
    }));
  }

  view() {
    const now = this.#figures.value;
    const shown = this.#window.value;
    return html`
      ${pageHead({
        title: "Dashboard",
        actions: html`<nav class="choice" aria-label="Window">${Object.entries(windows).map(([window, { link, name }]) => html`<a href=${href(window === "HOUR" ? "/" : `/?window=${window}`)} aria-current=${window === shown ? "true" : null} title=${name}>${link}</a>`)}</nav>`,
        text: this.#asOf(now),
      })}
      ${this.#refused.value && problem(this.#refused.value, () => this.#tries.value++)}
      ${this.#untouched.value && start()}
      <div class="stack" data-stale=${now && !(this.#fresh.value && now.window === shown) ? "" : null}>
        ${now ? html`
          ${figures(now, windows[now.window].name)}
          <div class="pair">
            <section class="card" aria-label="Meetings"><s-bars .chart=${this.#meetings.value}></s-bars></section>
            ${this.#deliveries.value && html`<section class="card" aria-label="Deliveries"><s-bars .chart=${this.#deliveries.value}></s-bars></section>`}
          </div>` : !this.#refused.value && html`<div class="card flush before-figures">${loading(8)}</div>`}
        <div class="pair feed">
          <s-today></s-today>
          <s-feed .untouched=${(/** @type {boolean} */ is) => (this.#untouched.value = is)}></s-feed>
        </div>
      </div>`;
  }

  /** @param {Figures | null} now */
  #asOf(now) {
    const state = connection.value;
    if (this.#fresh.value && now?.window !== this.#window.value) return html`<span class="as-of">Loading the ${windows[this.#window.value].name.toLowerCase()}…</span>`;
    if (this.#fresh.value) return html`<span class="as-of">${windows[this.#window.value].name}, live. Times are in ${zone}.</span>`;
    const again = state === "cut" ? "connecting again…" : "connecting…";
    return html`<span class="as-of stale" role="status">${now ? html`As of ${toTheSecond(now.to)}, ${again}` : again.charAt(0).toUpperCase() + again.slice(1)}</span>`;
  }
}
customElements.define("page-dashboard", Dashboard);
