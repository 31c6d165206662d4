import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Stand } from "../../../scripts/shops/stand.ts";
import type { OrderPage, Shop } from "../../../src/shops/platform.ts";
import { orderIn } from "./order-fixtures.ts";
import { type OpenShop, openShop, startWoo } from "./open-shop.ts";

let woo: Stand;

beforeAll(async () => {
  woo = await startWoo();
});

afterAll(() => woo.close());

const START = Date.parse("2026-06-01T12:00:00Z");
const SECOND = 1_000;
const LINES = [{ sku: "TEE", price: "10.00", quantity: 2 }];

/** All pages of a stretch. */
async function all(next: (cursor: string | null) => Promise<OrderPage>): Promise<OrderPage & { pages: number }> {
  const whole: OrderPage & { pages: number } = { readings: [], skipped: [], next: null, pages: 0 };
  let cursor: string | null = null;
  do {
    const page: OrderPage = await next(cursor);
    whole.readings.push(...page.readings);
    whole.skipped.push(...page.skipped);
    whole.pages += 1;
    cursor = page.next;
  } while (cursor !== null);
  return whole;
}

const changed = (shop: Shop, since: number) => all((cursor) => shop.ordersSince(since, cursor));
const refunded = (shop: Shop, since: number) => all((cursor) => shop.refundsSince(since, cursor));

/** Takes so many orders, one after `stepMs`; answers their ids. */
async function orders({ stand }: OpenShop, count: number, stepMs = SECOND, fromAt = START): Promise<string[]> {
  return (await stand.act<{ ids: string[] }>("orders", { count, fromAt, stepMs, order: { lines: LINES } })).ids;
}

function idsOf({ readings }: OrderPage): string[] {
  return readings.map((reading) => (reading.kind === "order" ? reading.order.orderId : reading.kind));
}

