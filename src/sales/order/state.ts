import type { OrderStatus, Review } from "../../ground/model/order.ts";
import type { ConfirmedAmounts, SourceStatus, Trust } from "../../ground/model/evidence.ts";

/**
 * The decision that an order stands by. What an import declined is declined only until the shop tells of the order
 * again: what was decided by hand before holds then, if anything.
 */
export function reviewInForce(review: Review | null): Review | null {
  const lack = review?.lack ?? null;
  if (lack === null || lack.toldAt === null || lack.toldAt <= lack.asOf) return review;
  return lack.instead;
}

/** What became of an approved commission: read from periods and payout runs, never written to an order. */
export type Settlement = "locked" | "payable" | "paid";

/** Where an order stands, as the API shows it. */
export type ShownStatus = OrderStatus | Settlement;

/** All that decides where an order stands. */
export interface StateFacts {
  test: boolean;
  trust: Trust;
  sourceStatus: SourceStatus | null;
  confirmed: ConfirmedAmounts | null;
  /** Whether anybody is credited with it. */
  owned: boolean;
  /** Whether claims name different creators, so that a person has to decide whose it is. */
  contested: boolean;
  review: Review | null;
  approvedAt: number | null;
}

/**
 * Where an order stands. It is worked out from facts that each stay what they are, and so the order in
 * which they are heard of makes no difference: a cancelled order that the shop takes up again is approved
 * if it was approved before.
 */
export function stateOf(facts: StateFacts): OrderStatus {
  const { test, trust, sourceStatus, confirmed, owned, contested, approvedAt } = facts;
  const review = reviewInForce(facts.review);
  if (test) return "test";
  if (sourceStatus === "cancelled" || whollyRefunded(sourceStatus, confirmed)) return "declined";
  if (contested) return review?.decision === "declined" ? "declined" : "contested";
  if (!owned) return "orphan";
  if (review?.decision === "declined") return "declined";
  if (review?.decision === "disputed") return "disputed";
  if (trust === "claimed") return "received";
  return approvedAt === null ? "pending" : "approved";
}

/** Whether a shop gave everything back: it says `refunded` without an amount, or with all of it. */
export function whollyRefunded(
  sourceStatus: SourceStatus | null,
  confirmed: Pick<ConfirmedAmounts, "totalMinor" | "refundedMinor"> | null,
): boolean {
  if (confirmed === null || confirmed.refundedMinor === null) return sourceStatus === "refunded";
  return confirmed.totalMinor > 0 && confirmed.refundedMinor >= confirmed.totalMinor;
}

/** What an admin may do to an order, with a reason. */
export type ReviewAction = "approve" | "decline" | "dispute";

/** From where each step is legal. */
const STEPS: Readonly<Record<ReviewAction, readonly ShownStatus[]>> = {
  // From `declined` only if it was declined by hand: what the shop cancelled, nobody can approve.
  approve: ["pending", "disputed", "declined"],
  decline: ["received", "contested", "pending", "approved", "disputed", "locked", "paid"],
  dispute: ["pending", "approved", "locked"],
};

/** Why a step is refused. */
export type StepRefusal = "illegal_step" | "order_unconfirmed" | "order_contested" | "order_in_payout";

/** Why an order that stands at `status` can't take a step, or `null` if it can. */
export function refuseStep(
  action: ReviewAction,
  status: ShownStatus,
  {
    sourceStatus,
    confirmed,
    contested,
    review,
  }: Pick<StateFacts, "sourceStatus" | "confirmed" | "contested" | "review">,
): StepRefusal | null {
  if (status === "payable" && action !== "approve") return "order_in_payout";
  if (action === "approve" && status === "received") return "order_unconfirmed";
  // One that was declined may be contested, too.
  if (action === "approve" && contested) return "order_contested";
  if (!STEPS[action].includes(status)) return "illegal_step";
  if (action !== "approve") return null;
  const byHand = reviewInForce(review)?.decision === "declined";
  const byShop = sourceStatus === "cancelled" || whollyRefunded(sourceStatus, confirmed);
  if (status === "declined" && (byShop || !byHand)) return "illegal_step";
  // One that was declined or disputed may be unconfirmed, too.
  return confirmed === null ? "order_unconfirmed" : null;
}
