const DAY_MS = 86_400_000;

/**
 * The moments (ms UTC) that may be of a day such as `2026-11-30` in some time zone, and of an event that is a little older
 * or later than the day under which it was noted.
 */
export function spanOfDay(day: string): { from: number; to: number } {
  const start = Date.parse(`${day}T00:00:00Z`);
  return { from: start - DAY_MS, to: start + 2 * DAY_MS };
}
