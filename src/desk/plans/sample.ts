import { commissionsOf } from "../../books/ledger/commission.ts";
import { minorOf } from "../../ground/money/amount.ts";
import type { CommissionReason } from "../../ground/model/commission.ts";
import type { FieldError } from "../../ground/http/problem.ts";
import { AmountReader } from "../../programme/plan/amount-reader.ts";
import type { GivenCommission } from "../../programme/plan/commission-schema.ts";
import { readCommission } from "../../programme/plan/commission-terms.ts";

/** An order to reckon with, as its form says it: amounts in the major unit. */
export interface SampleOrder {
  total?: string;
  /** ISO 4217; without it the store's. */
  currency?: string;
  tax?: string;
  shipping?: string;
  refunded?: string;
  customer?: "new" | "returning" | "unknown";
  sku?: string;
  category?: string;
  quantity?: number;
  salesBefore?: string;
  earnedBefore?: string;
}

/** What a creator would earn by an order. Amounts: minor units. */
export interface SampleEarned {
  orderCurrency: string;
  totalMinor: number;
  /** What of it earns; `null`: nothing does, and the reason says why. */
  baseMinor: number | null;
  amountMinor: number | null;
  /** ISO 4217. */
  currency: string;
  reason: CommissionReason | null;
  /** How many bounds made it less. */
  caps: number;
}

/** The order of which nobody said anything. */
const SOME_TOTAL = "100";

/** What a commission has that says nothing of itself. */
const PLAIN = {
  tiers: [],
  special: [],
  capPerOrder: null,
  capPerCreator: null,
  newCustomersOnly: false,
  includeTax: false,
  includeShipping: false,
  holdDays: null,
  payIn: null,
};

/**
 * What a creator would earn by an order, by the very rules of the ledger. `commission` is as the API takes or shows it, `day`
 * the order's. Answers faults at the order's own fields, and at the commission's, where they can't be read.
 */
export function earnedBy(
  commission: Readonly<Record<string, unknown>>,
  order: SampleOrder,
  storeCurrency: string,
  day: string,
): { earned: SampleEarned } | { faults: FieldError[] } {
  const reader = new AmountReader(storeCurrency);
  const given = completed(commission);
  if (given === null) return { faults: [{ path: "commission.value", message: "says nothing" }] };
  const rule = readCommission(reader, given);
  const orderCurrency = (order.currency ?? storeCurrency).toUpperCase();
  const faults = [...reader.faults];
  const minor = (name: keyof SampleOrder, currency: string, missing: string): number => {
    const value = minorOf(String(order[name] ?? missing), currency);
    if (value === null) faults.push({ path: `order.${name}`, message: `must be an amount in ${currency}` });
    return value ?? 0;
  };
  const totalMinor = minor("total", orderCurrency, SOME_TOTAL);
  const taxMinor = minor("tax", orderCurrency, "0");
  const shippingMinor = minor("shipping", orderCurrency, "0");
  const refundedMinor = minor("refunded", orderCurrency, "0");
  const salesBeforeMinor = minor("salesBefore", storeCurrency, "0");
  const earnedBeforeMinor = minor("earnedBefore", storeCurrency, "0");
  if (faults.length > 0) return { faults };
  const quantity = order.quantity ?? 1;
  const goods = Math.max(0, totalMinor - taxMinor - shippingMinor);
  const confirmed = {
    currency: orderCurrency,
    totalMinor,
    subtotalMinor: null,
    discountMinor: null,
    shippingMinor,
    taxMinor,
    refundedMinor,
    items: [
      {
        sku: order.sku ?? "",
        quantity,
        priceMinor: Math.round(goods / quantity),
        ...(order.category !== undefined && { category: order.category }),
      },
    ],
  };
  const [share] = commissionsOf({
    confirmed,
    customer: order.customer ?? "new",
    storeCurrency,
    day,
    shares: [
      {
        creatorId: "",
        planId: "",
        campaignId: null,
        weight: { numerator: 1, denominator: 1 },
        rule: { version: 1, commission: rule },
        salesBeforeMinor,
        earnedBeforeMinor,
        without: null,
      },
    ],
    // Rates are the books': a sample is reckoned without them, and says so.
    rateOf: () => null,
  });
  return {
    earned: {
      orderCurrency,
      totalMinor,
      baseMinor: share?.note.sum?.base.baseMinor ?? null,
      amountMinor: share?.amountMinor ?? null,
      currency: share?.currency ?? storeCurrency,
      reason: share?.note.reasonCode ?? null,
      caps: share?.note.sum?.caps.length ?? 0,
    },
  };
}

/** A commission with all that a form may leave out; `null`: it doesn't say what is paid. */
function completed(commission: Readonly<Record<string, unknown>>): GivenCommission | null {
  const { type, value, special } = commission;
  if ((type !== "percentage" && type !== "fixed") || value === undefined || value === null) return null;
  const rates = Array.isArray(special) ? (special as Record<string, unknown>[]) : [];
  return {
    ...PLAIN,
    ...commission,
    special: rates.map((rate) => ({ products: [], categories: [], ...rate })),
  } as unknown as GivenCommission;
}
