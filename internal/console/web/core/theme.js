// Light, dark, or as the system is. The choice is kept in this browser.

import { effect, signal } from "./signal.js";

const key = "slotcast.theme";

/** @type {import("./signal.js").Signal<"system" | "light" | "dark">} */
export const theme = signal(/** @type {any} */ (read()));

function read() {
  try {
    const kept = localStorage.getItem(key);
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    return "system"; // where pages may keep nothing
  }
}

effect(() => {
  const chosen = theme.value;
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  try {
    localStorage.setItem(key, chosen);
  } catch {
    // it holds for this page alone
  }
});
