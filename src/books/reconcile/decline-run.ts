import { sql } from "drizzle-orm";
import { writeInHalves } from "../../ground/db/halves.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { orders } from "../../ground/db/schema/order.ts";
import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import { markChanged } from "../../journal/due/write-settlement.ts";
import { changeOf, insertHistory } from "../../sales/order/history-store.ts";
import { refusalText } from "../../sales/order/refusal.ts";
import { SHOWN_STATUS } from "../../sales/order/settlement-store.ts";
import type { Review } from "../../ground/model/order.ts";
import { refuseStep, reviewInForce, type ShownStatus, stateOf } from "../../sales/order/state.ts";
import { evidenceOf, type OrderRow, writeOrders } from "../../sales/order/store.ts";
import { lackOf, lackReason, type Told, toldOf } from "../../sales/order/told.ts";

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

/** An export that lacks orders, and who has them declined for that. */
export interface LackingExport {
  reconciliationId: string;
  /** When it came, ms UTC. */
  asOf: number;
  /** Id of the API key, or `bootstrap`. */
  actor: string;
  /** When it is applied, ms UTC. */
  at: number;
}

/**
 * Declines orders that an export lacks, a group in one transaction. What the shop says of them later takes it back
 * (see `reviewInForce`). Answers what became of each, by its id: `declined`, or why it was refused or failed.
 * Whenever one of them changed meanwhile, all is read anew. Throws what D1 throws when it is busy or gone: some
 * orders may be declined then, and a repeat is safe.
 */
export async function declineOrders(
  deps: DeclineDeps,
  orderIds: readonly string[],
  lacking: LackingExport,
): Promise<Map<string, string>> {
  const outcomes = new Map<string, string>();
  for (let start = 0; start < orderIds.length; start += GROUP) {
    await writeInHalves(orderIds.slice(start, start + GROUP), {
      write: (ids) => declineOnce(deps, ids, lacking, outcomes),
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
  lacking: LackingExport,
  outcomes: Map<string, string>,
): Promise<void> {
  // Orders before their evidence: what is added in between has raised their versions, and is found out.
  const rows = await ordersById(deps, orderIds);
  const [books, evidence] = await Promise.all([booksOf(deps, orderIds), evidenceOf(deps, orderIds)]);
  const heardOf = Map.groupBy(evidence, ({ orderId }) => orderId);
  const declined: { before: OrderRow; after: OrderRow }[] = [];
  const decided = new Map<string, string>();
  for (const before of rows) {
    const found = books.get(before.id);
    if (found === undefined) continue;
    const { id, externalId } = before;
    const told = toldOf((heardOf.get(id) ?? []).map((row) => ({ ...row, externalId })));
    const refusal = refusalOf(before, found, lacking, told);
    decided.set(id, refusal ?? "declined");
    // What this very export declined before is done, not refused.
    if (refusal !== null || isDoneBy(before, lacking)) continue;
    const review = reviewBy(lacking, before, told);
    const status = stateOf({ ...before, owned: before.shares.length > 0, review });
    declined.push({ before, after: { ...before, status, review, version: before.version + 1, updatedAt: lacking.at } });
  }
  if (declined.length > 0) await deps.d1.batch(statementsOf(deps, declined, lacking));
  for (const [id, outcome] of decided) outcomes.set(id, outcome);
}

/** Whether an order was declined by this very export before, though it may stand elsewhere by now. */
function isDoneBy({ review }: OrderRow, { reconciliationId }: LackingExport): boolean {
  return lackOf(review)?.reconciliationId === reconciliationId;
}

/** Why an order can't be declined; `null`: it can, or is already by such an export. */
function refusalOf(
  order: OrderRow,
  { shown, draftId }: Books,
  lacking: LackingExport,
  told: Told | null,
): string | null {
  if (isDoneBy(order, lacking)) return null;
  const refusal = refuseStep("decline", shown, order) ?? (draftId === null ? null : "order_in_payout");
  // Another export declined it: it is lacked for longer then, whichever of the two is applied first.
  const earlier = lackOf(reviewInForce(order.review));
  const isLonger = shown === "declined" && draftId === null && earlier !== null && earlier.asOf < lacking.asOf;
  if (refusal !== null && !isLonger) return `refused: ${refusalText(refusal, "decline", shown, draftId)}`;
  if (told === null || told.at <= lacking.asOf) return null;
  return told.source === "import" ? "refused: A later export has it." : "refused: The shop's server reported it since.";
}

function reviewBy(
  { reconciliationId, asOf, actor, at }: LackingExport,
  { review }: OrderRow,
  told: Told | null,
): Review {
  const held = reviewInForce(review);
  // Of two exports the later takes the place of the other, not of what was decided by hand before.
  const instead = lackOf(held)?.instead ?? (lackOf(held) === null ? held : null);
  const lack = { reconciliationId, asOf, toldAt: told?.at ?? null, instead };
  return { decision: "declined", reason: lackReason(reconciliationId), actor, at, lack };
}

function statementsOf(
  deps: DeclineDeps,
  declined: readonly { before: OrderRow; after: OrderRow }[],
  { at, actor, reconciliationId }: LackingExport,
): D1PreparedStatement[] {
  const how = { time: at, cause: "admin", actor, reason: lackReason(reconciliationId) } as const;
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
