// Idempotency keys: a command that is sent again because no answer came is
// carried out once.

/** Random, also where the page came without TLS and there is no randomUUID. */
function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The key of a form's command. The same input has the same key until it is done; other input has another. */
export class Once {
  #input = "";
  #key = "";

  /** @param {unknown} input */
  key(input) {
    const text = JSON.stringify(input);
    if (text !== this.#input || !this.#key) {
      this.#input = text;
      this.#key = `console-${randomKey()}`;
    }
    return this.#key;
  }

  /** The command was carried out: the next one is another, also with the same input. */
  done() {
    this.#key = "";
  }
}
