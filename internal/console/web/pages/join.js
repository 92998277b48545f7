// <s-join .invitation=${…} .done=${…}>: accepts an invitation, shows the access
// token that it is exchanged for, and signs in with that.

import { html } from "../core/dom.js";
import { dateTime, words, zone } from "../core/format.js";
import { ApiError, base, signIn } from "../core/gql.js";
import { signal } from "../core/signal.js";
import { View } from "../core/view.js";
import { Form, textField } from "../ui/form.js";
import { loading, note, problem, secretBox } from "../ui/parts.js";
import { zoneField } from "../ui/zone.js";

/** @typedef {{ app: { name: string }, agent: { name: string, email: string }, role: string, expiresAt: string | null }} Invited */

class Join extends View {
  invitation = signal("");
  done = signal(async () => {});
  #who = signal(/** @type {Invited | null} */ (null));
  #token = signal("");
  #failed = signal(/** @type {Error | null} */ (null));
  #form = new Form({ name: "", timeZone: zone });
  #enter = new Form({});

  connected() {
    void this.#read();
  }

  async #read() {
    this.#failed.value = null;
    try {
      const { viewer } = await this.#ask("{ viewer { kind app { name } agent { name email } role expiresAt } }");
      if (viewer.kind !== "INVITED") throw new ApiError("this link holds no invitation: ask for another one");
      this.#form.reset({ name: viewer.agent.name });
      this.#who.value = viewer;
    } catch (error) {
      const refused = /** @type {ApiError} */ (error);
      this.#failed.value = refused.code === "UNAUTHENTICATED" ? new ApiError("the invitation has ended, or was used: ask for another one") : refused;
    }
  }

  /**
   * With the invitation as the token, whoever else is signed in here.
   * @param {string} document
   * @param {object} [variables]
   */
  async #ask(document, variables = {}) {
    const response = await fetch(new URL("graphql", base), {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/graphql-response+json, application/json", Authorization: `Bearer ${this.invitation.peek()}` },
      body: JSON.stringify({ query: document, variables }),
      signal: AbortSignal.timeout(30_000),
    }).catch(() => {
      throw new ApiError("the server cannot be reached: check the connection and try again", { code: "UNREACHABLE" });
    });
    const answer = await response.json().catch(() => null);
    if (!answer) throw new ApiError(`the server answered ${response.status}: try again`);
    if (answer.errors?.[0]) throw new ApiError(answer.errors[0].message, answer.errors[0].extensions);
    return answer.data;
  }

  view() {
    if (this.#token.value) return this.#joined(this.#token.value);
    if (this.#failed.value) return html`<div class="stack"><h1 tabindex="-1">Join</h1>${problem(this.#failed.value, () => void this.#read())}</div>`;
    const who = this.#who.value;
    if (!who) return html`<h1 class="visually-hidden" tabindex="-1">Join</h1>${loading(4)}`;
    const form = this.#form;
    const send = form.submit(async (v) => {
      const data = await this.#ask(`mutation ($input: AcceptInvitationInput) { acceptInvitation(input: $input) { token } }`, { input: v });
      this.#token.value = data.acceptInvitation.token;
    });
    return html`<div class="stack"><h1 tabindex="-1">Join ${who.app.name}</h1>
      <p>You are invited as ${who.agent.email}, ${words(who.role)}.${who.expiresAt && ` The invitation lasts until ${dateTime(who.expiresAt)}.`}</p>
      <form class="form" novalidate @submit=${send}>
        ${form.summary()}
        ${textField(form, "name", { label: "Name", required: true, autocomplete: "name" })}
        ${zoneField(form, "timeZone", { label: "Time zone", required: true, hint: "Your working hours are in its wall time." })}
        <div class="form-actions">${form.button("Accept invitation")}</div>
      </form></div>`;
  }

  /** @param {string} token */
  #joined(token) {
    const send = this.#enter.submit(async () => {
      await signIn({ token });
      await this.done.peek()();
    });
    return html`<form class="stack" @submit=${send}><h1 tabindex="-1">You have joined</h1>
      ${note("ok", "This is your access token. It is shown this once: keep it, it signs you in again.")}
      ${secretBox(token, "Access token")}
      ${this.#enter.summary()}
      <div class="form-actions">${this.#enter.button("I have copied it: sign in")}</div></form>`;
  }
}
customElements.define("s-join", Join);
