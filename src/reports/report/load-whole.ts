import { DAY_MS, type DaySpan } from "../../ground/time/range.ts";

/** SQL: the offsets `z` of all zones that days are of, at moments near `w.value`. */
const NEAR = `watermarks w CROSS JOIN zone_offsets z WHERE z.zone IN (SELECT 'UTC' UNION SELECT timezone FROM stores)
  AND z.from_at < w.value + ${2 * DAY_MS} AND z.to_at > w.value - ${2 * DAY_MS}`;

/** SQL: the local day of a moment (SQL) by the offset `z`. */
const dayOf = (time: string): string => `date((${time} + z.offset_ms) / 1000, 'unixepoch')`;

/** Whether a store's orders have a day before `?1`, or after `?2`. */
const ANY_ORDER = `EXISTS (SELECT 1 FROM order_days m WHERE m.store_id = s.id AND m.day < ?1)
  OR EXISTS (SELECT 1 FROM order_days m WHERE m.store_id = s.id AND m.day > ?2)`;

/**
 * The days of clicks are told by the earliest and latest moment that anything is rolled up of: where clocks are set
 * back, an earlier moment has the later time, so each offset is asked about what it has of them.
 */
const IS_WHOLE = `SELECT
  NOT EXISTS (SELECT 1 FROM rollup_rebuilds WHERE store_id NOT GLOB 'lnk_*')
  AND (SELECT count(*) FROM watermarks WHERE name IN ('earliest_click', 'latest_click')) <> 1
  AND NOT EXISTS (SELECT 1 FROM ${NEAR} AND w.name = 'earliest_click' AND z.to_at > w.value
    AND ${dayOf("max(w.value, z.from_at)")} < ?1)
  AND NOT EXISTS (SELECT 1 FROM ${NEAR} AND w.name = 'latest_click' AND z.from_at <= w.value
    AND ${dayOf("min(w.value, z.to_at - 1)")} > ?2)
  AND NOT EXISTS (SELECT 1 FROM stores s WHERE ${ANY_ORDER}) AS isWhole`;

/**
 * Statement that tells whether a span holds all that is rolled up, and the totals of that are what they are to be:
 * `isWhole` is 1 then. While a rebuild is under way they needn't be.
 */
export function wholeStatement(d1: D1Database, { first, last }: DaySpan): D1PreparedStatement {
  return d1.prepare(IS_WHOLE).bind(first, last);
}
