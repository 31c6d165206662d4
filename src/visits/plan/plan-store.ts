import { and, desc, eq } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { below, equals } from "../../ground/db/filter.ts";
import { mustChange, mustHold } from "../../ground/db/premise.ts";
import { taggingPlans } from "../../ground/db/schema/visit.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import { orNotFound } from "../../ground/http/problem.ts";
import type { TaggingPlanFilter } from "./schema.ts";
import type { PlanRow } from "./store.ts";

/** Plans that pass a filter, from new to old, starting after the id `after`. */
export async function listPlans(
  { db }: Pick<Deps, "db">,
  { after, limit }: Stretch,
  { store, status }: Pick<TaggingPlanFilter, "store" | "status">,
): Promise<PlanRow[]> {
  return db
    .select()
    .from(taggingPlans)
    .where(and(equals(taggingPlans.storeId, store), equals(taggingPlans.status, status), below(taggingPlans.id, after)))
    .orderBy(desc(taggingPlans.id))
    .limit(limit);
}

/** The plan with this id, if there is one. */
export async function findPlan({ db }: Pick<Deps, "db">, id: string): Promise<PlanRow | null> {
  const [row] = await db.select().from(taggingPlans).where(eq(taggingPlans.id, id));
  return row ?? null;
}

/** The plan with this id. Throws a `Problem` (404) if there is none. */
export const existingPlan = orNotFound("tagging plan", findPlan);

/** The active plan of a store, if it has one. */
export async function activePlan({ db }: Pick<Deps, "db">, storeId: string): Promise<PlanRow | null> {
  const [row] = await db
    .select()
    .from(taggingPlans)
    .where(and(eq(taggingPlans.storeId, storeId), eq(taggingPlans.status, "active")));
  return row ?? null;
}

/** How many plans a store has, and the highest of their numbers. */
export async function countPlans(
  { d1 }: Pick<Deps, "d1">,
  storeId: string,
): Promise<{ count: number; highest: number }> {
  const counts = await d1
    .prepare("SELECT count(*) AS count, coalesce(max(number), 0) AS highest FROM tagging_plans WHERE store_id = ?1")
    .bind(storeId)
    .first<{ count: number; highest: number }>();
  return counts ?? { count: 0, highest: 0 };
}

/**
 * Statements that add a plan. They break their batch off if its store was deleted, or another plan has its number, by
 * then; it is planned anew with the next.
 */
export function insertPlan({ d1, db }: Pick<Deps, "d1" | "db">, row: PlanRow): D1PreparedStatement[] {
  return [
    mustHold(
      d1,
      `EXISTS (SELECT 1 FROM stores WHERE id = ?1 AND deleted_at IS NULL)
       AND NOT EXISTS (SELECT 1 FROM tagging_plans WHERE store_id = ?1 AND number >= ?2)`,
      row.storeId,
      row.number,
    ),
    statementOf(d1, db.insert(taggingPlans).values(row)),
  ];
}

/** Statements that write a plan as it is to be. They break their batch off if it isn't as `before` any more. */
export function updatePlan(
  { d1, db }: Pick<Deps, "d1" | "db">,
  before: PlanRow,
  { id, ...after }: PlanRow,
): D1PreparedStatement[] {
  return [
    mustHold(d1, "EXISTS (SELECT 1 FROM tagging_plans WHERE id = ?1 AND version = ?2)", id, before.version),
    statementOf(d1, db.update(taggingPlans).set(after).where(eq(taggingPlans.id, id))),
    mustChange(d1),
  ];
}

/** Statement that breaks its batch off if a store has another active plan than this one, `null`: any. */
export function onlyActive({ d1 }: Pick<Deps, "d1">, storeId: string, id: string | null): D1PreparedStatement {
  return mustHold(
    d1,
    "NOT EXISTS (SELECT 1 FROM tagging_plans WHERE store_id = ?1 AND status = 'active' AND id IS NOT ?2)",
    storeId,
    id,
  );
}

/** Statements that remove a plan. They break their batch off if it isn't as `row` any more. */
export function deletePlan({ d1 }: Pick<Deps, "d1">, { id, version }: PlanRow): D1PreparedStatement[] {
  return [d1.prepare("DELETE FROM tagging_plans WHERE id = ?1 AND version = ?2").bind(id, version), mustChange(d1)];
}
