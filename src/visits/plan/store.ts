import type { taggingPlans } from "../../ground/db/schema/visit.ts";

/** A plan, as it is kept. */
export type PlanRow = typeof taggingPlans.$inferSelect;

/** What of a plan is measured by. */
export type PlanVersion = Pick<
  PlanRow,
  "id" | "storeId" | "number" | "status" | "pages" | "rules" | "checkout" | "visitMinutes" | "activatedAt" | "retiredAt"
>;

/** For so long pages that were opened under a plan may tell by it once it is retired, ms. */
export const GRACE_MS = 3_600_000;

type RawVersion = Omit<PlanVersion, "pages" | "rules" | "checkout"> & Record<"pages" | "rules" | "checkout", string>;

/**
 * The plans by which pages of these stores may tell at `now` (ms UTC), by store: the active one first, then those that
 * were retired less than an hour ago, the last one first. Stores without any are left out. One statement.
 */
export async function planOf(
  d1: D1Database,
  storeIds: readonly string[],
  now: number,
): Promise<Map<string, PlanVersion[]>> {
  const { results } = await d1
    .prepare(
      `SELECT id, store_id AS storeId, number, status, pages, rules, checkout, visit_minutes AS visitMinutes,
         activated_at AS activatedAt, retired_at AS retiredAt
       FROM tagging_plans WHERE store_id IN (SELECT value FROM json_each(?1))
         AND (status = 'active' OR (status = 'retired' AND activated_at IS NOT NULL AND retired_at > ?2))
       ORDER BY store_id, status = 'active' DESC, retired_at DESC, number DESC`,
    )
    .bind(JSON.stringify([...new Set(storeIds)]), now - GRACE_MS)
    .all<RawVersion>();
  return Map.groupBy(results.map(versionOf), ({ storeId }) => storeId);
}

function versionOf({ pages, rules, checkout, ...version }: RawVersion): PlanVersion {
  return {
    ...version,
    pages: JSON.parse(pages) as PlanVersion["pages"],
    rules: JSON.parse(rules) as PlanVersion["rules"],
    checkout: JSON.parse(checkout) as PlanVersion["checkout"],
  };
}
