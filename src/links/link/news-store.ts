import { KEPT_CHANGES } from "../../edge/news/load.ts";

/** Changes taken away by one statement, so that a flood of them holds nobody up. */
const PRUNED_AT_ONCE = 5_000;

/** Statements in one run of the cron: more than D1 could have written meanwhile. */
const MAX_STATEMENTS = 50;

/**
 * Takes away the oldest news of the change feed, but for the newest {@link KEPT_CHANGES}, and of those the last of all in
 * any case: by it isolates know how far they have heard. Returns how many went. Throws what D1 throws.
 */
export async function pruneNews(db: D1Database): Promise<number> {
  let pruned = 0;
  for (let run = 0; run < MAX_STATEMENTS; run++) {
    const { meta } = await db
      .prepare(
        `DELETE FROM link_changes WHERE seq IN (SELECT seq FROM link_changes
           WHERE seq <= (SELECT max(seq) FROM link_changes) - ?1 ORDER BY seq LIMIT ?2)`,
      )
      .bind(KEPT_CHANGES, PRUNED_AT_ONCE)
      .run();
    pruned += meta.changes;
    if (meta.changes < PRUNED_AT_ONCE) break;
  }
  return pruned;
}
