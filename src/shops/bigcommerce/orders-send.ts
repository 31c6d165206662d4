import type { ShopReading } from "../../ground/model/shop-order.ts";
import { idOf, recordOf, recordsOf } from "../fields.ts";
import { type OrderPage, orNull, ShopFailure } from "../platform.ts";
import type { Calls } from "./calls-send.ts";
import { noOrder, readOrder } from "./read-order.ts";
import { rfcTimeOf, toIso } from "./time.ts";

/** What an order is asked for with: its lines, wherever they go, and its fees. */
const WITH = { include: "consignments.line_items,fees", consignment_structure: "object" };

/** Orders of a page: each needs a call for its coupons, and a Worker has 50 in one event on the free plan. */
const PAGE = 20;

/** Refunds of a page: each may be of another order, which is asked for by itself. */
const REFUNDS_PAGE = 10;

/** Orders of a page at which the store may fail: of more it is the store that fails. */
const MOST_FAILING = 2;

/** Orders whose coupons are asked for at once. */
const AT_ONCE = 4;

/** Refunds and coupons of an order, or a page, at most in one answer. */
const MOST = "250";

/** Where a page of orders begins: from this time on (ms UTC), the so many-th page of that. */
interface Place {
  since: number;
  page: number;
}

/** One order with all that belongs to it; `null`: there is none. */
export async function order(calls: Calls, orderId: string): Promise<ShopReading | null> {
  const said = await orderOf(calls, orderId);
  if (said === null) return null;
  const { readings, failing } = await readAll(calls, [said]);
  const [failure] = failing.values();
  if (failure !== undefined) throw failure;
  return readings[0] ?? null;
}

/**
 * A page of the orders that changed since a time. An order that changes while pages are read moves to the end, and all behind
 * it move up over the edge of a page that is counted: so the next page begins with the time of the last row, some rows a
 * second time. Only within one second is there nothing but to count.
 */
export async function ordersSince(calls: Calls, since: number, cursor: string | null): Promise<OrderPage> {
  const place = placeOf(cursor) ?? { since, page: 1 };
  const query = {
    // To the second, and whether that second is in isn't documented.
    min_date_modified: toIso(Math.max(0, place.since - 1000)),
    sort: "date_modified:asc",
    limit: String(PAGE),
    page: String(place.page),
    ...WITH,
  };
  const rows = await calls.rows("/v2/orders", { query, scope: "orders" });
  const { readings, failing } = await readAll(calls, rows);
  return { readings, skipped: await skippedOf(calls, failing), next: nextOf(rows, place) };
}

/** Orders that something was given back of since a time: their own time of a change doesn't always say so. */
export async function refundsSince(calls: Calls, since: number, cursor: string | null): Promise<OrderPage> {
  const page = Number(/^refunds:(\d{1,6})$/.exec(cursor ?? "")?.[1] ?? 1);
  const query = { "created:min": toIso(since), limit: String(REFUNDS_PAGE), page: String(page) };
  const path = "/v3/orders/payment_actions/refunds";
  const { rows: refunds, isLast } = await calls.page(path, { query, scope: "orders" });
  const ids = new Set(recordsOf(refunds).map(({ order_id: id }) => idOf(id)));
  const rows: Record<string, unknown>[] = [];
  const skipped: OrderPage["skipped"] = [];
  for (const id of ids) {
    if (id === null) continue;
    const said = await orderOf(calls, id);
    if (said === null) skipped.push({ orderId: id, detail: "BigCommerce has refunds of it, but not the order." });
    else rows.push(said);
  }
  const { readings, failing } = await readAll(calls, rows);
  skipped.push(...(await skippedOf(calls, failing)));
  return { readings, skipped, next: isLast ? null : `refunds:${page + 1}` };
}

async function orderOf(calls: Calls, orderId: string): Promise<Record<string, unknown> | null> {
  return orNull(calls.one(`/v2/orders/${orderId}`, { query: WITH, scope: "orders" }));
}

/**
 * Reads orders, with what belongs to those that count; `failing` has those, by their ids, whose coupons the store failed to
 * give, however often it was asked: without them nobody knows whose an order is.
 */
async function readAll(
  calls: Calls,
  rows: readonly unknown[],
): Promise<{ readings: ShopReading[]; failing: Map<string, ShopFailure> }> {
  const ids = recordsOf(rows)
    .filter((row) => noOrder(row) === null)
    .map(({ id }) => idOf(id))
    .filter((id) => id !== null);
  const refunds = await refundsOf(calls, ids);
  const coupons = new Map<string, unknown[]>();
  const failing = new Map<string, ShopFailure>();
  const waiting = [...ids];
  const lane = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        coupons.set(id, await couponsOf(calls, id));
      } catch (error) {
        if (error instanceof ShopFailure && error.code === "unavailable" && failing.size < MOST_FAILING) {
          failing.set(id, error);
          continue;
        }
        // The page is lost: nobody is to be asked for the rest of it.
        waiting.length = 0;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  const readings = rows.flatMap((row) => {
    const id = idOf(recordOf(row)?.["id"]) ?? "";
    return failing.has(id) ? [] : [readOrder(row, { coupons: coupons.get(id) ?? [], refunds: refunds.get(id) ?? [] })];
  });
  return { readings, failing };
}

/**
 * Orders that are passed over, so that one at which the store fails holds up no other. Each is asked for once more, and the
 * list too: where that fails as well it is the store that is down, and its failure is thrown.
 */
async function skippedOf(calls: Calls, failing: ReadonlyMap<string, ShopFailure>): Promise<OrderPage["skipped"]> {
  const skipped: OrderPage["skipped"] = [];
  for (const [orderId, failure] of failing) {
    const again = await couponsOf(calls, orderId).then(
      () => true,
      () => false,
    );
    // It failed for the moment: the page is read anew.
    if (again) throw failure;
    await calls.rows("/v2/orders", { query: { limit: "1" }, scope: "orders" });
    skipped.push({ orderId, detail: `BigCommerce fails at its coupons: ${failure.message}` });
  }
  return skipped;
}

/** The coupons of an order; one that has none is answered by nothing at all. */
async function couponsOf(calls: Calls, orderId: string): Promise<unknown[]> {
  const path = `/v2/orders/${orderId}/coupons`;
  return (await orNull(calls.rows(path, { query: { limit: MOST }, scope: "orders" }))) ?? [];
}

/** The refunds of orders, by the orders' ids. */
async function refundsOf(calls: Calls, ids: readonly string[]): Promise<Map<string, unknown[]>> {
  const [first] = ids;
  if (first === undefined) return new Map();
  if (ids.length === 1) {
    const path = `/v3/orders/${first}/payment_actions/refunds`;
    const page = await orNull(calls.page(path, { scope: "orders" }));
    return new Map([[first, page?.rows ?? []]]);
  }
  const query = { "order_id:in": ids.join(",") };
  const rows = await calls.pages("/v3/orders/payment_actions/refunds", { query, scope: "orders" });
  return Map.groupBy(rows, (row) => idOf(recordOf(row)?.["order_id"]) ?? "");
}

function placeOf(cursor: string | null): Place | null {
  const [, since, page] = /^(\d{1,15})\.(\d{1,6})$/.exec(cursor ?? "") ?? [];
  return since === undefined ? null : { since: Number(since), page: Number(page) };
}

function nextOf(rows: readonly unknown[], { since, page }: Place): string | null {
  if (rows.length < PAGE) return null;
  const last = Date.parse(rfcTimeOf(recordOf(rows.at(-1))?.["date_modified"]) ?? "");
  return last > since ? `${last}.1` : `${since}.${page + 1}`;
}
