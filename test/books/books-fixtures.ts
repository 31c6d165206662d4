import { env } from "cloudflare:workers";
import { openDatabase } from "../../src/ground/db/client.ts";
import { orderCommissions, payoutEntries, payouts, periods } from "../../src/ground/db/schema/money.ts";
import type { CommissionNote } from "../../src/ground/model/commission.ts";
import { id, NOW, PLAN, STORE } from "../programme/generation-fixtures.ts";
import { book } from "./money-fixtures.ts";
import { DAY, LEA } from "../sales/order-fixtures.ts";

const db = openDatabase(env.DB);

let count = 0;

/** Puts a locked period of the shop into the database, which ends at a time (ms UTC). Answers its id. */
export async function putLock(toAt: number, values: Partial<typeof periods.$inferInsert> = {}): Promise<string> {
  count += 1;
  const periodId = id("per", count);
  await db.insert(periods).values({
    id: periodId,
    storeId: STORE,
    fromAt: toAt - DAY,
    toAt,
    lockedAt: toAt,
    lockedBy: "bootstrap",
    createdAt: NOW,
    ...values,
  });
  return periodId;
}

/** Puts a payout run of the shop with entries of one order into the database. Answers its id. */
export async function putRun(
  status: (typeof payouts.$inferInsert)["status"],
  orderId: string,
  seqs: readonly number[],
  values: Partial<typeof payouts.$inferInsert> = {},
): Promise<string> {
  count += 1;
  const payoutId = id("pay", count);
  const run = { minimumMinor: 0, holdDays: 0, createdAt: NOW, createdBy: "key_1" };
  await db.insert(payouts).values({ id: payoutId, storeId: STORE, currency: "EUR", status, ...run, ...values });
  const live = status === "draft" || status === "paid";
  await db
    .insert(payoutEntries)
    .values(seqs.map((entrySeq) => ({ payoutId, entrySeq, creatorId: LEA, orderId, live })));
  return payoutId;
}

/** A note that says no more than why nothing is earned, or why it can't be said. */
export function noteOf(reasonCode: CommissionNote["reasonCode"]): CommissionNote {
  return { reasonCode } as CommissionNote;
}

/** Puts what a creator earns by an order into the database: 10 per cent of 10.01 EUR for Lea, unless told otherwise. */
export async function putCommission(
  orderId: string,
  values: Partial<typeof orderCommissions.$inferInsert> = {},
): Promise<void> {
  await db.insert(orderCommissions).values({
    orderId,
    creatorId: LEA,
    storeId: STORE,
    planId: PLAN,
    ruleVersion: 1,
    placedAt: NOW,
    month: "2026-11",
    currency: "EUR",
    amountMinor: 100,
    salesMinor: 1001,
    uncappedMinor: 100,
    note: noteOf(null),
    updatedAt: NOW,
    ...values,
  });
}

/** Approves an order in the database as of a time (ms UTC), and books what Lea earns by it. Answers the entry's number. */
export async function putApproval(orderId: string, approvedAt = NOW): Promise<number> {
  await env.DB.prepare("UPDATE orders SET status = 'approved', approved_at = ?2, version = version + 1 WHERE id = ?1")
    .bind(orderId, approvedAt)
    .run();
  return book({ orderId, amountMinor: 100, time: approvedAt });
}
