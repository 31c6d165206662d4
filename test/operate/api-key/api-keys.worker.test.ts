import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { apiKeySchema, apiKeyWithKey } from "../../../src/operate/api-key/schema.ts";
import { api, bodyOf, expectInvalid, holding, pagesOf, problemOf } from "../../ground/api.ts";
import { countRows, dump } from "../../ground/rows.ts";
import { createKey, expectGuarded } from "../key-fixtures.ts";
import { createCreator } from "../../programme/fixtures.ts";

const UNKNOWN = "key_0000000000000000";

describe("creating an API key", () => {
  test("shows the key once and keeps its hash alone", async () => {
    const expiresAt = "2100-01-01T01:00:00+01:00";
    const answer = await api("POST", "/api-keys", { name: "Back office", scopes: ["links:read"], expiresAt });
    expect(answer.status).toBe(201);
    const created = bodyOf(apiKeyWithKey, answer);
    expect(created.key).toMatch(/^wmk_[0-9a-hjkmnp-tv-z]{32}$/);
    expect(created).toMatchObject({
      name: "Back office",
      prefix: created.key.slice(0, 12),
      scopes: ["links:read"],
      expiresAt: "2100-01-01T00:00:00.000Z",
      lastUsedAt: null,
      revokedAt: null,
    });

    const { key, ...shown } = created;
    const read = await api("GET", `/api-keys/${created.id}`);
    expect(read.body).toEqual(shown);
    expect((await api("GET", "/api-keys")).body).toEqual({ data: [shown], nextCursor: null });
    expect(await dump("api_keys")).not.toContain(key);
    expect(JSON.stringify([answer.body, read.body])).not.toMatch(/[0-9a-f]{64}/);
  });

  test("draws another key each time", async () => {
    const keys = [await createKey(["links:read"]), await createKey(["links:read"])];
    expect(new Set(keys.map(({ key }) => key)).size).toBe(2);
  });

  test.each([
    ["name", { name: " " }],
    ["name", { name: "x".repeat(121) }],
    ["scopes", { scopes: [] }],
    ["scopes", { scopes: ["links:read", "links:read"] }],
    ["scopes.1", { scopes: ["links:read", "everything"] }],
    ["scopes", { scopes: undefined }],
    ["expiresAt", { expiresAt: "2020-01-01T00:00:00Z" }],
    ["expiresAt", { expiresAt: "2020-01-01" }],
    ["expiresAt", { expiresAt: "2100-01-01T00:00:00" }],
    ["expiresAt", { expiresAt: "2100-02-30T00:00:00Z" }],
    ["key", { key: "wmk_mine" }],
  ])("refuses a bad %s", async (path, body) => {
    expectInvalid(await api("POST", "/api-keys", { name: "Test", scopes: ["links:read"], ...body }), path);
    expect(await countRows("api_keys")).toBe(0);
  });

  test("can give no scope that the caller doesn't have", async () => {
    const { key } = await createKey(["settings:write", "links:write"]);
    const giving = (scopes: string[]) => api("POST", "/api-keys", { name: "Child", scopes }, holding(key));
    expect(problemOf(await giving(["links:read", "orders:read"]))).toMatchObject({ status: 403, code: "forbidden" });
    expect(problemOf(await giving(["plans:write"]))).toMatchObject({ status: 403, code: "forbidden" });
    expect((await giving(["links:read", "settings:read", "links:write"])).status).toBe(201);
    expect(await countRows("api_keys")).toBe(2);
  });

  test("G-9: settings give neither the audit log nor metrics nor anything of orders", async () => {
    const { key } = await createKey(["settings:write"]);
    for (const scope of ["metrics:read", "audit:read", "orders:read", "orders:write"]) {
      const answer = await api("POST", "/api-keys", { name: "Child", scopes: [scope] }, holding(key));
      expect(problemOf(answer), scope).toMatchObject({ status: 403, code: "forbidden" });
    }
    for (const scope of ["metrics:write", "audit:write"]) {
      expectInvalid(await api("POST", "/api-keys", { name: "Child", scopes: [scope] }), "scopes.0");
    }
  });

  test("G-9: gives nothing for longer than the caller has it", async () => {
    const { key } = await createKey(["settings:write"], { expiresAt: "2100-01-01T00:00:00Z" });
    const giving = (expiresAt?: string | null) =>
      api("POST", "/api-keys", { name: "Child", scopes: ["settings:write"], expiresAt }, holding(key));
    for (const later of [undefined, null, "2100-01-01T00:00:01Z"]) expectInvalid(await giving(later), "expiresAt");
    expect((await giving("2100-01-01T00:00:00Z")).status).toBe(201);
  });

  test("can't widen reading to writing", async () => {
    const { key } = await createKey(["settings:write", "links:read"]);
    const answer = await api("POST", "/api-keys", { name: "Child", scopes: ["links:write"] }, holding(key));
    expect(problemOf(answer)).toMatchObject({ status: 403, code: "forbidden" });
  });
});

