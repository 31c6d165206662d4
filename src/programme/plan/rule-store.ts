import { and, desc, eq } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { below } from "../../ground/db/filter.ts";
import { planRules } from "../../ground/db/schema/money.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import { markDueWhere } from "../../journal/due/write-settlement.ts";
import type { Commission } from "../../ground/model/plan.ts";

/** A version of a plan's commission. */
export type RuleRow = typeof planRules.$inferSelect;

/** The version that is in force for an order of a plan which was placed at a time, ms UTC; `null` if none is. */
export type RuleFor = (planId: string, placedAt: number) => { version: number; commission: Commission } | null;

/**
 * The commissions of plans, all versions of them: in force is the highest whose `effectiveFrom` isn't
 * after the moment at which an order was placed.
 */
export async function rulesOf({ d1 }: Pick<Deps, "d1">, planIds: readonly string[]): Promise<RuleFor> {
  const { results } = await d1
    .prepare(
      `SELECT plan_id AS planId, version, rule, effective_from AS effectiveFrom FROM plan_rules
       WHERE plan_id IN (SELECT value FROM json_each(?1)) ORDER BY version DESC`,
    )
    .bind(JSON.stringify([...new Set(planIds)]))
    .all<{ planId: string; version: number; rule: string; effectiveFrom: number }>();
  const versions = results.map(({ rule, ...row }) => ({ ...row, commission: JSON.parse(rule) as Commission }));
  const byPlan = Map.groupBy(versions, ({ planId }) => planId);
  return (planId, placedAt) => {
    const found = byPlan.get(planId)?.find(({ effectiveFrom }) => effectiveFrom <= placedAt);
    return found === undefined ? null : { version: found.version, commission: found.commission };
  };
}

/** The number that a plan's next version has. */
export async function nextVersion({ d1 }: Pick<Deps, "d1">, planId: string): Promise<number> {
  const last = await d1
    .prepare("SELECT max(version) FROM plan_rules WHERE plan_id = ?1")
    .bind(planId)
    .first<number>("max(version)");
  return (last ?? 0) + 1;
}

/** Versions of a plan's commission from new to old, starting after the version `after`. */
export async function listRules(
  { db }: Pick<Deps, "db">,
  planId: string,
  { after, limit }: Stretch<number>,
): Promise<RuleRow[]> {
  return db
    .select()
    .from(planRules)
    .where(and(eq(planRules.planId, planId), below(planRules.version, after)))
    .orderBy(desc(planRules.version))
    .limit(limit);
}

/** Statement that writes a version. */
export function insertRule({ d1, db }: Pick<Deps, "d1" | "db">, row: RuleRow): D1PreparedStatement {
  return statementOf(d1, db.insert(planRules).values(row));
}

/**
 * Orders of the plan `?1` that were placed at `?2` or later. Those whose commission was never computed
 * are in the queue: one that is being computed right now, by the rule before, must be raised there.
 */
const ORDERS_SINCE = `SELECT order_id FROM order_commissions WHERE plan_id = ?1 AND placed_at >= ?2
  UNION
  SELECT d.order_id FROM settlements_due d JOIN orders o ON o.id = d.order_id
  WHERE o.placed_at >= ?2 AND EXISTS (SELECT 1 FROM json_each(o.shares) WHERE value ->> 'planId' = ?1)`;

/** Statement that asks for the commissions of a plan's orders since a time (ms UTC) to be computed anew. */
export function markOrdersSince({ d1 }: Pick<Deps, "d1">, planId: string, since: number): D1PreparedStatement {
  return markDueWhere(d1, ORDERS_SINCE, planId, since);
}

/** How many orders {@link markOrdersSince} marks. */
export async function countOrdersSince({ d1 }: Pick<Deps, "d1">, planId: string, since: number): Promise<number> {
  const count = await d1.prepare(`SELECT count(*) AS n FROM (${ORDERS_SINCE})`).bind(planId, since).first<number>("n");
  return count ?? 0;
}
