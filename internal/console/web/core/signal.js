// Values that tell when they change.
//
//   const count = signal(1);
//   const double = computed(() => count.value * 2);
//   const stop = effect(() => console.log(double.value));   // logs 2
//   count.value = 2;                                        // logs 4, in a microtask
//
// Reading .value inside of computed, effect or a view's view() is what ties
// them together; peek() reads without that.

/** @typedef {{ depend(on: Source): void, notify(): void }} Reader */

/** @type {Reader | null} */
let reading = null;

/**
 * Runs fn, so that what it reads notifies the reader when it changes.
 * @template T
 * @param {Reader | null} reader null: nobody is notified
 * @param {() => T} fn
 * @returns {T}
 */
export function readAs(reader, fn) {
  const before = reading;
  reading = reader;
  try {
    return fn();
  } finally {
    reading = before;
  }
}

class Source {
  /** @type {Set<Reader>} */
  readers = new Set();

  read() {
    if (!reading) return;
    this.readers.add(reading);
    reading.depend(this);
  }

  changed() {
    for (const reader of [...this.readers]) reader.notify();
  }
}

/** What a reader has read, so that it can let go of it. */
export class Dependencies {
  /** @type {Set<Source>} */
  #sources = new Set();
  #notify;

  /** @param {() => void} notify called at the first change of what was read; until it is read again, never more */
  constructor(notify) {
    this.#notify = notify;
  }

  /** @param {Source} on */
  depend(on) {
    this.#sources.add(on);
  }

  notify() {
    this.clear();
    this.#notify();
  }

  clear() {
    for (const source of this.#sources) source.readers.delete(this);
    this.#sources.clear();
  }

  /**
   * @template T
   * @param {() => T} fn
   * @returns {T}
   */
  read(fn) {
    this.clear();
    return readAs(this, fn);
  }
}

/** @template T */
export class Signal {
  #source = new Source();
  #value;

  /** @param {T} value */
  constructor(value) {
    this.#value = value;
  }

  get value() {
    this.#source.read();
    return this.#value;
  }

  set value(value) {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    this.#source.changed();
  }

  peek() {
    return this.#value;
  }
}

/**
 * @template T
 * @param {T} value
 * @returns {Signal<T>}
 */
export function signal(value) {
  return new Signal(value);
}

/** @template T */
class Computed {
  #source = new Source();
  #fresh = false;
  /** @type {T | undefined} */
  #value;
  #fn;
  #reads = new Dependencies(() => {
    this.#fresh = false;
    this.#source.changed();
  });

  /** @param {() => T} fn */
  constructor(fn) {
    this.#fn = fn;
  }

  /** @returns {T} */
  get value() {
    this.#source.read();
    return this.peek();
  }

  /** @returns {T} */
  peek() {
    if (!this.#fresh) {
      this.#value = this.#reads.read(this.#fn);
      this.#fresh = true;
    }
    return /** @type {T} */ (this.#value);
  }
}

/**
 * A value that follows from others. It is found out when it is read.
 * @template T
 * @param {() => T} fn
 */
export function computed(fn) {
  return new Computed(fn);
}

/**
 * Runs fn now, and again in a microtask after what it read has changed.
 * @param {() => void} fn
 * @returns {() => void} stops it
 */
export function effect(fn) {
  let stopped = false;
  const reads = new Dependencies(() => queueMicrotask(() => stopped || reads.read(fn)));
  reads.read(fn);
  return () => {
    stopped = true;
    reads.clear();
  };
}
