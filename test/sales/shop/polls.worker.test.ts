import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pollShops, POLL_EVERY_MS, REFUNDS_EVERY_MS } from "../../../src/sales/shop/poll-run.ts";
import type { ProviderId } from "../../../src/ground/model/provider.ts";
import { syncShops } from "../../../src/sales/shop/sync-run.ts";
import { connectionSchema } from "../../../src/shops/connection/schema.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { rowsOf } from "../../ground/rows.ts";
import { alarmsOf, connect, connectionOf, hurryCalls, rowOf } from "../../shops/connection-fixtures.ts";
import { makeShopOf } from "../../shops/stand-shops.ts";
import { change, connectLive, type LiveShop, PLATFORMS, placeOrder, runJobs } from "./live-fixtures.ts";
import { orders, verdicts } from "./shop-fixtures.ts";

beforeEach(() => {
  hurryCalls();
  vi.spyOn(console, "error").mockReturnValue();
  vi.spyOn(console, "warn").mockReturnValue();
});

afterEach(() => {
  vi.restoreAllMocks();
});

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** As it is while a test watches it. */
const original = globalThis.fetch;

/** A store whose shop sends no message. */
async function silent(platform: ProviderId, given: Record<string, unknown> = {}): Promise<LiveShop> {
  const live = await connectLive(platform, {}, given);
  await live.shop.faults({ webhooks: { off: true } });
  return live;
}

const asked = async ({ shop }: LiveShop): Promise<string[]> => (await shop.calls()).map(({ label }) => label);

describe.each(PLATFORMS)("a poll of %s", (platform) => {
  it("SHP-17: finds what no message told of, from a day before the connection on, and changes nothing when it is done again", async () => {
    const live = await silent(platform);
    const now = Date.now();
    await placeOrder(live, { at: now - 3 * DAY });
    const old = await placeOrder(live, { at: now - 20 * HOUR });
    const id = await placeOrder(live);
    await pollShops(env, now);
    expect((await orders()).map((order) => order["id"])).toEqual([old, id].toSorted());
    expect(await rowOf(live.storeId)).toMatchObject({
      next_poll_at: now + POLL_EVERY_MS,
      last_poll_at: now,
      poll_cursor: null,
      orders_leased_until: 0,
    });
    const before = await rowsOf("SELECT * FROM inbox");
    const evidence = await rowsOf("SELECT * FROM order_evidence");
    await pollShops(env, now + POLL_EVERY_MS);
    expect(await rowsOf("SELECT * FROM inbox")).toEqual(before);
    expect(await rowsOf("SELECT * FROM order_evidence")).toEqual(evidence);
  });

  it("is not due before its time, or while somebody else has the store's orders", async () => {
    const live = await silent(platform);
    const now = Date.now();
    await pollShops(env, now);
    await live.shop.forgetCalls();
    await pollShops(env, now + MINUTE);
    expect(await asked(live)).toEqual([]);
    await env.DB.prepare("UPDATE shop_connections SET orders_leased_until = ?1")
      .bind(now + DAY)
      .run();
    await pollShops(env, now + HOUR);
    expect(await asked(live)).toEqual([]);
  });

  it("that fails is tried again, makes the connection failing in the end, and loses nothing", async () => {
    const live = await silent(platform);
    const id = await placeOrder(live);
    // A 503 asks for time, at some platforms.
    const next = [{ kind: "error" as const, status: 500, times: 1_000 }];
    await live.shop.faults({ next, webhooks: { off: true } });
    let now = Date.now();
    for (let run = 0; run < 3; run++) {
      await pollShops(env, now);
      now += POLL_EVERY_MS;
    }
    expect(await rowOf(live.storeId)).toMatchObject({ state: "failing", polled_to: null, failure_code: "unavailable" });
    expect((await alarmsOf(live.storeId))["shop_failing"]).toMatchObject({ code: "unavailable" });
    await live.shop.faults({ webhooks: { off: true } });
    await pollShops(env, now);
    expect(await orders()).toMatchObject([{ id }]);
    expect(await rowOf(live.storeId)).toMatchObject({ state: "connected" });
    expect(await alarmsOf(live.storeId)).toEqual({});
  });

  it("that ends after its page was kept goes on, and knows only what is in the inbox", async () => {
    const live = await silent(platform);
    const id = await placeOrder(live);
    const now = Date.now();
    const spy = vi.spyOn(env.DB, "batch").mockRejectedValue(new Error("no such thing"));
    await expect(pollShops(env, now)).rejects.toThrow("no such thing");
    spy.mockRestore();
    expect(await rowOf(live.storeId)).toMatchObject({ polled_to: null, orders_leased_until: 0 });
    await pollShops(env, now + POLL_EVERY_MS);
    expect(await orders()).toMatchObject([{ id }]);
  });

  it("SHP-9: reads refunds of the last days again, of which nothing says that an order changed", async () => {
    const live = await silent(platform);
    const now = Date.now();
    const id = await placeOrder(live, { at: now - 2 * HOUR });
    await pollShops(env, now);
    await change(live, "refund", id, { lines: [{ line: 0, quantity: 1 }], bump: false });
    await pollShops(env, now + HOUR);
    await pollShops(env, now + REFUNDS_EVERY_MS + HOUR);
    expect(await orders()).toMatchObject([{ id, refunded: 5000 }]);
    expect(await rowOf(live.storeId)).toMatchObject({ refunds_read_at: now + REFUNDS_EVERY_MS + HOUR });
  });
});

