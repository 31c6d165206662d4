import { and, asc, getTableColumns, gte, lt, sql } from "drizzle-orm";
import { orders } from "../../ground/db/schema/order.ts";
import type { Deps } from "../../ground/deps.ts";
import { dressOrders } from "../../sales/order/load-dress.ts";
import { AMOUNT_FIELDS } from "../../ground/model/evidence.ts";
import { presentOrder } from "../../sales/order/present.ts";
import type { Order } from "../../sales/order/schema.ts";
import type { ListedOrder } from "../../sales/order/store.ts";
import { type ExportRange, walkTable, WINDOW_ROWS } from "./walk.ts";

// `CROSS JOIN` keeps SQLite on the index by store and time.
const FIND = `
SELECT min(o.id) AS id FROM stores s CROSS JOIN orders o ON o.store_id = s.id AND o.placed_at >= ?2 AND o.placed_at < ?3
WHERE (?4 IS NULL OR s.id = ?4) AND o.id >= ?1`;

const {
  touches: _touches,
  explanation: _explanation,
  manual: _manual,
  confirmed: _confirmed,
  customerHash: _customerHash,
  ...listed
} = getTableColumns(orders);

/** The columns of orders as CSV, in order. What is a list is JSON. */
export const ORDER_COLUMNS = [
  "id",
  "storeId",
  "externalId",
  "status",
  "trust",
  "sourceStatus",
  "currency",
  ...AMOUNT_FIELDS,
  "items",
  "codes",
  "country",
  "placedAt",
  "test",
  "creatorId",
  "campaignId",
  "planId",
  "linkId",
  "codeId",
  "method",
  "model",
  "shares",
  "commissionCurrency",
  "commissionMinor",
  "commissionShares",
  "reviewDecision",
  "reviewReason",
  "reviewActor",
  "reviewAt",
  "approvedAt",
  "approvalDueAt",
  "createdAt",
  "updatedAt",
  // Behind all others, for whoever reads them by their places.
  "orderNumber",
] as const;

/**
 * The orders of a range, by id, a page at a time. An order's time may be corrected by what its shop says
 * later, so it can't be the key. Throws what D1 throws.
 */
export async function* orderPages(deps: Deps, range: ExportRange): AsyncGenerator<Order[]> {
  const { d1, db } = deps;
  const { from, to, store } = range;
  const pages = walkTable<string, ListedOrder>("", {
    find: async (id) => d1.prepare(FIND).bind(id, from, to, store).first<string>("id"),
    // A plus in front keeps the index by store out of it: the id alone leads to the rows.
    read: async (id) =>
      db
        .select(listed)
        .from(orders)
        .where(
          and(
            gte(orders.id, id),
            sql`${orders.id} <= (SELECT max(id) FROM (
              SELECT id FROM orders WHERE id >= ${id} ORDER BY id LIMIT ${WINDOW_ROWS}))`,
            gte(orders.placedAt, from),
            lt(orders.placedAt, to),
            store === null ? undefined : sql`+${orders.storeId} = ${store}`,
          ),
        )
        .orderBy(asc(orders.id)),
    // Ids are of one length: whatever is longer comes after the id and before the next.
    after: ({ id }) => `${id}.`,
  });
  for await (const rows of pages) {
    const dressOf = await dressOrders(deps, rows);
    yield rows.map((row) => presentOrder(row, dressOf(row.id)));
  }
}

/** An order as a line of CSV: its cells by {@link ORDER_COLUMNS}. */
export function orderCells(order: Order): Record<(typeof ORDER_COLUMNS)[number], unknown> {
  const { total, subtotal, discount, shipping, tax, refunded, attribution, commission, review } = order;
  const { items, codes, ...rest } = order;
  const amounts = { total, subtotal, discount, shipping, tax, refunded };
  return {
    ...rest,
    currency: Object.values(amounts).find((amount) => amount !== null)?.currency,
    totalMinor: total?.amountMinor,
    subtotalMinor: subtotal?.amountMinor,
    discountMinor: discount?.amountMinor,
    shippingMinor: shipping?.amountMinor,
    taxMinor: tax?.amountMinor,
    refundedMinor: refunded?.amountMinor,
    items: jsonOf(items),
    codes: jsonOf(codes),
    creatorId: attribution?.creatorId,
    campaignId: attribution?.campaignId,
    planId: attribution?.planId,
    linkId: attribution?.linkId,
    codeId: attribution?.codeId,
    method: attribution?.method,
    model: attribution?.model,
    shares: jsonOf(attribution?.shares),
    commissionCurrency: commission?.total?.currency,
    commissionMinor: commission?.total?.amountMinor,
    commissionShares: jsonOf(commission?.shares),
    reviewDecision: review?.decision,
    reviewReason: review?.reason,
    reviewActor: review?.actor,
    reviewAt: review?.at,
  };
}

function jsonOf(list: readonly unknown[] | null | undefined): string | null {
  return list == null ? null : JSON.stringify(list);
}
