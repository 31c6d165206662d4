import { raiseAlarm } from "../../journal/alarm/store.ts";
import { DAY_MS } from "../../ground/time/range.ts";
import { loadUtilisation } from "./load-utilisation.ts";
import type { PoolRow } from "./store.ts";

/** A pool that had no number left within so long is one that hasn't enough, ms. */
const LATELY_MS = 15 * 60_000;

/** Pools that one run looks at: the others come a minute later. */
const POOLS_AT_ONCE = 50;

/**
 * The look of each minute at `now` (ms UTC): raises the alarm `pool_exhausted` of pools that had no number left in the
 * last quarter of an hour, and resolves those of pools that always had one for a day, or that are gone. Idempotent.
 * Throws what D1 throws.
 */
export async function watchPools(d1: D1Database, now: number): Promise<void> {
  const { results } = await d1
    .prepare(
      `SELECT p.id, p.store_id AS storeId, p.name, p.target, p.exhausted_at AS exhaustedAt FROM number_pools p
       LEFT JOIN alarms a ON a.kind = 'pool_exhausted' AND a.subject = p.id
       WHERE p.deleted_at IS NULL AND p.exhausted_at > ?1
         AND (a.id IS NULL OR a.resolved_at < p.exhausted_at OR (a.resolved_at IS NULL AND a.last_seen_at < p.exhausted_at))
       ORDER BY p.exhausted_at LIMIT ?2`,
    )
    .bind(now - LATELY_MS, POOLS_AT_ONCE)
    .all<Pick<PoolRow, "id" | "storeId" | "name" | "target" | "exhaustedAt">>();
  for (const pool of results) {
    const { numbers, need, peak24h } = await loadUtilisation(d1, pool as PoolRow, now);
    const { id, storeId, name, target } = pool;
    const detail = { storeId, name, target, numbers, needed: need.numbers, peak24h };
    await raiseAlarm(d1, { kind: "pool_exhausted", subject: id, detail }, now);
  }
  await d1
    .prepare(
      `UPDATE alarms SET resolved_at = ?1 WHERE kind = 'pool_exhausted' AND resolved_at IS NULL AND NOT EXISTS
         (SELECT 1 FROM number_pools p WHERE p.id = alarms.subject AND p.deleted_at IS NULL AND p.exhausted_at > ?2)`,
    )
    .bind(now, now - DAY_MS)
    .run();
}

/** Statement, behind the removal of a pool at `now` (ms UTC): resolves its alarm. */
export function clearExhausted(d1: D1Database, id: string, now: number): D1PreparedStatement {
  return d1
    .prepare(
      "UPDATE alarms SET resolved_at = ?2 WHERE kind = 'pool_exhausted' AND subject = ?1 AND resolved_at IS NULL",
    )
    .bind(id, now);
}
