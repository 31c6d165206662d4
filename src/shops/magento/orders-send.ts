import type { ShopReading } from "../../ground/model/shop-order.ts";
import type { OrderPage } from "../platform.ts";
import { idOf, recordsOf } from "../fields.ts";
import { msOf } from "./times.ts";
import type { Pages } from "./pages-send.ts";
import { cursorOf, placeOf } from "./place.ts";
import { readOrder } from "./read-order.ts";

type Json = Record<string, unknown>;

/** What is read of an order: the shop is asked for no more, least of all for addresses. */
function fieldsOf(clickParam: string): string {
  const written = [...new Set(["wm_click", clickParam])].join(",");
  return [
    "entity_id,increment_id,state,order_currency_code,created_at,updated_at,coupon_code,customer_id,customer_email",
    "grand_total,total_paid,total_refunded,total_canceled,discount_amount,tax_amount",
    "shipping_amount,shipping_discount_amount,shipping_discount_tax_compensation_amount",
    `billing_address[country_id,telephone],payment[method],${written}`,
    `extension_attributes[coupon_codes,gift_cards_amount,customer_balance_amount,reward_currency_amount,${written}]`,
    "items[item_id,parent_item_id,product_id,product_type,sku,name,qty_ordered,row_total,discount_amount,discount_tax_compensation_amount]",
  ].join(",");
}

/** What is read of a credit memo. */
const MEMO_FIELDS = [
  "entity_id,order_id,state,order_currency_code,grand_total,updated_at",
  "extension_attributes[gift_cards_amount,customer_balance_amount,reward_currency_amount]",
].join(",");

/** One order, by the number that people and exports call it by; `null`: there is none. */
export async function order(pages: Pages, orderId: string, clickParam: string): Promise<ShopReading | null> {
  const { rows } = await pages.among("/orders", fieldsOf(clickParam), "increment_id", [orderId]);
  // Store views that number alike: the one that was changed last.
  const last = rows.toSorted((a, b) => (msOf(a["updated_at"]) ?? 0) - (msOf(b["updated_at"]) ?? 0)).at(-1);
  if (last === undefined) return null;
  const [reading = null] = (await withMemos(pages, [last], clickParam)).readings;
  return reading;
}

/** A page of the orders that changed since a time, ms UTC. */
export async function ordersSince(
  pages: Pages,
  since: number,
  cursor: string | null,
  clickParam: string,
): Promise<OrderPage> {
  const place = placeOf(cursor) ?? { since, afterId: null };
  const { rows, skipped, next } = await pages.since("/orders", fieldsOf(clickParam), place);
  const read = await withMemos(pages, rows, clickParam);
  return { readings: read.readings, skipped: [...skipped, ...read.skipped], next: next && cursorOf(next) };
}

/** A page of the orders whose credit memos changed since a time, ms UTC. */
export async function refundsSince(
  pages: Pages,
  since: number,
  cursor: string | null,
  clickParam: string,
): Promise<OrderPage> {
  const place = placeOf(cursor) ?? { since, afterId: null };
  const { rows, skipped, next } = await pages.since("/creditmemos", MEMO_FIELDS, place);
  const ids = [...new Set(rows.map((memo) => idOf(memo["order_id"])).filter((id) => id !== null))];
  const orders = await pages.among("/orders", fieldsOf(clickParam), "entity_id", ids);
  const read = await withMemos(pages, orders.rows, clickParam);
  const seen = new Set(orders.rows.map((row) => idOf(row["entity_id"])));
  const gone = ids.filter((id) => !seen.has(id));
  const detail = (id: string): string =>
    `The shop has a credit memo of its order with the id ${id}, but doesn't show that.`;
  return {
    readings: read.readings,
    skipped: [...skipped, ...gone.map((id) => ({ orderId: null, detail: detail(id) })), ...read.skipped],
    next: next && cursorOf(next),
  };
}

/** Orders with their credit memos, all of which say what was given back, whichever list an order was found by. */
async function withMemos(
  pages: Pages,
  rows: readonly Json[],
  clickParam: string,
): Promise<Pick<OrderPage, "readings" | "skipped">> {
  const ids = rows.map((row) => idOf(row["entity_id"])).filter((id) => id !== null);
  const memos = await pages.among("/creditmemos", MEMO_FIELDS, "order_id", ids);
  const memosOf = Map.groupBy(recordsOf(memos.rows), (memo) => idOf(memo["order_id"]));
  const detail = "The shop fails at showing a credit memo; what its order says of itself counts.";
  return {
    readings: rows.map((row) => readOrder(row, memosOf.get(idOf(row["entity_id"])) ?? [], clickParam)),
    skipped: Array.from({ length: memos.skipped }, () => ({ orderId: null, detail })),
  };
}
