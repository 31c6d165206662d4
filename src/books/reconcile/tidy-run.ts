/** Dry runs, and uploads that came to nothing, are kept for a week, ms. */
const KEPT_MS = 7 * 86_400_000;

/** Rows that one statement deletes. */
const CHUNK = 5_000;

/** No chunk is begun after this long, ms: what is left is the next night's. */
const TIME_MS = 60_000;

/** SQL: that it is still to go: somebody may keep a dry run meanwhile. */
const TIDIED = "EXISTS (SELECT 1 FROM reconciliations WHERE id = ?1 AND (dry_run = 1 OR status = 'failed'))";

/** Deletes dry runs and failed reconciliations that are a week old at `now` (ms UTC). It may be doubled and die. */
export async function tidyReconciliations(d1: D1Database, now: number): Promise<void> {
  const endAt = Date.now() + TIME_MS;
  const { results } = await d1
    .prepare("SELECT id FROM reconciliations WHERE (dry_run = 1 OR status = 'failed') AND created_at <= ?1 ORDER BY id")
    .bind(now - KEPT_MS)
    .all<{ id: string }>();
  for (const { id } of results) {
    for (;;) {
      if (Date.now() >= endAt) return;
      const { meta } = await d1
        .prepare(
          `DELETE FROM reconciliation_rows WHERE reconciliation_id = ?1 AND n IN (
             SELECT n FROM reconciliation_rows WHERE reconciliation_id = ?1 ORDER BY n LIMIT ${CHUNK})
           AND ${TIDIED}`,
        )
        .bind(id)
        .run();
      if (meta.changes === 0) break;
    }
    await d1.prepare(`DELETE FROM reconciliations WHERE id = ?1 AND (dry_run = 1 OR status = 'failed')`).bind(id).run();
  }
}
