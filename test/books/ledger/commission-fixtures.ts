import { type CommissionInput, type CommissionShare, commissionsOf } from "../../../src/books/ledger/commission.ts";
import { type Rate, rateBook } from "../../../src/ground/money/rate.ts";
import type { ConfirmedAmounts } from "../../../src/ground/model/evidence.ts";
import type { Commission } from "../../../src/ground/model/plan.ts";
import { PLAIN_RULE } from "../../programme/plain-rule.ts";

/** The day of the orders of these tests. */
export const DAY = "2026-11-22";

/** The parts of a rule but for its value. */
export type RuleParts = Partial<Omit<Commission, "type" | "basisPoints" | "amountMinor" | "currency">>;

/** A rule in per cent. */
export const percent = (value: number, parts: RuleParts = {}): Commission => ({
  type: "percentage",
  basisPoints: Math.round(value * 100),
  ...PLAIN_RULE,
  ...parts,
});

/** A rule of an amount for each order. */
export const fixed = (amountMinor: number, parts: RuleParts = {}, currency = "EUR"): Commission => ({
  type: "fixed",
  amountMinor,
  currency,
  ...PLAIN_RULE,
  ...parts,
});

/** The amounts of an order in euros; what isn't given is unknown. */
export const order = (totalMinor: number, values: Partial<ConfirmedAmounts> = {}): ConfirmedAmounts => ({
  currency: "EUR",
  totalMinor,
  subtotalMinor: null,
  discountMinor: null,
  shippingMinor: null,
  taxMinor: null,
  refundedMinor: null,
  items: null,
  ...values,
});

/** A line of an order, by its category. */
export const item = (priceMinor: number, category: string, quantity = 1) => ({
  sku: `sku-${category}`,
  priceMinor,
  category,
  quantity,
});

/** A rate of a day. */
export const rate = (from: string, to: string, text: string, date = DAY): Rate => ({
  from,
  to,
  date,
  rate: text,
  source: "ECB",
  inverse: false,
});

let count = 0;

/** A share of an order by a rule: all of it, unless told otherwise. */
export function share(commission: Commission | null, values: Partial<CommissionShare> = {}): CommissionShare {
  count += 1;
  return {
    creatorId: `crt_${count}`,
    planId: commission === null ? null : "pln_1",
    campaignId: null,
    weight: { numerator: 1, denominator: 1 },
    rule: commission === null ? null : { version: 1, commission },
    salesBeforeMinor: 0,
    earnedBeforeMinor: 0,
    without: null,
    ...values,
  };
}

/** What shares of an order earn, in a store in euros that knows these rates. */
export function commissions(
  confirmed: ConfirmedAmounts | null,
  shares: readonly CommissionShare[],
  { rates = [], ...values }: Partial<CommissionInput> & { rates?: readonly Rate[] } = {},
) {
  const input = {
    confirmed,
    customer: "new",
    storeCurrency: "EUR",
    day: DAY,
    shares,
    rateOf: rateBook(rates),
  } as const;
  return commissionsOf({ ...input, ...values });
}

/** What one creator earns by a rule. */
export function earned(
  confirmed: ConfirmedAmounts | null,
  commission: Commission,
  values: Partial<CommissionShare> & Parameters<typeof commissions>[2] = {},
) {
  const [only] = commissions(confirmed, [share(commission, values)], values);
  if (only === undefined) throw new Error("a share was expected");
  return only;
}

/** An order split evenly among so many creators. */
export const evenly = (commission: Commission, among: number, values: Partial<CommissionShare> = {}) =>
  Array.from({ length: among }, () => share(commission, { weight: { numerator: 1, denominator: among }, ...values }));
