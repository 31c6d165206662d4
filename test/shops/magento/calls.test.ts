import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Stand } from "../../../scripts/shops/stand.ts";
import { shopHttp } from "../../../src/shops/client/http-send.ts";
import { saidOf } from "../../../src/shops/magento/failure.ts";
import { magento as platform } from "../../../src/shops/magento/platform.ts";
import { specOf } from "../code-fixtures.ts";
import { openShop, startMagento } from "./open-shop.ts";

let magento: Stand;

beforeAll(async () => {
  magento = await startMagento();
});

afterAll(() => magento.close());

const SETTING = "“Allow OAuth Access Tokens to be used as standalone Bearer tokens”";

const RIGHTS = [
  "Magento_Sales::actions_view",
  "Magento_Sales::sales_creditmemo",
  "Magento_SalesRule::quote",
  "Magento_Backend::store",
  "Magento_Customer::group",
];

test.each([[null], [[]], [7], [{}], [{ name: "Spring" }], ["<html>Back soon</html>"]])(
  "%j is no rule that is gone: it may be live",
  async (said) => {
    const origin = "https://shop.example";
    const outside = {
      fetch: async (to: unknown) => {
        if (!(to as string).endsWith("/salesRules/9")) return Response.json({ items: [], total_count: 0 });
        return new Response(typeof said === "string" ? said : JSON.stringify(said), { status: 200 });
      },
      now: () => 0,
      wait: async () => {},
      random: () => 0,
    };
    const http = shopHttp(origin, null, async () => {}, outside);
    const access = { storeId: "s", account: origin, origin, apiVersion: null, secrets: { accessToken: "t" } };
    const shop = platform.open(access, http, "wm_click");
    await expect(shop.readCode("9", "LEA10")).rejects.toMatchObject({ code: "unreadable" });
  },
);

test("a refusal that is put together to no end is told in short", () => {
  const body = { message: "%1".repeat(300_000), parameters: ["x".repeat(300_000)] };
  const said = saidOf({ status: 400, headers: new Headers(), body });
  expect(said).toBe(`${"x".repeat(200)}.`);
  const dollar = { message: "No %name.", parameters: { name: "$&$1" } };
  expect(saidOf({ status: 400, headers: new Headers(), body: dollar })).toBe("No $&$1.");
});

describe("a connection to Magento", () => {
  test.each([{ auth: "oauth" }, { auth: "token" }])(
    "works by $auth, and says what the shop counts in",
    async (given) => {
      const { shop, stand } = await openShop(magento.origin, { ...given, currency: "CHF" });
      expect(await shop.check("https://go.example/webhooks")).toEqual({
        account: stand.origin,
        apiVersion: "V1",
        scopes: RIGHTS,
        currency: "CHF",
        webhooks: [],
        problems: [],
      });
      expect(await shop.registerWebhooks("https://go.example/webhooks")).toEqual([]);
      await shop.withdrawWebhooks();
    },
  );

  test("is checked in a shop that refuses large pages", async () => {
    const { shop, stand } = await openShop(magento.origin, { refusesOver: 60 });
    await stand.act("orders", { count: 70, fromAt: 0, stepMs: 1_000, order: { lines: [{ price: "5.00" }] } });
    expect((await shop.check(null)).problems).toEqual([]);
  });

  test("whose token isn't taken by itself names the very setting, at a check and at any call", async () => {
    const { shop, stand } = await openShop(magento.origin, { auth: "token" });
    await stand.act("set", { bearer: false });
    const calls = [() => shop.check(null), () => shop.ordersSince(0, null), () => shop.makeCode(specOf("LEA10"), 0)];
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({ code: "unauthorised", message: expect.stringContaining(SETTING) });
    }
  });

  test("whose token is taken but lacks a right names that, though the shop says the same", async () => {
    const lacks = ["Magento_SalesRule::quote"];
    const { shop } = await openShop(magento.origin, { auth: "token", lacks });
    const found = await shop.check(null);
    expect(found.scopes).toEqual(RIGHTS.filter((right) => right !== "Magento_SalesRule::quote"));
    expect(found.problems).toMatchObject([
      { code: "missing_scope", detail: expect.stringMatching(/Magento_SalesRule::quote.*Cart Price Rules/) },
    ]);
    await expect(shop.makeCode(specOf("LEA10"), 0)).rejects.toMatchObject({
      code: "missing_scope",
      message: expect.stringContaining("Magento_SalesRule::quote"),
    });
  });

  test("by OAuth tells a signature that is wrong from a right that is missing", async () => {
    const wrong = { consumerKey: "a", consumerSecret: "b", token: "c", tokenSecret: "d" };
    const refused = await openShop(magento.origin, {}, wrong);
    await expect(refused.shop.check(null)).rejects.toMatchObject({
      code: "unauthorised",
      message: expect.stringContaining("A consumer with the specified key doesn't exist."),
    });
    const { shop } = await openShop(magento.origin, { lacks: ["Magento_Sales::actions_view"] });
    expect((await shop.check(null)).problems).toMatchObject([{ code: "missing_scope" }]);
    await expect(shop.ordersSince(0, null)).rejects.toMatchObject({ code: "missing_scope" });
  });

  test("signs each try anew, for a nonce is taken once", async () => {
    const { shop, stand, sent } = await openShop(magento.origin);
    await stand.act("order", { lines: [{ price: "1.00" }] });
    await stand.faults({ next: [{ kind: "lost", match: "GET /orders", times: 2 }] });
    expect((await shop.ordersSince(0, null)).readings).toHaveLength(1);
    const nonces = sent.map((request) => /oauth_nonce=\\?"(\w+)/.exec(request)?.[1]);
    expect(new Set(nonces).size).toBe(sent.length);
  });

  test("says that the interface isn't at the address, which isn't an order that there isn't", async () => {
    const { shop } = await openShop(magento.origin);
    const elsewhere = await openShop(magento.origin);
    await fetch(`${magento.origin}/_stand/shops/${elsewhere.stand.name}`, { method: "DELETE" });
    await expect(elsewhere.shop.check(null)).rejects.toMatchObject({ code: "missing_setting" });
    expect(await shop.order("000000001")).toBeNull();
  });

  test("waits as long as a host asks, and tells of one that goes on", async () => {
    const { shop, stand } = await openShop(magento.origin);
    await stand.faults({ throttled: 1 });
    await expect(shop.ordersSince(0, null)).rejects.toMatchObject({ code: "throttled", passing: true });
  });

  test("UPF-2: two store views that number their orders alike are told of, with the way round", async () => {
    const { shop, stand } = await openShop(magento.origin);
    for (const storeView of [1, 2, 2]) await stand.act("order", { lines: [{ price: "1.00" }], storeView });
    expect((await shop.check(null)).problems, "each has its prefix").toEqual([]);
    await stand.act("set", { prefixes: false });
    await stand.act("order", { lines: [{ price: "1.00" }], storeView: 2, number: "000000001" });
    expect((await shop.check(null)).problems).toMatchObject([
      { code: "numbers_not_unique", detail: expect.stringMatching(/^Store views 1 and 2 .*000000001/) },
    ]);
  });
});
