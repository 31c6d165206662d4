import { env } from "cloudflare:workers";
import { openDatabase } from "../../../src/ground/db/client.ts";
import { shopConnections } from "../../../src/ground/db/schema/shop.ts";
import { createIdSource } from "../../../src/ground/id.ts";
import { SHOP_SETTINGS, type ShopSettings } from "../../../src/ground/model/shop.ts";
import type { ShopCustomer, ShopOrder, ShopReading } from "../../../src/ground/model/shop-order.ts";
import { customerHasher } from "../../../src/sales/capture/customer.ts";
import { entriesOf, keepReports } from "../../../src/sales/capture/inbox-store.ts";
import { processInbox } from "../../../src/sales/capture/process-run.ts";
import { takePage } from "../../../src/sales/shop/intake-run.ts";
import { messageReport } from "../../../src/sales/shop/report.ts";
import type { ShopMessage } from "../../../src/shops/platform.ts";
import { NOW, STORE } from "../../programme/generation-fixtures.ts";

/** The store of these tests: its key is its id. */
export const SHOP = { id: STORE, key: STORE };

/** A customer as a shop says them. */
export const ANNA: ShopCustomer = { id: "5001", email: "Anna@shopper.example", phone: null };

export const isoOf = (time: number): string => new Date(time).toISOString();

/** An order of 100.00 € goods, with tax and shipping 121.00, an hour ago. */
export function shopOrder(values: Partial<ShopOrder> = {}): ShopOrder {
  return {
    orderId: "1001",
    number: "#1001",
    updatedAt: isoOf(NOW - 3_600_000),
    placedAt: isoOf(NOW - 3_600_000),
    currency: "EUR",
    total: "121.00",
    goods: "100.00",
    giftCards: "0.00",
    discount: "10.00",
    shipping: "2.00",
    tax: "19.00",
    refunded: "0.00",
    status: "paid",
    state: "paid",
    codes: [],
    click: null,
    items: [{ sku: "TEE", name: "Tee", quantity: 2, price: "50.00" }],
    test: false,
    gateway: "card",
    channel: "web",
    renewalOf: null,
    country: "DE",
    warnings: [],
    ...values,
  };
}

/** The same as a shop's list, or message, has it. */
export function reading(values: Partial<ShopOrder> = {}, customer: ShopCustomer = ANNA): ShopReading {
  return { kind: "order", order: shopOrder(values), customer };
}

/** Connects the store in the database, without a shop behind it. */
export async function insertConnection(
  settings: Partial<ShopSettings> = {},
  values: Partial<typeof shopConnections.$inferInsert> = {},
): Promise<void> {
  await openDatabase(env.DB)
    .insert(shopConnections)
    .values({
      storeId: STORE,
      provider: "shopify",
      state: "connected",
      account: "brand.myshopify.com",
      scopes: [],
      settings: { ...SHOP_SETTINGS, ...settings },
      createdAt: NOW,
      updatedAt: NOW,
      ...values,
    });
}

/** Takes what a shop's list has, and whatever is due because of it. */
export async function take(readings: readonly ShopReading[], now = NOW): Promise<void> {
  await takePage(env, SHOP, { readings: [...readings], skipped: [] }, now);
  await processInbox(env, now);
}

/** Keeps what a message says, as the webhook's route does, and has it processed. Answers the id of its row. */
export async function tell(message: ShopMessage, now = NOW): Promise<string> {
  const report = await messageReport(SHOP, message, customerHasher(env.VISITOR_KEY));
  if (report === null) throw new Error("nothing to be kept");
  const newId = createIdSource(Date.now, (bytes) => void crypto.getRandomValues(bytes));
  const [kept] = await keepReports(env.DB, await entriesOf(newId, [report], now));
  await processInbox(env, now);
  return kept?.id ?? "";
}

/** All rows of the inbox by what became of them. */
export async function verdicts(): Promise<Record<string, unknown>[]> {
  const { results } = await env.DB.prepare(
    "SELECT source, verdict, reason_code AS code FROM inbox ORDER BY received_at, id",
  ).all();
  return results;
}

/** The store's orders, as far as these tests look at them. */
export async function orders(): Promise<Record<string, unknown>[]> {
  const { results } = await env.DB.prepare(
    `SELECT external_id AS id, status, source_status AS source, total_minor AS total, subtotal_minor AS subtotal,
       refunded_minor AS refunded, creator_id AS creator, method, test FROM orders ORDER BY external_id`,
  ).all();
  return results;
}
