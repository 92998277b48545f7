// What the server says in words, made easier to read: its times in the browser's
// zone, triggers by their names, and operations, settings and ids as what they are.

import { html } from "../core/dom.js";
import { dateTime, exactTime, triggerName } from "../core/format.js";
import { sentence } from "./parts.js";

const special = /(\d{4}-\d\d-\d\dT[\d:.]+Z)|\b(MEETING_[A-Z_]+|ROUTING_FORM_SUBMITTED)\b|\b([a-z]+[A-Z][A-Za-z]+|[a-z]{3}_[0-9a-z]{26})\b/;

/** @param {string} text */
export function prose(text) {
  return sentence(text).split(special).map((piece, i) => {
    if (!piece || i % 4 === 0) return piece;
    if (i % 4 === 1) return html`<time datetime=${piece} title=${exactTime(piece)}>${dateTime(piece)}</time>`;
    return i % 4 === 2 ? triggerName(piece) : html`<code>${piece}</code>`;
  });
}