describe("a poll", () => {
  it("SHP-25: of a page with an order that the shop can't give has the others, and says so", async () => {
    const live = await silent("woocommerce");
    const ids = [await placeOrder(live), await placeOrder(live), await placeOrder(live)];
    await live.shop.act("poison", { order: ids[1] });
    await pollShops(env, Date.now());
    expect((await orders()).map((order) => order["id"])).toEqual([ids[0], ids[2]]);
    expect(await verdicts()).toEqual(
      expect.arrayContaining([{ source: "shop", verdict: "refused", code: "skipped_by_shop" }]),
    );
  });

  it("of a store that was disconnected asks nothing", async () => {
    const live = await silent("shopify");
    expect((await api("DELETE", `/stores/${live.storeId}/connection`)).status).toBe(204);
    await live.shop.forgetCalls();
    await runJobs(Date.now() + HOUR);
    expect(await asked(live)).toEqual([]);
  });

  it("of one shop that fails holds up no other", async () => {
    const first = await silent("shopify");
    const second = await silent("woocommerce");
    await first.shop.faults({ error: 1, webhooks: { off: true } });
    const id = await placeOrder(second);
    await pollShops(env, Date.now());
    expect(await orders()).toMatchObject([{ id }]);
  });
});

describe.each(PLATFORMS)("a backfill of %s", (platform) => {
  it("begins at once, goes on in the next run, and says how far it is", async () => {
    const live = await silent(platform);
    const now = Date.now();
    await pollShops(env, now);
    const times = Array.from({ length: 230 }, (_none, index) => now - 40 * DAY + index * HOUR);
    const order = { lines: [{ price: "50.00", sku: "TEE" }] };
    await live.shop.act("orders", { count: times.length, fromAt: times[0], stepMs: HOUR, order });
    await env.DB.prepare("UPDATE shop_connections SET orders_leased_until = ?1")
      .bind(now + 10 * DAY)
      .run();
    const from = new Date(now - 50 * DAY).toISOString();
    const begun = bodyOf(connectionSchema, await api("POST", `/stores/${live.storeId}/connection/sync`, { from }));
    expect(begun.sync).toMatchObject({ from, orders: 0, finishedAt: null });
    await env.DB.prepare("UPDATE shop_connections SET orders_leased_until = 0").run();

    // A run that ends in the middle, after one page.
    await syncShops(env, now + MINUTE, { timeMs: 1 });
    const middle = (await connectionOf(live.storeId)).sync;
    for (let run = 2; (await connectionOf(live.storeId)).sync?.finishedAt === null && run < 9; run++) {
      await syncShops(env, now + run * MINUTE);
    }
    expect(middle?.orders ?? 0).toBeLessThan(times.length);
    const { sync } = await connectionOf(live.storeId);
    expect(sync).toMatchObject({ skipped: 0 });
    // An order on the edge of two pages may be in both.
    expect(sync?.orders).toBeGreaterThanOrEqual(times.length);
    expect(sync?.orders).toBeLessThan(times.length * 1.1);
    expect(await orders()).toHaveLength(times.length);
    const row = await rowOf(live.storeId);
    expect(row).toMatchObject({ orders_leased_until: 0 });
  });

  it("takes the place of another, and the same again changes nothing", async () => {
    const live = await silent(platform);
    await env.DB.prepare("UPDATE shop_connections SET orders_leased_until = ?1")
      .bind(Date.now() + DAY)
      .run();
    const start = async (days: number) =>
      bodyOf(
        connectionSchema,
        await api("POST", `/stores/${live.storeId}/connection/sync`, {
          from: new Date(Date.UTC(2026, 9, days)).toISOString(),
        }),
      );
    const one = await start(1);
    expect((await start(1)).sync).toEqual(one.sync);
    expect((await start(2)).sync?.from).toBe("2026-10-02T00:00:00.000Z");
    await api("DELETE", `/stores/${live.storeId}/connection`);
    const answer = await api("POST", `/stores/${live.storeId}/connection/sync`, { from: "2026-10-01T00:00:00Z" });
    expect([answer.status, (answer.body as { code: string }).code]).toEqual([409, "not_connected"]);
  });
});

