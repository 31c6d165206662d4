import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { auditSchema } from "../../src/journal/audit/schema.ts";
import { api, type ApiAnswer, expectInvalid, pagesOf, problemOf } from "../ground/api.ts";
import { beforeNextWrite } from "../ground/before-write.ts";
import { createDomain, insertLink } from "../links/link-fixtures.ts";
import { createKey } from "../operate/key-fixtures.ts";
import { createCreator, createStore } from "../programme/fixtures.ts";
import { confirmed, insertShop, LEA, recordOne, ZOE } from "../sales/order-fixtures.ts";
import { tenPercent } from "../programme/rule-fixtures.ts";

const SHOP = "https://shop.example/";
/** Rounds of writes that all come at once. */
const ROUNDS = 2;

afterEach(() => {
  vi.restoreAllMocks();
});

/** What the audit log has of an entity, newest first. */
async function actionsOn(id: string): Promise<string[]> {
  return (await pagesOf(auditSchema, `/audit?entityId=${id}&limit=50`)).flat().map((entry) => entry.action);
}

async function expectGone(path: string): Promise<void> {
  expect(problemOf(await api("GET", path))).toMatchObject({ status: 404, code: "not_found" });
}

async function createLink() {
  const answer = await api("POST", "/links", { url: SHOP });
  return answer.body as { id: string };
}

/** What can be changed and deleted, with changes of several fields. */
const RESOURCES: readonly [string, () => Promise<{ id: string }>, Record<string, unknown>][] = [
  ["stores", createStore, { name: "New", currency: "JPY", origins: ["https://new.example"], homeUrl: SHOP }],
  ["domains", createDomain, { cookieDomain: "lea.example", storeId: null }],
  ["creators", createCreator, { firstName: "New", lastName: "Name", handles: { tiktok: "new" }, externalId: "new" }],
  ["links", createLink, { disabled: true, tags: ["new"], utm: { source: "new" } }],
];

describe.each(RESOURCES)("/%s", (name, create, changes) => {
  test("keep what each of several changes at the same moment wrote", async () => {
    const path = `/${name}/${(await create()).id}`;
    const [[first, value] = ["", null], ...others] = Object.entries(changes);
    beforeNextWrite(() => api("PATCH", path, Object.fromEntries(others)));
    expect((await api("PATCH", path, { [first]: value })).status).toBe(200);
    expect((await api("GET", path)).body).toMatchObject(changes);
  });

  test("don't come back by a change if they are deleted in between, and the change is refused", async () => {
    const { id } = await create();
    const path = `/${name}/${id}`;
    beforeNextWrite(() => api("DELETE", path));
    expect(problemOf(await api("PATCH", path, changes))).toMatchObject({ status: 404, code: "not_found" });
    await expectGone(path);
    expect(await actionsOn(id)).toEqual(["delete", "create"]);
  });

  test("are deleted once, however many ask for it", async () => {
    const { id } = await create();
    const path = `/${name}/${id}`;
    beforeNextWrite(() => api("DELETE", path));
    expect(problemOf(await api("DELETE", path))).toMatchObject({ status: 404, code: "not_found" });
    expect(await actionsOn(id)).toEqual(["delete", "create"]);
  });
});

test("a store keeps what each of two changes wrote within its attribution", async () => {
  const { id } = await createStore();
  const path = `/stores/${id}`;
  beforeNextWrite(() => api("PATCH", path, { attribution: { windowDays: 7 } }));
  await api("PATCH", path, { attribution: { codePriority: true } });
  expect((await api("GET", path)).body).toMatchObject({
    attribution: { model: "last_click", windowDays: 7, codePriority: true },
  });
});

