// A table, and the buttons below it. On a phone its rows become cards; the roles
// are written out, since a browser forgets them when a table is laid out as
// something else.

import { html, keyed } from "../core/dom.js";
import { replaceQuery } from "../core/router.js";
import { icon } from "./icon.js";
import { loading, problem } from "./parts.js";

/**
 * @template T
 * @typedef {{ label: string, view: (row: T) => unknown, kind?: "lead" | "end" | "lead end" | "block" | "", hideLabel?: boolean }} Column
 *   kind: lead is what the row is called, end is aligned to the right, block is long, and stands below its label on a phone. hideLabel: the head is for screen readers alone
 */

/**
 * @template T
 * @param {{ caption: string, columns: Column<T>[], rows: T[], key: (row: T) => string, isNew?: (row: T) => boolean }} of
 *   caption: for screen readers. isNew: rows that came while one watches
 */
export function table({ caption, columns, rows, key, isNew }) {
  return html`<table class="table" role="table">
    <caption class="visually-hidden">${caption}</caption>
    <thead role="rowgroup"><tr role="row">${columns.map((c) => html`<th scope="col" role="columnheader" class=${c.kind}>${c.hideLabel ? html`<span class="visually-hidden">${c.label}</span>` : c.label}</th>`)}</tr></thead>
    <tbody role="rowgroup">${rows.map((row) => keyed(key(row), html`<tr role="row" class=${isNew?.(row) && "new"}>${columns.map((c) => html`<td role="cell" data-label=${c.hideLabel ? "" : c.label} class=${c.kind}>${c.view(row)}</td>`)}</tr>`))}</tbody>
  </table>`;
}

/**
 * A list's page: its table, or why there is none, with the pager below.
 * @template T
 * @param {import("../core/list.js").List<T>} list
 * @param {{ caption: string, columns: Column<T>[], key: (row: T) => string, isNew?: (row: T) => boolean, empty: unknown, pages?: Pages }} of
 */
export function listTable(list, { empty, pages, ...of }) {
  const rows = list.nodes.value;
  const error = list.error.value;
  if (error) return html`<div class="card">${problem(error, () => void list.reload())}</div>`;
  if (!rows) return html`<div class="card flush">${loading(6)}</div>`;
  if (rows.length === 0 && list.isFirst.value) return html`<div class="card">${empty}</div>`;
  return html`<div class="card flush" aria-busy=${list.loading.value ? "true" : "false"}>${table({ ...of, rows })}${pager(list, pages)}</div>`;
}

/**
 * @typedef {{ before?: string, after?: string, toAfter?: () => void }} Pages
 *   before, after: what the pages on both sides are called; Newer and Older, if left out. toAfter: goes to the next one
 *   where its cursor is not the list's own, as rows came in since
 */

/** Of lists in the order of their names. @type {Pages} */
export const byName = { before: "Previous", after: "Next" };

/**
 * The buttons that turn pages.
 * @param {import("../core/list.js").List<any>} list
 * @param {Pages} [pages]
 */
export function pager(list, { before = "Newer", after = "Older", toAfter } = {}) {
  const { newer, older } = list.page.value;
  if (!newer && !older && list.isFirst.value) return null;
  const turn = (/** @type {Event} */ event, /** @type {Record<string, string | null>} */ to) => {
    /** @type {HTMLElement} */ (event.currentTarget).closest(".card")?.scrollIntoView({ block: "start" });
    replaceQuery(to);
  };
  // a button that is no longer of use keeps the focus, for the next key
  return html`<nav class="pager" aria-label="Pages">
    <button type="button" class="button small" aria-disabled=${newer ? null : "true"} @click=${(/** @type {Event} */ e) => newer && turn(e, { before: newer, after: null })}>${icon("back")} ${before}</button>
    ${list.isFirst.value ? "First page" : html`<button type="button" class="button quiet small" @click=${(/** @type {Event} */ e) => turn(e, { before: null, after: null })}>First page</button>`}
    <button type="button" class="button small" aria-disabled=${older ? null : "true"} @click=${(/** @type {Event} */ e) => older && (toAfter ? toAfter() : turn(e, { after: older, before: null }))}>${after} ${icon("next")}</button>
  </nav>`;
}
