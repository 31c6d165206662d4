import type { Share } from "../../ground/model/attribution.ts";
import type { orderCommissions } from "../../ground/db/schema/money.ts";
import type { OrderStatus } from "../../ground/model/order.ts";
import { reviewInForce, type StateFacts, stateOf } from "../../sales/order/state.ts";
import type { Commission } from "../../ground/model/plan.ts";
import type { ShareCommission } from "./commission.ts";
import { type CommissionEntry, entriesFor, type Owed, type Recorded } from "./entries.ts";

/** What settling looks at of an order. */
export interface OrderFacts extends Omit<StateFacts, "owned"> {
  id: string;
  storeId: string;
  /** ms UTC. */
  placedAt: number;
  /** Whether nothing but imports tells of it: no rule approves it then. */
  importedOnly: boolean;
  /** When the claim came that the credit rests on, ms UTC; `null`: it rests on a server's word, or a person's. */
  claimedAt: number | null;
  shares: readonly Share[];
}

/** A version of a plan's rule. */
export interface RuleVersion {
  version: number;
  commission: Commission;
}

/** What a share of the order earns by which rule; `null`: by none. In the order of the shares. */
export interface EarnedShare {
  rule: RuleVersion | null;
  commission: ShareCommission;
}

/** When an order is settled. */
export interface SettlingTime {
  /** ms UTC. */
  now: number;
  /** The end of the store's last locked period, ms UTC; 0 without one. */
  lockedTo: number;
  /** Calendar month in which the order was placed in the store's time zone: 2026-11. */
  month: string;
}

/** What a creator earns by an order, to be kept. */
export type CommissionRow = typeof orderCommissions.$inferSelect;

/** What settling comes to. */
export interface Settling {
  /** Where the order stands now. */
  status: OrderStatus;
  approvedAt: number | null;
  /** When the rule will approve it, ms UTC; `null`: not by itself. */
  dueAt: number | null;
  /** All rows that the order has now. */
  rows: CommissionRow[];
  entries: CommissionEntry[];
  /** When these count as booked, ms UTC: never within a locked period. */
  bookedAt: number;
}

const DAY_MS = 86_400_000;

/** Days until an order is approved whose share has no plan to say it. */
const DEFAULT_HOLD_DAYS = 30;

/** States of orders that creators may be paid for by and by. */
export const EARNING: ReadonlySet<OrderStatus> = new Set(["received", "pending", "approved", "disputed"]);

/**
 * Settles an order: approves it if its hold period is over, and says what is to be kept of its commissions
 * and booked so that the ledger has what is owed. Settled again with that recorded, nothing is booked.
 */
export function settle(
  order: OrderFacts,
  shares: readonly EarnedShare[],
  recorded: readonly Recorded[],
  { now, lockedTo, month }: SettlingTime,
): Settling {
  const bookedAt = Math.max(now, lockedTo);
  const facts = { ...order, owned: order.shares.length > 0 };
  const dueAt = stateOf(facts) === "pending" ? approvalDue(order, shares) : null;
  const approves = dueAt !== null && dueAt <= now;
  const approvedAt = approves ? bookedAt : order.approvedAt;
  const status = stateOf({ ...facts, approvedAt });
  const isOwed = approvedAt !== null && (status === "approved" || status === "disputed");
  return {
    status,
    approvedAt,
    dueAt: approves ? null : dueAt,
    rows: EARNING.has(status) ? rowsOf(order, shares, month, now) : [],
    entries: entriesFor(order.id, isOwed ? shares.map(owedOf(order)) : [], recorded, nothingOwed(order, status)),
    bookedAt,
  };
}

/** When an order that waits is approved by rule, ms UTC; `null`: never. */
function approvalDue(
  { confirmed, importedOnly, claimedAt, placedAt }: OrderFacts,
  shares: readonly EarnedShare[],
): number | null {
  if (confirmed === null || importedOnly) return null;
  let longest = 0;
  for (const { rule } of shares) {
    const days = rule === null ? DEFAULT_HOLD_DAYS : rule.commission.holdDays;
    if (days === null) return null;
    longest = Math.max(longest, days);
  }
  // Or else whoever claims an old order that nobody is credited with would be paid at once.
  return Math.max(placedAt, claimedAt ?? 0) + longest * DAY_MS;
}

function rowsOf(order: OrderFacts, shares: readonly EarnedShare[], month: string, now: number): CommissionRow[] {
  return shares.map(({ rule, commission }, index) => ({
    orderId: order.id,
    creatorId: commission.creatorId,
    storeId: order.storeId,
    planId: order.shares[index]?.planId ?? null,
    campaignId: order.shares[index]?.campaignId ?? null,
    ruleVersion: rule?.version ?? null,
    placedAt: order.placedAt,
    month,
    currency: commission.currency,
    amountMinor: commission.amountMinor,
    salesMinor: commission.salesMinor,
    uncappedMinor: commission.uncappedMinor,
    ratePair: commission.ratePair,
    note: commission.note,
    updatedAt: now,
  }));
}

function owedOf(order: OrderFacts): (share: EarnedShare, index: number) => Owed {
  return ({ rule, commission }, index) => ({
    creatorId: commission.creatorId,
    currency: commission.currency,
    amountMinor: commission.amountMinor,
    planId: order.shares[index]?.planId ?? null,
    ruleVersion: rule?.version ?? null,
    originalCurrency: commission.originalCurrency,
    rate: commission.rate,
  });
}

/** Why somebody is owed nothing for an order, for people. */
function nothingOwed({ sourceStatus, ...order }: OrderFacts, status: OrderStatus): string {
  const review = reviewInForce(order.review);
  switch (status) {
    case "test":
      return "The order is a test.";
    case "orphan":
      return "Nobody is credited with the order now.";
    case "declined":
      if (sourceStatus === "cancelled") return "The shop cancelled the order.";
      return review?.decision === "declined" ? `The order was declined: ${review.reason}` : "The order was refunded.";
    case "received":
    case "pending":
      return "The order is not approved.";
    case "contested":
      return "Browsers claim the order for different creators, and nobody has decided whose it is.";
    case "approved":
    case "disputed":
      return "The order is not credited to this creator now, or is paid in another currency.";
  }
}
