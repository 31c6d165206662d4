import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hinted, ignoredFields, ignoredOfEvent, MAX_IGNORED } from "../../../src/sales/capture/ignored.ts";
import { readOrder } from "../../../src/sales/capture/read-order.ts";
import { isUnexpanded } from "../../../src/sales/capture/unexpanded.ts";
import { nearestName } from "../../../src/ground/http/nearest.ts";

const nearest = (name: string, way: "order" | "pixel" | "postback" | "snippet" = "order") =>
  ignoredFields({ [name]: "x" }, way).ignored[0]?.nearest;

describe("G-24: a field that nobody reads", () => {
  it.each([
    ["click_id", "clickId"],
    ["clickid", "clickId"],
    ["coupon", "codes"],
    ["discount_codes", "codes"],
    ["total", "amount"],
    ["grand_total", "amount"],
    ["email", "customerId"],
    ["user_id", "customerId"],
    ["order_id", "orderId"],
    ["OrderID", "orderId"],
    ["curency", "currency"],
    ["amuont", "amount"],
    ["shippng", "shipping"],
    ["created_at", "placedAt"],
    ["line_items", "items"],
    ["vat", "tax"],
    ["country_code", "country"],
    ["source_name", undefined],
    ["note", undefined],
  ])("%s is told with %s", (given, meant) => {
    expect(nearest(given)).toBe(meant);
  });

  it("is told by the names of its way", () => {
    expect(nearest("orderId", "pixel")).toBe("order");
    expect(nearest("order_id", "postback")).toBe("order");
    expect(nearest("click_id", "pixel")).toBe("click");
    // The pixel has no such field at all.
    expect(nearest("vat", "pixel")).toBeUndefined();
    expect(ignoredFields({ s: "x", order: "1", _: "123", cb: "9", consent: "granted" }, "pixel").ignored).toEqual([]);
  });

  it("is told once in all lines", () => {
    const items = Array.from({ length: 500 }, () => ({ sku: "A", qty: 1, unit_price: "1.00", colour: "red" }));
    expect(ignoredFields({ items }, "order").ignored).toEqual([
      { field: "items[].qty", nearest: "items[].quantity", reason: "unknown" },
      { field: "items[].unit_price", nearest: "items[].price", reason: "unknown" },
      { field: "items[].colour", reason: "unknown" },
    ]);
  });

  it("of a browser includes what is read of servers alone", () => {
    const said = { orderId: "1", status: "paid", refunded: 5, placedAt: "2026-11-21", updatedAt: "x", country: "FR" };
    expect(ignoredFields(said, "snippet").ignored).toEqual(
      ["status", "refunded", "placedAt", "updatedAt", "country"].map((field) => ({ field, reason: "server_only" })),
    );
    expect(ignoredFields(said, "order").ignored).toEqual([]);
  });

  it("is told around an event's data too", () => {
    const event = { v: 1, id: "e", type: "order", url: "https://x", at: 1, click_id: "t", data: { coupon: "A" } };
    expect(ignoredOfEvent(event).ignored).toEqual([
      { field: "coupon", nearest: "codes", reason: "unknown" },
      { field: "click_id", nearest: "click", reason: "unknown" },
    ]);
  });

  it("is the way out of what is missing", () => {
    const body = { order_id: "1", amount: 1, currency: "EUR" };
    const reading = readOrder(body, "order", null, 0);
    if (!("refused" in reading)) throw new Error("it was read");
    expect(hinted(reading.refused, ignoredFields(body, "order"))).toMatchObject({
      code: "missing_order_id",
      path: "orderId",
      detail: "is missing: order_id was sent, which is not read; call it orderId",
    });
  });

  it("is bounded in number and length, with the rest counted", () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_none, n) => [`field_${n}`, n]));
    const found = ignoredFields(many, "order");
    expect(found.ignored).toHaveLength(MAX_IGNORED);
    expect(found.ignoredMore).toBe(280);
    expect(ignoredFields({ ["x".repeat(5_000)]: 1 }, "order").ignored[0]?.field).toBe("[removed]");
  });

  it("never throws, and tells no more than names, for any body", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) => {
        const { ignored } = ignoredFields(body, "order");
        expect(ignored.length).toBeLessThanOrEqual(MAX_IGNORED);
        for (const { field } of ignored) expect(field.length).toBeLessThanOrEqual(80);
      }),
    );
  });

  it("has a nearest name that is known, whatever is given", () => {
    const known = ["orderId", "amount", "codes"];
    fc.assert(
      fc.property(fc.string(), (given) => {
        const found = nearestName(given, known, new Map([["total", "amount"]]));
        expect(found === undefined || known.includes(found)).toBe(true);
      }),
    );
  });
});

describe("G-24: a placeholder that was never filled in", () => {
  it.each([
    "{order_id}",
    "{{order.id}}",
    "{{ order.id | escape }}",
    "%ORDER%",
    "%%ORDER_ID%%",
    "[order_id]",
    "${order.id}",
    "#{order.id}",
    "<%= order.id %>",
    "{% if order %}",
    "*|ORDER_ID|*",
    "__ORDER_ID__",
    "@@ORDER@@",
    "$order_id",
    ":order_id",
    "<order_id>",
    "SHOP-{order_id}",
    "SHOP-[order_id]",
    "%7Border_id%7D",
    " {order_id} ",
  ])("is %s", (text) => {
    expect(isUnexpanded(text)).toBe(true);
    for (const field of ["orderId", "amount", "currency", "clickId", "customerId", "codes", "status", "placedAt"]) {
      const body = { orderId: "1", amount: "5", currency: "EUR", [field]: text };
      expect(readOrder(body, "order", null, 0), field).toMatchObject({ refused: { code: "unexpanded_macro" } });
    }
  });

  it.each([
    "1001",
    "#1001",
    "A-1001",
    "ord_1",
    "5 %",
    "100%",
    "SAVE10%",
    "a@b",
    "EUR",
    "12.50",
    "R[1]",
    "Ä-1",
    "2026/11/21",
    "",
  ])("is not %s", (text) => {
    expect(isUnexpanded(text)).toBe(false);
  });

  it("is not a word for nothing either", () => {
    for (const orderId of ["undefined", "null", "NaN", "[object Object]"]) {
      expect(readOrder({ orderId, amount: 1, currency: "EUR" }, "order", null, 0)).toMatchObject({
        refused: { path: "orderId" },
      });
    }
  });
});
