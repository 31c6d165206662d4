import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { magentoStand } from "../../../scripts/shops/magento.ts";
import { makeShop, type StandShop } from "../../../scripts/shops/stand-client.ts";
import { type Stand, startStand } from "../../../scripts/shops/stand.ts";

let magento: Stand;

beforeAll(async () => {
  magento = await startStand(magentoStand);
});

afterAll(() => magento.close());

const NOW = Date.parse("2026-06-01T12:00:00Z");
const RULE = {
  name: "Ten",
  website_ids: [1],
  customer_group_ids: [0],
  is_active: true,
  coupon_type: "SPECIFIC_COUPON",
  simple_action: "by_percent",
  discount_amount: 10,
  uses_per_coupon: 5,
  uses_per_customer: 1,
};

/** A call by the token alone. */
async function call(shop: StandShop, method: string, path: string, said?: unknown) {
  const response = await fetch(`${shop.origin}/rest/V1${path}`, {
    method,
    headers: { authorization: `Bearer ${shop.credentials["accessToken"]}` },
    ...(said !== undefined && { body: JSON.stringify(said) }),
  });
  return { status: response.status, body: await response.json<Record<string, never>>() };
}

const list = (page: number, size: number, more = "") =>
  `/orders?searchCriteria[pageSize]=${size}&searchCriteria[currentPage]=${page}&fields=items[increment_id],total_count${more}`;

describe("the stand-in for Magento", () => {
  it("gives the last page again past the end, and the entries that a filter and a sort ask for", async () => {
    const shop = await makeShop(magento.origin, { auth: "token" });
    await shop.act("orders", { count: 5, fromAt: NOW, stepMs: 1_000, order: { lines: [{ price: "1.00" }] } });
    const second = await call(shop, "GET", list(2, 3));
    expect(second.body).toEqual({
      items: [{ increment_id: "000000004" }, { increment_id: "000000005" }],
      total_count: 5,
    });
    expect((await call(shop, "GET", list(7, 3))).body).toEqual(second.body);
    const since =
      "&searchCriteria[filter_groups][0][filters][0][field]=updated_at&searchCriteria[filter_groups][0][filters][0][value]=" +
      "2026-06-01%2012:00:03&searchCriteria[filter_groups][0][filters][0][condition_type]=gteq" +
      "&searchCriteria[sortOrders][0][field]=entity_id&searchCriteria[sortOrders][0][direction]=DESC";
    expect((await call(shop, "GET", list(1, 9, since))).body).toEqual({
      items: [{ increment_id: "000000005" }, { increment_id: "000000004" }],
      total_count: 2,
    });
    expect(await call(shop, "GET", list(1, 301))).toMatchObject({ status: 400 });
  });

  it("says of a token that it doesn't take that a right is missing", async () => {
    const shop = await makeShop(magento.origin, { auth: "token", bearer: false });
    expect(await call(shop, "GET", list(1, 1))).toEqual({
      status: 401,
      body: {
        message: "The consumer isn't authorized to access %resources.",
        parameters: { resources: "Magento_Sales::actions_view" },
      },
    });
  });

  it("takes a new coupon's limit from the one that its rule had before, and a rule that is said in part for one without", async () => {
    const shop = await makeShop(magento.origin, { auth: "token" });
    const { body: rule } = await call(shop, "POST", "/salesRules", { rule: RULE });
    const coupon = { rule_id: rule["rule_id"], code: "TEN", type: 0, is_primary: true };
    expect((await call(shop, "POST", "/coupons", { coupon })).body).toMatchObject({ usage_limit: null });
    expect(await call(shop, "POST", "/coupons", { coupon: { ...coupon, code: "ten" } })).toEqual({
      status: 400,
      body: { message: "Coupon with the same code already exists." },
    });
    const path = `/salesRules/${String(rule["rule_id"])}`;
    expect((await call(shop, "GET", path)).body).toMatchObject({ uses_per_coupon: 0 });
    await call(shop, "PUT", path, { rule: RULE });
    expect((await call(shop, "GET", path)).body).toMatchObject({ uses_per_coupon: 5 });
    await call(shop, "PUT", path, { rule: { discount_amount: 20 } });
    expect(await shop.state()).toMatchObject({ rules: [{ discount_amount: 20 }], coupons: [] });
    await call(shop, "DELETE", path);
    expect((await call(shop, "DELETE", path)).status).toBe(404);
  });

  it("has an order's discount below 0 and its lines' above, and numbers as floats make them", async () => {
    const shop = await makeShop(magento.origin);
    await shop.act("codeByHand", { code: "TEN", percent: 10 });
    const { body } = await shop.act<{ body: Record<string, unknown> }>("order", {
      lines: [{ price: "66.99", sku: "TEE", type: "configurable" }],
      codes: ["ten"],
    });
    expect(body).toMatchObject({ discount_amount: -6.7, items: [{ discount_amount: 6.7 }, { row_total: 0 }] });
    expect(body["grand_total"]).toBe(66.99 - 6.7);
    expect(body["grand_total"]).not.toBe(60.29);
  });

  it("refunds no more than there is, with what is kept, and closes an order that nothing is left of", async () => {
    const shop = await makeShop(magento.origin);
    const { id: order } = await shop.act<{ id: string }>("order", { lines: [{ price: "10.00", quantity: 2 }] });
    const part = { order, lines: [{ line: 0, quantity: 1 }], adjustmentNegative: "2.50" };
    await shop.act("refund", part);
    expect(await shop.state()).toMatchObject({
      orders: [{ state: "processing", total_refunded: 7.5 }],
      creditmemos: [{ state: 2, adjustment: -2.5, adjustment_negative: 2.5, grand_total: 7.5 }],
    });
    await expect(shop.act("refund", { order, amount: "12.51" })).rejects.toThrow("The most money");
    await shop.act("refund", { order });
    expect(await shop.state()).toMatchObject({ orders: [{ state: "closed", total_refunded: 20 }] });
  });
});
