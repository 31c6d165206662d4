import { describe, expect, it } from "vitest";
import { readOrder } from "../../../src/shops/woocommerce/read-order.ts";
import { line, meta, orderOf, wooOrder } from "./order-fixtures.ts";

describe("an order of WooCommerce", () => {
  it("is read whole, its base without tax, shipping and discounts (SHP-11, SHP-12)", () => {
    expect(readOrder(wooOrder(), "wm_click")).toEqual({
      kind: "order",
      order: {
        orderId: "4711",
        number: null,
        updatedAt: "2026-03-02T09:16:00.000Z",
        placedAt: "2026-03-02T09:15:30.000Z",
        currency: "EUR",
        total: "74.85",
        goods: "58.00",
        giftCards: "0.00",
        discount: "2.00",
        shipping: "4.90",
        tax: "11.95",
        refunded: "0.00",
        status: "paid",
        state: "processing",
        codes: [],
        click: null,
        items: [
          { sku: "LIN-1", name: "Linen shirt", quantity: 2, price: "20.00" },
          { sku: "SOC-9", name: "Socks", quantity: 4, price: "4.50" },
        ],
        test: false,
        gateway: "stripe",
        channel: "checkout",
        renewalOf: null,
        country: "DE",
        warnings: [],
      },
      customer: { id: "88", email: "Jonas@example.org", phone: "+492331000" },
    });
  });

  it("has its number where that is another than its id", () => {
    expect(orderOf({ number: "R-2026-17" }).number).toBe("R-2026-17");
    expect(orderOf({ number: 4711 }).number).toBeNull();
  });

  it.each([
    ["2026-03-02T09:16:00", "2026-03-02T09:16:00.000Z"],
    ["2026-03-02 09:16:00", "2026-03-02T09:16:00.000Z"],
    ["2026-03-02T09:16:00Z", "2026-03-02T09:16:00.000Z"],
  ])("is of the time %j in UTC, though no zone is said (SHP-25)", (said, read) => {
    expect(orderOf({ date_modified_gmt: said }).updatedAt).toBe(read);
  });

  it.each([
    ["date_modified_gmt", null],
    ["date_modified_gmt", "2026-02-30T10:00:00"],
    ["date_created_gmt", "0000-00-00T00:00:00"],
    ["date_created_gmt", "2026-03-02T09:16:00+01:00"],
  ])("is unreadable with %s %j, and says where", (path, value) => {
    expect(readOrder(wooOrder({ [path]: value }), "c")).toMatchObject({ kind: "unreadable", orderId: "4711", path });
  });

  it("is a guest's where the customer's id is 0", () => {
    expect(readOrder(wooOrder({ customer_id: 0 }), "c")).toMatchObject({
      customer: { id: null, email: "Jonas@example.org" },
    });
  });

  it("is of the delivery's country where the bill has none", () => {
    expect(orderOf({ billing: { country: "" }, shipping: { country: "AT" } }).country).toBe("AT");
    expect(orderOf({ billing: null, shipping: "x" }).country).toBeNull();
  });
});

