import { packJson } from "../../ground/db/pack.ts";
import { mustHold } from "../../ground/db/premise.ts";
import type { OrderStatus } from "../../ground/model/order.ts";
import type { Deps } from "../../ground/deps.ts";
import { changeOf, insertHistory } from "../../sales/order/history-store.ts";
import { silenceClaims } from "../../sales/order/store.ts";
import type { CommissionRow } from "./decide.ts";
import { markChanged } from "../../journal/due/write-settlement.ts";
import type { Settled } from "./group.ts";
import { markLater } from "./write-later.ts";
import type { Group } from "./load.ts";
import { booksMustBeOpen, insertEntries, paidMustStand } from "./write-entries.ts";

/**
 * Statements that write what settling came to at `now` (ms UTC). They break their batch off if an order was
 * changed or settled meanwhile, its store's books were locked, or its commission was paid. `marks` are those
 * that the orders were taken with, by their ids; an order that is none any more has its mark alone.
 */
export function writeSettled(
  deps: Pick<Deps, "d1" | "newId">,
  settled: readonly Settled[],
  rows: Group["rows"],
  marks: ReadonlyMap<string, number>,
  now: number,
): D1PreparedStatement[] {
  const ids = [...marks.keys()];
  return [
    ...mustStand(deps, settled, marks),
    ...writeOrders(deps, settled, now),
    ...silenceClaims(
      deps,
      settled.flatMap(({ order, settling }) => (settling.approvedAt === order.approvedAt ? [] : [order.id])),
    ),
    ...writeRows(deps, settled, rows),
    ...markLater(deps, settled, rows, ids),
    ...insertEntries(
      deps,
      settled.flatMap(({ order: { id, storeId }, settling }) =>
        settling.entries.map((entry) => ({
          ...entry,
          storeId,
          orderId: id,
          conversionId: null,
          time: settling.bookedAt,
        })),
      ),
    ),
    deps.d1
      .prepare("DELETE FROM settlements_due WHERE order_id IN (SELECT value FROM json_each(?1))")
      .bind(JSON.stringify(ids)),
    deps.d1
      .prepare(
        `UPDATE alarms SET resolved_at = ?2 WHERE kind = 'settlement_failed' AND resolved_at IS NULL
           AND subject IN (SELECT value FROM json_each(?1))`,
      )
      .bind(JSON.stringify(ids), now),
    ...markChanged(
      deps,
      settled.flatMap(({ order: { id, storeId, customerHash, placedAt, status }, settling }) =>
        isBought(status) === isBought(settling.status) ? [] : [{ id, storeId, customerHash, placedAt }],
      ),
    ),
  ];
}

/** Whether an order makes its customer a returning one from then on (see `returningOrders`). */
function isBought(status: OrderStatus): boolean {
  return status !== "declined" && status !== "test" && status !== "received";
}

function mustStand(
  { d1 }: Pick<Deps, "d1">,
  settled: readonly Settled[],
  marks: ReadonlyMap<string, number>,
): D1PreparedStatement[] {
  const versions = new Map(settled.map(({ order }) => [order.id, order.version]));
  const times = new Map(settled.map(({ order, settling }) => [order.storeId, settling.bookedAt]));
  return [
    mustHold(
      d1,
      `NOT EXISTS (SELECT 1 FROM json_each(?1) w LEFT JOIN settlements_due d ON d.order_id = w.value ->> 'id'
         LEFT JOIN orders o ON o.id = w.value ->> 'id'
         WHERE d.mark IS NOT w.value ->> 'mark' OR o.version IS NOT w.value ->> 'version')`,
      JSON.stringify([...marks].map(([id, mark]) => ({ id, mark, version: versions.get(id) ?? null }))),
    ),
    booksMustBeOpen(d1, times),
    ...paidMustStand(
      d1,
      "order_id",
      settled.map(({ order, settling }) => ({ id: order.id, entries: settling.entries })),
    ),
  ];
}

