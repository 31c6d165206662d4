import { MOST_OF_ANY } from "../../ground/money/bound.ts";
import { localDay } from "../../ground/time/local-day.ts";

/** The columns of `order_facts`, in the order in which {@link facts} selects them. */
export const FACT_COLUMNS = [
  "order_id",
  "store_id",
  "creator_id",
  "campaign_id",
  "plan_id",
  "link_id",
  "code_id",
  "country",
  "device",
  "source",
  "method",
  "claimed",
  "placed_at",
  "day",
  "currency",
  "conversions",
  "gross_minor",
  "refunded_minor",
  "commission_minor",
  "commission_currency",
  "awaits",
] as const;

/** States of orders that count: neither a test, nor declined, nor credited to nobody. */
const COUNTING = "('received', 'pending', 'approved', 'disputed')";

/** An order without an amount counts in the currency of its store. */
const CURRENCY = "coalesce(o.currency, st.currency)";

/** A commission that can't be said yet is none. */
const IS_EARNED = "co.amount_minor IS NOT NULL AND co.currency IS NOT NULL";

/** One that can't be said for want of an exchange rate: one of an order that no server confirmed has no currency either. */
const IS_UNSAID = "co.amount_minor IS NULL AND co.currency IS NOT NULL";

/**
 * The currency of commissions that can't be said for want of an exchange rate: none. Each counts 1 in it, so that
 * sums have how many there are, and are moved by as much when the rate comes.
 */
export const UNSAID = "";

/**
 * What an order that only browsers tell of counts for at most, minor units. Anybody may claim as much as the bound
 * on one order, in whatever currency (see `mostOfOrder`), and from before there was one as much as a number holds.
 * Nine million of these fit 64 bits, more claims than a D1 database of 10 GB has room for: no sum that SQLite
 * works out can break by them. Only in currencies whose bound is larger is it less than what may be claimed.
 */
const MOST_CLAIMED = 1_000_000_000_000;

/** SQL: what the share `s` of the order `o` is worth. One from before there was a bound breaks no sum either. */
const GROSS = `min(coalesce(s.value ->> 'amountMinor', 0), iif(o.status = 'received', ${MOST_CLAIMED}, ${MOST_OF_ANY}))`;

/** SQL: what of the order `o` falls to its share `s` of all that was given back. */
const REFUNDED = `min(${MOST_OF_ANY}, coalesce(o.refunded_minor, 0) / json_array_length(o.shares)
    + (s.key < coalesce(o.refunded_minor, 0) % json_array_length(o.shares)))`;

/** SQL: the clicks on the link of the share `s` of the order `o`. */
const CLICKS = `json_each(o.touches) t
  WHERE t.value ->> 'linkId' = s.value ->> 'linkId' AND t.value ->> 'kind' <> 'code'`;

/** SQL: something of the one by which it came: the latest, of equals the first by id. */
const ofDeciding = (something: string): string =>
  `(SELECT ${something} FROM ${CLICKS} ORDER BY t.value ->> 'time' DESC, t.value ->> 'id' LIMIT 1)`;

const DECIDING = ofDeciding("t.value ->> 'id'");

/** SQL: the shares `s` of the orders `o` that count, of which a condition holds. */
const sharesOf = (condition: string): string =>
  `orders o CROSS JOIN json_each(o.shares) s WHERE o.status IN ${COUNTING} AND (${condition})`;

/**
 * SQL query of the clicks that decided orders, as JSON arrays of id, time (ms UTC) and link; `condition` as in
 * {@link facts}.
 */
export function decidingClicks(condition: string): string {
  return `SELECT DISTINCT click FROM (
    SELECT ${ofDeciding("json_array(t.value ->> 'id', t.value ->> 'time', t.value ->> 'linkId')")} AS click
    FROM ${sharesOf(condition)}) WHERE click IS NOT NULL`;
}

/** A click that decided an order, as statements are given it: its id alone where no log has it. */
export type DecidingClick = [id: string] | [id: string, country: string | null, device: string, source: string];

/**
 * SQL condition that all clicks that decided orders are among those of `clicks`, a bound JSON array of
 * {@link DecidingClick}: orders may have changed since these were looked for.
 */
export function areLookedFor(condition: string, clicks: string): string {
  return `NOT EXISTS (SELECT 1 FROM ${sharesOf(condition)} AND ${DECIDING} IS NOT NULL
    AND ${DECIDING} NOT IN (SELECT value ->> 0 FROM json_each(${clicks})))`;
}

/** SQL: the clicks of a bound JSON array of {@link DecidingClick} that some log has. */
const found = (clicks: string): string => `(WITH found AS MATERIALIZED (
    SELECT value ->> 0 AS id, value ->> 1 AS country, value ->> 2 AS device, value ->> 3 AS source
    FROM json_each(${clicks}) WHERE json_array_length(value) > 1
  ) SELECT * FROM found)`;

/**
 * SQL query of what the shares of orders count for now, as rows of `order_facts`; `condition` is SQL on the
 * orders `o`, `clicks` a bound JSON array of {@link DecidingClick}: the log may be other databases. Amounts are minor
 * units; an order that doesn't count has no row. All who need to know what an order counts for ask by this text,
 * whether it is rolled up or not.
 *
 * Country is the order's own, else that of the deciding click; device and source are that click's. Where it has
 * left the log, what was known of it when the order was last rolled up stands; where it has yet to come, `awaits`
 * has its id. Every click has a device: without one, nothing was known of it, and a country was the order's own.
 */
export function facts(condition: string, clicks: string): string {
  return `SELECT o.id AS order_id, o.store_id, s.value ->> 'creatorId' AS creator_id,
  coalesce(s.value ->> 'campaignId', '') AS campaign_id, coalesce(s.value ->> 'planId', '') AS plan_id,
  coalesce(s.value ->> 'linkId', '') AS link_id, coalesce(s.value ->> 'codeId', '') AS code_id,
  coalesce(o.country, iif(k.id IS NULL, iif(kn.device <> '', kn.country, ''), k.country), '') AS country, coalesce(k.device, kn.device, '') AS device,
  coalesce(k.source, kn.source, '') AS source, coalesce(o.method, '') AS method,
  o.status = 'received' AS claimed, o.placed_at, ${localDay("st.timezone", "o.placed_at")} AS day,
  ${CURRENCY} AS currency, s.key = 0 AS conversions, ${GROSS} AS gross_minor,
  ${REFUNDED} AS refunded_minor,
  CASE WHEN ${IS_EARNED} THEN min(co.amount_minor, ${MOST_OF_ANY}) WHEN ${IS_UNSAID} THEN 1 ELSE 0 END AS commission_minor,
  CASE WHEN ${IS_EARNED} THEN co.currency WHEN ${IS_UNSAID} THEN '${UNSAID}' ELSE ${CURRENCY} END AS commission_currency,
  iif(k.id IS NULL, coalesce(${DECIDING}, ''), '') AS awaits
FROM orders o CROSS JOIN stores st ON st.id = o.store_id CROSS JOIN json_each(o.shares) s
LEFT JOIN order_commissions co ON co.order_id = o.id AND co.creator_id = s.value ->> 'creatorId'
LEFT JOIN ${found(clicks)} k ON k.id = ${DECIDING}
LEFT JOIN order_facts kn ON kn.order_id = o.id AND kn.creator_id = s.value ->> 'creatorId'
  AND kn.link_id = s.value ->> 'linkId' AND EXISTS (SELECT 1 FROM ${CLICKS})
WHERE o.status IN ${COUNTING} AND (${condition})`;
}
