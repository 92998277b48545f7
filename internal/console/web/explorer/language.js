// As much of GraphQL's language as an editor needs: its tokens, the operations of a
// document, and where in it the caret stands. What is half written is read as far
// as it goes.

/**
 * @typedef {{ kind: "comment" | "string" | "variable" | "directive" | "literal" | "name" | "mark", text: string, at: number }} Token
 * @typedef {{ kind: "query" | "mutation" | "subscription" | "fragment", name: string, from: number, to: number, spreads: string[] }} Definition
 */

const pattern = /(?<comment>#[^\n]*)|(?<string>"""(?:[^"\\]|\\[^]|"(?!""))*(?:"""|$)|"(?:[^"\\\n]|\\.)*"?)|(?<variable>\$\w*)|(?<directive>@\w*)|(?<literal>-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z_]\w*)|(?<mark>\.\.\.|[!&|:=(){}[\]])/g;

/** @param {string} text @returns {Token[]} */
export function tokens(text) {
  const list = [];
  for (const { 0: match, index: at, groups } of text.matchAll(pattern)) {
    const kind = /** @type {Token["kind"]} */ (Object.keys(groups ?? {}).find((name) => groups?.[name] !== undefined) ?? "mark");
    list.push({ kind, text: match, at });
  }
  return list;
}

const kinds = ["query", "mutation", "subscription", "fragment"];

/**
 * The operations and fragments of a document, in order.
 * @param {string} text
 * @returns {Definition[]}
 */
export function definitions(text) {
  /** @type {Definition[]} */
  const list = [];
  let depth = 0;
  /** @type {Definition | null} */
  let open = null;
  const all = tokens(text).filter((t) => t.kind !== "comment");
  all.forEach((token, i) => {
    if (depth === 0 && !open) {
      if (token.text === "{") open = { kind: "query", name: "", from: token.at, to: text.length, spreads: [] };
      else if (kinds.includes(token.text)) {
        open = { kind: /** @type {any} */ (token.text), name: all[i + 1]?.kind === "name" ? all[i + 1].text : "", from: token.at, to: text.length, spreads: [] };
      }
      if (open) list.push(open);
    }
    if (token.text === "..." && all[i + 1]?.kind === "name" && all[i + 1].text !== "on") open?.spreads.push(all[i + 1].text);
    if ("{([".includes(token.text)) depth++;
    if ("})]".includes(token.text)) depth = Math.max(0, depth - 1);
    if (token.text === "}" && depth === 0 && open) {
      open.to = token.at + 1;
      open = null;
    }
  });
  return list;
}

/**
 * A document with one operation, and the fragments that it uses.
 * @param {string} text
 * @param {Definition} operation
 */
export function alone(text, operation) {
  const all = definitions(text);
  const used = new Set([operation]);
  for (const part of used) {
    for (const name of part.spreads) {
      const fragment = all.find((d) => d.kind === "fragment" && d.name === name);
      if (fragment) used.add(fragment);
    }
  }
  return all.filter((d) => d.from === operation.from || used.has(d)).map((d) => text.slice(d.from, d.to)).join("\n\n");
}

/**
 * Where the caret stands: of which type a field, or of which field an argument
 * may be named.
 * @param {string} text
 * @param {number} caret
 * @param {import("./sdl.js").Schema} schema
 * @returns {{ type: string, field: string, inside: "fields" | "arguments" | "", word: string }}
 *   type: whose fields these are. word: what of the name is there before the caret
 */
export function context(text, caret, schema) {
  const word = /\w*$/.exec(text.slice(0, caret))?.[0] ?? "";
  const none = { type: "", field: "", inside: /** @type {const} */ (""), word };
  /** @type {{ type: string, mark: string, field: string }[]} */
  const stack = [];
  let next = "";
  let field = "";
  const before = tokens(text.slice(0, caret - word.length));
  if (["comment", "string"].includes(before[before.length - 1]?.kind) && before[before.length - 1].at + before[before.length - 1].text.length === caret - word.length) return none;
  before.forEach((token, i) => {
    const top = stack[stack.length - 1];
    if (token.text === "{" && top?.mark !== "(") {
      stack.push({ type: stack.length === 0 && !next ? schema.roots.query : next, mark: "{", field: "" });
      next = "";
    } else if ("({[".includes(token.text)) stack.push({ type: top?.type ?? "", mark: token.text === "(" ? "(" : "", field });
    else if ("})]".includes(token.text)) {
      stack.pop();
      if (stack.length === 0 && token.text === "}") next = "";
    } else if (token.kind === "name" && stack.length === 0) {
      if (Object.hasOwn(schema.roots, token.text)) next = schema.roots[/** @type {"query"} */ (token.text)];
      else if (before[i - 1]?.text === "on") next = token.text;
    } else if (token.kind === "name" && top?.mark === "{") {
      if (before[i - 1]?.text === "on" && before[i - 2]?.text === "...") next = token.text;
      else if (before[i - 1]?.text !== "..." && before[i - 1]?.kind !== "directive") {
        field = token.text;
        next = schema.types.get(top.type)?.fields.find((f) => f.name === field)?.type.replaceAll(/[[\]!]/g, "") ?? "";
      }
    }
  });
  const top = stack[stack.length - 1];
  const last = before[before.length - 1];
  if (top?.mark === "{" && last?.text !== "..." && last?.text !== "on") return { type: top.type, field: "", inside: "fields", word };
  if (top?.mark === "(" && last?.text !== ":" && last?.kind !== "variable") return { type: top.type, field: top.field, inside: "arguments", word };
  return none;
}
