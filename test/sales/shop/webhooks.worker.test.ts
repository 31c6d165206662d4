import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runCron } from "../../../src/cron.ts";
import { RECEIVER_FRESH_MS } from "../../../src/sales/shop/receiver-store.ts";
import { MAX_MESSAGE_BYTES } from "../../../src/sales/shop/webhook-routes.ts";
import { sealShopSecrets } from "../../../src/shops/connection/seal.ts";
import { CONNECTORS } from "../../../src/shops/platforms-load.ts";
import { api, problemOf } from "../../ground/api.ts";
import { rowsOf } from "../../ground/rows.ts";
import { everything } from "../capture-fixtures.ts";
import { alarmsOf, connect, rowOf } from "../../shops/connection-fixtures.ts";
import { makeShopOf } from "../../shops/stand-shops.ts";
import { change, connectLive, deliver, messages, placeOrder, PUSHING, send } from "./live-fixtures.ts";
import { orders, verdicts } from "./shop-fixtures.ts";

beforeEach(() => {
  vi.spyOn(console, "error").mockReturnValue();
  vi.spyOn(console, "warn").mockReturnValue();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const MINUTE = 60_000;

const all = (ok: number, count: number): number[] => Array.from({ length: count }, () => ok);

describe.each(PUSHING)("a webhook of %s", (platform) => {
  it("brings an order, its refund and its end, each as it is", async () => {
    const live = await connectLive(platform);
    const id = await placeOrder(live);
    const placed = await deliver(live);
    expect(placed).toEqual(all(200, placed.length));
    expect(await orders()).toMatchObject([{ id, source: "paid", total: 10_500, subtotal: 10_000, refunded: 0 }]);
    await change(live, "refund", id, { lines: [{ line: 0, quantity: 1 }] });
    await deliver(live);
    expect(await orders()).toMatchObject([{ id, total: 10_500, refunded: 5000 }]);
    await change(live, "cancel", id);
    await deliver(live);
    expect(await orders()).toMatchObject([{ id, status: "declined" }]);
    const row = await rowOf(live.storeId);
    expect(row["last_order_at"]).toBeGreaterThan(Date.now() - MINUTE);
    const heard = await rowsOf<{ at: number }>("SELECT last_at AS at FROM shop_webhooks WHERE last_at IS NOT NULL");
    expect(heard.length).toBeGreaterThan(0);
  });

  it("SHP-1, SHP-2: doubled and in any order is one order, and one row for each state", async () => {
    const live = await connectLive(platform);
    const id = await placeOrder(live);
    await change(live, "refund", id, { lines: [{ line: 0, quantity: 1 }] });
    const sent = await messages(live);
    for (const message of [...sent.toReversed(), ...sent]) expect((await send(message())).status).toBe(200);
    await runCron("* * * * *", env, Date.now());
    expect(await orders()).toMatchObject([{ id, refunded: 5000 }]);
    const used = await rowsOf<{ body: string }>("SELECT body FROM inbox WHERE source = 'shop' AND verdict = 'used'");
    expect(new Set(used.map(({ body }) => body)).size).toBe(used.length);
  });

  it("that isn't signed, or not by the shop, is 401, and nothing of it is kept", async () => {
    const live = await connectLive(platform);
    await placeOrder(live);
    const [message] = await messages(live);
    const good = message?.() ?? new Request("https://x.test");
    const body = await good.text();
    const forged = (change: (headers: Headers) => void, text = body): Request => {
      const headers = new Headers(good.headers);
      change(headers);
      return new Request(good.url, { method: "POST", headers, body: text });
    };
    const { signature: name } = await live.shop.act<{ signature: string }>("about");
    for (const request of [
      forged((headers) => headers.delete(name)),
      forged((headers) => headers.set(name, "AAAA")),
      forged(
        () => {},
        body.replace(/\d/, (digit) => String((Number(digit) + 1) % 10)),
      ),
      forged(() => {}, `${body} `),
    ]) {
      const response = await send(request);
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ code: "unsigned" });
    }
    expect(await verdicts()).toEqual([]);
    expect((await send(forged(() => {}))).status).toBe(200);
  });

  it("to where no such connection is, is 404; of a body past 1 MiB 413", async () => {
    const live = await connectLive(platform);
    const to = (provider: string, storeId: string, body = "{}"): Request =>
      new Request(`https://go.brand.example/webhooks/${provider}/${storeId}`, { method: "POST", body });
    expect((await send(to(platform, "str_0000000000000009"))).status).toBe(404);
    expect((await send(to(PUSHING.find((other) => other !== platform) ?? "", live.storeId))).status).toBe(404);
    expect((await send(to("ast", live.storeId))).status).toBe(404);
    expect((await send(to(platform, live.storeId, " ".repeat(MAX_MESSAGE_BYTES + 1)))).status).toBe(413);
    const got = await send(new Request(`https://go.brand.example/webhooks/${platform}/${live.storeId}`));
    expect(got.status).toBe(405);
  });

  it("of a store that was disconnected is 410, and nothing of it is kept", async () => {
    const live = await connectLive(platform);
    await placeOrder(live);
    const [message] = await messages(live);
    expect((await api("DELETE", `/stores/${live.storeId}/connection`)).status).toBe(204);
    const response = await send(message?.() ?? new Request("https://x.test"));
    expect(response.status).toBe(410);
    expect(await response.json()).toMatchObject({ code: "shop_disconnected" });
    expect(await verdicts()).toEqual([]);
    expect(await orders()).toEqual([]);
  });

  it("of a store that was disconnected elsewhere is taken for ten seconds more, by what this isolate remembers", async () => {
    const live = await connectLive(platform);
    await placeOrder(live);
    const [message] = await messages(live);
    expect((await send(message!())).status).toBe(200);
    await env.DB.prepare("UPDATE shop_connections SET state = 'disconnected', secrets_sealed = NULL").run();
    expect((await send(message!())).status).toBe(200);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + RECEIVER_FRESH_MS });
    expect((await send(message!())).status).toBe(410);
  });

  it("signed with a secret that was set elsewhere is taken at once, and one with the old secret no more", async () => {
    const live = await connectLive(platform);
    await placeOrder(live);
    const [message] = await messages(live);
    expect((await send(message!())).status).toBe(200);
    const secret = "another-secret-of-the-shop";
    const name = CONNECTORS[platform]?.signing[0] ?? "";
    const fill = (bytes: Uint8Array): void => void crypto.getRandomValues(bytes);
    const sealed = await sealShopSecrets(env.VISITOR_KEY, fill, live.storeId, { [name]: secret });
    await env.DB.prepare("UPDATE shop_connections SET secrets_sealed = ?1").bind(sealed).run();
    await live.shop.act("signWith", { secret });
    await placeOrder(live);
    expect(new Set(await deliver(live))).toEqual(new Set([200]));
    expect((await send(message!())).status).toBe(401);
  });

  it("is answered by 503 where it can't be kept, so that nothing is lost of a shop that sends it again", async () => {
    const live = await connectLive(platform);
    await placeOrder(live);
    const [message] = await messages(live);
    vi.spyOn(env.DB, "batch").mockRejectedValue(new Error("D1_ERROR: Network connection lost."));
    expect((await send(message?.() ?? new Request("https://x.test"))).status).toBe(503);
    vi.restoreAllMocks();
    expect((await send(message?.() ?? new Request("https://x.test"))).status).toBe(200);
    expect(await orders()).toHaveLength(1);
  });

  it("leaves nothing of a shopper in any table", async () => {
    const live = await connectLive(platform);
    await placeOrder(live, { customer: { id: "987654321", email: "Mia.Muster@shopper.example" } });
    await deliver(live);
    expect(await orders()).toHaveLength(1);
    expect(await everything()).not.toMatch(/mia\.muster|987654321/i);
  });
});

