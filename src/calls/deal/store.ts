import { and, asc, eq } from "drizzle-orm";
import { callDeals, calls } from "../../ground/db/schema/call.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { Deal } from "./schema.ts";

/** Something that was said of a deal, as it is kept. */
export type DealRow = typeof callDeals.$inferSelect;

/** The call of deals. */
export type DealCall = Pick<
  typeof calls.$inferSelect,
  "id" | "storeId" | "startedAt" | "status" | "direction" | "creatorId" | "linkId"
>;

/** The call with this id, as far as deals ask for it. */
export async function findDealCall({ db }: Pick<Deps, "db">, id: string): Promise<DealCall | null> {
  const { storeId, startedAt, status, direction, creatorId, linkId } = calls;
  const [row] = await db
    .select({ id: calls.id, storeId, startedAt, status, direction, creatorId, linkId })
    .from(calls)
    .where(eq(calls.id, id));
  return row ?? null;
}

/** The deals of a call as they stand, one an order, in the order in which each was said first. */
export async function dealsOfCall({ db }: Pick<Deps, "db">, callId: string): Promise<DealRow[]> {
  const rows = await db
    .select()
    .from(callDeals)
    .where(and(eq(callDeals.callId, callId)))
    .orderBy(asc(callDeals.seq));
  const last = new Map<string, DealRow>();
  for (const row of rows) last.set(row.orderExternalId, row);
  return [...last.values()];
}

/** A deal as the API shows it. */
export function presentDeal(row: Omit<DealRow, "seq" | "recordedAt">): Deal {
  const { callId, storeId, orderExternalId, amountMinor, currency, placedAt, customerHash, cancelled } = row;
  return {
    callId,
    storeId,
    orderExternalId,
    amount: amountMinor === null || currency === null ? null : { amountMinor, currency },
    placedAt: isoOf(placedAt),
    customer: customerHash !== null,
    cancelled,
    actor: row.actor,
    createdAt: isoOf(row.createdAt),
  };
}

/** The ids of a store's orders, by the shop's own, of those that are recorded. */
export async function recordedOrders(
  { d1 }: Pick<Deps, "d1">,
  storeId: string,
  externalIds: readonly string[],
): Promise<Map<string, { id: string; isTold: boolean }>> {
  const { results } = await d1
    .prepare(
      `SELECT o.id, o.external_id AS externalId, EXISTS (SELECT 1 FROM order_evidence e
           WHERE e.order_id = o.id AND e.trust = 'confirmed' AND e.source <> 'call'
             AND e.data ->> '$.totalMinor' IS NOT NULL) AS isTold
       FROM json_each(?2) w CROSS JOIN orders o ON o.store_id = ?1 AND o.external_id = w.value`,
    )
    .bind(storeId, JSON.stringify(externalIds))
    .all<{ id: string; externalId: string; isTold: number }>();
  return new Map(results.map(({ id, externalId, isTold }) => [externalId, { id, isTold: isTold === 1 }]));
}
