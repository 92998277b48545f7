// Forms: their values, the errors of their fields, and the fields themselves.
//
//   const form = new Form({ name: "", triggers: [] });
//   html`<form class="form" novalidate @submit=${form.submit(async (values) => { await query(…); })}>
//     ${form.summary()}
//     ${textField(form, "name", { label: "Name", required: true })}
//     ${checkboxes(form, "triggers", { label: "Triggers", options: [{ value: "A", label: "a" }] })}
//     <div class="form-actions">${form.button("Save")}</div>
//   </form>`
//
// The server checks what is entered: its error names a field, which shows it and
// gets the focus. What is about no field of the form stands in the summary.

import { html, keyed } from "../core/dom.js";
import { signal } from "../core/signal.js";
import { drawn } from "../core/view.js";
import { problem, sentence } from "./parts.js";

let forms = 0;

/** @template {Record<string, any>} V */
export class Form {
  /** What a form begins with. */
  #initial;
  #id = `f${++forms}`;
  /** @type {HTMLFormElement | null} */
  #element = null;

  /** @param {V} values */
  constructor(values) {
    this.#initial = values;
    this.values = signal({ ...values });
    this.errors = signal(/** @type {Record<string, string>} */ ({}));
    this.problem = signal(/** @type {Error | null} */ (null));
    this.busy = signal(false);
  }

  /**
   * @param {keyof V & string} name
   * @param {any} value
   */
  set(name, value) {
    this.values.value = { ...this.values.peek(), [name]: value };
    const errors = Object.entries(this.errors.peek()).filter(([at]) => at !== name && !at.startsWith(`${name}.`));
    if (errors.length < Object.keys(this.errors.peek()).length) this.errors.value = Object.fromEntries(errors);
  }

