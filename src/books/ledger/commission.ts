import { Fraction } from "fraction.js";
import { allocate } from "../../ground/money/exact.ts";
import type { Rate, RateOf } from "../../ground/money/rate.ts";
import type { ConfirmedAmounts } from "../../ground/model/evidence.ts";
import type { Commission } from "../../ground/model/plan.ts";
import type { Counting, CommissionNote, CommissionReason, WithoutNote } from "../../ground/model/commission.ts";
import { type Worked, workOut } from "./work.ts";

/** A creator's share of an order, with the rule that it is paid by. */
export interface CommissionShare {
  creatorId: string;
  planId: string | null;
  campaignId: string | null;
  /** The part as a fraction of the whole. */
  weight: { numerator: number; denominator: number };
  /** The version of the plan's rule that is in force for the order; `null`: the share has no plan. */
  rule: { version: number; commission: Commission } | null;
  /** What the creator sold and earned by the plan in the order's month before it: see {@link ShareCommission}. */
  salesBeforeMinor: number;
  earnedBeforeMinor: number;
  /** Orders of the month before it of which that can't be said yet, and which therefore count 0; `null`: none. */
  without: WithoutNote | null;
}

/** All that the commissions of an order hang on. */
export interface CommissionInput {
  /** `null`: no server has confirmed an amount. */
  confirmed: ConfirmedAmounts | null;
  /** Whether it is the customer's first order in the store. */
  customer: "new" | "returning" | "unknown";
  /** ISO 4217. */
  storeCurrency: string;
  /** The day of the order in the store's time zone: 2026-11-22. */
  day: string;
  shares: readonly CommissionShare[];
  rateOf: RateOf;
}

/** What a share earns. */
export interface ShareCommission {
  creatorId: string;
  /** ISO 4217; `null` while no amount is confirmed. */
  currency: string | null;
  /** Minor units; `null`: it can't be said, and the note has the reason. */
  amountMinor: number | null;
  /** The creator's part of the sale that earns, net of refunds, minor units of the store's currency; 0 if its rate is missing. */
  salesMinor: number;
  /** The commission before the cap per creator, minor units of the store's currency; 0 if its rate is missing. */
  uncappedMinor: number;
  /** The pairs of currencies whose rates it hangs on (see `ratePairOf`), mostly one, with spaces between; `null`: none. */
  ratePair: string | null;
  /** The rate by which it was converted to the currency that it is paid in; `null`: it is its own. */
  rate: Rate | null;
  /** The currency that it was converted from. */
  originalCurrency: string | null;
  note: CommissionNote;
}

/** A share's commission before rounding. */
interface Exact extends Omit<Worked, "sum" | "missingRates"> {
  creatorId: string;
  note: CommissionNote;
}

const ZERO = new Fraction(0);

/**
 * What each share of an order earns, in the order of the shares. Exact until the end, where the shares in
 * one currency are rounded together (see `allocate`): they always add up to the rounded whole. Throws a
 * `RangeError` for an amount past `Number.MAX_SAFE_INTEGER`.
 */
export function commissionsOf(input: CommissionInput): ShareCommission[] {
  const shares = input.shares.map((share) => exactOf(input, share));
  const amounts = roundTogether(shares, ({ amount }) => amount);
  // In the same groups: what counts against a cap is then what was paid, to the cent.
  const uncapped = roundTogether(shares, (share) => share.uncapped);
  const sales = roundTogether(shares, (share) => share.sales);
  return shares.map(({ amount: _a, uncapped: _u, sales: _s, ...share }, index) => ({
    ...share,
    amountMinor: amounts[index] ?? null,
    uncappedMinor: uncapped[index] ?? 0,
    salesMinor: sales[index] ?? 0,
  }));
}

/** Rounds one value of each share, together with those of the shares in the same currency. */
function roundTogether(shares: readonly Exact[], valueOf: (share: Exact) => Fraction | null): (number | null)[] {
  const rounded = shares.map((): number | null => null);
  for (const currency of new Set(shares.map((share) => share.currency))) {
    const members = shares.flatMap((share, index) => {
      const value = valueOf(share);
      return share.currency === currency && value !== null ? [{ index, value }] : [];
    });
    const parts = allocate(members.map(({ value }) => value));
    for (const [at, { index }] of members.entries()) rounded[index] = parts[at] ?? null;
  }
  return rounded;
}

function exactOf({ confirmed, customer, ...given }: CommissionInput, share: CommissionShare): Exact {
  if (confirmed === null) return nothing(share, null, null, "unconfirmed");
  if (share.rule === null) return nothing(share, confirmed.currency, ZERO, "no_plan");
  const rule = share.rule.commission;
  const own = rule.type === "percentage" ? confirmed.currency : rule.currency;
  if (rule.newCustomersOnly && customer !== "new") {
    const reason = customer === "returning" ? "returning_customer" : "customer_unknown";
    return nothing(share, rule.payIn ?? own, ZERO, reason);
  }
  const { sum, missingRates, ...worked } = workOut({ ...share, ...given, confirmed, rule });
  const uncounted: Counting[] = [
    ...(worked.sales === null ? (["sales"] as const) : []),
    ...(worked.uncapped === null ? (["uncapped"] as const) : []),
  ];
  const reasonCode = worked.amount === null ? "rate_missing" : null;
  return {
    creatorId: share.creatorId,
    ...worked,
    note: { reasonCode, sum, missingRates, uncounted, without: share.without },
  };
}

/** A share whose amount the reason alone decides. */
function nothing(
  { creatorId }: CommissionShare,
  currency: string | null,
  amount: Fraction | null,
  reasonCode: CommissionReason,
): Exact {
  const note = { reasonCode, sum: null, missingRates: [], uncounted: [], without: null };
  return {
    creatorId,
    currency,
    amount,
    sales: ZERO,
    uncapped: ZERO,
    ratePair: null,
    rate: null,
    originalCurrency: null,
    note,
  };
}
