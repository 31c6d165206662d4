import { and, desc, eq } from "drizzle-orm";
import { below, equals } from "../../ground/db/filter.ts";
import { mustChange, mustHold } from "../../ground/db/premise.ts";
import { events, webhookDeliveries } from "../../ground/db/schema/webhook.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import { type EventType, PING } from "../../ground/model/event.ts";
import type { EndpointRow } from "./store.ts";

/** What happened, as triggers write it down. */
export interface EventRow {
  seq: number;
  type: EventType | typeof PING;
  storeId: string | null;
  subjectId: string;
  data: Record<string, unknown>;
  /** ms UTC. */
  time: number;
}

/** A row of the table of deliveries. */
export type DeliveryRow = typeof webhookDeliveries.$inferSelect;

/** That the endpoint `?1` may be sent something. */
const IS_LIVE = "EXISTS (SELECT 1 FROM webhook_endpoints WHERE id = ?1 AND deleted_at IS NULL AND disabled = 0)";

/** Statement that has what waits for an endpoint rest, for it was disabled. */
export function restDeliveries(d1: D1Database, endpointId: string): D1PreparedStatement {
  return d1
    .prepare("UPDATE webhook_deliveries SET next_at = NULL WHERE endpoint_id = ?1 AND next_at IS NOT NULL")
    .bind(endpointId);
}

/** Statement that has what rested sent from `now` (ms UTC) on, for the endpoint is enabled again. */
export function wakeDeliveries(d1: D1Database, endpointId: string, now: number): D1PreparedStatement {
  return d1
    .prepare(
      "UPDATE webhook_deliveries SET next_at = ?2 WHERE endpoint_id = ?1 AND status = 'pending' AND next_at IS NULL",
    )
    .bind(endpointId, now);
}

/** A delivery with its event. */
export interface FoundDelivery {
  delivery: DeliveryRow;
  event: EventRow;
}

/** The delivery of an event to an endpoint. */
export async function findDelivery(deps: Deps, endpointId: string, seq: number): Promise<FoundDelivery | null> {
  const [found] = await withEvents(deps).where(
    and(eq(webhookDeliveries.endpointId, endpointId), eq(webhookDeliveries.eventSeq, seq)),
  );
  return found ?? null;
}

/** Deliveries to an endpoint from new to old, starting after the number `after`. */
export async function listDeliveries(
  deps: Deps,
  endpointId: string,
  { after, limit }: Stretch<number>,
  status: DeliveryRow["status"] | undefined,
): Promise<FoundDelivery[]> {
  return withEvents(deps)
    .where(
      and(
        eq(webhookDeliveries.endpointId, endpointId),
        equals(webhookDeliveries.status, status),
        below(webhookDeliveries.eventSeq, after),
      ),
    )
    .orderBy(desc(webhookDeliveries.eventSeq))
    .limit(limit);
}

function withEvents({ db }: Deps) {
  return db
    .select({ delivery: webhookDeliveries, event: events })
    .from(webhookDeliveries)
    .innerJoin(events, eq(events.seq, webhookDeliveries.eventSeq));
}

/** Statements that write a ping for one endpoint. They break their batch off if it is not live any more. */
export function insertPing({ d1 }: Deps, { id, storeId }: EndpointRow, now: number): D1PreparedStatement[] {
  return [
    mustHold(d1, IS_LIVE, id),
    d1
      .prepare("INSERT INTO events (type, store_id, subject_id, data, time) VALUES (?1, ?2, ?3, '{}', ?4)")
      .bind(PING, storeId, id, now),
    d1
      .prepare(
        `INSERT INTO webhook_deliveries (endpoint_id, event_seq, status, attempts, next_at, created_at)
         VALUES (?1, last_insert_rowid(), 'pending', 0, ?2, ?2)`,
      )
      .bind(id, now),
  ];
}

/** Deliveries that are over, of one endpoint. */
export interface Finished {
  endpointId: string;
  status: "dead" | "delivered";
  /** Of events at or after this, ms UTC. */
  from: number;
  /** Of events before this, ms UTC. */
  to: number;
}

const FINISHED = `endpoint_id = ?1 AND status = ?2
  AND event_seq IN (SELECT seq FROM events WHERE time >= ?3 AND time < ?4)`;

/** How many deliveries are so. */
export async function countFinished({ d1 }: Deps, { endpointId, status, from, to }: Finished): Promise<number> {
  const row = await d1
    .prepare(`SELECT count(*) AS n FROM webhook_deliveries WHERE ${FINISHED}`)
    .bind(endpointId, status, from, to)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

const BEGIN_ANEW = "status = 'pending', attempts = 0, delivered_at = NULL";

/**
 * Statements that have deliveries which are over begin anew at `now` (ms UTC). They break their batch off if
 * they are not this many by now, or the endpoint isn't live.
 */
export function replayFinished(
  { d1 }: Deps,
  { endpointId, status, from, to }: Finished,
  expected: number,
  now: number,
): D1PreparedStatement[] {
  return [
    mustHold(d1, IS_LIVE, endpointId),
    d1
      .prepare(`UPDATE webhook_deliveries SET ${BEGIN_ANEW}, next_at = ?5, created_at = ?5 WHERE ${FINISHED}`)
      .bind(endpointId, status, from, to, now),
    mustHold(d1, "changes() = ?1", expected),
  ];
}

/** Statements that have one delivery begin anew at `now` (ms UTC). They break their batch off if it is under way by now. */
export function replayDelivery({ d1 }: Deps, endpointId: string, seq: number, now: number): D1PreparedStatement[] {
  return [
    mustHold(d1, IS_LIVE, endpointId),
    d1
      .prepare(
        `UPDATE webhook_deliveries SET ${BEGIN_ANEW}, next_at = ?3, created_at = ?3
         WHERE endpoint_id = ?1 AND event_seq = ?2 AND status <> 'pending'`,
      )
      .bind(endpointId, seq, now),
    mustChange(d1),
  ];
}