describe("WooCommerce", () => {
  it("is answered 200 when it asks, unsigned, whether somebody is there", async () => {
    const live = await connectLive("woocommerce");
    const ping = new Request(`https://go.brand.example/webhooks/woocommerce/${live.storeId}`, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: "webhook_id=7",
    });
    expect((await send(ping)).status).toBe(200);
    expect(await verdicts()).toEqual([]);
  });

  it("SHP-21: what a subscription made is asked for with what it renews, and counts if the store wants it", async () => {
    const live = await connectLive("woocommerce", { settings: { renewals: { first: 1 } } });
    const first = await placeOrder(live);
    const { id: subscription } = await live.shop.act<{ id: string }>("subscribe", { order: first });
    await deliver(live);
    const second = await placeOrder(live, { subscription: subscription, at: Date.now() - 2 * MINUTE });
    const third = await placeOrder(live, { subscription: subscription, at: Date.now() - MINUTE });
    await deliver(live);
    expect((await orders()).map(({ id }) => id)).toEqual([first, second]);
    const rows = await rowsOf("SELECT external_id AS id, renewal_of AS of FROM shop_renewals ORDER BY 1");
    expect(rows).toEqual([second, third].map((id) => ({ id, of: first })));
    expect(await verdicts()).toContainEqual({ source: "shop", verdict: "kept", code: "renewal_not_counted" });
  });

  it("SHP-4: an order that is deleted is cancelled", async () => {
    const live = await connectLive("woocommerce");
    const id = await placeOrder(live);
    await deliver(live);
    await change(live, "delete", id);
    await deliver(live);
    expect(await orders()).toMatchObject([{ id, status: "declined", source: "cancelled" }]);
  });
});

