// <s-bars .chart=${chart}>: counts by step of time, as bars on top of each other;
// a series that is below hangs down from the axis, and so is seen where it is
// little among much.
//
// A cursor follows the pointer, or the arrow keys, and the legend then has the
// values of its step; screen readers announce them, as those of a slider. The
// same figures are to be had as a table.
//
// A series is one path, however many steps there are, so a change of all of them
// costs one attribute each. Series differ by their order and their pattern, not
// by the colour alone.

import { html, svg } from "../core/dom.js";
import { compact, number } from "../core/format.js";
import { signal } from "../core/signal.js";
import { View } from "../core/view.js";
import { plan, stepAt } from "./plan.js";
import { stepName } from "./scale.js";
import { chartTable } from "./table.js";

/**
 * @typedef {{ name: string, label: string, pattern: "solid" | "stripes" | "hatch" | "dots", values: number[], below?: boolean }} Series
 *   name: of its colour, such as booked. below: hangs down
 * @typedef {{ title: string, window: string, starts: number[], length: number, series: Series[], none: string }} Chart
 *   window: such as Last hour. starts, length: of the steps, in milliseconds. none: what to say where all is 0
 */

let charts = 0;

class Bars extends View {
  /** @type {import("../core/signal.js").Signal<Chart | null>} */
  chart = signal(/** @type {Chart | null} */ (null));
  #width = signal(0);
  /** When the step under the cursor began: it stays with its step while the window moves on. */
  #cursor = signal(/** @type {number | null} */ (null));
  #asTable = signal(false);
  #id = `chart${++charts}`;

  connected() {
    this.#width.value = Math.round(this.clientWidth);
    const observer = new ResizeObserver(() => (this.#width.value = Math.round(this.clientWidth)));
    observer.observe(this);
    this.own(() => observer.disconnect());
  }

  view() {
    const chart = this.chart.value;
    if (!chart) return null;
    const at = this.#cursor.value === null ? -1 : chart.starts.indexOf(this.#cursor.value);
    const asTable = this.#asTable.value;
    return html`<div class="chart">
      <svg class="visually-hidden" aria-hidden="true"><defs>${patterns(this.#id)}</defs></svg>
      <header>
        <h2>${chart.title}</h2>
        <button type="button" class="button quiet small" aria-pressed=${asTable ? "true" : "false"} aria-controls=${this.#id} @click=${() => (this.#asTable.value = !asTable)}>${asTable ? "As a chart" : "As a table"}</button>
      </header>
      ${this.#legend(chart, at)}
      <div id=${this.#id} class="chart-body">${asTable ? chartTable(chart) : this.#plot(chart, at)}</div>
    </div>`;
  }

  /** @param {Chart} chart @param {number} at */
  #legend(chart, at) {
    return html`<div class="legend"><p class="when">${at < 0 ? chart.window : stepName(chart.starts[at], chart.length)}</p>
      <ul>${chart.series.map((s) => {
        const total = number(s.values.reduce((a, b) => a + b, 0));
        return html`<li>
          <svg viewBox="0 0 12 12" aria-hidden="true"><rect width="12" height="12" rx="2" class="back ${s.name}"></rect><rect width="12" height="12" rx="2" fill="url(#${this.#id}-${s.pattern})" class="over"></rect></svg>
          ${s.label} <strong class="number" style=${{ "min-width": `${total.length}ch` }}>${at < 0 ? total : number(s.values[at])}</strong></li>`;
      })}</ul></div>`;
  }

  /** @param {Chart} chart @param {number} at */
  #plot(chart, at) {
    const { width, height, left, base, foot, bars, counts, times, band } = plan(chart, this.#width.value);
    const nothing = chart.series.every((s) => s.values.every((v) => v === 0));
    return html`<div class="plot" role="slider" tabindex="0" aria-label="${chart.title}: step" aria-orientation="horizontal" aria-valuemin="1" aria-valuemax=${chart.starts.length}
        aria-valuenow=${at < 0 ? chart.starts.length : at + 1} aria-valuetext=${this.#said(chart, at)}
        @keydown=${(/** @type {KeyboardEvent} */ e) => this.#key(e)} @blur=${() => (this.#cursor.value = null)}
        @pointermove=${(/** @type {PointerEvent} */ e) => this.#point(e)} @pointerdown=${(/** @type {PointerEvent} */ e) => this.#point(e)} @pointerleave=${(/** @type {PointerEvent} */ e) => this.#left(e)}>
      <svg width=${width} height=${height} viewBox="0 0 ${width} ${height}" aria-hidden="true">
        <rect class="band" x=${at < 0 ? 0 : band(at).x} y="0" width=${at < 0 ? 0 : band(at).width} height=${foot}></rect>
        ${counts.map(({ y, value }) => svg`<line class=${value === 0 ? "axis" : "grid"} x1=${left} x2=${width} y1=${y} y2=${y}></line><text class="count" x=${left - 6} y=${y + 4}>${compact(value)}</text>`)}
        ${chart.series.map((s, i) => svg`<path class=${`back ${s.name}`} d=${bars[i] || null}></path>${s.pattern !== "solid" && svg`<path class="over" fill="url(#${this.#id}-${s.pattern})" d=${bars[i] || null}></path>`}`)}
        ${times.map(({ x, label, anchor }) => svg`<line class="tick" x1=${x} x2=${x} y1=${foot} y2=${foot + 4}></line><text class="time" x=${x} y=${height - 5} text-anchor=${anchor}>${label}</text>`)}
        ${nothing && svg`<text class="none" x=${(left + width) / 2} y=${base / 2 + 4}>${chart.none}</text>`}
      </svg>
    </div>`;
  }

  /** @param {Chart} chart @param {number} at */
  #said(chart, at) {
    if (at < 0) return `${chart.window}. The arrow keys go through its steps`;
    return `${stepName(chart.starts[at], chart.length)}: ${chart.series.map((s) => `${number(s.values[at])} ${s.label.toLowerCase()}`).join(", ")}`;
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const chart = this.chart.peek();
    const plot = /** @type {HTMLElement} */ (event.currentTarget);
    if (chart) this.#cursor.value = chart.starts[stepAt(event.clientX - plot.getBoundingClientRect().left, this.#width.peek(), chart.starts.length)] ?? null;
  }

  /** @param {PointerEvent} event */
  #left(event) {
    if (event.currentTarget !== document.activeElement || event.pointerType === "mouse") this.#cursor.value = null;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const starts = this.chart.peek()?.starts ?? [];
    const last = starts.length - 1;
    const at = starts.indexOf(this.#cursor.peek() ?? NaN);
    const now = at < 0 ? last + 1 : at;
    const to = { ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1, PageUp: now + 10, PageDown: now - 10, Home: 0, End: last }[event.key];
    if (event.key === "Escape") this.#cursor.value = null;
    else if (to !== undefined) this.#cursor.value = starts[Math.max(0, Math.min(last, to))] ?? null;
    else return;
    event.preventDefault();
  }
}
customElements.define("s-bars", Bars);

/** What lies over the colours. @param {string} id */
function patterns(id) {
  return svg`<pattern id="${id}-stripes" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="1.5"></rect></pattern>
    <pattern id="${id}-hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="1.5" height="4"></rect></pattern>
    <pattern id="${id}-dots" width="4" height="4" patternUnits="userSpaceOnUse"><circle cx="2" cy="2" r="1.1"></circle></pattern>`;
}
