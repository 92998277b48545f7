// The schema, out of the server's /schema.graphql: that is there where introspection
// is off, too.

import { tokens } from "./language.js";

/**
 * @typedef {{ name: string, type: string, fallback: string, text: string }} Argument
 * @typedef {{ name: string, type: string, args: Argument[], text: string, deprecated: boolean }} Field
 * @typedef {{ name: string, kind: string, text: string, fields: Field[], members: string[] }} Type
 *   kind: type, input, enum, interface, union or scalar. fields: of an enum, its values. members: of a union; interfaces of a type
 * @typedef {{ types: Map<string, Type>, roots: { query: string, mutation: string, subscription: string } }} Schema
 */

const kinds = ["type", "input", "enum", "interface", "union", "scalar"];
const builtIn = ["ID", "String", "Int", "Float", "Boolean"];

/** @param {string} text @returns {Schema} */
export function parseSchema(text) {
  return new Parser(text).schema();
}

class Parser {
  #tokens;
  #at = 0;
  /** @type {Map<string, Type>} */
  #types = new Map(builtIn.map((name) => [name, { name, kind: "scalar", text: "", fields: [], members: [] }]));

  /** @param {string} text */
  constructor(text) {
    this.#tokens = tokens(text).filter((t) => t.kind !== "comment");
  }

  /** @returns {Schema} */
  schema() {
    while (this.#at < this.#tokens.length) this.#definition();
    return { types: this.#types, roots: { query: "Query", mutation: "Mutation", subscription: "Subscription" } };
  }

  get #next() {
    return this.#tokens[this.#at]?.text ?? "";
  }

  #take() {
    return this.#tokens[this.#at++]?.text ?? "";
  }

  /** @param {string} text @returns {boolean} whether it was there, and is taken */
  #skip(text) {
    if (this.#next !== text) return false;
    this.#at++;
    return true;
  }

  #description() {
    if (this.#tokens[this.#at]?.kind !== "string") return "";
    const text = this.#take();
    if (text.startsWith('"""')) return text.slice(3, -3).trim().replaceAll(/\s*\n\s*/g, "\n");
    try {
      return String(JSON.parse(text));
    } catch {
      return text;
    }
  }

  #definition() {
    const text = this.#description();
    this.#skip("extend");
    const kind = this.#take();
    if (!kinds.includes(kind)) return this.#toNext();
    const name = this.#take();
    const type = this.#types.get(name) ?? { name, kind, text, fields: [], members: [] };
    this.#types.set(name, type);
    if (this.#skip("implements")) {
      while (this.#skip("&") || this.#tokens[this.#at]?.kind === "name") if (this.#tokens[this.#at]?.kind === "name") type.members.push(this.#take());
    }
    this.#directives();
    if (this.#skip("=")) {
      while (this.#skip("|") || (this.#tokens[this.#at]?.kind === "name" && !this.#beginsDefinition())) if (this.#tokens[this.#at]?.kind === "name") type.members.push(this.#take());
    }
    if (this.#skip("{")) while (this.#at < this.#tokens.length && !this.#skip("}")) type.fields.push(this.#field(kind));
  }

  #beginsDefinition() {
    return kinds.includes(this.#next) || ["directive", "schema", "extend"].includes(this.#next);
  }

  /** Past what is of no use here: directives and the schema's own block. */
  #toNext() {
    let depth = 0;
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at];
      if (depth === 0 && (token.kind === "string" || this.#beginsDefinition())) return;
      if ("({".includes(token.text)) depth++;
      if (")}".includes(token.text)) depth--;
      this.#at++;
    }
  }

  /** @param {string} kind @returns {Field} */
  #field(kind) {
    const text = this.#description();
    const name = this.#take();
    /** @type {Argument[]} */
    const args = [];
    if (this.#skip("(")) {
      while (this.#at < this.#tokens.length && !this.#skip(")")) {
        const described = this.#description();
        const argument = this.#take();
        this.#skip(":");
        args.push({ name: argument, type: this.#type(), fallback: this.#default(), text: described });
        this.#directives();
      }
    }
    const type = kind !== "enum" && this.#skip(":") ? this.#type() : "";
    this.#default();
    return { name, type, args, text, deprecated: this.#directives() };
  }

  #type() {
    let type = "";
    while (this.#skip("[")) type += "[";
    type += this.#take();
    while (["]", "!"].includes(this.#next)) type += this.#take();
    return type;
  }

  /** A value that is there where none is given. */
  #default() {
    if (!this.#skip("=")) return "";
    let value = this.#take();
    for (let depth = "[{".includes(value) ? 1 : 0; depth > 0 && this.#at < this.#tokens.length; ) {
      const token = this.#take();
      if ("[{".includes(token)) depth++;
      if ("]}".includes(token)) depth--;
      value += /[[{:]$/.test(value) || "]}:".includes(token) ? token : `, ${token}`;
    }
    return value;
  }

  /** @returns {boolean} whether @deprecated is among them */
  #directives() {
    let deprecated = false;
    while (this.#tokens[this.#at]?.kind === "directive") {
      if (this.#take() === "@deprecated") deprecated = true;
      if (this.#skip("(")) for (let depth = 1; depth > 0 && this.#at < this.#tokens.length; ) depth += { "(": 1, ")": -1 }[this.#take()] ?? 0;
    }
    return deprecated;
  }
}

/** The type without its lists and marks. @param {string} type */
export const named = (type) => type.replaceAll(/[[\]!]/g, "");
