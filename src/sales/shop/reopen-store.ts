import { packJson } from "../../ground/db/pack.ts";
import { CLOCK_DRIFT_MS } from "../attribution/eligible.ts";

/**
 * SQL: has rows of the inbox read again, at `?3`, for others are known by now. One that is being processed doesn't know
 * of them yet: what comes of that is not its last outcome, see `writeOutcomes`.
 */
export const REOPEN_ROWS = `UPDATE inbox
  SET verdict = 'pending', reason_code = NULL, reason_detail = NULL, attempts = 0, next_at = ?3,
    stated_at = max(coalesce(stated_at, received_at) + 1, ?3)
  WHERE body <> '' AND verdict IN ('pending', 'used', 'kept') AND id IN`;

/** A click of a customer that an order came with. */
export interface CustomersClick {
  customerHash: string;
  clickId: string;
  /** ms UTC. */
  time: number;
}

/**
 * Statements that have a connected shop's orders judged anew, at `now` (ms UTC), whose customers these clicks are of:
 * a poll, or a message that was late, may tell of an earlier order after the later one. To be run before the clicks are
 * kept, for those that are known are no news.
 */
export function reopenCustomers(
  d1: D1Database,
  storeId: string,
  clicks: readonly CustomersClick[],
  now: number,
): D1PreparedStatement[] {
  return packJson(clicks).map((pack) =>
    d1
      .prepare(
        `${REOPEN_ROWS} (
           SELECT max(e.inbox_id) FROM json_each(?2) w
             CROSS JOIN orders o ON o.store_id = ?1 AND o.customer_hash = w.value ->> 'customerHash'
               AND o.placed_at >= w.value ->> 'time' - ${CLOCK_DRIFT_MS}
             CROSS JOIN order_evidence e ON e.order_id = o.id
           WHERE e.source = 'shop' AND e.data ->> '$.totalMinor' IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM customer_touches t WHERE t.store_id = ?1 AND t.trust = 'confirmed'
               AND t.customer_hash = w.value ->> 'customerHash' AND t.click_id = w.value ->> 'clickId')
             AND NOT EXISTS (SELECT 1 FROM order_evidence own, json_each(own.data, '$.clicks') c
               WHERE own.order_id = o.id AND c.value ->> 'clickId' = w.value ->> 'clickId')
           GROUP BY o.id)`,
      )
      .bind(storeId, pack, now),
  );
}
