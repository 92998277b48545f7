// Settings, Tokens: who may call the API, until when, and for what; and the keys
// that stand in booking pages.

import { html } from "../core/dom.js";
import { leads, may } from "../core/session.js";
import { place } from "../core/router.js";
import { icon } from "../ui/icon.js";
import { pageHead } from "../ui/parts.js";
import { tabs } from "../ui/tabs.js";
import { KeyList } from "./key-list.js";
import { Page } from "./page.js";
import { TokenList } from "./token-list.js";

class Tokens extends Page {
  #shown() {
    return leads() && place.value.query.get("tab") === "keys" ? "keys" : "tokens";
  }

  /** @param {string} list the element that makes one */
  #create(list) {
    void /** @type {TokenList | KeyList | null} */ (this.querySelector(list))?.create();
  }

  view() {
    const keys = this.#shown() === "keys";
    const create = may("ACCESS_WRITE") && (keys
      ? html`<button type="button" class="button primary" @click=${() => this.#create("s-key-list")}>${icon("plus")} Create key</button>`
      : html`<button type="button" class="button primary" @click=${() => this.#create("s-token-list")}>${icon("plus")} Create token</button>`);
    const text = keys
      ? "A publishable key stands in a booking page, for everybody to read. It reads public event types and free times, and books."
      : "A token lets a program, or a person at this console, act as an agent. It is shown once, when it is made.";
    return html`
      ${pageHead({ title: keys ? "Publishable keys" : "Tokens", text, actions: create })}
      ${leads() && tabs("Kinds of credentials", keys ? "keys" : "", [
        { name: "", label: "Access tokens", path: "/settings/tokens" },
        { name: "keys", label: "Publishable keys", path: "/settings/tokens?tab=keys" },
      ])}
      ${keys ? html`<s-key-list></s-key-list>` : html`<s-token-list></s-token-list>`}`;
  }
}
customElements.define("page-tokens", Tokens);
customElements.define("s-token-list", TokenList);
customElements.define("s-key-list", KeyList);
