import { packJson } from "../../ground/db/pack.ts";
import { mustHold } from "../../ground/db/premise.ts";
import type { conversionsDue } from "../../ground/db/schema/conversion.ts";

/** What may be due. */
export type DueKind = (typeof conversionsDue.$inferSelect)["kind"];

/** Something that is due. */
export interface Due {
  id: string;
  storeId: string;
}

/** The first pause after a try that came to nothing, ms, doubled with each up to the longest. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 6 * 3_600_000;

/** The longest pause is reached by then. */
const MAX_DOUBLINGS = 10;

/** What is due of a kind at `now` (ms UTC), the longest waiting first; of these alone if ids are given. */
export async function dueOf(
  d1: D1Database,
  kind: DueKind,
  now: number,
  limit: number,
  ids: readonly string[] | null = null,
): Promise<Due[]> {
  const among = ids === null ? "" : "AND id IN (SELECT value FROM json_each(?4))";
  const { results } = await d1
    .prepare(
      `SELECT id, store_id AS storeId FROM conversions_due
       WHERE kind = ?1 AND next_at <= ?2 ${among} ORDER BY next_at, id LIMIT ?3`,
    )
    .bind(kind, now, limit, ...(ids === null ? [] : [JSON.stringify(ids)]))
    .all<Due>();
  return results;
}

/**
 * Takes what is due at `now` (ms UTC), or has the mark that it was taken with before. Until the work is done it is put
 * off, so that nobody else takes it, and what ends a run isn't the next one's first too. Answers the new marks: whatever
 * is heard of it from then on is found out.
 */
export async function takeDue(
  d1: D1Database,
  kind: DueKind,
  wanted: readonly { id: string; mark: number | undefined }[],
  now: number,
): Promise<Map<string, number>> {
  const { results } = await d1
    .prepare(
      // A mark that somebody deletes begins at 1 anew: by chance alone it is told from the one before.
      `UPDATE conversions_due SET
         mark = mark + 1 + (random() & 4294967295),
         attempts = attempts + (next_at <= ?3),
         next_at = iif(next_at <= ?3, ?3 + min(?4, ?5 * (1 << min(attempts, ${MAX_DOUBLINGS}))), next_at)
       WHERE kind = ?1 AND id IN (SELECT value ->> 'id' FROM json_each(?2))
         AND (next_at <= ?3 OR (id, mark) IN (SELECT value ->> 'id', value ->> 'mark' FROM json_each(?2)))
       RETURNING id, mark`,
    )
    .bind(kind, JSON.stringify(wanted), now, LONGEST_PAUSE_MS, FIRST_PAUSE_MS)
    .all<{ id: string; mark: number }>();
  return new Map(results.map(({ id, mark }) => [id, mark]));
}

/** Statements that end what was taken. They break their batch off if anything of it was heard of since. */
export function endDue(d1: D1Database, kind: DueKind, marks: ReadonlyMap<string, number>): D1PreparedStatement[] {
  return packJson([...marks].map(([id, mark]) => ({ id, mark }))).flatMap((json) => [
    mustHold(
      d1,
      `NOT EXISTS (SELECT 1 FROM json_each(?2) w
         LEFT JOIN conversions_due d ON d.kind = ?1 AND d.id = w.value ->> 'id' WHERE d.mark IS NOT w.value ->> 'mark')`,
      kind,
      json,
    ),
    d1
      .prepare("DELETE FROM conversions_due WHERE kind = ?1 AND id IN (SELECT value ->> 'id' FROM json_each(?2))")
      .bind(kind, json),
  ]);
}
