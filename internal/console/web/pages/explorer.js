// The GraphQL explorer: to write operations, to run them, and to look through the
// schema. Subscriptions run over the tab's own socket.

import { html, keyed } from "../core/dom.js";
import { relative } from "../core/format.js";
import { base } from "../core/gql.js";
import { subscribe } from "../core/live.js";
import { computed, signal } from "../core/signal.js";
import { alone, definitions } from "../explorer/language.js";
import "../explorer/editor.js";
import { examples } from "../explorer/examples.js";
import { forgetHistory, fromLink, linkTo, readDraft, readHistory, remember, writeDraft } from "../explorer/keep.js";
import { kept, resultView } from "../explorer/result.js";
import "../explorer/schema-tree.js";
import { parseSchema } from "../explorer/sdl.js";
import { selection } from "../explorer/selection.js";
import { asCurl, send } from "../explorer/send.js";
import { openDialog, toast } from "../ui/dialog.js";
import { icon } from "../ui/icon.js";
import { loading, nothing, pageHead, problem } from "../ui/parts.js";
import { copyButton } from "../explorer/copy.js";
import { Page } from "./page.js";

/** @typedef {import("../explorer/keep.js").Draft} Draft */

/** @type {import("../explorer/result.js").Result} */
const nothingYet = { answer: null, messages: [], count: 0, state: "", failed: "" };

class Explorer extends Page {
  #draft = signal(/** @type {Draft} */ ({ query: "", variables: "", operation: "" }));
  #result = signal(nothingYet);
  #schema = signal(/** @type {import("../explorer/sdl.js").Schema | null} */ (null));
  #tried = signal(false);
  #operations = computed(() => definitions(this.#draft.value.query).filter((d) => d.kind !== "fragment"));
  /** What the form of the variables is, where they are none. */
  #variablesProblem = computed(() => parseVariables(this.#draft.value.variables).problem);
  #stop = () => {};
  /** @type {import("../explorer/result.js").Message[]} the newest first */
  #coming = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soon;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #keeping;

  connected() {
    const linked = fromLink();
    const first = examples[0];
    this.#draft.value = linked ?? readDraft() ?? { query: first.query, variables: JSON.stringify(first.variables?.() ?? {}, null, 2), operation: "" };
    if (linked) history.replaceState(null, "", location.pathname);
    void this.load(async () => {
      const response = await fetch(new URL("schema.graphql", base));
      if (!response.ok) throw new Error(`the server answered ${response.status} in place of its schema`);
      this.#schema.value = parseSchema(await response.text());
    });
    const leaving = () => this.#keep();
    addEventListener("pagehide", leaving);
    this.own(() => {
      removeEventListener("pagehide", leaving);
      this.#keep();
      this.#stop();
      clearTimeout(this.#soon);
    });
  }

  #keep() {
    clearTimeout(this.#keeping);
    this.#keeping = undefined;
    writeDraft(this.#draft.peek());
  }

  /** @param {Partial<Draft>} changes */
  #change(changes) {
    this.#draft.value = { ...this.#draft.peek(), ...changes };
    this.#keeping ??= setTimeout(() => this.#keep(), 1000);
  }

  /** The operation that is chosen, or the only one, or the first. */
  #operation() {
    const list = this.#operations.value;
    return list.find((d) => d.name === this.#draft.value.operation) ?? list[0];
  }

  #request() {
    const { query, variables } = this.#draft.value;
    const operation = this.#operation();
    const { value } = parseVariables(variables);
    return { query: operation && this.#operations.value.length > 1 ? alone(query, operation) : query, ...(value && Object.keys(value).length > 0 && { variables: value }) };
  }

  #run() {
    this.#tried.value = true;
    if (this.#variablesProblem.peek()) return;
    this.#stop();
    remember(this.#draft.peek());
    const request = this.#request();
    if (this.#operation()?.kind === "subscription") this.#follow(request);
    else void this.#ask(request);
  }

  /** @param {{ query: string, variables?: object }} request */
  async #ask(request) {
    const abort = new AbortController();
    this.#stop = () => {
      abort.abort();
      if (this.#result.peek().state === "running") this.#result.value = nothingYet;
    };
    this.#result.value = { ...nothingYet, state: "running" };
    try {
      this.#result.value = { ...nothingYet, answer: await send(request, abort.signal) };
    } catch (error) {
      if (!abort.signal.aborted) this.#result.value = { ...nothingYet, failed: `The server cannot be reached: ${/** @type {Error} */ (error).message}.` };
    }
  }

  /** @param {{ query: string, variables?: object }} request */
  #follow(request) {
    this.#coming = [];
    let count = 0;
    this.#result.value = { ...nothingYet, state: "following" };
    const take = (/** @type {unknown} */ payload) => {
      this.#coming.unshift({ id: ++count, at: new Date().toISOString(), text: JSON.stringify(payload, null, 2) });
      this.#coming.length = Math.min(this.#coming.length, kept);
      this.#soon ??= setTimeout(() => this.#show(count), 200);
    };
    const end = (/** @type {"ended" | "stopped"} */ state) => {
      stop();
      this.#show(count);
      if (this.#result.peek().state === "following") this.#result.value = { ...this.#result.peek(), state };
    };
    const stop = subscribe(request.query, /** @type {any} */ (request.variables ?? {}), {
      next: (data) => take({ data }),
      error: (errors, over) => {
        take({ errors });
        if (over) end("ended");
      },
      complete: () => end("ended"),
    });
    this.#stop = () => end("stopped");
  }

  /** @param {number} count */
  #show(count) {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    if (this.#result.peek().state === "following") this.#result.value = { ...this.#result.peek(), messages: [...this.#coming], count };
  }

  /** @param {import("../explorer/sdl.js").Field} field @param {import("../explorer/sdl.js").Type} type */
  #insert(field, type) {
    const schema = this.#schema.peek();
    const editor = /** @type {any} */ (this.querySelector("s-editor.query"));
    if (!schema || !editor) return;
    const root = Object.entries(schema.roots).find(([, name]) => name === type.name)?.[0];
    const text = selection(field, schema);
    if (root && this.#draft.peek().query.trim() === "") editor.insert(`${root} {\n  ${text.replaceAll("\n", "\n  ")}\n}\n`);
    else editor.insert(text);
  }

  /** @param {Draft} draft */
  #use(draft) {
    this.#stop();
    this.#tried.value = false;
    this.#result.value = nothingYet;
    this.#change({ query: draft.query, variables: draft.variables, operation: draft.operation });
    /** @type {HTMLElement | null} */ (this.querySelector("s-editor.query textarea"))?.focus();
  }

