import { startOfDay } from "../../clicks/archive/format.ts";

/** A day, ms. */
export const DAY_MS = 86_400_000;

/** Late clicks come within four days and dead letters a little later: after this a day is settled. */
const CHECKED_DAYS = 8;

/** Starts (ms UTC) of the days before the one that holds `now`, as many as are checked, oldest first. */
export function closedDays(now: number): number[] {
  const today = startOfDay(now);
  return Array.from({ length: CHECKED_DAYS }, (_none, index) => today - (CHECKED_DAYS - index) * DAY_MS);
}
