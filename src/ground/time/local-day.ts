/** SQL: how far (ms) local time of a zone is from UTC at a time (SQL of each). A zone that isn't known is UTC. */
function offsetAt(zone: string, time: string): string {
  // One seek: a look for the span that holds the time would read all spans before it.
  return `coalesce((SELECT zo.offset_ms FROM zone_offsets zo WHERE zo.zone = ${zone} AND zo.from_at <= ${time}
    ORDER BY zo.from_at DESC LIMIT 1), 0)`;
}

/** SQL: the calendar day (2026-11-22) of a time (ms UTC) in a zone (SQL of each). */
export function localDay(zone: string, time: string): string {
  return `date((${time} + ${offsetAt(zone, time)}) / 1000, 'unixepoch')`;
}

/** SQL: the hour (2026-11-22T09) that clocks of a zone show at a time (ms UTC); one that they show twice is one. */
export function localHour(zone: string, time: string): string {
  return `strftime('%Y-%m-%dT%H', (${time} + ${offsetAt(zone, time)}) / 1000, 'unixepoch')`;
}

/**
 * SQL: the calendar day of a click `c` (of its `link_id` and `time`): that of its link's store. A link
 * without a store, and one that doesn't exist, is in UTC.
 */
export const CLICK_DAY = localDay(
  "(SELECT st.timezone FROM links li JOIN stores st ON st.id = li.store_id WHERE li.id = c.link_id)",
  "c.time",
);
