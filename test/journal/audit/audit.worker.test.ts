import { describe, expect, test } from "vitest";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { api, expectInvalid, holding, pagesOf } from "../../ground/api.ts";
import { dump } from "../../ground/rows.ts";
import { createDomain } from "../../links/link-fixtures.ts";
import { createKey, expectGuarded } from "../../operate/key-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";

async function entries(query: Record<string, string>) {
  const pages = await pagesOf(auditSchema, `/audit?${new URLSearchParams(query).toString()}`);
  return pages.flat();
}

describe("the audit log", () => {
  test("keeps what each change found and left, who made it and in which request", async () => {
    const { secret, ...created } = await createStore();
    const path = `/stores/${created.id}`;
    const changed = await api("PATCH", path, { name: "New" });
    await api("DELETE", path);

    const log = await entries({ entityId: created.id });
    expect(log).toMatchObject([
      { action: "delete", before: changed.body, after: null },
      { action: "update", before: created, after: changed.body },
      { action: "create", before: null, after: created },
    ]);
    for (const entry of log) expect(entry).toMatchObject({ actor: "bootstrap", entity: "store" });
    expect(log[1]?.requestId).toBe(changed.headers.get("x-request-id"));
    expect(Math.abs(Date.now() - Date.parse(log[0]?.time ?? ""))).toBeLessThan(60_000);
    expect(await dump("audit_log")).not.toContain(secret);
  });

  test("keeps changes of domains, creators and API keys too", async () => {
    const domain = await createDomain();
    await api("PATCH", `/domains/${domain.id}`, { cookieDomain: "lea.example" });
    await api("DELETE", `/domains/${domain.id}`);
    const creator = await createCreator({ handles: { tiktok: "lea" } });
    await api("PATCH", `/creators/${creator.id}`, { firstName: "Léa" });
    await api("DELETE", `/creators/${creator.id}`);
    const { key, ...apiKey } = await createKey(["links:read"]);
    await api("PATCH", `/api-keys/${apiKey.id}`, { name: "New" });
    await api("DELETE", `/api-keys/${apiKey.id}`);

    expect(await entries({ entity: "domain" })).toMatchObject([
      { action: "delete", before: { cookieDomain: "lea.example" }, after: null },
      { action: "update", before: domain, after: { cookieDomain: "lea.example" } },
      { action: "create", before: null, after: domain },
    ]);
    expect(await entries({ entity: "creator" })).toMatchObject([
      { action: "delete", before: { id: creator.id, erased: true }, after: null },
      { action: "update", before: { id: creator.id, erased: true }, after: { id: creator.id, erased: true } },
      { action: "create", before: null, after: { id: creator.id, erased: true } },
    ]);
    expect(await entries({ entity: "apiKey" })).toMatchObject([
      { action: "revoke", before: { revokedAt: null }, after: { revokedAt: expect.any(String) } },
      { action: "update", before: apiKey, after: { name: "New" } },
      { action: "create", before: null, after: apiKey },
    ]);
    const log = await dump("audit_log");
    expect(log).not.toContain(key);
    expect(log).not.toMatch(/[0-9a-f]{64}/);
  });

  test("names the API key that acted, and can be asked for its changes", async () => {
    const actor = await createKey(["settings:write", "orders:write"]);
    await api("POST", "/stores", { name: "By key" }, holding(actor.key));
    await createStore();
    const log = await entries({ actor: actor.id });
    expect(log).toMatchObject([{ actor: actor.id, entity: "store", after: { name: "By key" } }]);
    expect(await entries({ actor: "bootstrap", entity: "store" })).toHaveLength(1);
    expect(await entries({ actor: "nobody" })).toEqual([]);
  });

  test("keeps nothing of a request that was refused", async () => {
    await createStore({ key: "shop" });
    await api("POST", "/stores", { name: "Other", key: "shop" });
    await api("POST", "/stores", { name: "" });
    expect(await entries({})).toHaveLength(1);
  });

  test("pages from new to old without repeats or gaps, within its filter", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) {
      ids.unshift((await createStore()).id);
      await createCreator();
    }
    const pages = await pagesOf(auditSchema, "/audit?limit=2&entity=store");
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(pages.flat().map((entry) => entry.entityId)).toEqual(ids);
  });

  test("can't be written to", async () => {
    for (const method of ["POST", "PATCH", "DELETE"]) expect((await api(method, "/audit", {})).status).toBe(405);
  });

  test.each([
    ["entity", "entity="],
    ["entityId", "entityId="],
    ["actor", `actor=${"x".repeat(41)}`],
    ["limit", "limit=0"],
    ["cursor", "cursor=x"],
  ])("refuses a bad %s", async (path, query) => {
    expectInvalid(await api("GET", `/audit?${query}`), path);
  });
});

test("G-9: reading it needs a key with audit:read", () => expectGuarded("GET", "/audit", "audit:read"));
