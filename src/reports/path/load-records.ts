import type { CallMatch, CallStatus } from "../../ground/model/call.ts";
import type { Trust } from "../../ground/model/evidence.ts";
import { stands } from "../calls/sales.ts";
import { IS_THERE } from "../conversions/base.ts";

/** Records of a kind that a path shows, the last ones. */
export const MOST_RECORDS = 200;

/** Whose records are looked for. */
export interface RecordScope {
  storeId: string;
  /** `null`: nobody says whose they are. */
  customerHash: string | null;
  contactId: string | null;
  /** Keyed hashes of the browsers that are theirs. */
  visitors: readonly string[];
  /** Only what happened until then, ms UTC. */
  until: number;
  /** The order that is asked for, by its id and the shop's own; `null`: a contact is. */
  order: { id: string; externalId: string } | null;
  /** Ids of calls that the order's explanation names. */
  callIds: readonly string[];
}

/** A click, by whatever it is known. */
export interface ClickRow {
  clickId: string;
  linkId: string;
  trust: Trust;
  time: number;
  /** Of the lease that tells of it; `null`: it is known otherwise. */
  visitorHash: string | null;
}

/** A call, with the label of its number. */
export interface PathCall {
  id: string;
  numberId: string | null;
  number: string | null;
  label: string | null;
  direction: "inbound" | "outbound";
  status: CallStatus;
  startedAt: number;
  talkSeconds: number | null;
  qualified: number;
  match: CallMatch;
  reason: string;
  channel: string;
  creatorId: string | null;
  campaignId: string | null;
  linkId: string | null;
  clickId: string | null;
  clickAt: number | null;
  callerHash: string | null;
  visitorHash: string | null;
  customerHash: string | null;
  customerTrust: Trust | null;
}

/** An order. */
export interface PathOrder {
  id: string;
  externalId: string;
  /** What people call it; `null`: as the id. */
  orderNumber: string | null;
  status: string;
  trust: Trust;
  currency: string | null;
  totalMinor: number | null;
  refundedMinor: number | null;
  codes: string;
  placedAt: number;
  creatorId: string | null;
  campaignId: string | null;
  linkId: string | null;
}

/** A conversion that counts. */
export interface PathConversion {
  id: string;
  definitionId: string;
  definition: string;
  trust: Trust;
  time: number;
  valueMinor: number | null;
  currency: string;
  creatorId: string | null;
  campaignId: string | null;
  orderId: string | null;
}

/** All records of a scope. */
export interface Records {
  clicks: ClickRow[];
  calls: PathCall[];
  conversions: PathConversion[];
  orders: PathOrder[];
  /** How many kinds have more than are shown. */
  leftOut: number;
}

/*
 * Rows are found by their ids, which are found by whose they are: a plus keeps SQLite from reading all that a store has
 * instead, to the same end.
 */

/** SQL: the last orders of a customer until a time, and the one that is asked for; each is found by an index. */
const ordersOf = (asked: string, until: string): string => `SELECT * FROM (SELECT id FROM orders
    WHERE store_id = ?1 AND customer_hash = ?2 AND placed_at <= ${until} ORDER BY placed_at DESC LIMIT ${MOST_RECORDS + 1})
  UNION SELECT ${asked}`;

/** Clicks of the customer, of their orders, and of the numbers that their browsers were shown. */
const CLICKS = `SELECT * FROM (
    SELECT click_id AS clickId, link_id AS linkId, trust, time, NULL AS visitorHash FROM customer_touches
    WHERE store_id = ?1 AND customer_hash = ?2
    UNION ALL
    SELECT t.value ->> 'id', t.value ->> 'linkId', t.value ->> 'trust', t.value ->> 'time', NULL
    FROM orders o CROSS JOIN json_each(o.touches) t
    WHERE o.id IN (${ordersOf("?4", "?5")}) AND +o.store_id = ?1
      AND t.value ->> 'kind' IN ('click', 'customer_click') AND t.value ->> 'linkId' IS NOT NULL
    UNION ALL
    SELECT click_id, link_id, 'claimed', click_at, visitor_hash FROM number_leases
    WHERE store_id = ?1 AND visitor_hash IN (SELECT value FROM json_each(?3)) AND click_id IS NOT NULL
      AND link_id IS NOT NULL AND click_at IS NOT NULL
  ) WHERE time <= ?5 ORDER BY time DESC, clickId LIMIT ${MOST_RECORDS + 1}`;

/** A number that several customers call from tells of none of them. */
const OWN_PHONES = `SELECT p.phone_hash FROM customer_phones p WHERE p.store_id = ?1 AND p.customer_hash = ?2
  AND NOT EXISTS (SELECT 1 FROM customer_phones q WHERE q.store_id = p.store_id AND q.phone_hash = p.phone_hash
    AND q.customer_hash <> p.customer_hash)`;