  async #history() {
    const shown = signal(readHistory());
    const chosen = await openDialog({
      title: "History", wide: true,
      content: (/** @type {(draft?: Draft) => void} */ close) => shown.value.length === 0 ? nothing({ icon: "clock", title: "Nothing was run yet", text: "The last 20 operations that you run here are kept in this browser; answers are not." }) : html`
        <ol class="history">${shown.value.map((d, i) => keyed(i, html`<li><button type="button" @click=${() => close(d)}><code>${d.query.trim().slice(0, 300)}</code><span class="muted small">${relative(d.at)}</span></button></li>`))}</ol>
        <footer><button type="button" class="button" @click=${() => { forgetHistory(); shown.value = []; }}>Forget them</button></footer>`,
    });
    if (chosen) this.#use(chosen);
  }

  view() {
    const { query, variables } = this.#draft.value;
    const operations = this.#operations.value;
    const operation = this.#operation();
    const { state } = this.#result.value;
    const busy = state === "running" || state === "following";
    const run = operation?.kind === "subscription" ? "Subscribe" : "Run";
    return html`
      ${pageHead({ title: "GraphQL explorer", text: html`You act as yourself here: a mutation does what it says. ${note}` })}
      <div class="explorer">
        <section class="card stack tight" aria-label="Operation">
          <div class="row between toolbar">
            <div class="row">
              ${busy ? html`<button type="button" class="button primary" @click=${() => this.#stop()}>${icon("close")} Stop</button>` : html`<button type="button" class="button primary" title="Ctrl or Cmd and Enter" @click=${() => this.#run()}>${icon("play")} ${run}</button>`}
              ${operations.length > 1 && html`<label class="visually-hidden" for="operation">Operation</label><select id="operation" class="input short" @change=${(/** @type {any} */ e) => this.#change({ operation: e.target.value })}>${operations.map((o) => html`<option value=${o.name} .selected=${o === operation}>${o.name || `(${o.kind} without a name)`}</option>`)}</select>`}
            </div>
            <div class="row tight">
              <label class="visually-hidden" for="example">Examples</label>
              <select id="example" class="input" @change=${(/** @type {any} */ e) => { const x = examples[e.target.selectedIndex - 1]; e.target.selectedIndex = 0; if (x) this.#use({ query: x.query, variables: x.variables ? JSON.stringify(x.variables(), null, 2) : "", operation: "" }); }}><option>Examples…</option>${examples.map((x) => html`<option>${x.name}</option>`)}</select>
              <button type="button" class="button small icon-only" aria-label="History" title="History" @click=${() => void this.#history()}>${icon("clock")}</button>
            </div>
          </div>
          <s-editor class="query" .label=${"Query"} .grammar=${"graphql"} .text=${query} .schema=${this.#schema.value} .changed=${(/** @type {string} */ text) => this.#change({ query: text })} .run=${() => this.#run()}></s-editor>
          <h2 class="small">Variables <span class="muted">(JSON)</span></h2>
          <s-editor class="variables" .label=${"Variables"} .grammar=${"json"} .text=${variables} .problem=${this.#tried.value || variables.length > 1 ? this.#variablesProblem.value : ""} .changed=${(/** @type {string} */ text) => this.#change({ variables: text })} .run=${() => this.#run()}></s-editor>
          <div class="row tight">
            ${copyButton("Copy as curl", () => asCurl(this.#request(), operation?.kind === "subscription"))}
            ${copyButton("Copy link", () => linkTo(this.#draft.peek()), () => toast("The link has the query and its variables, without tokens and secrets."))}
          </div>
        </section>
        <section class="card" aria-labelledby="result-title"><h2 id="result-title">Result</h2>${resultView(this.#result.value)}</section>
        <section class="card" aria-labelledby="schema-title"><h2 id="schema-title">Schema</h2>
          ${this.failed.value ? problem(this.failed.value, () => void this.reload()) : this.#schema.value ? html`<s-schema .schema=${this.#schema.value} .insert=${(/** @type {any} */ f, /** @type {any} */ t) => this.#insert(f, t)}></s-schema>` : loading()}
        </section>
      </div>`;
  }
}
customElements.define("page-explorer", Explorer);

const note = html`After <code>make graphiql</code> and a new build of the server, the full GraphiQL stands here.`;

/** @param {string} text @returns {{ value: Record<string, unknown> | null, problem: string }} */
function parseVariables(text) {
  if (text.trim() === "") return { value: null, problem: "" };
  try {
    const value = JSON.parse(text);
    if (value === null || typeof value !== "object" || Array.isArray(value)) return { value: null, problem: "Variables are a JSON object, such as { \"id\": \"mtg_…\" }." };
    return { value, problem: "" };
  } catch (error) {
    return { value: null, problem: `This is no JSON: ${/** @type {Error} */ (error).message}.` };
  }
}
