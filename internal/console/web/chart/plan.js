// How a chart of bars is laid out: from counts to places in pixels.

import { countTicks, timeTicks } from "./scale.js";

const height = 208;
const top = 8;
const left = 36; // for the labels of counts
const foot = 22; // for the labels of times
const least = { up: 2, down: 6 }; // pixels of what is not 0
const label = 66; // pixels of a time
const fewest = 4; // that the axis goes up to, so that one of something does not look like a lot

/**
 * @typedef {import("./bars.js").Series} Series
 * @typedef {{
 *   width: number, height: number, left: number, base: number, foot: number, bars: string[],
 *   counts: { y: number, value: number }[], times: { x: number, label: string, anchor: string }[],
 *   band: (index: number) => { x: number, width: number },
 * }} Plan
 *   base: where 0 is. foot: where the labels of times begin. bars: the path of each series
 */

/**
 * @param {import("./bars.js").Chart} chart
 * @param {number} width
 * @returns {Plan}
 */
export function plan({ starts, series }, width) {
  const n = Math.max(1, starts.length);
  const up = series.filter((s) => !s.below);
  const down = series.filter((s) => s.below);
  const { base, unit, counts } = scale(highest(up), highest(down), down.length > 0);
  const x = (/** @type {number} */ i) => Math.round(left + (i * (width - left)) / n);
  const gap = (width - left) / n > 5 ? 2 : 1;
  const above = stack(up, -unit, base, x, gap);
  const below = stack(down, unit, base, x, gap);
  return {
    width, height, left, base, foot: height - foot, counts,
    bars: series.map((s) => (s.below ? below[down.indexOf(s)] : above[up.indexOf(s)])),
    times: timeTicks(starts, (label * n) / Math.max(1, width - left)).map((t) => ({ x: x(t.index), label: t.label, anchor: anchor(x(t.index), width) })),
    band: (i) => ({ x: x(i), width: x(i + 1) - x(i) }),
  };
}

/**
 * Which of n steps is at x.
 * @param {number} x in pixels
 * @param {number} width
 * @param {number} n
 */
export function stepAt(x, width, n) {
  return Math.max(0, Math.min(n - 1, Math.floor(((x - left) * n) / (width - left))));
}

/** The most in one step. @param {Series[]} series */
function highest(series) {
  return Math.max(0, ...(series[0]?.values ?? []).map((_, i) => series.reduce((sum, s) => sum + s.values[i], 0)));
}

/**
 * Room for what stands and for what hangs, of the same scale; what hangs gets
 * enough to be seen.
 * @param {number} up
 * @param {number} down
 * @param {boolean} hangs
 */
function scale(up, down, hangs) {
  const ticks = countTicks(Math.max(up, down));
  const ceiling = ticks.find((t) => t >= Math.max(up, fewest)) ?? ticks[ticks.length - 1];
  const space = height - foot - top;
  const under = hangs && down > 0 ? Math.max(10, (space * down) / (ceiling + down)) : 0;
  const unit = (space - under) / ceiling;
  const base = Math.round(height - foot - under);
  const counts = [...ticks.filter((t) => t <= ceiling), ...(hangs ? ticks.filter((t) => t > 0 && t <= down).map((t) => -t) : [])];
  return { base, unit, counts: counts.map((value) => ({ y: Math.round(base - value * unit), value: Math.abs(value) })) };
}

/**
 * The paths of series that stand on each other.
 * @param {Series[]} series
 * @param {number} unit pixels of one; below 0: upwards
 * @param {number} base
 * @param {(index: number) => number} x
 * @param {number} gap between two steps
 */
function stack(series, unit, base, x, gap) {
  const edges = (series[0]?.values ?? []).map(() => base);
  return series.map((s) => {
    let path = "";
    s.values.forEach((value, i) => {
      if (value === 0) return;
      const tall = Math.sign(unit) * Math.max(unit < 0 ? least.up : least.down, Math.round(value * Math.abs(unit)));
      const apart = edges[i] === base || Math.abs(tall) < 4 ? 0 : Math.sign(unit);
      path += `M${x(i)} ${edges[i] + apart}H${Math.max(x(i) + 1, x(i + 1) - gap)}V${edges[i] + tall}H${x(i)}z`;
      edges[i] += tall;
    });
    return path;
  });
}

/** The first and the last label stay inside. @param {number} x @param {number} width */
function anchor(x, width) {
  if (x < label / 2) return "start";
  return x > width - label / 3 ? "end" : "middle";
}
