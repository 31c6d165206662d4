import { type DaySpan, daysOf } from "../../ground/time/range.ts";

/** What a channel cost over days of its store, both in it (2026-11-30). */
export interface SpreadCost {
  channel: string;
  /** ISO 4217. */
  currency: string;
  /** Minor units. */
  amountMinor: number;
  fromDay: string;
  toDay: string;
}

/**
 * What of a cost falls to a span of days, minor units: it is spread evenly, and of spans that follow one another the parts
 * add up to the whole, since each day has what the days up to it come to, less those before it.
 */
export function partOf(
  { amountMinor, fromDay, toDay }: SpreadCost,
  { first, last }: Pick<DaySpan, "first" | "last">,
): number {
  const from = first > fromDay ? first : fromDay;
  const to = last < toDay ? last : toDay;
  if (from > to) return 0;
  const all = countOf(fromDay, toDay);
  return upToDays(amountMinor, countOf(fromDay, to), all) - upToDays(amountMinor, countOf(fromDay, from) - 1, all);
}

function countOf(first: string, last: string): number {
  return daysOf({ by: "days", first, last });
}

/** What the first days come to of all, rounded down. */
function upToDays(amountMinor: number, days: number, all: number): number {
  return Number((BigInt(amountMinor) * BigInt(days)) / BigInt(all));
}
