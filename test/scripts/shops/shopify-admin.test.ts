import { describe, expect, it } from "vitest";
import { makeShop } from "../../../scripts/shops/stand-client.ts";
import { type Called, GRAPHQL, HOOK, SUBSCRIBE, type Told, withStand } from "./shopify-fixtures.ts";

const { shopOf, origin } = withStand();

const NAME = "{ shop { name } }";
const T0 = Date.UTC(2026, 10, 1);

describe("the stand-in's access", () => {
  it("gives tokens of a day for a client's id and secret, and none for another shop's app", async () => {
    const { shop, post } = await shopOf({ auth: "client", scopes: ["read_orders"] });
    const { clientId, clientSecret } = shop.credentials;
    const asked = { client_id: clientId, client_secret: clientSecret, grant_type: "client_credentials" };
    const token = async (given: object): Promise<{ status: number; body: Record<string, unknown> }> => {
      const answer = await post("/admin/oauth/access_token", given);
      return { status: answer.status, body: await answer.json<Record<string, unknown>>() };
    };
    const { status, body } = await token(asked);
    expect([status, body]).toEqual([
      200,
      { access_token: expect.any(String), scope: "read_orders", expires_in: 86_399 },
    ]);
    const call = async (): Promise<number> =>
      (await post(GRAPHQL, { query: NAME }, { "X-Shopify-Access-Token": String(body.access_token) })).status;
    expect(await call()).toBe(200);
    await shop.clock(Date.now() + 86_400_000);
    expect(await call()).toBe(401);
    await shop.clock(null);
    await shop.act("expireTokens");
    expect(await call()).toBe(401);
    expect(await token({ ...asked, client_secret: "no" })).toMatchObject({
      status: 400,
      body: { error: "invalid_client" },
    });

    const foreign = await shopOf({ auth: "client", foreign: true });
    const refused = await foreign.post("/admin/oauth/access_token", {
      client_id: foreign.shop.credentials.clientId,
      client_secret: foreign.shop.credentials.clientSecret,
      grant_type: "client_credentials",
    });
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: "shop_not_permitted" }]);
  });

  it("refuses fields that there are none of, wrong arguments and what the scopes don't allow", async () => {
    const { ask, shop } = await shopOf({ scopes: ["read_orders"] });
    expect((await ask("{ shop { nothing } }")).errors?.[0]?.message).toContain('Cannot query field "nothing"');
    expect((await ask("{ orders(first: 1, since: 3) { nodes { id } } }")).errors?.[0]?.message).toContain("since");
    expect((await ask("{ orders { nodes { id } } }")).errors?.[0]?.message).toContain("first or last");
    expect((await ask("{ orders(first: 251) { nodes { id } } }")).errors?.[0]?.message).toContain("250");
    expect((await ask(`{ orders(first: 1, query: "colour:red") { nodes { id } } }`)).errors).toHaveLength(1);
    expect((await ask(`{ codeDiscountNodeByCode(code: "A") { id } }`)).errors).toMatchObject([
      { path: ["codeDiscountNodeByCode"], extensions: { code: "ACCESS_DENIED" } },
    ]);
    await shop.act("order", { lines: [{ price: "1.00" }] });
    const { data, errors } = await ask("{ orders(first: 1) { nodes { name customer { id } } } }");
    expect(data.orders.nodes).toEqual([{ name: "#1001", customer: null }]);
    expect(errors).toMatchObject([{ path: ["orders", "nodes", 0, "customer"], extensions: { code: "ACCESS_DENIED" } }]);
    await shop.act("scopes", { scopes: ["write_orders", "read_customers"] });
    expect((await ask("{ orders(first: 1) { nodes { customer { id } } } }")).errors).toBeUndefined();
  });

  it("answers by the oldest version that is supported where one is past, and says so; one to come isn't there", async () => {
    const { shop, post } = await shopOf({ versions: ["2026-01", "2026-04"] });
    const asked = async (version: string): Promise<[number, string | null]> => {
      const headers = { "X-Shopify-Access-Token": shop.credentials.accessToken ?? "" };
      const answer = await post(`/admin/api/${version}/graphql.json`, { query: NAME }, headers);
      return [answer.status, answer.headers.get("X-Shopify-API-Version")];
    };
    expect(await asked("2026-04")).toEqual([200, "2026-04"]);
    expect(await asked("2025-01")).toEqual([200, "2026-01"]);
    expect((await asked("2027-01"))[0]).toBe(404);
  });
});