describe("Shopify", () => {
  it("SHP-6, SHP-8: what only names an order is kept first, and asked for as long as the shop gives none", async () => {
    const live = await connectLive("shopify");
    const id = await placeOrder(live, { quiet: true });
    await change(live, "refund", id, { lines: [{ line: 0, quantity: 1 }] });
    const sent = await messages(live);
    await live.shop.faults({ error: 1 });
    for (const message of sent) {
      const request = message();
      // The order itself comes by no message here.
      if (request.headers.get("X-Shopify-Topic") !== "refunds/create") continue;
      expect((await send(request)).status).toBe(200);
    }
    expect(await verdicts()).toMatchObject([{ verdict: "waiting", code: "to_be_fetched" }]);
    await live.shop.faults({});
    await env.DB.prepare("UPDATE shop_connections SET next_poll_at = NULL").run();
    const now = Date.now();
    await runCron("* * * * *", env, now);
    await runCron("* * * * *", env, now + 2 * MINUTE);
    expect(await orders()).toMatchObject([{ id, refunded: 5000 }]);
    expect(await verdicts()).toMatchObject([{ verdict: "used" }, { verdict: "used" }]);
  });

  it("uninstalled is disconnected at once; what it asks for afterwards is done, and all else is 410", async () => {
    const live = await connectLive("shopify");
    await placeOrder(live, { customer: { id: "987654321", email: "mia@shopper.example" } });
    await deliver(live);
    await placeOrder(live);
    const [order] = await messages(live);
    await live.shop.act("uninstall");
    expect(await deliver(live)).toEqual([200]);
    expect(await rowOf(live.storeId)).toMatchObject({ state: "disconnected", next_poll_at: null, token_sealed: null });
    expect((await alarmsOf(live.storeId))["shop_failing"]).toMatchObject({ code: "uninstalled" });
    expect((await send(order?.() ?? new Request("https://x.test"))).status).toBe(410);

    const to = `https://go.brand.example/webhooks/shopify/${live.storeId}`;
    await live.shop.act("message", { topic: "shop/redact", to, body: { shop_domain: live.shop.name } });
    expect(await deliver(live)).toEqual([200]);
    expect(await rowsOf("SELECT customer_hash FROM orders WHERE customer_hash NOT LIKE 'forgotten:%'")).toEqual([]);
    expect(await rowOf(live.storeId)).toMatchObject({ secrets_sealed: null });
    await live.shop.act("message", { topic: "shop/redact", to, body: { shop_domain: live.shop.name } });
    expect(await deliver(live)).toEqual([410]);
  });

  it("is not ended, nor its customers forgotten, by what doesn't name it in its signed body", async () => {
    const live = await connectLive("shopify");
    await placeOrder(live, { customer: { id: "987654321", email: "mia@shopper.example" } });
    const [order] = await messages(live);
    const to = `https://go.brand.example/webhooks/shopify/${live.storeId}`;
    // Its own order, said to be something else.
    for (const topic of ["app/uninstalled", "shop/redact", "customers/redact"]) {
      const request = order?.() ?? new Request(to);
      const headers = new Headers(request.headers);
      headers.set("x-shopify-topic", topic);
      expect((await send(new Request(request, { headers }))).status).toBe(200);
    }
    // The same app in another shop.
    await live.shop.act("message", { topic: "shop/redact", to, body: { shop_domain: "other.myshopify.com" } });
    await live.shop.act("message", { topic: "app/uninstalled", to, body: { myshopify_domain: "other.myshopify.com" } });
    expect(await deliver(live)).toEqual([200, 200]);
    expect(await rowOf(live.storeId)).toMatchObject({ state: "connected" });
    expect(await rowsOf("SELECT DISTINCT reason_code AS reason FROM inbox")).toEqual([{ reason: "another_shop" }]);
  });

  it("uninstalled before it was connected again stays connected", async () => {
    const live = await connectLive("shopify");
    await live.shop.act("uninstall");
    await env.DB.prepare("UPDATE shop_connections SET created_at = ?1")
      .bind(Date.now() + MINUTE)
      .run();
    expect(await deliver(live)).toEqual([200]);
    expect(await rowOf(live.storeId)).toMatchObject({ state: "connected" });
  });

  it("customers/redact and data_request are verified, kept and done", async () => {
    const live = await connectLive("shopify");
    const id = await placeOrder(live, { customer: { id: "987654321", email: "mia@shopper.example" } });
    await deliver(live);
    const to = `https://go.brand.example/webhooks/shopify/${live.storeId}`;
    const customer = { id: 987654321, email: "mia@shopper.example" };
    const body = { shop_domain: live.shop.name, customer, orders_requested: [Number(id)] };
    await live.shop.act("message", { topic: "customers/data_request", to, body });
    expect(await deliver(live)).toEqual([200]);
    const [alarm] = await rowsOf<{ detail: string }>("SELECT detail FROM alarms WHERE kind = 'shop_privacy_request'");
    expect(JSON.parse(alarm?.detail ?? "{}")).toMatchObject({ orders: [{ externalId: id }] });
    await live.shop.act("message", {
      topic: "customers/redact",
      to,
      body: { shop_domain: live.shop.name, customer, orders_to_redact: [Number(id)] },
    });
    expect(await deliver(live)).toEqual([200]);
    expect(await rowsOf("SELECT customer_hash AS hash FROM orders")).toMatchObject([
      { hash: expect.stringMatching(/^forgotten:/) },
    ]);
  });
});

