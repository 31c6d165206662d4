/** How long it is known whose lease it was, and how long there is one, ms. */
const KNOWN_MS = 30 * 86_400_000;
const KEPT_MS = 90 * 86_400_000;

/** Rows that one statement changes, and statements that one run takes. */
const ROWS = 2_000;
const STEPS = 50;

/** SQL: old leases by the pools' index, which has them in the order of their beginnings. */
const OF_POOLS = "pool_id IN (SELECT id FROM number_pools)";

/**
 * Empties leases of whom they were a month after they ended, and deletes them after 90 days, at `now` (ms UTC). Bounded:
 * where it ends, the next night goes on.
 */
export async function tidyLeases(d1: D1Database, now: number): Promise<void> {
  await inSteps(
    d1
      .prepare(
        `DELETE FROM number_leases WHERE id IN (
           SELECT id FROM number_leases WHERE ${OF_POOLS} AND starts_at < ?1 AND free_at < ?1 LIMIT ${ROWS})`,
      )
      .bind(now - KEPT_MS),
  );
  await inSteps(
    d1
      .prepare(
        `UPDATE number_leases SET visitor_hash = '', visit = NULL, click_id = NULL, click_at = NULL WHERE id IN (
           SELECT id FROM number_leases
           WHERE ${OF_POOLS} AND starts_at < ?1 AND free_at < ?1 AND visitor_hash <> '' LIMIT ${ROWS})`,
      )
      .bind(now - KNOWN_MS),
  );
}

async function inSteps(statement: D1PreparedStatement): Promise<void> {
  for (let step = 0; step < STEPS; step++) {
    const { meta } = await statement.run();
    if (meta.changes < ROWS) return;
  }
}

/** Forgets of which networks numbers were that anybody may have by `now` (ms UTC). */
export async function forgetNetworks(d1: D1Database, now: number): Promise<void> {
  await d1
    .prepare(
      `UPDATE phone_numbers SET lease_network = NULL
       WHERE ${OF_POOLS} AND free_at <= ?1 AND lease_network IS NOT NULL`,
    )
    .bind(now)
    .run();
}
