import { isoOf } from "../../ground/http/fields.ts";
import { NUMBER_CASES, type NumberCase } from "../../ground/model/call.ts";
import { DAY_MS, HOUR_MS } from "../../ground/time/range.ts";
import { isRented } from "../number/rental.ts";
import { numbersNeeded, verdictOf } from "./need.ts";
import type { PoolUtilisation } from "./schema.ts";
import type { PoolRow } from "./store.ts";

/** Days that the need of a pool is told by. */
const NEED_DAYS = 7;

const MINUTE_MS = 60_000;

/** What visitors who want a number of their own come to; those who have one ask again and again. */
const VISITORS = "('leased', 'static_full', 'own_full')";

interface Counts {
  members: number;
  numbers: number;
  out: number;
  free: number;
  visitorsAnHour: number | null;
  minutesAVisit: number | null;
}

/**
 * How a pool is used at `now` (ms UTC), and whether it has numbers enough. For how long a number is away is told by those that
 * came back; until one did, by when those that are away will be back at the earliest. Throws what D1 throws.
 */
export async function loadUtilisation(d1: D1Database, pool: PoolRow, now: number): Promise<PoolUtilisation> {
  const { id, storeId, target, exhaustedAt } = pool;
  const day = now - DAY_MS;
  const [numbers, hours] = await d1.batch<Record<string, unknown>>([
    d1
      .prepare(
        `WITH members AS (
           SELECT n.free_at, ${isRented("n", "?4")} AS rented,
             (SELECT l.ends_at FROM number_leases l WHERE l.id = n.lease_id) AS ends_at
           FROM phone_numbers n WHERE n.pool_id = ?1 AND n.deleted_at IS NULL)
         SELECT count(*) AS members, coalesce(sum(rented), 0) AS numbers,
           coalesce(sum(rented AND free_at > ?4 AND ends_at > ?4), 0) AS out,
           coalesce(sum(rented AND free_at <= ?4), 0) AS free,
           (SELECT max(visitors) FROM (SELECT sum(count) AS visitors FROM number_hours
              WHERE store_id = ?2 AND target = ?3 AND hour > ?5 AND outcome IN ${VISITORS} GROUP BY hour)) AS visitorsAnHour,
           (SELECT coalesce(avg(l.free_at - l.starts_at) FILTER (WHERE l.free_at <= ?4), avg(l.free_at - l.starts_at))
              / ${MINUTE_MS}.0 FROM number_leases l WHERE l.pool_id = ?1 AND l.starts_at > ?5) AS minutesAVisit
         FROM members`,
      )
      .bind(id, storeId, target, now, now - NEED_DAYS * DAY_MS - HOUR_MS),
    d1
      .prepare(
        `SELECT outcome, sum(count) AS count, max(peak) AS peak FROM number_hours
         WHERE store_id = ?1 AND target = ?2 AND hour > ?3 GROUP BY outcome`,
      )
      .bind(storeId, target, day - HOUR_MS),
  ]);
  const counts = numbers?.results[0] as unknown as Counts;
  const byCase = (hours?.results ?? []) as unknown as { outcome: NumberCase; count: number; peak: number }[];
  const cases = Object.fromEntries(NUMBER_CASES.map((name) => [name, 0])) as Record<NumberCase, number>;
  for (const { outcome, count } of byCase) cases[outcome] = count;
  const load = { visitorsAnHour: counts.visitorsAnHour ?? 0, minutesAVisit: counts.minutesAVisit };
  const needed = numbersNeeded(load);
  return {
    numbers: counts.numbers,
    notRented: counts.members - counts.numbers,
    out: counts.out,
    quarantined: counts.numbers - counts.out - counts.free,
    free: counts.free,
    peak24h: Math.max(0, ...byCase.map(({ peak }) => peak)),
    exhaustedAt: isoOf(exhaustedAt),
    asked24h: byCase.reduce((sum, { count }) => sum + count, 0),
    cases,
    need: {
      visitorsAnHour: load.visitorsAnHour,
      minutesAVisit: load.minutesAVisit === null ? null : Math.round(load.minutesAVisit * 10) / 10,
      numbers: needed,
    },
    verdict: verdictOf(counts.numbers, needed, exhaustedAt !== null && exhaustedAt > day),
  };
}
