// Dialogs and toasts.

import { html, keyed, render } from "../core/dom.js";
import { signal } from "../core/signal.js";
import { View } from "../core/view.js";
import { icon } from "./icon.js";
import { problem } from "./parts.js";

let dialogs = 0;

/**
 * Opens a modal dialog; Escape closes it, and focus goes back to where it was.
 * content is drawn in a view of its own: what it reads of signals keeps it current.
 * It is not left while its form is sent: what comes back may be shown this once.
 * @template T
 * @param {{ title: string, wide?: boolean, leavable?: boolean, content: (close: (answer?: T) => void) => unknown }} of
 *   leavable: also while its form is sent
 * @returns {Promise<T | undefined>} the answer; undefined where it was closed without one
 */
export function openDialog({ title, wide = false, leavable = false, content }) {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    dialog.classList.toggle("wide", wide);
    const name = `dialog-${++dialogs}`;
    dialog.setAttribute("aria-labelledby", name);
    /** @type {T | undefined} */
    let answer;
    const sends = () => !leavable && dialog.querySelector("form[data-sends]") !== null;
    const close = (/** @type {T | undefined} */ given) => {
      if ((given === undefined || given === false) && sends()) return;
      answer = given;
      dialog.close();
    };
    dialog.addEventListener("keydown", (event) => event.key === "Escape" && sends() && event.preventDefault());
    dialog.addEventListener("cancel", (event) => event.target === dialog && sends() && event.preventDefault());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    render(dialog, html`<s-inside class="inside" .content=${() => html`
      <div class="dialog-head"><h2 id=${name}>${title}</h2><button type="button" class="button quiet small icon-only" aria-label="Close" @click=${() => close(undefined)}>${icon("close")}</button></div>
      ${content(close)}`}></s-inside>`);
    document.body.append(dialog);
    dialog.showModal();
    // what cannot be taken back is not one key away
    /** @type {HTMLElement | null} */ (dialog.querySelector("[autofocus], .inside input, .inside select, .inside textarea, footer .button.primary:not(.danger)") ?? dialog.querySelector("footer .button"))?.focus();
  });
}

/** Closes what is open: it belongs to a page, or a session, that is left. */
export function closeDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
}

class Inside extends View {
  content = signal(() => /** @type {unknown} */ (null));

  view() {
    return this.content.value();
  }
}
customElements.define("s-inside", Inside);

/**
 * Asks before something is done, and does it; what goes wrong is shown in the
 * dialog, which stays open.
 * @param {{ title: string, text: unknown, action: string, danger?: boolean, typed?: string, run: () => Promise<unknown> }} of
 *   typed: what has to be typed before it can be done
 * @returns {Promise<boolean>} whether it was done
 */
export async function confirm({ title, text, action, danger = false, typed, run }) {
  const written = signal("");
  const busy = signal(false);
  const failed = signal(/** @type {Error | null} */ (null));
  const done = await openDialog({
    title,
    content: (/** @type {(done?: boolean) => void} */ close) => {
      const ready = () => !typed || written.value.trim() === typed;
      const submit = async (/** @type {Event} */ event) => {
        event.preventDefault();
        if (!ready() || busy.peek()) return;
        const form = /** @type {HTMLFormElement} */ (event.currentTarget);
        form.dataset.sends = "";
        busy.value = true;
        failed.value = null;
        try {
          await run();
          close(true);
        } catch (error) {
          failed.value = /** @type {Error} */ (error);
        }
        delete form.dataset.sends;
        busy.value = false;
      };
      return html`<form class="stack" @submit=${submit}>
        <div>${text}</div>
        ${typed && html`<div class="field"><label for="typed">Type <code>${typed}</code> to go on</label>
          <input id="typed" class="input" autocomplete="off" spellcheck="false" autofocus .value=${written.value} @input=${(/** @type {any} */ e) => (written.value = e.target.value)}></div>`}
        ${failed.value && problem(failed.value)}
        <footer>
          <button type="button" class="button" @click=${() => close(false)}>Keep as it is</button>
          <button type="submit" class=${["button primary", danger && "danger"]} aria-busy=${busy.value ? "true" : null} aria-disabled=${!ready() || busy.value ? "true" : null}>${action}</button>
        </footer>
      </form>`;
    },
  });
  return done === true;
}

/** @type {import("../core/signal.js").Signal<{ id: number, text: unknown }[]>} */
const toasts = signal(/** @type {{ id: number, text: unknown }[]} */ ([]));
let count = 0;

/** Says in passing that something was done. @param {unknown} text */
export function toast(text) {
  const id = ++count;
  toasts.value = [...toasts.peek(), { id, text }].slice(-3);
  setTimeout(() => dismiss(id), 8000);
}

/** @param {number} id */
function dismiss(id) {
  toasts.value = toasts.peek().filter((t) => t.id !== id);
}

/** <s-toasts>: stands once in the shell. */
class Toasts extends View {
  view() {
    return html`<div class="toasts" role="status" aria-live="polite">${toasts.value.map(({ id, text }) => keyed(id, html`<div class="toast"><div class="grow">${text}</div><button type="button" aria-label="Dismiss" @click=${() => dismiss(id)}>${icon("close")}</button></div>`))}</div>`;
  }
}
customElements.define("s-toasts", Toasts);
