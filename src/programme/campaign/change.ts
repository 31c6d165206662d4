import { enqueueDue } from "../generation/due-store.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Change } from "../../ground/http/commit.ts";
import { orNotFound, Problem, type ProblemCode, PROBLEMS } from "../../ground/http/problem.ts";
import { campaignRecord, presentCampaign } from "./load-campaigns.ts";
import type { Campaign, CampaignPatch } from "./schema.ts";
import { changeProblem, makesDue, planLocked } from "./states.ts";
import {
  type CampaignRow,
  findCampaign,
  mustBeUnsold,
  mustStand,
  planExists,
  planSold,
  updateCampaign,
} from "./store.ts";

/** The campaign with this id. Throws a `Problem` (404) if there is none. */
export const existingCampaign = orNotFound("campaign", findCampaign);

/** Throws a `Problem` with this code, if there is one. */
export function refuse(code: ProblemCode | null): void {
  if (code !== null) throw new Problem(code, `${PROBLEMS[code].title}.`);
}

/** Throws a `Problem` (422) that names `planId`, unless it is `null` or a tracking plan's id. */
export async function checkPlan(deps: Deps, planId: string | null): Promise<void> {
  if (planId !== null && !(await planExists(deps, planId))) throw Problem.invalid("planId", "is no tracking plan's");
}

/** Plans a change of a campaign's fields. Throws a `Problem` (404, 409, 422). */
export async function planPatch(
  deps: Deps,
  id: string,
  { override, ...fields }: CampaignPatch,
): Promise<Change<Campaign>> {
  const before = await existingCampaign(deps, id);
  const now = deps.now();
  const changes: Partial<CampaignRow> & { updatedAt: number } = { ...fields, updatedAt: now };
  const after: CampaignRow = { ...before, ...changes };
  const otherPlan = after.planId !== before.planId;
  const overrides = override !== undefined && otherPlan && planLocked(before);
  const sold = overrides && before.planId !== null && (await planSold(deps, before.planId));
  refuse(changeProblem(before, after, { sold, overridden: overrides }));
  if (override !== undefined && !overrides) {
    throw Problem.invalid("override", "is for giving a launched campaign another plan");
  }
  if (otherPlan) await checkPlan(deps, after.planId);
  const enqueued = makesDue(before, after);
  const onlyShown = [fields.planId, fields.generateOn, fields.tracking].every((field) => field === undefined);
  return {
    statements: [
      ...(onlyShown ? [] : [mustStand(deps, before)]),
      ...(overrides && before.planId !== null ? [mustBeUnsold(deps, before.planId)] : []),
      ...updateCampaign(deps, id, changes),
      ...(enqueued ? enqueueDue(deps, id, now) : []),
    ],
    audit: [
      {
        action: overrides ? "override" : "update",
        entity: "campaign",
        entityId: id,
        before: campaignRecord(before),
        after: { ...campaignRecord(after), ...(overrides && { reason: override.reason }) },
      },
    ],
    status: 200,
    body: await presentCampaign(deps, after, { enqueued }),
  };
}

/** Plans a campaign's step to another status, which `problem` refuses where it isn't the next. */
export async function planStep(
  deps: Deps,
  id: string,
  action: "launch" | "archive",
  problem: (campaign: CampaignRow) => ProblemCode | null,
): Promise<Change<Campaign>> {
  const before = await existingCampaign(deps, id);
  refuse(problem(before));
  const now = deps.now();
  const changes =
    action === "launch"
      ? ({ status: "launched", launchedAt: now, updatedAt: now } as const)
      : ({ status: "archived", archivedAt: now, updatedAt: now } as const);
  const after: CampaignRow = { ...before, ...changes };
  return {
    statements: [mustStand(deps, before), ...updateCampaign(deps, id, changes)],
    audit: [{ action, entity: "campaign", entityId: id, before: campaignRecord(before), after: campaignRecord(after) }],
    status: 200,
    body: await presentCampaign(deps, after),
  };
}
