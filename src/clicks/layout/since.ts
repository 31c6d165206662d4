const DAY_MS = 86_400_000;

/** A layout is known everywhere long before its day: isolates look for it every minute. */
const BEFOREHAND_MS = 2 * 3_600_000;

/** The number of the first UTC day that begins long enough after `now` (ms UTC) for a layout to begin with it. */
export function firstDayAfter(now: number): number {
  return Math.ceil((now + BEFOREHAND_MS) / DAY_MS);
}

/** The number of a UTC day given as `2026-12-01`. */
export function dayOfDate(date: string): number {
  return Date.parse(date) / DAY_MS;
}

/** The date of a UTC day by its number. */
export function dateOfDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
