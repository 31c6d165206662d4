import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { sha256Hex } from "../../../src/ground/http/auth.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { storeSchema, storeWithSecret } from "../../../src/programme/store/schema.ts";
import { openSecret } from "../../../src/programme/store/secret.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { postOrder } from "../../sales/capture-fixtures.ts";
import { dump } from "../../ground/rows.ts";
import { createDomain, insertLink } from "../../links/link-fixtures.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { createStore } from "../fixtures.ts";

const UNKNOWN = "str_0000000000000000";
const page = pageOf(storeSchema);

describe("creating a store", () => {
  test("needs a name alone and shows its secret once", async () => {
    const answer = await api("POST", "/stores", { name: "  Shop  " });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const store = bodyOf(storeWithSecret, answer);
    expect(store).toMatchObject({
      name: "Shop",
      provider: "ast",
      origins: [],
      currency: "EUR",
      timezone: "UTC",
      homeUrl: null,
      clickParam: "wm_click",
      consentPolicy: null,
      attribution: { model: "last_click", windowDays: 30, codePriority: false },
    });
    expect(store.secret).toHaveLength(32);
    expect(answer.body).not.toHaveProperty("secretHash");

    const read = await api("GET", `/stores/${store.id}`);
    const { secret: _secret, ...shown } = store;
    expect(read.body).toEqual(shown);
    expect(await dump("stores")).not.toContain(store.secret);
  });

  test("keeps every field as given", async () => {
    const given = {
      name: "Boutique",
      key: "boutique",
      provider: "shopify",
      origins: ["https://shop.example"],
      currency: "JPY",
      timezone: "Asia/Tokyo",
      homeUrl: "https://shop.example/",
      clickParam: "ref",
      consentPolicy: "strict",
      attribution: { model: "first_click", windowDays: 7, codePriority: true },
    };
    const store = await createStore(given);
    expect((await api("GET", `/stores/${store.id}`)).body).toMatchObject(given);
  });

  test("is refused where another has the key, until that one is deleted", async () => {
    const first = await createStore({ key: "shop" });
    const problem = problemOf(await api("POST", "/stores", { name: "Other", key: "shop" }));
    expect(problem).toMatchObject({ status: 409, code: "key_taken", errors: [{ path: "key" }] });
    expect((await api("DELETE", `/stores/${first.id}`)).status).toBe(204);
    await createStore({ key: "shop" });
  });

  test("names each field that it doesn't know, and each that is wrong", async () => {
    const answer = await api("POST", "/stores", { name: "", colour: "red", attribution: { window: 3 } });
    expectInvalid(answer, "name");
    expectInvalid(answer, "colour");
    expectInvalid(answer, "attribution.window");
  });

  test.each([
    ["origins.0", { origins: ["https://shop.example/path"] }],
    ["origins.0", { origins: ["http://shop.example"] }],
    ["currency", { currency: "eur" }],
    ["timezone", { timezone: "Mars/Olympus" }],
    ["homeUrl", { homeUrl: "javascript:alert(1)" }],
    ["attribution.windowDays", { attribution: { windowDays: 401 } }],
  ])("refuses a bad %s", async (path, body) => {
    expectInvalid(await api("POST", "/stores", { name: "Shop", ...body }), path);
  });
});

describe("a store's currency (G-23)", () => {
  test.each(["XCG", "ZWG", "SLE"])("may be %s, as an order's may", async (currency) => {
    const store = await createStore({ currency });
    expect(store.currency).toBe(currency);
    const body = { orderId: "1", amount: "12.5000", currency };
    expect((await postOrder(store, body)).status).toBe(202);
  });

  test.each([
    ["HRK", "HRK was withdrawn in 2023, and EUR took its place"],
    ["ANG", "ANG was withdrawn in 2025, and XCG took its place"],
    ["XXX", "must be a currency of ISO 4217"],
  ])("is never %s, of a store, an order, a rate, a plan or a payout", async (currency, message) => {
    const store = await createStore({});
    const value = { type: "fixed", value: "1", currency };
    const plan = { name: "P", storeId: store.id, commission: value };
    const answers = [
      await api("POST", "/stores", { name: "Shop", currency }),
      await api("POST", "/exchange-rates", {
        rates: [{ from: currency, to: "EUR", date: "2026-11-20", rate: "1", source: "ECB" }],
      }),
      await api("POST", "/tracking-plans", plan),
      await api("POST", "/payouts/preview", { storeId: store.id, currency }),
    ];
    for (const answer of answers) {
      const problem = problemOf(answer);
      expect(problem.status).toBe(422);
      expect(problem.errors?.map((error) => error.message).join()).toContain(message);
    }
    const order = await postOrder(store, { orderId: "1", amount: "1", currency });
    expect([order.status, JSON.stringify(await order.json())]).toEqual([422, expect.stringContaining(message)]);
  });
});

