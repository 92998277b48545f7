// <s-spark .values=${[…]} tone="booked">: how a figure went, without axes. What it
// shows stands beside it as a number, so it is hidden from screen readers.

import { html } from "../core/dom.js";
import { signal } from "../core/signal.js";
import { View } from "../core/view.js";

const width = 120;
const height = 28;
const most = 60; // points: more are put together

class Spark extends View {
  /** @type {import("../core/signal.js").Signal<number[]>} */
  values = signal(/** @type {number[]} */ ([]));

  view() {
    const values = together(this.values.value);
    const top = Math.max(1, ...values);
    const across = width / Math.max(1, values.length - 1);
    const line = values.map((v, i) => `${i === 0 ? "M" : "L"}${(i * across).toFixed(1)} ${(height - 1.5 - (v / top) * (height - 4)).toFixed(1)}`).join("");
    return html`<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">
      <path class="area" d=${values.length > 1 ? `${line}L${width} ${height}L0 ${height}Z` : null}></path>
      <path class="line" d=${line || null}></path>
    </svg>`;
  }
}
customElements.define("s-spark", Spark);

/** @param {number[]} values */
function together(values) {
  const size = Math.ceil(values.length / most);
  if (size <= 1) return values;
  /** @type {number[]} */
  const sums = [];
  for (let end = values.length; end > 0; end -= size) sums.unshift(values.slice(Math.max(0, end - size), end).reduce((a, b) => a + b, 0));
  return sums;
}
