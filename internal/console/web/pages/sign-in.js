// Signing in, with a token or by a link that works once; and joining, by the link
// of an invitation.

import { html } from "../core/dom.js";
import { hasSession, signIn } from "../core/gql.js";
import { go, place } from "../core/router.js";
import { signal } from "../core/signal.js";
import { View } from "../core/view.js";
import { brand } from "../ui/brand.js";
import { Form, textField } from "../ui/form.js";
import { loading } from "../ui/parts.js";
import { setTitle } from "./page.js";

/** The code of a sign-in link, where that is what was opened. */
export function linkCode() {
  return /^#code=(.+)$/.exec(location.hash)?.[1] ?? "";
}

/** The token of an invitation's link, which one may follow while somebody is signed in. */
export function invitation() {
  return /^#invitation=(.+)$/.exec(location.hash)?.[1] ?? "";
}

export class SignIn extends View {
  /** @type {import("../core/signal.js").Signal<() => Promise<void>>} called when one is in */
  done = signal(async () => {});
  #form = new Form({ token: "" });
  #byLink = signal(false);
  #invitation = signal("");

  connected() {
    setTitle("Sign in");
    const use = () => this.#useAddress();
    addEventListener("hashchange", use); // the link was opened where this page is shown
    this.own(() => removeEventListener("hashchange", use));
    use();
  }

  #useAddress() {
    if (linkCode()) void this.#useLink(linkCode());
    if (invitation()) void this.#join(invitation());
  }

  /** @param {string} invitation */
  async #join(invitation) {
    setTitle("Join");
    history.replaceState(null, "", location.pathname);
    this.#byLink.value = true;
    await import("./join.js");
    this.#invitation.value = invitation;
  }

  /** @param {string} code */
  async #useLink(code) {
    this.#byLink.value = true;
    history.replaceState(null, "", location.pathname); // it works once: nobody should keep it
    try {
      await signIn({ code }).catch(async (error) => {
        if (!(await hasSession().catch(() => false))) throw error; // who is in already, as by this very link, stays
      });
      await this.#enter();
    } catch (error) {
      this.#form.problem.value = /** @type {Error} */ (error);
    }
    this.#byLink.value = false;
  }

  async #enter() {
    await this.done.peek()();
    if (place.peek().path === "/sign-in") go("/", { replace: true });
  }

  view() {
    const send = this.#form.submit(async ({ token }) => {
      await signIn({ token: token.trim() });
      this.#form.reset();
      await this.#enter();
    });
    return html`<main class="alone" id="main">
      <div class="card stack">
        <div class="brand">${brand()}</div>
        ${this.#invitation.value ? html`<s-join .invitation=${this.#invitation.value} .done=${() => this.#enter()}></s-join>` : html`<h1 tabindex="-1">Sign in</h1>
        ${this.#byLink.value ? loading(2) : html`<form class="form" novalidate @submit=${send}>
          ${this.#form.summary()}
          ${textField(this.#form, "token", { label: "Access token", type: "password", required: true, placeholder: "slc_…", autocomplete: "current-password", hint: "The server prints the owner's token at its first start; more are made in Settings, Tokens." })}
          <div class="form-actions">${this.#form.button("Sign in")}</div>
        </form>`}`}
      </div>
    </main>`;
  }
}
customElements.define("page-sign-in", SignIn);
