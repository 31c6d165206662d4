import { sql } from "drizzle-orm";
import { orderCommissions } from "../../ground/db/schema/money.ts";
import type { OrderStatus } from "../../ground/model/order.ts";
import { orders } from "../../ground/db/schema/order.ts";
import type { Deps } from "../../ground/deps.ts";
import { confirmedAmounts } from "../../sales/order/fold.ts";
import { evidenceOf } from "../../sales/order/store.ts";
import type { CommissionRow, OrderFacts } from "./decide.ts";
import type { Recorded } from "./entries.ts";

/** An order that is due, as it was read. */
export interface DueOrder extends OrderFacts {
  status: OrderStatus;
  customerHash: string | null;
  dueAt: number | null;
  version: number;
  /** Whether what confirmed evidence says of its amounts isn't kept with it yet. */
  confirmedAnew: boolean;
}

/** The parts of a store that settling looks at. */
export interface SettledStore {
  /** ISO 4217. */
  currency: string;
  timezone: string;
  /** The end of the last locked period, ms UTC; 0 without one. */
  lockedTo: number;
}

/** What is read of orders that are due. */
export interface Group {
  /** By when they were placed; ids decide between equals. */
  orders: DueOrder[];
  /** By the order's id. */
  recorded: ReadonlyMap<string, Recorded[]>;
  rows: ReadonlyMap<string, CommissionRow[]>;
  /** By the store's id. */
  stores: ReadonlyMap<string, SettledStore>;
}

/** The first pause after a try that came to nothing, ms, doubled with each up to the longest. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 6 * 3_600_000;

/** The longest pause is reached by then. */
const MAX_DOUBLINGS = 10;

/**
 * SQL: what taking rows of a queue at `?2` (ms UTC) sets. A mark that somebody deletes begins at 1 anew: by chance alone
 * it is told from the one before.
 */
const TAKING = `mark = mark + 1 + (random() & 4294967295),
       attempts = attempts + (next_at <= ?2),
       next_at = iif(next_at <= ?2, ?2 + min(${LONGEST_PAUSE_MS}, ${FIRST_PAUSE_MS} * (1 << min(attempts, ${MAX_DOUBLINGS}))), next_at)`;

