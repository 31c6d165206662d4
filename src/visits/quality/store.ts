import { addWaitingSums } from "../log/add-run.ts";
import type { QualityRow } from "./figures.ts";

/** What became of what pages of these stores told, since a day (2026-11-30, UTC), by store and in order of days. */
export async function qualityRows(
  d1: D1Database,
  storeIds: readonly string[],
  since: string,
): Promise<Map<string, QualityRow[]>> {
  await addWaitingSums(d1);
  const { results } = await d1
    .prepare(
      `SELECT store_id AS storeId, day, kind, rule, outcome, count, first_at AS firstAt, last_at AS lastAt
       FROM visit_quality WHERE store_id IN (SELECT value FROM json_each(?1)) AND day >= ?2
       ORDER BY store_id, day, kind, rule`,
    )
    .bind(JSON.stringify(storeIds), since)
    .all<QualityRow & { storeId: string }>();
  return Map.groupBy(results, ({ storeId }) => storeId);
}

/** Some stores with an active plan, in order of ids, after the id `after`. */
export async function taggedStores(d1: D1Database, after: string, limit: number): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT p.store_id AS id FROM tagging_plans p JOIN stores s ON s.id = p.store_id AND s.deleted_at IS NULL
       WHERE p.status = 'active' AND p.store_id > ?1 ORDER BY p.store_id LIMIT ?2`,
    )
    .bind(after, limit)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** Subjects of the alarms of a kind that are open. */
export async function openSubjects(d1: D1Database, kind: string): Promise<string[]> {
  const { results } = await d1
    .prepare("SELECT subject FROM alarms WHERE kind = ?1 AND resolved_at IS NULL")
    .bind(kind)
    .all<{ subject: string }>();
  return results.map(({ subject }) => subject);
}

/** Removes what was told before a day (UTC): more days than anybody may ask for. */
export async function removeQualityBefore(d1: D1Database, day: string): Promise<void> {
  await d1.prepare("DELETE FROM visit_quality WHERE day < ?1").bind(day).run();
}
