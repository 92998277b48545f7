// What the form of a routing form holds, from and to what the server takes. A
// condition names its question by the key of its row, so that it goes along when
// the question's text is changed.

import { questionInputs, questionRows } from "../ui/questions.js";
import { row } from "../ui/rows.js";

/**
 * @typedef {{ type: string, value: string }} Destination
 * @typedef {{ question: string, operator: string, value: string }} Condition
 * @typedef {{ match: string, conditions: Condition[], destination: Destination }} Route
 * @typedef {{ id: string, name: string, status: string, questions: (import("../ui/questions.js").Question & { id: string })[], routes: Route[], fallback: Destination }} RoutingForm
 * @typedef {{ key: number, of: number, operator: string, value: string }} ConditionRow of: the key of its question's row
 * @typedef {{ key: number, match: string, conditions: ConditionRow[], destination: Destination }} RouteRow
 */

export const fields = `id name status questions { id question type required choices } routes { match conditions { question operator value } destination { type value } } fallback { type value }`;

const words = {
  EQUALS: "is", NOT_EQUALS: "is not", CONTAINS: "contains", NOT_CONTAINS: "does not contain",
  GREATER_THAN: "is more than", LESS_THAN: "is less than", ANSWERED: "is answered", NOT_ANSWERED: "is not answered",
};

/** @param {string} operator */
export const operatorText = (operator) => /** @type {Record<string, string>} */ (words)[operator] ?? operator;

/** What can be asked of answers of a type. @param {string} type */
export function operatorsOf(type) {
  const numbers = ["GREATER_THAN", "LESS_THAN"];
  const texts = ["CONTAINS", "NOT_CONTAINS"];
  const left = type === "NUMBER" ? texts : numbers;
  return Object.entries(words).filter(([value]) => !left.includes(value)).map(([value, label]) => ({ value, label }));
}

/** @param {string} operator */
export const comparesNothing = (operator) => operator === "ANSWERED" || operator === "NOT_ANSWERED";

/** @param {RoutingForm | null} form */
export function valuesOf(form) {
  const questions = questionRows(form?.questions ?? [{ question: "", type: "TEXT", required: false, choices: [] }]);
  const keyOf = (/** @type {string} */ text) => questions.find((q) => q.question === text)?.key ?? 0;
  const routes = (form?.routes ?? []).map((r) => row({
    match: r.match,
    destination: { ...r.destination },
    conditions: r.conditions.map((c) => row({ of: keyOf(c.question), operator: c.operator, value: c.value })),
  }));
  return {
    name: form?.name ?? "", status: form?.status ?? "PUBLISHED", questions, routes: /** @type {RouteRow[]} */ (routes),
    fallback: form ? { ...form.fallback } : { type: "CUSTOM_MESSAGE", value: "Thank you. We will be in touch." },
  };
}

/** @typedef {ReturnType<typeof valuesOf>} Values */

/** @param {Values} v */
export function inputOf(v) {
  const textOf = (/** @type {number} */ key) => v.questions.find((q) => q.key === key)?.question.trim() ?? "";
  return {
    name: v.name, status: v.status, questions: questionInputs(v.questions), fallback: v.fallback,
    routes: v.routes.map((r) => ({
      match: r.match, destination: r.destination,
      conditions: r.conditions.map((c) => ({ question: textOf(c.of), operator: c.operator, ...(!comparesNothing(c.operator) && { value: c.value }) })),
    })),
  };
}
