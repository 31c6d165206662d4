import { equals } from "../../ground/db/filter.ts";
import { endMsOf, msOf } from "../../ground/http/fields.ts";
import { and, asc, desc, eq, getTableColumns, gte, lt, type SQL, sql } from "drizzle-orm";
import { ofCampaign } from "../../ground/db/of-campaign.ts";
import { packJson } from "../../ground/db/pack.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { orderEvidence, orders } from "../../ground/db/schema/order.ts";
import type { Deps } from "../../ground/deps.ts";
import { badCursor, byId, type ListOrder, type Stretch, textOf } from "../../ground/http/pagination.ts";
import type { OrderFilters } from "./schema.ts";
import { SHOWN_STATUS } from "./settlement-store.ts";
import { waitsForHand } from "./by-hand.ts";
import type { ShownStatus } from "./state.ts";

/** A row of the table of orders. */
export type OrderRow = typeof orders.$inferSelect;

/** What lists show of an order: its row without what competed for it, which may be far longer than all else. */
export type ListedOrder = Omit<OrderRow, "touches" | "explanation" | "manual" | "confirmed" | "customerHash">;

/** A row of the table of orders' evidence. */
export type EvidenceRow = typeof orderEvidence.$inferSelect;

/** An order to be written: its row, and the version it was planned on; `null` for a new one. */
export interface OrderWrite {
  row: OrderRow;
  before: number | null;
}

/** Where a page of orders begins: behind the order with this id. */
export interface OrderPlace {
  id: string;
  /** When that was placed, ms UTC, in lists that run by it; `null` in those that run by when orders were recorded. */
  placedAt: number | null;
}

/** How a list of orders runs that is sorted so. */
export function byOrder(sort: OrderFilters["sort"]): ListOrder<Pick<OrderRow, "id" | "placedAt">, OrderPlace> {
  if (sort === "-createdAt") {
    return {
      placeOf: (cursor) => {
        const id = byId.placeOf(cursor);
        return id === null ? null : { id, placedAt: null };
      },
      cursorOf: byId.cursorOf,
    };
  }
  return {
    placeOf: (cursor) => {
      if (cursor === undefined) return null;
      const [, placedAt, id] = /^p1:(-?\d{1,15}):(ord_[0-9a-z]{16})$/.exec(textOf(cursor)) ?? [];
      if (id === undefined) throw badCursor();
      return { id, placedAt: Number(placedAt) };
    },
    cursorOf: ({ id, placedAt }) => btoa(`p1:${placedAt}:${id}`).replaceAll("=", ""),
  };
}

/** The order with this id. */
export async function findOrder({ db }: Pick<Deps, "db">, id: string): Promise<OrderRow | null> {
  const [row] = await db.select().from(orders).where(eq(orders.id, id));
  return row ?? null;
}

/** The orders with these ids, in one query; those that there aren't are absent. */
export async function findOrders({ db }: Pick<Deps, "db">, ids: readonly string[]): Promise<Map<string, OrderRow>> {
  const rows = await db
    .select()
    .from(orders)
    .where(sql`${orders.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`);
  return new Map(rows.map((row) => [row.id, row]));
}

/** A store's orders by the shop's own ids, in one query. */
export async function ordersByExternalId(
  { db }: Pick<Deps, "db">,
  storeId: string,
  externalIds: readonly string[],
): Promise<Map<string, OrderRow>> {
  const rows = await db
    .select()
    .from(orders)
    .where(
      and(
        eq(orders.storeId, storeId),
        sql`${orders.externalId} IN (SELECT value FROM json_each(${JSON.stringify(externalIds)}))`,
      ),
    );
  return new Map(rows.map((row) => [row.externalId, row]));
}

/** All evidence of these orders, in one query, as it came. */
export async function evidenceOf({ db }: Pick<Deps, "db">, orderIds: readonly string[]): Promise<EvidenceRow[]> {
  if (orderIds.length === 0) return [];
  return db
    .select()
    .from(orderEvidence)
    .where(sql`${orderEvidence.orderId} IN (SELECT value FROM json_each(${JSON.stringify(orderIds)}))`)
    .orderBy(asc(orderEvidence.receivedAt), asc(orderEvidence.hash));
}

