import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Stand } from "../../../scripts/shops/stand.ts";
import { numbersIn, type OpenShop, openShop, orderOf, readAll, startMagento } from "./open-shop.ts";

let magento: Stand;

beforeAll(async () => {
  magento = await startMagento();
});

afterAll(() => magento.close());

const START = Date.parse("2026-06-01T12:00:00Z");
const SECOND = 1_000;
const ORDER = { lines: [{ sku: "TEE", price: "10.00", quantity: 2 }] };

/** Takes so many orders, one after `stepMs`; answers their numbers. */
async function orders({ stand }: OpenShop, count: number, stepMs = SECOND): Promise<string[]> {
  return (await stand.act<{ ids: string[] }>("orders", { count, fromAt: START, stepMs, order: ORDER })).ids;
}

const changed = ({ shop }: OpenShop, since = START) => readAll((cursor) => shop.ordersSince(since, cursor));
const refunded = ({ shop }: OpenShop, since = START) => readAll((cursor) => shop.refundsSince(since, cursor));
const skippedIn = (pages: Awaited<ReturnType<typeof changed>>) => pages.flatMap(({ skipped }) => skipped);

describe("orders of a shop of Magento, over HTTP", () => {
  test("SHP-25: come page by page, all of them, and an end to it although a page past the last repeats it", async () => {
    const open = await openShop(magento.origin);
    const ids = await orders(open, 300);
    const pages = await changed(open);
    expect(numbersIn(pages)).toEqual(ids);
    expect(pages.map(({ readings }) => readings.length)).toEqual([128, 128, 46]);
    expect(skippedIn(pages)).toEqual([]);
    // One that ends with a full page has no further one.
    const even = await openShop(magento.origin);
    await orders(even, 128);
    expect(await changed(even)).toHaveLength(1);
    expect(await changed(even, START + 999 * SECOND)).toMatchObject([{ readings: [], next: null }]);
  });

  test("SHP-25: come where the shop refuses large pages, and where it gives fewer without a word", async () => {
    for (const limit of [{ refusesOver: 100 }, { givesAtMost: 20 }, { givesAtMost: 1 }]) {
      const open = await openShop(magento.origin, limit);
      const ids = await orders(open, 45);
      expect(numbersIn(await changed(open)), JSON.stringify(limit)).toEqual(ids);
      for (const order of ids.slice(0, 25)) await open.stand.act("refund", { order, amount: "1.00", bump: false });
      expect(numbersIn(await refunded(open)), JSON.stringify(limit)).toEqual(ids.slice(0, 25));
    }
  });

  test("SHP-25: come all where more than a page of them changed in one second, as an upgrade has it", async () => {
    const open = await openShop(magento.origin);
    const ids = await orders(open, 300);
    await open.stand.act("touchAll", { at: START + 7_200 * SECOND });
    await open.stand.clock(START + 7_201 * SECOND);
    const later = await open.stand.act<{ id: string }>("order", ORDER);
    expect(numbersIn(await changed(open))).toEqual([...ids, later.id].toSorted());
  });

  test("SHP-25: are asked for in UTC, to the second, the oldest change first", async () => {
    const open = await openShop(magento.origin);
    const [, second = ""] = await orders(open, 3, 10 * SECOND);
    const pages = await changed(open, START + 10 * SECOND + 999);
    expect(orderOf(pages[0]?.readings[0])).toMatchObject({ orderId: second, updatedAt: "2026-06-01T12:00:10.000Z" });
    expect(decodeURIComponent(open.sent[0] ?? "")).toContain("[value]=2026-06-01 12:00:10&");
  });

  test("SHP-25: one that the shop fails at takes no other with it: it is told of, and skipped", async () => {
    const open = await openShop(magento.origin);
    const ids = await orders(open, 200);
    const [bad = "", worse = ""] = [ids[77], ids[199]];
    for (const order of [bad, worse]) await open.stand.act("poison", { order });
    await open.stand.forgetCalls();
    const pages = await changed(open);
    expect(numbersIn(pages)).toEqual(ids.filter((id) => id !== bad && id !== worse));
    expect(skippedIn(pages).length).toBeGreaterThanOrEqual(2);
    expect(skippedIn(pages)[0]?.detail).toMatch(/fails at showing an entry that changed at 2026-06-01T12:/);
    // Halves, not one by one.
    expect((await open.stand.calls()).length).toBeLessThan(100);
  });

  test("SHP-25: one that the shop fails at among many of one second is skipped, too", async () => {
    const open = await openShop(magento.origin, { givesAtMost: 8 });
    const ids = await orders(open, 40, 0);
    await open.stand.act("poison", { order: ids[0] });
    await open.stand.act("poison", { order: ids[17] });
    expect(numbersIn(await changed(open))).toEqual(ids.filter((_id, at) => at !== 0 && at !== 17));
  });

  test("SHP-25: one that the shop fails at and that alone is new is skipped, and the shop isn't down for it", async () => {
    const open = await openShop(magento.origin);
    const ids = await orders(open, 3, 3_600 * SECOND);
    await open.stand.act("poison", { order: ids[2] });
    const pages = await changed(open, START + 7_000 * SECOND);
    expect(pages).toMatchObject([{ readings: [], skipped: [{}], next: null }]);
  });

  test("SHP-25: a shop that shows none of them is down, and nothing is skipped", async () => {
    const open = await openShop(magento.origin);
    for (const order of await orders(open, 20)) await open.stand.act("poison", { order });
    await expect(changed(open)).rejects.toMatchObject({ code: "unavailable" });
    await open.stand.faults({ next: [{ kind: "error", status: 500, times: 1_000 }] });
    await open.stand.forgetCalls();
    await expect(changed(open)).rejects.toMatchObject({ code: "unavailable" });
    expect((await open.stand.calls()).length).toBeLessThan(15);
  });

  test("SHP-25: none is skipped where the shop goes down while one that it fails at is looked for", async () => {
    for (const before of [5, 6, 7, 9, 12, 15]) {
      const open = await openShop(magento.origin);
      const ids = await orders(open, 128);
      await open.stand.act("poison", { order: ids[77] });
      open.meanwhile = {
        before,
        act: () => open.stand.faults({ next: [{ kind: "error", status: 500, times: 10_000, match: "/orders" }] }),
      };
      const pages: Awaited<ReturnType<typeof changed>> = [];
      const read = readAll(async (cursor) => {
        const page = await open.shop.ordersSince(START, cursor);
        pages.push(page);
        return page;
      });
      await expect(read, String(before)).rejects.toMatchObject({ code: "unavailable" });
      expect(skippedIn(pages), String(before)).toEqual([]);
    }
  });

  test("SHP-25: none is lost that moves up while one that the shop fails at is looked for", async () => {
    for (const before of [5, 6, 7, 8, 10, 12, 14]) {
      const open = await openShop(magento.origin);
      const ids = await orders(open, 128);
      await open.stand.act("poison", { order: ids[77] });
      await open.stand.clock(START + 7_200 * SECOND);
      open.meanwhile = { before, act: () => open.stand.act("fulfil", { order: ids[3] }) };
      expect(numbersIn(await changed(open)), String(before)).toEqual(ids.filter((_id, at) => at !== 77));
    }
  });

  test("SHP-25: those behind entries come that the shop counts and doesn't show", async () => {
    const open = await openShop(magento.origin);
    const ids = await orders(open, 300);
    const hidden = [5, 77, 199, 299];
    for (const at of hidden) await open.stand.act("hide", { order: ids[at] });
    const pages = await changed(open);
    expect(numbersIn(pages)).toEqual(ids.filter((_id, at) => !hidden.includes(at)));
    expect(pages.length).toBeLessThan(10);
    expect(skippedIn(pages)).toMatchObject([{ detail: expect.stringContaining("doesn't show") }]);
  });

  test("SHP-10: a list of credit memos that never ends is none", async () => {
    const open = await openShop(magento.origin);
    const [order = ""] = await orders(open, 1);
    await open.stand.act("refund", { order, amount: "1.00" });
    await open.stand.act("set", { counts: 1e12 });
    await expect(open.shop.order(order)).rejects.toMatchObject({ code: "unreadable" });
  });

  test("SHP-9: that something was given back of come by their credit memos, also where nothing says that they changed", async () => {
    const open = await openShop(magento.origin);
    const [first = "", second = "", third = ""] = await orders(open, 3);
    await open.stand.clock(START + 3_600 * SECOND);
    await open.stand.act("refund", { order: first, amount: "5.00", bump: false });
    await open.stand.act("refund", { order: second, amount: "6.00", raw: true });
    await open.stand.act("refund", { order: third, lines: [{ line: 0, quantity: 1 }], adjustmentNegative: "2.00" });
    const since = START + 3_000 * SECOND;
    const [page] = await refunded(open, since);
    const orderPage = await open.shop.ordersSince(START, null);
    expect(page?.readings.map((reading) => orderOf(reading).refunded)).toEqual(["5.00", "6.00", "8.00"]);
    // By whichever list, to the letter.
    expect(orderPage.readings).toEqual(page?.readings);
    expect(await open.shop.order(second)).toEqual(page?.readings[1]);
    await open.stand.act("memo", { order: first, state: 3 });
    expect(orderOf(await open.shop.order(first)).refunded).toBe("0.00");
    expect(await open.shop.order("999999999")).toBeNull();
  });

  test("SHP-16: of which all was given back, to a gift card too, have given back all", async () => {
    const open = await openShop(magento.origin);
    const { id } = await open.stand.act<{ id: string }>("order", { ...ORDER, giftCardPaid: "15.00" });
    await open.stand.act("refund", { order: id });
    const closed = { status: "refunded", total: "20.00", refunded: "20.00" };
    expect(orderOf(await open.shop.order(id))).toMatchObject(closed);
    expect((await changed(open)).flatMap((page) => page.readings).map(orderOf)).toMatchObject([closed]);
  });

  test("SHP-10: credit memos of many orders are read whole, however many an order has", async () => {
    const open = await openShop(magento.origin);
    const [order = ""] = await orders(open, 1);
    for (let n = 0; n < 15; n++) await open.stand.act("refund", { order, amount: "1.00" });
    await open.stand.act("set", { givesAtMost: 4 });
    expect(orderOf(await open.shop.order(order)).refunded).toBe("15.00");
  });

  test("SHP-6: an edit of Magento's own cancels an order and makes another in its place", async () => {
    const open = await openShop(magento.origin);
    const [order = ""] = await orders(open, 1);
    const after = await open.stand.act<{ id: string }>("editByCopy", {
      order,
      add: [{ sku: "CAP", price: "5.00" }],
    });
    expect(after.id).toBe(`${order}-1`);
    const readings = (await changed(open)).flatMap((page) => page.readings).map(orderOf);
    expect(readings.map(({ orderId, status, goods }) => [orderId, status, goods])).toEqual([
      [order, "cancelled", "20.00"],
      [after.id, "paid", "25.00"],
    ]);
  });

  test("SHP-13: of another currency than the shop counts in, of several codes and of every kind of product are counted once", async () => {
    const { stand, shop } = await openShop(magento.origin, { currency: "USD" });
    for (const code of ["TEN", "FIVE"]) await stand.act("codeByHand", { code, percent: code === "TEN" ? 10 : 5 });
    await stand.act("order", {
      lines: [
        { sku: "TEE", price: "19.99", quantity: 3, type: "configurable" },
        { sku: "SET", price: "35.01", type: "bundle" },
      ],
      codes: ["TEN", "FIVE"],
      currency: "EUR",
      rate: 1.1111,
      taxRate: 0.19,
      shipping: { price: "4.90" },
      giftCardPaid: "10.00",
      click: "1.AAAA.bbbb",
    });
    const [reading] = (await shop.ordersSince(0, null)).readings;
    // 94.98 less 15 % line by line; tax of each line and of the shipping.
    expect(orderOf(reading)).toMatchObject({
      currency: "EUR",
      discount: "14.25",
      goods: "80.73",
      shipping: "4.90",
      tax: "16.26",
      total: "101.89",
      codes: ["TEN", "FIVE"],
      click: "1.AAAA.bbbb",
      warnings: [],
    });
  });

  test("nothing of a person is asked for but the address and the number that are hashed", async () => {
    const open = await openShop(magento.origin);
    await orders(open, 1);
    const answer = await open.shop.ordersSince(START, null);
    expect(JSON.stringify(answer)).not.toMatch(/Ada|Mill Lane|203\.0\.113/);
    expect(open.sent.every((request) => request.includes("fields="))).toBe(true);
  });
});
