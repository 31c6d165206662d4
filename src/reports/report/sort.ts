import { UNSAID } from "../rollup/facts.ts";
import { COUNTS } from "./count.ts";

/** Numbers that rows can be sorted by, beside `name` and `start`. */
const NUMBERS = [
  ...COUNTS,
  "grossMinor",
  "refundedMinor",
  "salesMinor",
  "commissionMinor",
  "claimedSalesMinor",
  "cvr",
  "epcMinor",
  "aovMinor",
] as const;

/** What rows can be sorted by. */
export const SORT_FIELDS = [...NUMBERS, "name", "start"] as const;

/** One of {@link SORT_FIELDS}, and whether the largest comes first. */
export interface Sort {
  by: (typeof SORT_FIELDS)[number];
  descending: boolean;
}

/** Reads a sort: a field, with a minus from the largest on. A link's name is its slug. Throws for what isn't one. */
export function sortOf(text: string): Sort {
  const name = text.replace(/^-/, "");
  const by = name === "slug" ? "name" : SORT_FIELDS.find((field) => field === name);
  if (by === undefined) throw new Error(`not a sort: ${text}`);
  return { by, descending: text.startsWith("-") };
}

/** A sort as {@link sortOf} reads it. */
export function sortText({ by, descending }: Sort): string {
  return `${descending ? "-" : ""}${by}`;
}

/** What a number is made of, as SQL of the rows that clicks, uses and sales were summed to; 0 where it is left out. */
export interface Ranked {
  clicks?: string;
  uses?: string;
  sales?: string;
}

const inCurrency = (amount: string): string => `iif(currency = (SELECT currency FROM reported), ${amount}, 0)`;
const SALES = inCurrency("gross - refunded");

/** Each number as one sum over another, or as a sum alone. */
export const RANKS: Readonly<Record<(typeof NUMBERS)[number], { sum: Ranked; over?: Ranked }>> = {
  clicks: { sum: { clicks: "clicks" } },
  uniqueClicks: { sum: { clicks: "uniques" } },
  conversions: { sum: { sales: "conversions" } },
  claimedConversions: { sum: { sales: "claimed" } },
  linkConversions: { sum: { sales: "by_link" } },
  codeConversions: { sum: { sales: "by_code" } },
  callConversions: { sum: { sales: "by_call" } },
  codeUses: { sum: { uses: "uses" } },
  waitingCommissions: { sum: { sales: `iif(currency = '${UNSAID}', commission, 0)` } },
  grossMinor: { sum: { sales: inCurrency("gross") } },
  refundedMinor: { sum: { sales: inCurrency("refunded") } },
  salesMinor: { sum: { sales: SALES } },
  commissionMinor: { sum: { sales: inCurrency("commission") } },
  claimedSalesMinor: { sum: { sales: inCurrency("claimed_sales") } },
  cvr: { sum: { sales: "conversions" }, over: { clicks: "clicks" } },
  epcMinor: { sum: { sales: SALES }, over: { clicks: "clicks" } },
  aovMinor: { sum: { sales: SALES }, over: { sales: "conversions" } },
};
