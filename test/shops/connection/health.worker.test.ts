import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Outside } from "../../../src/shops/client/http-send.ts";
import { disconnect, forgetSigning } from "../../../src/shops/connection/end-store.ts";
import { checkShops } from "../../../src/shops/connection/health-run.ts";
import { noteFailure, noteSuccess } from "../../../src/shops/connection/health-store.ts";
import { loadConnection, openShop } from "../../../src/shops/connection/load-shop.ts";
import { openShopSecrets, openToken } from "../../../src/shops/connection/seal.ts";
import { keepTokenOf } from "../../../src/shops/connection/token-store.ts";
import { ShopFailure } from "../../../src/shops/platform.ts";
import { rowsOf } from "../../ground/rows.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { insertCode, insertPlan } from "../../programme/plan-rows.ts";
import { alarmsOf, insertConnection, rowOf } from "../connection-fixtures.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

const passing = new ShopFailure("unavailable", "The shop answers HTTP 503.");
const refused = new ShopFailure("unauthorised", "The shop refuses the token.");

async function connected(values: Parameters<typeof insertConnection>[1] = {}): Promise<string> {
  const { id } = await createStore({ provider: "shopify" });
  await insertConnection(id, values);
  return id;
}

beforeEach(() => {
  // Alarms are logged as they open.
  vi.spyOn(console, "error").mockReturnValue();
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a shop's failures", () => {
  test("that pass make it failing with the third in a row; a success between them begins anew", async () => {
    const id = await connected();
    const states: unknown[] = [];
    const fail = async (at: number): Promise<void> => {
      await noteFailure(env.DB, id, passing, at);
      states.push((await rowOf(id))["state"]);
    };
    await fail(NOW);
    await fail(NOW + MINUTE);
    expect(await alarmsOf(id)).toEqual({});
    await noteSuccess(env.DB, id, NOW + 2 * MINUTE);
    expect(await rowOf(id)).toMatchObject({ failures: 0, failure_code: null, failing_since: null });
    for (const minute of [3, 4, 5]) await fail(NOW + minute * MINUTE);
    expect(states).toEqual(["connected", "connected", "connected", "connected", "failing"]);
    expect(await alarmsOf(id)).toEqual({
      shop_failing: {
        provider: "shopify",
        account: "linen.myshopify.com",
        code: "unavailable",
        detail: "The shop answers HTTP 503.",
        since: "2026-11-20T12:03:00.000Z",
      },
    });
    await noteSuccess(env.DB, id, NOW + HOUR);
    expect(await rowOf(id)).toMatchObject({ state: "connected", failures: 0, failure_code: null });
    expect(await alarmsOf(id)).toEqual({});
  });

  test("that pass make it failing an hour after the first, however few they are", async () => {
    const id = await connected();
    await noteFailure(env.DB, id, passing, NOW);
    await noteFailure(env.DB, id, passing, NOW + HOUR);
    expect(await rowOf(id)).toMatchObject({ state: "failing", failures: 2, failing_since: NOW });
  });

  test.each(["unauthorised", "missing_scope", "missing_setting"] as const)(
    "that waiting doesn't mend (%s) make it failing at once, and have it checked within the hour",
    async (code) => {
      const id = await connected({ nextCheckAt: NOW + DAY });
      await noteFailure(env.DB, id, new ShopFailure(code, "No."), NOW);
      expect(await rowOf(id)).toMatchObject({ state: "failing", failure_code: code, next_check_at: NOW + HOUR });
    },
  );

  test("that a check found are over when a check says so, not when some call succeeds", async () => {
    const id = await connected();
    await noteFailure(env.DB, id, new ShopFailure("missing_scope", "write_discounts"), NOW);
    await noteSuccess(env.DB, id, NOW + MINUTE);
    expect(await rowOf(id)).toMatchObject({ state: "failing", failure_code: "missing_scope" });
    await noteSuccess(env.DB, id, NOW + MINUTE, true);
    expect(await rowOf(id)).toMatchObject({ state: "connected", failure_code: null });
  });

  test("don't connect again what was disconnected", async () => {
    const id = await connected({ state: "disconnected" });
    await noteFailure(env.DB, id, refused, NOW);
    await noteSuccess(env.DB, id, NOW, true);
    expect(await rowOf(id)).toMatchObject({ state: "disconnected", failures: 0, updated_at: 0 });
    expect(await alarmsOf(id)).toEqual({});
  });

  test("are not written about while nothing fails", async () => {
    const id = await connected();
    await noteSuccess(env.DB, id, NOW);
    expect(await rowOf(id)).toMatchObject({ updated_at: 0 });
  });
});

