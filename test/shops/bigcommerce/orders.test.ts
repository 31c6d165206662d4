import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Stand } from "../../../scripts/shops/stand.ts";
import type { ShopReading } from "../../../src/ground/model/shop-order.ts";
import type { OrderPage } from "../../../src/shops/platform.ts";
import { asked, openShop, type OpenShop, startBig } from "./open-shop.ts";

let big: Stand;

beforeAll(async () => {
  big = await startBig();
});

afterAll(() => big.close());

const NOW = Date.parse("2026-06-01T12:00:00Z");
const MINUTE = 60_000;
const LINES = [{ sku: "TEE", price: "19.99", quantity: 3 }];

const place = async ({ stand }: OpenShop, more: Record<string, unknown> = {}) =>
  (await stand.act<{ id: string }>("order", { lines: LINES, ...more })).id;

const idsOf = (readings: readonly ShopReading[]): string[] =>
  readings.flatMap((reading) => (reading.kind === "order" ? [reading.order.orderId] : []));

/** All pages of a stretch. */
async function all(
  next: (cursor: string | null) => Promise<OrderPage>,
): Promise<{ readings: ShopReading[]; pages: number }> {
  const readings: ShopReading[] = [];
  let cursor: string | null = null;
  for (let pages = 1; ; pages++) {
    const page: OrderPage = await next(cursor);
    readings.push(...page.readings);
    cursor = page.next;
    if (cursor === null) return { readings, pages };
  }
}

