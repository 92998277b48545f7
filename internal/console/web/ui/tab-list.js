// Tabs, as ARIA has them: one of several panels is shown, and the arrows choose.
//
//   <s-tab-list .label=${"Languages"} .tabs=${[{ id: "go", label: "Go", view: () => html`…` }]}></s-tab-list>

import { html } from "../core/dom.js";
import { signal } from "../core/signal.js";
import { drawn, View } from "../core/view.js";

/** @typedef {{ id: string, label: string, view: () => unknown }} Tab */

let lists = 0;

class TabList extends View {
  label = signal("");
  tabs = signal(/** @type {Tab[]} */ ([]));
  /** The id of the one that is shown; the first where it is none of them. */
  chosen = signal("");
  #id = `tabs${++lists}`;

  view() {
    const tabs = this.tabs.value;
    const shown = tabs.find((t) => t.id === this.chosen.value) ?? tabs[0];
    if (!shown) return null;
    return html`
      <div class="tab-list" role="tablist" aria-label=${this.label.value} @keydown=${(/** @type {KeyboardEvent} */ e) => void this.#key(e, shown)}>
        ${tabs.map((t) => html`<button type="button" role="tab" id="${this.#id}-${t.id}" aria-selected=${t === shown ? "true" : "false"} aria-controls=${t === shown ? `${this.#id}-panel` : null} tabindex=${t === shown ? "0" : "-1"} @click=${() => this.#choose(t)}>${t.label}</button>`)}
      </div>
      <div role="tabpanel" id="${this.#id}-panel" aria-labelledby="${this.#id}-${shown.id}">${shown.view()}</div>`;
  }

  /** @param {Tab} tab */
  #choose(tab) {
    this.chosen.value = tab.id;
    this.dispatchEvent(new CustomEvent("choose", { detail: tab.id }));
  }

  /** @param {KeyboardEvent} event @param {Tab} from */
  async #key(event, from) {
    const tabs = this.tabs.peek();
    const at = tabs.indexOf(from);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#choose(tabs[(to + tabs.length) % tabs.length]);
    await drawn();
    /** @type {HTMLElement | null} */ (this.querySelector('[aria-selected="true"]'))?.focus();
  }
}
customElements.define("s-tab-list", TabList);
