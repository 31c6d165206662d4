import { clearAlarm, raiseAlarm } from "../../journal/alarm/store.ts";

/** Orders that an alarm names. */
const NAMED = 5;

/**
 * Raises the alarm `orders_contested` at `now` (ms UTC) for each store, by its id, that has confirmed orders for
 * which browsers name different creators, and resolves it where there are none left. What is only claimed is
 * no order yet: anybody could raise an alarm by it. Idempotent. Throws what D1 throws.
 */
export async function watchContested(d1: D1Database, now: number): Promise<void> {
  const [waiting, open] = await d1.batch<{ storeId: string; orders: number; first: string }>([
    d1.prepare(
      `SELECT store_id AS storeId, count(*) AS orders,
         (SELECT json_group_array(id) FROM (SELECT f.id FROM orders f WHERE f.store_id = o.store_id
            AND f.status = 'contested' AND f.trust = 'confirmed' ORDER BY f.id LIMIT ${NAMED})) AS first
       FROM orders o WHERE status = 'contested' AND trust = 'confirmed' GROUP BY store_id`,
    ),
    d1.prepare("SELECT subject AS storeId FROM alarms WHERE kind = 'orders_contested' AND resolved_at IS NULL"),
  ]);
  const stores = new Set<string>();
  for (const { storeId, orders, first } of waiting?.results ?? []) {
    stores.add(storeId);
    const detail = { orders, first: JSON.parse(first) as unknown };
    await raiseAlarm(d1, { kind: "orders_contested", subject: storeId, detail }, now);
  }
  for (const { storeId } of open?.results ?? []) {
    if (!stores.has(storeId)) await clearAlarm(d1, "orders_contested", storeId, now);
  }
}
