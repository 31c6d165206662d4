import { describe, expect, test } from "vitest";
import type { ShopOrder } from "../../../src/ground/model/shop-order.ts";
import { readMessage } from "../../../src/shops/shopify/message.ts";
import { FINANCIAL_STATUS } from "../../../src/shops/shopify/order.ts";
import { type OrderState, PAID, restOf } from "./order-fixtures.ts";

const [shirt, socks] = PAID.lines;

function message(body: unknown, topic = "orders/updated") {
  return readMessage(new Headers({ "X-Shopify-Topic": topic }), new TextEncoder().encode(JSON.stringify(body)), "ref");
}

/** The order that a webhook's body is read as. */
function read(state: Partial<OrderState>, over: Record<string, unknown> = {}): ShopOrder {
  const read = message({ ...restOf({ ...PAID, ...state }), ...over });
  if (read.kind !== "order" || read.reading.kind !== "order") throw new Error(JSON.stringify(read));
  return read.reading.order;
}

test("an order that was paid", () => {
  const read = message(restOf(PAID), "orders/create");
  expect(read).toEqual({
    kind: "order",
    topic: "orders/create",
    reading: {
      kind: "order",
      customer: { id: "7001", email: "grete@example.org", phone: "+4915550199" },
      order: {
        orderId: "5123456789012",
        number: "#1042",
        updatedAt: "2026-11-20T09:00:09.000Z",
        placedAt: "2026-11-20T09:00:04.000Z",
        currency: "EUR",
        total: "60.69",
        goods: "46.00",
        giftCards: "0.00",
        discount: "4.00",
        shipping: "5.00",
        tax: "9.69",
        refunded: "0.00",
        status: "paid",
        state: "paid",
        codes: ["ANNA10"],
        click: null,
        items: [
          { sku: "LINEN-S", name: "Linen shirt", quantity: 2, price: "18.00" },
          { sku: "SOCKS", name: "Socks", quantity: 1, price: "10.00" },
        ],
        test: false,
        gateway: "shopify_payments",
        channel: "web",
        renewalOf: null,
        country: "DE",
        warnings: [],
      },
    },
  });
});

describe("ids", () => {
  test("one past 2^53 is taken from the text beside it", () => {
    expect(read({ id: "820982911946154508" }).orderId).toBe("820982911946154508");
  });

  test("without that text the digits themselves are read, not JavaScript's number", () => {
    const body = JSON.stringify({ ...restOf(PAID), admin_graphql_api_id: undefined, id: "ID" });
    const raw = new TextEncoder().encode(body.replace('"ID"', "820982911946154508"));
    const read = readMessage(new Headers({ "shopify-topic": "orders/paid" }), raw, "ref");
    expect(read).toMatchObject({ kind: "order", reading: { order: { orderId: "820982911946154508" } } });
  });
});

