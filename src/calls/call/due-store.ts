import { packJson } from "../../ground/db/pack.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { EventType } from "../../ground/model/event.ts";
import { CLOCK_DRIFT_MS } from "../../sales/attribution/eligible.ts";
import { type DueCall, hasEnded } from "./goal.ts";

const DAY_MS = 86_400_000;

/** For how long nobody else takes a call up that is taken, ms; what can't be done is tried again by then. */
const PAUSE_MS = 60_000;

/** What ended longer ago is no news, ms. */
const NEWS_MS = DAY_MS;

const ENDED: EventType = "call.ended";

/** Takes calls that are due at `now` (ms UTC), the longest waiting first; of these alone if ids are given. */
export async function takeCalls(
  d1: D1Database,
  now: number,
  limit: number,
  ids: readonly string[] | null,
): Promise<DueCall[]> {
  const among = ids === null ? "" : "AND id IN (SELECT value FROM json_each(?4))";
  const { results } = await d1
    .prepare(
      `UPDATE calls SET due_since = ?1 + ?2
       WHERE id IN (SELECT id FROM calls WHERE due_since <= ?1 ${among} ORDER BY due_since, id LIMIT ?3)
       RETURNING id, store_id AS storeId, number, direction, status, started_at AS startedAt, ended_at AS endedAt,
         talk_seconds AS talkSeconds, caller_hash AS callerHash, caller_country AS callerCountry, channel,
         visitor_hash AS visitorHash, customer_hash AS customerHash, customer_trust AS customerTrust, version,
         due_since AS mark`,
    )
    .bind(now, PAUSE_MS, limit, ...(ids === null ? [] : [JSON.stringify(ids)]))
    .all<DueCall>();
  return results;
}

/** An order that a call may have led to. */
export interface CalledOrder {
  callId: string;
  orderId: string;
  /** The shop's own id of it. */
  externalId: string;
}

/** SQL: orders `o` in whose window a call `w` is. */
const IN_WINDOW = `o.placed_at BETWEEN w.value ->> 'startedAt' - ${CLOCK_DRIFT_MS}
  AND w.value ->> 'startedAt' + (o.policy ->> 'windowDays') * ${DAY_MS}`;

/**
 * A phone that more customers have, or that more was told of, leads to no order: it is nobody's by far (see
 * `MOST_OF_PHONE`), and to judge all of them anew would take longer than a run has.
 */
const MOST_LED_TO = 1_000;

/** SQL: that the phone of a call `w` leads to few enough of the rows that are selected by it. */
const leadsToFew = (rows: string): string =>
  `(SELECT count(*) FROM (${rows} LIMIT ${MOST_LED_TO + 1})) <= ${MOST_LED_TO}`;
const FEW_CUSTOMERS = leadsToFew(
  "SELECT 1 FROM customer_phones q WHERE q.store_id = ?1 AND q.phone_hash = w.value ->> 'callerHash'",
);
const FEW_ORDERS = leadsToFew(`SELECT 1 FROM order_evidence q WHERE q.data ->> '$.phoneHash' = w.value ->> 'callerHash'
  AND q.data ->> '$.phoneHash' IS NOT NULL`);

const FOUND = "SELECT w.value ->> 'id' AS callId, o.id AS orderId, o.external_id AS externalId FROM json_each(?2) w";

/**
 * SQL: orders of the store `?1` that calls `?2` (JSON) are or were touches of: those of the customer who called, or of
 * whoever has the phone, those of that phone, and those that are deals of calls from it, or of the calls themselves.
 */
