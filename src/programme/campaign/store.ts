import { and, desc, eq, isNull, not, sql, type SQL } from "drizzle-orm";
import { planHasSales } from "../code/store.ts";
import { statementOf } from "../../ground/db/client.ts";
import { below, equals } from "../../ground/db/filter.ts";
import { campaignOfStore } from "../../ground/db/of-store.ts";
import { mustChange, mustHold } from "../../ground/db/premise.ts";
import { numberBindings } from "../../ground/db/schema/call.ts";
import { links } from "../../ground/db/schema/link.ts";
import { campaigns, planCreators } from "../../ground/db/schema/plan.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import type { CampaignFilter } from "./schema.ts";
import { membersWaiting } from "./waiting.ts";

/** A row of the table of campaigns. */
export type CampaignRow = typeof campaigns.$inferSelect;

/** The campaign with this id, if it wasn't deleted. */
export async function findCampaign({ db }: Deps, id: string): Promise<CampaignRow | null> {
  const [row] = await db
    .select()
    .from(campaigns)
    .where(and(eq(campaigns.id, id), isNull(campaigns.deletedAt)));
  return row ?? null;
}

/** Campaigns that pass a filter, from new to old, starting after the id `after`. */
export async function listCampaigns(
  { db }: Deps,
  { after, limit }: Stretch,
  { status, plan, store, waiting, q }: CampaignFilter,
): Promise<CampaignRow[]> {
  return db
    .select()
    .from(campaigns)
    .where(
      and(
        isNull(campaigns.deletedAt),
        equals(campaigns.status, status),
        equals(campaigns.planId, plan),
        store === undefined ? undefined : ofStore(store),
        waiting === undefined ? undefined : sql.raw(`campaigns.id IN (SELECT c.id ${membersWaiting(waiting)})`),
        q === undefined ? undefined : sql`instr(lower(${campaigns.name}), lower(${q})) > 0`,
        below(campaigns.id, after),
      ),
    )
    .orderBy(desc(campaigns.id))
    .limit(limit);
}

/** The condition that a campaign's tracking plan is of a store. */
function ofStore(id: string): SQL {
  const [before = "", after = ""] = campaignOfStore("campaigns", "?").split("?");
  return sql`${sql.raw(before)}${id}${sql.raw(after)}`;
}

/** Whether there is a tracking plan with this id. */
export async function planExists({ d1 }: Deps, planId: string): Promise<boolean> {
  return (await d1.prepare(`SELECT 1 AS found WHERE ${PLAN_STANDS}`).bind(planId).first()) !== null;
}

/** Whether a sale is recorded under a tracking plan. */
export async function planSold({ d1 }: Deps, planId: string): Promise<boolean> {
  return (
    (await d1
      .prepare(`SELECT 1 AS found WHERE ${planHasSales("?1")}`)
      .bind(planId)
      .first()) !== null
  );
}

/** Statement that breaks its batch off if a sale was recorded under a tracking plan. */
export function mustBeUnsold({ d1 }: Deps, planId: string): D1PreparedStatement {
  return mustHold(d1, `NOT ${planHasSales("?1")}`, planId);
}

const PLAN_STANDS = "EXISTS (SELECT 1 FROM tracking_plans WHERE id = ?1 AND deleted_at IS NULL)";

function planMustStand({ d1 }: Deps, planId: string | null | undefined): D1PreparedStatement[] {
  return planId == null ? [] : [mustHold(d1, PLAN_STANDS, planId)];
}

/** Statement that breaks its batch off unless a campaign is there with the rules that it was read with. */
export function mustStand(
  { d1 }: Deps,
  { id, status, planId, generateOn, tracking }: CampaignRow,
): D1PreparedStatement {
  return mustHold(
    d1,
    `EXISTS (SELECT 1 FROM campaigns WHERE id = ?1 AND deleted_at IS NULL
       AND status = ?2 AND plan_id IS ?3 AND generate_on = ?4 AND tracking = ?5)`,
    id,
    status,
    planId,
    generateOn,
    tracking ? 1 : 0,
  );
}

/** Statements that add a campaign. They break their batch off if its plan was deleted meanwhile. */
export function insertCampaign(deps: Deps, row: CampaignRow): D1PreparedStatement[] {
  return [...planMustStand(deps, row.planId), statementOf(deps.d1, deps.db.insert(campaigns).values(row))];
}

/**
 * Statements that write what changes of a campaign, so that two changes of different fields at the same
 * moment both stay. They break their batch off if the campaign, or the plan it newly has, was deleted
 * meanwhile; whether its rules still allow the change is `mustStand`'s to hold.
 */
export function updateCampaign(
  deps: Deps,
  id: string,
  changes: Partial<CampaignRow> & { updatedAt: number },
): D1PreparedStatement[] {
  const update = deps.db
    .update(campaigns)
    .set(changes)
    .where(and(eq(campaigns.id, id), isNull(campaigns.deletedAt)));
  return [...planMustStand(deps, changes.planId), statementOf(deps.d1, update), mustChange(deps.d1)];
}

/** Whether a campaign made codes or links, or is to make some, or phone numbers stand for it. */
export async function campaignInUse({ db }: Deps, id: string): Promise<boolean> {
  const found = await db
    .select({ id: campaigns.id })
    .from(campaigns)
    .where(and(eq(campaigns.id, id), inUse()));
  return found.length > 0;
}

/** The condition that codes or links come from the row of a campaign, or phone numbers stand for it. */
function inUse(): SQL {
  return sql`(EXISTS (SELECT 1 FROM ${planCreators} WHERE ${planCreators.campaignId} = ${campaigns.id})
    OR EXISTS (SELECT 1 FROM ${numberBindings} WHERE ${numberBindings.campaignId} = ${campaigns.id} AND ${numberBindings.endsAt} IS NULL)
    OR EXISTS (SELECT 1 FROM ${links} WHERE ${links.campaignId} = ${campaigns.id} AND ${links.deletedAt} IS NULL))`;
}

/** Statements that delete a draft. They break their batch off if it is in use, launched or deleted meanwhile. */
export function deleteCampaign({ d1, db }: Deps, id: string, now: number): D1PreparedStatement[] {
  const update = db
    .update(campaigns)
    .set({ deletedAt: now })
    .where(and(eq(campaigns.id, id), isNull(campaigns.deletedAt), eq(campaigns.status, "draft"), not(inUse())));
  return [statementOf(d1, update), mustChange(d1)];
}
