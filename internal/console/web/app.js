// The console: whether somebody is signed in, the page that the address names,
// and what stands around it.

import { html, render } from "./core/dom.js";
import { hasSession, otherTabs, signedOut, signOut } from "./core/gql.js";
import { connection, leave } from "./core/live.js";
import { go, href, place } from "./core/router.js";
import { loadViewer, viewer } from "./core/session.js";
import { computed, effect, signal } from "./core/signal.js";
import { theme } from "./core/theme.js";
import { drawn, View } from "./core/view.js";
import { setTitle } from "./pages/page.js";
import { match, routes } from "./pages/routes.js";
import { invitation, linkCode } from "./pages/sign-in.js";
import { brand } from "./ui/brand.js";
import { closeDialogs, toast } from "./ui/dialog.js";
import { keepFocus } from "./ui/focus.js";
import { icon } from "./ui/icon.js";
import { loading, nothing, problem, sentence } from "./ui/parts.js";

class App extends View {
  #ready = signal(false);
  /** @type {import("./core/signal.js").Signal<Error | null>} */
  #failed = signal(/** @type {Error | null} */ (null));
  /** @type {import("./core/signal.js").Signal<unknown>} */
  #page = signal(/** @type {unknown} */ (null));
  #menu = signal(false);
  #path = computed(() => place.value.path);

  connected() {
    void this.#begin();
    this.own(effect(() => {
      if (signedOut.value) this.#out();
    }));
    let shown = ""; // a change of the query alone is the page's own affair
    this.own(effect(() => {
      const path = viewer.value ? this.#path.value : "";
      if (path !== shown && path !== "") void this.#show(path);
      shown = path;
    }));
    this.own(effect(() => {
      if (place.value) this.#menu.value = false;
    }));
    this.#listen(window, "keydown", (event) => /** @type {KeyboardEvent} */ (event).key === "Escape" && void this.#closeMenu());
    this.#listen(matchMedia("(min-width: 60rem)"), "change", () => (this.#menu.value = false)); // there it is always open
    this.#listen(window, "pageshow", (event) => /** @type {PageTransitionEvent} */ (event).persisted && void this.#begin()); // the session may have ended
    this.#listen(otherTabs, "message", () => void this.#follow());
    this.own(keepFocus(this));
  }

