// Our own icons: strokes on a field of 24 by 24.

import { html } from "../core/dom.js";

/** @type {Record<string, string>} name to the path's data */
const paths = {
  dashboard: "M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-4H4zM14 8h6V4h-6z",
  meetings: "M5 6h14v14H5zM5 10.5h14M9 3.5v4M15 3.5v4",
  deliveries: "M4 12h11M11 7.5l4.5 4.5-4.5 4.5M19.5 5v14",
  webhooks: "M12 8.2a3 3 0 1 0-2.7-1.6M10.8 8 7.5 14.2M6.5 14a3 3 0 1 0 2.8 4M9.5 17.5h7M17.5 14.6a3 3 0 1 1-2 5.2M16 15l-3.4-6.6",
  tokens: "M8 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM12.5 12H21v4M17.5 12v3",
  agents: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-3.5 2.5-6 6-6s6 2.5 6 6M16 4.400a3.5 3.5 0 0 1 0 6.200M17.5 14.5c2.2.7 3.5 2.8 3.5 5.5",
  events: "M6 4h12v16l-6-3.5L6 20zM9.5 8.5h5M9.5 12h5",
  forms: "M5 5h5v5H5zM14 14h5v5h-5zM10 7.5h4.5a2 2 0 0 1 2 2V14M7.5 10v9",
  explorer: "M4 6l5 6-5 6M12 18h8",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  check: "M5 12.5 10 17.5 19.5 7",
  warn: "M12 4 2.8 20h18.400zM12 10v4.5M12 17.200v.1",
  info: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5M12 7.800v.1",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  menu: "M4 7h16M4 12h16M4 17h16",
  back: "M14.5 5.5 8 12l6.5 6.5",
  next: "M9.5 5.5 16 12l-6.5 6.5",
  up: "M12 19V5M6 11l6-6 6 6",
  down: "M12 5v14M6 13l6 6 6-6",
  archive: "M3.5 4.5h17v4h-17zM5 8.5v11h14v-11M10 12.5h4",
  pause: "M8 5v14M16 5v14",
  play: "M7 4.5v15L19.5 12z",
  rotate: "M20 12a8 8 0 1 1-2.6-5.900M20 3.5v4.5h-4.5",
  trash: "M4.5 6.5h15M9 6.5v-3h6v3M6.5 6.5l1 14h9l1-14M10 10.5v6M14 10.5v6",
  edit: "M4 20h4L20 8l-4-4L4 16zM13.5 6.5l4 4",
  send: "M4 4.5 21 12 4 19.5 6.5 12zM6.5 12H21",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20.5 20.5",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",
  person: "M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c0-4 3-7 7.5-7s7.5 3 7.5 7",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.300l1.4 1.400M17.3 17.300l1.4 1.400M18.7 5.300l-1.4 1.400M6.7 17.300l-1.4 1.4",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
  system: "M3.5 5h17v11h-17zM9 20h6M12 16v4",
  leave: "M14 4.5h5v15h-5M4.5 12H15M8.5 8l-4 4 4 4",
  link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.7-5.700L12 7M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.7 5.700L12 17",
  pulse: "M3 12h4l3-7 4 14 3-7h4",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
};

/** @param {string} name */
export function icon(name) {
  return html`<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${paths[name] ?? paths.info}></path></svg>`;
}
