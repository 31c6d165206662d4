import { describe, expect, it } from "vitest";
import { readOrder } from "../../../src/shops/bigcommerce/read-order.ts";
import { bigOrder, consignments, line, orderOf, refund } from "./order-fixtures.ts";

const COUPON = { id: 3, coupon_id: 9, order_id: 1203, code: "ANNA10", amount: 10, type: 5, discount: 4 };

describe("an order of BigCommerce", () => {
  it("is read with its lines, coupons and refunds", () => {
    expect(readOrder(bigOrder(), { coupons: [COUPON], refunds: [] })).toEqual({
      kind: "order",
      // It doesn't say its country.
      customer: { id: "88", email: "ada@shopper.example", phone: null },
      order: {
        orderId: "1203",
        number: null,
        updatedAt: "2026-03-02T09:16:20.000Z",
        placedAt: "2026-03-02T09:15:58.000Z",
        currency: "EUR",
        total: "48.79",
        goods: "36.00",
        giftCards: "0.00",
        discount: "4.00",
        shipping: "5.00",
        tax: "7.79",
        refunded: "0.00",
        status: "paid",
        state: "awaiting_fulfillment",
        codes: ["ANNA10"],
        click: null,
        items: [{ sku: "APRON-S", name: "Linen apron", quantity: 2, price: "18.00" }],
        test: false,
        gateway: "Credit Card",
        channel: "www",
        renewalOf: null,
        country: "DE",
        warnings: [],
      },
    });
  });

  it("is of the currency that is charged, not of the one that was shown, nor of the store's own (SHP-13)", () => {
    const currencies = { currency_code: "USD", default_currency_code: "EUR", store_default_currency_code: "GBP" };
    expect(orderOf(currencies)).toMatchObject({ currency: "EUR", total: "48.79" });
  });

  it("has decimals with four places brought to the currency's own (SHP-14)", () => {
    const yen = {
      default_currency_code: "JPY",
      total_inc_tax: "4879.0000",
      total_tax: "779.0000",
      shipping_cost_ex_tax: "500.0000",
      coupon_discount: "400.0000",
      consignments: consignments([line({ discounted_total_inc_tax: "4284.0000", total_tax: "684.0000" })]),
    };
    expect(orderOf(yen)).toMatchObject({ currency: "JPY", total: "4879", goods: "3600", tax: "779", warnings: [] });
    const dinar = { default_currency_code: "KWD", total_inc_tax: "48.7905" };
    expect(orderOf(dinar)).toMatchObject({ total: "48.790", warnings: ["rounded"] });
  });

  it.each(["48,79", "", null, "1e400", {}])(
    "with the total %j is told of, and not taken for 0 (SHP-15)",
    (total_inc_tax) => {
      const reading = readOrder(bigOrder({ total_inc_tax }), { coupons: [], refunds: [] });
      expect(reading).toMatchObject({ kind: "unreadable", orderId: "1203", path: "total_inc_tax" });
    },
  );

  it("has goods after discounts and without tax, shipping, wrapping and fees, whether prices have the tax in them or not (SHP-11, SHP-12)", () => {
    const fees = [{ id: 1, type: "custom_fee", cost_ex_tax: "2.0000", cost_inc_tax: "2.3800" }];
    const inclusive = line({
      total_ex_tax: "40.0000",
      applied_discounts: [{ id: "coupon", amount: "4.7600", code: "A" }],
    });
    const said = {
      consignments: consignments([inclusive]),
      fees,
      handling_cost_ex_tax: "1.5000",
      wrapping_cost_ex_tax: "3.0000",
      is_tax_inclusive_pricing: true,
    };
    expect(orderOf(said)).toMatchObject({ goods: "36.00", shipping: "6.50" });
  });

  it("of before the discounted total was said has its discounts taken off the lines, once (SHP-12)", () => {
    const old = line({ discounted_total_inc_tax: undefined });
    expect(orderOf({ consignments: consignments([old]) })).toMatchObject({ goods: "36.00", discount: "4.00" });
  });

  it("has its lines wherever they go, and rounds their sum once", () => {
    const third = { discounted_total_inc_tax: "3.3333", total_tax: "0.0000", quantity: 1 };
    const said = { consignments: consignments([line(third), line(third)], [], [line({ ...third, type: "digital" })]) };
    expect(orderOf(said)).toMatchObject({ goods: "10.00", warnings: ["rounded"] });
    expect(orderOf(said).items).toHaveLength(3);
  });

  it("doesn't count gift certificates that were bought as goods (SHP-16)", () => {
    const bought = line({
      type: "giftcertificate",
      sku: "",
      discounted_total_inc_tax: "50.0000",
      total_tax: "0.0000",
      quantity: 1,
    });
    expect(orderOf({ consignments: consignments([line()], [bought]) })).toMatchObject({
      goods: "36.00",
      giftCards: "50.00",
      items: [{ sku: "APRON-S" }],
    });
    expect(orderOf({ consignments: consignments([], [bought]) })).toMatchObject({ goods: "0.00", items: [] });
  });

  it("is paid by gift certificates and store credit as by money (SHP-16)", () => {
    const paid = { gift_certificate_amount: "30.0000", store_credit_amount: "18.7900" };
    expect(orderOf(paid)).toMatchObject({ total: "48.79", goods: "36.00" });
  });

  it("whose lines are only linked is told of", () => {
    for (const said of [null, { resource: "/orders/1203/consignments" }, undefined]) {
      const linked = said === null ? { shipping: [{ line_items: { resource: "/x" } }] } : said;
      const reading = readOrder(bigOrder({ consignments: linked }), { coupons: [], refunds: [] });
      expect(reading).toMatchObject({ kind: "unreadable", path: expect.stringContaining("consignments") });
    }
  });

  it("that was brought along from another platform is none", () => {
    const reading = readOrder(bigOrder({ external_source: "M-MIG" }), { coupons: [], refunds: [] });
    expect(reading).toEqual({ kind: "none", reason: "migrated" });
    expect(orderOf({ external_source: "POS" }).orderId).toBe("1203");
  });

  it("of a guest has no customer's id, and of a bill without a country that of the address on the net", () => {
    const reading = readOrder(
      bigOrder({ customer_id: 0, billing_address: { email: " ada@x.example ", phone: "0049 208 00000" } }),
      {
        coupons: [],
        refunds: [],
      },
    );
    expect(reading).toMatchObject({
      customer: { id: null, email: "ada@x.example", phone: "+4920800000" },
      order: { country: "FR" },
    });
  });

  it("paid by BigCommerce's own gateway for tests is a test", () => {
    expect(orderOf({ payment_method: "Test Payment Gateway" })).toMatchObject({ test: true });
  });

  it("that never changed is as it was placed, and archived as its status says", () => {
    const said = { date_modified: "", is_deleted: true };
    expect(orderOf(said)).toMatchObject({ updatedAt: "2026-03-02T09:15:58.000Z", status: "paid" });
  });

  it.each([
    ["date_created", { date_created: "2026-03-02" }],
    ["date_modified", { date_modified: "yesterday" }],
    ["default_currency_code", { default_currency_code: "EURO" }],
    ["id", { id: "x" }],
  ])("without a good %s is told of, with nothing of a person", (path, changes) => {
    const reading = readOrder(bigOrder(changes), { coupons: [], refunds: [] });
    expect(reading).toMatchObject({ kind: "unreadable", path });
    expect(JSON.stringify(reading)).not.toMatch(/Ada|shopper/);
  });

  it("names each code once", () => {
    expect(orderOf({}, { coupons: [COUPON, COUPON, { ...COUPON, code: " B 2 " }, { code: null }] }).codes).toEqual([
      "ANNA10",
      "B 2",
    ]);
  });
});

