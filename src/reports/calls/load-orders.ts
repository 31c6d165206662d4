import { contactOfVisitor } from "../../conversions/event/contact-store.ts";
import { boundedSum } from "../../ground/money/sum.ts";
import { localDay } from "../../ground/time/local-day.ts";
import { DAY_MS, type DaySpan } from "../../ground/time/range.ts";
import type { ChannelOrders } from "./channels.ts";
import { lastVisits, type Wanted } from "./load-last-visits.ts";
import { CURRENCY, IS_FIRST_DEAL, IS_SOLD, NET } from "./sales.ts";

/** Orders that nothing but the visits before them could tell the channel of, and that are looked up, at most. */
const MOST_LOOKED_UP = 1_000;

/** SQL: the channel of the call whose deal names the order `o`, of several the first. */
const OF_DEAL = `(SELECT c.channel FROM call_deals d CROSS JOIN calls c ON c.id = d.call_id
  WHERE d.store_id = o.store_id AND d.order_external_id = o.external_id AND ${IS_FIRST_DEAL} LIMIT 1)`;

/** SQL: the channel of its customer's last call before it, in the window of its policy. */
const OF_CALL = `(SELECT c.channel FROM calls c WHERE c.store_id = o.store_id AND c.customer_hash = o.customer_hash
  AND c.direction = 'inbound' AND c.started_at <= o.placed_at
  AND c.started_at >= o.placed_at - coalesce(o.policy ->> 'windowDays', 30) * ${DAY_MS}
  ORDER BY c.started_at DESC, c.id LIMIT 1)`;

/** SQL: the kind of source of the visit in which the cart was begun that a page says was bought as the order. */
const OF_CART = `(SELECT k.kind FROM cart k WHERE k.external_id = o.external_id)`;

/**
 * `WITH` members: `own`, the orders of the store `?1` that were sold, placed on its days `?2` to `?3`, each in one channel;
 * empty: only the visits before it could tell. `?4` and `?5` are moments that these days are surely within, ms UTC.
 */
const OWN = `cart AS MATERIALIZED (
    SELECT order_external_id AS external_id, substr(source || ' ', 1, instr(source || ' ', ' ') - 1) AS kind, min(first_at)
    FROM carts WHERE store_id = ?1 AND last_at >= ?4 AND order_external_id IS NOT NULL GROUP BY 1
  ), own AS MATERIALIZED (
    SELECT o.id, o.store_id, o.customer_hash, o.placed_at, ${localDay("st.timezone", "o.placed_at")} AS day,
      ${CURRENCY} AS currency, ${NET} AS net, o.creator_id IS NOT NULL AS credited,
      iif(o.creator_id IS NOT NULL, 'creator', coalesce(${OF_DEAL}, ${OF_CALL}, ${OF_CART}, '')) AS channel
    FROM orders o CROSS JOIN stores st ON st.id = o.store_id
    WHERE o.store_id = ?1 AND o.placed_at >= ?4 AND o.placed_at < ?5 AND ${IS_SOLD}
      AND ${localDay("st.timezone", "o.placed_at")} BETWEEN ?2 AND ?3
  )`;

const SUMS = `WITH ${OWN} SELECT channel, currency, sum(orders) AS orders, sum(credited) AS credited,
    ${boundedSum("sum(net)")} AS salesMinor, ${boundedSum("sum(commission)")} AS commissionMinor
  FROM (
    SELECT channel, currency, 1 AS orders, credited, net, 0 AS commission FROM own
    UNION ALL
    SELECT w.channel, co.currency, 0, 0, 0, co.amount_minor FROM own w CROSS JOIN order_commissions co ON co.order_id = w.id
    WHERE co.amount_minor IS NOT NULL AND co.currency IS NOT NULL
  ) GROUP BY channel, currency`;

/** Those that visits could tell of, with each of their customers' browsers, the last first. */
const REST = `WITH ${OWN} SELECT DISTINCT w.id AS orderId, w.currency, w.net, w.placed_at AS placedAt, w.day, v.visitor_hash AS visitorHash
  FROM own w CROSS JOIN contacts k ON k.store_id = w.store_id AND k.customer_hash = w.customer_hash
  CROSS JOIN visitor_contacts v ON v.contact_id = k.id
  WHERE w.channel = '' AND ${contactOfVisitor("v.store_id", "v.visitor_hash", "w.placed_at")} = k.id
  ORDER BY w.placed_at DESC, w.id LIMIT ${MOST_LOOKED_UP + 1}`;

type RestRow = Wanted & { currency: string; net: number };

/**
 * The orders of a store that were sold in a span of its days, by channel; an empty one stands for what nothing tells of.
 * They add up to all orders. `complete`: whether visits were looked up before all orders that they could tell of. Throws
 * what D1 throws.
 */
export async function ordersByChannel(
  d1: D1Database,
  storeId: string,
  { first, last }: DaySpan,
): Promise<{ orders: ChannelOrders[]; complete: boolean }> {
  // No zone is further from UTC than a day.
  const bound = [storeId, first, last, Date.parse(first) - DAY_MS, Date.parse(last) + 2 * DAY_MS];
  const [sums, rest] = await d1.batch<ChannelOrders | RestRow>([
    d1.prepare(SUMS).bind(...bound),
    d1.prepare(REST).bind(...bound),
  ]);
  const rows = (rest?.results ?? []) as RestRow[];
  const { sources, complete } = await lastVisits(d1, storeId, rows.slice(0, MOST_LOOKED_UP));
  const found = [...new Map(rows.map((row) => [row.orderId, row])).values()].flatMap(({ orderId, currency, net }) => {
    const channel = sources.get(orderId);
    if (channel === undefined) return [];
    const order = { currency, orders: 1, credited: 0, salesMinor: net, commissionMinor: 0 };
    // It is taken out of those that nothing tells of.
    return [
      { ...order, channel },
      { ...order, channel: "", orders: -1, salesMinor: -net },
    ];
  });
  return {
    orders: [...((sums?.results ?? []) as ChannelOrders[]), ...found],
    complete: complete && rows.length <= MOST_LOOKED_UP,
  };
}
