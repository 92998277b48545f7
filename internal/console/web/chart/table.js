// The figures of a chart as a table, for those who would rather read them.

import { html, keyed } from "../core/dom.js";
import { number } from "../core/format.js";
import { stepName } from "./scale.js";

/** The newest step comes first. @param {import("./bars.js").Chart} chart */
export function chartTable({ title, starts, length, series }) {
  const newestFirst = starts.map((start, i) => ({ start, i })).reverse();
  return html`<div class="chart-table" tabindex="0" role="region" aria-label="${title}: table">
    <table>
      <caption class="visually-hidden">${title}, the newest step first</caption>
      <thead><tr><th scope="col">Step</th>${series.map((s) => html`<th scope="col" class="end">${s.label}</th>`)}</tr></thead>
      <tbody>${newestFirst.map(({ start, i }) => keyed(start, html`<tr><th scope="row">${stepName(start, length)}</th>${series.map((s) => html`<td class="end number">${number(s.values[i])}</td>`)}</tr>`))}</tbody>
    </table>
  </div>`;
}
