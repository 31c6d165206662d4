import { sql } from "drizzle-orm";
import { packJson } from "../../ground/db/pack.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { orders } from "../../ground/db/schema/order.ts";
import type { Deps } from "../../ground/deps.ts";
import type { ConversionOrigin, GoalEvent } from "../../ground/model/conversion.ts";
import { isForgotten } from "../../sales/shop/forgotten.ts";
import type { DefinitionRow } from "../definition/store.ts";
import { creditIn } from "./fold.ts";
import { conversionsWhere, definitionsById } from "./load-ground.ts";
import { firstMet, meetsEvent } from "./match.ts";
import { BOUGHT_SQL, type GoalOrder, isBought, orderGoal, orderKey, totalOf } from "./order-goal.ts";
import type { ConversionRow, Item } from "./work.ts";

type LoadDeps = Pick<Deps, "d1" | "db">;

/** What orders come to, and statements that break their batch off if they are others by then. */
export interface OrderWork {
  items: Item[];
  premises: D1PreparedStatement[];
}

/** Orders by their ids, as far as conversions ask for them. */
export async function goalOrders({ db }: LoadDeps, ids: readonly string[]): Promise<GoalOrder[]> {
  if (ids.length === 0) return [];
  return db
    .select({
      id: orders.id,
      storeId: orders.storeId,
      status: orders.status,
      trust: orders.trust,
      test: orders.test,
      currency: orders.currency,
      totalMinor: orders.totalMinor,
      confirmed: orders.confirmed,
      items: orders.items,
      customerHash: orders.customerHash,
      country: orders.country,
      placedAt: orders.placedAt,
      version: orders.version,
      explanation: orders.explanation,
      shares: orders.shares,
      method: orders.method,
      contested: orders.contested,
      creatorId: orders.creatorId,
      campaignId: orders.campaignId,
      planId: orders.planId,
      linkId: orders.linkId,
      codeId: orders.codeId,
    })
    .from(orders)
    .where(sql`${orders.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`);
}

/**
 * What a store's orders come to under definitions, and under those that they are recorded under already. With each order
 * come the first that its customer bought, which may not have been the first before, and the one that was bought next,
 * which may have been until then: whatever comes to stand before that one has it looked at by this, for the nearest of
 * all that do is an order of its own here. `origin` is that of new conversions.
 */
export async function orderWork(
  deps: LoadDeps,
  storeId: string,
  orderIds: readonly string[],
  definitions: readonly DefinitionRow[],
  origin: ConversionOrigin,
): Promise<OrderWork> {
  const given = await goalOrders(deps, orderIds);
  const customers = [
    ...new Set([
      ...given.flatMap(({ customerHash }) => customerHash ?? []),
      ...(await formerOf(deps, storeId, orderIds)),
    ]),
  ];
  const firsts = await firstBought(deps, storeId, customers);
  const known = new Set(given.map(({ id }) => id));
  // What is applied to the past changes nothing for others.
  const beside = origin === "backfill" ? [] : [...firsts.values(), ...(await nextBought(deps, storeId, given))];
  const all = [
    ...given,
    ...(await goalOrders(
      deps,
      beside.filter((id): id is string => id !== null && !known.has(id)),
    )),
  ];
  const rows = await conversionsWhere(
    deps.d1,
    "c.order_id IN (SELECT value FROM json_each(?1)) AND c.event_key = 'order:' || c.order_id",
    JSON.stringify(all.map(({ id }) => id)),
  );
  const others = await definitionsById(
    deps,
    rows.map(({ definitionId }) => definitionId),
  );
  const rowOf = new Map(rows.map((row) => [`${row.definitionId} ${row.eventKey}`, row]));
  const items = all.flatMap((order) => {
    const asking = new Map(definitions.map((definition) => [definition.id, definition]));
    for (const { definitionId, orderId } of rows) {
      const other = others.get(definitionId);
      if (orderId === order.id && other !== undefined) asking.set(definitionId, other);
    }
    const firstId = firsts.get(order.customerHash ?? "") ?? null;
    return [...asking.values()].flatMap((definition) => {
      const before = rowOf.get(`${definition.id} ${orderKey(order.id)}`) ?? null;
      return itemOf(order, firstId, definition, before, origin);
    });
  });
  return { items, premises: mustStand(deps.d1, storeId, all, firsts) };
}