describe("a token of a short life", () => {
  const sealedOf = async (id: string): Promise<string | null> => {
    const { token_sealed: sealed } = await rowOf(id);
    return openToken(env.VISITOR_KEY, id, sealed as string | null);
  };

  test("is kept sealed, for this store alone, and not as its secrets", async () => {
    const [id, other] = [await connected(), await connected()];
    const { secrets_sealed: secrets } = await rowOf(id);
    await keepTokenOf(env, id, secrets as string)("shpat_short_lived", NOW + DAY, null);
    const { token_sealed: sealed, token_expires_at: expiresAt } = await rowOf(id);
    expect([expiresAt, await sealedOf(id)]).toEqual([NOW + DAY, "shpat_short_lived"]);
    expect(sealed).not.toContain("shpat");
    expect(await openToken(env.VISITOR_KEY, other, sealed as string)).toBeNull();
    expect(await openShopSecrets(env.VISITOR_KEY, id, sealed as string)).toBeNull();
    expect(await openToken(env.VISITOR_KEY, id, secrets as string)).toBeNull();
    expect((await rowOf(other))["token_sealed"]).toBeNull();
  });

  test("of two that are got at once the one that lives longer stays", async () => {
    const id = await connected();
    const { secrets_sealed: secrets } = await rowOf(id);
    const keep = keepTokenOf(env, id, secrets as string);
    await Promise.all([keep("earlier", NOW + DAY, null), keep("later", NOW + DAY + 1, null)]);
    expect(await sealedOf(id)).toBe("later");
    // One that was revoked goes, whatever it said.
    await keep("sooner", NOW + HOUR, { value: "later", expiresAt: NOW + DAY + 1 });
    expect(await sealedOf(id)).toBe("sooner");
  });

  test("is not kept beside other secrets than it was got with, nor where there are none any more", async () => {
    const id = await connected();
    await keepTokenOf(env, id, "of before")("late", NOW + DAY, null);
    expect(await sealedOf(id)).toBeNull();
    const { secrets_sealed: secrets } = await rowOf(id);
    await disconnect(env, id, NOW);
    await keepTokenOf(env, id, secrets as string)("late", NOW + DAY, null);
    expect((await rowOf(id))["token_sealed"]).toBeNull();
  });

  test("that can't be kept is no failure", async () => {
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    const broken = { ...env, DB: { prepare: () => expect.fail("D1_ERROR: down") } } as unknown as Env;
    await keepTokenOf(broken, "str_0000000000000000", null)("shpat_x", NOW, null);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining("shop_token_not_kept"));
  });
});

describe("opening a shop", () => {
  test("has its secrets and its token, and the name of the store's click ids", async () => {
    const id = await connected();
    const { secrets_sealed: sealed } = await rowOf(id);
    await keepTokenOf(env, id, sealed as string)("kept", NOW, null);
    const opened = await openShop(env, id);
    expect(opened).toMatchObject({
      platform: { id: "shopify" },
      secrets: { accessToken: "shpat_0123456789abcdef" },
      clickParam: "wm_click",
      currency: "EUR",
    });
    expect(opened?.requests()).toBe(0);
  });

  test("is for stores that are connected", async () => {
    const { id } = await createStore({ provider: "shopify" });
    expect(await openShop(env, id)).toBeNull();
    expect(await openShop(env, "str_0000000000000000")).toBeNull();
    expect(await openShop(env, await connected({ state: "disconnected" }))).toBeNull();
    const deleted = await connected();
    await env.DB.prepare("UPDATE stores SET deleted_at = 1 WHERE id = ?1").bind(deleted).run();
    expect(await openShop(env, deleted)).toBeNull();
  });

  test("says so where VISITOR_KEY was changed", async () => {
    const id = await connected();
    const other = { ...env, VISITOR_KEY: "another-visitor-key-of-32-or-more-characters" };
    await expect(loadConnection(other, id)).rejects.toMatchObject({
      code: "unauthorised",
      message: expect.stringContaining("VISITOR_KEY"),
    });
  });
});

