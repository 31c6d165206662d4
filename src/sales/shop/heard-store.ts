/** How often a connection's row says anew when its shop was last heard of, ms. */
const EVERY_MS = 60_000;

/** Topics of stores remembered at most. */
const MOST = 1_000;

/** When an isolate last wrote that a topic of a store was heard of, ms UTC; by environment, as in intake-write.ts. */
const written = new WeakMap<object, Map<string, number>>();

/**
 * Notes at `now` (ms UTC) that a message of a topic came, and whether it told of an order; once a minute is enough.
 * Throws what D1 throws.
 */
export async function noteHeard(
  env: Pick<Env, "DB">,
  storeId: string,
  topic: string,
  isOrder: boolean,
  now: number,
): Promise<void> {
  const times = written.get(env) ?? new Map<string, number>();
  written.set(env, times);
  const key = `${storeId} ${topic}`;
  if (now - (times.get(key) ?? -Infinity) < EVERY_MS) return;
  times.delete(key);
  times.set(key, now);
  const [oldest] = times.keys();
  if (times.size > MOST && oldest !== undefined) times.delete(oldest);
  await env.DB.batch([
    env.DB.prepare(
      `UPDATE shop_webhooks SET last_at = ?3
       WHERE store_id = ?1 AND topic = ?2 AND coalesce(last_at, 0) <= ?3 - ${EVERY_MS}`,
    ).bind(storeId, topic, now),
    ...(isOrder ? [orderHeard(env.DB, storeId, now)] : []),
  ]);
}

/** Statement that notes that a shop told of an order at `now` (ms UTC), by whatever way. */
export function orderHeard(d1: D1Database, storeId: string, now: number): D1PreparedStatement {
  return d1
    .prepare(
      `UPDATE shop_connections SET last_order_at = ?2
       WHERE store_id = ?1 AND coalesce(last_order_at, 0) <= ?2 - ${EVERY_MS}`,
    )
    .bind(storeId, now);
}