/** Orders that match the filters, in the order that is asked for, from behind a place on. */
export async function listOrders(
  { db }: Pick<Deps, "db">,
  { after, limit }: Stretch<OrderPlace>,
  filters: OrderFilters,
): Promise<OrderRow[]> {
  const { store, creator, campaign, plan, status, trust, approval, from, to, code, q, sort } = filters;
  const search = q === undefined ? null : searchOf(q, store);
  const isByPlaced = sort === "-placedAt";
  return db
    .select()
    .from(orders)
    .where(
      and(
        equals(orders.storeId, store),
        creator === undefined ? undefined : someShare(sql`s.value ->> 'creatorId' = ${creator}`),
        plan === undefined ? undefined : someShare(sql`s.value ->> 'planId' = ${plan}`),
        campaign === undefined ? undefined : someShare(ofCampaign(campaign, SHARE)),
        status === undefined ? undefined : shownAs(status),
        equals(orders.trust, trust),
        from === undefined ? undefined : gte(orders.placedAt, msOf(from)),
        to === undefined ? undefined : lt(orders.placedAt, endMsOf(to)),
        code === undefined
          ? undefined
          : sql`EXISTS (SELECT 1 FROM json_each(${orders.codes}) t WHERE lower(t.value) = lower(${code}))`,
        approval === undefined
          ? undefined
          : sql.raw(approval === "hand" ? waitsForHand("orders") : "orders.status = 'pending' AND orders.due_at > 0"),
        search?.found,
        after === null ? undefined : behind(after, search),
        // To the letter what the index has that all orders are in by when they were placed; a store's have one of their own.
        isByPlaced && store === undefined ? sql.raw("orders.version > 0") : undefined,
      ),
    )
    .orderBy(
      ...(search === null ? [] : [desc(search.isWhole)]),
      ...(isByPlaced ? [desc(orders.placedAt)] : []),
      desc(orders.id),
    )
    .limit(limit);
}

/** Where few orders stand at a time, which are found by an index that has these alone. */
const FEW: ReadonlySet<ShownStatus> = new Set<ShownStatus>(["disputed", "contested"]);

/** That an order is shown as it stands. Indexes that are of one status alone want it to the letter. */
function shownAs(status: ShownStatus): SQL {
  if (FEW.has(status)) {
    return sql.raw(
      `orders.rowid IN (SELECT f.rowid FROM orders f INDEXED BY orders_${status} WHERE f.status = '${status}')`,
    );
  }
  const isApproved = status === "locked" || status === "payable" || status === "paid" || status === "approved";
  return isApproved
    ? sql`orders.status = 'approved' AND ${sql.raw(SHOWN_STATUS)} = ${status}`
    : sql.raw(`orders.status = '${status}'`);
}

/** Characters that a part of the shop's id has at least. */
const LEAST_PART = 3;

/** That what an order is called has a part, A–Z as a–z. Most are numbers, for which that would be half of the work. */
function contains(name: SQL, part: string): SQL {
  return /[a-z]/i.test(part) ? sql`instr(lower(${name}), lower(${part})) > 0` : sql`instr(${name}, ${part}) > 0`;
}