describe("the stand-in's limits", () => {
  it("throttles by HTTP 200 and points that come back with time, and refuses what is never to be had", async () => {
    const { shop, ask } = await shopOf({ plan: "standard" });
    await shop.clock(T0);
    for (let index = 0; index < 30; index += 1) await shop.act("order", { lines: [{ price: "1.00" }] });
    const dear = `{ orders(first: 250) { nodes { id ${Array.from({ length: 8 }, (_none, index) => `a${index}: lineItems(first: 50) { nodes { id } }`).join(" ")} } } }`;
    const first = await ask(dear);
    const { requestedQueryCost, actualQueryCost, throttleStatus } = first.extensions.cost;
    expect(requestedQueryCost).toBeGreaterThan(500);
    expect(actualQueryCost).toBeLessThan(requestedQueryCost);
    expect(throttleStatus).toMatchObject({ maximumAvailable: 2_000, restoreRate: 100 });
    let answer = first;
    for (let call = 0; call < 30 && answer.errors === undefined; call += 1) answer = await ask(dear);
    expect(answer.errors).toMatchObject([{ message: "Throttled", extensions: { code: "THROTTLED" } }]);
    expect(answer.data).toBeUndefined();
    expect(answer.extensions.cost.actualQueryCost).toBeNull();
    const missing = requestedQueryCost - answer.extensions.cost.throttleStatus.currentlyAvailable;
    await shop.clock(T0 + Math.ceil(missing / 100) * 1_000);
    expect((await ask(dear)).errors).toBeUndefined();

    const more = dear.replaceAll("first: 50", "first: 250").replaceAll("nodes { id }", "nodes { id product { id } }");
    expect((await ask(more)).errors).toMatchObject([{ extensions: { code: "MAX_COST_EXCEEDED", maxCost: 1_000 } }]);
  });

  it("says 429 with and without Retry-After where a test wants it", async () => {
    const { shop, post } = await shopOf();
    const status = async (): Promise<[number, string | null]> => {
      const answer = await post(
        GRAPHQL,
        { query: NAME },
        { "X-Shopify-Access-Token": shop.credentials.accessToken ?? "" },
      );
      return [answer.status, answer.headers.get("Retry-After")];
    };
    await shop.faults({ throttled: 1 });
    expect(await status()).toEqual([200, null]);
    await shop.faults({ throttled: 1, throttledAs: { status: 429 } });
    expect(await status()).toEqual([429, null]);
    await shop.faults({ throttled: 1, throttledAs: { status: 429, retryAfter: 2 } });
    expect(await status()).toEqual([429, "2.0"]);
  });
});

describe("the stand-in's list of orders", () => {
  const PAGE = `query ($after: String, $query: String) { orders(first: 2, after: $after, sortKey: UPDATED_AT, query: $query) {
    pageInfo { hasNextPage endCursor } nodes { name } } }`;
  const page = async ({ ask }: Called, variables: object): Promise<{ names: string[]; next: string | null }> => {
    const { orders } = (await ask(PAGE, variables)).data;
    const { hasNextPage, endCursor } = orders.pageInfo;
    return { names: orders.nodes.map((one: { name: string }) => one.name), next: hasNextPage ? endCursor : null };
  };

  it("SHP-25: pages by what changed last, and one that changes meanwhile comes again behind", async () => {
    const called = await shopOf();
    const { shop } = called;
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      await shop.clock(T0 + index * 60_000);
      ids.push((await shop.act<Told>("order", { lines: [{ price: "1.00" }] })).id);
    }
    const query = "updated_at:>='2026-11-01T00:01:00Z'";
    const first = await page(called, { query });
    expect(first.names).toEqual(["#1002", "#1003"]);
    await shop.clock(T0 + 600_000);
    await shop.act("fulfil", { order: ids[3] });
    const second = await page(called, { query, after: first.next });
    expect(second).toEqual({ names: ["#1005", "#1004"], next: null });
    expect((await page(called, { query: "updated_at:>'2026-11-01T00:10:00Z'" })).names).toEqual([]);
    expect((await page(called, { query: "status:any AND name:#1003" })).names).toEqual(["#1003"]);
  });

  it("shows orders older than 60 days with read_all_orders alone", async () => {
    const called = await shopOf({ scopes: ["read_orders"] });
    await called.shop.clock(T0);
    const lines = [{ price: "1.00" }];
    const old = await called.shop.act<Told>("order", { lines, at: T0 - 61 * 86_400_000 });
    await called.shop.act("order", { lines, at: T0 - 59 * 86_400_000 });
    expect((await page(called, {})).names).toEqual(["#1002"]);
    const one = `{ order(id: "gid://shopify/Order/${old.id}") { name } }`;
    expect((await called.ask(one)).data.order).toBeNull();
    await called.shop.act("scopes", { scopes: ["read_orders", "read_all_orders"] });
    expect((await page(called, {})).names).toEqual(["#1001", "#1002"]);
    expect((await called.ask(one)).data.order).toEqual({ name: "#1001" });
  });

  it("makes ten thousand orders at once", async () => {
    const { shop, ask } = await shopOf();
    const order = { lines: [{ price: "10.00" }] };
    const { ids } = await shop.act<{ ids: string[] }>("orders", { count: 10_000, fromAt: T0, stepMs: 1_000, order });
    expect(new Set(ids).size).toBe(10_000);
    const { data } = await ask(`{ ordersCount(query: "updated_at:>=2026-11-01T01:00:00Z", limit: null) { count } }`);
    expect(data.ordersCount.count).toBe(6_400);
  });
});

