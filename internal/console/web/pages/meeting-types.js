// What the kinds of meetings are called, and what they are.

import { words } from "../core/format.js";

export const types = [
  { value: "SOLO", label: "Solo", hint: "One host, one attendee." },
  { value: "GROUP", label: "Group", hint: "One host, and all who book the same start share one meeting." },
  { value: "ROUNDROBIN", label: "Round robin", hint: "One of several hosts: whoever is free and has had the fewest." },
  { value: "COLLECTIVE", label: "Collective", hint: "All hosts together, when every one of them is free." },
];

export const modes = [
  { value: "ONLINE", label: "Online" },
  { value: "ON_SITE", label: "On site" },
  { value: "PHONE", label: "By phone" },
];

/** @param {string} type */
export const typeName = (type) => types.find((t) => t.value === type)?.label ?? words(type);