  /** @param {EventTarget} at @param {string} name @param {(event: Event) => void} fn */
  #listen(at, name, fn) {
    at.addEventListener(name, fn);
    this.own(() => at.removeEventListener(name, fn));
  }

  async #openMenu() {
    this.#menu.value = true;
    await drawn();
    /** @type {HTMLElement | null} */ (this.querySelector("#side a[aria-current]") ?? this.querySelector("#side li a"))?.focus();
  }

  async #closeMenu() {
    if (!this.#menu.peek()) return;
    this.#menu.value = false;
    await drawn();
    /** @type {HTMLElement | null} */ (this.querySelector("[aria-controls=side]"))?.focus();
  }

  async #begin() {
    this.#failed.value = null;
    try {
      if (!linkCode() && !invitation() && (await hasSession())) await this.#enter();
      else signedOut.value = true;
      this.#ready.value = true;
    } catch (error) {
      this.#failed.value = /** @type {Error} */ (error);
    }
  }

  /** Does what another tab has done, which may be of another server of this origin. */
  async #follow() {
    const signedIn = await hasSession().catch(() => !signedOut.peek());
    if (!signedIn) signedOut.value = true;
    else if (signedOut.peek() && this.#ready.peek()) await this.#enter().catch(() => {}); // it can still be signed in to here
  }

  async #enter() {
    await loadViewer();
    signedOut.value = false;
  }

  #out() {
    leave();
    closeDialogs();
    viewer.value = null;
    this.#page.value = null;
  }

  /** @param {string} path */
  async #show(path) {
    closeDialogs();
    if (path === "/sign-in") return go("/", { replace: true });
    if (path === "/settings") {
      const first = routes.find((r) => r.nav?.group === "Settings" && (r.allowed?.() ?? true));
      if (first) return go(first.path, { replace: true });
    }
    const found = match(path);
    if (!found) return this.#say("Nothing is here", nothing({ icon: "search", title: "Nothing is here", text: "The address leads to no page of the console.", action: html`<a class="button" href=${href("/")}>To the dashboard</a>` }));
    const { route, params } = found;
    const first = path === "/" && routes.find((r) => r.nav && (r.allowed?.() ?? true)); // the dashboard is not for all
    if (first && first !== route) return go(first.path, { replace: true });
    if (route.allowed && !route.allowed()) return this.#say(route.title, nothing({ icon: "lock", title: "This page is not for you", text: `${route.title} needs a role or a token with more rights than yours. An owner or admin can give you one.` }));
    try {
      await route.load();
    } catch {
      return this.#say(route.title, problem(new Error("the page could not be loaded: check the connection, and whether the server was updated"), () => void hasSession().then(() => location.reload(), () => {})));
    }
    if (this.#path.peek() !== path || !viewer.peek()) return;
    setTitle(route.title);
    const element = /** @type {import("./pages/page.js").Page} */ (document.createElement(route.tag));
    element.params.value = params;
    await this.#put(element);
  }

  /** @param {string} title @param {unknown} content */
  async #say(title, content) {
    setTitle(title);
    await this.#put(html`<div class="page"><h1 class="visually-hidden" tabindex="-1">${title}</h1><div class="card">${content}</div></div>`);
  }

  /** @param {unknown} page */
  async #put(page) {
    const first = this.#page.peek() === null;
    this.#page.value = page;
    if (first) return;
    scrollTo(0, 0);
    await drawn();
    await drawn();
    /** @type {HTMLElement | null} */ (this.querySelector("main h1") ?? this.querySelector("main"))?.focus();
  }

  view() {
    if (this.#failed.value) return html`<main class="alone"><div class="card">${problem(this.#failed.value, () => void this.#begin())}</div></main>`;
    if (!this.#ready.value) return html`<main class="alone"><div class="card">${loading()}</div></main>`;
    if (signedOut.value || !viewer.value) return html`<page-sign-in .done=${() => this.#enter()}></page-sign-in>`;
    return html`
      <a class="skip" href="#main" ?inert=${this.#menu.value}>Skip to content</a>
      <div class="shell">
        <header class="bar" ?inert=${this.#menu.value}>
          <button type="button" class="button quiet icon-only" aria-label="Menu" aria-expanded=${this.#menu.value ? "true" : "false"} aria-controls="side" @click=${() => void this.#openMenu()}>${icon("menu")}</button>
          <a class="brand" href=${href("/")}>${brand()}</a>
        </header>
        <div id="side" class=${["side", this.#menu.value && "open"]}>${this.#side()}</div>
        ${this.#menu.value && html`<button type="button" class="veil" aria-label="Close the menu" @click=${() => void this.#closeMenu()}></button>`}
        <main class="main" id="main" tabindex="-1" ?inert=${this.#menu.value}>${this.#page.value ?? loading()}</main>
      </div>
      <s-toasts></s-toasts>`;
  }

  #side() {
    const how = { idle: "Nothing live here", connecting: "Connecting…", open: "Live", cut: "Cut off: connecting again…" }[connection.value];
    const groups = [{ name: "", label: "Main" }, { name: "Settings", label: "Settings" }];
    return html`
      <nav aria-label="Main">
        <div class="row between"><a class="brand" href=${href("/")}>${brand()}</a><button type="button" class="button quiet icon-only side-close" aria-label="Close the menu" @click=${() => void this.#closeMenu()}>${icon("close")}</button></div>
        ${groups.map(({ name, label }) => html`<div>${name && html`<h2>${label}</h2>`}<ul>${routes.filter((r) => r.nav?.group === name && (r.allowed?.() ?? true)).map((r) => this.#link(r.path, r.title, r.nav?.icon ?? ""))}</ul></div>`)}
        <div><h2>Developers</h2><ul><li><a href=${href("/graphiql")} data-leave aria-current=${this.#path.value === "/graphiql" ? "page" : null}>${icon("explorer")} GraphQL</a></li></ul></div>
      </nav>
      <footer>
        <div class="live" data-state=${connection.value}>${how}</div>
        <div class="visually-hidden" role="status">${connection.value === "cut" && how}</div>
        <div><strong>${viewer.value?.agent.name}</strong><div class="muted break">${viewer.value?.app.name} · ${viewer.value?.role.toLowerCase()}</div></div>
        <div class="row between"><s-theme></s-theme>
          <button type="button" class="button quiet small icon-only" aria-label="Sign out" title="Sign out" @click=${() => void signOut().catch((error) => toast(sentence(error.message)))}>${icon("leave")}</button></div>
      </footer>`;
  }

  /** @param {string} path @param {string} title @param {string} name */
  #link(path, title, name) {
    const here = this.#path.value === path || (path !== "/" && this.#path.value.startsWith(`${path}/`));
    return html`<li><a href=${href(path)} aria-current=${here ? "page" : null}>${icon(name)} ${title}</a></li>`;
  }
}
customElements.define("s-app", App);

class ThemeSwitch extends View {
  view() {
    /** @type {["system" | "light" | "dark", string, string][]} */
    const choices = [["light", "sun", "Light"], ["system", "system", "As the system is"], ["dark", "moon", "Dark"]];
    return html`<div class="choice" role="group" aria-label="Colours">${choices.map(([value, name, label]) => html`<button type="button" aria-pressed=${theme.value === value ? "true" : "false"} aria-label=${label} title=${label} @click=${() => (theme.value = value)}>${icon(name)}</button>`)}</div>`;
  }
}
customElements.define("s-theme", ThemeSwitch);

render(document.body, html`<s-app></s-app>`);
