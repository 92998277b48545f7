// What the files of cases import.
export { test } from './harness/cases.mjs';
export { schemes, viewports } from './harness/browser.mjs';
export { modules } from './harness/modules.mjs';
export { count, fits, gone, shown, soon, until, value } from './harness/page.mjs';
