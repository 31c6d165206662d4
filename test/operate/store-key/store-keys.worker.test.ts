import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { linkSchema } from "../../../src/links/link/schema.ts";
import { type Scope, SCOPES } from "../../../src/ground/http/auth.ts";
import { api, bodyOf, expectInvalid, holding, problemOf } from "../../ground/api.ts";
import { addCreators, createCampaign, createPlan, planBody } from "../../programme/campaign-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { createKey } from "../key-fixtures.ts";

const WIDEST: readonly Scope[] = SCOPES.filter((scope) => scope !== "metrics:read" && scope !== "audit:read");

/** A store with a tracking plan, a campaign and a creator in it. */
async function programme(name: string) {
  const store = await createStore({ name });
  const plan = await createPlan({ name: `${name} plan`, storeId: store.id });
  const campaign = await createCampaign({ name: `${name} campaign`, planId: plan.id, generateOn: "approval" });
  const creator = await createCreator({ firstName: name });
  await addCreators(campaign.id, [creator.id], "applied");
  return { store, plan, campaign, creator };
}

let a: Awaited<ReturnType<typeof programme>>;
let b: Awaited<ReturnType<typeof programme>>;
let key: { authorization: string };

beforeEach(async () => {
  a = await programme("Alpha");
  b = await programme("Beta");
  key = holding((await createKey(WIDEST, { storeIds: [a.store.id] })).key);
});

const asking = (method: string, path: string, body?: unknown, by = key) => api(method, path, body, by);
const idsOf = ({ body }: { body: unknown }) => (body as { data: { id: string }[] }).data.map(({ id }) => id);

describe("DSH-5: making a key of some stores", () => {
  test("shows them, here and wherever the key is shown", async () => {
    const made = await createKey(["links:read"], { name: "Shop", storeIds: [a.store.id, b.store.id] });
    expect(made.storeIds).toEqual([a.store.id, b.store.id]);
    expect((await api("GET", `/api-keys/${made.id}`)).body).toMatchObject({ storeIds: [a.store.id, b.store.id] });
    const self = await asking("GET", "/api-keys/self", undefined, holding(made.key));
    expect(self).toMatchObject({ status: 200 });
    expect(self.body).toEqual({
      id: made.id,
      name: "Shop",
      scopes: ["links:read"],
      storeIds: [a.store.id, b.store.id],
      expiresAt: null,
    });
    expect((await api("GET", "/api-keys/self")).body).toMatchObject({
      id: "bootstrap",
      storeIds: null,
      expiresAt: null,
    });
  });

  test.each([
    ["storeIds", []],
    ["storeIds.0", ["str_0123456789abcdef"]],
    ["storeIds.0", ["shop"]],
  ])("refuses %s as %j", async (path, storeIds) => {
    expectInvalid(await api("POST", "/api-keys", { name: "Test", scopes: ["links:read"], storeIds }), path);
  });

  test("refuses a store twice, a store that is gone, and scopes that are of no store", async () => {
    const body = { name: "Test", scopes: ["links:read", "audit:read"], storeIds: [a.store.id] };
    expectInvalid(await api("POST", "/api-keys", body), "scopes.1");
    const twice = { ...body, scopes: ["links:read"], storeIds: [a.store.id, a.store.id] };
    expectInvalid(await api("POST", "/api-keys", twice), "storeIds");
    const { id } = await createStore();
    await api("DELETE", `/stores/${id}`);
    expectInvalid(await api("POST", "/api-keys", { ...twice, storeIds: [a.store.id, id] }), "storeIds.1");
  });

  test("is for a key of all stores: none makes one that may do more", async () => {
    for (const storeIds of [null, [a.store.id], [b.store.id]]) {
      const answer = await asking("POST", "/api-keys", { name: "Child", scopes: ["links:read"], storeIds });
      expect(problemOf(answer)).toMatchObject({ status: 403, code: "forbidden", detail: /needs a key of all stores/ });
    }
  });
});

