import type { SourceKind } from "../../ground/model/visit.ts";
import { spanOfDay } from "../../visits/forget/days.ts";
import { unpackEvents } from "../../visits/log/pack.ts";

/** Whose last visit before a moment is asked for. */
export interface Wanted {
  orderId: string;
  visitorHash: string;
  /** ms UTC, and the store's day of it. */
  placedAt: number;
  day: string;
}

/** Rows of the log that are looked through for one report at most: some hundred megabytes of a busy store's. */
const MOST_ROWS = 10_000;

/** Visitors that one statement looks for. */
const TOGETHER = 50;

/** The last two days on which each visitor was there until a day. */
const DAYS = `SELECT w.key AS place, d.day FROM json_each(?2) w
  CROSS JOIN visitor_days d ON d.store_id = ?1 AND d.visitor_hash = w.value ->> 'visitorHash' AND d.day <= w.value ->> 'day'
  AND (SELECT count(*) FROM visitor_days l WHERE l.store_id = ?1 AND l.visitor_hash = w.value ->> 'visitorHash'
    AND l.day > d.day AND l.day <= w.value ->> 'day') < 2`;

/**
 * Where the last visits before orders came from, by the order, as far as the log has them and isn't too long: the
 * newest days are looked through first, and `complete` says whether all were. Throws what D1 throws.
 */
export async function lastVisits(
  d1: D1Database,
  storeId: string,
  wanted: readonly Wanted[],
): Promise<{ sources: Map<string, SourceKind>; complete: boolean }> {
  const found = new Map<string, { time: number; kind: SourceKind }>();
  const done = () => new Map([...found].map(([orderId, { kind }]) => [orderId, kind]));
  if (wanted.length === 0) return { sources: done(), complete: true };
  const { results } = await d1
    .prepare(DAYS)
    .bind(storeId, JSON.stringify(wanted.map(({ visitorHash, day }) => ({ visitorHash, day }))))
    .all<{ place: number; day: string }>();
  const days = [...Map.groupBy(results, ({ day }) => day)].toSorted(([a], [b]) => (a < b ? 1 : -1));
  let rows = 0;
  for (const [day, places] of days) {
    const orders = places.flatMap(({ place }) => wanted[place] ?? []).filter(({ orderId }) => !found.has(orderId));
    if (orders.length === 0) continue;
    rows += await rowsOn(d1, storeId, day);
    if (rows > MOST_ROWS) return { sources: done(), complete: false };
    await lookOn(d1, { storeId, day, orders }, found);
  }
  return { sources: done(), complete: true };
}

async function rowsOn(d1: D1Database, storeId: string, day: string): Promise<number> {
  const { from, to } = spanOfDay(day);
  const found = d1.prepare(
    "SELECT count(*) AS n FROM visit_log WHERE store_id = ?1 AND latest >= ?2 AND earliest < ?3",
  );
  return (await found.bind(storeId, from, to).first<number>("n")) ?? 0;
}

/** Looks through a day of the log for the last event of each order's visitor before it. */
async function lookOn(
  d1: D1Database,
  { storeId, day, orders }: { storeId: string; day: string; orders: readonly Wanted[] },
  found: Map<string, { time: number; kind: SourceKind }>,
): Promise<void> {
  const { from, to } = spanOfDay(day);
  const visitors = [...Map.groupBy(orders, ({ visitorHash }) => visitorHash)];
  for (let start = 0; start < visitors.length; start += TOGETHER) {
    const some = new Map(visitors.slice(start, start + TOGETHER));
    const { results } = await d1
      .prepare(
        `SELECT earliest, facts FROM visit_log WHERE store_id = ?1 AND latest >= ?2 AND earliest < ?3
         AND EXISTS (SELECT 1 FROM json_each(?4) w WHERE instr(facts, w.value) > 0)`,
      )
      .bind(storeId, from, to, JSON.stringify([...some.keys()]))
      .all<{ earliest: number; facts: string }>();
    for (const { visitorHash, time, source } of results.flatMap((row) => unpackEvents(row))) {
      for (const { orderId, placedAt } of some.get(visitorHash) ?? []) {
        if (time <= placedAt && time >= (found.get(orderId)?.time ?? 0))
          found.set(orderId, { time, kind: source.kind });
      }
    }
  }
}