describe("orders of a shop since a time", () => {
  it.each([120, -480, 0])(
    "begin with that second, in a shop %i minutes ahead of UTC (SHP-25)",
    async (offsetMinutes) => {
      const open = await openShop(woo.origin, { offsetMinutes });
      const { shop } = open;
      const ids = await orders(open, 4, SECOND, START - 2 * SECOND);
      expect(idsOf(await changed(shop, START))).toEqual(ids.slice(2));
      expect(idsOf(await changed(shop, START + 1))).toEqual(ids.slice(2));
    },
  );

  it("come in pages, each once or twice and none left out (SHP-25)", async () => {
    const open = await openShop(woo.origin);
    const { stand, shop } = open;
    // 130 within one second: more than a page.
    const ids = [...(await orders(open, 130, 0)), ...(await orders(open, 120))];
    const whole = await changed(shop, START);
    expect([...new Set(idsOf(whole))]).toEqual(ids);
    expect(whole.readings.length).toBeLessThan(270);
    expect(whole.pages).toBe(3);
    await stand.act("set", { stripsTotals: true });
    expect([...new Set(idsOf(await changed(shop, START)))]).toEqual(ids);
  });

  it("are not lost over the edge of a page by one that changes meanwhile (SHP-25)", async () => {
    const open = await openShop(woo.origin);
    const { stand, shop } = open;
    const ids = await orders(open, 150);
    const first = await shop.ordersSince(START, null);
    for (const id of ids.slice(0, 20)) await stand.act("fulfil", { order: id });
    const rest = await all((cursor) => shop.ordersSince(START, cursor ?? first.next));
    expect(new Set([...idsOf(first), ...idsOf(rest)])).toEqual(new Set(ids));
  });

  it("have unfinished checkouts among them, which are none, and nothing that is in the bin (SHP-18)", async () => {
    const { stand, shop } = await openShop(woo.origin);
    await stand.act("order", { lines: LINES, payment: "draft" });
    await stand.act("order", { lines: LINES, status: "auto-draft" });
    const { id } = await stand.act<{ id: string }>("order", { lines: LINES });
    await stand.act("delete", { order: id });
    expect((await changed(shop, 0)).readings).toEqual([{ kind: "none", reason: "checkout-draft" }]);
    expect(await shop.order(id)).toBeNull();
    expect(await shop.order("999999")).toBeNull();
  });

  it("go on past one that the shop fails at showing, which is told of (SHP-25)", async () => {
    const open = await openShop(woo.origin);
    const { stand, shop } = open;
    const ids = await orders(open, 25);
    await stand.act("poison", { order: ids[12] });
    const page = await changed(shop, START);
    expect(page.skipped).toEqual([{ orderId: ids[12], detail: expect.stringContaining("error log") }]);
    expect(idsOf(page)).toEqual(ids.filter((_id, at) => at !== 12));
    await stand.act("poison", { order: ids[12], where: "nowhere" });
    expect(idsOf(await changed(shop, START))).toEqual(ids);
  });

  it("leave out none that is shown in the end, by itself", async () => {
    const open = await openShop(woo.origin);
    const ids = await orders(open, 3);
    await open.stand.act("poison", { order: ids[1], where: "lists" });
    await open.stand.faults({ next: [{ kind: "error", status: 500, match: `/orders/${ids[1]}`, times: 3 }] });
    const page = await open.shop.ordersSince(START, null);
    expect([idsOf(page), page.skipped]).toEqual([ids, []]);
  });

  it("go on past more than a few, as long as more are shown than fail", async () => {
    const open = await openShop(woo.origin);
    const ids = await orders(open, 12);
    for (const id of ids.slice(7)) await open.stand.act("poison", { order: id });
    const page = await open.shop.ordersSince(START, null);
    expect([idsOf(page), page.skipped.map(({ orderId }) => orderId)]).toEqual([ids.slice(0, 7), ids.slice(7)]);
  });

  it("are asked for later where the shop fails at all of them", async () => {
    const open = await openShop(woo.origin);
    for (const id of await orders(open, 5)) await open.stand.act("poison", { order: id });
    await expect(open.shop.ordersSince(0, null)).rejects.toMatchObject({ code: "unavailable", passing: true });
  });

  it("come whole from a shop that fails at a third of the calls", async () => {
    const open = await openShop(woo.origin);
    const { stand, shop } = open;
    const ids = await orders(open, 230);
    await stand.faults({ seed: 7, error: 0.15, cut: 0.1, throttled: 0.05 });
    const read: string[] = [];
    let cursor: string | null = null;
    do {
      const page: OrderPage | null = await shop.ordersSince(START, cursor).catch(() => null);
      if (page === null) continue;
      expect(page.skipped).toEqual([]);
      read.push(...idsOf(page));
      cursor = page.next;
    } while (cursor !== null || read.length === 0);
    expect([...new Set(read)]).toEqual(ids);
  });
});

