import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { codeDetail, codeSchema } from "../../../src/programme/code/schema.ts";
import { insertCodes, planHasSales, settleInStore, takenTexts } from "../../../src/programme/code/store.ts";
import { linkSchema } from "../../../src/links/link/schema.ts";
import { standbyKey } from "../../../src/edge/standby/standby-tier.ts";
import { PROVIDER_TABLE } from "../../../src/ground/model/provider.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { createCode, createFull, insertCampaign, insertPlan, readCode, useCode } from "../code-fixtures.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { destination, visit } from "../../edge/visit.ts";

const UNKNOWN = "0000000000000000";

afterEach(() => {
  vi.restoreAllMocks();
});

async function list(query = ""): Promise<string[]> {
  return (await pagesOf(codeSchema, `/codes?limit=50&${query}`)).flat().map(({ code }) => code);
}

async function actionsOn(id: string): Promise<string[]> {
  return (await pagesOf(auditSchema, `/audit?entityId=${id}&limit=50`)).flat().map((entry) => entry.action);
}

/** The rows of a store's texts, by key, and whether each is retired. */
async function textsOf(storeId: string): Promise<Record<string, boolean>> {
  const { results } = await env.DB.prepare(
    "SELECT text_key, retired_at IS NOT NULL AS retired FROM code_texts WHERE store_id = ?1 ORDER BY text_key",
  )
    .bind(storeId)
    .all<{ text_key: string; retired: number }>();
  return Object.fromEntries(results.map((row) => [row.text_key, row.retired === 1]));
}

async function assignmentOf(planId: string, creatorId: string) {
  return env.DB.prepare(
    "SELECT state, code_id, campaign_id, failure_code FROM plan_creators WHERE plan_id = ?1 AND creator_id = ?2",
  )
    .bind(planId, creatorId)
    .first();
}

