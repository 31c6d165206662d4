import { packJson } from "../../ground/db/pack.ts";
import type { Deps } from "../../ground/deps.ts";

/**
 * Statements that ask for orders' commissions to be computed anew. They belong into the batch that changes
 * what a commission depends on: a mark that is raised while one is computed has it computed once more.
 */
export function markDue({ d1 }: Pick<Deps, "d1">, orderIds: readonly string[]): D1PreparedStatement[] {
  return packJson([...new Set(orderIds)]).map((json) => markDueWhere(d1, "SELECT value FROM json_each(?1)", json));
}

/** The same for the orders whose ids an SQL query selects; `values` are those of its `?1`, `?2`, …. */
export function markDueWhere(d1: D1Database, query: string, ...values: unknown[]): D1PreparedStatement {
  return d1
    .prepare(
      `INSERT INTO settlements_due (order_id, mark, attempts, next_at)
       SELECT *, 1, 0, 0 FROM (${query}) WHERE TRUE
       ON CONFLICT (order_id) DO UPDATE SET mark = mark + 1, attempts = 0, next_at = 0`,
    )
    .bind(...values);
}

/** The parts of an order that say whose newness hangs on it. */
export interface ChangedOrder {
  id: string;
  storeId: string;
  customerHash: string | null;
  /** ms UTC. */
  placedAt: number;
}

/**
 * Statements for orders that changed: their own commissions are due, and those of later orders of the same
 * customers, who may be new customers no longer, or again. To be given each order as it was and as it is.
 */
export function markChanged({ d1 }: Pick<Deps, "d1">, orders: readonly ChangedOrder[]): D1PreparedStatement[] {
  const customers = orders.filter(({ customerHash }) => customerHash !== null);
  return [
    ...markDue(
      { d1 },
      orders.map(({ id }) => id),
    ),
    ...packJson(customers).map((json) =>
      markDueWhere(
        d1,
        `SELECT DISTINCT o.id FROM json_each(?1) w CROSS JOIN orders o
         ON o.store_id = w.value ->> 'storeId' AND o.customer_hash = w.value ->> 'customerHash'
           AND o.placed_at >= w.value ->> 'placedAt' AND o.id <> w.value ->> 'id'`,
        json,
      ),
    ),
  ];
}
