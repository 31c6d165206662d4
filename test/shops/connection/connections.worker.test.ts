import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ProviderId } from "../../../src/ground/model/provider.ts";
import type { Connector } from "../../../src/shops/connection/connector-schema.ts";
import { CONNECTORS } from "../../../src/shops/platforms-load.ts";
import { type Connection, connectionSchema } from "../../../src/shops/connection/schema.ts";
import { openShopSecrets } from "../../../src/shops/connection/seal.ts";
import { checkShops } from "../../../src/shops/connection/health-run.ts";
import { PLATFORM } from "../../../src/shops/client/http-send.ts";
import { openShop } from "../../../src/shops/connection/load-shop.ts";
import type { StandShop } from "../../../scripts/shops/stand-client.ts";
import { api, bodyOf, expectInvalid, problemOf } from "../../ground/api.ts";
import { dump, rowsOf } from "../../ground/rows.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { insertCode, insertPlan } from "../../programme/plan-rows.ts";
import { alarmsOf, connect, connectionOf, hurryCalls, insertConnection, rowOf } from "../connection-fixtures.ts";
import { makeShopOf } from "../stand-shops.ts";

const DAY = 86_400_000;

beforeEach(() => {
  hurryCalls();
  // Alarms are logged as they open.
  vi.spyOn(console, "error").mockReturnValue();
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** What tests ask of a platform's shop. */
interface Case {
  provider: string;
  given?: Record<string, unknown>;
  apiVersion: string;
  scopes: string[];
  topics: string[];
}

const WOO_TOPICS = ["order.created", "order.deleted", "order.restored", "order.updated"];
const SHOPIFY_TOPICS = [
  "app/uninstalled",
  "orders/cancelled",
  "orders/create",
  "orders/edited",
  "orders/paid",
  "orders/updated",
  "refunds/create",
];

const SHOPIFY_SCOPES = ["read_customers", "read_orders", "write_discounts"];

const MAGENTO_SCOPES = [
  "Magento_Sales::actions_view",
  "Magento_Sales::sales_creditmemo",
  "Magento_SalesRule::quote",
  "Magento_Backend::store",
  "Magento_Customer::group",
];

const CASES: readonly (readonly [string, Case])[] = [
  [
    "Shopify by client credentials",
    {
      provider: "shopify",
      given: { scopes: SHOPIFY_SCOPES },
      apiVersion: "2026-10",
      scopes: SHOPIFY_SCOPES,
      topics: SHOPIFY_TOPICS,
    },
  ],
  [
    "Shopify by a token",
    {
      provider: "shopify",
      given: { auth: "token", scopes: SHOPIFY_SCOPES },
      apiVersion: "2026-10",
      scopes: SHOPIFY_SCOPES,
      topics: SHOPIFY_TOPICS,
    },
  ],
  [
    "BigCommerce",
    {
      provider: "bigcommerce",
      apiVersion: "v2, v3",
      scopes: ["Orders: read-only", "Marketing: modify"],
      topics: [
        "store/order/archived",
        "store/order/created",
        "store/order/refund/created",
        "store/order/statusUpdated",
        "store/order/updated",
      ],
    },
  ],
  [
    "WooCommerce",
    {
      provider: "woocommerce",
      apiVersion: "wc/v3",
      scopes: ["read", "write"],
      topics: WOO_TOPICS,
    },
  ],
  ["Magento by OAuth", { provider: "magento", apiVersion: "V1", scopes: MAGENTO_SCOPES, topics: [] }],
  [
    "Magento by a token",
    { provider: "magento", given: { auth: "token" }, apiVersion: "V1", scopes: MAGENTO_SCOPES, topics: [] },
  ],
];

/** The secrets among what connects a shop, also those that are within another field. */
function secretsOf(shop: StandShop, provider: string): Record<string, string> {
  const { accountField } = connectorOf(provider);
  const { provider: _provider, [accountField]: _account, ...given } = shop.credentials as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value]] : Object.entries(value as Record<string, string>),
    ),
  );
}

function connectorOf(provider: string): Connector {
  const connector = CONNECTORS[provider as ProviderId];
  if (connector === undefined) throw new Error(`${provider} can't be connected`);
  return connector;
}

