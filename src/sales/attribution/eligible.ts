import type { Policy, ReasonCode, Touch, TouchKind } from "../../ground/model/attribution.ts";

/** How far a shop's clock may go behind ours: a click seems to come after its order then, ms. */
export const CLOCK_DRIFT_MS = 600_000;

const DAY_MS = 86_400_000;

/** In which a click counts for an order, ms UTC, both ends in it. */
export interface Window {
  from: number;
  to: number;
}

/** A touch and why it does not count; `null`: it does. */
export interface Judged {
  touch: Touch;
  reasonCode: ReasonCode | null;
}

/** The window of an order that was placed then (ms UTC). */
export function windowOf(placedAt: number, windowDays: number): Window {
  return { from: placedAt - windowDays * DAY_MS, to: placedAt + CLOCK_DRIFT_MS };
}

/**
 * Judges all touches of an order, from the earliest to the latest. A touch that does not count has no
 * say in whether another does, and the outcome doesn't depend on the order in which they come.
 *
 * A browser may say of any order what it likes. What it says counts only where the shop's server left open
 * who is credited: it named neither a click nor a call, and nothing that counts. Otherwise a claim has to agree in full.
 */
export function judge(touches: readonly Touch[], placedAt: number, policy: Policy): Judged[] {
  const counted = new Set<string>();
  const confirmed = new Set<string>();
  let open = !touches.some((touch) => touch.trust === "confirmed" && isNamed(touch));
  const reasonOf = (touch: Touch): ReasonCode | null => {
    const reason = ownReason(touch, placedAt, policy);
    if (reason !== null) return reason;
    const claimed = touch.trust === "claimed";
    if (claimed && !open && !confirmed.has(creditOf(touch))) return "claimed_only";
    if (counted.has(touch.id)) return "duplicate";
    counted.add(touch.id);
    if (!claimed) {
      confirmed.add(creditOf(touch));
      open = false;
    }
    return null;
  };
  // What is confirmed comes first, so that it is known when the claims are judged.
  return touches
    .toSorted(byStanding)
    .map((touch): Judged => ({ touch, reasonCode: reasonOf(touch) }))
    .toSorted((a, b) => a.touch.time - b.touch.time || compare(a.touch.id, b.touch.id));
}

/** Whom a touch credits, and under what: touches that agree in it earn the same. */
export function creditOf({ creatorId, campaignId, planId }: Touch): string {
  return JSON.stringify([creatorId, campaignId, planId]);
}

/** Whether it is a click or a call that the order itself names: who names one by a server's word says whose it is. */
export function isNamed({ kind }: Touch): boolean {
  return kind === "click" || kind === "call";
}

/** Whether it is one of the customer's before the order, which the order itself doesn't name. */
export function isCustomers(kind: TouchKind): boolean {
  return kind === "customer_click" || kind === "customer_call";
}

/** The first reason that a touch has in itself. */
function ownReason(touch: Touch, placedAt: number, { windowDays, customerClicks }: Policy): ReasonCode | null {
  const window = windowOf(placedAt, windowDays);
  const span = windowDays * DAY_MS;
  const isClick = touch.kind === "click" || touch.kind === "customer_click";
  if (isClick && touch.linkKind === null) return "unknown_link";
  if (touch.otherStore) return "other_store";
  if (touch.linkKind === "tracking") return "tracking_link";
  if (touch.creatorId === null) return "no_creator";
  if (touch.creatorDeletedAt !== null && touch.creatorDeletedAt <= placedAt) return "creator_deleted";
  if (touch.ownPurchase) return "self_purchase";
  if (touch.call?.outbound === true) return "outbound_call";
  // What somebody entered as the call that made an order did so, however short it was.
  if (touch.kind === "customer_call" && touch.call?.qualified !== true) return "not_qualified";
  if (touch.withdrawn) return "code_withdrawn";
  if (touch.retiredAt !== null && touch.retiredAt <= placedAt) return "code_retired";
  if (touch.planStartsAt !== null && placedAt < touch.planStartsAt - span) return "plan_not_active";
  if (touch.planEndsAt !== null && placedAt > touch.planEndsAt + span) return "plan_not_active";
  if (touch.time < window.from || touch.time > window.to) return "outside_window";
  // Who knows a customer's id can have any browser say that it is theirs.
  const isBrowserLink = isCustomers(touch.kind) && touch.trust === "claimed";
  return isBrowserLink && customerClicks !== "any" ? "browser_link" : null;
}

const KIND_RANK = { click: 0, call: 1, code: 2, customer_click: 3, customer_call: 4 } as const;

/** Of two that are the same touch, the better proven comes first; their whole content makes the order total. */
function byStanding(a: Touch, b: Touch): number {
  if (a.trust !== b.trust) return a.trust === "confirmed" ? -1 : 1;
  return KIND_RANK[a.kind] - KIND_RANK[b.kind] || a.time - b.time || compare(contentOf(a), contentOf(b));
}

function contentOf(touch: Touch): string {
  return JSON.stringify(Object.entries(touch).toSorted(([a], [b]) => compare(a, b)));
}

/** By code units, the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