/** Ids of orders that are due at `now` (ms UTC), only of these if ids are given, in the order in which they were placed. */
export async function dueOrders(
  { d1 }: Pick<Deps, "d1">,
  now: number,
  limit: number,
  ids: readonly string[] | null,
): Promise<string[]> {
  const among = ids === null ? "" : "AND d.order_id IN (SELECT value FROM json_each(?3))";
  const { results } = await d1
    .prepare(
      `SELECT id FROM (
         SELECT d.order_id AS id, o.placed_at FROM settlements_due d LEFT JOIN orders o ON o.id = d.order_id
         WHERE d.next_at <= ?1 ${among} ORDER BY d.next_at LIMIT ?2
       ) ORDER BY placed_at, id`,
    )
    .bind(now, limit, ...(ids === null ? [] : [JSON.stringify(ids)]))
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/**
 * Takes orders that are due at `now` (ms UTC), or that have the mark that they were taken with before. Until
 * the work is done they are put off, so that nobody else takes them, and an order that ends the run isn't the
 * next one's first too. Answers their new marks: whatever changes them from then on is found out.
 */
export async function takeOrders(
  { d1 }: Pick<Deps, "d1">,
  wanted: readonly { id: string; mark: number | undefined }[],
  now: number,
): Promise<Map<string, number>> {
  const { results } = await d1
    .prepare(
      `UPDATE settlements_due SET ${TAKING}
       WHERE order_id IN (SELECT value ->> 'id' FROM json_each(?1))
         AND (next_at <= ?2 OR (order_id, mark) IN (SELECT value ->> 'id', value ->> 'mark' FROM json_each(?1)))
       RETURNING order_id AS id, mark`,
    )
    .bind(JSON.stringify(wanted), now)
    .all<{ id: string; mark: number }>();
  return new Map(results.map(({ id, mark }) => [id, mark]));
}

/** Reads orders and what there is of their commissions. */
export async function loadGroup(deps: Pick<Deps, "d1" | "db">, ids: readonly string[]): Promise<Group> {
  const json = JSON.stringify(ids);
  const [found, recorded, rows, stores] = await Promise.all([
    ordersOf(deps, ids),
    recordedOf(deps, "order_id", json),
    deps.db
      .select()
      .from(orderCommissions)
      .where(sql`${orderCommissions.orderId} IN (SELECT value FROM json_each(${json}))`),
    storesOf(deps, json),
  ]);
  return {
    orders: found.toSorted((a, b) => a.placedAt - b.placedAt || (a.id < b.id ? -1 : 1)),
    recorded,
    rows: Map.groupBy(rows, ({ orderId }) => orderId),
    stores,
  };
}

async function ordersOf(deps: Pick<Deps, "d1" | "db">, ids: readonly string[]): Promise<DueOrder[]> {
  const rows = await deps.db
    .select({
      id: orders.id,
      storeId: orders.storeId,
      externalId: orders.externalId,
      status: orders.status,
      trust: orders.trust,
      sourceStatus: orders.sourceStatus,
      test: orders.test,
      confirmed: orders.confirmed,
      importedOnly: orders.importedOnly,
      customerHash: orders.customerHash,
      placedAt: orders.placedAt,
      shares: orders.shares,
      contested: orders.contested,
      claimedAt: orders.claimedAt,
      review: orders.review,
      approvedAt: orders.approvedAt,
      dueAt: orders.dueAt,
      version: orders.version,
    })
    .from(orders)
    .where(sql`${orders.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`);
  // Recorded before confirmed amounts were kept apart, or no total was confirmed yet.
  const unread = rows.filter((row) => row.trust === "confirmed" && row.confirmed === null);
  const evidence = Map.groupBy(
    await evidenceOf(
      deps,
      unread.map((row) => row.id),
    ),
    ({ orderId }) => orderId,
  );
  return rows.map(({ externalId, ...row }) => {
    const known = (evidence.get(row.id) ?? []).map((piece) => ({ ...piece, externalId }));
    const confirmed = row.confirmed ?? (known.length === 0 ? null : confirmedAmounts(known));
    return { ...row, confirmed, confirmedAnew: confirmed !== null && row.confirmed === null };
  });
}

/** What entries of the ledger are a commission of, by the column that has its id. */
export type EarnedBy = "order_id" | "conversion_id";

/** SQL: the entries `l` of the ledger that are a commission. A bonus may name an order without being one. */
export const OF_COMMISSION = "l.type NOT IN ('bonus', 'payout')";

/** SQL: that the entry `l` of the ledger is in a payout run that is paid. */
export const IS_PAID = `EXISTS (SELECT 1 FROM payout_entries e JOIN payouts p ON p.id = e.payout_id
  WHERE e.entry_seq = l.seq AND e.live = 1 AND p.status = 'paid')`;

/** What the ledger has of commissions, by the id of what they are of; `ids` is a JSON array of these. */
export async function recordedOf(
  { d1 }: Pick<Deps, "d1">,
  by: EarnedBy,
  ids: string,
): Promise<Map<string, Recorded[]>> {
  const { results } = await d1
    .prepare(
      `SELECT l.${by} AS id, l.creator_id AS creatorId, l.currency, sum(l.amount_minor) AS sumMinor,
         count(*) AS count, max(${IS_PAID}) AS paid
       FROM json_each(?1) w CROSS JOIN ledger l ON l.${by} = w.value AND ${OF_COMMISSION}
       GROUP BY 1, 2, 3`,
    )
    .bind(ids)
    .all<Omit<Recorded, "paid"> & { id: string; paid: number }>();
  return Map.groupBy(
    results.map(({ paid, ...row }) => ({ ...row, paid: paid === 1 })),
    ({ id }) => id,
  );
}

async function storesOf({ d1 }: Pick<Deps, "d1">, ids: string): Promise<Map<string, SettledStore>> {
  const { results } = await d1
    .prepare(
      `SELECT s.id, s.currency, s.timezone, coalesce((SELECT max(p.to_at) FROM periods p
         WHERE p.store_id = s.id AND p.locked_at IS NOT NULL), 0) AS lockedTo
       FROM stores s WHERE s.id IN (SELECT o.store_id FROM json_each(?1) w CROSS JOIN orders o ON o.id = w.value)`,
    )
    .bind(ids)
    .all<SettledStore & { id: string }>();
  return new Map(results.map(({ id, ...store }) => [id, store]));
}
