import type { Deps } from "../../ground/deps.ts";
import { BOUGHT_SQL } from "../count/order-goal.ts";
import { NET_CURRENCY, NET_MINOR, ORDERS_OF } from "../segment/segment-sql.ts";

/** Days that events are kept. */
export const EVENT_DAYS = 90;

const DAY_MS = 86_400_000;

/** What there is of a contact, in numbers. */
export interface ContactSums {
  /** Browsers that are linked to it. */
  visitors: number;
  /** Of the last {@link EVENT_DAYS} days. */
  events: number;
  /** Conversions that count. */
  conversions: number;
  /** Orders that are bought, whatever is known of their amounts. */
  orders: number;
  /** What they come to by currency, minor units. */
  totals: { currency: string; totalMinor: number }[];
  /** The first and the last time that anything was heard of it, ms UTC. */
  firstSeenAt: number;
  lastSeenAt: number;
}

/** What there is of a contact at `now` (ms UTC), in numbers; nothing, if there is no such contact. */
export async function contactSums({ d1, now }: Pick<Deps, "d1" | "now">, id: string): Promise<ContactSums | null> {
  const [sums, totals] = await d1.batch<Record<string, number | string>>([
    d1
      .prepare(
        `SELECT c.created_at AS createdAt,
           (SELECT count(DISTINCT visitor_hash) FROM visitor_contacts WHERE contact_id = c.id) AS visitors,
           (SELECT count(*) FROM visitor_events WHERE contact_id = c.id AND time > ?2) AS events,
           (SELECT count(*) FROM conversions WHERE contact_id = c.id AND uncounted IS NULL) AS conversions,
           (SELECT count(*) FROM ${ORDERS_OF} AND ${BOUGHT_SQL}) AS orders,
           coalesce((SELECT min(time) FROM visitor_events WHERE contact_id = c.id), c.created_at) AS firstEvent,
           coalesce((SELECT min(o.placed_at) FROM ${ORDERS_OF}), c.created_at) AS firstOrder,
           coalesce((SELECT min(time) FROM conversions WHERE contact_id = c.id), c.created_at) AS firstConversion,
           coalesce((SELECT max(time) FROM visitor_events WHERE contact_id = c.id), c.updated_at) AS lastEvent,
           coalesce((SELECT max(o.placed_at) FROM ${ORDERS_OF}), c.updated_at) AS lastOrder,
           coalesce((SELECT max(time) FROM conversions WHERE contact_id = c.id), c.updated_at) AS lastConversion,
           c.updated_at AS updatedAt
         FROM contacts c WHERE c.id = ?1`,
      )
      .bind(id, now() - EVENT_DAYS * DAY_MS),
    d1
      .prepare(
        `SELECT w.currency, sum(w.minor) AS totalMinor FROM (
           SELECT ${NET_CURRENCY} AS currency, ${NET_MINOR} AS minor
           FROM contacts c CROSS JOIN ${ORDERS_OF} AND c.id = ?1 AND ${BOUGHT_SQL}) w
         WHERE w.currency IS NOT NULL GROUP BY w.currency ORDER BY w.currency`,
      )
      .bind(id),
  ]);
  const row = sums?.results[0] as Record<string, number> | undefined;
  if (row === undefined) return null;
  const of = (...names: string[]): number[] => names.map((name) => row[name] ?? 0);
  const [visitors = 0, events = 0, conversions = 0, orders = 0] = of("visitors", "events", "conversions", "orders");
  return {
    visitors,
    events,
    conversions,
    orders,
    totals: (totals?.results ?? []) as unknown as ContactSums["totals"],
    firstSeenAt: Math.min(...of("createdAt", "firstEvent", "firstOrder", "firstConversion")),
    lastSeenAt: Math.max(...of("updatedAt", "lastEvent", "lastOrder", "lastConversion")),
  };
}

/** Something that a contact did, or a visitor of it. */
export interface ContactEvent {
  /** ms UTC. */
  time: number;
  kind: string;
  name: string | null;
  page: string | null;
  /** What tells it from others of the same time. */
  row: number;
}

/** Where a page of events goes on: behind this one. */
export type EventPlace = Pick<ContactEvent, "time" | "row">;

/** What a contact did, the last first, from behind a place on. */
export async function contactEvents(
  { d1 }: Pick<Deps, "d1">,
  id: string,
  { after, limit }: { after: EventPlace | null; limit: number },
): Promise<ContactEvent[]> {
  const { results } = await d1
    .prepare(
      `SELECT time, kind, name, page, rowid AS row FROM visitor_events
       WHERE contact_id = ?1 AND (?2 IS NULL OR (time, rowid) < (?2, ?3)) ORDER BY time DESC, rowid DESC LIMIT ?4`,
    )
    .bind(id, after?.time ?? null, after?.row ?? null, limit)
    .all<ContactEvent>();
  return results;
}

/** Statement of the night that forgets what was done before {@link EVENT_DAYS} days; `now` is ms UTC. */
export function tidyEvents(d1: D1Database, now: number): D1PreparedStatement {
  return d1
    .prepare(
      `DELETE FROM visitor_events WHERE rowid IN (
         SELECT e.rowid FROM stores s CROSS JOIN visitor_events e ON e.store_id = s.id AND e.time <= ?1)`,
    )
    .bind(now - EVENT_DAYS * DAY_MS);
}
