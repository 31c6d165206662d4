import { and, desc, eq, isNull, not, sql, type SQL } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { below, equals } from "../../ground/db/filter.ts";
import { mustChange, mustHold } from "../../ground/db/premise.ts";
import { links } from "../../ground/db/schema/link.ts";
import { campaigns, codes, trackingPlans } from "../../ground/db/schema/plan.ts";
import { stores } from "../../ground/db/schema/store.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import { orNotFound, Problem } from "../../ground/http/problem.ts";
import type { StoreRow } from "../store/store.ts";
import type { PlanFilter, TrackingPlan } from "./schema.ts";
import { presentTerms } from "./terms.ts";

/** A row of the table of tracking plans. */
export type PlanRow = typeof trackingPlans.$inferSelect;

/** The form of a plan's name that is unique. */
export function nameKeyOf(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}

/** The plan with this id and its store, if it wasn't deleted. */
export async function findPlanInStore({ db }: Deps, id: string): Promise<{ plan: PlanRow; store: StoreRow } | null> {
  const [found] = await db
    .select({ plan: trackingPlans, store: stores })
    .from(trackingPlans)
    .innerJoin(stores, eq(stores.id, trackingPlans.storeId))
    .where(and(eq(trackingPlans.id, id), isNull(trackingPlans.deletedAt)));
  return found ?? null;
}

/** The plan with this id and its store. Throws a `Problem` (404) if there is none. */
export const existingPlan = orNotFound("tracking plan", findPlanInStore);

/** Plans that pass a filter, each with its store's currency, from new to old, starting after the id `after`. */
export async function listPlans(
  { db }: Deps,
  { after, limit }: Stretch,
  { store, q }: PlanFilter,
): Promise<(PlanRow & { currency: string })[]> {
  const rows = await db
    .select({ plan: trackingPlans, currency: stores.currency })
    .from(trackingPlans)
    .innerJoin(stores, eq(stores.id, trackingPlans.storeId))
    .where(
      and(
        isNull(trackingPlans.deletedAt),
        equals(trackingPlans.storeId, store),
        q === undefined ? undefined : sql`instr(${trackingPlans.nameKey}, ${nameKeyOf(q)}) > 0`,
        below(trackingPlans.id, after),
      ),
    )
    .orderBy(desc(trackingPlans.id))
    .limit(limit);
  return rows.map(({ plan, currency }) => ({ ...plan, currency }));
}

/**
 * Throws a `Problem` (409) that names the plan which has this name, if one but `exceptId` does; `path` is
 * that of the name in the body.
 */
export async function checkNameFree(
  { d1 }: Deps,
  name: string,
  { exceptId, path }: { exceptId: string | null; path: string },
): Promise<void> {
  const existing = await d1
    .prepare("SELECT id, name FROM tracking_plans WHERE name_key = ?1 AND deleted_at IS NULL AND id IS NOT ?2")
    .bind(nameKeyOf(name), exceptId)
    .first<{ id: string; name: string }>();
  if (existing === null) return;
  throw new Problem(
    "plan_name_taken",
    `The tracking plan ${existing.id} has the name ${existing.name}.`,
    [{ path, message: "is taken" }],
    {},
    { id: existing.id, name: existing.name },
  );
}

/** Statement that breaks its batch off if another plan took the name meanwhile; planned anew, it is told whose it is. */
function nameMustBeFree({ d1 }: Deps, { id, nameKey }: Pick<PlanRow, "id" | "nameKey">): D1PreparedStatement {
  return mustHold(
    d1,
    "NOT EXISTS (SELECT 1 FROM tracking_plans WHERE name_key = ?1 AND deleted_at IS NULL AND id <> ?2)",
    nameKey,
    id,
  );
}

/** Statement that breaks its batch off unless a store is there as a plan's terms and links were made for it. */
export function storeMustStand(
  { d1 }: Deps,
  { id, provider, currency, homeUrl, origins }: StoreRow,
): D1PreparedStatement {
  return mustHold(
    d1,
    `EXISTS (SELECT 1 FROM stores WHERE id = ?1 AND deleted_at IS NULL
       AND provider = ?2 AND currency = ?3 AND home_url IS ?4 AND origins = ?5)`,
    id,
    provider,
    currency,
    homeUrl,
    JSON.stringify(origins),
  );
}

/** Statements that add a plan. They break their batch off if its name was taken meanwhile; its store is `storeMustStand`'s to hold. */
export function insertPlan(deps: Deps, row: PlanRow): D1PreparedStatement[] {
  const { d1, db } = deps;
  return [nameMustBeFree(deps, row), statementOf(d1, db.insert(trackingPlans).values(row))];
}

/**
 * Statements that write what changes of a plan. A plan is checked as a whole, and its links follow from
 * what they were to what they will be, so they break their batch off if it isn't as `before` any more,
 * was deleted, or its new name was taken meanwhile.
 */
export function updatePlan(
  deps: Deps,
  before: PlanRow,
  changes: Partial<PlanRow> & { updatedAt: number },
): D1PreparedStatement[] {
  const { d1, db } = deps;
  const { nameKey } = changes;
  const update = db
    .update(trackingPlans)
    .set(changes)
    .where(
      and(
        eq(trackingPlans.id, before.id),
        isNull(trackingPlans.deletedAt),
        eq(trackingPlans.updatedAt, before.updatedAt),
      ),
    );
  return [
    ...(nameKey === undefined ? [] : [nameMustBeFree(deps, { id: before.id, nameKey })]),
    statementOf(d1, update),
    mustChange(d1),
  ];
}

/** Whether a live campaign, code or link has the plan. */
export async function planInUse({ db }: Deps, id: string): Promise<boolean> {
  const found = await db
    .select({ id: trackingPlans.id })
    .from(trackingPlans)
    .where(and(eq(trackingPlans.id, id), inUse()));
  return found.length > 0;
}

/** The condition that something has the row of a plan. */
function inUse(): SQL {
  const plan = trackingPlans.id;
  return sql`(EXISTS (SELECT 1 FROM ${campaigns} WHERE ${campaigns.planId} = ${plan} AND ${campaigns.deletedAt} IS NULL)
    OR EXISTS (SELECT 1 FROM ${codes} WHERE ${codes.planId} = ${plan} AND ${codes.state} <> 'retired')
    OR EXISTS (SELECT 1 FROM ${links} WHERE ${links.planId} = ${plan} AND ${links.deletedAt} IS NULL))`;
}

/** Statements that delete a plan. They break their batch off if it is in use or was deleted meanwhile. */
export function deletePlan({ d1, db }: Deps, id: string, now: number): D1PreparedStatement[] {
  const update = db
    .update(trackingPlans)
    .set({ deletedAt: now })
    .where(and(eq(trackingPlans.id, id), isNull(trackingPlans.deletedAt), not(inUse())));
  return [statementOf(d1, update), mustChange(d1)];
}

/** A plan as the API shows it; `currency` is its store's. */
export function presentPlan(row: PlanRow, currency: string): TrackingPlan {
  const { discount, commission, limits } = presentTerms(row, currency);
  return {
    id: row.id,
    name: row.name,
    storeId: row.storeId,
    discount,
    codePattern: row.codePattern,
    landingUrl: row.landingUrl,
    fallbackUrl: row.fallbackUrl,
    utm: row.utm,
    affiliateLink: row.affiliateLink,
    trackClicks: row.trackClicks,
    creatorLinks: row.creatorLinks,
    limits,
    startsAt: isoOf(row.startsAt),
    endsAt: isoOf(row.endsAt),
    commission,
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}
