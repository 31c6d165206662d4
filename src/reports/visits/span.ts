import { dayAfter, type DaySpan } from "../../ground/time/range.ts";
import type { Bindings } from "../report/bindings.ts";

/** How rows of sums are spaced. */
export const SUM_INTERVALS = ["hour", "day", "month", "total"] as const;

/** One of {@link SUM_INTERVALS}. */
export type SumInterval = (typeof SUM_INTERVALS)[number];

/** Days that hours are kept, and days as such: see `visits/log/`. */
const HOUR_DAYS = 35;
const DAY_DAYS = 400;

/** Characters of a span that is an hour, a day, a month: 2026-11-30T11. */
const LENGTHS: Readonly<Record<Exclude<SumInterval, "total">, number>> = { hour: 13, day: 10, month: 7 };

/**
 * Why sums can't tell of a span of local days, with the field at fault; `null`: they can. `today` is the store's. What
 * is older than its hours or days are kept is told of by whole days or months.
 */
export function spanFault(
  { first, last }: DaySpan,
  interval: SumInterval,
  today: string,
): { path: "from" | "to" | "interval"; message: string } | null {
  if (interval === "hour" && first < dayAfter(today, 1 - HOUR_DAYS)) {
    return { path: "from", message: `must be in the last ${HOUR_DAYS} days: older hours are summed to days` };
  }
  const days = dayAfter(today, -DAY_DAYS);
  if (first >= days) return null;
  const why = `what is older than ${DAY_DAYS} days is summed to months`;
  if (interval === "day") return { path: "interval", message: `must be month or total: ${why}` };
  if (!first.endsWith("-01")) return { path: "from", message: `must be the first of a month: ${why}` };
  if (last < days && !endsMonth(last)) return { path: "to", message: `must be the last of a month: ${why}` };
  return null;
}

function endsMonth(day: string): boolean {
  return dayAfter(day, 1).endsWith("-01");
}

/** SQL condition that rows of sums `s` are of a span of local days; of months, those that are in it whole. */
export function ofSpan({ first, last }: DaySpan, bindings: Bindings): string {
  const month = first.slice(0, LENGTHS.month);
  const firstMonth = first.endsWith("-01") ? month : dayAfter(`${month}-01`, 31).slice(0, LENGTHS.month);
  const end = dayAfter(last, 1);
  const lastMonth = end.endsWith("-01")
    ? last.slice(0, LENGTHS.month)
    : dayAfter(`${last.slice(0, 7)}-01`, -1).slice(0, 7);
  const [low, high] = [bindings.add(month), bindings.add(end)];
  // The first two are the stretch of the key that is read.
  return `s.span >= ${low} AND s.span < ${high} AND (
    (length(s.span) > ${LENGTHS.month} AND s.span >= ${bindings.add(first)})
    OR s.span BETWEEN ${bindings.add(firstMonth)} AND ${bindings.add(lastMonth)})`;
}

/** SQL: where the interval of a row of sums `s` begins. */
export function startOf(interval: SumInterval): string {
  return interval === "total" ? "''" : `substr(s.span, 1, ${LENGTHS[interval]})`;
}

/** SQL condition on rows of sums `s` where they are told of by the hour: there is none without consent. */
export function ofInterval(interval: SumInterval): string {
  return interval === "hour" ? `s.consent = 'granted' AND length(s.span) = ${LENGTHS.hour}` : "TRUE";
}
