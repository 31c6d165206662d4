import type { Code } from "../../programme/code/schema.ts";
import type { Tone } from "../frame/parts.tsx";

/** Where a code stands, for people. */
export const STATES: Readonly<Record<Code["state"], { tone: Tone; label: string }>> = {
  active: { tone: "good", label: "Active" },
  withdrawn: { tone: "wait", label: "Withdrawn" },
  retired: { tone: "plain", label: "Retired" },
};

/** Where it stands in its store's shop. */
export const IN_SHOP: Readonly<Record<Code["store"]["state"], { tone: Tone; label: string }>> = {
  none: { tone: "plain", label: "By hand" },
  pending: { tone: "wait", label: "Under way" },
  live: { tone: "good", label: "Live" },
  failed: { tone: "bad", label: "Failed" },
  withdrawn: { tone: "plain", label: "Not in the shop" },
};
