// What an entry of the audit log says of each field: what it was, and became.

import { html } from "../core/dom.js";

const longest = 400; // characters of a value

/** @param {unknown} value */
function shown(value) {
  if (value === null || value === undefined) return html`<span class="muted">nothing</span>`;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return html`<code class="break">${text.length > longest ? `${text.slice(0, longest)}…` : text}</code>`;
}

/** createdAt: created at. @param {string} name */
const spaced = (name) => name.replaceAll(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);

/** @param {{ id: string, action: string, changes: Record<string, { from?: unknown, to?: unknown }>, credentialId: string | null, userAgent: string | null }} entry */
export function auditChanges({ changes, credentialId, userAgent }) {
  const fields = Object.entries(changes);
  const names = fields.map(([name]) => spaced(name));
  const summary = names.length === 0 ? "No field" : `${names.slice(0, 2).join(", ")}${names.length > 2 ? ` and ${names.length - 2} more` : ""}`;
  return html`<details class="audit"><summary class="small">${summary}</summary><dl class="small">
    ${fields.map(([name, { from, to }]) => html`<div><dt>${spaced(name)}</dt><dd>${from !== undefined && html`${shown(from)} <span aria-hidden="true">→</span><span class="visually-hidden">became</span> `}${shown(to)}</dd></div>`)}
    ${credentialId && html`<div><dt>came with</dt><dd><code class="break">${credentialId}</code></dd></div>`}
    ${userAgent && html`<div><dt>program</dt><dd class="break">${userAgent}</dd></div>`}
  </dl></details>`;
}
