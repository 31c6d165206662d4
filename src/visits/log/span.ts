import { inZone } from "../../ground/time/in-zone.ts";

/** Zones are apart from UTC by whole quarters of an hour: no hour begins within one. */
const QUARTER_MS = 900_000;

const inAnyZone = inZone("en-CA", {
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  hourCycle: "h23",
});

/** Characters of a day (2026-11-30). */
const DAY_LENGTH = 10;

/**
 * Makes a function that tells the local hour (2026-11-30T11) of a time (ms UTC) in a time zone; its day are the first ten
 * characters. It keeps what it has told, for events come close together. A zone that isn't known is UTC.
 */
export function hoursInZones(): (timezone: string, time: number) => string {
  const known = new Map<string, string>();
  return (timezone, time) => {
    const quarter = Math.floor(time / QUARTER_MS);
    const key = `${quarter} ${timezone}`;
    let hour = known.get(key);
    if (hour === undefined) known.set(key, (hour = hourOf(timezone, quarter * QUARTER_MS)));
    return hour;
  };
}

/** The day (2026-11-30) of a local hour. */
export function dayOfHour(hour: string): string {
  return hour.slice(0, DAY_LENGTH);
}

function hourOf(timezone: string, time: number): string {
  try {
    // As `2026-11-30, 11`.
    return inAnyZone(timezone, time).replace(", ", "T");
  } catch (error) {
    if (error instanceof RangeError) return new Date(time).toISOString().slice(0, 13);
    throw error;
  }
}
