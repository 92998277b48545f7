// Who takes part in what is booked: a part of the form for each, and what they
// are asked.

import { html, keyed } from "../core/dom.js";
import { zoneName, zones } from "../core/wall.js";
import { selectField, textArea, textField } from "../ui/form.js";
import { icon } from "../ui/icon.js";

/**
 * @typedef {{ question: string, type: "TEXT" | "NUMBER" | "CHOICE" | "EMAIL" | "PHONE", required: boolean, choices: string[] }} Question
 * @typedef {import("../ui/form.js").Form<Record<string, any>>} Form
 */

/** The name of a field in the form. Seats have numbers of their own, so that taking one away moves no other. @param {number} seat @param {string} name */
const of = (seat, name) => `seat${seat}.${name}`;

/**
 * The fields of all seats.
 * @param {Form} form
 * @param {{ seats: number[], most: number, questions: Question[], add: () => void, remove: (seat: number) => void }} what
 *   most: how many there may be
 */
export function attendeeFields(form, { seats, most, questions, add, remove }) {
  const options = [{ value: "", label: "As the host's" }, ...zones().map((z) => ({ value: z, label: zoneName(z) }))];
  return html`<div class="stack">
    ${seats.map((seat, i) => keyed(seat, html`<fieldset class=${["seat", most === 1 && "plain"]}>
      <legend>${most > 1 ? `Attendee ${i + 1}` : "Attendee"}</legend>
      <div class="pair">
        ${textField(form, of(seat, "name"), { label: "Name", required: true })}
        ${textField(form, of(seat, "email"), { label: "E-mail", type: "email", required: true })}
        ${textField(form, of(seat, "phone"), { label: "Phone", type: "tel" })}
        ${selectField(form, of(seat, "timeZone"), { label: "Time zone", options })}
      </div>
      ${questions.map((q, n) => answerField(form, of(seat, `answers.${n}.answer`), q))}
      ${seats.length > 1 && html`<div><button type="button" class="button small" @click=${() => remove(seat)}>${icon("close")} Remove attendee ${i + 1}</button></div>`}
    </fieldset>`))}
    ${most > 1 && html`<div class="row"><button type="button" class="button" ?disabled=${seats.length >= most} @click=${add}>${icon("plus")} Add attendee</button>
      <span class="muted small">${seats.length} of at most ${most}</span></div>`}
  </div>`;
}

/**
 * @param {Form} form
 * @param {string} name
 * @param {Question} question
 */
function answerField(form, name, { question, type, required, choices }) {
  const options = { label: question, required };
  switch (type) {
    case "CHOICE":
      return selectField(form, name, { ...options, options: [{ value: "", label: "Choose…" }, ...choices.map((c) => ({ value: c, label: c }))] });
    case "NUMBER":
      return textField(form, name, { ...options, inputmode: "decimal", class: "short" });
    case "EMAIL":
      return textField(form, name, { ...options, type: "email" });
    case "PHONE":
      return textField(form, name, { ...options, type: "tel" });
    case "TEXT":
      return textArea(form, name, { ...options, rows: 2 });
  }
}

/** What the fields of a seat begin with. @param {number} seat */
export function seatValues(seat) {
  return { [of(seat, "name")]: "", [of(seat, "email")]: "", [of(seat, "phone")]: "", [of(seat, "timeZone")]: "" };
}

/**
 * The seats as the server takes them.
 * @param {Record<string, any>} values
 * @param {number[]} seats
 * @param {Question[]} questions
 */
export function attendeesInput(values, seats, questions) {
  return seats.map((seat) => {
    const value = (/** @type {string} */ name) => String(values[of(seat, name)] ?? "");
    return {
      name: value("name").trim(),
      email: value("email").trim(),
      phone: value("phone").trim() || null,
      timeZone: value("timeZone") || null,
      answers: questions.map(({ question }, n) => ({ question, answer: value(`answers.${n}.answer`) })),
    };
  });
}

/**
 * The field of the form that an error is about: attendees.0.email is seat3.email
 * where the first attendee has that number.
 * @param {string} field as the server names it
 * @param {Record<string, any>} values
 * @param {number[]} seats
 * @param {Question[]} questions
 */
export function fieldOf(field, values, seats, questions) {
  const [, at, name] = /^attendees\.(\d+)\.(.+)$/.exec(field) ?? [];
  const seat = seats[Number(at)];
  if (!name || seat === undefined) return field;
  if (name !== "answers") return of(seat, name);
  const open = questions.findIndex((q, n) => q.required && !String(values[of(seat, `answers.${n}.answer`)] ?? "").trim());
  return of(seat, `answers.${Math.max(open, 0)}.answer`);
}