describe("a body", () => {
  test("that isn't JSON is malformed", async () => {
    for (const body of ["{", '{"name": }', "  ", "name=Shop"]) {
      expect(problemOf(await api("POST", "/stores", body))).toMatchObject({ status: 400, code: "malformed_json" });
    }
  });

  test("that isn't UTF-8 is malformed", async () => {
    const body = new Uint8Array([...new TextEncoder().encode('{"name":"'), 0xff, 0xfe, 0x22, 0x7d]);
    expect(problemOf(await api("POST", "/stores", body))).toMatchObject({ status: 400, code: "malformed_json" });
  });

  test("may begin with a byte-order mark and come under any content type", async () => {
    const answer = await api("POST", "/stores", '\uFEFF{"name":"Shop"}', {
      "content-type": "application/x-www-form-urlencoded",
    });
    expect(answer.status).toBe(201);
  });

  test.each(["", "null", "[]", '"Shop"', "7"])("of %j is not a store", async (body) => {
    expect(problemOf(await api("POST", "/stores", body))).toMatchObject({ status: 422, code: "validation_failed" });
  });

  test("past 1 MiB is too large; one of 1 MiB is read", async () => {
    const full = `{"name":"${"x".repeat(1_048_576 - 11)}"}`;
    expect(full).toHaveLength(1_048_576);
    expectInvalid(await api("POST", "/stores", full), "name");
    expect(problemOf(await api("POST", "/stores", `${full} `))).toMatchObject({ status: 413, code: "body_too_large" });
  });

  test("past 1 MiB is too large also when it doesn't announce its length", async () => {
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        sent += 1;
        if (sent <= 17) controller.enqueue(new Uint8Array(65_536).fill(32));
        else controller.close();
      },
    });
    expect(problemOf(await api("POST", "/stores", body))).toMatchObject({ status: 413, code: "body_too_large" });
  });
});

describe("a list of stores", () => {
  test("pages from new to old without repeats or gaps", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) ids.unshift((await createStore({ name: `Shop ${index}` })).id);
    const pages = await pagesOf(storeSchema, "/stores?limit=2");
    expect(pages.map((stores) => stores.length)).toEqual([2, 2, 1]);
    expect(pages.flat().map((store) => store.id)).toEqual(ids);
  });

  test("has no next page when the last is full", async () => {
    await createStore();
    await createStore();
    expect(bodyOf(page, await api("GET", "/stores?limit=2")).nextCursor).toBeNull();
  });

  test.each(["0", "201", "-1", "1.5", "abc", ""])("refuses the limit %j", async (limit) => {
    expectInvalid(await api("GET", `/stores?limit=${limit}`), "limit");
  });

  test("takes the limits 1 and 200", async () => {
    for (const limit of [1, 200]) expect((await api("GET", `/stores?limit=${limit}`)).status).toBe(200);
  });

  test.each(["x", "!!!", btoa("v1:'; DROP TABLE stores"), btoa("v2:str_0000000000000000"), "x".repeat(500)])(
    "refuses the cursor %j",
    async (cursor) => {
      expectInvalid(await api("GET", `/stores?cursor=${encodeURIComponent(cursor)}`), "cursor");
    },
  );
});

describe("changing a store", () => {
  test("changes what is given and leaves the rest", async () => {
    const { secret: _secret, ...before } = await createStore({ homeUrl: "https://shop.example/" });
    const answer = await api("PATCH", `/stores/${before.id}`, { name: "New", attribution: { windowDays: 7 } });
    const after = bodyOf(storeSchema, answer);
    expect(after).toEqual({
      ...before,
      name: "New",
      attribution: { ...before.attribution, windowDays: 7 },
      updatedAt: after.updatedAt,
    });
    expect(answer.body).not.toHaveProperty("secret");
    expect((await api("GET", `/stores/${before.id}`)).body).toEqual(after);
    const cleared = await api("PATCH", `/stores/${before.id}`, { homeUrl: null });
    expect(cleared.body).toMatchObject({ homeUrl: null, name: "New" });
  });

  test("can't change its key", async () => {
    const store = await createStore();
    expectInvalid(await api("PATCH", `/stores/${store.id}`, { key: "other" }), "key");
  });
});