describe("the stand-in's webhooks", () => {
  const LIST = "{ webhookSubscriptions(first: 50) { nodes { id topic uri } } }";
  const listed = async ({ ask }: Called): Promise<string[]> =>
    (await ask(LIST)).data.webhookSubscriptions.nodes.map(({ topic }: { topic: string }) => topic);

  it("are subscribed to once a topic and address, and not to topics of compliance", async () => {
    const called = await shopOf();
    const { ask } = called;
    const first = await ask(SUBSCRIBE, { topic: "ORDERS_CREATE", uri: HOOK });
    expect(first.data.webhookSubscriptionCreate).toMatchObject({
      webhookSubscription: { topic: "ORDERS_CREATE", uri: HOOK },
      userErrors: [],
    });
    const again = await ask(SUBSCRIBE, { topic: "ORDERS_CREATE", uri: HOOK });
    expect(again.data.webhookSubscriptionCreate.userErrors).toEqual([
      { field: ["webhookSubscription", "uri"], message: "Address for this topic has already been taken" },
    ]);
    expect((await ask(SUBSCRIBE, { topic: "CUSTOMERS_REDACT", uri: HOOK })).errors).toHaveLength(1);
    const { id } = first.data.webhookSubscriptionCreate.webhookSubscription;
    const remove = `mutation { webhookSubscriptionDelete(id: "${id}") { deletedWebhookSubscriptionId userErrors { message } } }`;
    expect((await ask(remove)).data.webhookSubscriptionDelete.deletedWebhookSubscriptionId).toBe(id);
    expect((await ask(remove)).data.webhookSubscriptionDelete.userErrors).toHaveLength(1);
    expect(await listed(called)).toEqual([]);
  });

  it("SHP-1: say by one event id which messages are of one act, and carry headers of either family", async () => {
    for (const [headers, prefix] of [
      ["classic", "X-Shopify-"],
      ["events", "shopify-"],
    ]) {
      const { shop, ask } = await shopOf({ headers });
      for (const topic of ["ORDERS_CREATE", "ORDERS_PAID", "ORDERS_UPDATED"])
        await ask(SUBSCRIBE, { topic, uri: HOOK });
      await shop.act("order", { lines: [{ price: "1.00" }] });
      const taken = await shop.take();
      expect(taken.map(({ topic }) => topic)).toEqual(["orders/create", "orders/paid", "orders/updated"]);
      expect(new Set(taken.map((one) => one.headers[`${prefix}event-id`])).size).toBe(1);
      expect(new Set(taken.map((one) => one.headers[`${prefix}webhook-id`])).size).toBe(3);
      expect(new Set(taken.map(({ body }) => body)).size).toBe(1);
      for (const name of ["topic", "hmac-sha256", "shop-domain", "triggered-at"]) {
        expect(taken[0]?.headers[prefix + name]).toEqual(expect.any(String));
      }
    }
  });

  it("SHP-3: are tried again up to eight times within four hours, each time with what was so at first", async () => {
    const { shop, ask } = await shopOf();
    await shop.clock(T0);
    await ask(SUBSCRIBE, { topic: "ORDERS_UPDATED", uri: HOOK });
    await ask(SUBSCRIBE, { topic: "ORDERS_CREATE", uri: `${HOOK}/2` });
    const { id } = await shop.act<Told>("order", { lines: [{ price: "9.00" }] });
    const [created, updated] = await shop.take();
    await shop.answered([
      { id: created?.id ?? "", status: 200 },
      { id: updated?.id ?? "", status: 500 },
    ]);
    await shop.act("cancel", { order: id });
    expect(await shop.take(true)).toMatchObject([{ topic: "orders/updated", id: "3" }]);
    await shop.clock(T0 + 60_000);
    const [retried] = await shop.take(true);
    expect(retried?.body).toBe(updated?.body);
    expect(retried?.headers).toEqual(updated?.headers);
    expect(retried?.body).toContain('"cancelled_at":null');
  });

  it("SHP-17: are gone after eight failures in a row, without a word", async () => {
    const called = await shopOf();
    const { shop, ask } = called;
    await ask(SUBSCRIBE, { topic: "ORDERS_CREATE", uri: HOOK });
    await ask(SUBSCRIBE, { topic: "ORDERS_UPDATED", uri: HOOK });
    const fail = async (request: Request): Promise<Response> => {
      const isCreate = request.headers.get("X-Shopify-Topic") === "orders/create";
      return new Response(null, { status: isCreate ? 503 : 200 });
    };
    await shop.act("order", { lines: [{ price: "1.00" }] });
    for (let tries = 0; tries < 7; tries += 1) await shop.deliverBy(fail);
    expect(await listed(called)).toEqual(["ORDERS_CREATE", "ORDERS_UPDATED"]);
    await shop.deliverBy(fail);
    expect(await listed(called)).toEqual(["ORDERS_UPDATED"]);
    expect(await shop.take()).toEqual([]);
    await shop.act("order", { lines: [{ price: "1.00" }] });
    expect((await shop.take()).map(({ topic }) => topic)).toEqual(["orders/updated"]);
  });

  it("end with the app: its token is dead, and its last message says so", async () => {
    const { shop, ask, post } = await shopOf();
    await ask(SUBSCRIBE, { topic: "APP_UNINSTALLED", uri: HOOK });
    await shop.act("uninstall");
    const headers = { "X-Shopify-Access-Token": shop.credentials.accessToken ?? "" };
    expect((await post(GRAPHQL, { query: NAME }, headers)).status).toBe(401);
    const [message] = await shop.take();
    expect(message).toMatchObject({ topic: "app/uninstalled", to: HOOK });
    expect(JSON.parse(message?.body ?? "")).toMatchObject({ myshopify_domain: shop.name });
    await shop.answered([{ id: message?.id ?? "", status: 500 }]);
    expect(await shop.take()).toHaveLength(1);
  });

  it("of compliance are signed by the app, go where a test says, and are forged where it wants that", async () => {
    const shop = await makeShop(origin());
    const body = {
      shop_id: 1,
      shop_domain: shop.name,
      customer: { id: 7, email: "x@example.com" },
      orders_to_redact: [1],
    };
    await shop.act("message", { topic: "customers/redact", to: HOOK, body });
    await shop.act("message", { topic: "customers/redact", to: HOOK, body, signedBy: "nobody" });
    const [signed, forged] = await shop.take();
    expect(signed?.headers["X-Shopify-hmac-sha256"]).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(forged?.headers["X-Shopify-hmac-sha256"]).toBeUndefined();
    const { previousClientSecret } = await shop.act<Record<string, string>>("rotateSecret", { signsAs: "old" });
    expect(previousClientSecret).toBe(shop.credentials.clientSecret);
    await shop.act("message", { topic: "customers/redact", to: HOOK, body });
    const [old] = await shop.take();
    expect(old?.headers["X-Shopify-hmac-sha256"]).toBe(signed?.headers["X-Shopify-hmac-sha256"]);
    await shop.act("rotateSecret", {});
    await shop.act("message", { topic: "customers/redact", to: HOOK, body });
    const [rotated] = await shop.take();
    expect(rotated?.headers["X-Shopify-hmac-sha256"]).not.toBe(signed?.headers["X-Shopify-hmac-sha256"]);
  });
});