describe("amounts", () => {
  it.each([
    ["surplus zeros", "EUR", "74.8500", "74.85", []],
    ["a number", "EUR", 74.85, "74.85", []],
    ["no decimals", "EUR", "75", "75.00", []],
    ["yen, which have none", "JPY", "7485", "7485", []],
    ["yen with those of the shop's setting", "JPY", "7485.00", "7485", []],
    ["dinars, which have three", "KWD", "74.850", "74.850", []],
    ["half a cent, to even", "EUR", "74.845", "74.84", ["rounded"]],
    ["more than half a cent", "EUR", "74.8450001", "74.85", ["rounded"]],
  ])("are read with %s (SHP-13, SHP-14)", (_what, currency, said, total, warnings) => {
    const lines = [line({ total: "1" })];
    const plain = { currency, total_tax: "0", shipping_total: "0", discount_total: "0", line_items: lines };
    expect(orderOf({ ...plain, total: said })).toMatchObject({ currency, total, warnings });
  });

  it.each([
    ["total", { total: "74,85" }, "total"],
    ["total", { total: "" }, "total"],
    ["total", { total: null }, "total"],
    ["total", { total: "1.234,50" }, "total"],
    ["total", { total: "NaN" }, "total"],
    ["total", { total: "-1.00" }, "total"],
    ["tax", { total_tax: undefined }, "total_tax"],
    ["shipping", { shipping_total: "free" }, "shipping_total"],
    ["a line", { line_items: [line(), line({ total: "3,50" })] }, "line_items.1.total"],
    ["lines", { line_items: undefined }, "line_items"],
    ["a refund", { refunds: [{ id: 1, total: "all" }] }, "refunds.0.total"],
    ["a currency", { currency: "EURO" }, "currency"],
    ["a currency", { currency: null }, "currency"],
    ["a status", { status: "" }, "status"],
    ["an id", { id: 2 ** 53 + 2 }, "id"],
    ["an id", { id: "12a" }, "id"],
  ])("never come to 0 by a %s that can't be read: %j is at fault at %s (SHP-15)", (_what, changes, path) => {
    expect(readOrder(wooOrder(changes), "c")).toMatchObject({ kind: "unreadable", path });
  });

  it("of lines with more decimals than the currency are rounded in their sum", () => {
    const lines = [1, 2, 3].map((id) => line({ id, total: "3.3333" }));
    expect(orderOf({ line_items: lines, total: "12.00" })).toMatchObject({ goods: "10.00", warnings: ["rounded"] });
    expect(orderOf({ line_items: [line({ total: 0.1 }), line({ total: 0.2 })] })).toMatchObject({
      goods: "0.30",
      warnings: [],
    });
  });

  it("of fees are no goods, whichever sign they have (SHP-16)", () => {
    const fees = [{ total: "-10.00" }, { total: "2.00" }];
    expect(orderOf({ fee_lines: fees, total: "66.85" })).toMatchObject({ goods: "58.00", total: "66.85" });
  });

  it("of pieces add up to their line", () => {
    const items = orderOf({ line_items: [line({ quantity: 3, total: "10.00", price: 3.333_333_333_333 })] }).items;
    expect(items.map(({ quantity, price }) => [quantity, price])).toEqual([
      [1, "3.34"],
      [2, "3.33"],
    ]);
  });

  it("are of goods that are sold by weight, too", () => {
    const items = orderOf({ line_items: [line({ quantity: 0.75, total: "6.00" })] }).items;
    expect(items).toEqual([{ sku: "LIN-1", name: "Linen shirt", quantity: 0.75, price: "8.00" }]);
  });

  it("leave out lines of no pieces, and lower the goods by those below 0", () => {
    const lines = [
      line({ quantity: 0, total: "0.00" }),
      line({ total: "10.00" }),
      line({ sku: "OFF", total: "-3.00" }),
    ];
    expect(orderOf({ line_items: lines })).toMatchObject({
      goods: "7.00",
      items: [{ sku: "LIN-1", price: "10.00" }],
      warnings: ["negative_line"],
    });
  });

  it("name a line by its product's id where there is no SKU, on one line of 200 characters", () => {
    const lines = [
      line({ sku: "", variation_id: 62, name: `a\n\tb ${"x".repeat(300)}` }),
      line({ sku: null, variation_id: 0, name: " " }),
    ];
    const [first, second] = orderOf({ line_items: lines }).items;
    expect(first).toMatchObject({ sku: "62", name: `a b ${"x".repeat(196)}` });
    expect(second).toMatchObject({ sku: "61", name: null });
  });

  it("of more than 500 lines are without them, and say so", () => {
    const lines = Array.from({ length: 501 }, () => line());
    expect(orderOf({ line_items: lines })).toMatchObject({ goods: "5010.00", items: [], warnings: ["too_many_lines"] });
  });
});

describe("refunds", () => {
  const refunds = [
    { id: 1, reason: "", total: "-10.00" },
    { id: 2, reason: "size", total: "-4.90" },
  ];

  it("are texts below 0 in an order's own list, with tax and shipping (SHP-7)", () => {
    expect(orderOf({ refunds }).refunded).toBe("14.90");
  });

  it("of the order's own path are amounts, which shipping is in already (SHP-9, SHP-10)", () => {
    const fetched = [
      { id: 1, amount: "14.90", shipping_lines: [{ total: "-4.90" }], line_items: [{ total: "-10.00" }] },
    ];
    expect(orderOf({ refunds: [] }, fetched).refunded).toBe("14.90");
  });

  it("are the same to the letter, whichever way they came (SHP-1)", () => {
    const fetched = refunds.map(({ id, total }) => ({ id, amount: total.slice(1) }));
    expect(orderOf({ refunds: [] }, fetched)).toEqual(orderOf({ refunds }));
  });

  it("are all of it where the status alone was set", () => {
    expect(orderOf({ status: "refunded", refunds: [] })).toMatchObject({ status: "refunded", refunded: "74.85" });
  });
});