describe("a key opens the API", () => {
  test("for what its scopes name, where writing includes reading", async () => {
    const reader = holding((await createKey(["plans:read"])).key);
    const writer = holding((await createKey(["plans:write"])).key);
    const { id } = await createCreator();
    for (const key of [reader, writer]) expect((await api("GET", `/creators/${id}`, undefined, key)).status).toBe(200);
    const refused = await api("PATCH", `/creators/${id}`, { firstName: "New" }, reader);
    expect(problemOf(refused)).toMatchObject({ status: 403, code: "forbidden" });
    expect((await api("PATCH", `/creators/${id}`, { firstName: "New" }, writer)).status).toBe(200);
    expect(problemOf(await api("GET", "/stores", undefined, writer))).toMatchObject({ status: 403 });
  });

  test("until it is revoked", async () => {
    const { id, key } = await createKey(["plans:read"]);
    expect((await api("GET", "/creators", undefined, holding(key))).status).toBe(200);
    expect(await api("DELETE", `/api-keys/${id}`)).toMatchObject({ status: 204, body: null });
    expect(problemOf(await api("GET", "/creators", undefined, holding(key)))).toMatchObject({
      status: 401,
      code: "unauthorized",
    });
  });

  test("until it expires", async () => {
    const { id, key } = await createKey(["plans:read"], { expiresAt: "2100-01-01T00:00:00Z" });
    expect((await api("GET", "/creators", undefined, holding(key))).status).toBe(200);
    await env.DB.prepare("UPDATE api_keys SET expires_at = ?").bind(Date.now()).run();
    expect(problemOf(await api("GET", "/creators", undefined, holding(key)))).toMatchObject({ status: 401 });
    expect((await api("GET", `/api-keys/${id}`)).body).toMatchObject({ revokedAt: null });
  });

  test("and its use is noted, to the minute", async () => {
    const { id, key } = await createKey(["plans:read"]);
    const lastUsed = async () =>
      bodyOf(apiKeySchema, await api("GET", `/api-keys/${id}`, undefined)).lastUsedAt ?? "never";
    const usedAgo = async (age: number) => {
      const time = Date.now() - age;
      await env.DB.prepare("UPDATE api_keys SET last_used_at = ?").bind(time).run();
      await api("GET", "/creators", undefined, holding(key));
      return new Date(time).toISOString();
    };
    expect(await lastUsed()).toBe("never");
    const start = Date.now();
    await api("GET", "/creators", undefined, holding(key));
    expect(Date.parse(await lastUsed())).toBeGreaterThanOrEqual(start);
    const recent = await usedAgo(30_000);
    expect(await lastUsed()).toBe(recent);
    const old = await usedAgo(61_000);
    expect(await lastUsed()).not.toBe(old);
  });

  test.each(["", "Bearer", "Bearer ", "Basic d21r", "wmk_0", "Bearer a b", `Bearer ${"x".repeat(5000)}`])(
    "but the header %j doesn't",
    async (authorization) => {
      expect(problemOf(await api("GET", "/stores", undefined, { authorization }))).toMatchObject({ status: 401 });
    },
  );

  test("and its hash doesn't", async () => {
    await createKey(["plans:read"]);
    const row = await env.DB.prepare("SELECT hash FROM api_keys").first<{ hash: string }>();
    expect((await api("GET", "/creators", undefined, holding(row?.hash ?? ""))).status).toBe(401);
  });
});

test("a revoked key stays listed, and the first revocation stands", async () => {
  const { id } = await createKey(["plans:read"]);
  await api("DELETE", `/api-keys/${id}`);
  const revoked = await api("GET", `/api-keys/${id}`);
  expect(revoked.body).toMatchObject({ revokedAt: expect.any(String) });
  const entries = await countRows("audit_log");

  expect((await api("DELETE", `/api-keys/${id}`)).status).toBe(204);
  expect((await api("GET", `/api-keys/${id}`)).body).toEqual(revoked.body);
  expect(await countRows("audit_log")).toBe(entries);
  expect((await api("GET", "/api-keys")).body).toEqual({ data: [revoked.body], nextCursor: null });
});

test("a key can be renamed and nothing else", async () => {
  const { id, key, ...before } = await createKey(["plans:read"]);
  expect((await api("PATCH", `/api-keys/${id}`, { name: "New" })).body).toEqual({ id, ...before, name: "New" });
  expect((await api("GET", `/api-keys/${id}`)).body).toEqual({ id, ...before, name: "New" });
  for (const patch of [{ scopes: ["settings:write"] }, { expiresAt: null }, { revokedAt: null }, { hash: "x" }]) {
    expectInvalid(await api("PATCH", `/api-keys/${id}`, patch), Object.keys(patch)[0] ?? "");
  }
  expect((await api("GET", "/creators", undefined, holding(key))).status).toBe(200);
});

test("a list pages from new to old without repeats or gaps", async () => {
  const ids: string[] = [];
  for (let index = 0; index < 5; index++) ids.unshift((await createKey(["plans:read"])).id);
  const pages = await pagesOf(apiKeySchema, "/api-keys?limit=2");
  expect(pages.map((keys) => keys.length)).toEqual([2, 2, 1]);
  expect(pages.flat().map((key) => key.id)).toEqual(ids);
});

test("an unknown key is not found, and an id of another form is invalid", async () => {
  for (const [method, body] of [["GET"], ["PATCH", {}], ["DELETE"]] as const) {
    expect(problemOf(await api(method, `/api-keys/${UNKNOWN}`, body))).toMatchObject({ code: "not_found" });
    expectInvalid(await api(method, "/api-keys/bootstrap", body), "id");
  }
});

test.each([
  ["GET", "/api-keys", "settings:read"],
  ["POST", "/api-keys", "settings:write"],
  ["GET", `/api-keys/${UNKNOWN}`, "settings:read"],
  ["PATCH", `/api-keys/${UNKNOWN}`, "settings:write"],
  ["DELETE", `/api-keys/${UNKNOWN}`, "settings:write"],
] as const)("%s %s needs a key with %s", expectGuarded);
