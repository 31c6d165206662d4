import type { Commission, CommissionTier } from "../../ground/model/plan.ts";

/** The tier that holds for an order before which so much was sold in its month; `undefined`: the rule's own value does. */
export function tierAt(tiers: readonly CommissionTier[], salesBeforeMinor: number): CommissionTier | undefined {
  return tiers.findLast(({ fromMinor }) => fromMinor <= salesBeforeMinor);
}

/** Basis points or minor units, as its type says, that a rule or a special rate earns where no tier says otherwise. */
export function valueOf(
  rate: { type: "percentage"; basisPoints: number } | { type: "fixed"; amountMinor: number },
): number {
  return rate.type === "percentage" ? rate.basisPoints : rate.amountMinor;
}

/** What a cap on a creator's month leaves, where so much was earned in it before. Minor units of the store's currency. */
export function leftOfCap(capMinor: number, earnedBeforeMinor: number): number {
  return Math.max(0, capMinor - earnedBeforeMinor);
}

/** How far a creator has come in a month by a rule: what the next order is paid by. Minor units of the store's currency. */
export interface Progress {
  /** What tiers count: see `order_commissions.sales_minor`. */
  salesMinor: number;
  /** Basis points or minor units, as the rule's type says, that the next order earns. */
  value: number;
  /** What comes next; `null`: no tier is left. */
  next: { fromMinor: number; value: number; leftMinor: number } | null;
  /** `null`: the rule has no cap for a creator. */
  cap: { capMinor: number; usedMinor: number } | null;
}

/** How far a creator has come who sold and earned so much in the month until now. */
export function progressOf(
  rule: Commission,
  { salesMinor, earnedMinor }: { salesMinor: number; earnedMinor: number },
): Progress {
  const next = rule.tiers.find(({ fromMinor }) => fromMinor > salesMinor);
  const capMinor = rule.capPerCreatorMinor;
  return {
    salesMinor,
    value: tierAt(rule.tiers, salesMinor)?.value ?? valueOf(rule),
    next: next === undefined ? null : { ...next, leftMinor: next.fromMinor - salesMinor },
    cap: capMinor === null ? null : { capMinor, usedMinor: capMinor - leftOfCap(capMinor, earnedMinor) },
  };
}