describe("a code by hand", () => {
  test("is given to a creator under a plan, and queues what else the plan asks for", async () => {
    const plan = await insertPlan();
    const creator = await createFull();
    const campaignId = await insertCampaign(plan.id, [creator.id]);
    const answer = await api("POST", "/codes", {
      planId: plan.id,
      creatorId: creator.id,
      code: " Lea-10_OFF ",
      campaignId,
    });
    expect(answer.status).toBe(201);
    const code = bodyOf(codeDetail, answer);
    expect(code).toMatchObject({
      storeId: plan.storeId,
      planId: plan.id,
      campaignId,
      creatorId: creator.id,
      code: "Lea-10_OFF",
      state: "active",
      origin: "hand",
      earlier: [],
    });
    expect(await readCode(code.id)).toEqual(code);
    expect(await assignmentOf(plan.id, creator.id)).toEqual({
      state: "queued",
      code_id: code.id,
      campaign_id: campaignId,
      failure_code: null,
    });
    expect(await textsOf(plan.storeId)).toEqual({ "lea-10_off": false });
    expect(await actionsOn(code.id)).toEqual(["create"]);
  });

  test("mends an assignment that had failed, and keeps the campaign that made it", async () => {
    const plan = await insertPlan();
    const creator = await createFull();
    const campaignId = await insertCampaign(plan.id, [creator.id]);
    await env.DB.prepare(
      `INSERT INTO plan_creators (plan_id, creator_id, campaign_id, state, failure_code, failure_detail, queued_at, updated_at)
       VALUES (?1, ?2, ?3, 'failed', 'empty_code', 'x', 0, 0)`,
    )
      .bind(plan.id, creator.id, campaignId)
      .run();
    const code = await createCode({ planId: plan.id, creatorId: creator.id, code: "LEA10" });
    expect(await assignmentOf(plan.id, creator.id)).toEqual({
      state: "queued",
      code_id: code.id,
      campaign_id: campaignId,
      failure_code: null,
    });
  });

  test("UPF-42, UPF-58 is refused where another creator of the store has or had the text, whatever its case", async () => {
    const plan = await insertPlan();
    const other = await insertPlan({ storeId: plan.storeId });
    const first = await createCode({ planId: plan.id, code: "LEA10" });
    const { id: creatorId } = await createFull("tom");
    for (const planId of [plan.id, other.id]) {
      const problem = problemOf(await api("POST", "/codes", { planId, creatorId, code: "lea10" }));
      expect(problem).toMatchObject({
        status: 409,
        code: "code_taken",
        errors: [{ path: "code" }],
        existing: { id: first.id, name: "LEA10" },
      });
    }
    bodyOf(codeDetail, await api("PATCH", `/codes/${first.id}`, { code: "LEA20" }));
    expect((await api("DELETE", `/codes/${first.id}`)).status).toBe(204);
    for (const code of ["LEA10", "LEA20"]) {
      const problem = problemOf(await api("POST", "/codes", { planId: plan.id, creatorId, code }));
      expect(problem.code).toBe("code_taken");
    }
  });

  test("UPF-56 the same creator may have it in two separate stores", async () => {
    const [one, two] = [await insertPlan(), await insertPlan()];
    const { id: creatorId } = await createFull();
    await createCode({ planId: one.id, creatorId, code: "LEA10" });
    await createCode({ planId: two.id, creatorId, code: "LEA10" });
    expect(await list(`creator=${creatorId}`)).toEqual(["LEA10", "LEA10"]);
  });

  test("UPF-57 not even the same creator may have it twice in one store", async () => {
    const one = await insertPlan();
    const two = await insertPlan({ storeId: one.storeId });
    const { id: creatorId } = await createFull();
    await createCode({ planId: one.id, creatorId, code: "LEA10" });
    const problem = problemOf(await api("POST", "/codes", { planId: two.id, creatorId, code: "lea10" }));
    expect(problem).toMatchObject({ status: 409, code: "code_taken" });
  });

  test("is one under a plan, until it is retired", async () => {
    const plan = await insertPlan();
    const { id: creatorId } = await createFull();
    const first = await createCode({ planId: plan.id, creatorId, code: "LEA10" });
    const problem = problemOf(await api("POST", "/codes", { planId: plan.id, creatorId, code: "LEA20" }));
    expect(problem).toMatchObject({ status: 409, code: "code_exists", errors: [{ path: "creatorId" }] });
    await api("DELETE", `/codes/${first.id}`);
    const second = await createCode({ planId: plan.id, creatorId, code: "LEA20" });
    expect(await assignmentOf(plan.id, creatorId)).toMatchObject({ code_id: second.id, state: "queued" });
  });

  test.each(["AB", "x".repeat(65), "LEA 10", "LÉA10", "LEA.10", "LEA%"])("may not be %j", async (code) => {
    const plan = await insertPlan();
    const { id: creatorId } = await createFull();
    expectInvalid(await api("POST", "/codes", { planId: plan.id, creatorId, code }), "code");
  });

  test("has the length that its provider takes", async () => {
    const plan = await insertPlan({}, { provider: "bigcommerce" });
    const { id: creatorId } = await createFull();
    expectInvalid(await api("POST", "/codes", { planId: plan.id, creatorId, code: "x".repeat(51) }), "code");
    await createCode({ planId: plan.id, creatorId, code: "x".repeat(50) });
  });

  test("is refused where the provider has no codes, and the answer names AST", async () => {
    const plan = await insertPlan({}, { provider: "amazon" });
    const { id: creatorId } = await createFull();
    const answer = await api("POST", "/codes", { planId: plan.id, creatorId, code: "LEA10" });
    expectInvalid(answer, "planId");
    expect(problemOf(answer).detail).toMatch(/Amazon.*AST/);
  });

  test("names what it refers to that isn't there", async () => {
    const plan = await insertPlan();
    const { id: creatorId } = await createFull();
    const body = { planId: plan.id, creatorId, code: "LEA10" };
    expectInvalid(await api("POST", "/codes", { ...body, planId: `pln_${UNKNOWN}` }), "planId");
    expectInvalid(await api("POST", "/codes", { ...body, creatorId: `crt_${UNKNOWN}` }), "creatorId");
    expectInvalid(await api("POST", "/codes", { ...body, campaignId: `cmp_${UNKNOWN}` }), "campaignId");
    const other = await insertCampaign((await insertPlan()).id);
    expectInvalid(await api("POST", "/codes", { ...body, campaignId: other }), "campaignId");
    const gone = await insertPlan({ deletedAt: 1 });
    expectInvalid(await api("POST", "/codes", { ...body, planId: gone.id }), "planId");
  });

  test("that two creators are given at the same moment has one of them", async () => {
    const plan = await insertPlan();
    const [one, two] = [await createFull(), await createFull("tom")];
    const give = (creatorId: string, code: string) => api("POST", "/codes", { planId: plan.id, creatorId, code });
    beforeNextWrite(() => give(two.id, "lea10"));
    const problem = problemOf(await give(one.id, "LEA10"));
    expect(problem).toMatchObject({ status: 409, code: "code_taken", errors: [{ path: "code" }] });
    expect(await list()).toEqual(["lea10"]);
    expect(await assignmentOf(plan.id, one.id)).toBeNull();

    const answers = await Promise.all([give(one.id, "SAME1"), give((await createFull("ann")).id, "SAME1")]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
  });

  test("is one where a creator is given two at the same moment", async () => {
    const plan = await insertPlan();
    const { id: creatorId } = await createFull();
    beforeNextWrite(() => api("POST", "/codes", { planId: plan.id, creatorId, code: "LEA20" }));
    const problem = problemOf(await api("POST", "/codes", { planId: plan.id, creatorId, code: "LEA10" }));
    expect(problem).toMatchObject({ status: 409, code: "code_exists", errors: [{ path: "creatorId" }] });
  });

  test("is refused where its creator is deleted at the same moment", async () => {
    const plan = await insertPlan();
    const { id: creatorId } = await createFull();
    beforeNextWrite(() => env.DB.prepare("UPDATE creators SET deleted_at = 1 WHERE id = ?1").bind(creatorId).run());
    expectInvalid(await api("POST", "/codes", { planId: plan.id, creatorId, code: "LEA10" }), "creatorId");
    expect(await list()).toEqual([]);
  });
});

describe("UPF-61, UPF-62 editing a code by hand", () => {
  test("keeps its id and its earlier text, and may take that back", async () => {
    const plan = await insertPlan();
    const before = await createCode({ planId: plan.id, code: "LEA10" });
    const edited = bodyOf(codeDetail, await api("PATCH", `/codes/${before.id}`, { code: "LEA20" }));
    expect(edited).toMatchObject({ id: before.id, code: "LEA20", state: "active", earlier: [{ code: "LEA10" }] });
    expect(await readCode(before.id)).toEqual(edited);
    expect(await textsOf(plan.storeId)).toEqual({ lea10: true, lea20: false });

    const back = bodyOf(codeDetail, await api("PATCH", `/codes/${before.id}`, { code: "lea10" }));
    expect(back).toMatchObject({ code: "lea10", earlier: [{ code: "LEA20" }] });
    expect(await readCode(before.id)).toEqual(back);
    expect(await textsOf(plan.storeId)).toEqual({ lea10: false, lea20: true });
    expect(await actionsOn(before.id)).toEqual(["update", "update", "create"]);
  });

  test("may change its case alone", async () => {
    const plan = await insertPlan();
    const { id } = await createCode({ planId: plan.id, code: "LEA10" });
    const edited = bodyOf(codeDetail, await api("PATCH", `/codes/${id}`, { code: "Lea10" }));
    expect(edited).toMatchObject({ code: "Lea10", earlier: [] });
    expect(await readCode(id)).toEqual(edited);
    expect(await textsOf(plan.storeId)).toEqual({ lea10: false });
  });

  test("to what it is changes nothing", async () => {
    const plan = await insertPlan();
    const before = await createCode({ planId: plan.id, code: "LEA10" });
    expect(bodyOf(codeDetail, await api("PATCH", `/codes/${before.id}`, { code: "LEA10" }))).toEqual(before);
    expect(await actionsOn(before.id)).toEqual(["create"]);
  });

  test("is refused for a text of another's, one that can't be, and a code that is retired", async () => {
    const plan = await insertPlan();
    const { id } = await createCode({ planId: plan.id, code: "LEA10" });
    const other = await createCode({ planId: plan.id, creatorId: (await createFull("tom")).id, code: "TOM10" });
    await api("PATCH", `/codes/${other.id}`, { code: "TOM20" });
    for (const code of ["tom10", "TOM20"]) {
      const problem = problemOf(await api("PATCH", `/codes/${id}`, { code }));
      expect(problem).toMatchObject({ status: 409, code: "code_taken", errors: [{ path: "code" }] });
    }
    expectInvalid(await api("PATCH", `/codes/${id}`, { code: "a b" }), "code");
    await api("DELETE", `/codes/${id}`);
    const problem = problemOf(await api("PATCH", `/codes/${id}`, { code: "LEA11" }));
    expect(problem).toMatchObject({ status: 409, code: "code_retired" });
  });

  test("two at the same moment both happen, one after the other", async () => {
    const plan = await insertPlan();
    const { id } = await createCode({ planId: plan.id, code: "LEA10" });
    beforeNextWrite(() => api("PATCH", `/codes/${id}`, { code: "LEA20" }));
    expect((await api("PATCH", `/codes/${id}`, { code: "LEA30" })).status).toBe(200);
    const code = await readCode(id);
    expect(code.code).toBe("LEA30");
    expect(code.earlier.map((text) => text.code).toSorted()).toEqual(["LEA10", "LEA20"]);
  });

  test("is refused where another code gets the text at the same moment", async () => {
    const plan = await insertPlan();
    const one = await createCode({ planId: plan.id, code: "LEA10" });
    const two = await createCode({ planId: plan.id, creatorId: (await createFull("tom")).id, code: "TOM10" });
    beforeNextWrite(() => api("PATCH", `/codes/${two.id}`, { code: "NEW10" }));
    expect(problemOf(await api("PATCH", `/codes/${one.id}`, { code: "new10" })).code).toBe("code_taken");
    expect(await readCode(one.id)).toEqual(one);
    expect(await textsOf(plan.storeId)).toEqual({ lea10: false, new10: false, tom10: true });
  });

  test("is refused where it is retired at the same moment", async () => {
    const plan = await insertPlan();
    const { id } = await createCode({ planId: plan.id, code: "LEA10" });
    beforeNextWrite(() => api("DELETE", `/codes/${id}`));
    expect(problemOf(await api("PATCH", `/codes/${id}`, { code: "LEA20" })).code).toBe("code_retired");
    expect(await textsOf(plan.storeId)).toEqual({ lea10: true });
  });
});

describe("UPF-65 rotating a code", () => {
  test("makes a text that nobody can foresee of the plan's pattern, and never one that was", async () => {
    const plan = await insertPlan({ codePattern: "{{username|upper}}10" });
    const { id } = await createCode({ planId: plan.id, code: "LEAK", creatorId: (await createFull("lea")).id });
    const seen = new Set(["leak"]);
    for (let rotation = 1; rotation <= 12; rotation++) {
      const rotated = bodyOf(codeDetail, await api("POST", `/codes/${id}/rotate`, rotation % 2 === 0 ? {} : undefined));
      expect(rotated.code).toMatch(/^LEA10[2-9A-Z]{1,2}$/);
      expect(seen.has(rotated.code.toLowerCase())).toBe(false);
      seen.add(rotated.code.toLowerCase());
      expect(rotated.earlier).toHaveLength(rotation);
    }
    expect(Object.keys(await textsOf(plan.storeId)).toSorted()).toEqual([...seen].toSorted());
    expect((await actionsOn(id)).slice(0, 2)).toEqual(["rotate", "rotate"]);
  });

  test.each([
    ["the plan has no pattern", { codePattern: null }, {}],
    ["the pattern gives nothing", { codePattern: "{{campaign}}" }, {}],
    ["the profile has a gap", { codePattern: "{{tiktok}}10" }, { email: null }],
  ])("takes the text it has where %s", async (_why, values, patch) => {
    const plan = await insertPlan(values);
    const { id, creatorId } = await createCode({ planId: plan.id, code: "LEA10" });
    await api("PATCH", `/creators/${creatorId}`, patch);
    expect(bodyOf(codeDetail, await api("POST", `/codes/${id}/rotate`)).code).toMatch(/^LEA10[2-9A-Z]$/);
  });

  test("makes room where the text is as long as can be", async () => {
    const plan = await insertPlan({ codePattern: "x".repeat(80) });
    const { id } = await createCode({ planId: plan.id, code: "LEA10" });
    const { code } = bodyOf(codeDetail, await api("POST", `/codes/${id}/rotate`));
    expect(code).toMatch(/^x{63}[2-9A-Z]$/);
  });

  test("takes a text that is given, but none that it or another has or had", async () => {
    const plan = await insertPlan();
    const { id } = await createCode({ planId: plan.id, code: "LEA10" });
    await createCode({ planId: plan.id, creatorId: (await createFull("tom")).id, code: "TOM10" });
    const rotate = (code: string) => api("POST", `/codes/${id}/rotate`, { code });
    expect(bodyOf(codeDetail, await rotate("LEA20"))).toMatchObject({ code: "LEA20", earlier: [{ code: "LEA10" }] });
    for (const code of ["lea10", "LEA20", "lea20", "a b"]) expectInvalid(await rotate(code), "code");
    expect(problemOf(await rotate("tom10")).code).toBe("code_taken");
    await api("DELETE", `/codes/${id}`);
    expect(problemOf(await rotate("LEA30")).code).toBe("code_retired");
    expect(problemOf(await api("POST", `/codes/${id}/rotate`)).code).toBe("code_retired");
  });

  test("leads the affiliate link on with the new text", async () => {
    const plan = await insertPlan({ landingUrl: "https://shop.example/sale" }, { provider: "shopify" });
    const code = await createCode({ planId: plan.id, code: "LEA10" });
    const link = bodyOf(
      linkSchema,
      await api("POST", "/links", {
        url: "https://shop.example/discount/{{code}}?redirect=%2Fsale",
        kind: "affiliate",
        slug: "lea",
        planId: plan.id,
        creatorId: code.creatorId,
        storeId: plan.storeId,
        codeId: code.id,
      }),
    );
    const leadsTo = async () => destination(await visit(`/${link.slug}`)).pathname;
    expect(await leadsTo()).toBe("/discount/LEA10");
    await api("POST", `/codes/${code.id}/rotate`, { code: "LEA77" });
    expect(await leadsTo()).toBe("/discount/LEA77");
    const standby = async () => env.LINKS?.get(standbyKey("", "lea"));
    await vi.waitFor(async () => expect(await standby()).toContain("LEA77"), { timeout: 20_000 });
    await api("PATCH", `/codes/${code.id}`, { code: "LEA88" });
    expect(await leadsTo()).toBe("/discount/LEA88");

    // A retired code goes on leading, until there is another.
    await api("DELETE", `/codes/${code.id}`);
    expect(await leadsTo()).toBe("/discount/LEA88");
    const next = await createCode({ planId: plan.id, creatorId: code.creatorId, code: "LEA99" });
    expect(await leadsTo()).toBe("/discount/LEA99");
    expect(bodyOf(linkSchema, await api("GET", `/links/${link.id}`)).codeId).toBe(next.id);
    await vi.waitFor(async () => expect(await standby()).toContain("LEA99"), { timeout: 20_000 });
  });
});

describe("retiring a code", () => {
  test("is for good, and it can still be read", async () => {
    const plan = await insertPlan();
    const { id } = await createCode({ planId: plan.id, code: "LEA10" });
    await api("PATCH", `/codes/${id}`, { code: "LEA20" });
    expect(await api("DELETE", `/codes/${id}`)).toMatchObject({ status: 204, body: null });
    expect(await readCode(id)).toMatchObject({ state: "retired", code: "LEA20", earlier: [{ code: "LEA10" }] });
    expect(await textsOf(plan.storeId)).toEqual({ lea10: true, lea20: true });
    expect(problemOf(await api("DELETE", `/codes/${id}`))).toMatchObject({ status: 409, code: "code_retired" });
    expect(await actionsOn(id)).toEqual(["delete", "update", "create"]);
  });
});

describe("a list of codes", () => {
  test("runs from new to old and is filtered", async () => {
    const one = await insertPlan();
    const two = await insertPlan();
    const [lea, tom] = [await createFull("lea"), await createFull("tom")];
    const shared = await insertCampaign(one.id, [lea.id]);
    const first = await createCode({ planId: one.id, creatorId: lea.id, code: "LEA10" });
    await createCode({ planId: one.id, creatorId: tom.id, code: "Tom10" });
    await createCode({ planId: two.id, creatorId: lea.id, code: "LEA20" });
    await api("DELETE", `/codes/${first.id}`);

    expect(await list()).toEqual(["LEA20", "Tom10", "LEA10"]);
    expect(await list(`store=${one.storeId}`)).toEqual(["Tom10", "LEA10"]);
    expect(await list(`plan=${two.id}`)).toEqual(["LEA20"]);
    expect(await list(`creator=${lea.id}`)).toEqual(["LEA20", "LEA10"]);
    expect(await list(`campaign=${shared}`)).toEqual(["LEA10"]);
    expect(await list("state=retired")).toEqual(["LEA10"]);
    expect(await list("q=om1")).toEqual(["Tom10"]);
    expect(await list("q=lea")).toEqual(["LEA20", "LEA10"]);
    expect(await list(`q=%25&creator=${lea.id}`)).toEqual([]);
    const pages = await pagesOf(codeSchema, "/codes?limit=2");
    expect(pages.map((page) => page.map(({ code }) => code))).toEqual([["LEA20", "Tom10"], ["LEA10"]]);
    expect(pages[0]?.[0]).not.toHaveProperty("earlier");
  });

  test("refuses filters that can't be", async () => {
    expectInvalid(await api("GET", "/codes?state=gone"), "state");
    expectInvalid(await api("GET", "/codes?plan=x"), "plan");
    expectInvalid(await api("GET", "/codes?colour=red"), "colour");
  });
});

describe("codes of many creators", () => {
  const rules = PROVIDER_TABLE.shopify.capabilities.code ?? { minLength: 3, maxLength: 64, alphabet: "A-Z" };
  const random = (bytes: Uint8Array): void => void crypto.getRandomValues(bytes);

  test("UPF-52, UPF-53 are settled against all that the store's codes are and were", async () => {
    const plan = await insertPlan();
    const { id } = await createCode({ planId: plan.id, code: "SAVE10" });
    await api("PATCH", `/codes/${id}`, { code: "OTHER" });
    const wanted = Array.from({ length: 300 }, (_, index) => ({
      key: `c${index}`,
      base: index < 150 ? "Save10" : "Free",
    }));
    // Whoever draws these first collides with codes that are there.
    let zeros = 400;
    const settled = await settleInStore(
      { d1: env.DB, random: (bytes) => (zeros-- > 0 ? bytes.fill(0) : random(bytes)) },
      plan.storeId,
      wanted,
      rules,
    );
    const keys = [...settled.values()].map((text) => text.toLowerCase());
    expect(new Set(keys).size).toBe(300);
    expect(keys).not.toContain("save10");
    expect(settled.get("c150")).toBe("Free");
    expect((await takenTexts(env.DB, plan.storeId, [...keys, "save10", "other"])).size).toBe(2);
  });

  test("are drawn again where the drawn text was taken before", async () => {
    const plan = await insertPlan();
    await createCode({ planId: plan.id, code: "SAVE" });
    await createCode({ planId: plan.id, creatorId: (await createFull("tom")).id, code: "SAVE2" });
    let byte = 0;
    const drawn = (bytes: Uint8Array): void => void bytes.fill(byte++);
    const wanted = [
      { key: "a", base: "SAVE" },
      { key: "b", base: "FREE" },
    ];
    const settled = await settleInStore({ d1: env.DB, random: drawn }, plan.storeId, wanted, rules);
    expect([...settled]).toEqual([
      ["b", "FREE"],
      ["a", "SAVE3"],
    ]);
  });

  test("are added together, and not at all where one is taken", async () => {
    const plan = await insertPlan();
    const creators = [await createFull("lea"), await createFull("tom")];
    const rows = creators.map((creator, index) => ({
      id: `cod_${String(index).padStart(16, "0")}`,
      storeId: plan.storeId,
      planId: plan.id,
      campaignId: null,
      creatorId: creator.id,
      text: `GEN${index}`,
      state: "active" as const,
      origin: "generated" as const,
      createdAt: 5,
      updatedAt: 5,
    }));
    await expect(
      env.DB.batch(
        insertCodes(
          { d1: env.DB },
          rows.map((row) => ({ ...row, text: "GEN" })),
        ),
      ),
    ).rejects.toThrow(/code_texts.store_id, code_texts.text_key/);
    expect(await list()).toEqual([]);
    await env.DB.batch(insertCodes({ d1: env.DB }, rows));
    expect(await list()).toEqual(["GEN1", "GEN0"]);
    expect(await textsOf(plan.storeId)).toEqual({ gen0: false, gen1: false });
  });

  test("tell of a plan whether it has sales", async () => {
    const [one, two] = [await insertPlan(), await insertPlan()];
    const { id } = await createCode({ planId: one.id, code: "LEA10" });
    const sold = async (planId: string) =>
      env.DB.prepare(`SELECT ${planHasSales("?1")} AS sold`)
        .bind(planId)
        .first<number>("sold");
    expect(await sold(one.id)).toBe(0);
    await useCode(one.storeId, "LEA10", [Date.now()]);
    await api("DELETE", `/codes/${id}`);
    expect([await sold(one.id), await sold(two.id)]).toEqual([1, 0]);
  });
});

describe("/codes", () => {
  test.each([
    ["GET", "/codes", "plans:read"],
    ["POST", "/codes", "plans:write"],
    ["GET", `/codes/cod_${UNKNOWN}`, "plans:read"],
    ["PATCH", `/codes/cod_${UNKNOWN}`, "plans:write"],
    ["DELETE", `/codes/cod_${UNKNOWN}`, "plans:write"],
    ["POST", `/codes/cod_${UNKNOWN}/rotate`, "plans:write"],
    ["POST", "/codes/uses", "orders:write"],
    ["GET", "/codes/leaks", "plans:read"],
  ] as const)("%s %s needs %s", async (method, path, scope) => {
    await expectGuarded(method, path, scope);
  });

  test("that isn't there is not found", async () => {
    const path = `/codes/cod_${UNKNOWN}`;
    for (const answer of [
      await api("GET", path),
      await api("PATCH", path, { code: "LEA10" }),
      await api("DELETE", path),
      await api("POST", `${path}/rotate`),
    ]) {
      expect(problemOf(answer)).toMatchObject({ status: 404, code: "not_found" });
    }
  });

  test("links of other creators stay with their codes when one is replaced", async () => {
    const plan = await insertPlan();
    const [lea, tom] = [await createFull("lea"), await createFull("tom")];
    const first = await createCode({ planId: plan.id, creatorId: lea.id, code: "LEA10" });
    const toms = await createCode({ planId: plan.id, creatorId: tom.id, code: "TOM10" });
    await insertLink({ id: "lnk_00000000000000aa", creatorId: tom.id, planId: plan.id, codeId: toms.id });
    await api("DELETE", `/codes/${first.id}`);
    await createCode({ planId: plan.id, creatorId: lea.id, code: "LEA20" });
    const row = await env.DB.prepare("SELECT code_id FROM links WHERE id = 'lnk_00000000000000aa'").first("code_id");
    expect(row).toBe(toms.id);
  });
});
