// Templates. What is put into one is text, never markup, so nothing has to be
// escaped by hand:
//
//   render(root, html`<p class=${["hint", urgent && "urgent"]}>${name}</p>`);
//
//   text        strings and numbers; null, undefined, booleans and "" are nothing;
//               templates, nodes, and arrays of these
//   name=${v}   an attribute; null, undefined and false take it away. class takes
//               an array too, and style an object, { width: "50%" }
//   ?name=${b}  an attribute that is there or not
//   .name=${v}  a property; where the element has a signal there, its value
//   @name=${fn} a listener
//   ref=${fn}   fn gets the element, once
//
// Rendering again changes what has changed. In arrays, keyed(key, template)
// keeps the elements of a key, wherever they move.
//
// A value stands for a whole attribute, or for a part of one in quotes. The only
// texts that become markup are the literals of the modules themselves.

import { Signal } from "./signal.js";

const marker = "slot-";

/** @type {{ createHTML(text: string): string }} */
const literals = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("slotcast", {
  createHTML: (/** @type {string} */ text) => text,
}) ?? { createHTML: (text) => text };

/** Something to render: the literals of a template, and its values. */
export class Template {
  /** @type {unknown} */
  key = undefined;

  /**
   * @param {TemplateStringsArray} strings
   * @param {unknown[]} values
   * @param {boolean} svg whether it is the inside of an svg element
   */
  constructor(strings, values, svg) {
    this.strings = strings;
    this.values = values;
    this.svg = svg;
  }
}

/**
 * @param {TemplateStringsArray} strings
 * @param {unknown[]} values
 */
export function html(strings, ...values) {
  return new Template(strings, values, false);
}

/**
 * The inside of an svg element.
 * @param {TemplateStringsArray} strings
 * @param {unknown[]} values
 */
export function svg(strings, ...values) {
  return new Template(strings, values, true);
}

/**
 * @param {unknown} key of its own in the array
 * @param {Template} template
 */
export function keyed(key, template) {
  template.key = key;
  return template;
}

/** @type {WeakMap<Node, Child>} */
const roots = new WeakMap();

/**
 * Makes what a node shows equal to a value.
 * @param {Element | DocumentFragment} root
 * @param {unknown} value
 */
export function render(root, value) {
  let child = roots.get(root);
  if (!child) {
    child = new Child(root.appendChild(document.createComment("")), root.appendChild(document.createComment("")));
    roots.set(root, child);
  }
  child.set(value);
}

/**
 * @typedef {{ at: number, name: string, strings: string[], first: number }} Slot
 *   at: which node, in document order. name: "" for a child. strings: of an attribute, around its values.
 * @typedef {{ content: DocumentFragment, slots: Slot[] }} Prepared
 */

/** @type {WeakMap<TemplateStringsArray, Prepared>} */
const prepared = new WeakMap();

/**
 * @param {Template} template
 * @returns {Prepared}
 */