describe("refunds of BigCommerce", () => {
  it.each(["PRODUCT", "SHIPPING", "HANDLING", "GIFT_WRAPPING", "ORDER", "FEE"])("of %s count", (item_type) => {
    const items = [{ item_type, item_id: 1, requested_amount: "5.00" }];
    expect(orderOf({ status_id: 14 }, { refunds: [refund(5, false, { items })] })).toMatchObject({ refunded: "5.00" });
  });

  it("whose payment was declined don't", () => {
    const refunds = [refund(5, true), refund("7.5000"), refund(2, false, { payments: [] })];
    expect(orderOf({ status_id: 14 }, { refunds }).refunded).toBe("9.50");
  });

  it("of an order whose status alone says so are all of it", () => {
    expect(orderOf({ status_id: 4 }).refunded).toBe("48.79");
    expect(orderOf({ status_id: 4 }, { refunds: [refund(48.79)] }).refunded).toBe("48.79");
    expect(orderOf({ status_id: 4 }, { refunds: [refund(5)] }).refunded).toBe("48.79");
  });

  it("are in JSON's numbers to the cent", () => {
    expect(orderOf({ status_id: 14 }, { refunds: [refund(0.1), refund(0.2)] }).refunded).toBe("0.30");
  });

  it("that can't be read are told of", () => {
    expect(readOrder(bigOrder(), { coupons: [], refunds: [refund("5,00")] })).toMatchObject({
      kind: "unreadable",
      path: "refunds.0.payments.0.amount",
    });
  });
});
