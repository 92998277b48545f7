// A field as one writes it: with the arguments that it must have, and some of its
// own fields.

import { named } from "./sdl.js";

const few = 3;

/**
 * @param {import("./sdl.js").Field} field
 * @param {import("./sdl.js").Schema} schema
 */
export function selection(field, schema) {
  const needed = field.args.filter((a) => a.type.endsWith("!") && !a.fallback).map((a) => `${a.name}: ${blank(a.type, schema)}`);
  const written = needed.length > 0 ? `${field.name}(${needed.join(", ")})` : field.name;
  const type = schema.types.get(named(field.type));
  if (!type || !["type", "interface", "union"].includes(type.kind)) return written;
  const inside = type.fields.filter((f) => ["scalar", "enum"].includes(schema.types.get(named(f.type))?.kind ?? "")).slice(0, few).map((f) => f.name);
  if (type.fields.some((f) => f.name === "edges")) inside.push("edges { node { id } }");
  return `${written} {\n  ${(inside.length > 0 ? inside : ["__typename"]).join("\n  ")}\n}`;
}

/** A value to be filled in. @param {string} type @param {import("./sdl.js").Schema} schema */
function blank(type, schema) {
  if (type.startsWith("[")) return "[]";
  const of = schema.types.get(named(type));
  if (of?.kind === "enum") return of.fields[0]?.name ?? "";
  if (of?.kind === "input") return "{}";
  return { Int: "0", Float: "0", Boolean: "false" }[named(type)] ?? '""';
}