describe("amounts", () => {
  test("SHP-11: goods are without tax and shipping, where prices include tax as well", () => {
    const order = read({
      taxesIncluded: true,
      lines: [{ ...shirt!, quantity: 1, price: 11_900, discounts: [1_190], taxes: [1_710] }],
      shipping: [{ price: 595, discounts: [], taxes: [95] }],
      total: 11_305,
      currentTotal: 11_305,
      tax: 1_805,
    });
    expect(order).toMatchObject({ goods: "90.00", shipping: "5.00", tax: "18.05", total: "113.05" });
    expect(order.items).toEqual([{ sku: "LINEN-S", name: "Linen shirt", quantity: 1, price: "90.00" }]);
  });

  test("SHP-12: a discount is taken off once, whatever the subtotal says", () => {
    const order = read({}, { subtotal_price: "50.00", subtotal_price_set: null });
    expect(order).toMatchObject({ goods: "46.00", discount: "4.00" });
  });

  test("a discount on shipping lowers shipping", () => {
    expect(read({ shipping: [{ price: 500, discounts: [500], taxes: [] }] }).shipping).toBe("0.00");
  });

  test("SHP-13: amounts are the shop's, not the shopper's", () => {
    const order = read({ presentment: "CZK" });
    expect(order).toMatchObject({ currency: "EUR", total: "60.69", goods: "46.00" });
  });

  test("SHP-13: a refund in the shopper's currency says nothing in the shop's: the order is fetched", () => {
    const refunds = [{ amount: 1_000, kind: "refund", status: "success" }];
    expect(message(restOf({ ...PAID, presentment: "CZK", refunds }))).toEqual({
      kind: "fetch",
      topic: "orders/updated",
      orderId: "5123456789012",
    });
  });

  test("SHP-13: an amount of another currency is refused, never added", () => {
    const body = restOf(PAID);
    body["total_price_set"] = { shop_money: { amount: "60.69", currency_code: "USD" } };
    expect(message(body)).toMatchObject({ kind: "order", reading: { kind: "unreadable", path: "total_price" } });
  });

  test("SHP-14: a currency without decimals has none added", () => {
    const state = { currency: "JPY", presentment: "JPY", total: 4_600, currentTotal: 4_600, tax: 0, discounts: 0 };
    const order = read({ ...state, lines: [{ ...socks!, price: 4_600, taxes: [] }], shipping: [] });
    expect(order).toMatchObject({ total: "4600", goods: "4600", refunded: "0" });
  });

  test("SHP-15: a comma is no point: the order is kept as unreadable, with the field's name", () => {
    const read = message({ ...restOf(PAID), total_price: "60,69", total_price_set: null });
    expect(read).toEqual({
      kind: "order",
      topic: "orders/updated",
      reading: {
        kind: "unreadable",
        orderId: "5123456789012",
        path: "total_price",
        detail: "must be a decimal with a point, in EUR",
        outline: {
          id: "5123456789012",
          updatedAt: "2026-11-20T09:00:09.000Z",
          createdAt: "2026-11-20T09:00:05.000Z",
          financialStatus: "paid",
        },
      },
    });
  });

  test("surplus digits are rounded, half to even, and told of", () => {
    const order = read({}, { total_price: "60.695", total_price_set: null });
    expect(order).toMatchObject({ total: "60.70", warnings: ["rounded"] });
  });

  test("without sets the plain amounts are the shop's", () => {
    const plain = JSON.parse(JSON.stringify(restOf(PAID)), (name, value: unknown) =>
      name.endsWith("_set") ? undefined : value,
    ) as unknown;
    expect(message(plain)).toEqual(message(restOf(PAID)));
  });

  test("SHP-16: a gift card that was bought is no goods", () => {
    const card = { ...socks!, sku: null, title: "Gift card", price: 5_000, taxes: [], giftCard: true, ships: false };
    const order = read({ lines: [...PAID.lines, card], total: 11_069, currentTotal: 11_069 });
    expect(order).toMatchObject({ goods: "46.00", giftCards: "50.00" });
    expect(order.items.map(({ sku }) => sku)).toEqual(["LINEN-S", "SOCKS"]);
  });

  test("SHP-16: a gift card that pays lowers nothing, and the other way to pay names the order's", () => {
    expect(read({ gateways: ["gift_card", "shopify_payments"] })).toMatchObject({
      total: "60.69",
      goods: "46.00",
      gateway: "shopify_payments",
    });
    expect(read({ gateways: ["gift_card"] }).gateway).toBe("gift_card");
  });

  test("a tip is no goods", () => {
    const tip = { ...socks!, sku: null, title: "Tip", price: 300, taxes: [], ships: false };
    expect(read({ tips: 300, total: 6_369, currentTotal: 6_369, lines: [...PAID.lines, tip] })).toMatchObject({
      goods: "46.00",
      total: "63.69",
    });
    // Something of the same price that has an article number isn't one.
    const badge = { ...tip, sku: "BADGE", title: "Badge" };
    expect(read({ tips: 300, lines: [...PAID.lines, badge] }).goods).toBe("49.00");
  });

  test("a line that doesn't divide is two, so that the items come to the goods", () => {
    const order = read({ lines: [{ ...socks!, quantity: 3, price: 334, discounts: [2], taxes: [] }] });
    expect(order.goods).toBe("10.00");
    expect(order.items.map(({ quantity, price }) => [quantity, price])).toEqual([
      [1, "3.34"],
      [2, "3.33"],
    ]);
  });

  test("without an article number the line's name stands for it; texts are cut to what an order takes", () => {
    const order = read({ lines: [{ ...socks!, sku: "", title: `Long\t${"x".repeat(300)}` }] });
    expect(order.items[0]?.sku).toBe(`Long ${"x".repeat(195)}`);
  });

  test("more lines than an order takes are left out and told of; the goods are whole", () => {
    const order = read({ lines: Array.from({ length: 501 }, () => ({ ...socks!, price: 100, taxes: [] })) });
    expect(order).toMatchObject({ goods: "501.00", items: [], warnings: ["too_many_lines"] });
  });
});

