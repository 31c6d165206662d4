import { packJson } from "../db/pack.ts";
import type { orderHistory } from "../db/schema/order.ts";
import type { Deps } from "../deps.ts";

/** A change of where an order stands, to be kept. */
export type HistoryEntry = Omit<typeof orderHistory.$inferInsert, "seq">;

/** Statements that keep changes of where orders stand, in the order in which they are given. */
export function insertHistory({ d1 }: Pick<Deps, "d1">, entries: readonly HistoryEntry[]): D1PreparedStatement[] {
  return packJson(entries).map((json) =>
    d1
      .prepare(
        `INSERT INTO order_history (order_id, time, from_status, to_status, cause, actor, reason)
         SELECT value ->> 'orderId', value ->> 'time', value ->> 'fromStatus', value ->> 'toStatus',
           value ->> 'cause', value ->> 'actor', value ->> 'reason'
         FROM json_each(?1) ORDER BY key`,
      )
      .bind(json),
  );
}
