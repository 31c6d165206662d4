import type { Deps } from "../../ground/deps.ts";
import type { ConfirmedAmounts } from "../../ground/model/evidence.ts";
import type { TrackedOrder } from "./classify.ts";
import type { ReconciliationRow } from "./store.ts";

/** An order that is tracked. */
export interface KnownOrder extends TrackedOrder {
  orderId: string;
  externalId: string;
}

/** SQL: what is compared of a row `o` of `orders`. */
export const ORDER_COLUMNS = `o.id AS orderId, o.external_id AS externalId, o.trust, o.source_status AS sourceStatus,
  o.currency, o.total_minor AS totalMinor, o.subtotal_minor AS subtotalMinor, o.refunded_minor AS refundedMinor,
  o.confirmed, o.placed_at AS placedAt, o.status = 'declined' AS declined`;

/** What {@link ORDER_COLUMNS} answer; all is `null` where there is no order. */
export type RawOrder = Omit<KnownOrder, "orderId" | "confirmed" | "declined"> & {
  orderId: string | null;
  confirmed: string | null;
  declined: number | null;
};

/** An order as it is compared. */
export function trackedOf({ orderId, confirmed, declined, ...order }: RawOrder): KnownOrder | null {
  if (orderId === null) return null;
  return { ...order, orderId, confirmed: jsonOf(confirmed) as ConfirmedAmounts | null, declined: declined === 1 };
}

/** A column's JSON. */
export function jsonOf(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

/**
 * Ids of tracked orders that are the ids of rows but for blanks around them, by the rows' numbers: reports of an
 * order are kept to the letter, and what writes a file may have taken them off.
 */
export async function blankedIds(
  { d1 }: Pick<Deps, "d1">,
  storeId: string,
  rows: readonly { n: number; externalId: string | null }[],
): Promise<Map<number, string[]>> {
  const { results } = await d1
    .prepare(
      // By the index of ids: those that begin with a blank, which are few, and those that go on with one.
      `WITH wanted AS MATERIALIZED (SELECT value ->> 'n' AS n, value ->> 'externalId' AS id FROM json_each(?1)
         WHERE value ->> 'externalId' IS NOT NULL)
       SELECT w.n, o.external_id AS name FROM orders o CROSS JOIN wanted w ON w.id = trim(o.external_id)
       WHERE o.store_id = ?2 AND o.external_id >= ' ' AND o.external_id < '!'
       UNION ALL
       SELECT w.n, o.external_id FROM wanted w CROSS JOIN orders o
         ON o.store_id = ?2 AND o.external_id >= w.id || ' ' AND o.external_id < w.id || '!'
       WHERE w.id = trim(o.external_id)`,
    )
    .bind(JSON.stringify(rows.map(({ n, externalId }) => ({ n, externalId }))), storeId)
    .all<{ n: number; name: string }>();
  return new Map(
    [...Map.groupBy(results, ({ n }) => n)].map(([n, found]) => [n, found.map(({ name }) => name).toSorted()]),
  );
}

/** What is looked for: a row of the file with the other ids that the shop has for its order. */
interface Named {
  n: number;
  names: readonly string[];
}

/**
 * The orders that are tracked under other ids of rows, by the rows' numbers, in the order of those ids; `taken`:
 * an earlier page has a row of the same order. An id that another row has for its own is that row's alone:
 * where shops number orders anew, one order's number is another's id.
 */
export async function knownByNames(
  { d1 }: Pick<Deps, "d1">,
  { id, storeId }: Pick<ReconciliationRow, "id" | "storeId">,
  rows: readonly Named[],
): Promise<Map<number, (KnownOrder & { taken: boolean })[]>> {
  const wanted = rows.flatMap(({ n, names }) => names.map((name) => ({ n, name })));
  const found = new Map<number, (KnownOrder & { taken: boolean })[]>();
  if (wanted.length === 0) return found;
  const { results } = await d1
    .prepare(
      `SELECT w.value ->> 'n' AS n, ${ORDER_COLUMNS},
         EXISTS (SELECT 1 FROM reconciliation_rows e WHERE e.reconciliation_id = ?2 AND e.order_id = o.id
           AND e.names IS NOT NULL AND e.n < w.value ->> 'n' AND e.data IS NOT NULL) AS taken
       FROM json_each(?1) w CROSS JOIN orders o ON o.store_id = ?3 AND o.external_id = w.value ->> 'name'
       WHERE NOT EXISTS (SELECT 1 FROM reconciliation_rows r
         WHERE r.reconciliation_id = ?2 AND r.external_id = w.value ->> 'name' AND r.n <> w.value ->> 'n'
           AND (r.data IS NOT NULL OR r.class = 'tracked_twice'))
       ORDER BY w.key`,
    )
    .bind(JSON.stringify(wanted), id, storeId)
    .all<RawOrder & { n: number; taken: number }>();
  for (const { n, taken, ...raw } of results) {
    const order = trackedOf(raw);
    if (order !== null) found.set(n, [...(found.get(n) ?? []), { ...order, taken: taken === 1 }]);
  }
  return found;
}
