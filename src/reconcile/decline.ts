import { sql } from "drizzle-orm";
import { writeInHalves } from "../db/halves.ts";
import { mustHold } from "../db/premise.ts";
import { orders } from "../db/schema/order.ts";
import type { Deps } from "../deps.ts";
import { errorText } from "../error-text.ts";
import { markChanged } from "../ledger/due.ts";
import { changeOf, insertHistory } from "../order/history.ts";
import { refusalText } from "../order/refusal.ts";
import { SHOWN_STATUS } from "../order/settlement.ts";
import { refuseStep, type Review, type ShownStatus, stateOf } from "../order/state.ts";
import { type OrderRow, writeOrders } from "../order/store.ts";

/** What declining needs. */
export type DeclineDeps = Pick<Deps, "d1" | "db">;

/** Orders in one transaction. */
const GROUP = 50;

/** How the books stand that an order is in. */
interface Books {
  shown: ShownStatus;
  /** The draft payout run that it is in. */
  draftId: string | null;
}

/** SQL: the draft payout run that a commission of the row of `orders` is in. */
const DRAFT = `(SELECT r.id FROM payout_entries e JOIN payouts r ON r.id = e.payout_id
  WHERE e.order_id = orders.id AND e.live = 1 AND r.status = 'draft')`;

/** SQL: that none of the orders in `?1` got into one. What else forbids the step, changes their versions. */
const IN_NO_DRAFT = `NOT EXISTS (SELECT 1 FROM json_each(?1) w CROSS JOIN orders ON orders.id = w.value
  WHERE ${DRAFT} IS NOT NULL)`;

/**
 * Declines orders by hand, a group in one transaction. Answers what became of each, by its id: `declined`, or
 * why it was refused or failed. Whenever one of them changed meanwhile, all is read anew. Throws what D1
 * throws when it is busy or gone: some orders may be declined then, and a repeat is safe.
 */
export async function declineOrders(
  deps: DeclineDeps,
  orderIds: readonly string[],
  review: Omit<Review, "decision">,
): Promise<Map<string, string>> {
  const outcomes = new Map<string, string>();
  for (let start = 0; start < orderIds.length; start += GROUP) {
    await writeInHalves(orderIds.slice(start, start + GROUP), {
      write: (ids) => declineOnce(deps, ids, { decision: "declined", ...review }, outcomes),
      lostRace: () => false,
      giveUp: (id, error) => {
        console.error(JSON.stringify({ event: "order_not_declined", orderId: id, message: errorText(error) }));
        outcomes.set(id, "failed: it could not be written");
      },
    });
  }
  return outcomes;
}

async function declineOnce(
  deps: DeclineDeps,
  orderIds: readonly string[],
  review: Review,
  outcomes: Map<string, string>,
): Promise<void> {
  const rows = await ordersById(deps, orderIds);
  const books = await booksOf(deps, orderIds);
  const declined: { before: OrderRow; after: OrderRow }[] = [];
  const decided = new Map<string, string>();
  for (const before of rows) {
    const found = books.get(before.id);
    if (found === undefined) continue;
    const { shown, draftId } = found;
    // What this very decision declined before is done, not refused.
    const done = before.review?.decision === "declined" && before.review.reason === review.reason;
    const refusal = refuseStep("decline", shown, before) ?? (draftId === null ? null : "order_in_payout");
    if (refusal !== null) {
      decided.set(before.id, done ? "declined" : `refused: ${refusalText(refusal, "decline", shown, draftId)}`);
      continue;
    }
    const status = stateOf({ ...before, owned: before.shares.length > 0, review });
    const after: OrderRow = { ...before, status, review, version: before.version + 1, updatedAt: review.at };
    declined.push({ before, after });
    decided.set(before.id, "declined");
  }
  if (declined.length > 0) await deps.d1.batch(statementsOf(deps, declined, review));
  for (const [id, outcome] of decided) outcomes.set(id, outcome);
}

function statementsOf(
  deps: DeclineDeps,
  declined: readonly { before: OrderRow; after: OrderRow }[],
  { at, actor, reason }: Review,
): D1PreparedStatement[] {
  const how = { time: at, cause: "admin", actor, reason } as const;
  return [
    mustHold(deps.d1, IN_NO_DRAFT, JSON.stringify(declined.map(({ before }) => before.id))),
    ...writeOrders(
      deps,
      declined.map(({ before, after }) => ({ row: after, before: before.version })),
    ),
    ...insertHistory(
      deps,
      declined.flatMap(({ before, after }) => changeOf(before, after, how)),
    ),
    ...markChanged(
      deps,
      declined.flatMap(({ before, after }) => [before, after]),
    ),
  ];
}

async function ordersById({ db }: Pick<Deps, "db">, ids: readonly string[]): Promise<OrderRow[]> {
  return db
    .select()
    .from(orders)
    .where(sql`${orders.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`);
}

async function booksOf({ d1 }: Pick<Deps, "d1">, ids: readonly string[]): Promise<Map<string, Books>> {
  const { results } = await d1
    .prepare(
      `SELECT orders.id, ${SHOWN_STATUS} AS shown, ${DRAFT} AS draftId
       FROM json_each(?1) w CROSS JOIN orders ON orders.id = w.value`,
    )
    .bind(JSON.stringify(ids))
    .all<Books & { id: string }>();
  return new Map(results.map(({ id, ...books }) => [id, books]));
}