describe("what was given back", () => {
  const refund = (amount: number, over: Partial<OrderState["refunds"][number]> = {}) => ({
    amount,
    kind: "refund",
    status: "success",
    ...over,
  });

  test("money that went back", () => {
    const order = read({ financialStatus: "partially_refunded", refunds: [refund(1_000), refund(234)] });
    expect(order).toMatchObject({ refunded: "12.34", total: "60.69", status: "paid", state: "partially_refunded" });
  });

  test("a refund that failed or waits is none", () => {
    const refunds = [
      refund(1_000, { status: "failure" }),
      refund(500, { status: "pending" }),
      refund(6_069, { kind: "void" }),
    ];
    expect(read({ refunds }).refunded).toBe("0.00");
  });

  test("SHP-6: what an edit takes out counts, though no money went", () => {
    expect(read({ currentTotal: 4_879 })).toMatchObject({ total: "60.69", refunded: "11.90" });
  });

  test("SHP-6: what an edit adds is in the total and in the goods", () => {
    const lines = [...PAID.lines, { ...socks!, sku: "HAT", price: 3_000, taxes: [570] }];
    expect(read({ lines, total: 9_639, currentTotal: 9_639 })).toMatchObject({ total: "96.39", goods: "76.00" });
    expect(read({ lines, total: 6_069, currentTotal: 9_639 })).toMatchObject({ total: "96.39", refunded: "0.00" });
  });

  test("SHP-10: shipping given back stands in two places, and counts once", () => {
    const body = restOf({ ...PAID, currentTotal: 5_569, refunds: [refund(500)] });
    body["refunds"] = (body["refunds"] as object[]).map((one) => ({
      ...one,
      order_adjustments: [{ kind: "shipping_refund", amount: "-5.00", tax_amount: "0.00" }],
      refund_shipping_lines: [{ subtotal_amount_set: { shop_money: { amount: "5.00", currency_code: "EUR" } } }],
    }));
    expect(message(body)).toMatchObject({ reading: { order: { refunded: "5.00" } } });
  });

  test("SHP-10: of an exchange no money may go back: what the order comes to now decides", () => {
    const exchanged = (currentTotal: number): ShopOrder => read({ currentTotal, refunds: [refund(0)] });
    expect(exchanged(4_069)).toMatchObject({ total: "60.69", refunded: "20.00" });
    expect(exchanged(7_069)).toMatchObject({ total: "70.69", goods: "46.00", refunded: "0.00" });
  });

  test("more than was paid can't go back", () => {
    expect(read({ refunds: [refund(7_000)] })).toMatchObject({ refunded: "60.69", warnings: ["refund_past_total"] });
  });
});

describe("status", () => {
  test("SHP-4: each financial status has its place", () => {
    expect(FINANCIAL_STATUS).toEqual({
      pending: "pending",
      authorized: "pending",
      partially_paid: "pending",
      paid: "paid",
      partially_refunded: "paid",
      refunded: "refunded",
      voided: "cancelled",
      expired: "cancelled",
    });
  });

  test.each(Object.entries(FINANCIAL_STATUS))("SHP-4: %s is %s", (financialStatus, status) => {
    expect(read({ financialStatus })).toMatchObject({ status, state: financialStatus, warnings: [] });
  });

  test("SHP-4: a cancelled order is cancelled whatever was paid", () => {
    expect(read({ cancelledAt: PAID.updatedAt })).toMatchObject({ status: "cancelled", state: "cancelled" });
  });

  test("a word that isn't known pays nobody, and is told of", () => {
    expect(read({ financialStatus: "bartered" })).toMatchObject({
      status: "pending",
      state: "bartered",
      warnings: ["unknown_status"],
    });
  });

  test("the platform's word for a test counts", () => {
    expect(read({ test: true }).test).toBe(true);
  });
});