describe("orders of a BigCommerce store", () => {
  it("are the same one by one, in a list and in a list of refunds, with codes and refunds (SHP-1)", async () => {
    const open = await openShop(big.origin);
    await open.stand.act("codeByHand", { code: "ANNA10", percent: 10 });
    const id = await place(open, { codes: ["ANNA10"], taxRate: 0.19, shipping: { price: "5.00" } });
    await open.stand.act("refund", { order: id, lines: [{ line: 0, quantity: 1 }] });
    const one = await open.shop.order(id);
    expect(one).toMatchObject({
      order: {
        goods: "53.97",
        discount: "6.00",
        shipping: "5.00",
        total: "70.17",
        refunded: "21.41",
        codes: ["ANNA10"],
        status: "paid",
        state: "partially_refunded",
      },
    });
    expect((await open.shop.ordersSince(0, null)).readings).toEqual([one]);
    expect((await open.shop.refundsSince(0, null)).readings).toEqual([one]);
  });

  it("that have no coupon are answered by nothing, which is no fault", async () => {
    const open = await openShop(big.origin);
    expect(await open.shop.order(await place(open))).toMatchObject({ order: { codes: [] } });
    expect((await open.stand.calls()).map(({ status }) => status)).toContain(204);
  });

  it("at whose coupons the store fails hold up no other, and are passed over by name (SHP-25)", async () => {
    const open = await openShop(big.origin);
    const ids = [await place(open), await place(open), await place(open)];
    const [first, second, third] = ids;
    const fails = (...some: (string | undefined)[]) =>
      open.stand.faults({
        next: some.map((id) => ({ kind: "error", times: 1_000, match: `/v2/orders/${id}/coupons` })),
      });
    await fails(second);
    const page = await open.shop.ordersSince(0, null);
    expect(new Set(idsOf(page.readings))).toEqual(new Set([first, third]));
    expect(page.skipped).toMatchObject([{ orderId: second, detail: expect.stringContaining("coupons") }]);
    await expect(open.shop.order(second ?? "")).rejects.toMatchObject({ code: "unavailable" });
    // Of all of them, it is the store that is down.
    await fails(...ids);
    await expect(open.shop.ordersSince(0, null)).rejects.toMatchObject({ code: "unavailable" });
    await open.stand.faults({ next: [{ kind: "error", times: 3, match: `/v2/orders/${second}/coupons` }] });
    await expect(open.shop.ordersSince(0, null)).rejects.toMatchObject({ code: "unavailable" });
    expect(new Set(idsOf((await open.shop.ordersSince(0, null)).readings))).toEqual(new Set(ids));
  });

  it("that aren't there are none", async () => {
    const open = await openShop(big.origin);
    expect(await open.shop.order("999999")).toBeNull();
    expect(await open.shop.ordersSince(0, null)).toEqual({ readings: [], skipped: [], next: null });
    expect(await open.shop.refundsSince(0, null)).toEqual({ readings: [], skipped: [], next: null });
  });

  it("that aren't finished, or were brought along, are none, and nothing more is asked of them (SHP-18)", async () => {
    const open = await openShop(big.origin);
    await place(open, { payment: "draft" });
    await place(open, { externalSource: "M-MIG" });
    await open.stand.forgetCalls();
    const { readings } = await open.shop.ordersSince(0, null);
    expect(readings.map((reading) => reading.kind === "none" && reading.reason)).toEqual(["incomplete", "migrated"]);
    expect(await asked(open)).toEqual(["GET /v2/orders"]);
  });

  it("come page by page, each once but for those at an edge, whatever changes meanwhile (SHP-25)", async () => {
    const open = await openShop(big.origin);
    const order = { lines: [{ price: "5.00" }] };
    const { ids } = await open.stand.act<{ ids: string[] }>("orders", {
      count: 45,
      fromAt: NOW,
      stepMs: MINUTE,
      order,
    });
    let isFirst = true;
    const { readings, pages } = await all(async (cursor) => {
      const page = await open.shop.ordersSince(NOW, cursor);
      if (isFirst) {
        isFirst = false;
        // It moves to the end, and all behind it move up.
        await open.stand.clock(NOW + 60 * MINUTE);
        await open.stand.act("fulfil", { order: ids[3] });
      }
      return page;
    });
    expect([...new Set(idsOf(readings))].toSorted()).toEqual(ids.toSorted());
    expect(readings.length).toBeLessThan(ids.length + 5);
    expect(pages).toBe(3);
  });

  it("of one second, more than a page of them, come all (SHP-25)", async () => {
    const open = await openShop(big.origin);
    const order = { lines: [{ price: "5.00" }] };
    const { ids } = await open.stand.act<{ ids: string[] }>("orders", { count: 45, fromAt: NOW, stepMs: 0, order });
    expect(idsOf((await all((cursor) => open.shop.ordersSince(NOW, cursor))).readings)).toEqual(ids);
  });

  it("are in from the very second on", async () => {
    const open = await openShop(big.origin);
    const id = await place(open, { at: NOW + 999 });
    expect(idsOf((await open.shop.ordersSince(NOW + 999, null)).readings)).toEqual([id]);
    expect(idsOf((await open.shop.ordersSince(NOW + 3_000, null)).readings)).toEqual([]);
  });

  it("with refunds are found by these alone, each order once, page by page (SHP-9)", async () => {
    const open = await openShop(big.origin);
    await open.stand.clock(NOW);
    const ids: string[] = [];
    for (let count = 0; count < 12; count++) ids.push(await place(open));
    await open.stand.clock(NOW + MINUTE);
    for (const order of [...ids, ids[0]]) await open.stand.act("refund", { order, amount: "1.00", bump: false });
    expect(idsOf((await open.shop.ordersSince(NOW + MINUTE, null)).readings)).toEqual([]);
    const { readings, pages } = await all((cursor) => open.shop.refundsSince(NOW + MINUTE, cursor));
    expect([...new Set(idsOf(readings))]).toEqual(ids);
    expect(pages).toBe(2);
    expect(readings[0]).toMatchObject({ order: { refunded: "2.00" } });
    expect((await open.shop.refundsSince(NOW + 2 * MINUTE, null)).readings).toEqual([]);
  });

  it("have all of their refunds where a page has fewer than were asked for (SHP-9)", async () => {
    const open = await openShop(big.origin, { refundsAtMost: 4 });
    await open.stand.clock(NOW);
    const ids = [await place(open), await place(open), await place(open)];
    for (let round = 0; round < 3; round++) {
      for (const order of ids) await open.stand.act("refund", { order, amount: "1.00", bump: false });
    }
    const refunded = (readings: readonly ShopReading[]) =>
      readings.map((reading) => reading.kind === "order" && reading.order.refunded);
    expect(refunded((await open.shop.ordersSince(NOW, null)).readings)).toEqual(["3.00", "3.00", "3.00"]);
    const { readings } = await all((cursor) => open.shop.refundsSince(NOW, cursor));
    expect(new Set(idsOf(readings))).toEqual(new Set(ids));
    expect(new Set(refunded(readings))).toEqual(new Set(["3.00"]));
  });

  it("with a payment back that was declined have nothing given back", async () => {
    const open = await openShop(big.origin);
    const id = await place(open);
    await open.stand.act("refund", { order: id, declined: true });
    expect(await open.shop.order(id)).toMatchObject({ order: { refunded: "0.00", status: "paid" } });
  });

  it("that are archived stay what they were", async () => {
    const open = await openShop(big.origin);
    const id = await place(open);
    await open.stand.act("archive", { order: id });
    expect(await open.shop.order(id)).toMatchObject({ order: { status: "paid" } });
  });

  it("cost a call for the page, one for its refunds and one for each order's coupons", async () => {
    const open = await openShop(big.origin);
    const order = { lines: [{ price: "5.00" }] };
    await open.stand.act("orders", { count: 20, fromAt: NOW, stepMs: MINUTE, order });
    await open.stand.forgetCalls();
    await open.shop.ordersSince(NOW, null);
    expect(await asked(open)).toHaveLength(22);
  });

  it("of a page that is lost aren't asked for to its end", async () => {
    const open = await openShop(big.origin);
    const order = { lines: [{ price: "5.00" }] };
    await open.stand.act("orders", { count: 20, fromAt: NOW, stepMs: MINUTE, order });
    await open.stand.faults({ next: [{ kind: "unauthorised", match: "/coupons" }] });
    await open.stand.forgetCalls();
    await expect(open.shop.ordersSince(NOW, null)).rejects.toMatchObject({ code: "unauthorised" });
    // Those that were on their way end; no other begins.
    expect((await asked(open)).length).toBeLessThan(12);
    const before = (await asked(open)).length;
    await new Promise((done) => void setTimeout(done, 100));
    expect((await asked(open)).length - before).toBeLessThan(5);
  });
});