describe("deleting a store", () => {
  test("takes it out of every answer", async () => {
    const store = await createStore();
    expect(await api("DELETE", `/stores/${store.id}`)).toMatchObject({ status: 204, body: null });
    for (const [method, body] of [["GET"], ["PATCH", { name: "New" }], ["DELETE"]] as const) {
      expect(problemOf(await api(method, `/stores/${store.id}`, body))).toMatchObject({ code: "not_found" });
    }
    expect(bodyOf(page, await api("GET", "/stores")).data).toEqual([]);
  });

  test("is refused while a link or a domain belongs to it", async () => {
    const [linked, hosted, freed] = [await createStore(), await createStore(), await createStore()];
    await insertLink({ storeId: linked.id });
    await createDomain({ storeId: hosted.id });
    await insertLink({ storeId: freed.id, deletedAt: 1 });
    for (const store of [linked, hosted]) {
      expect(problemOf(await api("DELETE", `/stores/${store.id}`))).toMatchObject({ status: 409, code: "in_use" });
    }
    expect((await api("DELETE", `/stores/${freed.id}`)).status).toBe(204);
  });
});

describe("a store's secret", () => {
  const kept = async (id: string) =>
    env.DB.prepare("SELECT secret_hash AS hash, secret_sealed AS sealed FROM stores WHERE id = ?1")
      .bind(id)
      .first<{ hash: string; sealed: string }>();

  test("is kept as a hash, and sealed for that store under a key that is not in the database", async () => {
    const store = await createStore();
    const { hash, sealed } = (await kept(store.id)) ?? { hash: "", sealed: "" };
    expect(hash).toBe(await sha256Hex(store.secret));
    expect(await openSecret(env.VISITOR_KEY, store.id, sealed)).toBe(store.secret);
    expect(await openSecret("another-key-of-32-or-more-characters", store.id, sealed)).toBeNull();
    expect(await openSecret(env.VISITOR_KEY, UNKNOWN, sealed)).toBeNull();
    expect(await openSecret(undefined, store.id, sealed)).toBeNull();
    expect(await openSecret(env.VISITOR_KEY, store.id, null)).toBeNull();
  });

  test("can be given anew, which ends the old one and is audited without it", async () => {
    const { secret: old, ...store } = await createStore();
    const answer = await api("POST", `/stores/${store.id}/rotate-secret`);
    const { secret, ...shown } = bodyOf(storeWithSecret, answer);
    expect(shown).toEqual({ ...store, updatedAt: shown.updatedAt });
    expect(secret).not.toBe(old);
    const { hash, sealed } = (await kept(store.id)) ?? { hash: "", sealed: "" };
    expect(hash).toBe(await sha256Hex(secret));
    expect(await openSecret(env.VISITOR_KEY, store.id, sealed)).toBe(secret);
    for (const table of ["stores", "audit_log"] as const) expect(await dump(table)).not.toContain(secret);
    expect(problemOf(await api("POST", `/stores/${UNKNOWN}/rotate-secret`)).code).toBe("not_found");
  });
});

test("an unknown store is not found, and an id of another form is invalid", async () => {
  for (const [method, body] of [["GET"], ["PATCH", {}], ["DELETE"]] as const) {
    expect(problemOf(await api(method, `/stores/${UNKNOWN}`, body))).toMatchObject({ status: 404, code: "not_found" });
    expectInvalid(await api(method, "/stores/lnk_0000000000000000", body), "id");
  }
});

test("a path that is no route is not found, as a problem with its request id", async () => {
  const answer = await api("GET", "/nothing");
  expect(problemOf(answer)).toMatchObject({ status: 404, code: "not_found" });
  expect(answer.body).toMatchObject({ requestId: answer.headers.get("x-request-id") });
});

test.each([
  ["GET", "/stores", "settings:read"],
  ["POST", "/stores", "settings:write", "orders:write"],
  ["GET", `/stores/${UNKNOWN}`, "settings:read"],
  ["PATCH", `/stores/${UNKNOWN}`, "settings:write", "orders:write"],
  ["POST", `/stores/${UNKNOWN}/rotate-secret`, "settings:write", "orders:write"],
  ["DELETE", `/stores/${UNKNOWN}`, "settings:write", "orders:write"],
] as const)("%s %s needs a key with %s", expectGuarded);
