import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SHOP_SETTINGS } from "../../../src/ground/model/shop.ts";
import type { ShopCustomer, ShopOrder } from "../../../src/ground/model/shop-order.ts";
import { readOrder } from "../../../src/sales/capture/read-order.ts";
import { isForgotten, nameForgotten } from "../../../src/sales/shop/forgotten.ts";
import { orderBodyOf } from "../../../src/sales/shop/meaning.ts";
import { renewalOfItself } from "../../../src/ground/model/shop-order.ts";
import { renewalGroup, shareItems } from "../../../src/sales/shop/renewal.ts";
import { readingReport } from "../../../src/sales/shop/report.ts";

const TIME = "2026-11-20T11:00:00.000Z";
const NOW = Date.UTC(2026, 10, 20, 12);
const STORE = { id: "str_1", key: "shop" };

const ORDER: ShopOrder = {
  orderId: "1001",
  number: "#1001",
  updatedAt: TIME,
  placedAt: TIME,
  currency: "EUR",
  total: "121.00",
  goods: "100.00",
  giftCards: "0.00",
  discount: "0.00",
  shipping: "2.00",
  tax: "19.00",
  refunded: "0.00",
  status: "paid",
  state: "paid",
  codes: ["LEA10"],
  click: null,
  items: [{ sku: "TEE", name: "Tee", quantity: 1, price: "100.00" }],
  test: false,
  gateway: null,
  channel: "web",
  renewalOf: null,
  country: "DE",
  warnings: [],
};

const read = (order: Partial<ShopOrder>, settings = SHOP_SETTINGS) =>
  readOrder(orderBodyOf({ ...ORDER, ...order }, settings), "order", null, NOW);

describe("a platform's order as a report", () => {
  test("is read as it is", () => {
    expect(read({})).toEqual({
      order: {
        externalId: "1001",
        updatedAt: Date.parse(TIME),
        click: null,
        data: {
          currency: "EUR",
          totalMinor: 12_100,
          subtotalMinor: 10_000,
          discountMinor: 0,
          shippingMinor: 200,
          taxMinor: 1900,
          refundedMinor: 0,
          status: "paid",
          codes: ["LEA10"],
          items: [{ sku: "TEE", name: "Tee", quantity: 1, priceMinor: 10_000 }],
          placedAt: Date.parse(TIME),
          country: "DE",
          test: false,
        },
      },
    });
  });

  test.each([
    [
      "a code that is only a draft's words",
      { codes: ["x".repeat(300), " ", "a\nb", "{{code}}", "LEA10"] },
      { codes: ["LEA10"] },
    ],
    ["a country that is none", { country: "ZZ" }, {}],
    [
      "yen",
      {
        currency: "JPY",
        total: "121",
        goods: "100",
        giftCards: "0",
        discount: "0",
        shipping: "2",
        tax: "19",
        refunded: "0",
        items: [],
      },
      { totalMinor: 121 },
    ],
    [
      "an article without a number",
      { items: [{ sku: "", name: "Tee", quantity: 1, price: "1.00" }] },
      { items: [{ sku: "Tee", name: "Tee", quantity: 1, priceMinor: 100 }] },
    ],
    [
      "an article without anything",
      { items: [{ sku: " ", name: null, quantity: 1, price: "1.00" }] },
      { items: [{ sku: "?", quantity: 1, priceMinor: 100 }] },
    ],
    [
      "a name past 200 characters",
      { items: [{ sku: "A", name: "é".repeat(300), quantity: 1, price: "1.00" }] },
      { items: [{ sku: "A", name: "é".repeat(200), quantity: 1, priceMinor: 100 }] },
    ],
    [
      "half of a surrogate pair",
      { items: [{ sku: "A\uD800", name: null, quantity: 0.5, price: "1.00" }] },
      { items: [{ sku: "A\uFFFD", quantity: 0.5, priceMinor: 100 }] },
    ],
  ] as const)("has no fault by %s", (_name, order, data) => {
    expect(read(order as Partial<ShopOrder>)).toMatchObject({ order: { data } });
  });

  test("has as many lines as a report may have", () => {
    const items = Array.from({ length: 700 }, (_none, index) => ({
      sku: `S${index}`,
      name: null,
      quantity: 1,
      price: "0.10",
    }));
    const reading = read({ items });
    expect("order" in reading && reading.order.data.items).toHaveLength(500);
  });

  test("is never refused for its lines and codes, whatever they are", () => {
    const text = fc.oneof(fc.string({ maxLength: 400 }), fc.string({ unit: "binary", maxLength: 40 }));
    const item = fc.record({
      sku: text,
      name: fc.option(text),
      quantity: fc.integer({ min: 0, max: 9 }),
      price: fc.constant("1.00"),
    });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 120 }), fc.array(item, { maxLength: 20 }), (codes, items) => {
        expect(read({ codes, items })).toHaveProperty("order");
      }),
      { numRuns: 500 },
    );
  });

  test("SHP-16: has gift cards among its goods only where the store wants that", () => {
    const order = { total: "146.10", giftCards: "25.10" };
    expect(read(order)).toMatchObject({ order: { data: { subtotalMinor: 10_000 } } });
    expect(read(order, { ...SHOP_SETTINGS, giftCards: true })).toMatchObject({
      order: { data: { subtotalMinor: 12_510 } },
    });
  });

  test("is a test by the way it was paid, in whatever case that is written", () => {
    const settings = { ...SHOP_SETTINGS, testGateways: ["Bogus", "cheque"] };
    const isTest = (gateway: string | null) => {
      const reading = read({ gateway }, settings);
      return "order" in reading && reading.order.data.test;
    };
    expect([isTest("bogus"), isTest("Cheque"), isTest("card"), isTest(null)]).toEqual([true, true, false, false]);
  });
});

