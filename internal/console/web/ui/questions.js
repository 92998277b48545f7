// The editor of questions that somebody is asked: those of event types, and those
// of routing forms.

import { html, keyed } from "../core/dom.js";
import { groupOf, selectField, textArea, textField } from "./form.js";
import { row, Rows, unkeyed } from "./rows.js";

/**
 * @typedef {{ id?: string, question: string, type: string, required: boolean, choices: string[] }} Question
 * @typedef {{ key: number, id?: string, question: string, type: string, required: boolean, choices: string }} QuestionRow choices: one in a line
 */

export const questionTypes = [
  { value: "TEXT", label: "Text" },
  { value: "CHOICE", label: "One of several choices" },
  { value: "NUMBER", label: "Number" },
  { value: "EMAIL", label: "E-mail address" },
  { value: "PHONE", label: "Phone number" },
];

/** @param {string} type */
export const questionType = (type) => questionTypes.find((t) => t.value === type)?.label ?? type;

/** @param {Question[]} questions @returns {QuestionRow[]} */
export function questionRows(questions) {
  return questions.map(({ id, question, type, required, choices }) => row({ id, question, type, required, choices: choices.join("\n") }));
}

/** What the server takes. @param {QuestionRow[]} rows */
export function questionInputs(rows) {
  return rows.map(unkeyed).map(({ question, type, required, choices }) => ({ question: question.trim(), type, required, ...(type === "CHOICE" && { choices: choicesOf({ choices }) }) }));
}

/** @param {{ choices: string }} of */
export function choicesOf({ choices }) {
  return choices.split("\n").map((c) => c.trim()).filter(Boolean);
}

/**
 * @param {import("./form.js").Form<any>} form
 * @param {string} name of a value that holds QuestionRows
 * @param {{ label: string, hint?: unknown, required?: boolean }} options
 */
export function questionsEditor(form, name, options) {
  /** @type {Rows<QuestionRow>} */
  const rows = new Rows(form.id(name), "question", () => form.values.value[name], (all) => form.set(name, all));
  return groupOf(form, name, options, html`
    ${rows.all().length > 0 && html`<ol class="rows">${rows.all().map((q, i) => keyed(q.key, html`<li class="edit-row" id=${rows.id(q)}>${questionRow(form, rows, q, i, `${name}.${i}`)}</li>`))}</ol>`}
    ${rows.adder("Add question", () => ({ question: "", type: "TEXT", required: false, choices: "" }))}`);
}

/**
 * @param {import("./form.js").Form<any>} form
 * @param {Rows<QuestionRow>} rows
 * @param {QuestionRow} q
 * @param {number} i
 * @param {string} path
 */
function questionRow(form, rows, q, i, path) {
  return html`<fieldset class="stack tight">
    <legend class="visually-hidden">Question ${i + 1}</legend>
    <div class="edit-row-head"><span class="edit-row-number" aria-hidden="true">${i + 1}</span>${rows.buttons(q, i)}</div>
    ${textField(form, `${path}.question`, { label: "Question", required: true, value: q.question, set: (question) => rows.change(q, { question }) })}
    <div class="edit-cols">
      ${selectField(form, `${path}.type`, { label: "Answer", required: true, options: questionTypes, value: q.type, set: (type) => rows.change(q, { type }) })}
      <label class="check"><input type="checkbox" .checked=${q.required} @change=${(/** @type {any} */ e) => rows.change(q, { required: e.target.checked })}><span>Has to be answered</span></label>
    </div>
    ${q.type === "CHOICE" && textArea(form, `${path}.choices`, { label: "Choices", required: true, rows: 3, hint: "One in each line.", value: q.choices, set: (choices) => rows.change(q, { choices }) })}
  </fieldset>`;
}
