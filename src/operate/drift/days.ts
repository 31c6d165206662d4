import { startOfDay } from "../../clicks/archive/format.ts";
import { daysInZones } from "../../ground/time/day-in-zone.ts";

/** A day, ms. */
export const DAY_MS = 86_400_000;

/** Late clicks come within four days and dead letters a little later: after this a day is settled. */
const CHECKED_DAYS = 8;

/** Starts (ms UTC) of the days before the one that holds `now`, as many as are checked, oldest first. */
export function closedDays(now: number): number[] {
  const today = startOfDay(now);
  return Array.from({ length: CHECKED_DAYS }, (_none, index) => today - (CHECKED_DAYS - index) * DAY_MS);
}

const HOUR_MS = 3_600_000;

/** Zones are apart from UTC by whole quarters of an hour. */
const QUARTER_MS = 900_000;

/** The hours of a calendar day in time zones. */
export interface HoursOfDay {
  /** Those that are wholly in it: zone, and start of the hour, ms UTC. */
  whole: [zone: string, hour: number][];
  /** The zones of which a part of an hour is in it, by the start of the hour. */
  cut: Map<number, Set<string>>;
}

/** Which hours are of a day (2026-11-22) in each zone. The span (ms UTC) is one that holds the day in all of them. */
export function hoursOfDay(
  zones: readonly string[],
  day: string,
  { from, to }: { from: number; to: number },
): HoursOfDay {
  const dayIn = daysInZones();
  const found: HoursOfDay = { whole: [], cut: new Map() };
  for (const zone of zones) {
    for (let hour = from; hour < to; hour += HOUR_MS) {
      let quarters = 0;
      for (let time = hour; time < hour + HOUR_MS; time += QUARTER_MS) if (dayIn(zone, time) === day) quarters += 1;
      if (quarters === HOUR_MS / QUARTER_MS) found.whole.push([zone, hour]);
      else if (quarters > 0) found.cut.set(hour, (found.cut.get(hour) ?? new Set()).add(zone));
    }
  }
  return found;
}
