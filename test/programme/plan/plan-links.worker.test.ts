import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { bulkResult, type Link, linkSchema } from "../../../src/links/link/schema.ts";
import { standbyKey, type StandbyLink } from "../../../src/edge/standby/standby-tier.ts";
import { syncStandby } from "../../../src/links/link/standby-store.ts";
import { PROVIDER_TABLE, PROVIDERS } from "../../../src/ground/model/provider.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { createDomain, insertLink } from "../../links/link-fixtures.ts";
import { createCreator, createStore } from "../fixtures.ts";
import { BROWSER } from "../../clicks/click-message.ts";
import { insertCampaign, insertCode, insertPlan } from "../plan-rows.ts";
import { destination, visit, visitToTheEnd } from "../../edge/visit.ts";

const SHOP = "https://shop.example/sale";
const OVER = "https://shop.example/over";
const HOUR = 3_600_000;
const UNKNOWN = { campaignId: "cmp_zzzzzzzzzzzzzzzz", planId: "pln_zzzzzzzzzzzzzzzz", codeId: "cod_zzzzzzzzzzzzzzzz" };

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

let slugCount = 0;

/** A slug that no other test used: the isolate remembers links longer than the database does. */
function freshSlug(): string {
  slugCount += 1;
  return `plan-link-${slugCount}`;
}

const postLink = (body: Record<string, unknown>) => api("POST", "/links", { url: SHOP, slug: freshSlug(), ...body });

async function createLink(body: Record<string, unknown> = {}): Promise<Link> {
  return bodyOf(linkSchema, await postLink(body));
}

/** One link of each kind under a plan. */
async function bothKinds(body: Record<string, unknown>): Promise<Link[]> {
  return [await createLink({ ...body, kind: "affiliate" }), await createLink({ ...body, kind: "tracking" })];
}

/** Changes a row behind the API's back, as an edit in another isolate would. */
async function edit(
  table: "tracking_plans" | "campaigns" | "codes" | "links",
  id: string,
  values: Record<string, string | number | null>,
): Promise<void> {
  const sets = Object.keys(values).map((column, index) => `${column} = ?${index + 2}`);
  await env.DB.prepare(`UPDATE ${table} SET ${sets.join(", ")} WHERE id = ?1`)
    .bind(id, ...Object.values(values))
    .run();
}

/** Bindings of an isolate of its own, with its own memory. */
function coldIsolate(changes: Partial<Record<keyof Env, unknown>> = {}): Env {
  return { ...env, CLICK_QUEUE: { send: async () => undefined }, ...changes } as unknown as Env;
}

/** A database that refuses everything. */
function brokenDatabase() {
  const refuse = (): never => {
    throw new Error("D1_ERROR: Network connection lost.");
  };
  return { prepare: refuse, withSession: refuse, batch: refuse };
}

const copyOf = async (slug: string) => env.LINKS.get<StandbyLink>(standbyKey("", slug), "json");

async function outcome(link: Link): Promise<string> {
  const response = await visit(`/${link.slug}`, {});
  return `${response.status} ${response.headers.get("location") === OVER ? "over" : ""}`.trim();
}

