import { type OrderPage, orNull } from "../platform.ts";
import { ShopFailure } from "../platform.ts";
import type { ShopReading } from "../../ground/model/shop-order.ts";
import type { Calls } from "./calls-send.ts";
import { idOf, recordOf, recordsOf } from "../fields.ts";
import { cursorOf, nextPlace, type Place, placeOf, queryOf } from "./place.ts";
import { readOrder } from "./read-order.ts";
import { withParents } from "./renewals-send.ts";

/** What is read of an order: the shop is asked for no more, least of all for addresses. */
const FIELDS = [
  "id,parent_id,number,created_via,status,currency,date_created_gmt,date_modified_gmt,date_paid_gmt",
  "discount_total,shipping_total,total_tax,total,customer_id,billing.email,billing.phone,billing.country,shipping.country",
  "payment_method,meta_data,line_items,fee_lines,coupon_lines,gift_cards,refunds,billing_period",
].join(",");

/** Orders of a page: as many as the interface gives. */
const PAGE = 100;

/** Orders of a page whose refunds may each need a call. */
const REFUNDS_PAGE = 20;

/** Orders that are asked for at once where a whole page fails. */
const SMALL_PAGE = 10;

/** If more orders of a page than these fail by themselves, and more than are shown, the shop is down. */
const MAX_SKIPPED = 3;

/** How long before a refund an order may have been placed, where only orders can be asked for, ms. */
const BEFORE_REFUND_MS = 30 * 86_400_000;

/** The cursor of a run that goes by orders, since the shop has no list of refunds. */
const BY_ORDERS = "orders:";

/** One order with its refunds; `null`: there is none, or it is in the bin. */
export async function order(calls: Calls, orderId: string, clickParam: string): Promise<ShopReading | null> {
  const answer = await orNull(calls.call("GET", `/orders/${orderId}`, { query: { _fields: FIELDS } }));
  if (answer === null) return null;
  const [reading = null] = await withParents(calls, [await withRefunds(calls, answer.body, clickParam)]);
  return reading;
}

/** A page of the orders that changed since a time. Drafts are among them, and read as what they are. */
export async function ordersSince(
  calls: Calls,
  since: number,
  cursor: string | null,
  clickParam: string,
): Promise<OrderPage> {
  const place = placeOf(cursor) ?? { since, offset: 0 };
  const query = { ...queryOf("modified_after", place, PAGE), status: "any", _fields: FIELDS };
  const { rows, skipped, next } = await pageOf(calls, query, "date_modified_gmt", place);
  const readings = await withParents(
    calls,
    rows.map((row) => readOrder(row, clickParam)),
  );
  return { readings, skipped, next: next && cursorOf(next) };
}

/** A page of the orders that something was given back of since a time, by the list of refunds (WooCommerce 9.0 and later). */
export async function refundsSince(
  calls: Calls,
  since: number,
  cursor: string | null,
  clickParam: string,
): Promise<OrderPage> {
  if (cursor?.startsWith(BY_ORDERS) === true) {
    return byOrders(calls, placeOf(cursor.slice(BY_ORDERS.length)) ?? { since, offset: 0 }, clickParam);
  }
  const place = placeOf(cursor) ?? { since, offset: 0 };
  const listed = await calls.list("/refunds", queryOf("after", place, REFUNDS_PAGE)).catch((error: unknown) => {
    if (error instanceof ShopFailure && error.code === "missing_setting") return null;
    throw error;
  });
  if (listed === null) return byOrders(calls, { since: Math.max(0, since - BEFORE_REFUND_MS), offset: 0 }, clickParam);
  const next = nextPlace(listed.rows, "date_created_gmt", listed.total, place, REFUNDS_PAGE);
  const refundsOf = new Map<string, Set<string>>();
  for (const refund of recordsOf(listed.rows)) {
    const [orderId, id] = [idOf(refund["parent_id"]), idOf(refund["id"])];
    if (orderId !== null && id !== null) refundsOf.set(orderId, (refundsOf.get(orderId) ?? new Set()).add(id));
  }
  return { ...(await ordersWith(calls, refundsOf, clickParam)), next: next && cursorOf(next) };
}

