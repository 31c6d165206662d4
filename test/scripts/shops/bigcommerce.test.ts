import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bigcommerceStand } from "../../../scripts/shops/bigcommerce.ts";
import { makeShop, type StandShop } from "../../../scripts/shops/stand-client.ts";
import { type Stand, startStand } from "../../../scripts/shops/stand.ts";

let big: Stand;

beforeAll(async () => {
  big = await startStand(bigcommerceStand);
});

afterAll(() => big.close());

const NOW = Date.parse("2026-06-01T12:00:00Z");
const LINES = [{ sku: "TEE", price: "19.99", quantity: 3 }];

/** The id of what was made. */
const idOf = ({ body }: { body: Record<string, unknown> | null }): number => (body as { data: { id: number } }).data.id;

/** A call by the account's token; `body` is what came, `null` for nothing. */
async function call(shop: StandShop, method: string, path: string, said?: unknown) {
  const response = await fetch(`${shop.origin}${path}`, {
    method,
    headers: { "x-auth-token": shop.credentials["accessToken"] ?? "" },
    ...(said !== undefined && { body: JSON.stringify(said) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : (JSON.parse(text) as Record<string, unknown>) };
}

describe("the stand-in for BigCommerce", () => {
  it("works out an order to the cent, with four decimals", async () => {
    const shop = await makeShop(big.origin);
    await shop.act("codeByHand", { code: "TEN", percent: 10 });
    const { body } = await shop.act<{ body: unknown }>("order", {
      lines: [...LINES, { sku: "BOOK", price: "7.00", taxRate: 0.07 }],
      codes: ["ten"],
      shipping: { price: "4.90" },
      taxRate: 0.19,
      at: NOW,
    });
    // 59.97 − 6.00 and 7.00 − 0.70; tax 10.25 + 0.44 + 0.93.
    expect(body).toMatchObject({
      status_id: 11,
      date_created: "Mon, 01 Jun 2026 12:00:00 +0000",
      subtotal_ex_tax: "66.9700",
      coupon_discount: "6.7000",
      shipping_cost_ex_tax: "4.9000",
      total_tax: "11.6200",
      total_inc_tax: "76.7900",
      consignments: { shipping: [{ line_items: [{ total_tax: "10.2500", discounted_total_inc_tax: "64.2200" }, {}] }] },
    });
  });

  it("only says where an order's lines are, unless they are asked for", async () => {
    const shop = await makeShop(big.origin);
    const { id } = await shop.act<{ id: string }>("order", { lines: LINES });
    const plain = await call(shop, "GET", `/v2/orders/${id}`);
    expect(plain.body).toMatchObject({ consignments: { resource: `/orders/${id}/consignments` } });
    const whole = await call(
      shop,
      "GET",
      `/v2/orders/${id}?include=consignments.line_items&consignment_structure=object`,
    );
    expect(whole.body).toMatchObject({ consignments: { shipping: [{ line_items: [{ sku: "TEE" }] }] } });
  });

  it("says by no body at all that a list of v2 is empty", async () => {
    const shop = await makeShop(big.origin);
    expect(await call(shop, "GET", "/v2/orders")).toEqual({ status: 204, body: null });
    const { id } = await shop.act<{ id: string }>("order", { lines: LINES });
    expect(await call(shop, "GET", `/v2/orders/${id}/coupons`)).toEqual({ status: 204, body: null });
  });

  it("has a status of its own for what is refunded in part, and one for all", async () => {
    const shop = await makeShop(big.origin);
    const { id } = await shop.act<{ id: string }>("order", { lines: LINES });
    expect(await shop.act("refund", { order: id, amount: "5.00", declined: true })).toMatchObject({
      body: { status_id: 11 },
    });
    expect(await shop.act("refund", { order: id, amount: "9.97" })).toMatchObject({
      body: { status_id: 14, refunded_amount: "0.0000" },
    });
    const refunds = await call(shop, "GET", `/v3/orders/${id}/payment_actions/refunds`);
    expect(refunds.body).toMatchObject({
      data: [{ payments: [{ amount: 5, is_declined: true }] }, { total_amount: 9.97, items: [{ item_type: "ORDER" }] }],
    });
  });

  it("keeps a promotion as long as it has a code, and gives it no second one", async () => {
    const shop = await makeShop(big.origin);
    const rules = [{ action: { cart_value: { discount: { percentage_amount: "10" } } } }];
    const made = await call(shop, "POST", "/v3/promotions", { name: "Spring", redemption_type: "COUPON", rules });
    expect(made).toMatchObject({ status: 201, body: { data: { rules: [{ apply_once: true }], max_uses: null } } });
    const path = `/v3/promotions/${idOf(made)}`;
    const code = await call(shop, "POST", `${path}/codes`, { code: "ANNA10" });
    expect(code.status).toBe(201);
    expect((await call(shop, "POST", `${path}/codes`, { code: "ANNA20" })).status).toBe(422);
    expect((await call(shop, "DELETE", path)).status).toBe(422);
    await call(shop, "DELETE", `${path}/codes/${idOf(code)}`);
    expect((await call(shop, "DELETE", path)).status).toBe(204);
    expect((await call(shop, "GET", path)).status).toBe(404);
  });

  it("gives a minimum quantity no effect without products", async () => {
    const shop = await makeShop(big.origin);
    const rules = [
      {
        action: { cart_value: { discount: { percentage_amount: "10" } } },
        condition: { cart: { minimum_quantity: 9 } },
      },
    ];
    const made = await call(shop, "POST", "/v3/promotions", { name: "Nine", redemption_type: "COUPON", rules });
    const id = idOf(made);
    await call(shop, "POST", `/v3/promotions/${id}/codes`, { code: "NINE" });
    expect(await shop.act("order", { lines: LINES, codes: ["NINE"] })).toMatchObject({
      body: { coupon_discount: "6.0000" },
    });
  });

  it("asks to wait by a header of its own", async () => {
    const shop = await makeShop(big.origin);
    await shop.faults({ throttledAs: { status: 429, retryAfter: 3 }, next: [{ kind: "throttled" }] });
    const response = await fetch(`${shop.origin}/v2/orders`, {
      headers: { "x-auth-token": shop.credentials["accessToken"] ?? "" },
    });
    await response.text();
    expect([
      response.status,
      response.headers.get("x-rate-limit-time-reset-ms"),
      response.headers.get("retry-after"),
    ]).toEqual([429, "3000", null]);
  });

  it("knows nobody without the token", async () => {
    const shop = await makeShop(big.origin);
    await shop.act("revoke");
    expect((await call(shop, "GET", "/v2/orders")).status).toBe(401);
  });
});
