import { packJson } from "../../ground/db/pack.ts";
import type { Touch } from "../../ground/model/attribution.ts";
import type { Trust } from "../../ground/model/evidence.ts";
import { windowOf } from "./eligible.ts";
import { NAMED_SQL, type Named, namedParts } from "./named.ts";

/** The parts of an order that lead to calls. */
export interface CallingOrder {
  /** Names the order in the answer. */
  key: string;
  /** ms UTC. */
  placedAt: number;
  windowDays: number;
  customerHash: string | null;
  /** See `EvidenceData`; left out, as the next two: none. */
  phoneHash?: string | null;
  /** Ids of the calls whose deal it is. */
  calls?: readonly string[];
  /** Calls of its customer's that it was judged by before, by their ids, and by whose word each was theirs. */
  knownCalls?: readonly { id: string; trust: Trust }[];
}

/** A call that competes for an order. */
export interface CallRow extends Named {
  order_key: string;
  call_id: string;
  /** 1: the order is its deal; 0: it is one of its customer's. */
  of_deal: number;
  trust: Trust;
  /** ms UTC. */
  time: number;
  channel: string;
  outbound: number;
  qualified: number;
  ambiguous: number;
  link_id: string | null;
  /** `null`: it has no link, or that is gone. */
  link_kind: "affiliate" | "tracking" | null;
  /** Of the link, or else of the plan. */
  store_id: string | null;
}

/** Calls of a customer that an order looks back on, those that count and the latest first: more than anybody makes. */
const MAX_CUSTOMER_CALLS = 100;

/** SQL: of an order `w`, calls `c` of its store (`?1`) in its window. */
const IN_WINDOW = "c.started_at BETWEEN w.value ->> 'from' AND w.value ->> 'to'";

/** A phone that more customers of a store have than these, or more guests, is nobody's: some shops fill in one of their own. */
export const MOST_OF_PHONE = 20;

/**
 * SQL: how many orders have a phone (SQL, a hash) that name no customer beside it, up to `most`. Without the index all
 * orders would be gone through, and by a column's text it can't be searched: hence the plus.
 */
export function guestsOfPhone(phone: string, most: number): string {
  return `(SELECT count(*) FROM (SELECT DISTINCT q.order_id FROM order_evidence q INDEXED BY order_evidence_phone WHERE q.data ->> '$.phoneHash' = +${phone}
  AND q.data ->> '$.phoneHash' IS NOT NULL AND q.data ->> '$.customerHash' IS NULL LIMIT ${most}))`;
}

/** SQL: how many customers of the store `?1` have the phone of a call `c`, as far as it matters. */
export const CUSTOMERS_OF_PHONE = `(SELECT count(*) FROM (SELECT 1 FROM customer_phones q
  WHERE q.store_id = ?1 AND q.phone_hash = c.caller_hash LIMIT ${MOST_OF_PHONE + 1}))`;

/** SQL: of an order `w`, its key and the window in which calls from a phone are its customer's. */
const CALLED = "w.value ->> 'key' AS n, w.value ->> 'from' AS from_at, w.value ->> 'to' AS to_at";

/** SQL: the phones of orders: those that their deals were made from, the one that their server told, and their customers'. */
const PHONES = `SELECT ${CALLED}, m.caller_hash AS phone FROM json_each(?2) w
    CROSS JOIN json_each(w.value, '$.calls') d CROSS JOIN calls m ON m.id = d.value AND m.store_id = ?1
  UNION SELECT ${CALLED}, w.value ->> 'phoneHash' FROM json_each(?2) w WHERE w.value ->> 'phoneHash' IS NOT NULL
  UNION SELECT ${CALLED}, p.phone_hash FROM json_each(?2) w
    CROSS JOIN customer_phones p ON p.store_id = ?1 AND p.customer_hash = w.value ->> 'customerHash'`;

/**
 * SQL: the calls of orders, by how each is known to be theirs; `of_deal` 1: it is its deal. Whoever called by one of the
 * order's phones is its customer. What it was judged by before stays, once nothing is kept of who called. D1 takes no
 * more than five queries in a row.
 */