describe("a poll on a bad day", () => {
  it.each(PLATFORMS)("of %s isn't led into a time to come by an order of then", async (platform) => {
    const live = await silent(platform);
    const now = Date.now();
    await placeOrder(live, { at: now + 400 * DAY });
    await pollShops(env, now);
    const id = await placeOrder(live, { at: now + MINUTE });
    await pollShops(env, now + POLL_EVERY_MS);
    expect((await orders()).map((order) => order["id"])).toContain(id);
  });

  it("notes nothing for the shop that the store was connected to meanwhile", async () => {
    const live = await silent("shopify");
    const other = await makeShopOf("shopify");
    const now = Date.now();
    await placeOrder(live, { at: now - HOUR });
    const missed = await other.act<{ id: string }>("order", { lines: [{ price: "5.00" }], at: now - 20 * HOUR });
    await other.faults({ webhooks: { off: true } });
    let isFirst = true;
    const spy = vi.spyOn(globalThis, "fetch").mockImplementation(async (...given) => {
      if (isFirst) {
        isFirst = false;
        await connect(live.storeId, other.credentials);
      }
      return original(...given);
    });
    await pollShops(env, now);
    spy.mockRestore();
    expect(await rowOf(live.storeId)).toMatchObject({ polled_to: null, poll_cursor: null });
    await pollShops(env, Date.now() + MINUTE);
    expect((await orders()).map((order) => order["id"])).toContain(missed.id);
  });

  it("doesn't go round in pages that come again, and tells of it", async () => {
    const live = await silent("shopify");
    await placeOrder(live);
    let calls = 0;
    const spy = vi.spyOn(globalThis, "fetch").mockImplementation(async (to, init) => {
      calls += 1;
      const asking = typeof init?.body === "string" ? init.body.replace('"after":"again"', '"after":null') : null;
      const response = await original(to, { ...init, body: asking });
      const body: { data?: { orders?: { pageInfo?: unknown } } } = await response.json();
      if (body.data?.orders !== undefined) body.data.orders.pageInfo = { hasNextPage: true, endCursor: "again" };
      return Response.json(body);
    });
    const now = Date.now();
    for (let run = 0; run < 3; run++) await pollShops(env, now + run * POLL_EVERY_MS);
    spy.mockRestore();
    expect(calls).toBeLessThan(20);
    expect(await orders()).toHaveLength(1);
    expect((await alarmsOf(live.storeId))["shop_failing"]).toMatchObject({ code: "refused" });
  });

  it("whose refunds can't be read makes the connection failing, though orders can", async () => {
    const live = await silent("woocommerce");
    await live.shop.faults({
      next: [{ kind: "error", match: "refunds", times: 1000, status: 400 }],
      webhooks: { off: true },
    });
    const id = await placeOrder(live);
    const now = Date.now();
    for (let run = 0; run < 3; run++) await pollShops(env, now + run * POLL_EVERY_MS);
    expect(await orders()).toMatchObject([{ id }]);
    expect((await alarmsOf(live.storeId))["shop_failing"]).toMatchObject({ code: "refused" });
    await live.shop.faults({ webhooks: { off: true } });
    await pollShops(env, now + 3 * POLL_EVERY_MS);
    expect(await rowOf(live.storeId)).toMatchObject({ state: "connected", failures: 0 });
  });

  it("of a shop that doesn't answer holds up no other", async () => {
    const slow = await silent("shopify");
    const quick = await silent("woocommerce");
    await env.DB.prepare("UPDATE shop_connections SET next_poll_at = 0 WHERE store_id = ?1").bind(slow.storeId).run();
    const id = await placeOrder(quick);
    const { promise: held, resolve: answer } = Promise.withResolvers<void>();
    const spy = vi.spyOn(globalThis, "fetch").mockImplementation(async (to, init) => {
      if (typeof to === "string" && to.includes(slow.shop.name)) await held;
      return original(to, init);
    });
    const run = pollShops(env, Date.now());
    await vi.waitFor(async () => expect(await orders()).toMatchObject([{ id }]), { timeout: 5_000 });
    answer();
    await run;
    spy.mockRestore();
  });
});

describe("a backfill on a bad day", () => {
  it("goes on from what it has read where the shop refuses the place where it stood", async () => {
    const live = await silent("shopify");
    const now = Date.now();
    await pollShops(env, now);
    const [old, late] = [await placeOrder(live, { at: now - 9 * DAY }), await placeOrder(live, { at: now - 3 * DAY })];
    const sync = { from: now - 10 * DAY, cursor: "100 no-such-place", readTo: now - 5 * DAY, orders: 7, skipped: 0 };
    await env.DB.prepare("UPDATE shop_connections SET sync = ?1")
      .bind(JSON.stringify({ ...sync, startedAt: now, updatedAt: now, finishedAt: null }))
      .run();
    for (let run = 1; run < 4; run++) await syncShops(env, now + run * MINUTE);
    expect((await connectionOf(live.storeId)).sync).toMatchObject({
      from: new Date(sync.from).toISOString(),
      orders: 8,
      finishedAt: expect.any(String),
    });
    expect((await orders()).map((order) => order["id"])).toEqual([late]);
    expect(old).not.toBe(late);
  });
});
