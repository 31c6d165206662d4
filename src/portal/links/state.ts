import { inactiveReason } from "../../edge/click/decide.ts";
import type { LinkRecord } from "../../edge/link/link.ts";
import type { Limits } from "../../ground/model/plan.ts";

/** How a link or code stands, for whoever posts it. */
export type Standing = "live" | "notStarted" | "ended" | "off" | "usedUp" | "blocked" | "preparing" | "failing";

const OF_REASON = {
  disabled: "off",
  not_started: "notStarted",
  ended: "ended",
  blocked: "blocked",
  used_up: "usedUp",
} as const;

/** How a link stands at `now` (ms UTC), by what a redirect goes by. */
export function linkStanding(link: LinkRecord, now: number, facts: { usedUp: boolean; blocked: boolean }): Standing {
  const reason = inactiveReason(link, now, facts);
  return reason === null ? "live" : OF_REASON[reason];
}

/** What a code's standing depends on. */
export interface CodeFacts {
  state: "active" | "withdrawn";
  /** Of its plan, ms UTC. */
  startsAt: number | null;
  endsAt: number | null;
  limits: Limits;
  /** Orders that it was used in. */
  uses: number;
  /** Where it is in the connected shop; `null`: Waymark doesn't make codes there. */
  inShop: "pending" | "live" | "failed" | "withdrawn" | null;
}

/** How a code stands at `now` (ms UTC). */
export function codeStanding({ state, startsAt, endsAt, limits, uses, inShop }: CodeFacts, now: number): Standing {
  if (state === "withdrawn") return "off";
  if (endsAt !== null && now >= endsAt) return "ended";
  if (limits.totalUses !== undefined && uses >= limits.totalUses) return "usedUp";
  if (inShop === "failed") return "failing";
  if (startsAt !== null && now < startsAt) return "notStarted";
  return inShop === "pending" ? "preparing" : "live";
}