describe("an API key", () => {
  test("that is changed by nothing keeps the name that it just got", async () => {
    const { id } = await createKey(["links:read"]);
    const path = `/api-keys/${id}`;
    const [named, unchanged] = await Promise.all([api("PATCH", path, { name: "New" }), api("PATCH", path, {})]);
    expect([named.status, unchanged.status]).toEqual([200, 200]);
    expect((await api("GET", path)).body).toMatchObject({ name: "New" });
    expect(await actionsOn(id)).toEqual(["update", "create"]);
  });

  test("that is revoked while it is renamed stays revoked", async () => {
    const { id } = await createKey(["links:read"]);
    const path = `/api-keys/${id}`;
    beforeNextWrite(() => api("DELETE", path));
    await api("PATCH", path, { name: "New" });
    expect((await api("GET", path)).body).toMatchObject({ name: "New", revokedAt: expect.any(String) });
  });

  test("is revoked once, and the first revocation stands", async () => {
    const { id } = await createKey(["links:read"]);
    const path = `/api-keys/${id}`;
    let revoked: ApiAnswer | null = null;
    beforeNextWrite(async () => {
      await api("DELETE", path);
      revoked = await api("GET", path);
    });
    expect((await api("DELETE", path)).status).toBe(204);
    expect((await api("GET", path)).body).toEqual((revoked as ApiAnswer | null)?.body);
    expect(await actionsOn(id)).toEqual(["revoke", "create"]);
  });
});

test("G2-8: forty writes of one order at once are all done or refused for what they ask, none for want of time", async () => {
  await insertShop({ commission: tenPercent({ holdDays: null }) });
  const orderId = await recordOne(confirmed({ currency: "EUR", totalMinor: 1001, codes: ["LEA10"] }));
  let told = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const writes = Array.from({ length: 40 }, (_, index) => {
      if (index % 4 === 0) return api("POST", `/orders/${orderId}/approve`, { reason: `${round} ${index}` });
      if (index % 4 === 1) return api("POST", `/orders/${orderId}/dispute`, { reason: `${round} ${index}` });
      const creatorId = index % 4 === 2 ? LEA : ZOE;
      return api("POST", `/orders/${orderId}/attribute`, { creatorId, reason: `${round} ${index}` });
    });
    const answers = await Promise.all(writes);
    const attributed = answers.filter((_answer, index) => index % 4 > 1).map(({ status }) => status);
    expect(attributed, `round ${round}`).toEqual(attributed.map(() => 200));
    const reviewed = answers.filter((_answer, index) => index % 4 < 2).map(({ status }) => status);
    expect(new Set([200, 409, ...reviewed]), `round ${round}`).toEqual(new Set([200, 409]));
    // Each that was answered so happened, once.
    told += answers.filter(({ status }) => status === 200).length;
    const audited = env.DB.prepare("SELECT count(*) AS n FROM audit_log WHERE entity_id = ?1").bind(orderId);
    expect(await audited.first("n")).toBe(told);
  }
}, 180_000);

test("G2-8: a write that others come before each time pauses ever longer, and gives up after seconds", async () => {
  const store = await createStore();
  const pauses: number[] = [];
  vi.spyOn(scheduler, "wait").mockImplementation(async (ms) => void pauses.push(ms));
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  const batch = vi.spyOn(env.DB, "batch").mockRejectedValue(new Error("NOT NULL constraint failed: audit_log.id"));
  const answer = await api("PATCH", `/stores/${store.id}`, { name: "New" });
  expect(problemOf(answer)).toMatchObject({ status: 503, code: "unavailable" });
  expect(answer.headers.get("retry-after")).toBe("1");
  const planned = batch.mock.calls.length;
  vi.restoreAllMocks();
  expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 500, 500, 500, 500, 500]);
  expect(planned).toBe(pauses.length + 1);
  expect((await api("GET", `/stores/${store.id}`)).body).toMatchObject({ name: "Shop" });
  expect(await actionsOn(store.id)).toEqual(["create"]);
});