/** Orders by their ids, each with the refunds that are known of it: its own list may leave them out. */
async function ordersWith(
  calls: Calls,
  refundsOf: ReadonlyMap<string, ReadonlySet<string>>,
  clickParam: string,
): Promise<Omit<OrderPage, "next">> {
  if (refundsOf.size === 0) return { readings: [], skipped: [] };
  const ids = [...refundsOf.keys()];
  const { rows } = await calls.list("/orders", byIds(ids, "date"));
  const readings: ShopReading[] = [];
  const seen = new Set<string>();
  for (const row of recordsOf(rows)) {
    const id = idOf(row["id"]) ?? "";
    seen.add(id);
    const own = new Set(recordsOf(row["refunds"]).map((refund) => idOf(refund["id"])));
    const isWhole = [...(refundsOf.get(id) ?? [])].every((refund) => own.has(refund));
    readings.push(isWhole ? readOrder(row, clickParam) : await withRefunds(calls, row, clickParam));
  }
  const gone = ids.filter((id) => !seen.has(id));
  const detail = "The shop has refunds of it, but doesn't show it: is it in the bin?";
  return { readings: await withParents(calls, readings), skipped: gone.map((orderId) => ({ orderId, detail })) };
}

/** An order with its refunds, which are asked for where its own list has none. */
async function withRefunds(calls: Calls, row: unknown, clickParam: string): Promise<ShopReading> {
  const id = idOf(recordOf(row)?.["id"]);
  if (id === null) return readOrder(row, clickParam);
  const { rows } = await calls.list(`/orders/${id}/refunds`, { per_page: String(PAGE) });
  return readOrder(row, clickParam, rows);
}

/** Orders with refunds, out of all of a time: for shops before 9.0, whose lists of orders have them. */
async function byOrders(calls: Calls, place: Place, clickParam: string): Promise<OrderPage> {
  const query = { ...queryOf("after", place, PAGE), status: "any", _fields: FIELDS };
  const { rows, skipped, next } = await pageOf(calls, query, "date_created_gmt", place);
  const refunded = recordsOf(rows).filter((row) => recordsOf(row["refunds"]).length > 0);
  return {
    readings: await withParents(
      calls,
      refunded.map((row) => readOrder(row, clickParam)),
    ),
    skipped,
    next: next && `${BY_ORDERS}${cursorOf(next)}`,
  };
}

interface Page {
  rows: unknown[];
  skipped: OrderPage["skipped"];
  next: Place | null;
}

/** A page of orders. One order that the shop's code fails at takes its whole page with it: then it goes by their ids. */
async function pageOf(
  calls: Calls,
  query: Readonly<Record<string, string>>,
  timeField: string,
  place: Place,
): Promise<Page> {
  try {
    const { rows, total } = await calls.list("/orders", query);
    return { rows, skipped: [], next: nextPlace(rows, timeField, total, place, PAGE) };
  } catch (error) {
    if (!(error instanceof ShopFailure) || !MAY_BE_AN_ORDER.has(error.code)) throw error;
  }
  const { rows, total } = await calls.list("/orders", { ...query, _fields: `id,${timeField}` });
  const ids = rows.map((row) => idOf(recordOf(row)?.["id"])).filter((id) => id !== null);
  const read = await oneByOne(calls, ids, query["orderby"] ?? "date");
  return { ...read, next: nextPlace(rows, timeField, total, place, PAGE) };
}

/** An order that can't be shown ends the shop's answer, or has something of it that is no JSON. */
const MAY_BE_AN_ORDER: ReadonlySet<string> = new Set(["unavailable", "unreadable"]);

async function oneByOne(calls: Calls, ids: readonly string[], orderby: string): Promise<Omit<Page, "next">> {
  const page: Omit<Page, "next"> = { rows: [], skipped: [] };
  for (let at = 0; at < ids.length; at += SMALL_PAGE) {
    const some = ids.slice(at, at + SMALL_PAGE);
    const listed = await unlessFailing(calls.list("/orders", byIds(some, orderby)));
    if (listed !== null) {
      page.rows.push(...listed.rows);
      continue;
    }
    for (const id of some) await addOne(calls, id, page);
  }
  return page;
}

/** The query of orders by their ids, the oldest first. */
function byIds(ids: readonly string[], orderby: string): Record<string, string> {
  return { include: ids.join(","), status: "any", orderby, order: "asc", per_page: String(PAGE), _fields: FIELDS };
}

async function addOne(calls: Calls, id: string, page: Omit<Page, "next">): Promise<void> {
  const ask = (): Promise<unknown> =>
    orNull(calls.call("GET", `/orders/${id}`, { query: { _fields: FIELDS } })).then((answer) => answer?.body ?? []);
  const row = (await unlessFailing(ask())) ?? (await unlessFailing(ask()));
  if (recordOf(row) !== null) page.rows.push(row);
  if (row !== null) return;
  page.skipped.push({ orderId: id, detail: "The shop fails at showing this order: its error log says why." });
  if (page.skipped.length > Math.max(MAX_SKIPPED, page.rows.length))
    throw new ShopFailure("unavailable", "The shop fails at showing its orders.");
}

async function unlessFailing<Result>(call: Promise<Result>): Promise<Result | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ShopFailure && MAY_BE_AN_ORDER.has(error.code)) return null;
    throw error;
  }
}
