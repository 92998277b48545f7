// Where the ticks of a chart's axes are: round counts, and full hours and days
// on the clock of the browser.

import { language } from "../core/format.js";

const minute = 60_000;

/**
 * Ticks of an axis of counts, from 0 to a round number that is not below the most.
 * @param {number} most
 * @param {number} [wanted] about how many steps
 * @returns {number[]}
 */
export function countTicks(most, wanted = 4) {
  const top = Math.max(most, wanted);
  const rough = top / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough) ?? 10 * power);
  return Array.from({ length: Math.ceil(top / step) + 1 }, (_, i) => i * step);
}

const clock = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(language, { weekday: "short" });
const weekdayAndDay = new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric" });

/** In minutes of the day: what ticks may be apart. */
const distances = [5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440];

/**
 * Ticks of an axis of time: the closest that leave room for their labels. A tick
 * at midnight has the name of the day that begins.
 * @param {number[]} starts of the steps, in milliseconds, the oldest first
 * @param {number} room how many steps a label takes
 * @returns {{ index: number, label: string }[]}
 */
export function timeTicks(starts, room) {
  if (starts.length < 2) return [];
  const length = (starts[1] - starts[0]) / minute;
  const distance = distances.find((d) => d / length >= room) ?? 1440;
  const ticks = [];
  for (const [index, start] of starts.entries()) {
    const at = new Date(start);
    const before = new Date(index > 0 ? starts[index - 1] : start - length * minute);
    const ofDay = at.getHours() * 60 + at.getMinutes();
    const sameDay = at.getDate() === before.getDate();
    // where the zone is off by half an hour, no step begins at the full hour
    if (sameDay && Math.floor(ofDay / distance) === Math.floor((before.getHours() * 60 + before.getMinutes()) / distance)) continue;
    const label = sameDay ? clock.format(at) : (distance === 1440 ? weekdayAndDay : weekday).format(at);
    if (ticks.length === 0 || index - ticks[ticks.length - 1].index >= room * 0.8) ticks.push({ index, label });
  }
  return ticks;
}

/**
 * What a step of a chart is called: 5:04 to 5:05 PM, with its day where the step is
 * longer than some minutes.
 * @param {number} start
 * @param {number} length both in milliseconds
 */
export function stepName(start, length) {
  const text = `${clock.format(start)} to ${clock.format(start + length)}`;
  return length > 5 * minute ? `${weekday.format(start)}, ${text}` : text;
}
