import { contactOfVisitor } from "../event/contact-store.ts";

/** Keyed hashes of the browsers that are, or whose conversions are, a contact's. */
export async function visitorsOf(d1: D1Database, contactId: string): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT visitor_hash AS hash FROM visitor_contacts WHERE contact_id = ?1
       UNION SELECT visitor_hash FROM conversions WHERE contact_id = ?1 AND visitor_hash IS NOT NULL`,
    )
    .bind(contactId)
    .all<{ hash: string }>();
  return results.map(({ hash }) => hash);
}

/** A definition, and whose conversions of it are counted together. */
export interface CountedTogether {
  definitionId: string;
  subject: string;
}

/**
 * Takes browsers from a contact at `now` (ms UTC): what they did, and their conversions, are whoever's else they are, or
 * nobody's. Answers whose conversions have to be counted anew. Throws what D1 throws.
 */
export async function unlinkVisitors(
  d1: D1Database,
  { id, storeId }: { id: string; storeId: string },
  visitors: readonly string[],
  now: number,
): Promise<CountedTogether[]> {
  const ownerIn = (table: string) => contactOfVisitor(`${table}.store_id`, `${table}.visitor_hash`, `${table}.time`);
  const ofVisitors = "store_id = ?1 AND visitor_hash IN (SELECT value FROM json_each(?2)) AND contact_id = ?3";
  const owner = ownerIn("conversions");
  const bound = [storeId, JSON.stringify(visitors), id] as const;
  const results = await d1.batch<CountedTogether>([
    d1.prepare("DELETE FROM visitor_contacts WHERE contact_id = ?1").bind(id),
    d1
      .prepare(`UPDATE visitor_events SET contact_id = ${ownerIn("visitor_events")} WHERE ${ofVisitors}`)
      .bind(...bound),
    d1
      .prepare(
        `UPDATE conversions SET contact_id = ${owner}, subject = coalesce('c:' || ${owner}, 'v:' || visitor_hash),
           version = version + 1, updated_at = ?4
         WHERE ${ofVisitors} RETURNING definition_id AS definitionId, subject`,
      )
      .bind(...bound, now),
  ]);
  const moved = results[2]?.results ?? [];
  const pairs = moved.flatMap((pair) => [pair, { ...pair, subject: `c:${id}` }]);
  return [...new Map(pairs.map((pair) => [`${pair.definitionId} ${pair.subject}`, pair])).values()];
}
