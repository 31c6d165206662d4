import { dayAfter, daysOf, type DaySpan, spanBefore } from "../../ground/time/range.ts";

/** What the portal can show: the last 30 or 90 days, or the calendar year. */
export const SPANS = ["30d", "90d", "year"] as const;

/** One of {@link SPANS}. */
export type SpanName = (typeof SPANS)[number];

/** Bars of a chart that a phone can still tell apart; a longer span has a bar a week. */
const MAX_BARS = 100;

/** The days of a span that ends on a day (2026-11-22). */
export function spanUntil(name: SpanName, last: string): DaySpan {
  switch (name) {
    case "30d":
      return { by: "days", first: dayAfter(last, -29), last };
    case "90d":
      return { by: "days", first: dayAfter(last, -89), last };
    case "year":
      return { by: "days", first: `${last.slice(0, 4)}-01-01`, last };
  }
}

/**
 * The days that a span is compared with: as many right before it, or of a year the same days of the one before. So a span
 * that isn't over is compared with no more than it has.
 */
export function daysBefore(name: SpanName, span: DaySpan): DaySpan {
  if (name !== "year") return spanBefore(span);
  const { last } = span;
  const year = `${Number(last.slice(0, 4)) - 1}`;
  // The year before has no 29th of February.
  return { by: "days", first: `${year}-01-01`, last: year + (last.endsWith("02-29") ? "-02-28" : last.slice(4)) };
}

/** The bars of a chart: each day of a span, or, if those are too many, each week from Monday to Sunday. */
export function barsOf(span: DaySpan): DaySpan[] {
  const daily = daysOf(span) <= MAX_BARS;
  const bars: DaySpan[] = [];
  for (let first = span.first; first <= span.last;) {
    const end = daily ? first : dayAfter(first, (7 - new Date(first).getUTCDay()) % 7);
    bars.push({ by: "days", first, last: end < span.last ? end : span.last });
    first = dayAfter(end, 1);
  }
  return bars;
}
