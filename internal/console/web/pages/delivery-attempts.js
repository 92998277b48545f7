// The attempts to send a message, on a time line, the newest first.

import { html, keyed } from "../core/dom.js";
import { exactTime, toTheSecond } from "../core/format.js";
import { code, json } from "../ui/code.js";
import { countdown } from "../ui/countdown.js";
import { time } from "../ui/parts.js";
import { prose } from "../ui/prose.js";
import { codeBadge, latency } from "./delivery-parts.js";

/**
 * @typedef {{ at: string, statusCode: number | null, latencyMs: number, address: string | null, error: string | null,
 *   requestHeaders: Record<string, string> | null, responseHeaders: Record<string, string> | null, response: string | null }} Attempt
 */

/** @param {{ status: string, attemptCount: number, nextAttemptAt: string | null, attempts: Attempt[] }} delivery */
export function timeline({ status, attemptCount, nextAttemptAt, attempts }) {
  const first = attemptCount - attempts.length + 1;
  return html`<ol class="timeline" reversed aria-label="Attempts, the newest first">
    ${status === "PENDING" && html`<li class="wait">${nextAttemptAt ? html`<strong>Next attempt ${countdown(nextAttemptAt)}</strong> <div class="muted small">${exactTime(nextAttemptAt)}</div>` : html`<strong>${attempts.length > 0 ? "It is its turn again" : "It waits for its turn"}, or is being sent</strong>`}</li>`}
    ${attempts.map((attempt, i) => keyed(attempt.at, one(attempt, first + i))).reverse()}
    ${attempts.length === 0 && status !== "PENDING" && html`<li><span class="muted">It was never tried.</span></li>`}
  </ol>`;
}

/** @param {Attempt} attempt @param {number} n */
function one(attempt, n) {
  const { at, statusCode, address, error } = attempt;
  const fine = statusCode !== null && statusCode >= 200 && statusCode < 300 && !error;
  return html`<li class=${fine ? "ok" : "bad"}>
    <div class="row"><h3>Attempt ${n}</h3> ${codeBadge(statusCode, error)} <span class="small">${latency(attempt)}</span> <span class="muted small">${time(at)}, <time datetime=${at} title=${exactTime(at)}>${toTheSecond(at)}</time>${address && html` to <code>${address}</code>`}</span></div>
    ${error && html`<p class="attempt-error">${prose(error)}</p>`}
    ${(attempt.requestHeaders || attempt.responseHeaders || attempt.response) && html`<details><summary>Request and response</summary><div class="stack tight">
      ${headers("Request headers", attempt.requestHeaders, n)}
      ${headers("Response headers", attempt.responseHeaders, n)}
      ${attempt.response && html`<h4>Response body</h4>${shown(attempt.response, `Response body of attempt ${n}`)}`}
    </div></details>`}
  </li>`;
}

/**
 * @param {string} title
 * @param {Record<string, string> | null} of
 * @param {number} n
 */
function headers(title, of, n) {
  const all = Object.entries(of ?? {});
  if (all.length === 0) return null;
  return html`<h4>${title}</h4>${code(all.map(([name, value]) => `${name}: ${value}`).join("\n"), { label: `${title} of attempt ${n}` })}`;
}

/** @param {string} text @param {string} label */
const shown = (text, label) => (/^\s*[[{"]/.test(text) ? json(text, label) : code(text, { label }));