it("bad values of a backfill are told by their names", async () => {
  const live = await connectLive("woocommerce");
  const future = new Date(Date.now() + 3_600_000).toISOString();
  for (const body of [{ from: future }, {}, { from: 7 }, { from: "yesterday" }, { from: null }, { from: [future] }]) {
    const answer = await api("POST", `/stores/${live.storeId}/connection/sync`, body);
    expect(problemOf(answer)).toMatchObject({ status: 422, code: "validation_failed", errors: [{ path: "from" }] });
  }
  const answer = await api("POST", `/stores/${live.storeId}/connection/sync`, { from: "2026-01-01T00:00:00Z", to: 1 });
  expect(problemOf(answer)).toMatchObject({ errors: [{ path: "to" }] });
});

/** A message of `domain`, signed with the app's secret, at the address of a store. */
async function signed(secret: string, storeId: string, topic: string, domain: string, body: unknown, at?: string) {
  const text = JSON.stringify(body);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, ["sign"]);
  const bytes = new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text)));
  const headers = {
    "X-Shopify-Topic": topic,
    "X-Shopify-Shop-Domain": domain,
    ...(at !== undefined && { "X-Shopify-Triggered-At": at }),
    "X-Shopify-Hmac-Sha256": btoa(String.fromCharCode(...bytes)),
  };
  return new Request(`https://waymark.test/webhooks/shopify/${storeId}`, { method: "POST", headers, body: text });
}

