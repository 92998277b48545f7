// What the dashboard's charts show of its figures.

/**
 * @typedef {import("./dashboard.js").Figures} Figures
 * @typedef {import("../chart/bars.js").Chart} Chart
 */

/** @param {Figures} figures */
function steps({ points }) {
  const starts = points.map((p) => Date.parse(p.at));
  return { starts, length: starts.length > 1 ? starts[1] - starts[0] : 60_000 };
}

/**
 * @param {Figures} figures
 * @param {string} window its name
 * @returns {Chart}
 */
export function meetingsChart(figures, window) {
  const { points } = figures;
  return {
    title: "Meetings", window, ...steps(figures), none: "No events",
    series: [
      { name: "booked", label: "Booked", pattern: "solid", values: points.map((p) => p.booked) },
      { name: "rescheduled", label: "Rescheduled", pattern: "stripes", values: points.map((p) => p.rescheduled) },
      { name: "canceled", label: "Canceled", pattern: "hatch", values: points.map((p) => p.canceled) },
      { name: "no-show", label: "No-shows", pattern: "dots", values: points.map((p) => p.noShows) },
    ],
  };
}

/**
 * @param {Figures} figures
 * @param {string} window its name
 * @returns {Chart | null} null where the viewer sees no deliveries
 */
export function deliveriesChart(figures, window) {
  const { points, deliveries } = figures;
  if (!deliveries) return null;
  return {
    title: "Deliveries", window, ...steps(figures), none: "No deliveries",
    series: [
      { name: "delivered", label: "Delivered", pattern: "solid", values: points.map((p) => p.delivered ?? 0) },
      { name: "failed", label: "Failed", pattern: "hatch", values: points.map((p) => p.failed ?? 0), below: true },
    ],
  };
}
