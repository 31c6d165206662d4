import { addSums } from "../../ground/money/sum.ts";
import { decimalOf } from "./format.ts";

/** Where a conversion's commission stands, as its creator is told. */
export type PortalState = "approved" | "held" | "by_hand" | "claimed" | "contested" | "declined" | "unpaid";

/** In plain words, and why one waits. */
export const STATE_WORDS: Readonly<Record<PortalState, string>> = {
  approved: "Approved",
  held: "Waits until it can’t be taken back any more",
  by_hand: "Waits for somebody at the shop to approve it",
  claimed: "Waits for the shop’s word: only a browser told of it",
  contested: "Waits until it is clear whose it is",
  declined: "Declined by the shop",
  unpaid: "Counted, not paid for",
};

const STATES = Object.keys(STATE_WORDS) as PortalState[];

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

/** The same of one local day (2026-11-22) of a store; campaigns as those of `DayNumbers`. */
export interface DayConversions extends PortalConversions {
  day: string;
  campaignId: string;
  campaignIds: readonly string[];
}

/** Sums of days: by what they are called, then by where they stand. */
export function sumConversions(rows: readonly PortalConversions[]): PortalConversions[] {
  const together = Map.groupBy(rows, ({ definitionId, state }) => `${definitionId} ${state}`);
  return [...together.values()]
    .flatMap((parts): PortalConversions[] => {
      const [first] = parts;
      if (first === undefined) return [];
      const byCurrency = Map.groupBy(
        parts.flatMap(({ commissions }) => commissions),
        ({ currency }) => currency,
      );
      return [
        {
          definitionId: first.definitionId,
          name: first.name,
          state: first.state,
          conversions: parts.reduce((sum, { conversions }) => sum + conversions, 0),
          commissions: [...byCurrency]
            .map(([currency, sums]) => ({ currency, minor: addSums(sums.map(({ minor }) => minor)) }))
            .toSorted((a, b) => (a.currency < b.currency ? -1 : 1)),
        },
      ];
    })
    .toSorted(
      (a, b) =>
        compare(a.name, b.name) ||
        compare(a.definitionId, b.definitionId) ||
        STATES.indexOf(a.state) - STATES.indexOf(b.state),
    );
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** The columns that conversions have of the creator's own report, after those of orders. */
export const CONVERSION_COLUMNS = ["conversion", "conversions", "conversionCommission", "conversionState"] as const;

/**
 * Lines of the creator's own report: one a day, campaign, kind of conversion and state, and one more for each further
 * currency, without their number. What is of orders is empty. `before` is how many columns of orders there are after the
 * campaign, `currencyAt` which of these is the currency.
 */
export function conversionLines(
  rows: readonly DayConversions[],
  names: ReadonlyMap<string, string>,
  { before, currencyAt }: { before: number; currencyAt: number },
): (string | number | null)[][] {
  return rows.flatMap(({ day, campaignId, name, state, conversions, commissions }) => {
    const line = (part: PortalCommission | null, count: number | null) => {
      const ofOrders = Array.from({ length: before }, (_none, index) =>
        index === currencyAt ? (part?.currency ?? null) : null,
      );
      const amount = part === null ? null : Number(decimalOf(part.minor, part.currency));
      return [day, names.get(campaignId) ?? campaignId, ...ofOrders, name, count, amount, STATE_WORDS[state]];
    };
    if (commissions.length === 0) return [line(null, conversions)];
    return commissions.map((part, index) => line(part, index === 0 ? conversions : null));
  });
}
