import type { ManualDecision } from "../../ground/model/attribution.ts";
import { findCampaign } from "../../programme/campaign/store.ts";
import { findCreator } from "../../programme/creator/store.ts";
import { mustHold } from "../../ground/db/premise.ts";
import type { Actor, Deps } from "../../ground/deps.ts";
import type { Change } from "../../ground/http/commit.ts";
import { Problem } from "../../ground/http/problem.ts";
import { markChanged } from "../../journal/due/write-settlement.ts";
import { findPlanInStore } from "../../programme/plan/store.ts";
import { dressOrders } from "./load-dress.ts";
import { changeOf, insertHistory } from "./history-store.ts";
import { judge } from "./judge.ts";
import { presentOrder } from "./present.ts";
import type { Order, OrderAttribute } from "./schema.ts";
import { refusalText } from "./refusal.ts";
import { booksMustStand, booksOf } from "./settlement-store.ts";
import { findOrder, type OrderRow, writeOrders } from "./store.ts";

/**
 * Plans a decision by hand of who owns an order, or its end: the rules decide then by what competed for
 * the order and the policy it was recorded under. Throws a `Problem` (404, 422).
 */
export async function planAttribution(
  deps: Deps,
  actor: Actor,
  id: string,
  given: OrderAttribute,
): Promise<Change<Order>> {
  const [before, allBooks] = await Promise.all([findOrder(deps, id), booksOf(deps, [id])]);
  const books = allBooks.get(id);
  if (before === null || books === undefined) throw new Problem("not_found", `There is no order ${id}.`);
  if (books.draftId !== null) {
    // Paying the run would pay whom it was made for.
    throw new Problem("order_in_payout", refusalText("order_in_payout", "approve", books.shown, books.draftId));
  }
  const now = deps.now();
  const manual = given.rule === true ? null : { ...(await ownerOf(deps, before, given)), actor: actor.id, at: now };
  const after: OrderRow = {
    ...before,
    ...judge(before, before.touches, before.policy, manual, before.explanation.unverified),
    manual,
    version: before.version + 1,
    updatedAt: now,
  };
  const dress = (await dressOrders(deps, [before]))(id);
  // It may be approved, and locked or paid, from when it had an owner before.
  const body = presentOrder(after, { ...dress, settlement: books.settlement });
  const how = { time: now, cause: "admin", actor: actor.id, reason: given.reason } as const;
  return {
    statements: [
      ...booksMustStand(deps, [{ id, shown: books.shown }]),
      ...writeOrders(deps, [{ row: after, before: before.version }]),
      ...ownerMustStand(deps, manual),
      ...insertHistory(deps, changeOf(before, after, how)),
      ...markChanged(deps, [after]),
    ],
    audit: [
      {
        action: "attribute",
        entity: "order",
        entityId: id,
        before: { ...presentOrder(before, dress), manual: before.manual },
        after: { ...body, manual },
      },
    ],
    status: 200,
    body,
  };
}

async function ownerOf(
  deps: Deps,
  { storeId }: OrderRow,
  { reason, ...given }: OrderAttribute,
): Promise<Omit<ManualDecision, "actor" | "at">> {
  const [creatorId, campaignId, planId] = [given.creatorId ?? null, given.campaignId ?? null, given.planId ?? null];
  if (creatorId !== null && (await findCreator(deps, creatorId)) === null) {
    throw Problem.invalid("creatorId", "is no creator's");
  }
  const campaign = campaignId === null ? null : await findCampaign(deps, campaignId);
  if (campaignId !== null && campaign === null) throw Problem.invalid("campaignId", "is no campaign's");
  if (campaign !== null && planId !== null && campaign.planId !== planId) {
    throw Problem.invalid("campaignId", "is no campaign's of this tracking plan");
  }
  const underId = planId ?? campaign?.planId ?? null;
  if (underId !== null && (await findPlanInStore(deps, underId))?.store.id !== storeId) {
    throw Problem.invalid(planId === null ? "campaignId" : "planId", "is of no tracking plan of the order's store");
  }
  return { creatorId, campaignId, planId: underId, reason };
}

/** Statements that break their batch off if what a decision names was deleted, or its campaign took another plan. */
function ownerMustStand({ d1 }: Deps, manual: ManualDecision | null): D1PreparedStatement[] {
  if (manual === null || manual.creatorId === null) return [];
  return [
    mustHold(
      d1,
      `EXISTS (SELECT 1 FROM creators WHERE id = ?1 AND deleted_at IS NULL)
       AND (?2 IS NULL OR EXISTS (SELECT 1 FROM campaigns WHERE id = ?2 AND plan_id IS ?3 AND deleted_at IS NULL))
       AND (?3 IS NULL OR EXISTS (SELECT 1 FROM tracking_plans WHERE id = ?3 AND deleted_at IS NULL))`,
      manual.creatorId,
      manual.campaignId,
      manual.planId,
    ),
  ];
}
