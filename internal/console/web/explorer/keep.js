// What the explorer keeps in this browser: what was written, and the last operations
// that were run. Never answers, and no secret that looks like one.

import { viewer } from "../core/session.js";

/** @typedef {{ query: string, variables: string, operation: string }} Draft */

const most = 20;
const longest = 32 << 10; // of a draft

/** Each agent of a browser has his own. */
const key = (/** @type {string} */ name) => `slotcast.explorer.${viewer.peek()?.agent?.id ?? ""}.${name}`;

/** @param {string} name @returns {any} */
function read(name) {
  try {
    return JSON.parse(localStorage.getItem(key(name)) ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} name @param {unknown} value */
function write(name, value) {
  try {
    localStorage.setItem(key(name), JSON.stringify(value));
  } catch {
    // where pages may keep nothing, or no more, it is forgotten
  }
}

/** Tokens and secrets, by how they begin, and values of what is named like one. */
const secrets = /\b(slc|slcp|slcm|slci|whsec)_[A-Za-z0-9+/=_-]{8,}/g;
const named = /(?<![\w-])("?[\w-]*(?:secret|token|password|authorization|cookie|api-?key|privatekey)"?\s*:\s*)(?:"""(?:[^\\]|\\.)*?"""|"(?:[^"\\]|\\.)*")/gi;
const keys = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/** @param {string} text */
export const withoutSecrets = (text) => text.replaceAll(secrets, "$1_…").replaceAll(keys, "…").replaceAll(named, '$1"…"');

/** @param {Draft} draft @returns {Draft} */
function kept({ query, variables, operation }) {
  return { query: withoutSecrets(query.slice(0, longest)), variables: withoutSecrets(variables.slice(0, longest)), operation };
}

/** @returns {Draft | null} */
export function readDraft() {
  const draft = read("draft");
  return typeof draft?.query === "string" ? { query: draft.query, variables: String(draft.variables ?? ""), operation: String(draft.operation ?? "") } : null;
}

/** @param {Draft} draft */
export const writeDraft = (draft) => write("draft", kept(draft));

/** The newest first. @returns {(Draft & { at: string })[]} */
export function readHistory() {
  const list = read("history");
  return Array.isArray(list) ? list.filter((d) => typeof d?.query === "string").slice(0, most) : [];
}

/** @param {Draft} draft */
export function remember(draft) {
  const now = { ...kept(draft), at: new Date().toISOString() };
  const others = readHistory().filter((d) => d.query !== now.query || d.variables !== now.variables || d.operation !== now.operation);
  write("history", [now, ...others].slice(0, most));
}

export const forgetHistory = () => write("history", []);

/** A link that opens the explorer with a draft. What is behind # no server gets to see. @param {Draft} draft */
export function linkTo(draft) {
  const { query, variables, operation } = kept(draft);
  const of = new URLSearchParams({ query, ...(variables.trim() && { variables }), ...(operation && { operation }) });
  return `${location.origin}${location.pathname}#${of}`;
}

/** @returns {Draft | null} the draft of such a link */
export function fromLink() {
  const of = new URLSearchParams(location.hash.slice(1));
  const query = of.get("query");
  return query ? { query, variables: of.get("variables") ?? "", operation: of.get("operation") ?? "" } : null;
}
