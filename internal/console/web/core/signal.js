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
  /** Grows with each change. */
  version = 0;
  /** Brings the version up to date, where that takes finding out. */
  refresh = () => {};

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
  /** @type {Map<Source, number>} the version that was read */
  #sources = new Map();
  #notify;

  /** @param {() => void} notify called at the first change of what was read; until it is read again, never more */
  constructor(notify) {
    this.#notify = notify;
  }

  /** @param {Source} on */
  depend(on) {
    if (!this.#sources.has(on)) this.#sources.set(on, on.version);
  }

  notify() {
    this.#leave();
    this.#notify();
  }

  clear() {
    this.#leave();
    this.#sources.clear();
  }

  #leave() {
    for (const source of this.#sources.keys()) source.readers.delete(this);
  }

  /**
   * Whether something has another value than was read: what is computed may have
   * come to the same again. If not, notify is called at the next change.
   */
  stale() {
    for (const [source, version] of this.#sources) {
      source.refresh();
      if (source.version !== version) return true;
    }
    for (const source of this.#sources.keys()) source.readers.add(this);
    return false;
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
    this.#source.version++;
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
  #known = false; // there is a value, if not a fresh one
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
    this.#source.refresh = () => {
      try {
        this.peek();
      } catch {
        // whoever reads it gets the error
      }
    };
  }

  /** @returns {T} */
  get value() {
    try {
      return this.peek();
    } finally {
      this.#source.read(); // now that its version is known
    }
  }

  /** @returns {T} */
  peek() {
    if (!this.#fresh && !(this.#known && !this.#reads.stale())) this.#find();
    this.#fresh = true;
    return /** @type {T} */ (this.#value);
  }

  #find() {
    const before = this.#known;
    this.#known = false;
    try {
      const value = this.#reads.read(this.#fn);
      if (!before || !Object.is(value, this.#value)) this.#source.version++;
      this.#value = value;
      this.#known = true;
    } finally {
      if (!this.#known) this.#source.version++; // an error is a change, too
    }
  }
}

/**
 * A value that follows from others. It is found out when it is read; what comes
 * to the same again is no change.
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
  const reads = new Dependencies(() => queueMicrotask(() => !stopped && reads.stale() && reads.read(fn)));
  reads.read(fn);
  return () => {
    stopped = true;
    reads.clear();
  };
}
