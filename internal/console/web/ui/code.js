// Code and JSON, coloured, with a button that copies it.

import { html } from "../core/dom.js";
import { copy } from "./parts.js";

/**
 * What the parts of a text are, by the names of the groups. A string of JSON ends with its line at the latest: one that
 * is cut off is not to be looked through again from each quote in it.
 */
export const grammars = {
  json: /(?<key>"(?:[^"\\\n]|\\.)*"(?=\s*:))|(?<string>"(?:[^"\\\n]|\\.)*(?:"|\\?$))|(?<literal>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\btrue\b|\bfalse\b|\bnull\b)/gm,
  code: /(?<comment>(?:\/\/|#(?!\{)).*)|(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)|(?<keyword>\b(?:import|from|package|func|function|const|let|var|return|if|else|elsif|end|def|class|require|use|async|await|new|for|in|not|and|or|nil|null|None|true|false|raise|throw|except|try|catch|echo|exit|unless)\b)|(?<literal>\b\d+\b)/g,
};

const longest = 64 << 10; // of what is coloured; the rest is plain

/**
 * @param {string} text
 * @param {"json" | "code" | "text"} grammar
 */
function coloured(text, grammar) {
  if (grammar === "text") return text;
  const parts = [];
  let at = 0;
  for (const match of text.slice(0, longest).matchAll(grammars[grammar])) {
    if (match.index > at) parts.push(text.slice(at, match.index));
    const kind = Object.keys(match.groups ?? {}).find((name) => match.groups?.[name] !== undefined);
    parts.push(html`<span class=${kind}>${match[0]}</span>`);
    at = match.index + match[0].length;
  }
  parts.push(text.slice(at));
  return parts;
}

/**
 * @param {string} text
 * @param {{ label: string, grammar?: "json" | "code" | "text" }} of label: for screen readers
 */
export function code(text, { label, grammar = "text" }) {
  return html`<div class="code"><pre tabindex="0" role="region" aria-label=${label}><code>${coloured(text, grammar)}</code></pre><div class="copy">${copy(text)}</div></div>`;
}

/**
 * JSON, indented where it can be read; as it is where it cannot.
 * @param {string | object | null | undefined} value
 * @param {string} label
 */
export function json(value, label) {
  let text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  try {
    if (typeof value === "string") text = JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return code(text, { label });
  }
  return code(text ?? "", { label, grammar: "json" });
}