const ORDERS = `
  ${FOUND} CROSS JOIN orders o ON o.store_id = ?1 AND o.customer_hash = w.value ->> 'customerHash' AND ${IN_WINDOW}
  UNION ${FOUND} CROSS JOIN customer_phones p ON p.store_id = ?1 AND p.phone_hash = w.value ->> 'callerHash'
    CROSS JOIN orders o ON o.store_id = ?1 AND o.customer_hash = p.customer_hash AND ${IN_WINDOW} AND ${FEW_CUSTOMERS}
  UNION ${FOUND} CROSS JOIN order_evidence e ON e.data ->> '$.phoneHash' = w.value ->> 'callerHash'
      AND e.data ->> '$.phoneHash' IS NOT NULL
    CROSS JOIN orders o ON o.id = e.order_id AND o.store_id = ?1 AND ${IN_WINDOW} AND ${FEW_ORDERS}
  UNION ${FOUND} CROSS JOIN calls m ON m.store_id = ?1 AND m.caller_hash = w.value ->> 'callerHash'
    CROSS JOIN call_deals d ON d.call_id = m.id
    CROSS JOIN orders o ON o.store_id = ?1 AND o.external_id = d.order_external_id AND ${IN_WINDOW}
  UNION ${FOUND} CROSS JOIN call_deals d ON d.call_id = w.value ->> 'id'
    CROSS JOIN orders o ON o.store_id = ?1 AND o.external_id = d.order_external_id`;

/** A page of the orders that calls of a store may have led to, by id, after `after`. */
export async function ordersOfCalls(
  d1: D1Database,
  storeId: string,
  calls: readonly DueCall[],
  after: string,
  limit: number,
): Promise<CalledOrder[]> {
  const wanted = calls.map(({ id, startedAt, callerHash, customerHash }) => ({
    id,
    startedAt,
    callerHash,
    customerHash,
  }));
  const { results } = await d1
    .prepare(
      `WITH found AS MATERIALIZED (${ORDERS})
       SELECT * FROM found WHERE orderId IN (
         SELECT DISTINCT orderId FROM found WHERE orderId > ?3 ORDER BY orderId LIMIT ?4)
       ORDER BY orderId`,
    )
    .bind(storeId, JSON.stringify(wanted), after, limit)
    .all<CalledOrder>();
  return results;
}

/** SQL: that a call `c` is as it was when it was taken (`w`), and nothing was heard of it since. */
const STANDS = "c.id = w.value ->> 'id' AND c.version = w.value ->> 'version' AND c.due_since = w.value ->> 'mark'";

/** SQL: that somebody listened when a call `c` ended who hears of the calls of its store. */
const HEARS = `EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.deleted_at IS NULL AND e.disabled = 0
  AND (e.store_id IS NULL OR e.store_id = c.store_id) AND e.created_at <= coalesce(c.ended_at, c.updated_at)
  AND (e.types IS NULL OR EXISTS (SELECT 1 FROM json_each(e.types) WHERE value = '${ENDED}')))`;

/** SQL: what is told of a call `c`. */
const TOLD = `json_object('number', c.number, 'direction', c.direction, 'status', c.status,
  'startedAt', w.value ->> 'started', 'endedAt', w.value ->> 'ended', 'talkSeconds', c.talk_seconds,
  'qualified', json(iif(c.qualified, 'true', 'false')), 'callerCall', c.caller_call, 'match', c.match,
  'channel', c.channel, 'creatorId', c.creator_id, 'campaignId', c.campaign_id, 'linkId', c.link_id)`;

/**
 * Statements that end, at `now` (ms UTC), what was to be done about calls, but for those of which something was heard
 * since. Of a call that ended whoever listens is told, once.
 */
export function endCalls(d1: D1Database, calls: readonly DueCall[], now: number): D1PreparedStatement[] {
  const done = calls.map((call) => ({
    id: call.id,
    version: call.version,
    mark: call.mark,
    over: hasEnded(call),
    started: isoOf(call.startedAt),
    ended: isoOf(call.endedAt),
  }));
  return packJson(done).flatMap((pack) => [
    d1
      .prepare(
        `INSERT INTO events (type, store_id, subject_id, data, time)
         SELECT '${ENDED}', c.store_id, c.id, ${TOLD}, ?2 FROM json_each(?1) w CROSS JOIN calls c
         WHERE ${STANDS} AND w.value ->> 'over' AND c.told_at IS NULL
           AND coalesce(c.ended_at, c.updated_at) > ?2 - ${NEWS_MS} AND ${HEARS}`,
      )
      .bind(pack, now),
    d1
      .prepare(
        `UPDATE calls AS c SET due_since = NULL, told_at = iif(w.value ->> 'over', coalesce(told_at, ?2), told_at)
         FROM json_each(?1) w WHERE ${STANDS}`,
      )
      .bind(pack, now),
  ]);
}