describe("a plan's dates", () => {
  test("UPF-21, UPF-55: after its end, affiliate and tracking links lead to the fallback, or are gone", async () => {
    const store = await createStore();
    const ended = { storeId: store.id, endsAt: Date.now() - 1 };
    const [gone, sent] = [await insertPlan(ended), await insertPlan({ ...ended, fallbackUrl: OVER })];
    for (const link of await bothKinds({ planId: gone.id })) expect(await outcome(link), link.kind).toBe("410");
    for (const link of await bothKinds({ planId: sent.id })) expect(await outcome(link), link.kind).toBe("302 over");
    const own = await createLink({ planId: sent.id, fallbackUrl: "https://shop.example/own" });
    expect(destination(await visit(`/${own.slug}`)).pathname).toBe("/own");
  });

  test("UPF-21: before it starts, its links are not found, and in between they work", async () => {
    const store = await createStore();
    const soon = await insertPlan({ storeId: store.id, startsAt: Date.now() + HOUR });
    for (const link of await bothKinds({ planId: soon.id })) expect(await outcome(link), link.kind).toBe("404");
    const now = await insertPlan({ storeId: store.id, startsAt: Date.now() - HOUR, endsAt: Date.now() + HOUR });
    for (const link of await bothKinds({ planId: now.id })) expect(await outcome(link), link.kind).toBe("302");
  });

  test.each([
    ["an earlier end of the link", { endsAt: -HOUR }, { endsAt: HOUR }, "410"],
    ["an earlier end of the plan", { endsAt: HOUR }, { endsAt: -HOUR }, "410"],
    ["a later start of the link", { startsAt: HOUR }, { startsAt: -HOUR }, "404"],
    ["a later start of the plan", { startsAt: -HOUR }, { startsAt: HOUR }, "404"],
    ["the dates of both, all around now", { startsAt: -HOUR, endsAt: HOUR }, { startsAt: -HOUR, endsAt: HOUR }, "302"],
  ])("UPF-55: %s wins", async (_what, ofLink: Record<string, number>, ofPlan: Record<string, number>, expected) => {
    const now = Date.now();
    const times = Object.entries(ofLink).map(([name, offset]) => [name, new Date(now + offset).toISOString()]);
    const store = await createStore();
    const plan = await insertPlan({
      storeId: store.id,
      ...Object.fromEntries(Object.entries(ofPlan).map(([name, offset]) => [name, now + offset])),
    });
    const link = await createLink({ planId: plan.id, ...Object.fromEntries(times) });
    expect(await outcome(link)).toBe(expected);
    // The link itself says what it was given.
    expect((await api("GET", `/links/${link.id}`)).body).toEqual(link);
  });

  test("UPF-55: still hold once it was deleted", async () => {
    const store = await createStore();
    const plan = await insertPlan({ storeId: store.id, endsAt: Date.now() - 1 });
    const link = await createLink({ planId: plan.id });
    await edit("tracking_plans", plan.id, { deleted_at: Date.now() });
    expect((await visitToTheEnd(`/${link.slug}`, {}, coldIsolate())).status).toBe(410);
  });

  test("UPF-21: changed elsewhere reach its links within 60 seconds, whatever caches they pass", async () => {
    const store = await createStore();
    const plan = await insertPlan({ storeId: store.id });
    const links = await bothKinds({ planId: plan.id });
    const start = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: start });
    const isolate = coldIsolate();
    for (const { slug } of links) expect((await visitToTheEnd(`/${slug}`, {}, isolate)).status).toBe(302);
    await edit("tracking_plans", plan.id, { ends_at: start, updated_at: start });
    vi.setSystemTime(start + 59_000);
    for (const { slug } of links) expect((await visitToTheEnd(`/${slug}`, {}, isolate)).status).toBe(410);
  });

  test("UPF-55: hold to the millisecond for a link that is in memory", async () => {
    const store = await createStore();
    const start = Date.now();
    const plan = await insertPlan({ storeId: store.id, endsAt: start + 5_000 });
    const { slug } = await createLink({ planId: plan.id });
    vi.useFakeTimers({ toFake: ["Date"], now: start + 4_999 });
    const isolate = coldIsolate();
    expect((await visitToTheEnd(`/${slug}`, {}, isolate)).status).toBe(302);
    vi.setSystemTime(start + 5_000);
    expect((await visitToTheEnd(`/${slug}`, {}, isolate)).status).toBe(410);
  });

  test("UPF-55: are told by the preview page and by the simulation", async () => {
    const store = await createStore();
    const plan = await insertPlan({ storeId: store.id, endsAt: Date.now() - 1 });
    const link = await createLink({ planId: plan.id });
    expect(await (await visit(`/${link.slug}+`, { "Accept-Language": "en" })).text()).toContain("This link has ended");
    const simulated = await api("POST", `/links/${link.id}/simulate`, { userAgent: BROWSER });
    expect(simulated.body).toMatchObject({ outcome: "page", status: 410, bucket: "inactive", reason: "ended" });
  });
});

