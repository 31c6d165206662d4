import { describe, expect, it } from "vitest";
import { MAX_DEPTH, parseBody } from "../../../src/sales/capture/parse.ts";
import { readEvent } from "../../../src/sales/capture/read-event.ts";
import { type CaptureSource, readOrder } from "../../../src/sales/capture/read-order.ts";
import { orderOfQuery, readQuery } from "../../../src/sales/capture/read-query.ts";

const ORDER = { orderId: "1001", amount: "12.50", currency: "EUR" };
const RECEIVED_AT = Date.UTC(2026, 10, 21, 9);

function read(change: Record<string, unknown>, source: CaptureSource = "order", fallback: string | null = null) {
  return readOrder({ ...ORDER, ...change }, source, fallback, RECEIVED_AT);
}

function refusal(change: Record<string, unknown>, source: CaptureSource = "order") {
  const reading = read(change, source);
  return "refused" in reading ? [reading.refused.code, reading.refused.path] : "not refused";
}

function dataOf(change: Record<string, unknown>, source: CaptureSource = "order", fallback: string | null = null) {
  const reading = read(change, source, fallback);
  if ("refused" in reading) throw new Error(JSON.stringify(reading.refused));
  return reading.order.data;
}

describe("an order's time (G-16)", () => {
  const at = (ms: number) => new Date(RECEIVED_AT + ms).toISOString();

  it.each(["order", "postback"] as const)("is never in the future of a %s, but for a clock that is ahead", (source) => {
    expect(dataOf({ placedAt: at(600_000) }, source).placedAt).toBe(RECEIVED_AT + 600_000);
    const reading = read({ placedAt: at(600_001) }, source);
    expect(reading).toMatchObject({
      refused: { code: "future_time", path: "placedAt", detail: expect.stringContaining("must not be in the future") },
    });
  });

  it("is not a page's to say", () => {
    for (const source of ["snippet", "pixel"] as const) {
      expect(dataOf({ placedAt: at(86_400_000) }, source)).not.toHaveProperty("placedAt");
    }
  });
});

describe("an order's amounts (G-23)", () => {
  it.each([
    ["1250.00", "JPY", 1250],
    ["59.9000", "EUR", 5990],
  ])("may have more zeros than %s needs: %s", (amount, currency, minor) => {
    expect(dataOf({ amount, currency }).totalMinor).toBe(minor);
    expect(dataOf({ amount, currency }, "pixel").totalMinor).toBe(minor);
  });

  it("are in no currency that was withdrawn", () => {
    expect(read({ currency: "HRK" })).toMatchObject({
      refused: { code: "bad_currency", path: "currency", detail: expect.stringContaining("EUR took its place") },
    });
  });
});