it("an app's end that is told again is not that of the connection that followed", async () => {
  const live = await connectLive("shopify");
  const { clientSecret, shop: domain } = live.shop.credentials;
  const end = async (at: string) =>
    send(
      await signed(
        String(clientSecret),
        live.storeId,
        "app/uninstalled",
        String(domain),
        { myshopify_domain: domain },
        at,
      ),
    );
  const at = new Date(Date.now() + 1_000).toISOString();
  expect((await end(at)).status).toBe(200);
  expect(await rowOf(live.storeId)).toMatchObject({ state: "disconnected" });
  await connect(live.storeId, live.shop.credentials);
  await env.DB.prepare("UPDATE shop_connections SET created_at = created_at + 2000").run();
  expect((await end(at)).status).toBe(200);
  expect(await rowOf(live.storeId)).toMatchObject({ state: "connected" });
  expect((await end(new Date(Date.now() + 3_000).toISOString())).status).toBe(200);
  expect(await rowOf(live.storeId)).toMatchObject({ state: "disconnected" });
});

describe("SHP-14: a message that another shop of the same app signed", () => {
  const customers = async () =>
    rowsOf<{ storeId: string; hash: string }>(
      "SELECT store_id AS storeId, customer_hash AS hash FROM orders WHERE customer_hash NOT LIKE 'forgotten:%'",
    );
  const customer = { id: 5001, email: "anna@shopper.example" };

  it("does nothing to the store whose address it came to, and is kept there", async () => {
    const live = await connectLive("shopify");
    await placeOrder(live, { customer });
    await deliver(live);
    const secret = String(live.shop.credentials["clientSecret"]);
    for (const topic of ["shop/redact", "customers/redact", "app/uninstalled"]) {
      const body = { shop_domain: "other.myshopify.com", customer, orders_to_redact: [] };
      const { status } = await send(await signed(secret, live.storeId, topic, "other.myshopify.com", body));
      expect(status).toBe(200);
    }
    expect(await customers()).toHaveLength(1);
    expect(await rowOf(live.storeId)).toMatchObject({ state: "connected" });
    expect(await verdicts()).toEqual(
      expect.arrayContaining([{ source: "shop", verdict: "kept", code: "another_shop" }]),
    );
  });

  it("is taken by the store that is connected to that shop", async () => {
    const live = await connectLive("shopify");
    const secret = String(live.shop.credentials["clientSecret"]);
    const other = await connectLive("shopify", { webhookSecret: secret });
    for (const one of [live, other]) {
      await placeOrder(one, { customer });
      await deliver(one);
    }
    const domain = String(other.shop.credentials["shop"]);
    const { status } = await send(await signed(secret, live.storeId, "shop/redact", domain, { shop_domain: domain }));
    expect(status).toBe(200);
    expect((await customers()).map(({ storeId }) => storeId)).toEqual([live.storeId]);
  });

  it("is so also where the store whose address it came to was disconnected", async () => {
    const live = await connectLive("shopify");
    const other = await connectLive("shopify");
    await placeOrder(other, { customer });
    await deliver(other);
    await api("DELETE", `/stores/${live.storeId}/connection`);
    const { clientSecret, shop: domain } = other.shop.credentials;
    const wish = async (secret: string) =>
      send(await signed(secret, live.storeId, "shop/redact", String(domain), { shop_domain: domain }));
    expect((await wish("anybody's")).status).toBe(410);
    expect(await customers()).toHaveLength(1);
    expect((await wish(String(clientSecret))).status).toBe(200);
    expect(await customers()).toEqual([]);
  });
});

describe("a store that has orders of a WooCommerce shop", () => {
  it("isn't connected to another, whose orders have the same numbers, unless it is the same that moved", async () => {
    const live = await connectLive("woocommerce");
    const other = await makeShopOf("woocommerce");
    const put = async (body: Record<string, unknown>) => api("PUT", `/stores/${live.storeId}/connection`, body);
    expect((await put(other.credentials)).status, "no order yet").toBe(200);
    await placeOrder({ ...live, shop: other });
    await deliver({ ...live, shop: other });
    expect(await orders()).toHaveLength(1);
    expect((await put(other.credentials)).status).toBe(200);
    expect(problemOf(await put(live.shop.credentials))).toMatchObject({ status: 409, code: "shop_differs" });
    await api("DELETE", `/stores/${live.storeId}/connection`);
    expect(problemOf(await put(live.shop.credentials))).toMatchObject({ status: 409, code: "shop_differs" });
    expect((await put({ ...live.shop.credentials, moved: true })).status).toBe(200);
  });
});