/** A store and its shop. */
async function world({ provider, given }: Pick<Case, "provider" | "given">) {
  const store = await createStore({ provider });
  return { store, shop: await makeShopOf(provider, given) };
}

const topicsOf = ({ webhooks }: Connection): string[] => webhooks.map(({ topic }) => topic);
const statesOf = ({ webhooks }: Connection): string[] => [...new Set(webhooks.map(({ state }) => state))];
const webhooksAt = async (shop: StandShop): Promise<unknown[]> =>
  (await shop.state<{ webhooks: unknown[] }>()).webhooks;

/** Has a connection be due for its check, and runs what is due. */
async function checkDue(storeId: string): Promise<void> {
  await env.DB.prepare("UPDATE shop_connections SET next_check_at = 0 WHERE store_id = ?1").bind(storeId).run();
  await checkShops(env);
}

describe.each(CASES)("a store on %s", (_name, platform) => {
  const { provider, apiVersion, scopes, topics } = platform;
  const [active, missing] = topics.length === 0 ? [[], []] : [["active"], ["missing"]];

  test("is connected by one call: checked, webhooks registered, codes and orders due, nothing shown", async () => {
    const { store, shop } = await world(platform);
    const plan = await insertPlan({ storeId: store.id });
    await insertCode({ storeId: store.id, planId: plan.id, creatorId: (await createCreator()).id });
    const begun = Date.now();
    const answer = await api("PUT", `/stores/${store.id}/connection`, shop.credentials);
    const connection = bodyOf(connectionSchema, answer);
    expect(connection).toMatchObject({
      storeId: store.id,
      provider,
      state: "connected",
      apiVersion,
      scopes,
      webhookUrl: topics.length === 0 ? null : `https://go.brand.example/webhooks/${provider}/${store.id}`,
      codes: { live: 0, pending: 1, failed: 0, withdrawn: 0 },
      orders: { lastAt: null, lastPollAt: null },
      settings: { renewals: "none", giftCards: false, testGateways: [] },
      failure: null,
      problems: [],
      sync: null,
      disconnectedAt: null,
    });
    expect(topicsOf(connection)).toEqual(topics);
    expect(statesOf(connection)).toEqual(active);
    expect(await webhooksAt(shop)).toHaveLength(topics.length);
    expect(Date.parse(connection.orders.nextPollAt ?? "")).toBeGreaterThanOrEqual(begun);
    expect(await rowsOf("SELECT state, next_at FROM shop_codes WHERE store_id = ?1", store.id)).toEqual([
      { state: "pending", next_at: 0 },
    ]);
    expect(await connectionOf(store.id)).toEqual(connection);
    expect(await alarmsOf(store.id)).toEqual({});
  });

  test("has its secrets sealed: none is in an answer, in a table or in the audit log", async () => {
    const { store, shop } = await world(platform);
    const log = vi.spyOn(console, "log");
    const secrets = secretsOf(shop, provider);
    const answers = [
      await api("PUT", `/stores/${store.id}/connection`, shop.credentials),
      await api("GET", `/stores/${store.id}/connection`),
      await api("POST", `/stores/${store.id}/connection/check`),
    ];
    const { results: tables } = await env.DB.prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'",
    ).all<{ name: string }>();
    const kept = await Promise.all(
      tables.map(async ({ name }) => [name, await rowsOf(`SELECT * FROM "${name}"`)] as const),
    );
    const everything = JSON.stringify([answers, kept, log.mock.calls]);
    const row = await rowOf(store.id);
    const sealed = await openShopSecrets(env.VISITOR_KEY, store.id, row["secrets_sealed"] as string);
    expect(sealed).toMatchObject(secrets);
    expect(Object.keys(secrets).length).toBeGreaterThan(0);
    const tokens = (await openShop(env, store.id))?.secrets ?? {};
    for (const secret of new Set([...Object.values(sealed ?? {}), ...Object.values(tokens)])) {
      expect(secret.length).toBeGreaterThan(20);
      expect(everything).not.toContain(secret);
    }
    expect(everything).not.toContain("shpat_");
    // Nor does it open for another store.
    const other = await createStore({ provider });
    expect(await openShopSecrets(env.VISITOR_KEY, other.id, row["secrets_sealed"] as string)).toBeNull();
    expect(await dump("audit_log")).toContain("shopConnection");
  });

  test("is one store's alone: with a second, each order would count twice", async () => {
    const { store, shop } = await world(platform);
    await connect(store.id, shop.credentials);
    await connect(store.id, shop.credentials);
    const other = await createStore({ provider });
    const problem = problemOf(await api("PUT", `/stores/${other.id}/connection`, shop.credentials));
    expect(problem).toMatchObject({ status: 409, code: "shop_connected", detail: expect.stringContaining(store.id) });
    await api("DELETE", `/stores/${store.id}/connection`);
    expect(await connect(other.id, shop.credentials)).toMatchObject({ state: "connected" });
  });

  test("is told what the shop says, where that refuses; nothing is kept of it", async () => {
    const { store, shop } = await world(platform);
    await shop.act("revoke");
    const problem = problemOf(await api("PUT", `/stores/${store.id}/connection`, shop.credentials));
    expect(problem).toMatchObject({ status: 422, code: "shop_refused" });
    expect(problem.detail).toMatch(/^unauthorised: /);
    for (const secret of Object.values(secretsOf(shop, provider))) {
      expect(problem.detail).not.toContain(secret);
    }
    expect(await rowsOf("SELECT * FROM shop_connections")).toEqual([]);
    expect((await api("GET", `/stores/${store.id}/connection`)).status).toBe(404);
  });

  test("is connected as failing where the shop can't be reached now, and mends by itself", async () => {
    const { store, shop } = await world(platform);
    await shop.faults({ error: 1 });
    const connection = await connect(store.id, shop.credentials);
    expect(connection).toMatchObject({ state: "failing", failure: { code: "unavailable" } });
    expect(statesOf(connection)).toEqual(missing);
    const off = topics.length === 0 ? [] : ["shop_webhooks_off"];
    expect(Object.keys(await alarmsOf(store.id)).toSorted()).toEqual(["shop_failing", ...off]);
    await shop.faults({});
    await checkDue(store.id);
    const mended = await connectionOf(store.id);
    expect(mended).toMatchObject({ state: "connected", failure: null, apiVersion, scopes });
    expect([topicsOf(mended), statesOf(mended)]).toEqual([topics, active]);
    expect(await alarmsOf(store.id)).toEqual({});
  });

  test("SHP-17: has webhooks that the platform took away in silence registered again, daily and when asked", async () => {
    const { store, shop } = await world(platform);
    await connect(store.id, shop.credentials);
    await shop.act("dropWebhooks");
    await checkShops(env);
    expect(await webhooksAt(shop), "not due for a day").toEqual([]);
    expect((await rowOf(store.id))["next_check_at"]).toBeGreaterThan(Date.now() + DAY - 60_000);
    await checkDue(store.id);
    expect(await webhooksAt(shop)).toHaveLength(topics.length);

    await shop.act("dropWebhooks");
    const checked = bodyOf(connectionSchema, await api("POST", `/stores/${store.id}/connection/check`));
    expect(statesOf(checked)).toEqual(active);
    expect(await webhooksAt(shop)).toHaveLength(topics.length);
    expect(await alarmsOf(store.id)).toEqual({});
  });

  test.skipIf(topics.length === 0)("SHP-17: is told while they can't be", async () => {
    const { store, shop } = await world(platform);
    await connect(store.id, shop.credentials);
    await shop.act("dropWebhooks");
    const { makesWebhook: match } = await shop.act<{ makesWebhook: string }>("about");
    await shop.faults({ next: [{ kind: "error", times: 100, match }] });
    await checkDue(store.id);
    expect(statesOf(await connectionOf(store.id))).toEqual(["missing"]);
    expect(await alarmsOf(store.id)).toMatchObject({ shop_webhooks_off: { topics: expect.any(Array) } });
    expect((await connectionOf(store.id)).state, "orders are polled").toBe("connected");
    await shop.faults({});
    await checkDue(store.id);
    expect(await alarmsOf(store.id)).toEqual({});
  });

  test("fails at once where the shop refuses its credentials, and goes on with new ones", async () => {
    const { store, shop } = await world(platform);
    await connect(store.id, { ...shop.credentials, settings: { giftCards: true } });
    await shop.act("revoke");
    await checkDue(store.id);
    expect(await connectionOf(store.id)).toMatchObject({ state: "failing", failure: { code: "unauthorised" } });
    expect(await alarmsOf(store.id)).toMatchObject({ shop_failing: { code: "unauthorised" } });
    await shop.faults({});
    // Of another shop here, which this one is after its keys were made anew.
    const fresh = await makeShopOf(provider, platform.given);
    const again = await connect(store.id, fresh.credentials);
    expect(again).toMatchObject({ state: "connected", failure: null, settings: { giftCards: false } });
    expect(await alarmsOf(store.id)).toEqual({});
  });

  test("keeps the secrets that are left out, for the same shop alone", async () => {
    const { store, shop } = await world(platform);
    await connect(store.id, shop.credentials);
    const { accountField, missing } = connectorOf(provider);
    const account = { [accountField]: shop.credentials[accountField] };
    const before = await openShopSecrets(
      env.VISITOR_KEY,
      store.id,
      (await rowOf(store.id))["secrets_sealed"] as string,
    );
    const settings = { renewals: { first: 3 }, testGateways: ["bogus"] };
    expect((await connect(store.id, { ...account, settings })).settings).toEqual({ ...settings, giftCards: false });
    // As are settings: new credentials change nothing of how orders count.
    expect((await connect(store.id, shop.credentials)).settings).toEqual({ ...settings, giftCards: false });
    const after = await openShopSecrets(env.VISITOR_KEY, store.id, (await rowOf(store.id))["secrets_sealed"] as string);
    expect(after).toEqual(before);
    const other = await makeShopOf(provider);
    const elsewhere = { [accountField]: other.credentials[accountField] };
    expectInvalid(await api("PUT", `/stores/${store.id}/connection`, elsewhere), missing({})?.path ?? "");
  });

  test("leaves another shop: its webhooks go, and what was known of codes and orders is of the new one", async () => {
    const { store, shop } = await world(platform);
    const plan = await insertPlan({ storeId: store.id });
    const code = await insertCode({ storeId: store.id, planId: plan.id, creatorId: (await createCreator()).id });
    await connect(store.id, shop.credentials);
    await env.DB.batch([
      env.DB.prepare(
        "UPDATE shop_codes SET state = 'live', external_id = '7', live_text = 'LEA10', terms = '{}', next_at = NULL",
      ),
      env.DB.prepare("UPDATE shop_connections SET polled_to = 5, last_poll_at = 6, orders_leased_until = 7"),
    ]);
    // The same shop once more: what is known stays, and is looked at again.
    await connect(store.id, shop.credentials);
    const codeRow = "SELECT state, external_id, live_text, terms, next_at FROM shop_codes WHERE code_id = ?1";
    expect(await rowsOf(codeRow, code.id)).toEqual([
      { state: "live", external_id: "7", live_text: "LEA10", terms: "{}", next_at: 0 },
    ]);
    expect(await rowOf(store.id)).toMatchObject({ polled_to: 5, last_poll_at: 6, orders_leased_until: 7 });

    const next = await makeShopOf(provider, platform.given);
    await connect(store.id, next.credentials);
    expect(await rowsOf(codeRow, code.id)).toEqual([
      { state: "pending", external_id: null, live_text: null, terms: null, next_at: 0 },
    ]);
    expect(await rowOf(store.id)).toMatchObject({ polled_to: null, last_poll_at: null });
    await vi.waitFor(async () => expect(await webhooksAt(shop)).toEqual([]), { timeout: 20_000 });
    expect(await webhooksAt(next)).toHaveLength(topics.length);
  });

  test("is disconnected: webhooks withdrawn, secrets forgotten, nothing due; and connected again", async () => {
    const { store, shop } = await world(platform);
    const plan = await insertPlan({ storeId: store.id });
    await insertCode({ storeId: store.id, planId: plan.id, creatorId: (await createCreator()).id });
    await connect(store.id, shop.credentials);
    expect((await api("DELETE", `/stores/${store.id}/connection`)).status).toBe(204);
    expect(await webhooksAt(shop)).toEqual([]);
    expect(await rowOf(store.id)).toMatchObject({
      state: "disconnected",
      secrets_sealed: null,
      token_sealed: null,
      next_poll_at: null,
      next_check_at: null,
    });
    expect(await rowsOf("SELECT next_at FROM shop_codes WHERE store_id = ?1", store.id)).toEqual([{ next_at: null }]);
    expect(await connectionOf(store.id)).toMatchObject({ state: "disconnected", webhooks: [], webhookUrl: null });
    await shop.forgetCalls();
    await env.DB.prepare("UPDATE shop_connections SET next_check_at = 0").run();
    await checkShops(env);
    const refused = problemOf(await api("POST", `/stores/${store.id}/connection/check`));
    expect(refused).toMatchObject({ status: 409, code: "not_connected" });
    expect(await shop.calls()).toEqual([]);
    expect((await api("DELETE", `/stores/${store.id}/connection`)).status, "again").toBe(204);

    const again = await connect(store.id, shop.credentials);
    expect(again).toMatchObject({ state: "connected", codes: { pending: 1 }, disconnectedAt: null });
    expect(await webhooksAt(shop)).toHaveLength(topics.length);
    const audit = await rowsOf<{ action: string; actor: string; after: string | null }>(
      "SELECT action, actor, after FROM audit_log WHERE entity = 'shopConnection' ORDER BY id",
    );
    expect(audit.map(({ action, actor }) => `${actor} ${action}`)).toEqual([
      "bootstrap create",
      "bootstrap delete",
      "bootstrap create",
    ]);
    expect(JSON.parse(audit[0]?.after ?? "")).toMatchObject({
      provider,
      state: "connected",
      secrets: expect.any(Array),
    });
  });

  test("is disconnected also where the shop doesn't answer", async () => {
    vi.spyOn(console, "warn").mockReturnValue();
    const { store, shop } = await world(platform);
    await connect(store.id, shop.credentials);
    await shop.faults({ error: 1 });
    expect((await api("DELETE", `/stores/${store.id}/connection`)).status).toBe(204);
    expect(await rowOf(store.id)).toMatchObject({ state: "disconnected", secrets_sealed: null });
  });

  test("stays whole where a third of all calls fail", async () => {
    const { store, shop } = await world(platform);
    await shop.faults({ seed: 7, error: 0.15, cut: 0.1, throttled: 0.05 });
    const outside = { ...PLATFORM, wait: async () => {} };
    let state = (await connect(store.id, shop.credentials)).state as string;
    let webhooks = 0;
    for (let round = 0; round < 20 && (state !== "connected" || webhooks < topics.length); round++) {
      await env.DB.prepare("UPDATE shop_connections SET next_check_at = 0").run();
      await checkShops(env, outside);
      const connection = await connectionOf(store.id);
      state = connection.state;
      webhooks = connection.webhooks.filter((webhook) => webhook.state === "active").length;
    }
    expect([state, webhooks]).toEqual(["connected", topics.length]);
    await shop.faults({});
    await checkDue(store.id);
    expect(await webhooksAt(shop), "none twice").toHaveLength(topics.length);
    expect(await alarmsOf(store.id)).toEqual({});
  });
});

