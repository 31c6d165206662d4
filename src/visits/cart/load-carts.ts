import { contactOfVisitor } from "../../conversions/event/contact-store.ts";
import type { CartEvent } from "../../ground/model/visit.ts";
import type { CartOrder } from "./rounds.ts";

/** What is told of carts under one key, with all that says what they came to. */
export interface CartRow {
  storeId: string;
  cartKey: string;
  events: CartEvent[];
  /** ms UTC. */
  lastAt: number;
  source: string;
  toldAt: number | null;
  /** Since when its visitor has had another one; `null`: it is the last. */
  replacedAt: number | null;
  /** Who its visitor is known to be. */
  contactId: string | null;
  orders: CartOrder[];
}

type RawRow = Omit<CartRow, "events" | "orders"> & Record<"events" | "named" | "ofContact", string>;

/** Where a row stands among those of its store: by when it was told of last. */
export interface CartPlace {
  lastAt: number;
  cartKey: string;
}

/** Which rows are looked at: those that were told of in a span, ms UTC, from its end on. */
export interface CartStretch {
  storeId: string;
  /** Told of then or later. */
  from: number;
  /** Begun before. */
  to: number;
  /** From behind this one on. */
  after: CartPlace | null;
}

/** Rows that are read at once. */
const PAGE = 2_000;
/** Orders of a contact that are looked at: no cart lives through more. */
const MOST_ORDERS = 20;

/** SQL: that an order `o` counts. */
export const ORDER_COUNTS =
  "o.test = 0 AND o.status NOT IN ('declined', 'test') AND coalesce(o.source_status, '') <> 'cancelled'";

/** SQL: orders `o` as JSON. */
const ORDERS = "json_group_array(json_array(o.external_id, o.placed_at))";

/** SQL: ids of orders that pages named for the cart `c`. */
const NAMED = "SELECT e.value ->> 'orderId' FROM json_each(c.events) e WHERE e.value ->> 'kind' = 'bought'";

/** SQL: what {@link CartRow} has of each row of a table `page` of carts. Left to itself, SQLite looks for a visitor's carts among all later ones. */
const FACTS = `SELECT c.store_id AS storeId, c.cart_key AS cartKey, c.events, c.last_at AS lastAt, c.source,
    c.told_at AS toldAt, c.contact_id AS contactId,
    (SELECT max(c.last_at, min(n.first_at)) FROM carts n INDEXED BY carts_visitor
      WHERE n.store_id = c.store_id AND n.visitor_hash = c.visitor_hash AND (n.last_at, n.cart_key) > (c.last_at, c.cart_key)
        AND (n.items > 0 OR n.order_external_id IS NOT NULL)) AS replacedAt,
    (SELECT ${ORDERS} FROM orders o
      WHERE o.store_id = c.store_id AND o.external_id IN (${NAMED}) AND ${ORDER_COUNTS}) AS named,
    (SELECT ${ORDERS} FROM orders o WHERE o.id IN (
        SELECT o.id FROM orders o JOIN contacts k ON k.store_id = o.store_id AND k.customer_hash = o.customer_hash
        WHERE k.id = c.contact_id AND o.placed_at >= c.first_at AND ${ORDER_COUNTS} ORDER BY o.placed_at LIMIT ${MOST_ORDERS}
      )) AS ofContact
  FROM page c`;

const CONTACT = contactOfVisitor("c.store_id", "c.visitor_hash", "c.last_at");

/** Carts of a stretch, but for those whose story is no longer kept, with all that says what they came to, the last told of first; a page at a time. Throws what D1 throws. */
export async function* cartPages(
  d1: D1Database,
  { storeId, from, to, after }: CartStretch,
  size = PAGE,
): AsyncGenerator<CartRow[]> {
  let place = after;
  for (;;) {
    const { results }: D1Result<RawRow> = await d1
      .prepare(
        `WITH page AS MATERIALIZED (SELECT c.*, ${CONTACT} AS contact_id FROM carts c
           WHERE c.store_id = ?1 AND c.last_at BETWEEN ?2 AND ?4 AND c.first_at < ?3 AND c.visitor_hash <> ''
             AND (c.last_at < ?4 OR c.cart_key < ?5)
           ORDER BY c.last_at DESC, c.cart_key DESC LIMIT ?6)
         ${FACTS} ORDER BY c.last_at DESC, c.cart_key DESC`,
      )
      .bind(storeId, from, to, place?.lastAt ?? Number.MAX_SAFE_INTEGER, place?.cartKey ?? "", size)
      .all<RawRow>();
    if (results.length > 0) yield results.map(rowOf);
    const last = results.at(-1);
    if (last === undefined || results.length < size) return;
    place = last;
  }
}

/** Carts that may be abandoned: something is in them, and they were told of last in a span, ms UTC; those first that are longest silent. */
export async function silentCarts(
  d1: D1Database,
  storeId: string,
  { from, to, after }: { from: number; to: number; after: CartPlace | null },
  limit: number,
): Promise<CartRow[]> {
  const { results } = await d1
    .prepare(
      `WITH page AS MATERIALIZED (SELECT c.*, ${CONTACT} AS contact_id FROM carts c
         WHERE c.store_id = ?1 AND c.last_at >= ?2 AND c.last_at <= ?3 AND c.items > 0
           AND (c.told_at IS NULL OR c.told_at < c.last_at) AND (c.last_at, c.cart_key) > (?4, ?5)
         ORDER BY c.last_at, c.cart_key LIMIT ?6)
       ${FACTS} ORDER BY c.last_at, c.cart_key`,
    )
    .bind(storeId, from, to, after?.lastAt ?? 0, after?.cartKey ?? "", limit)
    .all<RawRow>();
  return results.map(rowOf);
}

function rowOf({ events, named, ofContact, ...row }: RawRow): CartRow {
  const orders = (json: string, contact: boolean): CartOrder[] =>
    (JSON.parse(json) as [string, number][]).map(([externalId, placedAt]) => ({
      externalId,
      placedAt,
      ofContact: contact,
    }));
  return {
    ...row,
    events: JSON.parse(events) as CartEvent[],
    orders: [...orders(named, false), ...orders(ofContact, true)],
  };
}
