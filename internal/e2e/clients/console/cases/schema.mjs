// explorer/sdl.js: what it reads of the schema is what graphql-js reads.
import assert from 'node:assert/strict';
import { parse, print } from 'graphql';
import { test } from '../index.mjs';

const kinds = {
  ObjectType: 'type', InputObjectType: 'input', EnumType: 'enum', InterfaceType: 'interface', UnionType: 'union', ScalarType: 'scalar',
};

// What the server's schema need not have.
const rare = `schema { query: Q mutation: M }
"says type X { }"
directive @a(reason: String = "type X {", n: Int) repeatable on FIELD_DEFINITION | ARGUMENT_DEFINITION | OBJECT
"""
A text with "quotes", a { and
  a second line.
"""
type Q @a(n: 1) { "x" f("arg" a: [Int!]! = [1, 2] @a, b: I = {x: {y: 1}, z: []}, c: String = "}"): [[String!]]! @deprecated(reason: "r)") }
union U = | Q | B
extend type Q { g: Int }
enum E { A @deprecated B type input }
interface N implements O & P @a { id: ID! }
scalar T @specifiedBy(url: "x")
# a comment { with a brace
input I { x: Int = -1, s: String = "a}" @deprecated, e: [E!] = [A, B] }
type B { on: Int, type(input: Int): Q }`;

/** The types by their names, as graphql-js has them. */
function wanted(text) {
  const types = {};
  const described = (node) => (node.description ? node.description.value.trim().replaceAll(/\s*\n\s*/g, '\n') : '');
  const argument = (a) => ({ name: a.name.value, type: print(a.type), fallback: a.defaultValue ? print(a.defaultValue).replaceAll(/\s/g, '') : '', text: described(a) });
  const field = (f) => ({
    name: f.name.value, type: f.type ? print(f.type) : '', args: (f.arguments ?? []).map(argument), text: described(f),
    deprecated: (f.directives ?? []).some((d) => d.name.value === 'deprecated'),
  });
  for (const node of parse(text).definitions) {
    const [, kind] = /^(\w+)(?:Definition|Extension)$/.exec(node.kind) ?? [];
    if (!kinds[kind]) continue;
    const type = (types[node.name.value] ??= { name: node.name.value, kind: kinds[kind], text: described(node), fields: [], members: [] });
    type.fields.push(...(node.fields ?? node.values ?? []).map(field));
    type.members.push(...[...(node.interfaces ?? []), ...(node.types ?? [])].map((n) => n.name.value));
  }
  return types;
}

test('what the explorer knows of the schema', { once: true }, async ({ page, goto, base }) => {
  await goto('/sign-in');
  const served = await (await fetch(new URL('schema.graphql', base))).text();
  for (const text of [served, rare]) {
    const types = await page.evaluate(async (text) => {
      const { parseSchema } = await import(new URL('explorer/sdl.js', document.querySelector('script[type=module]').src).href);
      return Object.fromEntries(parseSchema(text).types);
    }, text);
    const want = wanted(text);
    for (const name of ['ID', 'String', 'Int', 'Float', 'Boolean']) delete types[name];
    for (const type of Object.values(types)) {
      for (const a of type.fields.flatMap((f) => f.args)) a.fallback = a.fallback.replaceAll(/\s/g, '');
    }
    assert.ok(Object.keys(want).length > 5);
    assert.deepEqual(types, want);
  }
});
