/**
 * Makes a writer of times (ms UTC) in any time zone: `inZone("en-GB", { hour: "2-digit", minute: "2-digit" })`. It keeps
 * a formatter for each zone, since making one costs more than a redirect, and throws a `RangeError` for a zone that
 * isn't known.
 */
export function inZone(locale: string, parts: Intl.DateTimeFormatOptions): (timezone: string, time: number) => string {
  const formatters = new Map<string, Intl.DateTimeFormat>();
  return (timezone, time) => {
    let formatter = formatters.get(timezone);
    if (formatter === undefined) {
      formatter = new Intl.DateTimeFormat(locale, { ...parts, timeZone: timezone });
      formatters.set(timezone, formatter);
    }
    return formatter.format(time);
  };
}
