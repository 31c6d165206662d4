import { inZone } from "./in-zone.ts";

/** Zones are apart from UTC by whole quarters of an hour: no day begins within one. */
const QUARTER_MS = 900_000;

/** As `2026-11-22`. */
const inAnyZone = inZone("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" });

/**
 * Makes a function that tells the calendar day (2026-11-22) of a time (ms UTC) in a time zone: the same day as the SQL of
 * `localDay`. It keeps what it has told, for clicks come close together. A zone that isn't known is UTC.
 */
export function daysInZones(): (timezone: string, time: number) => string {
  const known = new Map<string, Map<number, string>>();
  return (timezone, time) => {
    let days = known.get(timezone);
    if (days === undefined) known.set(timezone, (days = new Map()));
    const quarter = Math.floor(time / QUARTER_MS);
    let day = days.get(quarter);
    if (day === undefined) days.set(quarter, (day = dayOf(timezone, quarter * QUARTER_MS)));
    return day;
  };
}

function dayOf(timezone: string, time: number): string {
  try {
    return inAnyZone(timezone, time);
  } catch (error) {
    if (error instanceof RangeError) return new Date(time).toISOString().slice(0, 10);
    throw error;
  }
}
