const calendars = new Map<string, Intl.DateTimeFormat>();

/** The day (2026-11-22) that a time (ms UTC) is on in a time zone. Throws a `RangeError` for a zone that isn't known. */
export function dayIn(timezone: string, time: number): string {
  let calendar = calendars.get(timezone);
  if (calendar === undefined) {
    // This locale writes dates as ISO 8601 does. Formatters are kept: making one is slow.
    calendar = new Intl.DateTimeFormat("en-CA", {
      timeZone: timezone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
    calendars.set(timezone, calendar);
  }
  return calendar.format(time);
}