describe("an order", () => {
  it("is read with all that it says", () => {
    const body = {
      ...ORDER,
      clickId: "a-token",
      codes: [" LEA10 ", "LEA10", ""],
      customerId: "c-1",
      status: "paid",
      subtotal: 14,
      discount: "1.50",
      shipping: 0,
      tax: "2.00",
      refunded: null,
      items: [
        { sku: "A1", name: "Mug", quantity: 2, price: "5.25", category: "Home" },
        { sku: 7, quantity: "0.5", price: 4 },
      ],
      placedAt: "2026-11-21T09:00:00+01:00",
      updatedAt: "2026-11-21T09:00:00.250Z",
      test: false,
      note: "is nobody's business",
    };
    expect(readOrder(body, "order", null, RECEIVED_AT)).toEqual({
      order: {
        externalId: "1001",
        updatedAt: Date.UTC(2026, 10, 21, 9, 0, 0, 250),
        click: "a-token",
        data: {
          currency: "EUR",
          totalMinor: 1250,
          subtotalMinor: 1400,
          discountMinor: 150,
          shippingMinor: 0,
          taxMinor: 200,
          codes: ["LEA10"],
          items: [
            { sku: "A1", name: "Mug", quantity: 2, priceMinor: 525, category: "Home" },
            { sku: "7", quantity: 0.5, priceMinor: 400 },
          ],
          status: "paid",
          placedAt: Date.UTC(2026, 10, 21, 8),
          test: false,
        },
      },
    });
  });

  it.each([
    ["12.50", "EUR", 1250],
    [12.5, "eur", 1250],
    [0.1, "EUR", 10],
    ["1250", "JPY", 1250],
    ["1.234", "KWD", 1234],
    [0, "EUR", 0],
    ["10000000.00", "EUR", 10 ** 9],
    [1_000_000_000, "JPY", 10 ** 9],
    ["1000000000000", "IRR", 10 ** 14],
  ])("of %j %s is %i minor units", (amount, currency, minor) => {
    expect(dataOf({ amount, currency }).totalMinor).toBe(minor);
  });

  it.each([
    ["12,50", "EUR"],
    ["12.505", "EUR"],
    ["12.5", "JPY"],
    ["1.2345", "KWD"],
    ["NaN", "EUR"],
    [Number.NaN, "EUR"],
    ["-1", "EUR"],
    [-1, "EUR"],
    ["1e3", "EUR"],
    [JSON.parse("1e309"), "EUR"],
    ["1e21", "EUR"],
    ["", "EUR"],
    [" 12.50", "EUR"],
    ["12.50\r\n", "EUR"],
    ["０.５", "EUR"],
    [true, "EUR"],
    [["12.50"], "EUR"],
    [{}, "EUR"],
    [{ toString: 1, valueOf: 1 }, "EUR"],
    [null, "EUR"],
  ])("of %j %s is refused", (amount, currency) => {
    expect(refusal({ amount, currency })).toEqual(["bad_amount", "amount"]);
  });

  it.each([
    [{ amount: "10000000.01" }, "amount"],
    [{ amount: 10_000_000.01 }, "amount"],
    [{ amount: "90071992547409.91" }, "amount"],
    [{ amount: "90071992547409.92" }, "amount"],
    [{ amount: 1e21 }, "amount"],
    [{ amount: "1000000001", currency: "JPY" }, "amount"],
    [{ amount: "10000000000.01", currency: "INR" }, "amount"],
    ...["subtotal", "discount", "shipping", "tax", "refunded"].map((name) => [{ [name]: "10000000.01" }, name]),
    [{ items: [{ sku: "A", quantity: 1, price: "10000000.01" }] }, "items.0.price"],
    [{ items: [{ sku: "A", quantity: "1000.001", price: "10000" }] }, "items.0"],
    [{ items: [{ sku: "A", quantity: 9_007_199_254_740, price: "0.01" }] }, "items.0"],
    [{ items: [1, 2, 3].map(() => ({ sku: "A", quantity: 1, price: "4000000" })) }, "items"],
  ] as [Record<string, unknown>, string][])("G2-1: with %j is more than any order comes to", (change, path) => {
    const reading = read(change);
    expect(reading).toMatchObject({ refused: { code: "amount_too_large", path } });
    const currency = typeof change["currency"] === "string" ? change["currency"] : "EUR";
    const most = { EUR: "10000000.00", JPY: "1000000000", INR: "1000000000.00" }[currency];
    expect(reading).toMatchObject({
      refused: {
        detail: `must be ${most} ${currency} at most, which no order comes to: is it in minor units, or in another currency?`,
      },
    });
  });

  it("G2-1: may come to the bound in all of its parts", () => {
    const most = "10000000.00";
    const amounts = { amount: most, subtotal: most, discount: most, shipping: most, tax: most, refunded: most };
    const items = [
      { sku: "A", quantity: 1000, price: 9_000 },
      { sku: "B", quantity: "0.5", price: 2_000_000 },
    ];
    expect(dataOf({ ...amounts, items })).toMatchObject({ totalMinor: 10 ** 9, refundedMinor: 10 ** 9 });
  });

  it.each(["order", "postback", "pixel", "snippet"] as const)("G2-8: of %s keeps its id to the letter", (source) => {
    for (const orderId of [" 77 ", "77", " 77", "77\u00a0", "7  7", "x".repeat(199) + " "]) {
      expect(read({ orderId }, source)).toMatchObject({ order: { externalId: orderId } });
    }
    for (const orderId of [" ", "\u00a0\u2003", " 77\n", "\t77", " 77\u0000", " ".repeat(200) + "7"]) {
      expect(read({ orderId }, source), orderId).toMatchObject({ refused: { code: "bad_order_id" } });
    }
  });

  it.each([
    [{ orderId: undefined }, ["missing_order_id", "orderId"]],
    [{ orderId: "" }, ["missing_order_id", "orderId"]],
    [{ orderId: "  " }, ["bad_order_id", "orderId"]],
    [{ orderId: "1\r\nSet-Cookie: a=b" }, ["bad_order_id", "orderId"]],
    [{ orderId: "1\u0000" }, ["bad_order_id", "orderId"]],
    [{ orderId: "\ud800" }, ["bad_order_id", "orderId"]],
    [{ orderId: "x".repeat(201) }, ["bad_order_id", "orderId"]],
    [{ orderId: 1.5 }, ["bad_order_id", "orderId"]],
    [{ orderId: 2 ** 53 }, ["bad_order_id", "orderId"]],
    [{ orderId: {} }, ["bad_order_id", "orderId"]],
    [{ currency: undefined }, ["bad_currency", "currency"]],
    [{ currency: "XXX" }, ["bad_currency", "currency"]],
    [{ currency: "constructor" }, ["bad_currency", "currency"]],
    [{ currency: 978 }, ["bad_currency", "currency"]],
    [{ tax: "-0.01" }, ["bad_amount", "tax"]],
    [{ refunded: "12,50" }, ["bad_amount", "refunded"]],
    [{ codes: 7 }, ["bad_codes", "codes"]],
    [{ codes: [7] }, ["bad_codes", "codes.0"]],
    [{ codes: ["A", "B\nC"] }, ["bad_codes", "codes.1"]],
    [{ codes: Array.from({ length: 101 }, String) }, ["bad_codes", "codes"]],
    [{ items: {} }, ["bad_items", "items"]],
    [{ items: [1] }, ["bad_items", "items.0"]],
    [{ items: [{ sku: "A", quantity: 1, price: "1.005" }] }, ["bad_amount", "items.0.price"]],
    [{ items: [{ sku: "A", quantity: -1, price: 1 }] }, ["bad_items", "items.0.quantity"]],
    [{ items: [{ sku: "A", quantity: "1e9", price: 1 }] }, ["bad_items", "items.0.quantity"]],
    [{ items: [{ quantity: 1, price: 1 }] }, ["bad_items", "items.0.sku"]],
    [{ items: Array.from({ length: 501 }, () => ({ sku: "A", quantity: 1, price: 1 })) }, ["bad_items", "items"]],
    [{ status: "shipped" }, ["bad_status", "status"]],
    [{ placedAt: "yesterday" }, ["bad_time", "placedAt"]],
    [{ placedAt: "2026-02-30" }, ["bad_time", "placedAt"]],
    [{ placedAt: "2026-13-21T09:00:00Z" }, ["bad_time", "placedAt"]],
    [{ updatedAt: 1_700_000_000 }, ["bad_time", "updatedAt"]],
    [{ test: "yes" }, ["bad_test", "test"]],
  ])("with %j is refused, and is told what is at fault", (change, expected) => {
    expect(refusal(change)).toEqual(expected);
  });

  it.each([null, 1, "text", [], true])("is no %j", (body) => {
    expect(readOrder(body, "order", "EUR", RECEIVED_AT)).toMatchObject({ refused: { code: "malformed" } });
  });

  it("takes its number for its id, and any click for a token that may be false", () => {
    expect(read({ orderId: 1001, clickId: { toString: 1 } })).toMatchObject({
      order: { externalId: "1001", click: "?" },
    });
  });

  it("takes the store's currency where it may", () => {
    expect(dataOf({ currency: undefined, amount: "500" }, "pixel", "JPY")).toMatchObject({
      currency: "JPY",
      totalMinor: 500,
    });
  });

  it.each(["snippet", "pixel"] as const)(
    "of a %s has no clock, no status and no refund, and needs no amount",
    (source) => {
      const said = {
        status: "paid",
        refunded: "nonsense",
        placedAt: "2020-01-01T00:00:00Z",
        updatedAt: "x",
        test: true,
      };
      expect(read({ ...said, amount: undefined }, source)).toEqual({
        order: { externalId: "1001", updatedAt: null, click: null, data: { currency: "EUR", test: true } },
      });
    },
  );
});