/** Where orders stand, and when they are due. What is only due at another time leaves their version as it is. */
function writeOrders(deps: Pick<Deps, "d1">, settled: readonly Settled[], now: number): D1PreparedStatement[] {
  const changes = settled.flatMap(({ order, settling: { status, approvedAt, dueAt } }) => {
    const isNew = order.confirmedAnew || status !== order.status || approvedAt !== order.approvedAt;
    if (!isNew && dueAt === order.dueAt) return [];
    return [{ id: order.id, status, approvedAt, dueAt, confirmed: order.confirmed, isNew: isNew ? 1 : 0 }];
  });
  const history = settled.flatMap(({ order, settling }) =>
    changeOf(
      order,
      { id: order.id, status: settling.status },
      {
        time: now,
        cause: "rule",
        actor: null,
        reason: settling.approvedAt === order.approvedAt ? null : "The hold period is over.",
      },
    ),
  );
  return [
    ...packJson(changes).map((json) =>
      deps.d1
        .prepare(
          `UPDATE orders SET status = w.value ->> 'status', approved_at = w.value ->> 'approvedAt',
             due_at = w.value ->> 'dueAt', confirmed = w.value ->> 'confirmed',
             version = version + (w.value ->> 'isNew'), updated_at = iif(w.value ->> 'isNew', ?2, updated_at)
           FROM json_each(?1) w WHERE orders.id = w.value ->> 'id'`,
        )
        .bind(json, now),
    ),
    ...insertHistory(deps, history),
  ];
}

/** The commissions that orders have now. Rows that stay as they are aren't written. */
function writeRows({ d1 }: Pick<Deps, "d1">, settled: readonly Settled[], rows: Group["rows"]): D1PreparedStatement[] {
  const fresh: CommissionRow[] = [];
  const gone: Pick<CommissionRow, "orderId" | "creatorId">[] = [];
  for (const { order, settling } of settled) {
    const before = new Map((rows.get(order.id) ?? []).map((row) => [row.creatorId, row]));
    for (const row of settling.rows) {
      const known = before.get(row.creatorId);
      before.delete(row.creatorId);
      if (known === undefined || contentOf(known) !== contentOf(row)) fresh.push(row);
    }
    gone.push(...[...before.values()].map(({ orderId, creatorId }) => ({ orderId, creatorId })));
  }
  return [
    ...packJson(gone).map((json) =>
      d1
        .prepare(
          `DELETE FROM order_commissions WHERE (order_id, creator_id) IN
             (SELECT value ->> 'orderId', value ->> 'creatorId' FROM json_each(?1))`,
        )
        .bind(json),
    ),
    ...packJson(fresh).map((json) => d1.prepare(WRITE_ROWS).bind(json)),
  ];
}

const FIELDS = {
  orderId: "order_id",
  creatorId: "creator_id",
  storeId: "store_id",
  planId: "plan_id",
  campaignId: "campaign_id",
  ruleVersion: "rule_version",
  placedAt: "placed_at",
  month: "month",
  currency: "currency",
  amountMinor: "amount_minor",
  salesMinor: "sales_minor",
  uncappedMinor: "uncapped_minor",
  ratePair: "rate_pair",
  note: "note",
  updatedAt: "updated_at",
} satisfies Record<keyof CommissionRow, string>;

const WRITE_ROWS = `INSERT INTO order_commissions (${Object.values(FIELDS).join(", ")})
  SELECT ${Object.keys(FIELDS)
    .map((field) => `value ->> '${field}'`)
    .join(", ")} FROM json_each(?1) WHERE TRUE
  ON CONFLICT (order_id, creator_id) DO UPDATE SET ${Object.values(FIELDS)
    .map((name) => `${name} = excluded.${name}`)
    .join(", ")}`;

/** A row as a text, but for when it was written. */
function contentOf(row: CommissionRow): string {
  return JSON.stringify(
    Object.keys(FIELDS).map((field) => (field === "updatedAt" ? 0 : row[field as keyof CommissionRow])),
  );
}