/**
 * Calls whose deals name the order, whenever it was placed, or an order of the customer's. A deal that was taken back
 * names none of the shop's.
 */
const OF_DEALS = `SELECT d.call_id FROM call_deals d WHERE d.store_id = ?1
  AND (${stands("d")} OR d.order_external_id = 'call-' || d.call_id) AND d.order_external_id IN (
  SELECT ?6 UNION ALL SELECT external_id FROM orders WHERE store_id = ?1 AND customer_hash = ?2 AND placed_at <= ?5)`;

/** Calls of the customer, of their browsers and numbers, and those that the order names. */
const CALLS = `SELECT c.id, c.number_id AS numberId, c.number, n.label, c.direction, c.status, c.started_at AS startedAt,
    c.talk_seconds AS talkSeconds, c.qualified, c.match, c.reason, c.channel, c.creator_id AS creatorId,
    c.campaign_id AS campaignId, c.link_id AS linkId, c.click_id AS clickId, c.click_at AS clickAt,
    c.caller_hash AS callerHash, c.visitor_hash AS visitorHash, c.customer_hash AS customerHash,
    c.customer_trust AS customerTrust
  FROM calls c LEFT JOIN phone_numbers n ON n.id = c.number_id
  WHERE +c.store_id = ?1 AND (+c.started_at <= ?5 OR c.id IN (${OF_DEALS})) AND c.id IN (
    SELECT id FROM calls WHERE store_id = ?1 AND customer_hash = ?2
    UNION SELECT id FROM calls WHERE store_id = ?1 AND customer_hash IS NULL AND caller_hash IN (${OWN_PHONES})
    UNION SELECT id FROM calls WHERE store_id = ?1 AND customer_hash IS NULL
      AND visitor_hash IN (SELECT value FROM json_each(?3))
    UNION SELECT value FROM json_each(?4)
    UNION ${OF_DEALS})
  ORDER BY c.started_at DESC, c.id LIMIT ${MOST_RECORDS + 1}`;

const CONVERSIONS = `SELECT c.id, c.definition_id AS definitionId, d.name AS definition, c.trust, c.time,
    c.value_minor AS valueMinor, d.currency, c.creator_id AS creatorId, c.campaign_id AS campaignId, c.order_id AS orderId
  FROM conversions c CROSS JOIN conversion_definitions d ON d.id = c.definition_id
  WHERE c.id IN (SELECT id FROM conversions WHERE contact_id = ?2 UNION SELECT id FROM conversions WHERE order_id = ?3)
    AND +c.store_id = ?1 AND (+c.time <= ?4 OR c.order_id = ?3) AND c.uncounted IS NULL AND ${IS_THERE}
  ORDER BY c.time DESC, c.id LIMIT ${MOST_RECORDS + 1}`;

const ORDERS = `SELECT id, external_id AS externalId, order_number AS orderNumber, status, trust, currency, total_minor AS totalMinor,
    refunded_minor AS refundedMinor, codes, placed_at AS placedAt, creator_id AS creatorId, campaign_id AS campaignId,
    link_id AS linkId
  FROM orders WHERE id IN (${ordersOf("?3", "?4")}) AND +store_id = ?1
  ORDER BY placed_at DESC, id LIMIT ${MOST_RECORDS + 1}`;

/** All that is recorded of a scope, the last first. Throws what D1 throws. */
export async function recordsOf(d1: D1Database, scope: RecordScope): Promise<Records> {
  const { storeId, customerHash, contactId, until, order } = scope;
  // `NULL` equals nothing: where nobody is known there is nothing of theirs.
  const [visitors, callIds] = [JSON.stringify(scope.visitors), JSON.stringify(scope.callIds)];
  const answers = await d1.batch([
    d1.prepare(CLICKS).bind(storeId, customerHash, visitors, order?.id ?? null, until),
    d1.prepare(CALLS).bind(storeId, customerHash, visitors, callIds, until, order?.externalId ?? null),
    d1.prepare(CONVERSIONS).bind(storeId, contactId, order?.id ?? null, until),
    d1.prepare(ORDERS).bind(storeId, customerHash, order?.id ?? null, until),
  ]);
  const [clicks = [], calls = [], conversions = [], orders = []] = answers.map(({ results }) => results);
  const shown = <Row>(rows: unknown[]) => rows.slice(0, MOST_RECORDS) as Row[];
  return {
    clicks: shown<ClickRow>(clicks),
    calls: shown<PathCall>(calls),
    conversions: shown<PathConversion>(conversions),
    orders: shown<PathOrder>(orders),
    leftOut: answers.filter(({ results }) => results.length > MOST_RECORDS).length,
  };
}
