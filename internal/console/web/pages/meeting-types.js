// What the kinds of meetings are called, and what they are.

import { typeName } from "../core/format.js";

export const types = [
  { value: "SOLO", label: typeName("SOLO"), hint: "One host, one attendee." },
  { value: "GROUP", label: typeName("GROUP"), hint: "One host, and all who book the same start share one meeting." },
  { value: "ROUNDROBIN", label: typeName("ROUNDROBIN"), hint: "One of several hosts: whoever is free and has had the fewest." },
  { value: "COLLECTIVE", label: typeName("COLLECTIVE"), hint: "All hosts together, when every one of them is free." },
];

export const modes = [
  { value: "ONLINE", label: "Online" },
  { value: "ON_SITE", label: "On site" },
  { value: "PHONE", label: "By phone" },
];
