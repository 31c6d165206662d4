import { packJson } from "../../ground/db/pack.ts";
import { mustHold } from "../../ground/db/premise.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Settlement, ShownStatus } from "./state.ts";

/** SQL: that a commission of the row of `orders` is in a payout run that stands at `status`. */
function inRun(status: "paid" | "draft"): string {
  return `EXISTS (SELECT 1 FROM payout_entries e JOIN payouts r ON r.id = e.payout_id
    WHERE e.order_id = orders.id AND e.live = 1 AND r.status = '${status}')`;
}

/** SQL: what became of the commission of the row of `orders`, if it stands at approved. */
const SETTLEMENT = `CASE WHEN ${inRun("paid")} THEN 'paid' WHEN ${inRun("draft")} THEN 'payable'
  WHEN EXISTS (SELECT 1 FROM periods d WHERE d.store_id = orders.store_id AND d.locked_at IS NOT NULL
    AND d.to_at > orders.approved_at) THEN 'locked' END`;

/** SQL: where the row of `orders` stands, as the API shows it (see `ShownStatus`). The table must have no other name. */
export const SHOWN_STATUS = `CASE WHEN orders.status = 'approved' THEN coalesce(${SETTLEMENT}, 'approved')
  ELSE orders.status END`;

/** What became of approved commissions, by the orders' ids, in one query. Orders that are neither locked, payable nor paid are absent. */
export async function settlementsOf(
  { d1 }: Pick<Deps, "d1">,
  orderIds: readonly string[],
): Promise<Map<string, Settlement>> {
  const { results } = await d1
    .prepare(
      `SELECT id, shown FROM (
         SELECT orders.id, ${SHOWN_STATUS} AS shown
         FROM json_each(?1) w CROSS JOIN orders ON orders.id = w.value WHERE orders.status = 'approved'
       ) WHERE shown <> 'approved'`,
    )
    .bind(JSON.stringify(orderIds))
    .all<{ id: string; shown: Settlement }>();
  return new Map(results.map(({ id, shown }) => [id, shown]));
}

/** How the books stand that an order is in. */
export interface Books {
  /** Where the order stands, as the API shows it. */
  shown: ShownStatus;
  /** Where it would stand if it was approved; `null`: at that. */
  settlement: Settlement | null;
  /** Id of the draft payout run that a commission of it is in. */
  draftId: string | null;
}

/** The books that orders are in, by their ids, in one query. Orders that there aren't are absent. */
export async function booksOf({ d1 }: Pick<Deps, "d1">, orderIds: readonly string[]): Promise<Map<string, Books>> {
  const { results } = await d1
    .prepare(
      `SELECT orders.id, ${SHOWN_STATUS} AS shown, ${SETTLEMENT} AS settlement,
         (SELECT r.id FROM payout_entries e JOIN payouts r ON r.id = e.payout_id
          WHERE e.order_id = orders.id AND e.live = 1 AND r.status = 'draft') AS draftId
       FROM json_each(?1) w CROSS JOIN orders ON orders.id = w.value`,
    )
    .bind(JSON.stringify(orderIds))
    .all<Books & { id: string }>();
  return new Map(results.map(({ id, ...books }) => [id, books]));
}

/**
 * Statements that break their batch off unless the books of all these orders let them take a step: each is shown where
 * it was, and no draft run has it.
 */
export function booksMustStand(
  { d1 }: Pick<Deps, "d1">,
  orders: readonly { id: string; shown: ShownStatus }[],
): D1PreparedStatement[] {
  return packJson(orders.map(({ id, shown }) => [id, shown])).map((json) =>
    mustHold(
      d1,
      `NOT EXISTS (SELECT 1 FROM json_each(?1) w WHERE NOT EXISTS (SELECT 1 FROM orders
         WHERE orders.id = w.value ->> 0 AND ${SHOWN_STATUS} = w.value ->> 1 AND NOT ${inRun("draft")}))`,
      json,
    ),
  );
}
