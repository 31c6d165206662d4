import { describe, expect, test } from "vitest";
import { readOrder } from "../../../src/shops/magento/read-order.ts";
import { aMemo, anItem, anOrder } from "./order-fixtures.ts";
import { orderOf } from "./open-shop.ts";

const read = (more: Record<string, unknown> = {}, memos: Record<string, unknown>[] = []) =>
  orderOf(readOrder(anOrder(more), memos, "wm_click"));

describe("an order of Magento", () => {
  test("is read whole, in the currency that the shopper paid in, by the number that people and exports call it by", () => {
    expect(readOrder(anOrder(), [], "wm_click")).toEqual({
      kind: "order",
      order: {
        orderId: "000000041",
        number: null,
        updatedAt: "2026-11-02T08:05:09.000Z",
        placedAt: "2026-11-02T08:00:00.000Z",
        currency: "EUR",
        total: "48.79",
        goods: "36.00",
        giftCards: "0.00",
        discount: "4.00",
        shipping: "5.00",
        tax: "7.79",
        refunded: "0.00",
        status: "paid",
        state: "processing",
        codes: ["LEA10"],
        click: null,
        items: [{ sku: "TEE", name: "Tee", quantity: 2, price: "18.00" }],
        test: false,
        gateway: "checkmo",
        channel: null,
        renewalOf: null,
        country: "DE",
        warnings: [],
      },
      customer: { id: "7", email: "anna@shopper.example", phone: "+4920800000" },
    });
  });

  test("SHP-13: counts in the order's currency throughout, never in the base currency beside it", () => {
    const base = {
      base_currency_code: "USD",
      base_grand_total: 54.21,
      base_discount_amount: -4.44,
      base_total_refunded: 10,
      items: [anItem({ base_row_total: 44.44, base_discount_amount: 4.44 })],
    };
    const order = read({ ...base, total_refunded: 9 });
    expect(order).toMatchObject({ currency: "EUR", total: "48.79", goods: "36.00", refunded: "9.00" });
    expect(readOrder(anOrder(base), [aMemo({ order_currency_code: "USD" })], "wm_click")).toMatchObject({
      kind: "unreadable",
      orderId: "000000041",
      path: "creditmemos.0.order_currency_code",
    });
  });

  test("SHP-14: has the decimals of its currency: none of yen, three of dinars", () => {
    const items = [anItem({ row_total: 4000, discount_amount: 400, qty_ordered: 2 })];
    expect(read({ order_currency_code: "JPY", grand_total: 4800, items })).toMatchObject({
      total: "4800",
      goods: "3600",
      items: [{ price: "1800" }],
    });
    expect(read({ order_currency_code: "KWD", grand_total: 12.345, items: [] })).toMatchObject({ total: "12.345" });
  });

  test("takes what floats make of amounts for what they are, and more decimals than there are with a warning", () => {
    // 66.99 less 6.7, and three times 0.1.
    const artefacts = [anItem({ row_total: 66.99, discount_amount: 6.700000000000003 })];
    expect(66.99 - 6.7).not.toBe(60.29);
    expect(read({ items: artefacts, grand_total: 66.99 - 6.7, shipping_amount: 0.1 + 0.2 })).toMatchObject({
      total: "60.29",
      goods: "60.29",
      shipping: "0.30",
      warnings: [],
    });
    const third = anItem({ row_total: 3.3333, discount_amount: 0, qty_ordered: 1 });
    expect(read({ items: [third, third, third] })).toMatchObject({ goods: "10.00", warnings: ["rounded"] });
    expect(read({ grand_total: "69.8400" })).toMatchObject({ total: "69.84", warnings: [] });
  });

  test("SHP-12: takes a discount off once: it is below 0 on the order, above on the lines, and has tax in it where prices have", () => {
    expect(read()).toMatchObject({ discount: "4.00", goods: "36.00" });
    expect(read({ discount_amount: 4 })).toMatchObject({ discount: "4.00" });
    // 119 with 19 % of tax in it, less 11.90: 90.00 is left without tax.
    const gross = anItem({ row_total: 100, discount_amount: 11.9, discount_tax_compensation_amount: 1.9 });
    expect(read({ items: [gross] })).toMatchObject({ goods: "90.00" });
    expect(read({ shipping_amount: 5, shipping_discount_amount: 5 })).toMatchObject({ shipping: "0.00" });
  });

  test("counts a configurable product and a bundle once, by the line that has the money", () => {
    const parent = anItem({ item_id: 60, product_type: "configurable", sku: "TEE-M" });
    const child = anItem({ item_id: 61, parent_item_id: 60, sku: "TEE-M", row_total: 0, discount_amount: 0 });
    expect(read({ items: [parent, { ...child, row_total: undefined }] })).toMatchObject({
      goods: "36.00",
      items: [{ sku: "TEE-M", quantity: 2, price: "18.00" }],
    });
    const part = { parent_item_id: 70, qty_ordered: 1, row_total: 9.995, discount_amount: 0 };
    const bundle = [
      anItem({ item_id: 70, product_type: "bundle", sku: "SET", qty_ordered: 1, row_total: 19.99, discount_amount: 0 }),
      anItem({ item_id: 71, sku: "SET-A", ...part }),
      anItem({ item_id: 72, sku: "SET-B", ...part }),
    ];
    expect(read({ items: bundle })).toMatchObject({ goods: "19.99", items: [{ sku: "SET-A" }, { sku: "SET-B" }] });
    const fixed = bundle.map((line) => (line["sku"] === "SET" ? line : { ...line, row_total: 0 }));
    expect(read({ items: fixed })).toMatchObject({ goods: "19.99", items: [{ sku: "SET", price: "19.99" }] });
  });

  test("SHP-16: a gift card is a way to pay, and one that is bought is no goods", () => {
    const paid = { grand_total: 18.79, extension_attributes: { gift_cards_amount: 30, base_gift_cards_amount: 33 } };
    expect(read(paid)).toMatchObject({ total: "48.79", goods: "36.00" });
    // More than the order's parts come to is somebody's mistake.
    expect(read({ ...paid, extension_attributes: { gift_cards_amount: 300 } })).toMatchObject({ total: "48.79" });
    const tenders = { customer_balance_amount: -10, reward_currency_amount: 5 };
    expect(read({ grand_total: 33.79, extension_attributes: tenders })).toMatchObject({ total: "48.79" });
    const card = anItem({ product_type: "giftcard", sku: "CARD", row_total: 25, discount_amount: 0, qty_ordered: 1 });
    expect(read({ items: [anItem(), card] })).toMatchObject({
      goods: "36.00",
      giftCards: "25.00",
      items: [{ sku: "TEE" }],
    });
  });

  test("has all of its codes, each once: those of Adobe Commerce's list beside the one field", () => {
    expect(read({ coupon_code: undefined }).codes).toEqual([]);
    expect(read({ coupon_code: " LEA10 " }).codes).toEqual(["LEA10"]);
    const listed = { coupon_codes: ["LEA10", "ZOE10"] };
    expect(read({ coupon_code: "LEA10", extension_attributes: listed }).codes).toEqual(["LEA10", "ZOE10"]);
    expect(read({ coupon_code: "LEA10,ZOE10", extension_attributes: listed }).codes).toEqual(["LEA10", "ZOE10"]);
    expect(read({ coupon_code: "lea10,ZOE10" }).codes).toEqual(["lea10", "ZOE10"]);
    expect(read({ coupon_code: "OLD5", extension_attributes: listed }).codes).toEqual(["LEA10", "ZOE10", "OLD5"]);
    expect(read({ coupon_code: "lea10", extension_attributes: { coupon_codes: ["LEA10", "Lea10"] } }).codes).toEqual([
      "LEA10",
    ]);
  });

  test("has no more codes than anybody types, however many a shop lists", () => {
    const many = Array.from({ length: 200_000 }, (_none, at) => `CODE${at}`);
    expect(read({ extension_attributes: { coupon_codes: many } }).codes).toHaveLength(101);
  });

  test("has the click that a module of the shop wrote", () => {
    const click = "1.AAAA.bbbb";
    expect(read({ extension_attributes: { wm_click: click } }).click).toBe(click);
    expect(read({ wm_click: click }).click).toBe(click);
    expect(orderOf(readOrder(anOrder({ extension_attributes: { wmc: click } }), [], "wmc")).click).toBe(click);
    expect(read({ extension_attributes: { wm_click: "x".repeat(513) } }).click).toBeNull();
    expect(read({ extension_attributes: { wm_click: { no: "text" } } }).click).toBeNull();
  });

  test("SHP-7, SHP-9: has given back what its credit memos say that are refunded, with what was given on top and kept", () => {
    // 36.00 less 3.60 less a fee of 2.25; and one with 1.00 on top.
    const fee = aMemo({ grand_total: 30.15, adjustment_negative: 2.25, adjustment: -2.25 });
    const more = aMemo({ grand_total: 6, adjustment_positive: 1, adjustment: 1 });
    expect(read({}, [fee]).refunded).toBe("30.15");
    expect(read({}, [fee, more]).refunded).toBe("36.15");
    // One that waits, and one that was cancelled, gave nothing back.
    expect(read({}, [fee, aMemo({ state: 1 }), aMemo({ state: 3 })]).refunded).toBe("30.15");
    // By the order's own sum, where its memos aren't there, and by the memos, where the order knows nothing of them.
    expect(read({ total_refunded: 40 }, [fee]).refunded).toBe("40.00");
    expect(read({ total_refunded: 10 }, [fee]).refunded).toBe("30.15");
    expect(read({ total_canceled: 8.79 }, [fee]).refunded).toBe("38.94");
  });

  test("SHP-16: has given back what went back to a card and a balance that paid, too", () => {
    const paid = { grand_total: 8.79, extension_attributes: { gift_cards_amount: 30, customer_balance_amount: 10 } };
    const all = aMemo({
      grand_total: 8.79,
      extension_attributes: { gift_cards_amount: 30, customer_balance_amount: 10, base_gift_cards_amount: 33 },
    });
    expect(read({ ...paid, state: "closed", total_refunded: 8.79 }, [all])).toMatchObject({
      total: "48.79",
      refunded: "48.79",
    });
    const none = aMemo({ grand_total: 0, extension_attributes: { gift_cards_amount: 12 } });
    expect(read(paid, [none])).toMatchObject({ total: "48.79", refunded: "12.00" });
  });

  test("that is closed has given back what its memos say, and all where there are none", () => {
    expect(read({ state: "closed" }, [aMemo({ grand_total: 46.54 })])).toMatchObject({
      status: "refunded",
      refunded: "46.54",
    });
    expect(read({ state: "closed" })).toMatchObject({ status: "refunded", refunded: "48.79" });
    expect(read({ state: "canceled", total_canceled: 48.79 })).toMatchObject({ status: "cancelled", refunded: "0.00" });
  });

  test("of a guest has the address alone", () => {
    const guest = anOrder({ customer_id: undefined, customer_is_guest: 1 });
    expect(readOrder(guest, [], "wm_click")).toMatchObject({ customer: { id: null, email: "anna@shopper.example" } });
  });

  test.each([
    ["increment_id", undefined, "increment_id"],
    ["state", null, "state"],
    ["order_currency_code", "EURO", "order_currency_code"],
    ["grand_total", "48,79", "grand_total"],
    ["grand_total", undefined, "grand_total"],
    ["grand_total", -1, "grand_total"],
    ["grand_total", Number.NaN, "grand_total"],
    ["items", null, "items"],
    ["updated_at", "2026-02-30 10:00:00", "updated_at"],
    ["created_at", "2026-11-02T08:00:00+02:00", "created_at"],
    ["tax_amount", "7.79 EUR", "tax_amount"],
  ])("SHP-15: whose %s is %s can't be read, is named by it, and nothing of a person is kept", (field, value, path) => {
    const reading = readOrder(anOrder({ [field]: value }), [], "wm_click");
    expect(reading).toMatchObject({ kind: "unreadable", path });
    expect(JSON.stringify(reading)).not.toContain("anna");
  });

  test("whose line has no amount can't be read, while a part of a product needs none", () => {
    expect(readOrder(anOrder({ items: [anItem({ row_total: null })] }), [], "wm_click")).toMatchObject({
      kind: "unreadable",
      path: "items.0.row_total",
    });
    expect(readOrder([], [], "wm_click")).toMatchObject({ kind: "unreadable", orderId: null });
  });
});
