import { env } from "cloudflare:workers";
import { openDatabase } from "../../src/ground/db/client.ts";
import { createIdSource } from "../../src/ground/id.ts";
import type { CommissionNote } from "../../src/ground/model/commission.ts";
import { type SettleDeps, settleDue, settleOrders } from "../../src/books/ledger/settle-run.ts";
import type { EvidenceData } from "../../src/ground/model/evidence.ts";
import type { OrderRow } from "../../src/sales/order/store.ts";
import { findOrder } from "../../src/sales/order/store.ts";
import { NOW } from "../programme/generation-fixtures.ts";
import { confirmed, DAY, record } from "../sales/order-fixtures.ts";

/** When the orders of these tests were placed unless told otherwise: their hold period is over at `NOW`. */
export const PLACED = NOW - 30 * DAY;

/** What settling needs, on another database if one is given. */
export function settleDeps(now = NOW, d1: D1Database = env.DB): SettleDeps {
  const newId = createIdSource(Date.now, (bytes) => void crypto.getRandomValues(bytes));
  return { d1, db: openDatabase(d1), now: () => now, newId };
}

/** Settles what is due as the cron does. */
export const settleAll = (now = NOW): Promise<void> => settleOrders(env, now);

/** Settles what was marked due, without looking for hold periods that are over. */
export const settleMarked = (now = NOW): Promise<void> => settleDue(settleDeps(now));

let count = 0;

/** What the shop's server says of an order by Lea's code: 100.00 EUR, unless told otherwise; each time later than before. */
export async function shopSays(externalId: string, data: EvidenceData = {}): Promise<string> {
  count += 1;
  const said = { currency: "EUR", totalMinor: 10_000, placedAt: PLACED, codes: ["LEA10"], ...data };
  const receivedAt = NOW - DAY + count;
  const ids = await record([confirmed(said, { externalId, receivedAt, sourceTime: receivedAt })]);
  const orderId = ids.get(externalId);
  if (orderId === undefined) throw new Error(`order ${externalId} was not recorded`);
  return orderId;
}

/** An order as it is stored. */
export async function orderRow(orderId: string): Promise<OrderRow> {
  const row = await findOrder({ db: openDatabase(env.DB) }, orderId);
  if (row === null) throw new Error(`no order ${orderId}`);
  return row;
}

/** An entry of the ledger as tests look at it. */
export interface Entry {
  key: string;
  order_id: string | null;
  creator_id: string;
  type: string;
  amount_minor: number;
  currency: string;
  plan_id: string | null;
  rule_version: number | null;
  original_currency: string | null;
  rate: string | null;
  rate_date: string | null;
  rate_source: string | null;
  reason: string;
  actor: string;
  time: number;
}

/** All entries, of one order if one is named, in the order of their booking. */
export async function entries(orderId: string | null = null): Promise<Entry[]> {
  const { results } = await env.DB.prepare("SELECT * FROM ledger WHERE ?1 IS NULL OR order_id = ?1 ORDER BY seq")
    .bind(orderId)
    .all<Entry>();
  return results;
}

/** Types and amounts of all entries, of one order if one is named: `accrual 1000`. */
export async function booked(orderId: string | null = null): Promise<string[]> {
  return (await entries(orderId)).map((entry) => `${entry.type} ${entry.amount_minor}`);
}

/** What a creator earns by an order as it is kept. */
export interface KeptCommission {
  creator_id: string;
  plan_id: string | null;
  rule_version: number | null;
  month: string;
  currency: string | null;
  amount_minor: number | null;
  sales_minor: number;
  uncapped_minor: number;
  rate_pair: string | null;
  note: CommissionNote;
}

/** What the creators of an order earn by it, by their ids. */
export async function kept(orderId: string): Promise<KeptCommission[]> {
  const { results } = await env.DB.prepare("SELECT * FROM order_commissions WHERE order_id = ?1 ORDER BY creator_id")
    .bind(orderId)
    .all<KeptCommission & { note: string }>();
  return results.map((row) => ({ ...row, note: JSON.parse(row.note) as CommissionNote }));
}

/** What is due, as it is stored. */
export async function queue(): Promise<{ order_id: string; mark: number; attempts: number; next_at: number }[]> {
  const { results } = await env.DB.prepare("SELECT * FROM settlements_due ORDER BY order_id").all<{
    order_id: string;
    mark: number;
    attempts: number;
    next_at: number;
  }>();
  return results;
}

/** Puts a rate into the database. */
export async function putRate(from: string, to: string, date: string, rate: string): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO exchange_rates (from_currency, to_currency, date, rate, source, actor, updated_at)
     VALUES (?1, ?2, ?3, ?4, 'ECB', 'bootstrap', 0)`,
  )
    .bind(from, to, date, rate)
    .run();
}
