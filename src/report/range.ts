/** How the rows of a report are spaced. */
export type Interval = "hour" | "day" | "total";

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

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Days that a report covers if it isn't told. */
const DEFAULT_DAYS = 30;

/** Spans of an interval, ms. */
export const INTERVAL_MS: Readonly<Record<Exclude<Interval, "total">, number>> = { hour: HOUR_MS, day: DAY_MS };

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Reads `from` and `to`: dates (UTC, both whole days) or times (ISO 8601; `to` itself is not in the
 * span). Without `to` a report runs to the end of the day of `now` (ms UTC), without `from` it
 * starts 30 days before. Returns `null` if the span is empty or longer than 10 years.
 */
export function reportRange(from: string | undefined, to: string | undefined, now: number): ReportRange | null {
  const end = to === undefined ? startOfDay(now) + DAY_MS : DATE.test(to) ? Date.parse(to) + DAY_MS : Date.parse(to);
  const start = from === undefined ? startOfDay(end - 1) - (DEFAULT_DAYS - 1) * DAY_MS : Date.parse(from);
  if (!(start < end) || end - start > 3_660 * DAY_MS) return null;
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

function startOfDay(time: number): number {
  return time - (time % DAY_MS);
}
