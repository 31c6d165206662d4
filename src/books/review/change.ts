import { mustHold } from "../../ground/db/premise.ts";
import type { Actor, Deps } from "../../ground/deps.ts";
import { updated } from "../../ground/http/change.ts";
import type { Change } from "../../ground/http/commit.ts";
import { Problem } from "../../ground/http/problem.ts";
import { markChanged } from "../../journal/due/write-settlement.ts";
import { lockedTo } from "../period/store.ts";
import { dressOrders } from "../../sales/order/load-dress.ts";
import { changeOf, insertHistory } from "../../sales/order/history-store.ts";
import { presentOrder } from "../../sales/order/present.ts";
import { refusalText } from "../../sales/order/refusal.ts";
import type { Order } from "../../sales/order/schema.ts";
import { BOOKS_STAND, booksOf } from "../../sales/order/settlement-store.ts";
import type { Review } from "../../ground/model/order.ts";
import { refuseStep, type ReviewAction, stateOf } from "../../sales/order/state.ts";
import { findOrder, type OrderRow, silenceClaims, writeOrders } from "../../sales/order/store.ts";

const DECISIONS = {
  approve: "approved",
  decline: "declined",
  dispute: "disputed",
} as const satisfies Record<ReviewAction, Review["decision"]>;

/**
 * Plans a decision by hand on whether an order's commission is owed. Throws a `Problem`: 404, or 409 for a
 * step that can't be taken from where the order stands.
 */
export async function planReview(
  deps: Deps,
  actor: Actor,
  id: string,
  action: ReviewAction,
  reason: string,
): Promise<Change<Order>> {
  const [before, books] = await Promise.all([findOrder(deps, id), booksOf(deps, id)]);
  if (before === null || books === null) throw new Problem("not_found", `There is no order ${id}.`);
  // One that was paid may have an adjustment in a draft run.
  const refusal = refuseStep(action, books.shown, before) ?? (books.draftId === null ? null : "order_in_payout");
  if (refusal !== null) throw new Problem(refusal, refusalText(refusal, action, books.shown, books.draftId));

  const now = deps.now();
  const review: Review = { decision: DECISIONS[action], reason, actor: actor.id, at: now, lack: null };
  const approvedAt = action === "approve" ? await approvalTime(deps, before, now) : before.approvedAt;
  const after: OrderRow = {
    ...before,
    status: stateOf({ ...before, owned: before.shares.length > 0, review, approvedAt }),
    review,
    approvedAt,
    version: before.version + 1,
    updatedAt: now,
  };
  const dress = (await dressOrders(deps, [before]))(id);
  const body = presentOrder(after, { ...dress, settlement: books.settlement });
  return {
    ...updated("order", presentOrder(before, dress), body, action),
    statements: [
      mustHold(deps.d1, BOOKS_STAND, id, books.shown),
      ...(approvedAt === null || approvedAt === before.approvedAt ? [] : [mustBeOpen(deps, before, approvedAt)]),
      ...writeOrders(deps, [{ row: after, before: before.version }]),
      ...(approvedAt === null || approvedAt === before.approvedAt ? [] : silenceClaims(deps, [id])),
      ...insertHistory(deps, changeOf(before, after, { time: now, cause: "admin", actor: actor.id, reason })),
      ...markChanged(deps, [after]),
    ],
  };
}

/** An approval counts from when it was first given, and no new one is in a period that is locked. */
async function approvalTime(deps: Deps, { storeId, approvedAt }: OrderRow, now: number): Promise<number> {
  return approvedAt ?? Math.max(now, (await lockedTo(deps, [storeId])).get(storeId) ?? 0);
}

/** Statement that breaks its batch off if a period was locked in which this time (ms UTC) is, or a later one. */
function mustBeOpen({ d1 }: Deps, { storeId }: OrderRow, time: number): D1PreparedStatement {
  return mustHold(
    d1,
    "NOT EXISTS (SELECT 1 FROM periods WHERE store_id = ?1 AND locked_at IS NOT NULL AND to_at > ?2)",
    storeId,
    time,
  );
}