describe("a connection that won't do", () => {
  test.each([
    ["https://10.0.0.8"],
    ["https://localhost/shop"],
    ["https://metadata.google.internal"],
    ["http://shop.brand.com"],
    ["http://127.0.0.1:1/shop"],
    ["https://169.254.169.254"],
  ])("is one to %s: nobody is asked", async (url) => {
    const fetched = vi.spyOn(globalThis, "fetch");
    const store = await createStore({ provider: "woocommerce" });
    const body = { url, consumerKey: "ck_1", consumerSecret: "cs_1" };
    expectInvalid(await api("PUT", `/stores/${store.id}/connection`, body), "url");
    expect(fetched).not.toHaveBeenCalled();
  });

  test("names each field that is wrong, missing or not known", async () => {
    const { id } = await createStore({ provider: "shopify" });
    const put = (body: unknown) => api("PUT", `/stores/${id}/connection`, body);
    expectInvalid(await put({}), "shop");
    expectInvalid(await put({ shop: "brand.myshopify.com" }), "accessToken");
    expectInvalid(await put({ shop: "brand.myshopify.com", clientId: "x" }), "clientSecret");
    expectInvalid(await put({ shop: "brand.myshopify.com", colour: "red" }), "colour");
    expectInvalid(await put({ shop: "brand.myshopify.com", accessToken: "a b" }), "accessToken");
    expectInvalid(await put({ shop: "brand.myshopify.com", accessToken: "x", apiVersion: "2026-02" }), "apiVersion");
    const settings = { renewals: { first: 0 }, giftCards: "no", testGateways: [""], more: 1 };
    const wrong = await put({ shop: "brand.myshopify.com", accessToken: "x", settings });
    for (const path of ["settings.renewals.first", "settings.giftCards", "settings.testGateways.0", "settings.more"]) {
      expectInvalid(wrong, path);
    }
    for (const body of [null, [], '"text"', 7]) expect((await put(body)).status).toBe(422);
  });

  test("is one of another platform than the store's, or of one that can't be connected", async () => {
    const put = async (provider: string, body: Record<string, unknown>) => {
      const { id } = await createStore({ provider });
      return problemOf(await api("PUT", `/stores/${id}/connection`, body));
    };
    const woo = { provider: "woocommerce", url: "https://shop.brand.com", consumerKey: "a", consumerSecret: "b" };
    expect(await put("shopify", woo)).toMatchObject({ status: 409, code: "provider_differs" });
    expect(await put("ast", woo)).toMatchObject({ status: 409, code: "provider_differs" });
    expect(await put("ast", { shop: "brand.myshopify.com" })).toMatchObject({ code: "provider_differs" });
    for (const provider of ["amazon"]) {
      expect(await put(provider, { provider })).toMatchObject({ status: 422, code: "not_supported_yet" });
    }
  });

  test("is one of a store that isn't there, or was deleted", async () => {
    const deleted = await createStore({ provider: "shopify" });
    await api("DELETE", `/stores/${deleted.id}`);
    for (const id of [deleted.id, "str_0000000000000000"]) {
      for (const [method, path] of [
        ["GET", ""],
        ["PUT", ""],
        ["DELETE", ""],
        ["POST", "/check"],
      ] as const) {
        const body = method === "PUT" ? { shop: "brand.myshopify.com", accessToken: "x" } : undefined;
        const answer = await api(method, `/stores/${id}/connection${path}`, body);
        expect(problemOf(answer), `${method} ${path}`).toMatchObject({ status: 404, code: "not_found" });
      }
    }
    expectInvalid(await api("GET", "/stores/shop/connection"), "id");
  });

  test("is one that nothing can be sealed for", async () => {
    const shop = await makeShopOf("shopify");
    const store = await createStore({ provider: "shopify" });
    const { default: worker } = await import("../../../src/index.ts");
    const { createExecutionContext } = await import("cloudflare:test");
    const request = new Request<unknown, IncomingRequestCfProperties>(
      `https://go.brand.example/api/v1/stores/${store.id}/connection`,
      {
        method: "PUT",
        headers: { authorization: `Bearer ${env.ADMIN_API_KEY}` },
        body: JSON.stringify(shop.credentials),
      },
    );
    const answer = await worker.fetch(request, { ...env, VISITOR_KEY: "" }, createExecutionContext());
    expect(answer.status).toBe(503);
    expect(await rowsOf("SELECT * FROM shop_connections")).toEqual([]);
  });
});

