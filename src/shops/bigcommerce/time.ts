const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const RFC_2822 =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2})(?::(\d{2}))? (?:([+-])(\d{2})(\d{2})|GMT|UTC?|Z)$/;

/** A time as RFC 2822 writes it, such as `Wed, 25 Jun 2025 05:22:10 +0000`, as ISO 8601 in UTC; `null` if it is none. */
export function rfcTimeOf(value: unknown): string | null {
  const match = typeof value === "string" ? RFC_2822.exec(value.trim().replaceAll(/\s+/g, " ")) : null;
  if (match === null) return null;
  const [, day, name = "", year, hour, minute, second = "0", sign, hours = "0", minutes = "0"] = match;
  const month = MONTHS.indexOf(name);
  const local = Date.UTC(Number(year), month, Number(day), Number(hour), Number(minute), Number(second));
  const at = new Date(local);
  // 30 February would be read as a day of March.
  const isReal = month >= 0 && at.getUTCDate() === Number(day) && Number(hour) < 24 && Number(minute) < 60;
  if (!isReal || Number(second) > 60) return null;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === "-" ? -1 : 1);
  return local - offset < 0 ? null : new Date(local - offset).toISOString();
}

/** A time of ISO 8601 with a zone, as promotions have it, ms UTC; `null` if it is none. */
export function isoTimeOf(value: unknown): number | null {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*(?:Z|[+-]\d{2}:?\d{2})$/.test(value)) return null;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : at;
}

/** ms UTC as filters and promotions take it, cut to seconds. */
export function toIso(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}+00:00`;
}