function itemOf(
  order: GoalOrder,
  firstId: string | null,
  definition: DefinitionRow,
  before: ConversionRow | null,
  origin: ConversionOrigin,
): Item[] {
  const event = orderGoal(order, firstId);
  const met = firstMet(definition, event);
  const triggerIndex = met ?? keptIndex(order, event, definition, before);
  const isPast = (before?.origin ?? origin) === "backfill";
  const inForce = isPast || (definition.effectiveFrom !== null && event.time >= definition.effectiveFrom);
  const counts = isBought(order) && triggerIndex !== null && inForce;
  if (before === null && !counts) return [];
  const follows = { credit: creditIn(order), total: totalOf(order), withdrawn: !counts };
  const match = {
    definition,
    triggerIndex: triggerIndex ?? before?.triggerIndex ?? 0,
    event,
    orderId: order.id,
    follows,
  };
  return [{ definition, key: event.key, matches: [match], origin: before?.origin ?? origin }];
}

/**
 * The trigger of what an order made and counts still, whose customer was forgotten: which of theirs it was can't be told
 * any more, so that stays as it was. All else has to hold as ever, and what was withdrawn before doesn't come back.
 */
function keptIndex(
  { customerHash }: GoalOrder,
  event: GoalEvent,
  definition: DefinitionRow,
  before: ConversionRow | null,
): number | null {
  if (before === null || before.uncounted === "withdrawn") return null;
  if (customerHash === null || !isForgotten(customerHash)) return null;
  const trigger = definition.triggers[before.triggerIndex];
  if (trigger?.type !== "order") return null;
  return meetsEvent({ ...trigger, which: "any" }, event, definition) ? before.triggerIndex : null;
}

/** The customers that orders were recorded of, where they may be others than now. */
async function formerOf({ d1 }: LoadDeps, storeId: string, orderIds: readonly string[]): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT DISTINCT coalesce(k.customer_hash, substr(c.subject, 3)) AS hash
       FROM json_each(?2) w CROSS JOIN conversions c ON c.order_id = w.value
       LEFT JOIN contacts k ON k.id = c.contact_id
       WHERE c.store_id = ?1 AND (c.contact_id IS NOT NULL OR c.subject GLOB 'h:*')`,
    )
    .bind(storeId, JSON.stringify(orderIds))
    .all<{ hash: string }>();
  return results.map(({ hash }) => hash);
}

/** SQL: the first order `o` of the store `?1` that a customer bought. */
const firstOf = (customerHash: string): string => `SELECT o.id FROM orders o
  WHERE o.store_id = ?1 AND o.customer_hash = ${customerHash} AND ${BOUGHT_SQL} ORDER BY o.placed_at, o.id LIMIT 1`;

/** The ids of the first orders that customers bought, by the customers' hashes; `null`: none. */
async function firstBought(
  { d1 }: LoadDeps,
  storeId: string,
  customers: readonly string[],
): Promise<Map<string, string | null>> {
  if (customers.length === 0) return new Map();
  const { results } = await d1
    .prepare(`SELECT w.value AS hash, (${firstOf("w.value")}) AS id FROM json_each(?2) w`)
    .bind(storeId, JSON.stringify(customers))
    .all<{ hash: string; id: string | null }>();
  return new Map(results.map(({ hash, id }) => [hash, id]));
}

/** The ids of the orders that were bought next after these, by the same customers. */
async function nextBought({ d1 }: LoadDeps, storeId: string, given: readonly GoalOrder[]): Promise<string[]> {
  const places = given.flatMap(({ id, customerHash, placedAt }) =>
    customerHash === null ? [] : [{ id, customerHash, placedAt }],
  );
  if (places.length === 0) return [];
  const { results } = await d1
    .prepare(
      `SELECT (SELECT o.id FROM orders o
         WHERE o.store_id = ?1 AND o.customer_hash = w.value ->> 'customerHash' AND ${BOUGHT_SQL}
           AND (o.placed_at, o.id) > (w.value ->> 'placedAt', w.value ->> 'id')
         ORDER BY o.placed_at, o.id LIMIT 1) AS id FROM json_each(?2) w`,
    )
    .bind(storeId, JSON.stringify(places))
    .all<{ id: string | null }>();
  return results.flatMap(({ id }) => id ?? []);
}

function mustStand(
  d1: D1Database,
  storeId: string,
  all: readonly GoalOrder[],
  firsts: ReadonlyMap<string, string | null>,
): D1PreparedStatement[] {
  return [
    ...packJson(all.map(({ id, version }) => ({ id, version }))).map((json) =>
      mustHold(
        d1,
        `NOT EXISTS (SELECT 1 FROM json_each(?1) w LEFT JOIN orders o ON o.id = w.value ->> 'id'
           WHERE o.version IS NOT w.value ->> 'version')`,
        json,
      ),
    ),
    ...packJson([...firsts].map(([hash, id]) => ({ hash, id }))).map((json) =>
      mustHold(
        d1,
        `NOT EXISTS (SELECT 1 FROM json_each(?2) w WHERE w.value ->> 'id' IS NOT (${firstOf("w.value ->> 'hash'")}))`,
        storeId,
        json,
      ),
    ),
  ];
}
