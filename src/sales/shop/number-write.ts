import { packJson } from "../../ground/db/pack.ts";

/** What people call an order, whose id is the shop's own. */
export interface NamedOrder {
  orderId: string;
  number: string;
}

/**
 * SQL: the orders of the store `?1` in `?2` that a shop told of before numbers were kept. They are found first: without
 * `MATERIALIZED` all orders are gone through for them.
 */
const UNNUMBERED = `WITH named AS MATERIALIZED (
    SELECT o.id, w.value ->> 'number' AS number FROM json_each(?2) w
    CROSS JOIN orders o ON o.store_id = ?1 AND o.external_id = w.value ->> 'orderId' AND o.order_number IS NULL
    WHERE EXISTS (SELECT 1 FROM order_evidence e WHERE e.order_id = o.id AND e.source = 'shop'))`;

/**
 * Statements, for one batch, that give orders the numbers that their shop tells at `now` (ms UTC), where it told of them
 * before numbers were kept and says nothing else by now. They are added to what it said then: of that the inbox may hold
 * no word any more, and nothing else of the orders is judged anew.
 */
export function writeNumbers(
  d1: D1Database,
  storeId: string,
  orders: readonly NamedOrder[],
  now: number,
): D1PreparedStatement[] {
  return packJson(orders).flatMap((pack) => [
    d1
      .prepare(
        `${UNNUMBERED} UPDATE order_evidence SET data = json_set(data, '$.orderNumber', named.number)
         FROM named WHERE order_id = named.id AND source = 'shop'`,
      )
      .bind(storeId, pack),
    d1
      .prepare(
        `${UNNUMBERED} UPDATE orders SET order_number = named.number, version = version + 1, updated_at = ?3
         FROM named WHERE orders.id = named.id`,
      )
      .bind(storeId, pack, now),
  ]);
}