describe("a shop that ends its connection", () => {
  test("has no token, no poll and no work on codes any more; what its last messages are signed with stays 30 days", async () => {
    const id = await connected();
    const plan = await insertPlan({ storeId: id });
    await insertCode({ storeId: id, planId: plan.id, creatorId: (await createCreator()).id });
    await noteFailure(env.DB, id, refused, NOW);
    expect(await disconnect(env, id, NOW)).toBe(true);
    const row = await rowOf(id);
    expect(row).toMatchObject({
      state: "disconnected",
      token_sealed: null,
      next_poll_at: null,
      next_check_at: null,
      failure_code: null,
      disconnected_at: NOW,
    });
    expect(await openShopSecrets(env.VISITOR_KEY, id, row["secrets_sealed"] as string)).toEqual({
      clientSecret: "shpss_0123456789abcdef",
    });
    expect(await rowsOf("SELECT next_at FROM shop_codes WHERE store_id = ?1", id)).toEqual([{ next_at: null }]);
    expect(await alarmsOf(id)).toMatchObject({ shop_failing: { code: "uninstalled" } });
    const audit =
      "SELECT actor, action, entity, before FROM audit_log WHERE entity_id = ?1 AND entity = 'shopConnection'";
    expect(await rowsOf(audit, id)).toEqual([
      {
        actor: "shop",
        action: "delete",
        entity: "shopConnection",
        before: '{"provider":"shopify","account":"linen.myshopify.com"}',
      },
    ]);

    // A shop may tell of it more than once.
    expect(await disconnect(env, id, NOW + HOUR)).toBe(false);
    expect(await rowsOf(audit, id)).toHaveLength(1);
    await forgetSigning(env.DB, NOW + 29 * DAY);
    expect((await rowOf(id))["secrets_sealed"]).not.toBeNull();
    await forgetSigning(env.DB, NOW + 31 * DAY);
    expect((await rowOf(id))["secrets_sealed"]).toBeNull();
  });
});

describe("the checks of shops", () => {
  /** A world in which every call is refused, at a time. */
  function world(now: number, status = 401) {
    const asked: string[] = [];
    const outside: Outside = {
      fetch: async (url) => {
        asked.push(/[a-z]+\.myshopify\.com/.exec(url as string)?.[0] ?? "");
        return Response.json({ errors: "Invalid API key or access token" }, { status });
      },
      now: () => now,
      wait: async () => {},
      random: () => 0.5,
    };
    return { asked, outside };
  }

  test("are of those that are due, once, and an hour later again while they fail", async () => {
    const due = await connected({ nextCheckAt: NOW - 1, account: "due.myshopify.com" });
    await connected({ nextCheckAt: NOW + 1, account: "later.myshopify.com" });
    await connected({ nextCheckAt: null, state: "disconnected", account: "gone.myshopify.com" });
    const { asked, outside } = world(NOW);
    await Promise.all([checkShops(env, outside), checkShops(env, outside)]);
    await checkShops(env, outside);
    expect([...new Set(asked)]).toEqual(["due.myshopify.com"]);
    const calls = asked.length;
    expect(await rowOf(due)).toMatchObject({
      state: "failing",
      failure_code: "unauthorised",
      failures: 1,
      checked_at: NOW,
      next_check_at: NOW + HOUR,
    });
    await checkShops(env, world(NOW + HOUR).outside);
    expect(await rowOf(due)).toMatchObject({ failures: 2, failing_since: NOW });
    expect(calls).toBe(1);
  });

  test("hold up no other shop, and go on where a run had to end", async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, async () => connected()));
    let now = NOW;
    const slow: Outside = {
      ...world(NOW).outside,
      fetch: async () => {
        now += 11_000;
        return Response.json({}, { status: 401 });
      },
      now: () => now,
    };
    await checkShops(env, slow);
    const checked = async (): Promise<number> =>
      (await rowsOf("SELECT 1 FROM shop_connections WHERE checked_at IS NOT NULL")).length;
    const first = await checked();
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(ids.length);
    await checkShops(env, slow);
    expect(await checked()).toBe(ids.length);
  });

  test("note a connection whose secrets can't be opened", async () => {
    vi.spyOn(console, "warn").mockReturnValue();
    const id = await connected();
    const other = { ...env, VISITOR_KEY: "another-visitor-key-of-32-or-more-characters" };
    await checkShops(other, world(NOW).outside);
    expect(await rowOf(id)).toMatchObject({ state: "failing", failure_code: "unauthorised" });
    expect((await rowOf(id))["next_check_at"]).toBeLessThanOrEqual(NOW + HOUR);
  });
});