describe("DSH-5: a key of one store", () => {
  test("lists what is of its store, without having to name it", async () => {
    const links = [a, b].map(({ store }) => ({ url: "https://shop.example/", storeId: store.id }));
    await api("POST", "/links/bulk", { links });
    expect(idsOf(await asking("GET", "/stores"))).toEqual([a.store.id]);
    expect(idsOf(await asking("GET", "/tracking-plans"))).toEqual([a.plan.id]);
    expect(idsOf(await asking("GET", "/links"))).toHaveLength(1);
    expect(idsOf(await asking("GET", `/links?limit=1&q=${encodeURIComponent("sh op")}`))).toEqual([]);
    expect((await asking("GET", `/campaigns/${a.campaign.id}/performance`)).status).toBe(200);
    expectInvalid(await asking("GET", "/links?store=all"), "store");
    expectInvalid(await asking("GET", `/links?store=${a.store.id}&store=${b.store.id}`), "store");
    expect((await asking("HEAD", "/links")).status).toBe(200);
    expect((await asking("HEAD", `/stores/${b.store.id}`)).status).toBe(404);
    expectInvalid(await asking("GET", "/clicks"), "link");
  });

  test("works in its store as any key does", async () => {
    const made = bodyOf(
      linkSchema,
      await asking("POST", "/links", {
        url: "https://shop.example/",
        storeId: a.store.id,
        planId: a.plan.id,
        campaignId: a.campaign.id,
        creatorId: a.creator.id,
      }),
    );
    expect((await asking("PATCH", `/links/${made.id}`, { slug: "alpha" })).status).toBe(200);
    const campaign = await asking("POST", "/campaigns", { name: "Spring", planId: a.plan.id });
    expect(campaign.status).toBe(201);
    const added = await asking("POST", `/campaigns/${(campaign.body as { id: string }).id}/creators`, {
      creatorIds: [a.creator.id],
    });
    expect(added.status).toBe(201);
    expect((await asking("DELETE", `/links/${made.id}`)).status).toBe(204);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM audit_log WHERE actor <> 'bootstrap'").first("n")).toBe(5);
  });

  test("takes nothing out of its store, and puts nothing in nobody's", async () => {
    const link = { url: "https://shop.example/" };
    expectInvalid(await asking("POST", "/links", link), "storeId");
    expectInvalid(await asking("POST", "/links", { ...link, storeId: null }), "storeId");
    const rows = [{ ...link, storeId: a.store.id }, link];
    expectInvalid(await asking("POST", "/links/bulk", { links: rows }), "links.1.storeId");
    expectInvalid(await asking("POST", "/links/bulk", { links: [] }), "links");
    expectInvalid(await asking("POST", "/campaigns", { name: "Spring" }), "planId");
    expectInvalid(await asking("PATCH", `/campaigns/${a.campaign.id}`, { planId: null }), "planId");
    const made = bodyOf(linkSchema, await asking("POST", "/links", { ...link, storeId: a.store.id }));
    expectInvalid(await asking("PATCH", `/links/${made.id}`, { storeId: null }), "storeId");
    expectInvalid(await asking("PATCH", `/links/${made.id}`, { storeId: b.store.id }), "storeId");
  });

  test("can't tell what another store has from what nobody has", async () => {
    const nobody = "pln_0123456789abcdef";
    const shown = async (method: string, path: string, id: string, body?: unknown) => {
      const { requestId: _requestId, ...problem } = problemOf(await asking(method, path, body)) as unknown as Record<
        string,
        unknown
      >;
      return JSON.stringify(problem).replaceAll(id, "ID");
    };
    const of = (id: string) =>
      Promise.all([
        shown("GET", `/tracking-plans/${id}`, id),
        shown("GET", `/links?plan=${id}`, id),
        shown("POST", "/campaigns", id, { name: "Spring", planId: id }),
      ]);
    expect(await of(b.plan.id)).toEqual(await of(nobody));
  });

  test("isn't told who has a name already", async () => {
    const plan = planBody(a.store.id, { name: b.plan.name });
    const answer = await asking("POST", "/tracking-plans", plan);
    expect(problemOf(answer)).toMatchObject({ status: 409, code: "plan_name_taken" });
    expect(JSON.stringify(answer.body)).not.toContain(b.plan.id);
    const own = await asking("POST", "/tracking-plans", { ...plan, name: a.plan.name });
    expect(own.body).toMatchObject({ existing: { id: a.plan.id } });
  });

  test("puts no link on a host of another store", async () => {
    await api("POST", "/domains", { hostname: "go.alpha.example", storeId: a.store.id });
    await api("POST", "/domains", { hostname: "go.beta.example", storeId: b.store.id });
    await api("POST", "/domains", { hostname: "go.all.example" });
    const on = (domain: string) =>
      asking("POST", "/links", { url: "https://shop.example/", storeId: a.store.id, domain });
    expectInvalid(await on("GO.beta.example"), "domain");
    const made = bodyOf(linkSchema, await on("go.alpha.example"));
    expect((await on("go.all.example")).status).toBe(201);
    expectInvalid(await asking("PATCH", `/links/${made.id}`, { domain: "go.beta.example" }), "domain");
    const links = [{ url: "https://shop.example/", storeId: a.store.id, domain: "go.beta.example" }];
    expectInvalid(await asking("POST", "/links/bulk", { links }), "links.0.domain");
  });

  test("reads creators who are in a campaign of its store, and changes none", async () => {
    expect((await asking("GET", `/creators/${a.creator.id}`)).body).toMatchObject({ firstName: "Alpha" });
    expect((await asking("GET", `/creators/${a.creator.id}/report`)).status).toBe(200);
    expect((await asking("GET", `/creators/${b.creator.id}`)).status).toBe(404);
    // Whoever could name any creator could put them into a campaign, and so read them.
    expectInvalid(
      await asking("POST", `/campaigns/${a.campaign.id}/creators`, { creatorIds: [b.creator.id] }),
      "creatorIds.0",
    );
    await addCreators(a.campaign.id, [b.creator.id]);
    expect((await asking("GET", `/creators/${b.creator.id}`)).status).toBe(200);
    const writes: [string, string, unknown][] = [
      ["POST", "/creators", { firstName: "New", lastName: "One" }],
      ["PATCH", `/creators/${a.creator.id}`, { firstName: "New" }],
      ["DELETE", `/creators/${a.creator.id}`, undefined],
      ["POST", `/creators/${a.creator.id}/portal-links`, {}],
    ];
    for (const [method, path, body] of writes) expect((await asking(method, path, body)).status, path).toBe(403);
  });

  test("names nobody of another store in a file", async () => {
    const csv = `number,creator\n+49301234567,${b.creator.id}\n`;
    const answer = await asking("POST", "/phone-numbers/import", { storeId: a.store.id, csv, dryRun: true });
    expectInvalid(answer, "csv");
  });

  test("still needs its scopes", async () => {
    const { key: reader } = await createKey(["links:read"], { storeIds: [a.store.id] });
    const answer = await asking("GET", "/tracking-plans", undefined, holding(reader));
    expect(problemOf(answer)).toMatchObject({ status: 403, detail: /plans:read/ });
  });
});

