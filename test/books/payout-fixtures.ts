import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { openDatabase } from "../../src/ground/db/client.ts";
import { payouts, periods } from "../../src/ground/db/schema/money.ts";
import { orders } from "../../src/ground/db/schema/order.ts";
import { payoutDraft, payoutSchema } from "../../src/books/payout/schema.ts";
import { periodSchema } from "../../src/books/period/schema.ts";
import { api, bodyOf } from "../ground/api.ts";
import { id, NOW, STORE } from "../programme/generation-fixtures.ts";
import { POLICY } from "../sales/order-fixtures.ts";

/** ms UTC → ISO 8601. */
export const iso = (time: number): string => new Date(time).toISOString();

let orderCount = 0;

/** Puts an order of the shop of these tests (see `insertShop`) into the database. Answers its id. */
export async function putOrder(values: Partial<typeof orders.$inferInsert> = {}): Promise<string> {
  orderCount += 1;
  const orderId = id("ord", 700_000 + orderCount);
  await openDatabase(env.DB)
    .insert(orders)
    .values({
      id: orderId,
      storeId: STORE,
      externalId: orderId,
      status: "approved",
      trust: "confirmed",
      codes: [],
      test: false,
      placedAt: NOW,
      policy: POLICY,
      touches: [],
      explanation: {} as typeof orders.$inferInsert.explanation,
      shares: [],
      version: 1,
      createdAt: NOW,
      updatedAt: NOW,
      ...values,
    });
  return orderId;
}

/** Puts a period from the beginning into the database, open unless told otherwise. */
export async function putPeriod(values: Partial<typeof periods.$inferInsert> = {}): Promise<void> {
  const row = { id: id("per", 1), storeId: STORE, fromAt: 0, toAt: NOW, createdAt: NOW, ...values };
  await openDatabase(env.DB).insert(periods).values(row);
}

/** Puts a payout run that pays nobody into the database; a draft unless told otherwise. */
export async function putPayout(values: Partial<typeof payouts.$inferInsert> = {}): Promise<void> {
  await openDatabase(env.DB)
    .insert(payouts)
    .values({
      id: id("pay", 1),
      storeId: STORE,
      currency: "EUR",
      status: "draft",
      minimumMinor: 0,
      holdDays: 0,
      createdAt: NOW,
      createdBy: "bootstrap",
      ...values,
    });
}

/** Begins a period of a store that ends at `to` (ms UTC). */
export async function addPeriod(to: number, body: Record<string, unknown> = {}) {
  return bodyOf(periodSchema, await api("POST", "/periods", { storeId: STORE, to: iso(to), ...body }));
}

/** Begins a period of a store that ends at `to` (ms UTC), and locks it. */
export async function lockTo(to: number, storeId = STORE) {
  const { id: periodId } = await addPeriod(to, { storeId });
  return bodyOf(periodSchema, await api("POST", `/periods/${periodId}/lock`));
}

/** Drafts a payout run. */
export async function draft(body: Record<string, unknown> = {}) {
  return bodyOf(payoutDraft, await api("POST", "/payouts", { storeId: STORE, ...body }));
}

/** Takes a payout run a step on, which must succeed. */
export async function step(payoutId: string, action: "pay" | "cancel" | "reverse", body?: Record<string, unknown>) {
  const given = body ?? (action === "pay" ? undefined : { reason: "a mistake" });
  return bodyOf(payoutSchema, await api("POST", `/payouts/${payoutId}/${action}`, given));
}

/** What a creator is owed by now: the sum of all entries of the ledger in a currency, minor units. */
export async function balance(creatorId: string, currency = "EUR"): Promise<number> {
  const row = await env.DB.prepare(
    "SELECT coalesce(sum(amount_minor), 0) AS sum FROM ledger WHERE creator_id = ?1 AND currency = ?2",
  )
    .bind(creatorId, currency)
    .first<{ sum: number }>();
  return row?.sum ?? Number.NaN;
}

/** The actions that the audit log has on an entity, the first first. */
export async function auditedOn(entityId: string): Promise<string[]> {
  const { results } = await env.DB.prepare("SELECT action FROM audit_log WHERE entity_id = ?1 ORDER BY id")
    .bind(entityId)
    .all<{ action: string }>();
  return results.map((row) => row.action);
}

/** Expects that D1 refuses a statement, in these words. */
export async function expectRefused(sql: string, message: string): Promise<void> {
  await expect(env.DB.prepare(sql).run(), sql).rejects.toThrow(message);
}
