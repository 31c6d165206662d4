import { env } from "cloudflare:workers";
import { tellCallsDue } from "../../src/calls/call/due-run.ts";
import { recordDeals } from "../../src/calls/deal/record-run.ts";
import { openDatabase } from "../../src/ground/db/client.ts";
import { callDeals } from "../../src/ground/db/schema/call.ts";
import { orders } from "../../src/ground/db/schema/order.ts";
import { settleAll } from "../books/settle-fixtures.ts";
import { CAMPAIGN, NOW, STORE } from "../programme/generation-fixtures.ts";
import { confirmed, LEA, record } from "../sales/order-fixtures.ts";
import { putCall } from "./call-rows.ts";

/** A call to Lea's number under the campaign, of a caller, that is to be told of. */
export function leaCall(values: Parameters<typeof putCall>[0] = {}) {
  const startedAt = values.startedAt ?? NOW - 3_600_000;
  return putCall({
    creatorId: LEA,
    campaignId: CAMPAIGN,
    callerHash: "phone-1",
    callerCall: 1,
    dueSince: NOW,
    ...values,
    startedAt,
  });
}

/** What the shop's server says of an order of 100.00, placed now. */
export function order(externalId: string, data: Parameters<typeof confirmed>[0] = {}, at = NOW) {
  const said = { currency: "EUR", totalMinor: 10_000, placedAt: NOW, ...data };
  return record([confirmed(said, { externalId, receivedAt: at, sourceTime: at })]);
}

/** Puts what was said of a deal of a call into the database, of 100.00 unless told otherwise. */
export async function putDeal(callId: string, values: Partial<typeof callDeals.$inferInsert> = {}): Promise<void> {
  await openDatabase(env.DB)
    .insert(callDeals)
    .values({
      callId,
      storeId: STORE,
      orderExternalId: `call-${callId}`,
      amountMinor: 10_000,
      currency: "EUR",
      placedAt: NOW,
      cancelled: false,
      actor: "bootstrap",
      createdAt: NOW,
      ...values,
    });
}

/** Does all that waits at a time: deals, calls, and what is owed; by then all holds are over. */
export async function settled(at = NOW): Promise<void> {
  await recordDeals(env, at);
  await tellCallsDue(env, at);
  await settleAll(at + 40 * 86_400_000);
}

/** Who is credited with each order, and by what, by the shop's own ids. */
export async function credits(): Promise<Record<string, [string | null, string | null, string]>> {
  const rows = await openDatabase(env.DB).select().from(orders);
  return Object.fromEntries(
    rows.map(({ externalId, creatorId, method, status }) => [externalId, [creatorId, method, status]]),
  );
}
