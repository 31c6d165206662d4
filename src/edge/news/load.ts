import { slugKey } from "../link/slug.ts";
import type { Change, Told } from "./news.ts";
import { subjectOf } from "./subject.ts";

/**
 * Changes that the feed keeps at least, and that a look brings at most. An isolate that missed more starts anew, so
 * that keeping more would help nobody.
 */
export const KEPT_CHANGES = 5_000;

/** How far the feed has come: stands in the statement that reads what it speaks of, so that both are of one moment. */
export const POSITION = "(SELECT coalesce(max(seq), 0) FROM link_changes)";

/**
 * Reads the change feed from a position on (`null`: where it stands, and nothing of it). Asks the primary: a replica
 * may not have heard yet. Throws what D1 throws. Raw SQL: an ORM is kept out of the redirect's module graph.
 */
export async function loadNews(db: Pick<D1Database, "prepare">, position: number | null): Promise<Told> {
  const { results } = await db
    .prepare(
      `SELECT p.oldest, p.newest, c.seq, c.subject, c.at
       FROM (SELECT coalesce(min(seq), 0) AS oldest, ${POSITION} AS newest FROM link_changes) p
       LEFT JOIN link_changes c ON c.seq >= ?1 AND ?1 >= p.oldest - 1
       ORDER BY c.seq LIMIT ?2`,
    )
    // The position's own, and one more than are taken tells that there are more.
    .bind(position ?? Number.MAX_SAFE_INTEGER, KEPT_CHANGES + 2)
    .all<{ oldest: number; newest: number; seq: number | null; subject: string | null; at: number | null }>();
  const { oldest = 0, newest = 0 } = results[0] ?? {};
  const changes: Change[] = [];
  for (const { seq, subject, at } of results) {
    if (seq !== null && subject !== null && at !== null) {
      changes.push({ seq, at, subject: subjectOf(subject, (slug) => slugKey(slug, false)) });
    }
  }
  return { changes, oldest, newest, more: changes.length > KEPT_CHANGES + 1 };
}