describe("codes", () => {
  const coded = (applications: OrderState["applications"], discountCodes: string[]): string[] =>
    read({ applications, discountCodes }).codes;

  test("those that were typed, each once", () => {
    const applications = ["ANNA10", "BEN5", "ANNA10"].map((text) => ({ type: "discount_code" as const, text }));
    expect(coded(applications, ["ANNA10"])).toEqual(["ANNA10", "BEN5"]);
  });

  test("a discount by hand stands among the codes, and is none", () => {
    expect(coded([{ type: "manual", text: "FAKE30" }], ["FAKE30"])).toEqual([]);
    expect(
      coded(
        [
          { type: "manual", text: "FAKE30" },
          { type: "discount_code", text: "ANNA10" },
        ],
        ["FAKE30", "ANNA10"],
      ),
    ).toEqual(["ANNA10"]);
    expect(coded([{ type: "automatic", text: "Spring sale" }], [])).toEqual([]);
  });

  test("where applications say nothing, the list of codes does", () => {
    expect(coded([], ["ANNA10"])).toEqual(["ANNA10"]);
    expect(coded([{ type: "automatic", text: "Spring sale" }], ["ANNA10"])).toEqual(["ANNA10"]);
  });
});

describe("SHP-19: clicks", () => {
  test("from the cart's attribute, before the page of landing", () => {
    const attributes = [
      { name: "gift note", value: "hello" },
      { name: "wm_click", value: "from-cart" },
    ];
    expect(read({ attributes, landing: "/products/x?ref=from-page" }).click).toBe("from-cart");
  });

  test("from an attribute by the store's own name for clicks", () => {
    expect(read({ attributes: [{ name: "ref", value: "own-name" }] }).click).toBe("own-name");
  });

  test("an attribute that was emptied is none", () => {
    expect(read({ attributes: [{ name: "wm_click", value: "" }], landing: "/?ref=from-page" }).click).toBe("from-page");
  });

  test.each([
    ["/products/x?utm_source=ig&ref=tok#top", "tok"],
    ["https://brand.example/?ref=tok", "tok"],
    ["/?ref=a%2Bb", "a+b"],
    ["/products/x", null],
    ["/?other=1", null],
    ["", null],
  ])("from the page of landing: %s", (landing, click) => {
    expect(read({ landing }).click).toBe(click);
  });

  test("a draft, or an order at a till, has neither, nor anybody who bought", () => {
    const state = { sourceName: "shopify_draft_order", customer: null, landing: null, attributes: [] };
    const read = message(restOf({ ...PAID, ...state }));
    expect(read).toMatchObject({
      reading: {
        order: { click: null, channel: "shopify_draft_order", codes: ["ANNA10"] },
        customer: { id: null, email: null },
      },
    });
  });
});

describe("SHP-21: renewals", () => {
  test.each(["subscription_contract", "subscription_contract_checkout_one"])("%s makes one", (sourceName) => {
    expect(read({ sourceName, sourceIdentifier: "contract-9" })).toMatchObject({
      renewalOf: "subscription:contract-9",
      warnings: [],
    });
  });

  test("apps mark theirs by a tag", () => {
    expect(read({ tags: ["Subscription Recurring Order"], sourceIdentifier: "c" }).renewalOf).toBe("subscription:c");
    expect(read({ tags: ["Subscription First Order"], sourceIdentifier: "c" }).renewalOf).toBeNull();
  });

  test("where nothing says what it renews, it is one all the same, and says so", () => {
    expect(read({ sourceName: "subscription_contract" })).toMatchObject({
      renewalOf: "order:5123456789012",
      warnings: ["renewal_of_unknown"],
    });
  });
});