describe("an event", () => {
  it.each([
    [1, "malformed"],
    [null, "malformed"],
    [[], "malformed"],
    [{}, "unknown_type"],
    [{ type: "constructor" }, "unknown_type"],
    [{ type: "order", v: 2 }, "unknown_version"],
    [{ type: "order", data: [] }, "malformed"],
  ])("%j is refused as %s", (event, code) => {
    expect(readEvent(event)).toMatchObject({ refused: { code } });
  });

  it.each([
    ["granted", "granted"],
    ["denied", "denied"],
    ["yes", "unknown"],
    [true, "unknown"],
    [undefined, "unstated"],
  ])("that says %j of consent has it %s", (consent, expected) => {
    expect(readEvent({ type: "track", consent })).toMatchObject({ event: { consent: expected } });
  });
});

describe("a query", () => {
  it("gives the first of two, and nothing for what is empty", () => {
    expect(readQuery("?order=1&order=2&amount=&codes=A,B&%ZZ=%ff")).toEqual({
      order: "1",
      codes: "A,B",
      "%ZZ": "\uFFFD",
    });
  });

  it("says no more than it may", () => {
    const fields = readQuery("?order=1&orderId=2&tax=5&click=t&customer=c&__proto__=x&placedAt=2020");
    expect(orderOfQuery(fields)).toEqual({ orderId: "1", clickId: "t" });
  });

  it("has an end", () => {
    const many = Array.from({ length: 5000 }, (_none, index) => `a${index}=1`).join("&");
    expect(Object.keys(readQuery(many))).toHaveLength(100);
  });
});

describe("a body", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

  it("may be as deep as the limit, and no deeper", () => {
    const nested = (levels: number): Uint8Array => bytes("[".repeat(levels) + "]".repeat(levels));
    expect(parseBody(nested(MAX_DEPTH))).toHaveProperty("value");
    expect(parseBody(nested(MAX_DEPTH + 1))).toMatchObject({ refused: { code: "too_deep" } });
    expect(parseBody(bytes("[".repeat(65_536)))).toMatchObject({ refused: { code: "too_deep" } });
  });

  it("is not deep for brackets in its texts", () => {
    expect(parseBody(bytes(JSON.stringify({ a: '"[{'.repeat(100) })))).toHaveProperty("value");
  });

  it.each([bytes("{"), bytes(""), bytes("NaN"), new Uint8Array([0x22, 0xff, 0x22])])("%j is malformed", (body) => {
    expect(parseBody(body)).toMatchObject({ refused: { code: "malformed" } });
  });
});