describe("a plan's standby copies", () => {
  test("UPF-21, UPF-55: follow its edits, and answer by them while D1 fails", async () => {
    for (const level of ["warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
    const store = await createStore();
    const plan = await insertPlan({ storeId: store.id });
    const links = await bothKinds({ planId: plan.id });
    await syncStandby(env, Date.now());
    const broken = () => coldIsolate({ DB: brokenDatabase() });
    for (const { slug } of links) expect((await visitToTheEnd(`/${slug}`, {}, broken())).status).toBe(302);

    await edit("tracking_plans", plan.id, { ends_at: Date.now() - 1, fallback_url: OVER, updated_at: Date.now() });
    await syncStandby(env, Date.now());
    for (const { slug } of links) {
      expect((await copyOf(slug))?.record?.endsAt).toBeLessThan(Date.now());
      const response = await visitToTheEnd(`/${slug}`, {}, broken());
      expect([response.status, response.headers.get("location")]).toEqual([302, OVER]);
    }
  });

  test("follow the names of plan and campaign, and the code's text", async () => {
    const store = await createStore();
    const creator = await createCreator();
    const [plan, campaign] = [await insertPlan({ storeId: store.id }), await insertCampaign()];
    const code = await insertCode({ storeId: store.id, planId: plan.id, creatorId: creator.id });
    const named = { planId: plan.id, campaignId: campaign.id, codeId: code.id };
    const { slug } = await createLink({ ...named, kind: "affiliate" });
    const edits = [
      ["tracking_plans", plan.id, "name", "plan"],
      ["campaigns", campaign.id, "name", "campaign"],
      ["codes", code.id, "text", "code"],
    ] as const;
    const now = Date.now();
    for (const [index, [table, id, column, variable]] of edits.entries()) {
      await syncStandby(env, now + index * 60_000);
      await edit(table, id, { [column]: "NEW", updated_at: now + index * 60_000 + 1 });
      await syncStandby(env, now + index * 60_000 + 2);
      expect((await copyOf(slug))?.record?.variables[variable], variable).toBe("NEW");
    }
  });

  test("are all written, however many links of one plan change at once", async () => {
    const store = await createStore();
    const plan = await insertPlan({ storeId: store.id });
    await insertLink({ planId: plan.id, id: "lnk_0000000000000zzz", slug: "many-0", slugKey: "many-0" });
    // 2,100 more: one run of the cron writes 2,000.
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2100)
       INSERT INTO links (id, domain, slug, slug_key, url, kind, plan_id, utm, rules, disabled, created_at, updated_at)
       SELECT printf('lnk_%016d', 1000000 - i), '', 'many-' || i, 'many-' || i, url, kind, plan_id, utm, rules, 0, 0, 0
       FROM n, links WHERE links.id = 'lnk_0000000000000zzz'`,
    ).run();
    const put = vi.spyOn(env.LINKS, "put").mockResolvedValue();
    const written = () => new Set(put.mock.calls.map(([key]) => key)).size;
    const now = Date.now();
    for (let run = 0; run < 3; run++) await syncStandby(env, now + run * 60_000);
    expect(written()).toBe(2_101);
    put.mockClear();
    await edit("tracking_plans", plan.id, { name: "New", updated_at: now + 180_000 });
    expect(await syncStandby(env, now + 181_000)).toBe(2_000);
    // It was so young that an edit stamped before it is committed after: all are written again.
    await insertLink({ slug: "late-edit", slugKey: "late-edit", updatedAt: now + 179_500 });
    await syncStandby(env, now + 240_000);
    await syncStandby(env, now + 300_000);
    expect(written()).toBe(2_102);
    put.mockClear();
    expect(await syncStandby(env, now + 360_000)).toBe(0);
  });
});

describe("the variables of a plan's link", () => {
  test("are the names of plan and campaign, and the code as it is now", async () => {
    const store = await createStore();
    const creator = await createCreator();
    const plan = await insertPlan({ storeId: store.id, name: "Spring & more" });
    const campaign = await insertCampaign({ name: "Été" });
    const code = await insertCode({ storeId: store.id, planId: plan.id, creatorId: creator.id, text: "LEA10" });
    const link = await createLink({
      url: "https://shop.example/discount/{{code}}?redirect=%2Fsale&p={{plan}}",
      kind: "affiliate",
      planId: plan.id,
      campaignId: campaign.id,
      codeId: code.id,
      utm: { campaign: "{{campaign}}", term: "{{code}}" },
    });
    const url = destination(await visit(`/${link.slug}`));
    expect(url.pathname).toBe("/discount/LEA10");
    expect([...url.searchParams].filter(([name]) => name !== "wm_click")).toEqual([
      ["redirect", "/sale"],
      ["p", "Spring & more"],
      ["utm_campaign", "Été"],
      ["utm_term", "LEA10"],
    ]);
    await edit("codes", code.id, { text: "LEA15", updated_at: Date.now() });
    // Any edit by the API makes this isolate look again.
    expect((await api("PATCH", `/links/${link.id}`, { tags: ["edited"] })).status).toBe(200);
    expect(destination(await visit(`/${link.slug}`)).pathname).toBe("/discount/LEA15");
  });

  test("are empty for a creator without a name, and the page names nobody", async () => {
    const creator = await createCreator({ firstName: "", lastName: "" });
    const link = await createLink({
      creatorId: creator.id,
      url: "https://shop.example/{{creator}}?u={{username}}",
      utm: { source: "{{creator}}", medium: "{{username}}" },
    });
    const url = destination(await visit(`/${link.slug}`));
    expect([url.pathname, url.searchParams.get("u")]).toEqual(["/", ""]);
    expect([url.searchParams.has("utm_source"), url.searchParams.has("utm_medium")]).toEqual([false, false]);
    expect(await (await visit(`/${link.slug}+`, { "Accept-Language": "en" })).text()).toContain(
      "No creator is named on this link.",
    );

    await api("PATCH", `/creators/${creator.id}`, { handles: { instagram: "lea.makes" } });
    expect(await (await visit(`/${link.slug}+`, { "Accept-Language": "en" })).text()).toContain(
      "lea.makes may earn a commission",
    );
    await api("PATCH", `/creators/${creator.id}`, { lastName: "Martin" });
    expect(destination(await visit(`/${link.slug}`)).pathname).toBe("/Martin");
    expect(await (await visit(`/${link.slug}+`, { "Accept-Language": "en" })).text()).toContain(
      "Martin may earn a commission",
    );
  });
});

describe("what a plan's link refers to", () => {
  test.each(Object.entries(UNKNOWN))("must exist: %s", async (path, id) => {
    expectInvalid(await postLink({ [path]: id, kind: "affiliate" }), path);
    const link = await createLink({ kind: "affiliate" });
    expectInvalid(await api("PATCH", `/links/${link.id}`, { [path]: id }), path);
    expect((await api("GET", `/links/${link.id}`)).body).toEqual(link);
  });

  /** What takes a thing away, by the field that names it. */
  const REMOVALS = [
    ["campaignId", "campaigns", { deleted_at: 1 }],
    ["planId", "tracking_plans", { deleted_at: 1 }],
    ["codeId", "codes", { state: "retired" }],
  ] as const;

  /** Something of each kind that a link may name. */
  async function things(): Promise<Record<"campaignId" | "planId" | "codeId", string>> {
    const [store, creator, campaign] = [await createStore(), await createCreator(), await insertCampaign()];
    const plan = await insertPlan({ storeId: store.id });
    const code = await insertCode({ storeId: store.id, planId: plan.id, creatorId: creator.id });
    return { campaignId: campaign.id, planId: plan.id, codeId: code.id };
  }

  test.each(REMOVALS)("must not be deleted or retired: %s", async (path, table, removal) => {
    const ids = await things();
    const link = await createLink({ kind: "affiliate", [path]: ids[path] });
    await edit(table, ids[path], removal);
    expectInvalid(await postLink({ kind: "affiliate", [path]: ids[path] }), path);
    expectInvalid(await api("PATCH", `/links/${link.id}`, { [path]: ids[path] }), path);
    // What has come to be wrong since keeps no link from being switched off.
    expect((await api("PATCH", `/links/${link.id}`, { disabled: true })).status).toBe(200);
    expect((await api("PATCH", `/links/${link.id}`, { [path]: null })).status).toBe(200);
  });

  test.each(REMOVALS)("must not go right before it is written: %s", async (path, table, removal) => {
    const ids = await things();
    beforeNextWrite(() => edit(table, ids[path], removal));
    expectInvalid(await postLink({ kind: "affiliate", [path]: ids[path] }), path);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM links").first("n")).toBe(0);
  });

  test.each(REMOVALS)("must not go right before a link changes to it: %s", async (path, table, removal) => {
    const ids = await things();
    const link = await createLink({ kind: "affiliate" });
    beforeNextWrite(() => edit(table, ids[path], removal));
    expectInvalid(await api("PATCH", `/links/${link.id}`, { [path]: ids[path] }), path);
    expect((await api("GET", `/links/${link.id}`)).body).toEqual(link);
  });

  test("includes the plan's store", async () => {
    const store = await createStore();
    const plan = await insertPlan({ storeId: store.id });
    await env.DB.prepare("UPDATE stores SET deleted_at = 1 WHERE id = ?1").bind(store.id).run();
    expectInvalid(await postLink({ planId: plan.id }), "planId");
  });

  test("is read by the same number of queries for one link as for many", async () => {
    const ids = await things();
    const prepare = vi.spyOn(env.DB, "prepare");
    const entry = { url: SHOP, kind: "affiliate", ...ids };
    await api("POST", "/links/bulk", { links: [entry] });
    const forOne = prepare.mock.calls.length;
    prepare.mockClear();
    await api("POST", "/links/bulk", { links: Array.from({ length: 50 }, () => entry) });
    expect(prepare.mock.calls.length).toBe(forOne);
  });
});

describe("a link's code", () => {
  async function withCode() {
    const [store, creator] = [await createStore(), await createCreator()];
    const plan = await insertPlan({ storeId: store.id });
    const code = await insertCode({ storeId: store.id, planId: plan.id, creatorId: creator.id });
    return { store, creator, plan, code };
  }

  test("UPF-43: goes on an affiliate link, with its plan and creator or without", async () => {
    const { creator, plan, code } = await withCode();
    for (const body of [
      {},
      { planId: plan.id },
      { creatorId: creator.id },
      { planId: plan.id, creatorId: creator.id },
    ]) {
      const link = await createLink({ kind: "affiliate", codeId: code.id, ...body });
      expect(link).toMatchObject({ codeId: code.id, ...body });
    }
  });

  test("UPF-43, UPF-44: goes on no tracking link, which counts clicks alone", async () => {
    const { code } = await withCode();
    const answer = await postLink({ kind: "tracking", codeId: code.id });
    expectInvalid(answer, "codeId");
    expect(problemOf(answer).detail).toContain("affiliate link");
    const link = await createLink();
    expectInvalid(await api("PATCH", `/links/${link.id}`, { codeId: code.id }), "codeId");
    const both = { codeId: code.id, kind: "affiliate" };
    expect((await api("PATCH", `/links/${link.id}`, both)).body).toMatchObject(both);
    expectInvalid(await api("PATCH", `/links/${link.id}`, { kind: "tracking" }), "codeId");
    const neither = { codeId: null, kind: "tracking" };
    expect((await api("PATCH", `/links/${link.id}`, neither)).body).toMatchObject(neither);
  });

  test("UPF-44: is not needed by an affiliate link of agnostic sales tracking", async () => {
    const store = await createStore({ provider: "ast" });
    const plan = await insertPlan({ storeId: store.id });
    expect(await createLink({ kind: "affiliate", planId: plan.id })).toMatchObject({ kind: "affiliate", codeId: null });
  });

  test("must be of the link's plan and creator, when it is made and whichever of them changes", async () => {
    const { store, creator, plan, code } = await withCode();
    const [otherPlan, otherCreator] = [await insertPlan({ storeId: store.id }), await createCreator()];
    const right = { kind: "affiliate", planId: plan.id, creatorId: creator.id, codeId: code.id };
    for (const wrong of [{ planId: otherPlan.id }, { creatorId: otherCreator.id }]) {
      expectInvalid(await postLink({ ...right, ...wrong }), "codeId");
      const link = await createLink(right);
      expectInvalid(await api("PATCH", `/links/${link.id}`, wrong), "codeId");
      expect((await api("PATCH", `/links/${link.id}`, { ...wrong, codeId: null })).status).toBe(200);
      expectInvalid(await api("PATCH", `/links/${link.id}`, { codeId: code.id }), "codeId");
    }
  });

  test("fails its own entry of a bulk request, and no other", async () => {
    const { code } = await withCode();
    const links = [
      { url: SHOP, codeId: code.id, kind: "tracking" },
      { url: SHOP, codeId: code.id },
      { url: SHOP, planId: UNKNOWN.planId },
    ];
    const { results } = bulkResult.parse((await api("POST", "/links/bulk", { links })).body);
    expect(results.map(({ status, error }) => [status, error?.errors[0]?.path])).toEqual([
      [422, "codeId"],
      [201, undefined],
      [422, "planId"],
    ]);
  });

  test("can't come to a link that turns into a tracking link at the same moment", async () => {
    const { code } = await withCode();
    const link = await createLink({ kind: "affiliate" });
    beforeNextWrite(() => api("PATCH", `/links/${link.id}`, { kind: "tracking" }));
    expectInvalid(await api("PATCH", `/links/${link.id}`, { codeId: code.id }), "codeId");
    expect((await api("GET", `/links/${link.id}`)).body).toMatchObject({ kind: "tracking", codeId: null });
  });

  test("can't come to a link that gets another creator or plan at the same moment", async () => {
    const { store, code } = await withCode();
    const others = [
      { creatorId: (await createCreator()).id },
      { planId: (await insertPlan({ storeId: store.id })).id },
    ];
    for (const other of others) {
      const link = await createLink({ kind: "affiliate" });
      beforeNextWrite(() => api("PATCH", `/links/${link.id}`, other));
      expectInvalid(await api("PATCH", `/links/${link.id}`, { codeId: code.id }), "codeId");
      expect((await api("GET", `/links/${link.id}`)).body).toMatchObject({ ...other, codeId: null });
    }
  });
});

describe("an affiliate link of a plan", () => {
  test.each(PROVIDERS)(
    "UPF-40, UPF-45: is made where the provider can, else refused with a hint at AST: %s",
    async (provider) => {
      const store = await createStore({ provider });
      const plan = await insertPlan({ storeId: store.id });
      const { name, capabilities } = PROVIDER_TABLE[provider];
      const tracking = await createLink({ planId: plan.id });
      for (const answer of [
        await postLink({ planId: plan.id, kind: "affiliate" }),
        await api("PATCH", `/links/${tracking.id}`, { kind: "affiliate" }),
      ]) {
        if (capabilities.affiliateLink !== null) {
          expect(bodyOf(linkSchema, answer).kind).toBe("affiliate");
        } else {
          expectInvalid(answer, "kind");
          expect(problemOf(answer).detail).toContain(name);
          expect(problemOf(answer).detail).toContain("AST");
        }
      }
    },
  );

  test("UPF-45: is refused where a link becomes one while it moves to such a plan", async () => {
    const store = await createStore({ provider: "amazon" });
    const plan = await insertPlan({ storeId: store.id });
    const link = await createLink();
    beforeNextWrite(() => api("PATCH", `/links/${link.id}`, { planId: plan.id }));
    expectInvalid(await api("PATCH", `/links/${link.id}`, { kind: "affiliate" }), "kind");
  });

  test("UPF-45: is refused where an affiliate link moves to the plan of a provider without them", async () => {
    const store = await createStore({ provider: "magento" });
    const plan = await insertPlan({ storeId: store.id });
    const link = await createLink({ kind: "affiliate" });
    expectInvalid(await api("PATCH", `/links/${link.id}`, { planId: plan.id }), "kind");
  });
});

test("the store of a link that names none is its plan's, before its domain's and the destination's", async () => {
  const [ofPlan, ofDomain] = [await createStore(), await createStore()];
  await createStore({ origins: ["https://shop.example"] });
  const domain = await createDomain({ storeId: ofDomain.id });
  const plan = await insertPlan({ storeId: ofPlan.id });
  expect(await createLink({ planId: plan.id, domain: domain.hostname })).toMatchObject({ storeId: ofPlan.id });
  expect(await createLink({ planId: plan.id, storeId: null })).toMatchObject({ storeId: null });
  expectInvalid(await postLink({ planId: plan.id, storeId: ofDomain.id }), "storeId");
  const link = await createLink({ domain: domain.hostname });
  expect((await api("PATCH", `/links/${link.id}`, { planId: plan.id })).body).toMatchObject({ storeId: ofPlan.id });
  expectInvalid(await api("PATCH", `/links/${link.id}`, { storeId: ofDomain.id }), "storeId");
  expectInvalid(await api("PATCH", `/links/${link.id}`, { planId: plan.id, storeId: ofDomain.id }), "storeId");
});

test("UPF-43, UPF-44: the kind of a link that names none follows whom it could credit", async () => {
  const [store, creator] = [await createStore(), await createCreator()];
  const plan = await insertPlan({ storeId: store.id });
  const code = await insertCode({ storeId: store.id, planId: plan.id, creatorId: creator.id });
  const marketplace = await createStore({ provider: "amazon" });
  const counted = await insertPlan({ storeId: marketplace.id });
  expect(await createLink()).toMatchObject({ kind: "tracking" });
  expect(await createLink({ planId: plan.id })).toMatchObject({ kind: "tracking" });
  expect(await createLink({ creatorId: creator.id })).toMatchObject({ kind: "affiliate" });
  expect(await createLink({ creatorId: creator.id, planId: counted.id })).toMatchObject({ kind: "tracking" });
  // The plan and the store come with the code.
  expect(await createLink({ codeId: code.id })).toMatchObject({
    kind: "affiliate",
    planId: plan.id,
    storeId: store.id,
  });
});

test("a list of links can be asked by plan", async () => {
  const store = await createStore();
  const [plan, other] = [await insertPlan({ storeId: store.id }), await insertPlan({ storeId: store.id })];
  const links = await bothKinds({ planId: plan.id });
  await createLink({ planId: other.id });
  await createLink();
  const found = (query: string) => pagesOf(linkSchema, `/links?${query}`);
  expect((await found(`plan=${plan.id}`)).flat()).toEqual(links.toReversed());
  expect((await found(`plan=${plan.id}&kind=affiliate`)).flat()).toEqual(links.slice(0, 1));
  expectInvalid(await api("GET", "/links?plan=cmp_0000000000000001"), "plan");
});
