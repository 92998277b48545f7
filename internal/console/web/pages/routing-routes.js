// The editor of a routing form's routes: the first one whose conditions are met
// leads.

import { html, keyed } from "../core/dom.js";
import { field, groupOf, selectField } from "../ui/form.js";
import { choicesOf } from "../ui/questions.js";
import { Rows } from "../ui/rows.js";
import { destinationFields } from "./routing-destination.js";
import { comparesNothing, operatorsOf } from "./routing-form-values.js";

/**
 * @typedef {import("../ui/form.js").Form<import("./routing-form-values.js").Values>} RoutingFormForm
 * @typedef {import("./routing-form-values.js").RouteRow} RouteRow
 * @typedef {import("./routing-form-values.js").ConditionRow} ConditionRow
 * @typedef {import("../ui/questions.js").QuestionRow} QuestionRow
 */

const matches = [{ value: "ALL", label: "All of these" }, { value: "ANY", label: "Any of these" }];

/** @param {RoutingFormForm} form @param {import("./routing-destination.js").Target[]} targets */
export function routesEditor(form, targets) {
  /** @type {Rows<RouteRow>} */
  const rows = new Rows(form.id("routes"), "route", () => form.values.value.routes, (all) => form.set("routes", all));
  return groupOf(form, "routes", { label: "Routes", required: true, hint: "From the top: the first one whose conditions are met leads. Who is taken by none comes to the fallback." }, html`
    ${rows.all().length > 0 && html`<ol class="rows">${rows.all().map((r, i) => keyed(r.key, html`<li class="edit-row" id=${rows.id(r)}>${route(form, rows, r, i, targets)}</li>`))}</ol>`}
    ${rows.adder("Add route", () => ({ match: "ALL", conditions: [], destination: { type: "EVENT_TYPE", value: "" } }))}`);
}

/**
 * @param {RoutingFormForm} form
 * @param {Rows<RouteRow>} rows
 * @param {RouteRow} r
 * @param {number} i
 * @param {import("./routing-destination.js").Target[]} targets
 */
function route(form, rows, r, i, targets) {
  const { questions } = form.values.value;
  const path = `routes.${i}`;
  /** @type {Rows<ConditionRow>} */
  const conditions = new Rows(`${rows.id(r)}-conditions`, `condition of route ${i + 1}:`, () => rows.all().find((x) => x.key === r.key)?.conditions ?? [], (all) => rows.change(r, { conditions: all }));
  return html`<fieldset class="stack tight">
    <legend class="visually-hidden">Route ${i + 1}</legend>
    <div class="edit-row-head"><span class="edit-row-number" aria-hidden="true">${i + 1}</span>${rows.buttons(r, i)}</div>
    ${r.conditions.length === 0
      ? html`<p class="small muted">Without conditions it takes everybody who comes this far.</p>`
      : html`${r.conditions.length > 1 ? selectField(form, `${path}.match`, { label: "Taken when", required: true, options: matches, value: r.match, set: (match) => rows.change(r, { match }) }) : html`<span class="scope-name">Taken when</span>`}
        <ul class="stack tight">${r.conditions.map((c, j) => keyed(c.key, html`<li id=${conditions.id(c)}><div class="condition" role="group" aria-label=${`Condition ${j + 1} of route ${i + 1}`}>${condition(form, conditions, c, `${path}.conditions.${j}`, questions)}${conditions.buttons(c, j, { fixed: true })}</div></li>`))}</ul>`}
    ${conditions.adder("Add condition", () => ({ of: questions[0]?.key ?? 0, operator: "EQUALS", value: "" }))}
    ${destinationFields(form, `${path}.destination`, r.destination, (destination) => rows.change(r, { destination }), targets, "Leads to")}
  </fieldset>`;
}

/**
 * @param {RoutingFormForm} form
 * @param {Rows<ConditionRow>} rows
 * @param {ConditionRow} c
 * @param {string} path
 * @param {QuestionRow[]} questions
 */
function condition(form, rows, c, path, questions) {
  const question = questions.find((q) => q.key === c.of);
  const operators = operatorsOf(question?.type ?? "TEXT");
  const offered = operators.some((o) => o.value === c.operator) ? operators : [...operators, { value: c.operator, label: "does not fit the question" }];
  return html`<div class="condition-fields">
    ${selectField(form, `${path}.question`, { label: "Answer to", required: true, value: String(question ? c.of : 0), set: (key) => rows.change(c, { of: Number(key), operator: "EQUALS", value: "" }),
      options: [...(question ? [] : [{ value: "0", label: "Choose a question" }]), ...questions.map((q, i) => ({ value: String(q.key), label: q.question || `Question ${i + 1}` }))] })}
    ${selectField(form, `${path}.operator`, { label: "Comparison", required: true, options: offered, value: c.operator, set: (operator) => rows.change(c, { operator, ...(comparesNothing(operator) && { value: "" }) }) })}
    ${!comparesNothing(c.operator) && value(form, rows, c, `${path}.value`, question)}
  </div>`;
}

/**
 * A choice is compared with one of the choices, letter by letter.
 * @param {RoutingFormForm} form
 * @param {Rows<ConditionRow>} rows
 * @param {ConditionRow} c
 * @param {string} path
 * @param {QuestionRow | undefined} question
 */
function value(form, rows, c, path, question) {
  if (question?.type === "CHOICE" && ["EQUALS", "NOT_EQUALS"].includes(c.operator)) {
    const choices = choicesOf(question);
    const known = choices.includes(c.value);
    return selectField(form, path, { label: "Value", required: true, value: c.value, set: (text) => rows.change(c, { value: text }),
      options: [...(known ? [] : [{ value: c.value, label: c.value ? `${c.value} (no choice any more)` : "Choose one" }]), ...choices.map((text) => ({ value: text, label: text }))] });
  }
  return field(form, path, { label: "Value", required: true }, ({ id, describedby, invalid }) => html`<input class="input" id=${id} autocomplete="off" inputmode=${question?.type === "NUMBER" ? "decimal" : null} aria-describedby=${describedby} aria-invalid=${invalid} .value=${c.value} @input=${(/** @type {any} */ e) => rows.change(c, { value: e.target.value })}>`);
}
