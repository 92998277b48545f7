// <s-editor>: a text area that knows the language: Tab indents, Ctrl or Cmd and
// Enter runs, and the names of fields and arguments are offered while one writes.
//
// What one sees is the coloured text behind the text area, whose own is
// transparent: caret, selection, undo and the screen reader's text are the
// browser's. A Tab after Escape leaves, so that nobody is caught in it.

import { html } from "../core/dom.js";
import { signal } from "../core/signal.js";
import { drawn, View } from "../core/view.js";
import { grammars } from "../ui/code.js";
import { context, tokens } from "./language.js";

/** @typedef {{ name: string, type: string }} Offer */

const longest = 8 << 10; // of what is coloured: with each key that is pressed
const offers = 8;

class Editor extends View {
  text = signal("");
  label = signal("");
  grammar = signal(/** @type {"graphql" | "json"} */ ("graphql"));
  problem = signal("");
  schema = signal(/** @type {import("./sdl.js").Schema | null} */ (null));
  changed = signal((/** @type {string} */ _text) => {});
  run = signal(() => {});
  #offers = signal(/** @type {Offer[]} */ ([]));
  #chosen = signal(0);
  #place = signal({ left: 0, top: 0 });
  /** @type {HTMLTextAreaElement | null} */
  #area = null;
  #leaving = false;
  #id = `editor${++editors}`;

