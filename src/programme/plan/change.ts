import type { Actor, Deps } from "../../ground/deps.ts";
import { endMsOf, msOf } from "../../ground/http/fields.ts";
import { enqueuePlan } from "../generation/due-store.ts";
import { checkPlan } from "./create-change.ts";
import { presentCommission } from "./commission-terms.ts";
import { destinationsOf, moveLinks, movesOf, retagLinks, tagsUnder } from "./move-links-store.ts";
import { insertRule, markOrdersSince, nextVersion } from "./rule-store.ts";
import type { PlanPatch, TrackingPlan } from "./schema.ts";
import {
  checkNameFree,
  existingPlan,
  nameKeyOf,
  type PlanRow,
  presentPlan,
  storeMustStand,
  updatePlan,
} from "./store.ts";
import { readTerms } from "./terms.ts";

/** A change of a plan, ready to be written. */
export interface PlannedChange {
  before: TrackingPlan;
  after: TrackingPlan;
  statements: D1PreparedStatement[];
  /** Whether creators lack something of the plan now, so that generation must be woken once this is written. */
  generates: boolean;
}

/**
 * Plans the change of a tracking plan: what comes out of it is checked as a whole, the links that it made
 * follow, what it newly asks for is queued, and another commission becomes a version that is in force from
 * now on. Throws a `Problem`: 404, 422, or 409 for a name that
 * another plan has. `requestHost` is the host that the API was called on.
 */
export async function planChange(
  deps: Deps,
  actor: Actor,
  id: string,
  patch: PlanPatch,
  requestHost: string,
): Promise<PlannedChange> {
  const { plan: before, store } = await existingPlan(deps, id);
  // Later than the change before, even within a millisecond: by it the next one knows what it stands on.
  const now = Math.max(deps.now(), before.updatedAt + 1);
  const { terms, faults } = readTerms(patch, store.currency);
  const { name, startsAt, endsAt, discount: _d, commission: _c, limits: _l, ...plain } = patch;
  const changes: Partial<PlanRow> & { updatedAt: number } = { ...plain, ...terms, updatedAt: now };
  if (name !== undefined) {
    changes.name = name;
    changes.nameKey = nameKeyOf(name);
  }
  if (startsAt !== undefined) changes.startsAt = msOf(startsAt);
  if (endsAt !== undefined) changes.endsAt = endMsOf(endsAt);
  const after: PlanRow = { ...before, ...changes };

  await checkPlan(deps, { row: after, store, changed: changes, faults }, requestHost);
  if (name !== undefined) await checkNameFree(deps, name, { exceptId: id, path: "name" });

  const tags = (await tagsUnder(deps.d1, store)).get(id);
  const moves = movesOf(id, destinationsOf(before, store), destinationsOf(after, store), tags);
  const generates = asksForMore(before, after);
  return {
    before: presentPlan(before, store.currency),
    after: presentPlan(after, store.currency),
    statements: [
      storeMustStand(deps, store),
      ...updatePlan(deps, before, changes),
      ...moveLinks(deps.d1, moves, now),
      ...(JSON.stringify(before.utm) === JSON.stringify(after.utm)
        ? []
        : [retagLinks(deps.d1, id, { from: before.utm, to: after.utm, now })]),
      ...(generates ? [enqueuePlan(deps, id, now)] : []),
      ...(paysOtherwise(before, after, store.currency) ? await newVersion(deps, actor, after) : []),
    ],
    generates,
  };
}

/** Whether a plan asks for codes or links that it didn't ask for before. */
function asksForMore(before: PlanRow, after: PlanRow): boolean {
  return (
    (after.codePattern !== null && before.codePattern === null) ||
    (after.affiliateLink && !before.affiliateLink) ||
    (after.trackClicks && !before.trackClicks)
  );
}

/** Whether another commission is to be paid. As it is shown, so that neither order nor age of a stored one's fields counts. */
function paysOtherwise(before: PlanRow, after: PlanRow, currency: string): boolean {
  const shown = ({ commission }: PlanRow) => JSON.stringify(presentCommission(commission, currency));
  return shown(before) !== shown(after);
}

/**
 * Statements that write a plan's commission as its next version, in force since the plan's last change.
 * Two at once can't have one number: the plan's own change lets but one of them through.
 */
async function newVersion(
  deps: Deps,
  actor: Actor,
  { id: planId, commission: rule, updatedAt }: PlanRow,
): Promise<D1PreparedStatement[]> {
  const version = await nextVersion(deps, planId);
  const times = { effectiveFrom: updatedAt, createdAt: updatedAt };
  return [
    insertRule(deps, { planId, version, rule, ...times, reason: null, actor: actor.id }),
    markOrdersSince(deps, planId, updatedAt),
  ];
}
