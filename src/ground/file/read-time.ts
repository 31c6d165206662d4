import type { LocalTime } from "./local-time.ts";

/** A way in which exports write times. */
export type TimeForm = "iso" | "numeric" | "month_name" | "day_name";

/** A time with the month first and with the day first, ms UTC: the same but for 03/11/2026; `null`: there is none. */
export interface TimeReading {
  mdy: number | null;
  dmy: number | null;
}

type Parts = Record<string, string | undefined>;

/** ISO 8601, and what shops make of it: a space for the T, a space before the offset. */
const ISO =
  /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})(?:[T ](?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.(?<fraction>\d{1,9}))?)?(?: ?(?<offset>Z|UTC|[+-]\d{2}:?\d{2}))?)?$/;

const CLOCK = "(?:,? (?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<second>\\d{2}))?(?: ?(?<half>[AP]M))?)?";

/** 11/20/2026 9:05:00 AM, 20/11/2026 09:05, 20.11.2026, 20-11-2026. */
const NUMERIC = new RegExp(`^(?<one>\\d{1,2})(?<mark>[/.-])(?<two>\\d{1,2})\\k<mark>(?<year>\\d{4})${CLOCK}$`, "i");

/** Nov 20, 2026 9:05:00 AM; Nov 20th 2026. */
const MONTH_NAME = new RegExp(
  `^(?<name>[a-z]{3})[a-z]* (?<day>\\d{1,2})(?:st|nd|rd|th)?,? (?<year>\\d{4})${CLOCK}$`,
  "i",
);

/** 20 Nov 2026 9:05:00 AM; 20-Nov-2026. */
const DAY_NAME = new RegExp(
  `^(?<day>\\d{1,2})(?:st|nd|rd|th)?[ -](?<name>[a-z]{3})[a-z]*,?[ -](?<year>\\d{4})${CLOCK}$`,
  "i",
);

const PATTERNS: Readonly<Record<TimeForm, RegExp>> = {
  iso: ISO,
  numeric: NUMERIC,
  month_name: MONTH_NAME,
  day_name: DAY_NAME,
};

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/**
 * A time as an export writes it in one of these forms; without an offset it is `local`, and without an hour
 * the first moment of its day. `null` for what is no such time, or before 1970.
 */
export function readTime(text: string, forms: readonly TimeForm[], local: LocalTime): TimeReading | null {
  for (const form of forms) {
    const parts: Parts | undefined = PATTERNS[form].exec(text.trim())?.groups;
    if (parts === undefined) continue;
    const { one, two, mark } = parts;
    const dmy = momentOf(mark === undefined ? parts : { ...parts, day: one, month: two }, local);
    // With points the day comes first wherever they are written.
    const clear = mark === undefined || mark === ".";
    const mdy = clear ? dmy : momentOf({ ...parts, day: two, month: one }, local);
    return mdy === null && dmy === null ? null : { mdy, dmy };
  }
  return null;
}

function momentOf(parts: Parts, local: LocalTime): number | null {
  const { name, half, fraction = "", offset } = parts;
  const number = (part: string): number => Number(parts[part] ?? 0);
  const [year, day, minute, second] = [number("year"), number("day"), number("minute"), number("second")];
  const month = name === undefined ? number("month") : MONTHS.indexOf(name.toLowerCase()) + 1;
  const hour = hourOf(number("hour"), half);
  if (hour === null || hour > 23 || minute > 59 || second > 59) return null;
  // 30 February would be a day of March.
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const wall = { year, month, day, hour, minute, second };
  const ms = Number(fraction.padEnd(3, "0").slice(0, 3));
  const time =
    offset === undefined
      ? local.momentOf(wall)
      : Date.UTC(year, month - 1, day, hour, minute, second) - offsetMs(offset);
  return time >= 0 ? time + ms : null;
}

/** The hour of a day of 24 by one of twelve; `null` if there is none. */
function hourOf(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half.toUpperCase() === "PM" ? 12 : 0);
}

function offsetMs(offset: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(offset) ?? [];
  if (sign === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
