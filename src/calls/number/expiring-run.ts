import { raiseAlarm } from "../../journal/alarm/store.ts";
import { dayOfNumber, ENDING_DAYS } from "./rental.ts";

/** Numbers that are looked at together. */
const NUMBERS_AT_ONCE = 500;

interface Ending {
  id: string;
  number: string;
  label: string;
  storeId: string;
  rentedUntil: string;
  daysLeft: number;
}

/** SQL: a number whose rental ends soon, or has ended; `?1` is now. */
const IS_ENDING = `n.deleted_at IS NULL AND n.rented_until IS NOT NULL
  AND n.rented_until <= date(${dayOfNumber("n", "?1")}, '+${ENDING_DAYS} days')`;

/**
 * The nightly look at `now` (ms UTC): raises the alarm `numbers_expiring` of each number whose rental ends within 30 days
 * or has ended, by its store's day, and resolves those of numbers that were prolonged or deleted. Idempotent. Returns how
 * many there are. Throws what D1 throws.
 */
export async function watchRentals(d1: D1Database, now: number): Promise<number> {
  let count = 0;
  let after = "";
  for (;;) {
    const { results } = await d1
      .prepare(
        `SELECT n.id, n.number, n.label, n.store_id AS storeId, n.rented_until AS rentedUntil,
           CAST(julianday(n.rented_until) - julianday(${dayOfNumber("n", "?1")}) AS INTEGER) AS daysLeft
         FROM phone_numbers n WHERE ${IS_ENDING} AND n.id > ?2 ORDER BY n.id LIMIT ?3`,
      )
      .bind(now, after, NUMBERS_AT_ONCE)
      .all<Ending>();
    for (const { id, ...detail } of results) {
      await raiseAlarm(d1, { kind: "numbers_expiring", subject: id, detail }, now);
      after = id;
    }
    count += results.length;
    if (results.length < NUMBERS_AT_ONCE) break;
  }
  await d1
    .prepare(
      `UPDATE alarms SET resolved_at = ?1 WHERE kind = 'numbers_expiring' AND resolved_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM phone_numbers n WHERE n.id = alarms.subject AND ${IS_ENDING})`,
    )
    .bind(now)
    .run();
  return count;
}

/** Statement, behind the change of a number: resolves the alarm of its rental at `now` (ms UTC), if it ends soon no more. */
export function clearEnding(d1: D1Database, id: string, now: number): D1PreparedStatement {
  return d1
    .prepare(
      `UPDATE alarms SET resolved_at = ?1 WHERE kind = 'numbers_expiring' AND subject = ?2 AND resolved_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM phone_numbers n WHERE n.id = ?2 AND ${IS_ENDING})`,
    )
    .bind(now, id);
}