  /** Begins anew. @param {Partial<V>} [values] */
  reset(values = {}) {
    this.values.value = { ...this.#initial, ...values };
    this.errors.value = {};
    this.problem.value = null;
  }

  /** Of the values, those that are not what the form began with. @returns {Partial<V>} */
  changed() {
    const now = this.values.peek();
    return /** @type {any} */ (Object.fromEntries(Object.entries(now).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(this.#initial[name]))));
  }

  /** @param {string} name */
  id(name) {
    return `${this.#id}-${name.replaceAll(".", "-")}`;
  }

  /**
   * A listener for submit: sends, and shows what is refused.
   * @param {(values: V) => Promise<unknown>} send
   */
  submit(send) {
    return async (/** @type {Event} */ event) => {
      event.preventDefault();
      if (this.busy.peek()) return;
      const element = (this.#element = /** @type {HTMLFormElement} */ (event.currentTarget));
      element.dataset.sends = ""; // at once, for who looks before it is drawn
      this.busy.value = true;
      this.errors.value = {};
      this.problem.value = null;
      try {
        await send(this.values.peek());
      } catch (error) {
        this.fail(/** @type {any} */ (error));
      }
      delete element.dataset.sends;
      this.busy.value = false;
    };
  }

  /**
   * Shows an error at the field that it names, or at the nearest one around it:
   * of routes.0.destination.value, else of routes.0.destination, and so on.
   * @param {Error & { field?: string }} error
   */
  fail(error) {
    const steps = (error.field ?? "").split(".");
    const shown = steps.map((_, i) => steps.slice(0, steps.length - i).join(".")).find((name) => name && this.#find(name));
    if (!shown) {
      this.problem.value = error;
      void drawn().then(() => this.#element?.querySelector("[role=alert]")?.scrollIntoView({ block: "nearest" }));
      return;
    }
    this.errors.value = { [shown]: sentence(error.message) };
    const element = this.#find(shown);
    for (let details = element?.closest("details"); details; details = details.parentElement?.closest("details")) details.open = true;
    void drawn().then(() => element?.focus()); // the error is there by then, and is read out with the field
  }

  /** @param {string} name */
  #find(name) {
    const found = /** @type {HTMLElement | null} */ (this.#element?.querySelector(`#${CSS.escape(this.id(name))}`) ?? null);
    if (!found || found.matches("input, select, textarea")) return found;
    const inside = /** @type {HTMLElement | null} */ (found.querySelector("input, select, textarea, button"));
    if (!inside) found.tabIndex = -1;
    return inside ?? found;
  }

  summary() {
    return this.problem.value && problem(this.problem.value);
  }

  /** The button that submits. It keeps the focus while it does. @param {string} text @param {{ danger?: boolean }} [how] */
  button(text, { danger = false } = {}) {
    return html`<button type="submit" class=${["button primary", danger && "danger"]} aria-busy=${this.busy.value ? "true" : null} aria-disabled=${this.busy.value ? "true" : null}>${text}</button>`;
  }
}

/**
 * @typedef {{ label: string, hint?: unknown, required?: boolean, value?: any, set?: (value: any) => void }} FieldOptions
 *   value, set: of what is not the form's value of that name, but a part of another one: name is its path then,
 *   such as questions.0.type
 */

/**
 * The label, hint and error around a control.
 * @param {Form<any>} form
 * @param {string} name
 * @param {FieldOptions} options
 * @param {(attributes: { id: string, describedby: string | null, invalid: "true" | null }) => unknown} control
 */
export function field(form, name, { label, hint, required }, control) {
  const id = form.id(name);
  const error = form.errors.value[name];
  const describedby = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || null;
  return html`<div class="field">
    <label for=${id}>${label}${required ? "" : html` <span class="muted small">(optional)</span>`}</label>
    ${hint && html`<div class="hint" id="${id}-hint">${hint}</div>`}
    ${control({ id, describedby, invalid: error ? "true" : null })}
    ${error && html`<div class="error" id="${id}-error">${error}</div>`}
  </div>`;
}

/**
 * @param {Form<any>} form
 * @param {string} name
 * @param {FieldOptions & { type?: string, placeholder?: string, autocomplete?: string, inputmode?: string, min?: string | number, max?: string | number, step?: string | number, class?: string }} options
 */
export function textField(form, name, options) {
  return field(form, name, options, ({ id, describedby, invalid }) => html`<input class=${["input", options.class]} id=${id} name=${name} type=${options.type ?? "text"}
    placeholder=${options.placeholder} autocomplete=${options.autocomplete ?? "off"} inputmode=${options.inputmode} min=${options.min} max=${options.max} step=${options.step}
    ?required=${options.required} aria-describedby=${describedby} aria-invalid=${invalid}
    .value=${(options.set ? options.value : form.values.value[name]) ?? ""} @input=${(/** @type {any} */ e) => (options.set ? options.set(e.target.value) : form.set(name, e.target.value))}>`);
}

/**
 * @param {Form<any>} form
 * @param {string} name
 * @param {FieldOptions & { placeholder?: string, rows?: number, mono?: boolean }} options
 */
export function textArea(form, name, options) {
  return field(form, name, options, ({ id, describedby, invalid }) => html`<textarea class=${["input", options.mono && "mono"]} id=${id} name=${name} rows=${options.rows ?? 4}
    placeholder=${options.placeholder} spellcheck=${options.mono ? "false" : null} ?required=${options.required} aria-describedby=${describedby} aria-invalid=${invalid}
    .value=${(options.set ? options.value : form.values.value[name]) ?? ""} @input=${(/** @type {any} */ e) => (options.set ? options.set(e.target.value) : form.set(name, e.target.value))}></textarea>`);
}

/**
 * @param {Form<any>} form
 * @param {string} name
 * @param {FieldOptions & { options: { value: string, label: string }[] }} options
 */
export function selectField(form, name, options) {
  const chosen = (options.set ? options.value : form.values.value[name]) ?? "";
  return field(form, name, options, ({ id, describedby, invalid }) => html`<select class="input" id=${id} name=${name} ?required=${options.required} aria-describedby=${describedby} aria-invalid=${invalid}
    @change=${(/** @type {any} */ e) => (options.set ? options.set(e.target.value) : form.set(name, e.target.value))}>${options.options.map((o) => html`<option value=${o.value} .selected=${o.value === chosen}>${o.label}</option>`)}</select>`);
}

/**
 * Any number of several: the value is an array, in the order of the options.
 * @param {Form<any>} form
 * @param {string} name
 * @param {FieldOptions & { options: { value: string, label: string, hint?: string }[] }} options
 */
export function checkboxes(form, name, options) {
  /** @type {string[]} */
  const chosen = form.values.value[name] ?? [];
  const toggle = (/** @type {string} */ value) => {
    const now = new Set(form.values.peek()[name]);
    if (!now.delete(value)) now.add(value);
    form.set(name, options.options.map((o) => o.value).filter((v) => now.has(v)));
  };
  return groupOf(form, name, options, options.options.map((o) => keyed(o.value, html`<label class="check"><input type="checkbox" name=${name} value=${o.value} .checked=${chosen.includes(o.value)} @change=${() => toggle(o.value)}><span>${o.label}${o.hint && html`<span class="hint">${o.hint}</span>`}</span></label>`)));
}

/**
 * One of several.
 * @param {Form<any>} form
 * @param {string} name
 * @param {FieldOptions & { options: { value: string, label: string, hint?: string }[] }} options
 */
export function radios(form, name, options) {
  const chosen = form.values.value[name];
  return groupOf(form, name, options, options.options.map((o) => html`<label class="check"><input type="radio" name=${form.id(name)} value=${o.value} .checked=${chosen === o.value} @change=${() => form.set(name, o.value)}><span>${o.label}${o.hint && html`<span class="hint">${o.hint}</span>`}</span></label>`));
}

/**
 * The legend, hint and error around several controls.
 * @param {Form<any>} form
 * @param {string} name
 * @param {FieldOptions} options
 * @param {unknown} content
 */
export function groupOf(form, name, { label, hint, required }, content) {
  const id = form.id(name);
  const error = form.errors.value[name];
  return html`<fieldset id=${id} aria-describedby=${[hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || null}>
    <legend>${label}${required ? "" : html` <span class="muted small">(optional)</span>`}</legend>
    ${hint && html`<div class="hint" id="${id}-hint">${hint}</div>`}
    <div class="checks">${content}</div>
    ${error && html`<div class="error" id="${id}-error">${error}</div>`}
  </fieldset>`;
}

/**
 * Yes or no.
 * @param {Form<any>} form
 * @param {string} name
 * @param {{ label: string, hint?: string }} options
 */
export function checkbox(form, name, { label, hint }) {
  const error = form.errors.value[name];
  return html`<div class="check-field"><label class="check"><input type="checkbox" id=${form.id(name)} name=${name} aria-invalid=${error ? "true" : null} aria-describedby=${error ? `${form.id(name)}-error` : null} .checked=${Boolean(form.values.value[name])} @change=${(/** @type {any} */ e) => form.set(name, e.target.checked)}><span>${label}${hint && html`<span class="hint">${hint}</span>`}</span></label>${error && html`<div class="error" id="${form.id(name)}-error">${error}</div>`}</div>`;
}
