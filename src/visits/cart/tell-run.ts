import { packJson } from "../../ground/db/pack.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { EventType } from "../../ground/model/event.ts";
import type { CheckoutPlan } from "../../ground/model/visit.ts";
import { cartId, deepestOf, type JudgedCart, judged } from "./judged.ts";
import { type CartPlace, ORDER_COUNTS, silentCarts } from "./load-carts.ts";

const MINUTE_MS = 60_000;
/** What was abandoned longer ago, while nothing ran, is no news. */
const NEWS_MS = 86_400_000;
/** Carts that are looked at and told of at once. */
const CHUNK = 200;

const TYPE: EventType = "cart.abandoned";

/** SQL: when the first of the live endpoints was made that hears of a store's carts. */
const LISTENS = `SELECT min(e.created_at) FROM webhook_endpoints e
  WHERE e.deleted_at IS NULL AND e.disabled = 0 AND (e.store_id IS NULL OR e.store_id = p.store_id)
    AND (e.types IS NULL OR EXISTS (SELECT 1 FROM json_each(e.types) WHERE value = '${TYPE}'))`;

/** SQL: that a cart `c` is as it was when it was looked at (`w`), and no order has come since. */
const STANDS = `c.store_id = ?2 AND c.cart_key = w.value ->> 'cartKey' AND c.last_at = w.value ->> 'lastAt'
  AND c.told_at IS w.value ->> 'toldAt' AND NOT EXISTS (
    SELECT 1 FROM orders o WHERE o.store_id = c.store_id AND o.updated_at >= ?4 AND ${ORDER_COUNTS}
      AND (o.external_id = c.order_external_id
        OR o.customer_hash = (SELECT customer_hash FROM contacts WHERE id = w.value ->> 'contactId')))`;

const TELL = `INSERT INTO events (type, store_id, subject_id, data, time)
  SELECT '${TYPE}', c.store_id, w.value ->> 'id', w.value -> 'data', ?3 FROM json_each(?1) w CROSS JOIN carts c WHERE ${STANDS}
    AND EXISTS (SELECT 1 FROM webhook_endpoints WHERE deleted_at IS NULL AND disabled = 0)`;

const MARK = `UPDATE carts SET told_at = ?3 FROM (
    SELECT c.store_id AS s, c.cart_key AS k FROM json_each(?1) w CROSS JOIN carts c WHERE ${STANDS}) t
  WHERE store_id = t.s AND cart_key = t.k`;

/**
 * Tells of carts that were abandoned since the last run, by `now` (ms UTC), wherever somebody listens: each once, and none
 * that was bought. Throws what D1 throws.
 */
export async function tellAbandoned(d1: D1Database, now: number): Promise<void> {
  const { results } = await d1
    .prepare(
      `SELECT p.store_id AS storeId, s.currency, p.checkout, (${LISTENS}) AS since
       FROM tagging_plans p JOIN stores s ON s.id = p.store_id WHERE p.status = 'active' AND s.deleted_at IS NULL`,
    )
    .all<Listening>();
  for (const store of results) if (store.since !== null) await tellOfStore(d1, store, store.since, now);
}

interface Listening {
  storeId: string;
  currency: string;
  checkout: string;
  since: number | null;
}

async function tellOfStore(
  d1: D1Database,
  { storeId, currency, checkout }: Listening,
  since: number,
  now: number,
): Promise<void> {
  const { steps, abandonedAfterMinutes } = JSON.parse(checkout) as CheckoutPlan;
  const silence = abandonedAfterMinutes * MINUTE_MS;
  const [from, to] = [Math.max(since, now - NEWS_MS) - silence, now - silence];
  let after: CartPlace | null = null;
  do {
    const rows: Awaited<ReturnType<typeof silentCarts>> = await silentCarts(d1, storeId, { from, to, after }, CHUNK);
    const left = rows.flatMap((row) => judged(row, now, abandonedAfterMinutes).slice(-1)).filter(isNews);
    const plan = steps.map(({ name }) => name);
    const told = await Promise.all(left.map(async (cart) => tellingOf(cart, plan, currency)));
    const statements = packJson(told).flatMap((pack) =>
      // A look that was a moment ago may have missed an order of that moment.
      [TELL, MARK].map((sql) => d1.prepare(sql).bind(pack, storeId, now, now - MINUTE_MS)),
    );
    if (statements.length > 0) await d1.batch(statements);
    after = rows.length < CHUNK ? null : (rows.at(-1) ?? null);
  } while (after !== null);
}

function isNews({ state, beganAt, row: { toldAt } }: JudgedCart): boolean {
  return state === "abandoned" && (toldAt === null || toldAt < beganAt);
}

async function tellingOf(cart: JudgedCart, plan: readonly string[], usual: string) {
  const { row, abandonedAt, items, valueMinor, currency } = cart;
  const deepest = deepestOf(cart, plan);
  return {
    cartKey: row.cartKey,
    lastAt: row.lastAt,
    toldAt: row.toldAt,
    contactId: row.contactId,
    id: await cartId(cart),
    data: {
      abandonedAt: isoOf(abandonedAt),
      items,
      valueMinor,
      currency: currency ?? usual,
      step: deepest === null ? null : (plan[deepest] ?? null),
      source: row.source,
      contactId: row.contactId,
    },
  };
}