/** Orders by their numbers or the shop's ids of them, or by a part: conditions, and by what those come first that have it whole. */
function searchOf(q: string, store: string | undefined) {
  const bare = q.replace(/^#/, "");
  const isOneOf = (name: SQL) => sql`${name} IN (${q}, ${bare}, ${`#${bare}`})`;
  const wholeOf = (order: SQL) =>
    sql`(${isOneOf(sql`${order}.external_id`)} OR coalesce(${isOneOf(sql`${order}.order_number`)}, 0))`;
  const isWhole = wholeOf(sql`orders`);
  const fits = (name: SQL) => (bare.length < LEAST_PART ? isOneOf(name) : contains(name, bare));
  const ofStore = store === undefined ? sql`TRUE` : sql`x.store_id = ${store}`;
  // All that a store's orders are called is in two indexes, which are far less to read than the orders.
  const found = sql`orders.rowid IN (
    SELECT x.rowid FROM orders x INDEXED BY orders_external WHERE ${ofStore} AND ${fits(sql`x.external_id`)}
    UNION ALL SELECT x.rowid FROM orders x INDEXED BY orders_number
    WHERE x.order_number IS NOT NULL AND ${ofStore} AND ${fits(sql`x.order_number`)})`;
  const isWholeAt = (id: string) => sql`coalesce((SELECT ${wholeOf(sql`a`)} FROM orders a WHERE a.id = ${id}), 0)`;
  return {
    isWhole,
    found,
    isWholeAt,
  };
}

/** That an order comes behind a place in the list; without a search an index begins there. */
function behind(
  { id, placedAt }: OrderPlace,
  search: Pick<ReturnType<typeof searchOf>, "isWhole" | "isWholeAt"> | null,
): SQL {
  if (search === null) {
    if (placedAt === null) return lt(orders.id, id);
    return sql`${orders.placedAt} <= ${placedAt} AND (${orders.placedAt} < ${placedAt} OR ${orders.id} < ${id})`;
  }
  const [time, at] = placedAt === null ? [sql``, sql``] : [sql`orders.placed_at, `, sql`${placedAt}, `];
  return sql`((${search.isWhole}), ${time}orders.id) < (${search.isWholeAt(id)}, ${at}${id})`;
}

/** That a condition holds for a part of the order: one that is split is each creator's. */
function someShare(condition: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM json_each(${orders.shares}) s WHERE ${condition})`;
}

/** Where a share has what tells whose it is. It may belong to several campaigns; the owner is one all the same. */
const SHARE = {
  campaign: "s.value ->> 'campaignId'",
  plan: "s.value ->> 'planId'",
  creator: "s.value ->> 'creatorId'",
};

/**
 * Columns that no update writes: those that an order has from its first day, and `dueAt`, which settling
 * sets without a new version. A row that was read before would take it back.
 */
const KEPT: ReadonlySet<string> = new Set(["id", "storeId", "externalId", "createdAt", "dueAt"]);

const COLUMNS = Object.entries(getTableColumns(orders)).map(([field, { name }]) => ({ field, name }));

const WRITE_ORDERS = `INSERT INTO orders (${COLUMNS.map(({ name }) => name).join(", ")})
  SELECT ${COLUMNS.map(({ field }) => `value ->> '${field}'`).join(", ")} FROM json_each(?1) WHERE TRUE
  ON CONFLICT (id) DO UPDATE SET ${COLUMNS.filter(({ field }) => !KEPT.has(field))
    .map(({ name }) => `${name} = excluded.${name}`)
    .join(", ")}`;

/**
 * Statements that add or change orders, few for many of them. They break their batch off if one of them
 * was written meanwhile; one that another request added breaks `orders.store_id, orders.external_id`.
 */
export function writeOrders({ d1 }: Pick<Deps, "d1">, writes: readonly OrderWrite[]): D1PreparedStatement[] {
  return [
    ...packJson(writes.map(({ row, before }) => ({ id: row.id, before }))).map((json) =>
      mustHold(
        d1,
        `NOT EXISTS (SELECT 1 FROM json_each(?1) w LEFT JOIN orders o ON o.id = w.value ->> 'id'
           WHERE o.version IS NOT w.value ->> 'before')`,
        json,
      ),
    ),
    ...packJson(writes.map(({ row }) => row)).map((json) => d1.prepare(WRITE_ORDERS).bind(json)),
  ];
}

/**
 * Statements that add evidence. The same piece again is the one that came first, at the time of the last
 * statement (see `distinct`): two reports may be processed in another order than they came.
 */
export function insertEvidence({ d1 }: Pick<Deps, "d1">, rows: readonly EvidenceRow[]): D1PreparedStatement[] {
  return packJson(rows).map((json) =>
    d1
      .prepare(
        `INSERT INTO order_evidence (order_id, hash, inbox_id, source, trust, source_time, received_at, late, data)
         SELECT value ->> 'orderId', value ->> 'hash', value ->> 'inboxId', value ->> 'source', value ->> 'trust',
           value ->> 'sourceTime', value ->> 'receivedAt', value ->> 'late', value ->> 'data'
         FROM json_each(?1) WHERE TRUE
         ON CONFLICT (order_id, hash) DO UPDATE SET
           inbox_id = iif(excluded.received_at < received_at, excluded.inbox_id, inbox_id),
           received_at = min(received_at, excluded.received_at),
           source_time = iif(data ->> 'updatedAt' IS NULL,
             max(source_time, excluded.source_time), min(source_time, excluded.source_time))`,
      )
      .bind(json),
  );
}

/**
 * Statements for orders that are approved by the same batch: claims that gave way to the server's word until
 * then never count, even if the server takes back what they gave way to.
 */
export function silenceClaims({ d1 }: Pick<Deps, "d1">, orderIds: readonly string[]): D1PreparedStatement[] {
  return packJson(orderIds).map((json) =>
    d1
      .prepare(
        `UPDATE order_evidence SET late = 1
         WHERE order_id IN (SELECT value FROM json_each(?1)) AND trust = 'claimed' AND late = 0
           AND EXISTS (SELECT 1 FROM orders o CROSS JOIN json_each(o.explanation, '$.candidates') c
             CROSS JOIN json_each(c.value, '$.touch.claims') n
             WHERE o.id = order_evidence.order_id AND c.value ->> 'reasonCode' = 'claimed_only'
               AND n.value = substr(order_evidence.hash, 1, length(n.value)))`,
      )
      .bind(json),
  );
}