function prepare({ strings, svg }) {
  let text = "";
  /** @type {string[]} */
  const names = [];
  strings.forEach((literal, i) => {
    text += literal;
    if (i === strings.length - 1) return;
    if (text.lastIndexOf("<") > text.lastIndexOf(">")) {
      names[i] = /([^\s"'<>=]+)=(?:"[^"]*|'[^']*)?$/.exec(text)?.[1] ?? names[i - 1];
      // a style attribute that the parser sees is one that the page's policy forbids
      if (names[i] === "style") text = text.replace(/\sstyle=(["']?)$/, " data-style=$1");
      text += `${marker}${i};`;
    } else {
      text += `<!--${marker}${i};-->`;
    }
  });
  const element = document.createElement("template");
  element.innerHTML = literals.createHTML(svg ? `<svg>${text}</svg>` : text);
  if (svg) element.content.firstElementChild?.replaceWith(...element.content.firstElementChild.childNodes);
  const made = { content: element.content, slots: findSlots(element.content, names) };
  const found = made.slots.reduce((n, slot) => n + (slot.name === "" ? 1 : slot.strings.length - 1), 0);
  if (found !== strings.length - 1) throw new Error(`a value stands where none can be, as in a comment, a textarea or a second attribute of a name: ${strings.join("${…}")}`);
  prepared.set(strings, made);
  return made;
}

/**
 * @param {DocumentFragment} content
 * @param {string[]} names as written, since the parser makes them lower case
 */
function findSlots(content, names) {
  /** @type {Slot[]} */
  const slots = [];
  const walker = document.createTreeWalker(content, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_COMMENT);
  for (let at = 0; walker.nextNode(); at++) {
    const node = walker.currentNode;
    if (node instanceof Comment) {
      const [, first] = /^slot-(\d+);$/.exec(node.data) ?? [];
      if (first) slots.push({ at, name: "", strings: [], first: Number(first) });
      continue;
    }
    for (const { name, value } of [.../** @type {Element} */ (node).attributes]) {
      const pieces = value.split(/slot-(\d+);/);
      if (pieces.length === 1) continue;
      /** @type {Element} */ (node).removeAttribute(name);
      slots.push({ at, name: names[Number(pieces[1])], strings: pieces.filter((_, i) => i % 2 === 0), first: Number(pieces[1]) });
    }
  }
  return slots;
}

/** A template that stands in the document. */
class Instance {
  /** @type {{ set(value: unknown): void, dispose?(): void, first: number, count: number }[]} */
  #parts = [];

  /** @param {Template} template */
  constructor(template) {
    this.strings = template.strings;
    const from = prepared.get(template.strings) ?? prepare(template);
    this.fragment = document.importNode(from.content, true);
    /** @type {Node[]} */
    const nodes = [];
    const walker = document.createTreeWalker(this.fragment, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_COMMENT);
    while (walker.nextNode()) nodes.push(walker.currentNode);
    for (const slot of from.slots) {
      const part = newPart(nodes[slot.at], slot);
      this.#parts.push(Object.assign(part, { first: slot.first, count: slot.name === "" ? 1 : slot.strings.length - 1 }));
    }
  }

  /** @param {unknown[]} values */
  update(values) {
    for (const part of this.#parts) {
      part.set(part.count === 1 && !(part instanceof Attribute) ? values[part.first] : values.slice(part.first, part.first + part.count));
    }
  }
}

/**
 * @param {Node} node
 * @param {Slot} slot
 */
function newPart(node, { name, strings }) {
  if (name === "") {
    const end = document.createComment("");
    node.parentNode?.insertBefore(end, node.nextSibling);
    return new Child(/** @type {Comment} */ (node), end);
  }
  const element = /** @type {Element} */ (node);
  switch (name[0]) {
    case "@":
      return new Listener(element, name.slice(1));
    case ".":
      return new Property(element, name.slice(1));
    case "?":
      return new Toggle(element, name.slice(1));
  }
  return name === "ref" ? new Reference(element) : new Attribute(element, name, strings);
}

class Attribute {
  /** @type {string | null} */
  #shown = null;
  /** @type {Record<string, unknown>} */
  #declared = {};
  #element;
  #name;
  #strings;

  /**
   * @param {Element} element
   * @param {string} name
   * @param {string[]} strings around the values
   */
  constructor(element, name, strings) {
    this.#element = element;
    this.#name = name;
    this.#strings = strings;
  }

  /** @param {unknown[]} values */
  set(values) {
    const declarations = values[0] || {};
    if (this.#name === "style" && typeof declarations === "object") return this.#style(/** @type {any} */ (declarations));
    const whole = this.#strings.length === 2 && this.#strings[0] === "" && this.#strings[1] === "";
    const text = whole ? attributeText(values[0]) : this.#strings.reduce((t, s, i) => t + (attributeText(values[i - 1]) ?? "") + s);
    if (text === this.#shown) return;
    this.#shown = text;
    if (text === null) this.#element.removeAttribute(this.#name);
    else this.#element.setAttribute(this.#name, text);
  }

  /** @param {Record<string, unknown>} declarations what the policy allows in place of the attribute */
  #style(declarations) {
    const { style } = /** @type {HTMLElement} */ (this.#element);
    for (const name of Object.keys(this.#declared)) if (!(name in declarations)) style.removeProperty(name);
    for (const [name, value] of Object.entries(declarations)) style.setProperty(name, attributeText(value) ?? "");
    this.#declared = { ...declarations };
  }
}

/**
 * @param {unknown} value
 * @returns {string | null}
 */
function attributeText(value) {
  if (value === null || value === undefined || value === false) return null;
  if (value === true) return "";
  return Array.isArray(value) ? value.filter(Boolean).join(" ") : String(value);
}

class Toggle {
  /**
   * @param {Element} element
   * @param {string} name
   */
  constructor(element, name) {
    this.set = (/** @type {unknown} */ value) => void element.toggleAttribute(name, Boolean(value));
  }
}

class Property {
  /**
   * @param {any} element
   * @param {string} name
   */
  constructor(element, name) {
    this.set = (/** @type {unknown} */ value) => {
      if (element[name] instanceof Signal) element[name].value = value;
      else if (element[name] !== value) element[name] = value;
    };
  }
}

class Reference {
  #told = false;
  #element;

  /** @param {Element} element */
  constructor(element) {
    this.#element = element;
  }

  /** @param {any} fn */
  set(fn) {
    if (!this.#told) fn?.(this.#element);
    this.#told = true;
  }
}

class Listener {
  /** @type {any} */
  #fn = null;

  /**
   * @param {Element} element
   * @param {string} name
   */
  constructor(element, name) {
    element.addEventListener(name, (event) => typeof this.#fn === "function" && this.#fn.call(element, event));
  }

  /** @param {unknown} fn */
  set(fn) {
    this.#fn = fn;
  }
}

/** What stands between two comments. */
class Child {
  /** @type {Text | null} */
  #text = null;
  /** @type {Instance | null} */
  #instance = null;
  /** @type {Map<unknown, Child> | null} */
  #list = null;
  /** @type {Node | null} */
  #node = null;

  /**
   * @param {Comment} start
   * @param {Comment} end its later sibling
   */
  constructor(start, end) {
    this.start = start;
    this.end = end;
  }

  /** @param {unknown} value */
  set(value) {
    if (value === null || value === undefined || typeof value === "boolean" || value === "") this.clear();
    else if (value instanceof Template) this.#setTemplate(value);
    else if (Array.isArray(value)) this.#setList(value);
    else if (value instanceof Node) this.#setNode(value);
    else this.#setText(String(value));
  }

  clear() {
    this.#text = this.#instance = this.#list = this.#node = null;
    while (this.start.nextSibling && this.start.nextSibling !== this.end) this.start.nextSibling.remove();
  }

  /** @param {string} text */
  #setText(text) {
    if (!this.#text) {
      this.clear();
      this.#text = document.createTextNode(text);
      this.end.before(this.#text);
    } else if (this.#text.data !== text) {
      this.#text.data = text;
    }
  }

  /** @param {Node} node */
  #setNode(node) {
    if (this.#node === node) return;
    this.clear();
    this.#node = node;
    this.end.parentNode?.insertBefore(node, this.end);
  }

  /** @param {Template} template */
  #setTemplate(template) {
    if (this.#instance?.strings === template.strings) return this.#instance.update(template.values);
    this.clear();
    this.#instance = new Instance(template);
    this.#instance.update(template.values);
    this.end.before(this.#instance.fragment);
  }

  /** @param {unknown[]} items */
  #setList(items) {
    if (!this.#list) {
      this.clear();
      this.#list = new Map();
    }
    const old = this.#list;
    /** @type {Map<unknown, unknown>} */
    const next = new Map();
    items.forEach((item, i) => {
      let key = item instanceof Template && item.key !== undefined ? item.key : `#${i}`;
      while (next.has(key)) key = `${String(key)}#${i}`; // a key that comes twice is shown twice
      next.set(key, item);
    });
    for (const [key, child] of old) {
      if (next.has(key)) continue;
      child.remove();
      old.delete(key);
    }
    const resting = inOrder([...old.keys()], next);
    this.#list = new Map();
    /** @type {ChildNode | null} */
    let at = this.start.nextSibling;
    for (const [key, item] of next) {
      const child = old.get(key) ?? newChild(at);
      if (resting.has(key)) at = child.end.nextSibling;
      else if (old.has(key)) child.moveBefore(at);
      child.set(item);
      this.#list.set(key, child);
    }
  }

  remove() {
    this.clear();
    this.start.remove();
    this.end.remove();
  }

  /** @param {ChildNode | null} at */
  moveBefore(at) {
    const range = document.createRange();
    range.setStartBefore(this.start);
    range.setEndAfter(this.end);
    at?.before(range.extractContents());
  }
}

/**
 * As many keys as can stay where they are, while the others move around them: an
 * element that moves loses focus, and its place in what it scrolls.
 * @param {unknown[]} keys as they are
 * @param {Map<unknown, unknown>} next as they will be
 */
function inOrder(keys, next) {
  const places = new Map([...next.keys()].map((key, i) => [key, i]));
  /** @type {{ key: unknown, place: number, before: any }[]} the last of the best runs of each length */
  const ends = [];
  for (const key of keys) {
    const place = places.get(key) ?? 0;
    let low = 0;
    for (let high = ends.length; low < high;) {
      const middle = (low + high) >> 1;
      if (ends[middle].place < place) low = middle + 1;
      else high = middle;
    }
    ends[low] = { key, place, before: ends[low - 1] };
  }
  const stay = new Set();
  for (let end = ends.at(-1); end; end = end.before) stay.add(end.key);
  return stay;
}

/** @param {ChildNode | null} at */
function newChild(at) {
  const child = new Child(document.createComment(""), document.createComment(""));
  at?.before(child.start, child.end);
  return child;
}