const FOUND = `SELECT w.value ->> 'key' AS n, c.id, 1 AS of_deal, 'confirmed' AS trust FROM json_each(?2) w
    CROSS JOIN json_each(w.value, '$.calls') d CROSS JOIN calls c ON c.id = d.value AND c.store_id = ?1
  UNION ALL SELECT h.n, c.id, 0, 'confirmed' FROM (${PHONES}) h CROSS JOIN calls c ON c.store_id = ?1
    AND c.caller_hash = h.phone AND c.started_at BETWEEN h.from_at AND h.to_at AND ${CUSTOMERS_OF_PHONE} <= ${MOST_OF_PHONE}
    AND ${guestsOfPhone("c.caller_hash", MOST_OF_PHONE + 1)} <= ${MOST_OF_PHONE}
  UNION ALL SELECT w.value ->> 'key', c.id, 0, coalesce(c.customer_trust, 'claimed') FROM json_each(?2) w
    CROSS JOIN calls c ON c.store_id = ?1 AND c.customer_hash = w.value ->> 'customerHash' AND ${IN_WINDOW}
  UNION ALL SELECT w.value ->> 'key', c.id, 0, k.value ->> 'trust' FROM json_each(?2) w
    CROSS JOIN json_each(w.value, '$.knownCalls') k CROSS JOIN calls c ON c.id = k.value ->> 'id' AND c.store_id = ?1
    WHERE c.caller_hash IS NULL AND (c.caller_call IS NOT NULL OR c.customer_hash IS NULL)`;

/**
 * SQL: the rows of orders `?2` (JSON) of the store `?1`. A source's own creator is credited, under the plan of its link,
 * or else of its campaign.
 */
const CALLS = `SELECT f.n AS order_key, c.id AS call_id, f.of_deal, f.trust, c.started_at AS time, c.channel,
    c.direction = 'outbound' AS outbound, c.qualified, c.match = 'ambiguous' AS ambiguous, c.link_id, l.kind AS link_kind,
    coalesce(l.store_id, plan.store_id) AS store_id, coalesce(l.campaign_id, c.campaign_id) AS campaign_id, ${NAMED_SQL}
  FROM (SELECT n, id, of_deal, trust, row_number() OVER (
      PARTITION BY n ORDER BY of_deal DESC, trust = 'claimed', qualified DESC, started_at DESC, id) AS place
    FROM (SELECT n, id, max(of_deal) AS of_deal, max(trust) AS trust FROM (${FOUND}) GROUP BY n, id) JOIN calls USING (id)) f
  CROSS JOIN calls c ON c.id = f.id
  LEFT JOIN links l ON l.id = c.link_id
  LEFT JOIN campaigns k ON k.id = coalesce(l.campaign_id, c.campaign_id)
  LEFT JOIN creators creator ON creator.id = coalesce(c.creator_id, l.creator_id)
  LEFT JOIN tracking_plans plan ON plan.id = coalesce(l.plan_id, k.plan_id)
  WHERE f.of_deal = 1 OR f.place <= ${MAX_CUSTOMER_CALLS}`;

/** Statements that find the calls of orders of a store, as {@link CallRow}s; none, where nothing could lead to any. */
export function findCalls(d1: D1Database, storeId: string, orders: readonly CallingOrder[]): D1PreparedStatement[] {
  const wanted = orders.flatMap(
    ({ key, placedAt, windowDays, customerHash, phoneHash = null, calls = [], knownCalls = [] }) =>
      customerHash === null && phoneHash === null && calls.length + knownCalls.length === 0
        ? []
        : [{ key, customerHash, phoneHash, calls, knownCalls, ...windowOf(placedAt, windowDays) }],
  );
  return packJson(wanted).map((pack) => d1.prepare(CALLS).bind(storeId, pack));
}

/** The touch that a call is for an order of a store; `ownPurchase`: the customer is its creator. */
export function callTouch(row: CallRow, storeId: string, ownPurchase: boolean): Touch {
  return {
    id: `call:${row.call_id}`,
    kind: row.of_deal === 1 ? "call" : "customer_call",
    trust: row.trust,
    time: row.time,
    ...namedParts(row),
    linkId: row.link_id,
    codeId: null,
    linkKind: row.link_kind,
    otherStore: row.store_id !== null && row.store_id !== storeId,
    retiredAt: null,
    withdrawn: false,
    ownPurchase,
    claims: [],
    claimedAt: null,
    call: {
      callId: row.call_id,
      channel: row.channel,
      outbound: row.outbound === 1,
      qualified: row.qualified === 1,
      ambiguous: row.ambiguous === 1,
    },
  };
}