test("DSH-5: a key of several stores says which one a list is to be of", async () => {
  const several = holding((await createKey(WIDEST, { storeIds: [a.store.id, b.store.id] })).key);
  const answer = await asking("GET", "/tracking-plans", undefined, several);
  expectInvalid(answer, "store");
  expect(problemOf(answer).detail).toContain(`${a.store.id}, ${b.store.id}`);
  expect(idsOf(await asking("GET", `/tracking-plans?store=${b.store.id}`, undefined, several))).toEqual([b.plan.id]);
  expect(idsOf(await asking("GET", "/stores", undefined, several)).toSorted()).toEqual(
    [a.store.id, b.store.id].toSorted(),
  );
});

test("DSH-5: an answer that a key got once is given again to nobody else", async () => {
  const body = { url: "https://shop.example/", storeId: a.store.id };
  const once = { ...key, "idempotency-key": "x" };
  const first = await api("POST", "/links", body, once);
  expect((await api("POST", "/links", body, once)).body).toEqual(first.body);
  const other = holding((await createKey(WIDEST, { storeIds: [b.store.id] })).key);
  expectInvalid(await api("POST", "/links", body, { ...other, "idempotency-key": "x" }), "storeId");
});

describe("DSH-5: names beside what a key of some stores reads", () => {
  test("are of its own stores alone, whatever ids stand in its texts", async () => {
    const link = (more: object) =>
      api("POST", "/links", { url: "https://shop.example/", storeId: a.store.id, ...more });
    await link({ tags: [b.campaign.id, b.creator.id, b.store.id], campaignId: a.campaign.id });
    const names = async () => {
      const { status, body } = await asking("GET", "/links?expand=names");
      expect(status).toBe(200);
      return (body as { names: Record<string, string> }).names;
    };
    expect(await names()).toEqual({ [a.store.id]: "Alpha", [a.campaign.id]: "Alpha campaign" });
    const { names: all } = (await api("GET", "/links?expand=names")).body as { names: Record<string, string> };
    expect(all[b.campaign.id]).toBe("Beta campaign");
    // Whoever has a link of the store is known there, in a campaign of it or not.
    await link({ creatorId: b.creator.id });
    expect((await names())[b.creator.id]).toContain("Beta");
  });
});
