// What came back: an answer, or the messages of a subscription, of which the newest
// are kept. What is long is shown in part; it can be copied and saved as a whole.

import { html, keyed } from "../core/dom.js";
import { compact, duration, number, toTheSecond } from "../core/format.js";
import { code } from "../ui/code.js";
import { icon } from "../ui/icon.js";
import { copy, stateBadge } from "../ui/parts.js";

/**
 * @typedef {{ id: number, at: string, text: string }} Message
 * @typedef {{ answer: import("./send.js").Answer | null, messages: Message[], count: number, state: "" | "running" | "following" | "ended" | "stopped", failed: string }} Result
 *   count: of all messages, also those that are not kept
 */

const longest = 128 << 10; // characters of an answer
const longestMessage = 16 << 10;
export const kept = 50; // messages

/** @param {Result} result */
export function resultView({ answer, messages, count, state, failed }) {
  if (failed) return html`<div class="result"><div class="note bad" role="alert">${icon("warn")}<div>${failed}</div></div></div>`;
  if (answer) return answerView(answer);
  if (state === "following" || state === "ended" || state === "stopped") return streamView(messages, count, state);
  return html`<div class="result empty muted"><p>${state === "running" ? "Waiting for the answer…" : "What the server answers is shown here."}</p></div>`;
}

/** @param {import("./send.js").Answer} answer */
function answerView({ status, text, milliseconds, bytes }) {
  const bad = status >= 400 || text.startsWith('{\n  "errors"');
  return html`<div class="result">
    <p class="row small number" role="status">${stateBadge(bad ? "FAILED" : "DONE", `${status}`)} ${duration(milliseconds)}, ${size(bytes)}</p>
    ${text.length > longest && html`<div class="note info">${icon("info")}<div>The first ${size(longest)} are shown. <span class="row">${copy(text, "Copy all")} <button type="button" class="button quiet small" @click=${() => save(text)}>Save as a file</button></span></div></div>`}
    ${code(text.slice(0, longest), { label: "Answer", grammar: "json" })}
  </div>`;
}

/** @param {Message[]} messages @param {number} count @param {string} state */
function streamView(messages, count, state) {
  const said = { following: "Following", ended: "The server ended it", stopped: "Stopped" }[state] ?? "";
  return html`<div class="result">
    <p class="row small number" role="status">${stateBadge(state === "following" ? "RUNNING" : "DONE", said)}</p>
    <p class="small muted number">${number(count)} ${count === 1 ? "message" : "messages"}, the newest first${count > kept && `; ${number(kept)} are kept`}</p>
    ${messages.length === 0 && state === "following" && html`<p class="muted">Nothing has come yet.</p>`}
    <ol class="messages">${messages.map((m) => keyed(m.id, html`<li><div class="row between small muted number"><span>${number(m.id)}</span><time datetime=${m.at}>${toTheSecond(m.at)}</time></div>${code(m.text.length > longestMessage ? `${m.text.slice(0, longestMessage)}…` : m.text, { label: `Message ${m.id}`, grammar: "json" })}</li>`))}</ol>
  </div>`;
}

/** @param {number} bytes */
const size = (bytes) => (bytes < 1024 ? `${bytes} B` : bytes < 1 << 20 ? `${compact(bytes / 1024)} KB` : `${compact(bytes / (1 << 20))} MB`);

/** @param {string} text */
function save(text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = "answer.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