  view() {
    const text = this.text.value;
    const list = this.#offers.value;
    const problem = this.problem.value;
    return html`<div class=${["editor", this.grammar.value]}>
      <div class="editor-text">
        <pre aria-hidden="true"><code>${coloured(text, this.grammar.value)}${"\n"}</code></pre>
        <textarea ref=${(/** @type {HTMLTextAreaElement} */ area) => (this.#area = area)} aria-label=${this.label.value} aria-describedby="${this.#id}-help ${this.#id}-problem" aria-invalid=${problem ? "true" : null}
          aria-controls=${list.length > 0 ? `${this.#id}-offers` : null} aria-autocomplete=${this.grammar.value === "graphql" ? "list" : null}
          aria-activedescendant=${list.length > 0 ? `${this.#id}-${this.#chosen.value}` : null}
          spellcheck="false" autocapitalize="off" autocomplete="off" .value=${text}
          @input=${() => this.#typed()} @keydown=${(/** @type {KeyboardEvent} */ e) => this.#key(e)} @click=${() => this.#close()} @blur=${() => this.#close()}></textarea>
        ${list.length > 0 && html`<ul class="offers" role="listbox" id="${this.#id}-offers" aria-label="Names" style=${{ left: `${this.#place.value.left}px`, top: `${this.#place.value.top}px` }}>${list.map((o, i) => html`<li role="option" id="${this.#id}-${i}" aria-selected=${i === this.#chosen.value ? "true" : "false"}
          @pointerdown=${(/** @type {Event} */ e) => (e.preventDefault(), this.#take(o))}><strong>${o.name}</strong> <span>${o.type}</span></li>`)}</ul>`}
      </div>
      <span id="${this.#id}-help" class="visually-hidden">Ctrl and Enter runs it. Tab indents; Escape, then Tab, leaves.</span>
      <div id="${this.#id}-problem" class="error" role="status">${problem}</div>
    </div>`;
  }

  /** Puts text in place of the selection, where it can be undone. @param {string} text */
  insert(text) {
    const area = this.#area;
    if (!area) return;
    area.focus();
    // what it is called is old; nothing else keeps the browser's undo
    if (!document.execCommand("insertText", false, text)) area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    this.#tell();
    this.#close();
  }

  get caret() {
    return this.#area?.selectionStart ?? 0;
  }

  #tell() {
    if (!this.#area) return;
    this.text.value = this.#area.value;
    this.changed.peek()(this.#area.value);
  }

  #typed() {
    this.#tell();
    this.#offer(false);
  }

  #close() {
    this.#offers.value = [];
  }

  /** @param {boolean} asked by Ctrl and Space: also before anything is written */
  #offer(asked) {
    const area = this.#area;
    const schema = this.schema.peek();
    if (!area || !schema || this.grammar.peek() !== "graphql") return;
    const where = context(area.value, area.selectionStart, schema);
    const list = where.word || asked ? offered(where, schema) : [];
    const exact = list.length === 1 && list[0].name === where.word;
    this.#chosen.value = 0;
    this.#offers.value = exact ? [] : list;
    if (list.length > 0) void drawn().then(() => this.#moveBelow(area.selectionStart - where.word.length));
  }

  /** The offers stand below the word: where that is, the coloured text behind knows. @param {number} offset */
  #moveBelow(offset) {
    const shown = this.querySelector(".editor-text > pre");
    const box = shown?.parentElement?.getBoundingClientRect();
    if (!shown || !box) return;
    const range = document.createRange();
    const walker = document.createTreeWalker(shown, NodeFilter.SHOW_TEXT);
    for (let left = offset; walker.nextNode(); ) {
      const { length } = /** @type {Text} */ (walker.currentNode);
      if (left < length) {
        range.setStart(walker.currentNode, left);
        break;
      }
      left -= length;
    }
    range.collapse(true);
    const at = range.getBoundingClientRect();
    this.#place.value = { left: Math.max(0, Math.min(at.left - box.left, box.width - 240)), top: at.bottom - box.top + 2 };
  }

  /** @param {Offer} offer */
  #take(offer) {
    const area = this.#area;
    if (!area) return;
    const word = /\w*$/.exec(area.value.slice(0, area.selectionStart))?.[0] ?? "";
    area.setSelectionRange(area.selectionStart - word.length, area.selectionStart);
    this.insert(offer.name);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const list = this.#offers.peek();
    const leaving = this.#leaving;
    if (event.key !== "Shift") this.#leaving = false;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.run.peek()();
    else if (event.key === " " && event.ctrlKey) this.#offer(true);
    else if (list.length > 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) this.#chosen.value = (this.#chosen.peek() + (event.key === "ArrowDown" ? 1 : -1) + list.length) % list.length;
    else if (list.length > 0 && (event.key === "Enter" || event.key === "Tab")) this.#take(list[this.#chosen.peek()]);
    else if (event.key === "Escape") {
      this.#leaving = list.length === 0;
      this.#close();
    } else if (event.key === "Tab" && !leaving) this.#indent(event.shiftKey);
    else if (event.key === "Enter") this.#newLine();
    else return;
    event.preventDefault();
  }

  /** The lines of the selection, or two spaces. @param {boolean} back */
  #indent(back) {
    const area = this.#area;
    if (!area) return;
    const { selectionStart: from, selectionEnd: to, value } = area;
    if (!back && from === to) return this.insert("  ");
    const start = value.lastIndexOf("\n", from - 1) + 1;
    const lines = value.slice(start, to).replaceAll(/^/gm, back ? "" : "  ");
    const changed = back ? lines.replaceAll(/^ {1,2}/gm, "") : lines;
    if (changed === value.slice(start, to)) return;
    area.setSelectionRange(start, to);
    this.insert(changed);
    area.setSelectionRange(from === to ? Math.max(start, from - 2) : start, from === to ? Math.max(start, from - 2) : start + changed.length);
  }

  #newLine() {
    const area = this.#area;
    if (!area) return;
    const before = area.value.slice(0, area.selectionStart);
    const indent = /(?:^|\n)([ \t]*)[^\n]*$/.exec(before)?.[1] ?? "";
    const opens = /[{([]\s*$/.test(before);
    const closes = opens && /^[})\]]/.test(area.value.slice(area.selectionEnd));
    this.insert(`\n${indent}${opens ? "  " : ""}${closes ? `\n${indent}` : ""}`);
    if (closes) area.setSelectionRange(area.selectionStart - indent.length - 1, area.selectionStart - indent.length - 1);
  }
}
customElements.define("s-editor", Editor);

let editors = 0;

/**
 * @param {ReturnType<typeof context>} where
 * @param {import("./sdl.js").Schema} schema
 * @returns {Offer[]} those that begin with the word first
 */
function offered({ type, field, inside, word }, schema) {
  const fields = schema.types.get(type)?.fields ?? [];
  const names = inside === "fields" ? [...fields, ...(fields.length > 0 ? [typename] : [])] : inside === "arguments" ? fields.find((f) => f.name === field)?.args ?? [] : [];
  const low = word.toLowerCase();
  const begin = names.filter((n) => n.name.toLowerCase().startsWith(low));
  const hold = names.filter((n) => !begin.includes(n) && n.name.toLowerCase().includes(low));
  return [...begin, ...hold].slice(0, offers).map((n) => ({ name: n.name, type: n.type }));
}

const typename = { name: "__typename", type: "String!" };

const keywords = new Set(["query", "mutation", "subscription", "fragment", "on", "true", "false", "null"]);

/** @param {string} text @param {"graphql" | "json"} grammar */
function coloured(text, grammar) {
  const short = text.slice(0, longest);
  const pieces = grammar === "json"
    ? [...short.matchAll(grammars.json)].map((m) => ({ at: m.index, text: m[0], kind: Object.keys(m.groups ?? {}).find((k) => m.groups?.[k] !== undefined) ?? "" }))
    : tokens(short).filter((t) => t.kind !== "mark").map((t) => ({ ...t, kind: t.kind === "name" ? (keywords.has(t.text) ? "keyword" : "") : t.kind }));
  const parts = [];
  let at = 0;
  for (const piece of pieces) {
    if (!piece.kind) continue;
    if (piece.at > at) parts.push(text.slice(at, piece.at));
    parts.push(html`<span class=${piece.kind}>${piece.text}</span>`);
    at = piece.at + piece.text.length;
  }
  parts.push(text.slice(at));
  return parts;
}
