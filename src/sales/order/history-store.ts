import { packJson } from "../../ground/db/pack.ts";
import type { payouts, periods } from "../../ground/db/schema/money.ts";
import type { orderHistory } from "../../ground/db/schema/order.ts";
import type { Deps } from "../../ground/deps.ts";
import type { OrderRow } from "./store.ts";
import type { Moment } from "./timeline.ts";

/** A change of where an order stands, to be kept. */
export type HistoryEntry = Omit<typeof orderHistory.$inferInsert, "seq">;

/** The change from one state of an order to the next, to be kept; none if it stands where it stood. */
export function changeOf(
  before: Pick<OrderRow, "status"> | null,
  after: Pick<OrderRow, "id" | "status">,
  how: Pick<HistoryEntry, "time" | "cause" | "actor" | "reason">,
): HistoryEntry[] {
  if (before?.status === after.status) return [];
  return [{ orderId: after.id, fromStatus: before?.status ?? null, toStatus: after.status, ...how }];
}

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

type ChangeRow = Pick<typeof orderHistory.$inferSelect, "time" | "toStatus" | "cause" | "actor" | "reason">;
type LockRow = Pick<typeof periods.$inferSelect, "id" | "lockedAt" | "lockedBy">;
type RunRow = Pick<
  typeof payouts.$inferSelect,
  "id" | "createdAt" | "createdBy" | "paidAt" | "closedAt" | "closedReason"
>;

/** All that happened to an order and to the books it is in, read in one batch. */
export async function momentsOf(
  { d1 }: Pick<Deps, "d1">,
  { id, storeId, approvedAt }: Pick<OrderRow, "id" | "storeId" | "approvedAt">,
): Promise<Moment[]> {
  const [changes, locks, runs] = await d1.batch([
    d1
      .prepare(
        "SELECT time, to_status AS toStatus, cause, actor, reason FROM order_history WHERE order_id = ?1 ORDER BY seq",
      )
      .bind(id),
    // Periods are locked one after another: the first that ends after the approval locked it.
    d1
      .prepare(
        `SELECT id, locked_at AS lockedAt, locked_by AS lockedBy FROM periods
         WHERE store_id = ?1 AND to_at > ?2 AND locked_at IS NOT NULL ORDER BY to_at LIMIT 1`,
      )
      .bind(storeId, approvedAt),
    // From the store's runs to its entries, by keys alone: no index has the entries of runs that are over.
    d1
      .prepare(
        `SELECT r.id, r.created_at AS createdAt, r.created_by AS createdBy, r.paid_at AS paidAt,
           r.closed_at AS closedAt, r.closed_reason AS closedReason
         FROM payouts r WHERE r.store_id = ?2 AND EXISTS (
           SELECT 1 FROM ledger l CROSS JOIN payout_entries e ON e.payout_id = r.id AND e.entry_seq = l.seq
           WHERE l.order_id = ?1)
         ORDER BY r.id`,
      )
      .bind(id, storeId),
  ]);
  return [
    ...((changes?.results ?? []) as ChangeRow[]).map(({ toStatus, ...change }) =>
      momentOf({ ...change, effect: { status: toStatus } }),
    ),
    ...((locks?.results ?? []) as LockRow[]).flatMap(({ id: periodId, lockedAt, lockedBy }) =>
      lockedAt === null
        ? []
        : momentOf({ time: lockedAt, cause: "period", actor: lockedBy, periodId, effect: { locked: true } }),
    ),
    ...((runs?.results ?? []) as RunRow[]).flatMap(momentsOfRun),
  ];
}

/** Who paid a run or closed it is in the audit log alone. */
function momentsOfRun({ id: payoutId, createdAt, createdBy, paidAt, closedAt, closedReason }: RunRow): Moment[] {
  const run = { cause: "payout", payoutId } as const;
  return [
    momentOf({ ...run, time: createdAt, actor: createdBy, effect: { run: "draft" } }),
    ...(paidAt === null ? [] : [momentOf({ ...run, time: paidAt, effect: { run: "paid" } })]),
    ...(closedAt === null
      ? []
      : [momentOf({ ...run, time: closedAt, reason: closedReason, effect: { run: "closed" } })]),
  ];
}

function momentOf(given: Pick<Moment, "time" | "cause" | "effect"> & Partial<Moment>): Moment {
  return { actor: null, reason: null, periodId: null, payoutId: null, ...given };
}
