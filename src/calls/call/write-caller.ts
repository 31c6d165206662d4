import type { calls } from "../../ground/db/schema/call.ts";

type Counted = Pick<typeof calls.$inferSelect, "callerHash" | "direction" | "startedAt">;

/**
 * Statements that count a caller's calls to a store, from 1 in the order in which they began, once one of them is
 * written: from that one on, so that what was counted before, and is forgotten, counts still.
 */
export function recountCaller(
  d1: D1Database,
  storeId: string,
  before: Counted | null,
  after: Counted,
): D1PreparedStatement[] {
  const touched = new Map<string, number>();
  for (const call of [before, after]) {
    if (call === null || call.callerHash === null) continue;
    touched.set(call.callerHash, Math.min(touched.get(call.callerHash) ?? Infinity, call.startedAt));
  }
  if (before !== null && sameCount(before, after)) return [];
  const ofCaller = "store_id = ?1 AND caller_hash = ?2 AND direction = 'inbound'";
  return [...touched].map(([callerHash, from]) =>
    d1
      .prepare(
        `UPDATE calls SET caller_call = w.place FROM (
           SELECT id AS call_id, row_number() OVER (ORDER BY started_at, carrier, external_id) + coalesce(
             (SELECT caller_call FROM calls WHERE ${ofCaller} AND started_at < ?3
              ORDER BY started_at DESC, carrier DESC, external_id DESC LIMIT 1), 0) AS place
           FROM calls WHERE ${ofCaller} AND started_at >= ?3) w
         WHERE calls.id = w.call_id AND caller_call IS NOT w.place`,
      )
      .bind(storeId, callerHash, from),
  );
}

function sameCount(a: Counted, b: Counted): boolean {
  return a.callerHash === b.callerHash && a.direction === b.direction && a.startedAt === b.startedAt;
}
