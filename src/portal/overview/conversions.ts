import type { Credited } from "./credited.ts";
import { addSums } from "../../ground/money/sum.ts";
import { amountCell, type DecimalCell } from "../../ground/http/csv.ts";

/** Where a conversion's commission stands, as its creator is told. */
export type PortalState = "approved" | "held" | "by_hand" | "claimed" | "contested" | "declined" | "unpaid";

/** Where those stand that nobody but a browser tells of, or that earn nothing after all. */
const UNCOUNTED: ReadonlySet<PortalState> = new Set(["claimed", "declined"]);

/** What was earned by conversions in one currency, minor units. */
export interface PortalCommission {
  /** ISO 4217. */
  currency: string;
  minor: number;
}

/** Conversions of one definition that stand alike. */
export interface PortalConversions {
  definitionId: string;
  /** What the store calls them. */
  name: string;
  state: PortalState;
  conversions: number;
  /** By currency; none where nothing is paid. */
  commissions: readonly PortalCommission[];
}

/** Conversions together. */
export type ConversionSum = Pick<PortalConversions, "conversions" | "commissions">;

/** The same of one local day (2026-11-22) of a store. */
export interface DayConversions extends PortalConversions, Credited {
  day: string;
}

/** How many conversions there are, and what they earn by currency: those that a server confirmed, and nobody declined. */
export function sumConversions(rows: readonly PortalConversions[]): ConversionSum {
  const counted = rows.filter(({ state }) => !UNCOUNTED.has(state));
  const byCurrency = Map.groupBy(
    counted.flatMap(({ commissions }) => commissions),
    ({ currency }) => currency,
  );
  return {
    conversions: counted.reduce((sum, { conversions }) => sum + conversions, 0),
    commissions: [...byCurrency]
      .map(([currency, sums]) => ({ currency, minor: addSums(sums.map(({ minor }) => minor)) }))
      .toSorted((a, b) => (a.currency < b.currency ? -1 : 1)),
  };
}

/** The columns that conversions have of the creator's own report, after those of orders. */
export const CONVERSION_COLUMNS = ["conversion", "conversions", "conversionCommission", "conversionState"] as const;

/**
 * Lines of the creator's own report: one a day, campaign, kind of conversion and state, and one more for each further
 * currency, without their number. What is of orders is empty; the state is the word of {@link PortalState}, in every
 * language. `before` is how many columns of orders there are after the campaign, `currencyAt` which of these is the currency.
 */
export function conversionLines(
  rows: readonly DayConversions[],
  names: ReadonlyMap<string, string>,
  { before, currencyAt }: { before: number; currencyAt: number },
): (string | number | DecimalCell | null)[][] {
  return rows.flatMap(({ day, campaignId, name, state, conversions, commissions }) => {
    const line = (part: PortalCommission | null, count: number | null) => {
      const ofOrders = Array.from({ length: before }, (_none, index) =>
        index === currencyAt ? (part?.currency ?? null) : null,
      );
      const amount = part === null ? null : amountCell(part.minor, part.currency);
      return [day, names.get(campaignId) ?? campaignId, ...ofOrders, name, count, amount, state];
    };
    if (commissions.length === 0) return [line(null, conversions)];
    return commissions.map((part, index) => line(part, index === 0 ? conversions : null));
  });
}