describe("what comes into use right before it is deleted", () => {
  test.each([
    ["a store, by a link", createStore, (row: { id: string }) => ({ storeId: row.id })],
    ["a creator, by a link", createCreator, (row: { id: string }) => ({ creatorId: row.id })],
    ["a domain, by a link", createDomain, (row: { hostname: string }) => ({ domain: row.hostname })],
  ] as const)("stays: %s", async (what, create, use) => {
    const row = await create();
    const path = `/${what.split(/ |,/)[1]}s/${row.id}`;
    beforeNextWrite(() => insertLink(use(row as { id: string; hostname: string })));
    expect(problemOf(await api("DELETE", path))).toMatchObject({ status: 409, code: "in_use" });
    expect((await api("GET", path)).status).toBe(200);
    expect(await actionsOn(row.id)).toEqual(["create"]);
  });

  test("stays: a store, by a domain", async () => {
    const { id } = await createStore();
    beforeNextWrite(() => createDomain({ storeId: id }));
    expect(problemOf(await api("DELETE", `/stores/${id}`))).toMatchObject({ status: 409, code: "in_use" });
    expect(await actionsOn(id)).toEqual(["create"]);
  });
});

describe("what is deleted right before it comes into use", () => {
  async function rowsOf(table: "links" | "link_tags" | "idempotency_keys"): Promise<number | null> {
    return env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n");
  }

  const USES = [
    ["storeId", createStore, "stores", (row: { id: string }) => row.id],
    ["creatorId", createCreator, "creators", (row: { id: string }) => row.id],
    ["domain", createDomain, "domains", (row: { hostname: string }) => row.hostname],
  ] as const;

  test.each(USES)("is refused by a new link: %s", async (field, create, name, valueOf) => {
    const row = await create();
    beforeNextWrite(() => api("DELETE", `/${name}/${row.id}`));
    const link = { url: SHOP, tags: ["a"], [field]: valueOf(row as { id: string; hostname: string }) };
    expectInvalid(await api("POST", "/links", link, { "idempotency-key": "a" }), field);
    expect([await rowsOf("links"), await rowsOf("link_tags"), await rowsOf("idempotency_keys")]).toEqual([0, 0, 0]);
  });

  test.each(USES)("is refused by a link that changes: %s", async (field, create, name, valueOf) => {
    const row = await create();
    const path = `/links/${(await createLink()).id}`;
    const before = await api("GET", path);
    beforeNextWrite(() => api("DELETE", `/${name}/${row.id}`));
    const value = valueOf(row as { id: string; hostname: string });
    expectInvalid(await api("PATCH", path, { [field]: value, tags: ["a"] }), field);
    expect((await api("GET", path)).body).toEqual(before.body);
  });

  test("fails its own entry of a bulk request, and no other", async () => {
    const creator = await createCreator();
    beforeNextWrite(() => api("DELETE", `/creators/${creator.id}`));
    const links = [{ url: SHOP, creatorId: creator.id }, { url: SHOP }];
    const { body } = await api("POST", "/links/bulk", { links });
    expect(body).toMatchObject({
      results: [{ status: 422, error: { errors: [{ path: "creatorId" }] } }, { status: 201 }],
    });
    expect(await rowsOf("links")).toBe(1);
  });

  test("is not taken for the store of a link that names none", async () => {
    const store = await createStore({ origins: ["https://shop.example"] });
    beforeNextWrite(() => api("DELETE", `/stores/${store.id}`));
    expect((await api("POST", "/links", { url: SHOP })).body).toMatchObject({ storeId: null });
  });

  test("is refused by a domain, new or changed", async () => {
    const [first, second] = [await createStore(), await createStore()];
    beforeNextWrite(() => api("DELETE", `/stores/${first.id}`));
    expectInvalid(await api("POST", "/domains", { hostname: "go.lea.example", storeId: first.id }), "storeId");
    const domain = await createDomain();
    beforeNextWrite(() => api("DELETE", `/stores/${second.id}`));
    expectInvalid(await api("PATCH", `/domains/${domain.id}`, { storeId: second.id }), "storeId");
    expect((await api("GET", `/domains/${domain.id}`)).body).toEqual(domain);
  });
});
