import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { makeShop } from "../../../scripts/shops/stand-client.ts";
import { HOOK, SUBSCRIBE, type Told, withStand } from "./shopify-fixtures.ts";

const { shopOf, origin } = withStand();

/** 2 shirts at 24.99 and a mug at 10.00, 10 € off, 19 % tax on top, 4.90 shipping. */
const CART = {
  lines: [
    { price: "24.99", quantity: 2, sku: "SHIRT" },
    { price: "10.00", sku: "MUG" },
  ],
  discounts: [{ type: "discount_code", text: "TEN", amount: "10.00" }],
  taxRate: 0.19,
  shipping: { price: "4.90" },
};

describe("an order of the stand-in Shopify", () => {
  it("is exact to the cent: discounts spread without a remainder, taxes by line, shipping apart", async () => {
    const { shop } = await shopOf();
    const { body } = await shop.act<Told>("order", CART);
    // 59.98 − 10.00 = 49.98; 8.34 and 1.66 off; tax 7.91 + 1.58 + 0.93.
    expect(body).toMatchObject({
      total_line_items_price: "59.98",
      total_discounts: "10.00",
      subtotal_price: "49.98",
      total_tax: "10.42",
      total_shipping_price_set: { shop_money: { amount: "4.90", currency_code: "EUR" } },
      total_price: "65.30",
      current_total_price: "65.30",
      financial_status: "paid",
      discount_codes: [{ code: "TEN", amount: "10.00", type: "fixed_amount" }],
    });
    const off = body.line_items.map((line: { discount_allocations: { amount: string }[] }) =>
      line.discount_allocations.map(({ amount }) => amount).join(),
    );
    expect(off).toEqual(["8.34", "1.66"]);
  });

  it("has tax within its prices where the shop has it so, and none on gift cards", async () => {
    const { shop } = await shopOf();
    const lines = [{ price: "119.00" }, { price: "50.00", giftCard: true }];
    const { body } = await shop.act<Told>("order", { lines, taxRate: 0.19, taxesIncluded: true, giftCardPaid: "30" });
    expect(body).toMatchObject({ subtotal_price: "169.00", total_tax: "19.00", total_price: "169.00" });
    expect(body.payment_gateway_names).toEqual(["gift_card", "shopify_payments"]);
    expect(body.line_items.map((line: { gift_card: boolean }) => line.gift_card)).toEqual([false, true]);
  });

  it("has amounts without decimals where the currency has none, three where it has three, and the shopper's beside", async () => {
    const yen = await shopOf({ currency: "JPY" });
    const presentment = { currency: "USD", rate: 0.0067 };
    const { body } = await yen.shop.act<Told>("order", { lines: [{ price: "1500" }], presentment });
    expect(body.total_price_set).toEqual({
      shop_money: { amount: "1500", currency_code: "JPY" },
      presentment_money: { amount: "10.05", currency_code: "USD" },
    });
    await expect(yen.shop.act("order", { lines: [{ price: "15.5" }] })).rejects.toThrow(/no amount in JPY/);
    const dinar = await shopOf({ currency: "KWD" });
    const { body: other } = await dinar.shop.act<Told>("order", { lines: [{ price: "1.25" }] });
    expect(other.total_price).toBe("1.250");
  });

  it("has an id past 2^53 as a number with all its digits, escaped slashes, and a signature of these very bytes", async () => {
    const shop = await makeShop(origin(), { auth: "token" });
    await shop.act("order", { lines: [{ price: "1.00" }], id: "820982911946154508", landingSite: "/p?a=1&b=<2>" });
    await shop.act("notify", { order: "820982911946154508", topic: "orders/create", to: HOOK });
    const [message] = await shop.take();
    expect(message?.body).toMatch(
      /^\{"id":820982911946154508,"admin_graphql_api_id":"gid:\\\/\\\/shopify\\\/Order\\\//,
    );
    expect(message?.body).toContain(String.raw`"landing_site":"\/p?a=1\u0026b=\u003c2\u003e"`);
    const secret = shop.credentials.webhookSecret ?? "";
    const signature = createHmac("sha256", secret)
      .update(message?.body ?? "")
      .digest("base64");
    expect(message?.headers["X-Shopify-hmac-sha256"]).toBe(signature);
  });

  it("SHP-6: says of an edit what was added and taken, without the order; what was taken is a refund without money", async () => {
    const { shop, ask } = await shopOf();
    await ask(SUBSCRIBE, { topic: "ORDERS_EDITED", uri: HOOK });
    const { id } = await shop.act<Told>("order", CART);
    const { body } = await shop.act<Told>("edit", {
      order: id,
      add: [{ price: "20.00", quantity: 2 }],
      remove: [{ line: 0, quantity: 1 }],
      collect: false,
    });
    // Half of 41.64 and of 7.91 went; 47.60 came.
    expect(body).toMatchObject({
      total_price: "112.90",
      current_total_price: "88.13",
      financial_status: "partially_paid",
    });
    expect(body.refunds).toMatchObject([
      { transactions: [], refund_line_items: [{ quantity: 1, subtotal: "20.82", total_tax: "3.95" }] },
    ]);
    expect(body.line_items.map((line: { current_quantity: number }) => line.current_quantity)).toEqual([1, 1, 2]);
    const [message] = await shop.take();
    const { order_edit: edit } = JSON.parse(message?.body ?? "") as { order_edit: Record<string, unknown> };
    expect(edit).toMatchObject({
      order_id: Number(id),
      line_items: { additions: [{ delta: 2 }], removals: [{ delta: 1 }] },
    });
    expect(message?.body).not.toContain("price");
  });

  it("SHP-10: has a refund of shipping in two places, and pieces that sum up to the whole", async () => {
    const { shop } = await shopOf();
    const { id } = await shop.act<Told>("order", CART);
    const refund = (given: object): Promise<Told> => shop.act<Told>("refund", { order: id, ...given });
    await refund({ lines: [{ line: 0, quantity: 1 }] });
    await refund({ lines: [{ line: 0, quantity: 1 }] });
    const { body: partly } = await refund({ shipping: "4.90" });
    expect(partly.refunds[2]).toMatchObject({
      order_adjustments: [{ kind: "shipping_refund", amount: "-4.90", tax_amount: "-0.93" }],
      refund_shipping_lines: [{ subtotal_amount_set: { shop_money: { amount: "4.90" } } }],
      transactions: [{ kind: "refund", status: "success", amount: "5.83" }],
    });
    expect(partly.financial_status).toBe("partially_refunded");
    const { body } = await refund({ lines: [{ line: 1 }] });
    expect(body).toMatchObject({ current_total_price: "0.00", financial_status: "refunded", total_price: "65.30" });
    const paid = body.refunds.flatMap((one: { transactions: { amount: string }[] }) => one.transactions);
    expect(paid.reduce((sum: number, one: { amount: string }) => sum + Math.round(Number(one.amount) * 100), 0)).toBe(
      6530,
    );
    await expect(refund({ amount: "0.01" })).rejects.toThrow(/More than was paid/);
  });

  it("SHP-10: gives back more or less than the goods are worth, or nothing yet", async () => {
    const { shop } = await shopOf();
    const { id } = await shop.act<Told>("order", { lines: [{ price: "30.00", quantity: 2 }] });
    const less = await shop.act<Told>("refund", { order: id, lines: [{ line: 0, quantity: 1 }], amount: "25.00" });
    expect(less.body).toMatchObject({ current_total_price: "35.00", total_outstanding: "0.00" });
    expect(less.body.refunds[0].order_adjustments).toMatchObject([{ kind: "refund_discrepancy", amount: "5.00" }]);
    const more = await shop.act<Told>("refund", { order: id, amount: "7.00" });
    expect(more.body.refunds[1].order_adjustments).toMatchObject([{ kind: "refund_discrepancy", amount: "-7.00" }]);
    const pending = await shop.act<Told>("refund", {
      order: id,
      lines: [{ line: 0 }],
      amount: "28.00",
      status: "pending",
    });
    expect(pending.body.refunds[2].transactions).toMatchObject([{ status: "pending", amount: "28.00" }]);
    expect(pending.body.financial_status).toBe("partially_refunded");
  });

  it("SHP-10: an exchange's new goods stand on the return, and what is paid back is net of them, never below 0", async () => {
    const { shop, ask } = await shopOf();
    const { id } = await shop.act<Told>("order", { lines: [{ price: "30.00" }, { price: "40.00" }] });
    const cheaper = await shop.act<Told>("refund", { order: id, lines: [{ line: 0 }], exchange: [{ price: "20.00" }] });
    expect(cheaper.body.refunds[0]).toMatchObject({
      return: { id: expect.any(Number) },
      transactions: [{ amount: "10.00" }],
    });
    const dearer = await shop.act<Told>("refund", { order: id, lines: [{ line: 1 }], exchange: [{ price: "55.00" }] });
    expect(dearer.body.refunds[1]).toMatchObject({ transactions: [] });
    expect(dearer.body).toMatchObject({
      current_total_price: "75.00",
      total_outstanding: "0.00",
      financial_status: "partially_refunded",
    });
    expect(dearer.body.line_items).toHaveLength(2);
    const { data } = await ask(`{ order(id: "gid://shopify/Order/${id}") { refunds { return { id } } } }`);
    expect(data.order.refunds[0].return.id).toMatch(/^gid:\/\/shopify\/Return\//);
  });

  it("SHP-4: is cancelled with its money back, or voided where none was taken", async () => {
    const { shop } = await shopOf();
    const paid = await shop.act<Told>("order", CART);
    const { body } = await shop.act<Told>("cancel", { order: paid.id, reason: "fraud" });
    expect(body).toMatchObject({
      cancel_reason: "fraud",
      financial_status: "refunded",
      current_total_price: "0.00",
      total_outstanding: "0.00",
    });
    const held = await shop.act<Told>("order", { ...CART, payment: "authorized" });
    expect(held.body.financial_status).toBe("authorized");
    expect((await shop.act<Told>("cancel", { order: held.id })).body.financial_status).toBe("voided");
    const pending = await shop.act<Told>("order", { ...CART, payment: "pending" });
    expect(pending.body.financial_status).toBe("pending");
    expect((await shop.act<Told>("pay", { order: pending.id })).body.financial_status).toBe("paid");
  });

  it("SHP-9: can be refunded without that anything says that it changed", async () => {
    const { shop, ask } = await shopOf();
    await shop.clock(Date.UTC(2026, 4, 1));
    const [quiet, plain] = [await shop.act<Told>("order", CART), await shop.act<Told>("order", CART)];
    await shop.clock(Date.UTC(2026, 4, 2));
    await shop.act("refund", { order: quiet.id, amount: "1.00", bump: false });
    await shop.act("refund", { order: plain.id, amount: "1.00" });
    const { data } = await ask(
      "{ orders(first: 9, sortKey: ID) { nodes { updatedAt totalRefundedSet { shopMoney { amount } } } } }",
    );
    expect(data.orders.nodes).toEqual([
      { updatedAt: "2026-05-01T00:00:00Z", totalRefundedSet: { shopMoney: { amount: "1.0" } } },
      { updatedAt: "2026-05-02T00:00:00Z", totalRefundedSet: { shopMoney: { amount: "1.0" } } },
    ]);
  });

  it("is as it was where a change of it is refused", async () => {
    const { shop, ask } = await shopOf();
    const { id } = await shop.act<Told>("order", CART);
    await expect(shop.act("refund", { order: id, lines: [{ line: 0 }], amount: "70.00" })).rejects.toThrow(
      /More than was paid/,
    );
    const { data } = await ask(
      `{ order(id: "gid://shopify/Order/${id}") { currentTotalPriceSet { shopMoney { amount } } } }`,
    );
    expect(data.order.currentTotalPriceSet.shopMoney.amount).toBe("65.3");
  });
});
