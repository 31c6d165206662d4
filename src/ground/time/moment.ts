/**
 * The one reader of dates and times that requests name: a date (`2026-11-21`), which is a whole day in UTC, or a
 * time of ISO 8601 with its offset (`2026-11-21T09:00:00Z`, `2026-11-21T10:00+01:00`); none before 1970. Where
 * something begins, a date is the first moment of its day; where something ends, the day is still in.
 */
const MOMENT =
  /^(\d{4}-\d{2}-\d{2})(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d))?$/;

const DAY_LENGTH = 10;
const DAY_MS = 86_400_000;

/** What is wrong with a text that is neither a date nor a time. */
export const NO_MOMENT =
  "must be a date such as 2026-11-21, or a time with its offset such as 2026-11-21T09:00:00Z; none before 1970";

/** Where what a text names begins, ms UTC; `null` if it is neither a date nor a time. */
export function startOf(text: string): number | null {
  const day = MOMENT.exec(text)?.[1];
  // 30 February would be read as a day of March.
  if (day === undefined || !isDay(day)) return null;
  const time = Date.parse(text);
  return time >= 0 ? time : null;
}

/** The moment before which what a text names ends, ms UTC: of a date, the end of its day. `null` as above. */
export function endOf(text: string): number | null {
  const time = startOf(text);
  return time !== null && isDate(text) ? time + DAY_MS : time;
}

/** Whether a text that was read is a date, and no time. */
export function isDate(text: string): boolean {
  return text.length === DAY_LENGTH;
}

function isDay(day: string): boolean {
  const time = Date.parse(day);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}
