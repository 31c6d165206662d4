/** How long who works on a shop's orders has them to itself, ms: longer than any run takes. */
const LEASE_MS = 120_000;

/**
 * Takes a connected shop's orders to work on, at `now` (ms UTC). Answers until when, by which the lease is known: it is
 * over before, if the store is connected to another shop meanwhile. `null`: somebody else has them.
 */
export async function leaseOrders(d1: D1Database, storeId: string, now: number): Promise<number | null> {
  const taken = await d1
    .prepare(
      `UPDATE shop_connections SET orders_leased_until = ?2 + ${LEASE_MS}
       WHERE store_id = ?1 AND state <> 'disconnected' AND orders_leased_until <= ?2
       RETURNING orders_leased_until AS until`,
    )
    .bind(storeId, now)
    .first<{ until: number }>();
  return taken?.until ?? null;
}

/**
 * Gives them back, unless the lease is over; they are asked for by a poll next at `nextPollAt` (ms UTC; left out: as
 * before).
 */
export async function releaseOrders(
  d1: D1Database,
  storeId: string,
  lease: number,
  nextPollAt?: number,
): Promise<void> {
  await d1
    .prepare(
      `UPDATE shop_connections SET orders_leased_until = 0,
         next_poll_at = iif(state = 'disconnected', NULL, coalesce(?3, next_poll_at))
       WHERE store_id = ?1 AND orders_leased_until = ?2`,
    )
    .bind(storeId, lease, nextPollAt ?? null)
    .run();
}
