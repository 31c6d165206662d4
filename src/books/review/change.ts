import { packJson } from "../../ground/db/pack.ts";
import { mustHold } from "../../ground/db/premise.ts";
import type { Actor, Deps } from "../../ground/deps.ts";
import { decisionsBody } from "../../ground/http/bulk.ts";
import { updated } from "../../ground/http/change.ts";
import type { AuditEntry, Change } from "../../ground/http/commit.ts";
import { Problem } from "../../ground/http/problem.ts";
import { markChanged } from "../../journal/due/write-settlement.ts";
import { lockedTo } from "../period/store.ts";
import { dressOrders, type OrderDress } from "../../sales/order/load-dress.ts";
import { changeOf, insertHistory } from "../../sales/order/history-store.ts";
import { presentOrder } from "../../sales/order/present.ts";
import { refusalText } from "../../sales/order/refusal.ts";
import type { Order } from "../../sales/order/schema.ts";
import type { DecidedOrders, OrderDecisions } from "../../sales/order/review-schema.ts";
import { type Books, booksMustStand, booksOf } from "../../sales/order/settlement-store.ts";
import type { Review } from "../../ground/model/order.ts";
import { refuseStep, type ReviewAction, type ShownStatus, stateOf } from "../../sales/order/state.ts";
import { findOrders, type OrderRow, silenceClaims, writeOrders } from "../../sales/order/store.ts";

const DECISIONS = {
  approve: "approved",
  decline: "declined",
  dispute: "disputed",
} as const satisfies Record<ReviewAction, Review["decision"]>;

/** A decision that is to be taken. */
interface Decision {
  action: ReviewAction;
  reason: string;
  actor: Actor;
  /** ms UTC. */
  now: number;
}

/** An order that a decision is planned for. */
interface Reviewed {
  before: OrderRow;
  after: OrderRow;
  /** Where it stands, as the API shows it. */
  shown: ShownStatus;
  /** Whether it is approved for the first time. */
  newlyApproved: boolean;
  /** As the API shows it, before and after. */
  entry: { before: Order; after: Order };
}

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
  const decision: Decision = { action, reason, actor, now: deps.now() };
  const reviewed = (await reviewAll(deps, [id], decision)).get(id);
  if (reviewed === undefined) throw new Error(`nothing was planned for ${id}`);
  if (reviewed instanceof Problem) throw reviewed;
  return {
    ...updated("order", reviewed.entry.before, reviewed.entry.after, action),
    statements: statementsOf(deps, [reviewed], decision),
  };
}

/**
 * Plans the same for many orders, each by itself: one that can't take the step holds up no other. A dry run changes
 * nothing, and says what would be.
 */
export async function planReviews(
  deps: Deps,
  actor: Actor,
  { action, ids, reason = "", dryRun }: OrderDecisions,
): Promise<Change<DecidedOrders>> {
  const decision: Decision = { action, reason, actor, now: deps.now() };
  const plans = await reviewAll(deps, ids, decision);
  const reviewed = [...plans.values()].filter((plan): plan is Reviewed => !(plan instanceof Problem));
  const changes = new Map(
    [...plans].map(([id, plan]) => [
      id,
      plan instanceof Problem ? plan : { from: plan.shown, to: plan.entry.after.status },
    ]),
  );
  return {
    statements: dryRun || reviewed.length === 0 ? [] : statementsOf(deps, reviewed, decision),
    audit: dryRun
      ? []
      : reviewed.map(({ entry }): AuditEntry => ({ action, entity: "order", entityId: entry.after.id, ...entry })),
    status: 200,
    body: decisionsBody(ids, changes, dryRun),
  };
}

/** What becomes of each order by its id, or the `Problem` that stands in the way. */
async function reviewAll(
  deps: Deps,
  ids: readonly string[],
  decision: Decision,
): Promise<Map<string, Reviewed | Problem>> {
  const [orders, books] = await Promise.all([findOrders(deps, ids), booksOf(deps, ids)]);
  const rows = [...orders.values()];
  const [dress, locked] = await Promise.all([
    dressOrders(deps, rows),
    lockedTo(
      deps,
      rows.map(({ storeId }) => storeId),
    ),
  ]);
  return new Map(
    ids.map((id): [string, Reviewed | Problem] => {
      const [before, itsBooks] = [orders.get(id), books.get(id)];
      if (before === undefined || itsBooks === undefined) {
        return [id, new Problem("not_found", `There is no order ${id}.`)];
      }
      return [id, reviewOf(before, itsBooks, dress(id), { ...decision, lockedTo: locked.get(before.storeId) ?? 0 })];
    }),
  );
}

function reviewOf(
  before: OrderRow,
  books: Books,
  dress: OrderDress,
  { action, reason, actor, now, lockedTo: end }: Decision & { lockedTo: number },
): Reviewed | Problem {
  // One that was paid may have an adjustment in a draft run.
  const refusal = refuseStep(action, books.shown, before) ?? (books.draftId === null ? null : "order_in_payout");
  if (refusal !== null) return new Problem(refusal, refusalText(refusal, action, books.shown, books.draftId));

  const review: Review = { decision: DECISIONS[action], reason, actor: actor.id, at: now, lack: null };
  // An approval counts from when it was first given, and no new one is in a period that is locked.
  const approvedAt = action === "approve" ? (before.approvedAt ?? Math.max(now, end)) : before.approvedAt;
  const after: OrderRow = {
    ...before,
    status: stateOf({ ...before, owned: before.shares.length > 0, review, approvedAt }),
    review,
    approvedAt,
    version: before.version + 1,
    updatedAt: now,
  };
  return {
    before,
    after,
    shown: books.shown,
    newlyApproved: approvedAt !== null && approvedAt !== before.approvedAt,
    entry: {
      before: presentOrder(before, dress),
      after: presentOrder(after, { ...dress, settlement: books.settlement }),
    },
  };
}

/** The statements of decisions, few for many. They break their batch off if something that one stands on is gone. */
function statementsOf(
  deps: Deps,
  reviewed: readonly Reviewed[],
  { reason, actor, now }: Decision,
): D1PreparedStatement[] {
  const approved = reviewed.filter(({ newlyApproved }) => newlyApproved).map(({ after }) => after);
  const how = { time: now, cause: "admin", actor: actor.id, reason } as const;
  return [
    ...booksMustStand(
      deps,
      reviewed.map(({ after: { id }, shown }) => ({ id, shown })),
    ),
    ...mustBeOpen(deps, approved),
    ...writeOrders(
      deps,
      reviewed.map(({ before, after }) => ({ row: after, before: before.version })),
    ),
    ...silenceClaims(
      deps,
      approved.map(({ id }) => id),
    ),
    ...insertHistory(
      deps,
      reviewed.flatMap(({ before, after }) => changeOf(before, after, how)),
    ),
    ...markChanged(
      deps,
      reviewed.map(({ after }) => after),
    ),
  ];
}

/** Statements that break their batch off if a period was locked in which one of these approvals is, or a later one. */
function mustBeOpen({ d1 }: Deps, approved: readonly OrderRow[]): D1PreparedStatement[] {
  return packJson(approved.map(({ storeId, approvedAt }) => [storeId, approvedAt])).map((json) =>
    mustHold(
      d1,
      `NOT EXISTS (SELECT 1 FROM json_each(?1) w JOIN periods p ON p.store_id = w.value ->> 0
         AND p.locked_at IS NOT NULL AND p.to_at > w.value ->> 1)`,
      json,
    ),
  );
}
