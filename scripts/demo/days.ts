import { inZone } from "../../src/ground/time/in-zone.ts";

/** Where the demo's shops are. */
export const TIMEZONE = "Europe/Paris";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** How many days of history a demo has. The last one is yesterday. */
export const DAYS = 60;

const day = inZone("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" });
const hour = inZone("en-GB", { hour: "2-digit", hourCycle: "h23" });

/** The day (2026-11-22) of a time (ms UTC) in the shops' time zone. */
export function dayOf(time: number): string {
  return day(TIMEZONE, time);
}

/** When the day of a time begins there, ms UTC. */
export function beginOf(time: number): number {
  const utc = Date.parse(`${dayOf(time)}T00:00:00Z`);
  // One hour ahead of UTC in winter, two in summer.
  return hour(TIMEZONE, utc - HOUR_MS) === "00" ? utc - HOUR_MS : utc - 2 * HOUR_MS;
}

/** When the day begins that is so many days after that of a time, ms UTC. */
export function dayAfter(time: number, days: number): number {
  return beginOf(beginOf(time) + days * DAY_MS + DAY_MS / 2);
}

/** When the month of a time begins there, ms UTC. */
export function monthOf(time: number): number {
  return beginOf(Date.parse(`${dayOf(time).slice(0, 8)}01T12:00:00Z`));
}

/** The day of the week of a time there: 0 is Sunday. */
export function weekdayOf(time: number): number {
  return new Date(`${dayOf(time)}T00:00:00Z`).getUTCDay();
}
