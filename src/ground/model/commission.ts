import type { Rate } from "../money/rate.ts";

/** Why a share earns nothing, or why what it earns can't be said. */
export type CommissionReason = "no_plan" | "unconfirmed" | "returning_customer" | "customer_unknown" | "rate_missing";

/** An order that waits for rates: `missingRates` are as one may be entered, `USD/EUR 2026-11-22`. */
export interface WaitingOrder {
  orderId: string;
  missingRates: readonly string[];
}

/** Earlier orders of the month that wait for rates, and count 0 until then. */
export interface WithoutNote {
  /** How many there are. */
  count: number;
  /** The first of them, as they were placed. */
  orders: readonly WaitingOrder[];
}

/** How a commission came about, or why there is none. Those of before rates were named have the first two alone. */
export interface CommissionNote {
  reasonCode: CommissionReason | null;
  /** `null` where the reason alone decides. */
  sum: CommissionSum | null;
  /** Rates that are missing, as one may be entered: `USD/EUR 2026-11-22`. */
  missingRates?: readonly string[];
  /** What counts 0 for the creator's later orders of the month, since it can't be said for want of them. */
  uncounted?: readonly Counting[];
  /** What it was worked out without; `null`: nothing. */
  without?: WithoutNote | null;
}

/** What counts for a creator's later orders of the month: sales for tiers, the commission before the cap per creator for that cap. */
export type Counting = "sales" | "uncapped";

/**
 * How an amount came about, step by step, for whoever follows it by hand. Minor units; amounts that may
 * not be whole are texts (see `exactText`), `null` from the step on for which a rate is missing.
 */
export interface CommissionSum {
  /** What the base is in. */
  orderCurrency: string;
  base: Base;
  general: GeneralNote;
  special: SpecialNote[];
  /** What the following is in. */
  currency: string;
  /** What the rates earn together for all of the order. */
  whole: string | null;
  weight: { numerator: number; denominator: number };
  refundedMinor: number;
  /** The creator's share of what wasn't refunded. */
  share: string | null;
  /** Those that made it less. */
  caps: CapNote[];
  /** Before it is rounded together with the other shares, in the currency that it is paid in. */
  exact: string | null;
  /** All that were used. */
  rates: Rate[];
}

/** What of an order earns, before refunds, and how it came about. Minor units of the order's currency. */
export interface Base {
  totalMinor: number;
  /** What was taken off; 0 where the rule includes it, or the shop says nothing. */
  taxMinor: number;
  shippingMinor: number;
  /** What the base is no more than; `null` where the shop says nothing, or the rule includes tax or shipping. */
  subtotalMinor: number | null;
  baseMinor: number;
}

/** What the general rate earns. Amounts that may not be whole are texts, see `exactText`. */
export interface GeneralNote {
  type: "percentage" | "fixed";
  /** Basis points or minor units: those of the tier, if one holds. */
  value: number;
  /** Where the tier begins; `null`: the rule's own value holds. */
  tierFromMinor: number | null;
  /** The creator's sales before this order, by which tiers go. */
  salesBeforeMinor: number;
  /** What a percentage is of. */
  of: string;
  earns: string;
}

/** What a special rate earns. */
export interface SpecialNote {
  /** Its position in the rule, from 0. */
  index: number;
  type: "percentage" | "fixed";
  /** Basis points, or minor units of a piece. */
  value: number;
  /** Its part of the base. */
  of: string;
  /** Pieces. */
  quantity: string;
  /** In the currency of the commission; `null`: the rate that it is to be converted by is missing. */
  earns: string | null;
}

/** A cap that made a commission less. */
export interface CapNote {
  cap: "order" | "creator";
  /** Minor units of the store's currency, as what it leaves. */
  capMinor: number;
  /** See `exactText`. */
  leaves: string;
}