describe("a connection", () => {
  test("needs the scopes of whoever may speak for a store", async () => {
    const { id } = await createStore({ provider: "shopify" });
    await insertConnection(id, { nextPollAt: null });
    await expectGuarded("GET", `/stores/${id}/connection`, "settings:read");
    await expectGuarded("PUT", `/stores/${id}/connection`, "settings:write", "orders:write");
    await expectGuarded("DELETE", `/stores/${id}/connection`, "settings:write", "orders:write");
    await expectGuarded("POST", `/stores/${id}/connection/check`, "settings:write");
  });

  test("says which scope is missing, with the way to it, and has the rest work", async () => {
    const { store, shop } = await world({ provider: "shopify", given: { scopes: ["read_customers", "read_orders"] } });
    const connection = await connect(store.id, shop.credentials);
    expect(connection).toMatchObject({
      state: "failing",
      scopes: ["read_customers", "read_orders"],
      failure: { code: "missing_scope", detail: expect.stringContaining("write_discounts") },
    });
    expect(statesOf(connection)).toEqual(["active"]);
    await shop.act("scopes", { scopes: SHOPIFY_SCOPES });
    const checked = bodyOf(connectionSchema, await api("POST", `/stores/${store.id}/connection/check`));
    expect(checked).toMatchObject({ state: "connected", failure: null, problems: [] });
  });

  test("of a key that may only read says where to change that", async () => {
    const { store, shop } = await world({ provider: "woocommerce", given: { permissions: "read" } });
    const connection = await connect(store.id, shop.credentials);
    expect(connection).toMatchObject({
      state: "failing",
      failure: { code: "missing_scope", detail: expect.stringContaining("Read/Write") },
    });
    expect(await alarmsOf(store.id)).toMatchObject({ shop_webhooks_off: { reason: expect.any(String) } });
  });

  test("without what webhooks are signed with has none, and says so", async () => {
    const { store, shop } = await world({ provider: "shopify", given: { auth: "token" } });
    const { clientSecret: _signs, ...credentials } = shop.credentials;
    const connection = await connect(store.id, credentials);
    expect(connection).toMatchObject({ state: "connected", webhooks: [], webhookUrl: null });
    expect(connection.problems).toMatchObject([{ code: "webhooks_unsigned" }]);
    expect(await webhooksAt(shop)).toEqual([]);
    const signed = await connect(store.id, shop.credentials);
    expect(statesOf(signed)).toEqual(["active"]);
    expect(signed.problems).toEqual([]);
  });

  test("says where the shop's currency isn't the store's", async () => {
    const { store, shop } = await world({ provider: "woocommerce", given: { currency: "USD" } });
    const { problems, state } = await connect(store.id, shop.credentials);
    expect([state, problems]).toEqual(["connected", [{ code: "currency_differs", detail: expect.any(String) }]]);
  });

  test("keeps its token for the isolates to come, and gets another when the shop takes it away", async () => {
    const { store, shop } = await world({ provider: "shopify" });
    await connect(store.id, shop.credentials);
    await shop.forgetCalls();
    const tokens = async (): Promise<number> =>
      (await shop.calls()).filter(({ label }) => label.includes("access_token")).length;
    await checkDue(store.id);
    await checkDue(store.id);
    expect(await tokens()).toBe(0);
    await shop.act("expireTokens");
    await checkDue(store.id);
    await checkDue(store.id);
    expect(await tokens()).toBe(1);
    expect((await connectionOf(store.id)).state).toBe("connected");
  });

  test("renews its token before it ends, in two isolates at once as in one", async () => {
    const { store, shop } = await world({ provider: "shopify" });
    await connect(store.id, shop.credentials);
    const { token_expires_at: before } = await rowOf(store.id);
    const now = (before as number) - 300_000;
    await shop.clock(now);
    await shop.forgetCalls();
    const outside = { ...PLATFORM, now: () => now };
    const opened = await Promise.all([openShop(env, store.id, outside), openShop(env, store.id, outside)]);
    await Promise.all(opened.map(async (one) => one?.shop.check(null)));
    const { token_expires_at: after } = await rowOf(store.id);
    expect(after).toBeGreaterThan(now + DAY - 60_000);
    await shop.forgetCalls();
    const next = await openShop(env, store.id, outside);
    await next?.shop.check(null);
    expect((await shop.calls()).map(({ label }) => label).join()).not.toContain("access_token");
  });

  test("holds its store: that isn't deleted, nor moved to another platform", async () => {
    const { id } = await createStore({ provider: "shopify" });
    await insertConnection(id);
    expect(problemOf(await api("DELETE", `/stores/${id}`))).toMatchObject({ status: 409, code: "in_use" });
    const moved = await api("PATCH", `/stores/${id}`, { provider: "woocommerce" });
    expect(problemOf(moved)).toMatchObject({ status: 409, code: "in_use" });
    expect((await api("PATCH", `/stores/${id}`, { provider: "shopify", name: "Linen" })).status).toBe(200);
    await env.DB.prepare("UPDATE shop_connections SET state = 'disconnected'").run();
    expect((await api("PATCH", `/stores/${id}`, { provider: "woocommerce" })).status).toBe(200);
    expect((await api("DELETE", `/stores/${id}`)).status).toBe(204);
  });

  test("of two that are made at once one stands, with its own secrets", async () => {
    const { store, shop } = await world({ provider: "shopify" });
    const other = await makeShopOf("shopify");
    const answers = await Promise.all(
      [shop, other].map(({ credentials }) => api("PUT", `/stores/${store.id}/connection`, credentials)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const row = await rowOf(store.id);
    const stands = row["account"] === shop.name ? shop : other;
    const secrets = await openShopSecrets(env.VISITOR_KEY, store.id, row["secrets_sealed"] as string);
    expect(secrets).toMatchObject({ clientSecret: stands.credentials["clientSecret"] });
    expect((await rowsOf("SELECT 1 FROM audit_log WHERE entity = 'shopConnection'")).length).toBe(2);
  });

  test("of two changes of it at once both stay", async () => {
    const { store, shop } = await world({ provider: "shopify" });
    await connect(store.id, shop.credentials);
    const account = { shop: shop.name };
    const given = { webhookSecret: "a-secret-of-notifications", previousClientSecret: "a-secret-of-before" };
    const answers = await Promise.all(
      Object.entries(given).map(([name, secret]) =>
        api("PUT", `/stores/${store.id}/connection`, { ...account, [name]: secret }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const row = await rowOf(store.id);
    const secrets = await openShopSecrets(env.VISITOR_KEY, store.id, row["secrets_sealed"] as string);
    expect(secrets).toMatchObject({ ...given, clientSecret: shop.credentials["clientSecret"] });
  });

  test("is told of in the reference, by what each platform takes", async () => {
    const response = await exports.default.fetch("https://go.brand.example/openapi.json");
    const { paths, components } = await response.json<{
      paths: Record<string, Record<string, { requestBody?: unknown }>>;
      components: { schemas: Record<string, { anyOf?: { $ref: string }[]; properties?: Record<string, unknown> }> };
    }>();
    const { put } = paths["/api/v1/stores/{id}/connection"] ?? {};
    expect(JSON.stringify(put?.requestBody)).toContain("#/components/schemas/ConnectionRequest");
    const bodies = components.schemas["ConnectionRequest"]?.anyOf?.map(({ $ref }) => $ref.split("/").at(-1) ?? "");
    expect(bodies).toEqual([
      "ShopifyConnection",
      "WooCommerceConnection",
      "BigCommerceConnection",
      "MagentoConnection",
    ]);
    const fieldsOf = (name: string): string[] => Object.keys(components.schemas[name]?.properties ?? {});
    expect(fieldsOf("ShopifyConnection")).toEqual(
      expect.arrayContaining(["shop", "clientId", "clientSecret", "accessToken", "webhookSecret", "apiVersion"]),
    );
    expect(fieldsOf("WooCommerceConnection")).toEqual(
      expect.arrayContaining(["url", "consumerKey", "consumerSecret", "settings"]),
    );
  });

  test("is a figure in /metrics, and no reason for /readyz to be red", async () => {
    const [one, two] = [await createStore({ provider: "shopify" }), await createStore({ provider: "shopify" })];
    await insertConnection(one.id, { lastPollAt: Date.now() - 3_600_000 });
    await insertConnection(two.id, { state: "failing", nextPollAt: null });
    const authorization = `Bearer ${env.ADMIN_API_KEY}`;
    const get = async (path: string): Promise<Response> =>
      exports.default.fetch(`https://go.brand.example${path}`, { headers: { authorization } });
    const text = await (await get("/metrics")).text();
    expect(text).toContain('\nwaymark_shop_connections{state="connected"} 1\n');
    expect(text).toContain('\nwaymark_shop_connections{state="failing"} 1\n');
    expect(text).toContain('\nwaymark_shop_codes{state="pending"} 0\n');
    expect(text).toMatch(/\nwaymark_shop_poll_lag_seconds 36\d\d(\.\d+)?\n/);
    expect((await get("/readyz")).status).toBe(200);
  });
});
