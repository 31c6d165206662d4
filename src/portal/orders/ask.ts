import type { ReasonCode, Rule, TouchKind } from "../../ground/model/attribution.ts";
import { oneLine } from "../../ground/http/one-line.ts";

/** Characters of an order number at most, as of what shops report. */
const MAX_NUMBER = 200;

/** A click, code or call of the creator's that came with an order, and why it doesn't count. Times are ms UTC. */
export interface OwnTouch {
  kind: TouchKind;
  time: number;
  /** `null`: it counts, but something else decides. */
  reasonCode: ReasonCode | null;
  planEndsAt: number | null;
}

/** An order that something of the creator's led to, and which is credited otherwise. */
export interface MissedOrder {
  /** ms UTC. */
  placedAt: number;
  rule: Rule;
  /** Whether somebody decided on it by hand. */
  isByHand: boolean;
  windowDays: number;
  touches: readonly OwnTouch[];
}

/** Why an order isn't the creator's, where that is all there is to say. */
export type PlainMiss =
  | "byHandElsewhere"
  | "codeFirst"
  | "otherCode"
  | "linkFirst"
  | "openedAfter"
  | "trackingOnly"
  | "otherStore"
  | "planEnded"
  | "planNotStarted"
  | "ownPurchase"
  | "codeOver"
  | "calledByShop"
  | "callTooShort"
  | "browserOnly"
  | "serverElse"
  | "somethingElse";

/** Why an order isn't the creator's. */
export type Miss =
  | { code: PlainMiss }
  /** So many days before the order the link was opened, or the number called. */
  | { code: "openedLater" | "openedEarlier"; days: number }
  /** The same, of which only so many count. */
  | { code: "tooLong"; days: number; window: number };

const DAY_MS = 86_400_000;

/** An order number as somebody types it: on one line, without what it is marked by; empty where there is none. */
export function typedNumber(text: string | null): string {
  return oneLine(text ?? "")
    .trim()
    .replace(/^#\s*/, "")
    .slice(0, MAX_NUMBER);
}

/** What a shop may have called an order that somebody names so. */
export function spellingsOf(number: string): string[] {
  return [number, `#${number}`];
}

/** Why an order isn't the creator's, each reason once, those that nearly decided first. Never whose it is. */
export function missesOf(order: MissedOrder): Miss[] {
  if (order.isByHand) return [{ code: "byHandElsewhere" }];
  const nearest = order.touches.toSorted(
    (a, b) => Number(a.reasonCode !== null) - Number(b.reasonCode !== null) || b.time - a.time,
  );
  const misses = new Map<string, Miss>();
  for (const touch of nearest) {
    const miss = touch.reasonCode === null ? outdone(touch, order) : REASONS[touch.reasonCode](touch, order);
    if (!misses.has(miss.code)) misses.set(miss.code, miss);
  }
  return [...misses.values()];
}

/** What went before a touch that counts. */
function outdone({ kind, time }: OwnTouch, { rule, placedAt }: MissedOrder): Miss {
  const days = daysBetween(time, placedAt);
  const isCode = kind === "code";
  switch (rule) {
    case "code_wins":
    case "code_priority":
    case "code_fallback":
      return { code: isCode ? "otherCode" : "codeFirst" };
    case "first_click":
      return isCode ? { code: "linkFirst" } : { code: "openedEarlier", days };
    case "last_click":
    case "link_wins":
    case "click_fallback":
      return isCode ? { code: "linkFirst" } : { code: "openedLater", days };
    default:
      return { code: "somethingElse" };
  }
}

const REASONS: Readonly<Record<ReasonCode, (touch: OwnTouch, order: MissedOrder) => Miss>> = {
  unknown_link: () => ({ code: "somethingElse" }),
  other_store: () => ({ code: "otherStore" }),
  tracking_link: () => ({ code: "trackingOnly" }),
  no_creator: () => ({ code: "somethingElse" }),
  creator_deleted: () => ({ code: "somethingElse" }),
  self_purchase: () => ({ code: "ownPurchase" }),
  outbound_call: () => ({ code: "calledByShop" }),
  not_qualified: () => ({ code: "callTooShort" }),
  code_withdrawn: () => ({ code: "codeOver" }),
  code_retired: () => ({ code: "codeOver" }),
  plan_not_active: ({ planEndsAt }, { placedAt }) => ({
    code: planEndsAt !== null && planEndsAt < placedAt ? "planEnded" : "planNotStarted",
  }),
  outside_window: ({ time }, { placedAt, windowDays }) =>
    time > placedAt
      ? { code: "openedAfter" }
      : { code: "tooLong", days: daysBetween(time, placedAt), window: windowDays },
  browser_link: () => ({ code: "browserOnly" }),
  claimed_only: () => ({ code: "serverElse" }),
  duplicate: () => ({ code: "somethingElse" }),
};

function daysBetween(time: number, placedAt: number): number {
  return Math.max(0, Math.floor((placedAt - time) / DAY_MS));
}
