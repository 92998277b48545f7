// <s-schema>: the types and fields of the schema, to look through and to search. A
// field's name puts it into the editor, a type's name opens it.

import { html, keyed } from "../core/dom.js";
import { number } from "../core/format.js";
import { signal } from "../core/signal.js";
import { View } from "../core/view.js";
import { icon } from "../ui/icon.js";
import { named } from "./sdl.js";

/**
 * @typedef {import("./sdl.js").Type} Type
 * @typedef {import("./sdl.js").Field} Field
 */

const most = 60; // of what a search finds

class SchemaTree extends View {
  schema = signal(/** @type {import("./sdl.js").Schema | null} */ (null));
  /** @type {import("../core/signal.js").Signal<(field: Field, type: Type) => void>} */
  insert = signal((/** @type {Field} */ _field, /** @type {Type} */ _type) => {});
  /** @type {import("../core/signal.js").Signal<string[]>} the types that lead here, the open one last; none: the beginning */
  #path = signal(/** @type {string[]} */ ([]));
  #search = signal("");

  view() {
    const schema = this.schema.value;
    if (!schema) return null;
    const searched = this.#search.value.trim().toLowerCase();
    const open = schema.types.get(this.#path.value[this.#path.value.length - 1]);
    return html`<div class="schema">
      <label class="visually-hidden" for="schema-search">Search the schema</label>
      <input id="schema-search" class="input" type="search" placeholder="Search types and fields" autocomplete="off" spellcheck="false" .value=${this.#search.value} @input=${(/** @type {any} */ e) => (this.#search.value = e.target.value)}>
      <div class="schema-body" role="region" aria-label="Types and fields" tabindex="0">${searched ? this.#found(schema, searched) : open ? this.#type(open) : this.#beginning(schema)}</div>
    </div>`;
  }

  /** @param {import("./sdl.js").Schema} schema */
  #beginning(schema) {
    const roots = Object.values(schema.roots);
    const others = [...schema.types.values()].filter((t) => !roots.includes(t.name)).sort((a, b) => a.name.localeCompare(b.name));
    return html`<h3>Operations</h3><ul>${roots.map((name) => html`<li>${this.#typeLink(name)} <span class="muted small">${number(schema.types.get(name)?.fields.length ?? 0)} fields</span></li>`)}</ul>
      <h3>Types</h3><ul>${others.map((t) => keyed(t.name, html`<li>${this.#typeLink(t.name)} <span class="muted small">${t.kind}</span></li>`))}</ul>`;
  }

  /** @param {Type} type */
  #type(type) {
    const before = this.#path.value[this.#path.value.length - 2];
    return html`<button type="button" class="button quiet small" @click=${() => (this.#path.value = this.#path.peek().slice(0, -1))}>${icon("back")} ${before ?? "All types"}</button>
      <h3><code>${type.name}</code> <span class="muted small">${type.kind}</span></h3>
      ${type.text && html`<p class="small">${type.text}</p>`}
      ${type.members.length > 0 && html`<p class="small">${type.kind === "union" ? "One of" : "Implements"} ${type.members.map((m) => html`${this.#typeLink(m)} `)}</p>`}
      ${type.fields.length > 0 && html`<ul>${type.fields.map((f) => keyed(f.name, this.#field(f, type)))}</ul>`}`;
  }

  /** @param {Field} field @param {Type} type */
  #field(field, type) {
    const isField = type.kind === "type" || type.kind === "interface";
    return html`<li class="schema-field">
      <div>${isField || type.kind === "input" ? html`<button type="button" class="name" title="Put it into the query" @click=${() => this.insert.peek()(field, type)}>${field.name}</button>` : html`<code>${field.name}</code>`}${field.type && html`: ${this.#typeLink(field.type)}`} ${field.deprecated && html`<span class="tag">deprecated</span>`}</div>
      ${field.text && html`<p>${field.text}</p>`}
      ${field.args.length > 0 && html`<details><summary>${field.args.length === 1 ? "1 argument" : `${field.args.length} arguments`}${field.args.some(required) && html`: <code>${field.args.filter(required).map((a) => a.name).join(", ")}</code> needed`}</summary>
        <ul class="args">${field.args.map((a) => html`<li><code>${a.name}</code>: ${this.#typeLink(a.type)}${a.fallback && html` <span class="muted">= ${a.fallback}</span>`}${a.text && html`<p>${a.text}</p>`}</li>`)}</ul></details>`}
    </li>`;
  }

  /** @param {string} type as written, with its marks */
  #typeLink(type) {
    const name = named(type);
    return html`<button type="button" class="type" @click=${() => this.#open(name)}>${type}</button>`;
  }

  /** @param {string} name */
  #open(name) {
    this.#search.value = "";
    this.#path.value = [...this.#path.peek().slice(-20), name];
    const body = this.querySelector(".schema-body");
    if (body) {
      body.scrollTop = 0;
      /** @type {HTMLElement} */ (body).focus();
    }
  }

  /** @param {import("./sdl.js").Schema} schema @param {string} searched */
  #found(schema, searched) {
    const types = [...schema.types.values()].filter((t) => t.name.toLowerCase().includes(searched));
    const fields = [...schema.types.values()].flatMap((type) => type.fields.filter((f) => f.name.toLowerCase().includes(searched)).map((field) => ({ type, field })));
    // fields of the operations are what one most often looks for
    const roots = Object.values(schema.roots);
    fields.sort((a, b) => Number(roots.includes(b.type.name)) - Number(roots.includes(a.type.name)));
    if (types.length + fields.length === 0) return html`<p class="muted">Nothing is called that.</p>`;
    return html`${types.length > 0 && html`<h3>Types</h3><ul>${types.slice(0, most).map((t) => keyed(t.name, html`<li>${this.#typeLink(t.name)} <span class="muted small">${t.kind}</span></li>`))}</ul>`}
      ${fields.length > 0 && html`<h3>Fields</h3><ul>${fields.slice(0, most).map(({ type, field }) => keyed(`${type.name}.${field.name}`, html`<li><button type="button" class="type" @click=${() => this.#open(type.name)}>${type.name}</button>.<strong>${field.name}</strong></li>`))}</ul>`}
      ${Math.max(types.length, fields.length) > most && html`<p class="muted small">And more: write more of the name.</p>`}`;
  }
}
customElements.define("s-schema", SchemaTree);

/** @param {import("./sdl.js").Argument} argument */
const required = ({ type, fallback }) => type.endsWith("!") && !fallback;
