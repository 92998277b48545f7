// How a receiver verifies what comes: a snippet for each language, which is a file
// of its own and is loaded when its tab is chosen.

import { html } from "../core/dom.js";
import { signal } from "../core/signal.js";
import { View } from "../core/view.js";
import { code } from "../ui/code.js";
import { loading, problem } from "../ui/parts.js";
import "../ui/tab-list.js";

const languages = [
  { id: "go", label: "Go" },
  { id: "node", label: "Node" },
  { id: "python", label: "Python" },
  { id: "ruby", label: "Ruby" },
  { id: "php", label: "PHP" },
];

const key = "slotcast.snippet"; // which language was chosen last

/** @type {import("../core/signal.js").Signal<Record<string, string | Error>>} */
const loaded = signal(/** @type {Record<string, string | Error>} */ ({}));

/** @param {string} id */
async function load(id) {
  if (typeof loaded.peek()[id] === "string") return;
  /** @type {string | Error} */
  let text;
  try {
    const response = await fetch(new URL(`../snippets/${id}.txt`, import.meta.url));
    if (!response.ok) throw new Error();
    text = await response.text();
  } catch {
    text = new Error("the snippet could not be loaded: check the connection, and try again");
  }
  loaded.value = { ...loaded.peek(), [id]: text };
}

/** <s-snippets .format=${"NATIVE"}> */
class Snippets extends View {
  format = signal("NATIVE");
  #first = kept();

  connected() {
    void load(this.#first);
  }

  view() {
    const tabs = languages.map(({ id, label }) => ({ id, label, view: () => snippet(id, label) }));
    return html`${hint(this.format.value)}
      <s-tab-list .label=${"Languages"} .tabs=${tabs} .chosen=${this.#first} @choose=${(/** @type {CustomEvent<string>} */ e) => {
        this.#first = e.detail;
        keep(e.detail);
        void load(e.detail);
      }}></s-tab-list>`;
  }
}
customElements.define("s-snippets", Snippets);

/** @param {string} id @param {string} label */
function snippet(id, label) {
  const text = loaded.value[id];
  if (text === undefined) return loading(6);
  if (text instanceof Error) return problem(text, () => void load(id));
  return code(text.trimEnd(), { label: `Verifying in ${label}`, grammar: "code" });
}

/** @param {string} format */
function hint(format) {
  const common = html`<p>The code checks <code>webhook-signature</code>, which every message has: it takes messages of the last five minutes, and the old secret as well as the new one while they rotate.</p>`;
  if (format === "CALENDLY") return html`${common}<p>A receiver that was written for Calendly checks <code>Calendly-Webhook-Signature</code> instead. Its signing key is the whole secret as you see it, <code>whsec_</code> included, and nothing of it is decoded.</p>`;
  if (format === "CALCOM") return html`${common}<p>A receiver that was written for Cal.com checks <code>X-Cal-Signature-256</code> instead. Its key is the whole secret as you see it, <code>whsec_</code> included. That signature covers no time: remember the ids of messages.</p>`;
  return common;
}

function kept() {
  try {
    const id = localStorage.getItem(key);
    return languages.some((l) => l.id === id) ? String(id) : "go";
  } catch {
    return "go"; // where pages may keep nothing
  }
}

/** @param {string} id */
function keep(id) {
  try {
    localStorage.setItem(key, id);
  } catch {
    // it holds for this page alone
  }
}
