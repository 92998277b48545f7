// Lists inside of forms, whose rows are added, taken away and moved. Each row has
// a key that stays with it, so that what is typed and where the focus is move
// along with it.
//
//   const questions = new Rows(form.id("questions"), "question", () => form.values.value.questions, (all) => form.set("questions", all));
//   html`<ol class="rows">${questions.all().map((q, i) => keyed(q.key, html`<li id=${questions.id(q)}>… ${questions.buttons(q, i)}</li>`))}</ol>
//     ${questions.adder("Add question", () => ({ question: "" }))}`

import { html } from "../core/dom.js";
import { drawn } from "../core/view.js";
import { icon } from "./icon.js";

let keys = 0;

/**
 * A row of such a list.
 * @template {object} T
 * @param {T} values
 * @returns {T & { key: number }}
 */
export function row(values) {
  return { ...values, key: ++keys };
}

/**
 * What a row holds, without its key.
 * @template T
 * @param {T & { key: number }} of
 * @returns {T}
 */
export function unkeyed({ key: _, ...values }) {
  return /** @type {any} */ (values);
}

/** @template {{ key: number }} R */
export class Rows {
  #get;
  #set;

  /**
   * @param {string} at the id of the list's element; those of its rows begin with it
   * @param {string} what a row is called, such as question
   * @param {() => R[]} get
   * @param {(all: R[]) => void} set
   */
  constructor(at, what, get, set) {
    this.at = at;
    this.what = what;
    this.#get = get;
    this.#set = set;
  }

  all() {
    return this.#get();
  }

  /** The id of a row's element. @param {R} of */
  id(of) {
    return `${this.at}-row-${of.key}`;
  }

  /** @param {R} of @param {Partial<R>} changes */
  change(of, changes) {
    this.#set(this.#get().map((r) => (r.key === of.key ? { ...r, ...changes } : r)));
  }

  /** @param {object} values */
  add(values) {
    const added = /** @type {any} */ (row(values));
    this.#set([...this.#get(), added]);
    void focusSoon(() => first(document.getElementById(this.id(added))));
  }

  /** @param {R} of */
  remove(of) {
    const all = this.#get();
    const at = all.findIndex((r) => r.key === of.key);
    const next = all[at + 1] ?? all[at - 1];
    this.#set(all.filter((r) => r.key !== of.key));
    void focusSoon(() => (next ? first(document.getElementById(this.id(next))) : document.getElementById(`${this.at}-add`)));
  }

  /** @param {R} of @param {-1 | 1} by */
  move(of, by) {
    const all = [...this.#get()];
    const at = all.findIndex((r) => r.key === of.key);
    if (!all[at + by]) return;
    [all[at], all[at + by]] = [all[at + by], all[at]];
    this.#set(all);
    const button = (/** @type {number} */ way) => /** @type {HTMLButtonElement | null} */ (document.querySelector(`#${CSS.escape(this.id(of))} [data-move="${way}"]:not(:disabled)`));
    void focusSoon(() => button(by) ?? button(-by));
  }

  /**
   * The buttons of a row: up, down and remove.
   * @param {R} of
   * @param {number} index
   * @param {{ fixed?: boolean }} [how] fixed: the order says nothing, and the row is only removed
   */
  buttons(of, index, { fixed = false } = {}) {
    const name = `${this.what} ${index + 1}`;
    return html`<span class="row-buttons">
      ${!fixed && html`<button type="button" class="button quiet small icon-only" data-move="-1" aria-label=${`Move ${name} up`} title="Move up" ?disabled=${index === 0} @click=${() => this.move(of, -1)}>${icon("up")}</button>
      <button type="button" class="button quiet small icon-only" data-move="1" aria-label=${`Move ${name} down`} title="Move down" ?disabled=${index === this.#get().length - 1} @click=${() => this.move(of, 1)}>${icon("down")}</button>`}
      <button type="button" class="button quiet small icon-only" aria-label=${`Remove ${name}`} title="Remove" @click=${() => this.remove(of)}>${icon("trash")}</button>
    </span>`;
  }

  /** @param {string} text @param {() => object} make */
  adder(text, make) {
    return html`<div><button type="button" class="button small" id="${this.at}-add" @click=${() => this.add(make())}>${icon("plus")} ${text}</button></div>`;
  }
}

/** @param {HTMLElement | null} inside */
function first(inside) {
  return /** @type {HTMLElement | null} */ (inside?.querySelector("input, select, textarea") ?? inside?.querySelector("button:not(:disabled)") ?? null);
}

/** @param {() => HTMLElement | null} find called when the rows are drawn */
async function focusSoon(find) {
  await drawn();
  find()?.focus();
}
