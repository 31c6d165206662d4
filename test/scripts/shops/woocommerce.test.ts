import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeShop, type StandShop } from "../../../scripts/shops/stand-client.ts";
import { type Stand, startStand } from "../../../scripts/shops/stand.ts";
import { woocommerceStand } from "../../../scripts/shops/woocommerce.ts";

let woo: Stand;

beforeAll(async () => {
  woo = await startStand(woocommerceStand);
});

afterAll(() => woo.close());

const NOW = Date.parse("2026-06-01T12:00:00Z");
const LINES = [{ sku: "TEE", price: "19.99", quantity: 3 }];

/** A call by the shop's key; `body` is what came. */
async function call(shop: StandShop, method: string, path: string, said?: unknown) {
  const { consumerKey, consumerSecret } = shop.credentials;
  const response = await fetch(`${shop.origin}/wp-json/wc/v3${path}`, {
    method,
    headers: { authorization: `Basic ${btoa(`${consumerKey}:${consumerSecret}`)}` },
    ...(said !== undefined && { body: JSON.stringify(said) }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: await response.json<Record<string, unknown>>(),
  };
}

const ids = (list: unknown): unknown[] => (list as { id: unknown }[]).map(({ id }) => id);

describe("the stand-in for WooCommerce", () => {
  it("works out an order to the cent", async () => {
    const shop = await makeShop(woo.origin);
    await shop.act("coupon", { code: "TEN", discount_type: "percent", amount: "10" });
    const { body } = await shop.act<{ body: unknown }>("order", {
      lines: [...LINES, { sku: "BOOK", price: "7.00", taxRate: 0.07 }],
      codes: ["ten"],
      shipping: { price: "4.90" },
      taxRate: 0.19,
    });
    // 59.97 − 6.00 and 7.00 − 0.70; tax 10.25 + 0.44 + 0.93.
    expect(body).toMatchObject({
      status: "processing",
      discount_total: "6.70",
      shipping_total: "4.90",
      shipping_tax: "0.93",
      cart_tax: "10.69",
      total_tax: "11.62",
      total: "76.79",
      coupon_lines: [{ code: "ten", discount: "6.70" }],
    });
  });

  it("doesn't say that an order changed by a refund, unless it is set to", async () => {
    const shop = await makeShop(woo.origin);
    await shop.clock(NOW);
    const { id } = await shop.act<{ id: string }>("order", { lines: LINES });
    await shop.clock(NOW + 60_000);
    const before = "2026-06-01T12:00:00";
    const refund = await shop.act<{ body: unknown }>("refund", { order: id, amount: "9.97" });
    expect(refund.body).toMatchObject({
      date_modified_gmt: before,
      refunds: [{ total: "-9.97" }],
      status: "processing",
    });
    const rest = await shop.act<{ body: unknown }>("refund", { order: id, bump: true });
    expect(rest.body).toMatchObject({ date_modified_gmt: "2026-06-01T12:01:00", status: "refunded" });
    await expect(shop.act("refund", { order: id, amount: "0.01" })).rejects.toThrow("left");
    const refunds = await call(shop, "GET", `/refunds?after=2026-06-01T12:00:30&dates_are_gmt=true&order=asc`);
    expect(refunds.body).toMatchObject([
      { parent_id: Number(id), amount: "9.97" },
      { parent_id: Number(id), amount: "50.00" },
    ]);
  });

  it("takes a time with a zone for another than it is, where times are said to be in UTC", async () => {
    const shop = await makeShop(woo.origin, { offsetMinutes: 120 });
    const { id } = await shop.act<{ id: string }>("order", { lines: LINES, at: NOW });
    const after = async (time: string) =>
      (await call(shop, "GET", `/orders?modified_after=${time}&dates_are_gmt=true`)).body;
    expect(ids(await after("2026-06-01T11:59:59"))).toEqual([Number(id)]);
    expect(ids(await after("2026-06-01T12:00:00"))).toEqual([]);
    expect(ids(await after("2026-06-01T11:59:59Z"))).toEqual([]);
  });

  it("has unfinished checkouts in its lists, and nothing of the bin", async () => {
    const shop = await makeShop(woo.origin, { hidesRefunds: true });
    const draft = await shop.act<{ id: string }>("order", { lines: LINES, payment: "draft" });
    const bin = await shop.act<{ id: string }>("order", { lines: LINES });
    const kept = await shop.act<{ id: string }>("order", { lines: LINES });
    await shop.act("delete", { order: bin.id });
    await shop.act("refund", { order: kept.id, amount: "1.00" });
    const list = await call(shop, "GET", "/orders?status=any&orderby=date&order=asc&per_page=1");
    expect(ids(list.body)).toEqual([Number(draft.id)]);
    expect([list.headers.get("x-wp-total"), list.headers.get("x-wp-totalpages")]).toEqual(["2", "2"]);
    expect((await call(shop, "GET", "/orders?per_page=1")).body).toMatchObject([{ id: Number(kept.id), refunds: [] }]);
    expect((await call(shop, "GET", `/orders/${kept.id}`)).body).toMatchObject({ refunds: [{ total: "-1.00" }] });
    expect(await call(shop, "GET", `/orders/${bin.id}`)).toMatchObject({ status: 404 });
    expect(await call(shop, "GET", "/orders?per_page=101")).toMatchObject({ status: 400 });
  });

  it("shows the fields that are asked for", async () => {
    const shop = await makeShop(woo.origin);
    const { id } = await shop.act<{ id: string }>("order", { lines: LINES, country: "SE", email: "a@shop.example" });
    const { body } = await call(shop, "GET", `/orders/${id}?_fields=id,billing.email,billing.country,gift_cards`);
    expect(body).toEqual({ id: Number(id), billing: { email: "a@shop.example", country: "SE" } });
  });

  it("keeps codes in lower case, and looks for them among published coupons alone", async () => {
    const shop = await makeShop(woo.origin);
    const make = (body: unknown) => call(shop, "POST", "/coupons", body);
    expect(await make({ code: "Anna10", status: "draft" })).toMatchObject({ status: 201, body: { code: "anna10" } });
    expect(await make({ code: "ANNA10" })).toMatchObject({ status: 201 });
    expect(await make({ code: "anna10" })).toMatchObject({
      status: 400,
      body: { code: "woocommerce_rest_coupon_code_already_exists" },
    });
    expect((await call(shop, "GET", "/coupons?code=Anna10")).body).toHaveLength(1);
    expect((await call(shop, "GET", "/coupons?search=anna")).body).toHaveLength(2);
    await expect(shop.act("order", { lines: LINES, codes: ["nobody"] })).rejects.toThrow("does not exist");
  });

  it("leaves alone what is null and the end in UTC, and takes an end without a zone for its own time", async () => {
    const shop = await makeShop(woo.origin, { offsetMinutes: 120 });
    const { body } = await call(shop, "POST", "/coupons", {
      code: "a",
      date_expires: "2026-06-30T23:59:59Z",
      usage_limit: 5,
    });
    expect(body).toMatchObject({ date_expires_gmt: "2026-06-30T23:59:59", date_expires: "2026-07-01T01:59:59" });
    const put = async (said: unknown) => (await call(shop, "PUT", `/coupons/${String(body["id"])}`, said)).body;
    const unchanged = { date_expires_gmt: "2026-06-30T23:59:59", usage_limit: 5 };
    expect(await put({ date_expires_gmt: "2027-01-01T00:00:00", date_expires: null, usage_limit: null })).toMatchObject(
      unchanged,
    );
    expect(await put({ date_expires: "2026-06-30T23:59:59" })).toMatchObject({
      date_expires_gmt: "2026-06-30T21:59:59",
    });
    expect(await put({ date_expires: "", usage_limit: 0 })).toMatchObject({
      date_expires_gmt: null,
      usage_limit: null,
    });
  });

  it("pings a new webhook unsigned, signs what it tells, and gives two deliveries of a second one id", async () => {
    const shop = await makeShop(woo.origin);
    await shop.clock(NOW);
    const hook = { topic: "order.created", delivery_url: "http://127.0.0.1:9/hook", secret: "whs", status: "paused" };
    expect(await call(shop, "POST", "/webhooks", hook)).toMatchObject({ status: 201, body: { status: "active" } });
    const [ping] = await shop.take();
    expect(ping).toMatchObject({
      body: "webhook_id=701",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    await shop.act("order", { lines: [{ title: "Größe/L", price: "1.00" }] });
    await shop.act("order", { lines: LINES });
    const [first, second] = await shop.take();
    const { body = "", headers } = first ?? {};
    expect(headers?.["x-wc-webhook-signature"]).toBe(createHmac("sha256", "whs").update(body).digest("base64"));
    expect(body).toContain(String.raw`"Gr\u00f6\u00dfe\/L"`);
    expect(JSON.parse(body)).toMatchObject({ line_items: [{ name: "Größe/L" }] });
    expect(second?.headers["x-wc-webhook-delivery-id"]).toBe(headers?.["x-wc-webhook-delivery-id"]);
    expect(second?.body).not.toBe(body);
  });

  it("sends nothing twice, and switches a webhook off at the seventh failure in a row", async () => {
    const shop = await makeShop(woo.origin);
    await call(shop, "POST", "/webhooks", {
      topic: "order.created",
      delivery_url: "http://127.0.0.1:9/",
      secret: "whs",
    });
    await shop.take();
    const deliver = async (status: number | null): Promise<number> => {
      await shop.act("order", { lines: LINES });
      const sent = await shop.take();
      await shop.answered(sent.map(({ id }) => ({ id, status })));
      return sent.length;
    };
    for (let failure = 0; failure < 6; failure++) expect(await deliver(500)).toBe(1);
    expect(await deliver(302)).toBe(1);
    for (let failure = 0; failure < 7; failure++) expect(await deliver(303)).toBe(1);
    expect(await deliver(200)).toBe(0);
  });

  it.each([
    ["a wrong secret", { secret: "cs_x" }, 401, "woocommerce_rest_authentication_error"],
    ["a wrong key", { key: "ck_x" }, 401, "woocommerce_rest_cannot_view"],
    ["a header that is taken away", { stripsAuthorization: true }, 401, "woocommerce_rest_cannot_view"],
    ["a user without the right", { manager: false }, 403, "woocommerce_rest_cannot_view"],
  ])("refuses %s", async (_what, { key, secret, ...quirks }: Record<string, string | boolean>, status, code) => {
    const shop = await makeShop(woo.origin, quirks);
    if (typeof key === "string") shop.credentials["consumerKey"] = key;
    if (typeof secret === "string") shop.credentials["consumerSecret"] = secret;
    expect(await call(shop, "GET", "/orders")).toMatchObject({ status, body: { code } });
  });

  it("refuses a write by a key that may read, before it looks at what is written", async () => {
    const shop = await makeShop(woo.origin, { permissions: "read" });
    expect(await call(shop, "GET", "/coupons")).toMatchObject({ status: 200 });
    expect(await call(shop, "POST", "/coupons", {})).toMatchObject({
      status: 401,
      body: { code: "woocommerce_rest_authentication_error" },
    });
  });
});