describe("refunds of a shop since a time", () => {
  /** An order of 20.00 of which 4.00 and then 6.00 went back, an hour later; nothing but the refunds says so. */
  async function shopWith(quirks: Record<string, unknown>) {
    const open = await openShop(woo.origin, quirks);
    await open.stand.clock(START);
    const { id } = await open.stand.act<{ id: string }>("order", { lines: LINES });
    await open.stand.act("order", { lines: LINES });
    await open.stand.act("refund", { order: id, amount: "4.00" });
    await open.stand.clock(START + 3_600 * SECOND);
    await open.stand.act("refund", { order: id, amount: "6.00" });
    return { ...open, id: id, later: START + 1_800 * SECOND };
  }

  it("are found though their order says that nothing changed (SHP-9)", async () => {
    const { shop, id, later } = await shopWith({});
    expect(idsOf(await changed(shop, later))).toEqual([]);
    const page = await refunded(shop, later);
    expect(page.readings.map(orderIn)).toMatchObject([{ orderId: id, refunded: "10.00", status: "paid" }]);
    // Their order came with its refunds, so there was nothing more to ask for.
    expect(await shop.order(id)).toEqual(page.readings[0]);
  });

  it("are asked for by order where lists leave them out (SHP-9)", async () => {
    const { shop, id, later, stand } = await shopWith({ hidesRefunds: true });
    expect((await changed(shop, START)).readings.map(orderIn)).toMatchObject([
      { refunded: "0.00" },
      { refunded: "0.00" },
    ]);
    await stand.forgetCalls();
    expect((await refunded(shop, later)).readings.map(orderIn)).toMatchObject([{ orderId: id, refunded: "10.00" }]);
    expect((await stand.calls()).map(({ label }) => label)).toEqual([
      "GET /refunds",
      "GET /orders",
      `GET /orders/${id}/refunds`,
    ]);
  });

  it("are found by the orders of the days before in a shop of before 9.0 (SHP-9)", async () => {
    const { shop, id, later } = await shopWith({ listsRefunds: false });
    expect((await refunded(shop, later)).readings.map(orderIn)).toMatchObject([{ orderId: id, refunded: "10.00" }]);
  });

  it("come in pages, with each order's whole sum (SHP-9)", async () => {
    const { stand, shop } = await openShop(woo.origin);
    const ids: string[] = [];
    for (let at = 0; at < 30; at++) {
      await stand.clock(START + at * SECOND);
      const { id } = await stand.act<{ id: string }>("order", { lines: LINES });
      await stand.act("refund", { order: id, amount: "1.00" });
      await stand.act("refund", { order: id, amount: "2.50" });
      ids.push(id);
    }
    const page = await refunded(shop, START);
    expect(new Set(idsOf(page))).toEqual(new Set(ids));
    expect(new Set(page.readings.map((reading) => orderIn(reading).refunded))).toEqual(new Set(["3.50"]));
    expect(page.pages).toBeGreaterThan(2);
  });

  it("of all make the order refunded; one that is deleted again lowers the sum (SHP-3, SHP-7)", async () => {
    const { stand, shop, id } = await shopWith({});
    await stand.act("refund", { order: id });
    expect(orderIn(await shop.order(id))).toMatchObject({ status: "refunded", refunded: "20.00" });
    await stand.act("unrefund", { order: id });
    await stand.act("status", { order: id, status: "processing" });
    expect(orderIn(await shop.order(id))).toMatchObject({ status: "paid", refunded: "0.00" });
  });

  it("of an order in the bin are told of", async () => {
    const { stand, shop, later } = await shopWith({});
    const bin = await stand.act<{ id: string }>("order", { lines: LINES });
    await stand.act("refund", { order: bin.id, amount: "1.00" });
    // Between the list of refunds and that of orders; here by a shop whose list of orders doesn't have it.
    await stand.act("status", { order: bin.id, status: "auto-draft" });
    expect((await refunded(shop, later)).skipped).toEqual([{ orderId: bin.id, detail: expect.any(String) }]);
  });
});

describe("renewals of a subscription", () => {
  async function shopWith(quirks: Record<string, unknown>) {
    const open = await openShop(woo.origin, quirks);
    const first = await open.stand.act<{ id: string }>("order", { lines: LINES });
    const { id } = await open.stand.act<{ id: string }>("subscribe", { order: first.id });
    const renewal = await open.stand.act<{ id: string }>("order", { lines: LINES, subscription: id });
    const orphan = await open.stand.act<{ id: string }>("order", { lines: LINES, subscription: "99999" });
    return {
      ...open,
      first: first.id,
      subscription: id,
      renewal: renewal.id,
      orphan: orphan.id,
    };
  }

  it("name the order that it began with, however they are asked for (SHP-21)", async () => {
    const { shop, first, renewal, orphan } = await shopWith({});
    const page = await changed(shop, 0);
    expect(page.readings.map((reading) => orderIn(reading).renewalOf)).toEqual([null, first, "subscription:99999"]);
    expect(await shop.order(renewal)).toEqual(page.readings[1]);
    expect(await shop.order(orphan)).toEqual(page.readings[2]);
  });

  it("name the subscription where its plugin doesn't show it (SHP-21)", async () => {
    const { shop, renewal, subscription } = await shopWith({ showsSubscriptions: false });
    expect(orderIn(await shop.order(renewal)).renewalOf).toBe(`subscription:${subscription}`);
  });
});

describe("what is asked of an order", () => {
  it("is what is read of it, and nothing more of a person", async () => {
    const open = await openShop(woo.origin);
    const [id = ""] = await orders(open, 1);
    await open.shop.order(id);
    await open.shop.ordersSince(0, null);
    const said = open.said.join("\n");
    expect(said).toContain("@shop.example");
    for (const personal of ["first_name", "address_1", "customer_ip", "user_agent", "ring twice", "txn_"]) {
      expect(said).not.toContain(personal);
    }
  });
});
