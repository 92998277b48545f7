// What a page is measured by: tasks that block it, how long it takes to react, and the
// time from one frame to the next.

/** Begins to record; for addInitScript, so it must not use anything from outside. */
export function record() {
  const seen = { tasks: [], interactions: [], frames: [], shifts: 0, recording: false };
  const observe = (type, each, more = {}) => new PerformanceObserver((list) => {
    if (seen.recording) list.getEntries().forEach(each);
  }).observe({ type, ...more });
  observe('longtask', ({ duration }) => seen.tasks.push(duration));
  observe('event', ({ duration, interactionId, name }) => {
    if (interactionId) seen.interactions.push({ id: interactionId, name, duration });
  }, { durationThreshold: 16 });
  observe('layout-shift', ({ value, hadRecentInput }) => { if (!hadRecentInput) seen.shifts += value; });
  let last = 0;
  const frame = (now) => {
    if (seen.recording && last) seen.frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  window.smoothness = seen;
}

/** Sums up what was recorded; times are in ms. */
export function summary({ tasks, interactions, frames, shifts }, presses) {
  const longest = new Map(); // an interaction is as slow as its slowest event
  for (const { id, duration } of interactions) longest.set(id, Math.max(longest.get(id) ?? 0, duration));
  // those faster than the 16 ms that browsers tell are counted, too
  const reactions = [...longest.values(), ...Array(Math.max(0, presses - longest.size)).fill(16)];
  return {
    longTasks: { count: tasks.length, total: round(sum(tasks)), longest: round(Math.max(0, ...tasks)) },
    interactions: { count: reactions.length, slow: longest.size, ...spread(reactions) },
    frames: { count: frames.length, perSecond: round(1000 * frames.length / sum(frames)), ...spread(frames), over50: frames.filter((ms) => ms > 50).length },
    layoutShift: round(shifts, 4),
  };
}

/** What the page's process took between two readings of Performance.getMetrics. */
export function cost(before, after, seconds) {
  const at = (metrics, name) => metrics.metrics.find((m) => m.name === name).value;
  const share = (name) => round(100 * (at(after, name) - at(before, name)) / seconds);
  return {
    percentOfATime: { task: share('TaskDuration'), script: share('ScriptDuration'), layout: share('LayoutDuration'), style: share('RecalcStyleDuration') },
    heapMB: round(at(after, 'JSHeapUsedSize') / 1e6),
    nodes: at(after, 'Nodes'),
  };
}

const sum = (all) => all.reduce((a, b) => a + b, 0);
const round = (n, places = 1) => Number(n.toFixed(places));

function spread(all) {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (p) => round(sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)] ?? 0);
  return { p50: at(0.5), p98: at(0.98), longest: at(1) };
}
