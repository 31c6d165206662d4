import type { SegmentCondition } from "../../ground/model/conversion.ts";
import { segmentSql } from "./segment-sql.ts";

/** Contacts that a preview names. */
const SAMPLES = 5;

/**
 * How many contacts of a store meet conditions at `now` (ms UTC), all of them, and some of them by their ids, the
 * newest first. Writes nothing; reads all contacts of the store. Throws what D1 throws.
 */
export async function countSegment(
  d1: D1Database,
  storeId: string,
  conditions: readonly SegmentCondition[],
  now: number,
): Promise<{ count: number; samples: string[] }> {
  const { sql, values } = segmentSql(conditions, { place: 2, now });
  const { results } = await d1
    .prepare(
      `SELECT id, count(*) OVER () AS count FROM contacts c WHERE c.store_id = ?1 AND ?2 <> '' AND ${sql}
       ORDER BY c.id DESC LIMIT ${SAMPLES}`,
    )
    .bind(storeId, values)
    .all<{ id: string; count: number }>();
  return { count: results[0]?.count ?? 0, samples: results.map(({ id }) => id) };
}
