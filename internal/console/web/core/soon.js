// Work that many things ask for and that needs to be done once for all of them:
// loading anew while events come in, say.

/**
 * Returns a function that runs work soon; asked for meanwhile, it runs once more,
 * but no sooner than it has rested. However much happens, there is never more
 * than one run at a time, and never none after the last thing that happened.
 * @param {() => Promise<unknown>} work
 * @param {{ wait?: number, rest?: number }} [how] in milliseconds: before a run, and from the end of one to the next
 * @returns {{ (): void, stop(): void }}
 */
export function soon(work, { wait = 250, rest = 1500 } = {}) {
  let asked = false;
  let running = false;
  let stopped = false;
  let ended = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function run() {
    timer = undefined;
    asked = false;
    running = true;
    await work().catch(() => {}); // what fails is shown by who loads
    running = false;
    ended = performance.now();
    if (asked) plan();
  }

  function plan() {
    asked = true;
    if (running || timer || stopped) return;
    timer = setTimeout(() => void run(), Math.max(wait, ended + rest - performance.now()));
  }

  return Object.assign(plan, {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  });
}
