// What the server says in words, made easier to read: its times in the browser's
// zone, triggers by their names, operations by the buttons that do them, and
// settings and ids as what they are.

import { html } from "../core/dom.js";
import { dateTime, exactTime, isTime, triggerName } from "../core/format.js";
import { sentence } from "./parts.js";

const special = /(\d{4}-\d\d-\d\dT[\d:.]+Z)|\b(MEETING_[A-Z_]+|ROUTING_FORM_SUBMITTED)\b|\b([a-z]+[A-Z][A-Za-z]+|[a-z]{3}_[0-9a-z]{26})\b/;

/** @type {Readonly<Record<string, string>>} operations, and what is pressed for them */
const buttons = Object.freeze({
  resumeWebhook: "“Resume”", pauseWebhook: "“Pause”", updateWebhook: "“Edit”", rotateWebhookSecret: "“Rotate secret”", testWebhook: "“Send a test”",
  resendDelivery: "“Resend”", replayEvents: "“Replay”",
});

/**
 * The text in pieces: what stands between, and what is special.
 * @param {string} text
 * @param {{ time: (at: string) => unknown, name: (name: string) => unknown }} as how those are shown that are not words
 */
function pieces(text, as) {
  const ended = text.charAt(0) + sentence(text).slice(1); // the name of an operation begins with a small letter
  const all = ended.split(special).map((piece, i) => {
    if (!piece || i % 4 === 0 || (i % 4 === 1 && !isTime(piece))) return piece ?? ""; // a receiver may have written it
    if (i % 4 === 1) return as.time(piece);
    return i % 4 === 2 ? triggerName(piece) : buttons[piece] ?? as.name(piece);
  });
  if (typeof all[0] === "string") all[0] = all[0].charAt(0).toUpperCase() + all[0].slice(1);
  return all;
}

/** @param {string} text */
export const prose = (text) => pieces(text, {
  time: (at) => html`<time datetime=${at} title=${exactTime(at)}>${dateTime(at)}</time>`,
  name: (name) => html`<code>${name}</code>`,
});

/** The same, for where there is no markup, such as a title. @param {string} text */
export const plainProse = (text) => pieces(text, { time: dateTime, name: (name) => name }).join("");
