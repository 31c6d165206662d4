import { CALLERS_MS } from "./retention.ts";

const DAY_MS = 86_400_000;

/** What carriers said is kept for so long, as it was, ms. */
export const BODIES_MS = 90 * DAY_MS;

/** How far back a night looks for what the nights before it didn't come to, ms. */
const LOOK_BACK_MS = 45 * DAY_MS;

/** Rows that are written together, and batches of them in one night. */
const ROWS = 2_000;
const BATCHES = 200;

/** SQL: rows of a table in the nights' span, found by store and time, of which something is still to be emptied. */
const rowsOf = (table: string, time: string, left: string): string =>
  `SELECT e.rowid FROM stores s CROSS JOIN ${table} e ON e.store_id = s.id AND e.${time} BETWEEN ?2 AND ?1
   WHERE ${left} LIMIT ${ROWS}`;

const CALLER_IN_FACTS = "(e.facts ->> '$.callerHash' IS NOT NULL OR e.facts ->> '$.customerHash' IS NOT NULL)";

const WORK = [
  {
    sql: `UPDATE call_events SET body = '' WHERE rowid IN (${rowsOf("call_events", "received_at", "e.body <> ''")})`,
    after: BODIES_MS,
  },
  {
    sql: `UPDATE call_events SET facts = json_remove(facts, '$.callerHash', '$.customerHash')
      WHERE rowid IN (${rowsOf("call_events", "received_at", CALLER_IN_FACTS)})`,
    after: CALLERS_MS,
  },
  {
    sql: `UPDATE calls SET caller_hash = NULL, visitor_hash = NULL, visit = NULL, version = version + 1
      WHERE rowid IN (${rowsOf("calls", "started_at", "(e.caller_hash IS NOT NULL OR e.visitor_hash IS NOT NULL)")})`,
    after: CALLERS_MS,
  },
];

/**
 * Empties, at `now` (ms UTC), what was said of calls 90 days ago, and who called 13 months ago: calls stay, as grounds of
 * money, and are nobody's. Bounded: where it ends, the next night goes on.
 */
export async function tidyCalls(d1: D1Database, now: number): Promise<void> {
  for (const { sql, after } of WORK) {
    for (let batch = 0; batch < BATCHES; batch++) {
      const { meta } = await d1
        .prepare(sql)
        .bind(now - after, now - after - LOOK_BACK_MS)
        .run();
      if (meta.changes < ROWS) break;
    }
  }
}