describe("the row of an order", () => {
  const hashOf = (_storeId: string, known: string) => Promise.resolve(`hash of ${known.toLowerCase()}`);
  const customer: ShopCustomer = { id: "5", email: "Anna@x.example", phone: "+49301" };
  const report = (order: ShopOrder, who = customer) =>
    readingReport(STORE, { kind: "order", order, customer: who }, null, hashOf);

  test("is the same in whatever sequence its fields come, and however hard it was to read", async () => {
    const backwards = Object.fromEntries(Object.entries(ORDER).toReversed()) as unknown as ShopOrder;
    const [one, two, three] = await Promise.all([
      report(ORDER),
      report(backwards),
      report({ ...ORDER, warnings: ["rounded"] }),
    ]);
    expect([one?.body, one?.identity]).toEqual([two?.body, two?.identity]);
    expect(three?.identity).toBe(one?.identity);
    expect((await report({ ...ORDER, refunded: "1.00" })).identity).not.toBe(one?.identity);
  });

  test("names its customer by hashes alone, of the address only beside another id", async () => {
    const hashes = async (id: string | null, email: string | null, phone: string | null = null) => {
      const { order: _order, ...rest } = JSON.parse((await report(ORDER, { id, email, phone })).body) as Record<
        string,
        unknown
      >;
      return rest;
    };
    expect(await hashes("5", "Anna@x.example")).toEqual({
      customerHash: "hash of 5",
      emailHash: "hash of anna@x.example",
    });
    expect(await hashes(null, "Anna@x.example")).toEqual({ customerHash: "hash of anna@x.example" });
    expect(await hashes("5", null)).toEqual({ customerHash: "hash of 5" });
    expect(await hashes(null, null)).toEqual({});
    expect(await hashes(null, null, "+49301")).toEqual({ phoneHash: "hash of phone:+49301" });
  });
});

test("renewals that name nothing are counted by their customer", () => {
  const renewal = { externalId: "7", renewalOf: renewalOfItself("7"), customerHash: "c" };
  expect(renewalGroup(renewal)).toBe("customer c");
  expect(renewalGroup({ ...renewal, customerHash: null })).toBe(renewalOfItself("7"));
  expect(renewalGroup({ ...renewal, renewalOf: "1000" })).toBe("1000");
  const item = { sku: "TEE", quantity: 1, priceMinor: 1 };
  expect(shareItems([item], [{ ...item, sku: "tee" }])).toBe(true);
  expect(shareItems([item], [{ ...item, sku: "MUG" }])).toBe(false);
  expect(shareItems([{ ...item, name: "Cap" }], [{ ...item, sku: "X", name: "cap" }])).toBe(true);
  expect(shareItems(null, [item])).toBe(false);
});

test("a forgotten customer's name is told from a hash", () => {
  expect(isForgotten(nameForgotten(new Uint8Array(16)))).toBe(true);
  expect(isForgotten("h844Rw3PBMacTpCY")).toBe(false);
});
