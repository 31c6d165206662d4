import { endOf, isDate, startOf } from "./moment.ts";

/** How the rows of a report on traffic are spaced. */
export type Interval = "hour" | "day" | "total";

/** How the rows of any other report are spaced. */
export type ReportInterval = Interval | "month";

/** A span of time, ms UTC: from the first to before the second. */
export interface Span {
  from: number;
  to: number;
}

/** A report's span, split by where its counts are read from. */
export interface ReportRange extends Span {
  /** Whole hours, which the roll-up has; `null` if the span holds none. */
  hours: Span | null;
  /** What is left at its two ends, which only the click log can tell. */
  edges: Span[];
}

/** Local days (2026-11-22), both whole, whatever time zone each row's store is in. */
export interface DaySpan {
  by: "days";
  first: string;
  last: string;
}

/** Exact moments. */
export interface MomentSpan extends ReportRange {
  by: "moments";
}

/** What a report covers. */
export type ReportSpan = DaySpan | MomentSpan;

/** An hour, ms. */
export const HOUR_MS = 3_600_000;
/** A day without a change of clocks, ms. */
export const DAY_MS = 86_400_000;

/** Days that a report covers if it isn't told. */
const DEFAULT_DAYS = 30;

/** Days that a report covers at most: ten years. */
const MAX_DAYS = 3_660;

/** Spans of an interval, ms. */
export const INTERVAL_MS: Readonly<Record<Exclude<Interval, "total">, number>> = { hour: HOUR_MS, day: DAY_MS };

/**
 * Reads `from` and `to`: dates (UTC, both whole days) or times (ISO 8601; `to` itself is not in the
 * span). Without `to` a report runs to the end of the day of `now` (ms UTC), without `from` it
 * starts 30 days before. Returns `null` if the span is empty or longer than 10 years.
 */
export function reportRange(from: string | undefined, to: string | undefined, now: number): ReportRange | null {
  const end = to === undefined ? startOfDay(now) + DAY_MS : (endOf(to) ?? Number.NaN);
  const start = from === undefined ? startOfDay(end - 1) - (DEFAULT_DAYS - 1) * DAY_MS : (startOf(from) ?? Number.NaN);
  if (!(start < end) || end - start > MAX_DAYS * DAY_MS) return null;
  return rangeOf(start, end);
}

function rangeOf(start: number, end: number): ReportRange {
  const firstHour = Math.ceil(start / HOUR_MS) * HOUR_MS;
  const lastHour = Math.floor(end / HOUR_MS) * HOUR_MS;
  if (firstHour >= lastHour) {
    return { from: start, to: end, hours: null, edges: [{ from: start, to: end }] };
  }
  const edges = [
    { from: start, to: firstHour },
    { from: lastHour, to: end },
  ].filter((edge) => edge.from < edge.to);
  return { from: start, to: end, hours: { from: firstHour, to: lastHour }, edges };
}

/** The day so many days after another (2026-11-22); before, if they are less than 0. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The last day of the month that a day is in. */
export function lastOfMonth(day: string): string {
  const date = new Date(day);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).toISOString().slice(0, 10);
}

/** How many days a span of days has. */
export function daysOf({ first, last }: DaySpan): number {
  return (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;
}

/**
 * Reads `from` and `to` as {@link reportRange} does, but takes dates for local days, unless the rows are hours
 * or one of the two is a time. Without `to` a report runs to `today`, which is a local day too.
 */
export function reportSpan(
  from: string | undefined,
  to: string | undefined,
  { interval, today, now }: { interval: ReportInterval; today: string; now: number },
): ReportSpan | null {
  const namesTime = [from, to].some((moment) => moment !== undefined && !isDate(moment));
  if (interval === "hour" || namesTime) {
    const range = reportRange(from, to, now);
    return range === null ? null : { by: "moments", ...range };
  }
  const last = to ?? today;
  const first = from ?? dayAfter(last, 1 - DEFAULT_DAYS);
  const span: DaySpan = { by: "days", first, last };
  return first <= last && daysOf(span) <= MAX_DAYS ? span : null;
}

/** A span of the same length right before another. */
export function spanBefore(span: DaySpan): DaySpan;
export function spanBefore(span: ReportSpan): ReportSpan;
export function spanBefore(span: ReportSpan): ReportSpan {
  if (span.by === "days") {
    return { by: "days", first: dayAfter(span.first, -daysOf(span)), last: dayAfter(span.first, -1) };
  }
  return { by: "moments", ...rangeOf(span.from - (span.to - span.from), span.from) };
}

/** A span as times, ms UTC; those of days are as if every store were in UTC. */
export function timesOf(span: ReportSpan): Span {
  if (span.by === "moments") return { from: span.from, to: span.to };
  return { from: Date.parse(span.first), to: Date.parse(span.last) + DAY_MS };
}

function startOfDay(time: number): number {
  return time - (time % DAY_MS);
}