describe("gift cards", () => {
  it.each(["pw_gift_card_amount", "wc_gc_giftcard_amount", "wc_gc_giftcards", "_ywgc_amount", "ywgc_product_id"])(
    "that were bought are no goods: a line with %s (SHP-16)",
    (key) => {
      const lines = [line({ total: "20.00" }), line({ sku: "CARD", total: "50.00", meta_data: [meta(key, "50")] })];
      expect(orderOf({ line_items: lines })).toMatchObject({
        goods: "20.00",
        giftCards: "50.00",
        items: [{ sku: "LIN-1" }],
      });
    },
  );

  it.each([
    ["Gift Cards of WooCommerce.com", { gift_cards: [{ id: 1, code: "AB-CD", amount: 30 }] }],
    ["YITH", { meta_data: [meta("_ywgc_applied_gift_cards", { "AB-CD": 20, "EF-GH": "10.00" })] }],
    ["Smart Coupons", { coupon_lines: [{ code: "credit", discount: "30", discount_type: "smart_coupon" }] }],
  ])("that pay are money, which %s takes off the total (SHP-16)", (_plugin, changes) => {
    expect(orderOf({ ...changes, total: "44.85" }).total).toBe("74.85");
  });

  it("that pay add no more than the order's parts come to", () => {
    // A plugin that has lowered the lines instead.
    const gift_cards = [{ id: 1, code: "AB-CD", amount: "30.00" }];
    expect(orderOf({ gift_cards }).total).toBe("74.85");
  });
});

describe("codes and clicks", () => {
  it("are in lower case and each once", () => {
    const coupon_lines = [{ code: "ANNA10" }, { code: "anna10 " }, { code: "summer sale" }, { code: "" }, {}];
    expect(orderOf({ coupon_lines }).codes).toEqual(["anna10", "summer sale"]);
  });

  const entry = "https://shop.example/p/?utm_source=x&wm_click=from-entry#top";

  it.each([
    [
      "what a plugin wrote",
      [meta("_wm_click", "written"), meta("_wc_order_attribution_session_entry", entry)],
      "written",
    ],
    ["a field of the store's own name", [meta("wm_click", "written")], "written"],
    ["the page the visit began with", [meta("_wc_order_attribution_session_entry", entry)], "from-entry"],
    ["that page, kept as HTML", [meta("_wc_order_attribution_session_entry", "/p?a=1&#038;wm_click=t")], "t"],
    ["nothing", [meta("_wc_order_attribution_session_entry", "https://shop.example/")], null],
    ["a page that is none", [meta("_wc_order_attribution_session_entry", ["?wm_click=x"])], null],
    ["what is far too long", [meta("_wm_click", "x".repeat(513))], null],
  ])("come from %s (SHP-19)", (_what, meta_data, click) => {
    expect(orderOf({ meta_data }).click).toBe(click);
  });

  it("of another name are no click of this store", () => {
    const meta_data = [meta("_wc_order_attribution_session_entry", "https://shop.example/?gclid=x")];
    expect(orderOf({ meta_data }).click).toBeNull();
  });
});

describe("subscriptions", () => {
  it.each([
    [{ meta_data: [meta("_subscription_renewal", "77")] }, "subscription:77"],
    [{ meta_data: [meta("_subscription_renewal", 77)], created_via: "subscription" }, "subscription:77"],
    [{ created_via: "subscription", parent_id: 4600 }, "4600"],
    [{ created_via: "subscription" }, "order:4711"],
    [{ created_via: "checkout", parent_id: 4600 }, null],
  ])("name what an order renews: %j is of %j (SHP-21)", (changes, renewalOf) => {
    expect(orderOf(changes).renewalOf).toBe(renewalOf);
  });

  it("are no orders (SHP-21)", () => {
    expect(readOrder(wooOrder({ billing_period: "month", status: "active" }), "c")).toEqual({
      kind: "none",
      reason: "subscription",
    });
  });
});

describe("an order that can't be read", () => {
  it("leaves an outline without anything of a person", () => {
    expect(readOrder(wooOrder({ total: "1,50" }), "c")).toEqual({
      kind: "unreadable",
      orderId: "4711",
      path: "total",
      detail: "must be a decimal with a point, in EUR",
      outline: {
        id: 4711,
        status: "processing",
        currency: "EUR",
        total: "1,50",
        date_created_gmt: "2026-03-02T09:15:30",
        date_modified_gmt: "2026-03-02T09:16:00",
      },
    });
  });

  it("leaves out what is not of the form", () => {
    const said = { id: "x", status: "Jonas Beispiel", currency: "Jonas", total: "Jonas", date_created_gmt: "Jonas" };
    expect(readOrder(wooOrder({ ...said, date_modified_gmt: ["Jonas"] }), "c")).toEqual({
      kind: "unreadable",
      orderId: null,
      path: "id",
      detail: "must be a whole number",
      outline: {},
    });
  });
});
