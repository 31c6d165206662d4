import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { listedTaggingPlan, taggingPlanSchema } from "../../../src/visits/plan/schema.ts";
import { planOf } from "../../../src/visits/plan/store.ts";
import { api, bodyOf, expectInvalid, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { createStore } from "../../programme/fixtures.ts";
import { putTaggingPlan } from "../plan-fixtures.ts";

const schema = taggingPlanSchema.strict();

afterEach(() => {
  vi.restoreAllMocks();
});

async function draft(body: Record<string, unknown> = {}) {
  const storeId = body["storeId"] ?? (await createStore()).id;
  return bodyOf(schema, await api("POST", "/tagging-plans", { name: "Shop", ...body, storeId }));
}

const step = (id: string, action: string, body?: unknown) => api("POST", `/tagging-plans/${id}/${action}`, body);

const statuses = async (storeId: string) => {
  const { results } = await env.DB.prepare("SELECT status FROM tagging_plans WHERE store_id = ?1 ORDER BY number")
    .bind(storeId)
    .all<{ status: string }>();
  return results.map(({ status }) => status);
};

describe("a draft", () => {
  test("DIX-1: takes what is to be counted, gives rules ids, and says what pages will carry because of it", async () => {
    const plan = await draft({
      pages: { engagement: true, heatmap: true, aliases: [{ pattern: "/products/*", alias: "/products" }] },
      rules: [
        { kind: "click", selector: ".add", event: "Add to basket" },
        { kind: "click", selector: ".add-big", event: "Add to basket", label: "big" },
        { kind: "download", event: "brochure", page: "/press/**" },
      ],
      checkout: { steps: [{ name: "Address", page: "/checkout/address" }, { name: "Pay" }] },
    });
    expect(plan).toMatchObject({
      status: "draft",
      version: 1,
      visitMinutes: 30,
      pages: { engagement: true, scroll: false, heatmap: true },
      rules: [
        { id: "add-to-basket", selector: ".add", extensions: [], page: null, label: null },
        { id: "add-to-basket-2", label: "big" },
        { id: "brochure", selector: null, page: "/press/**", extensions: expect.arrayContaining(["pdf", "zip"]) },
      ],
      checkout: { steps: [{ name: "Address" }, { name: "Pay", page: null }], abandonedAfterMinutes: 30 },
    });
    const { parts, gzipBytes, bytes } = plan.snippet;
    expect(parts.map(({ name }) => name)).toEqual(["core", "visit", "rules", "heat", "checkout", "banner"]);
    expect(parts.map(({ because }) => because)).toContain("rules: add-to-basket, add-to-basket-2, brochure");
    expect(parts.reduce((sum, part) => sum + part.gzipBytes, 0)).toBe(gzipBytes);
    expect(gzipBytes).toBeLessThan(bytes);
    expect(bodyOf(schema, await api("GET", `/tagging-plans/${plan.id}`))).toEqual(plan);
    const { snippet: _, ...listed } = plan;
    const page = bodyOf(pageOf(listedTaggingPlan.strict()), await api("GET", `/tagging-plans?store=${plan.storeId}`));
    expect(page.data).toEqual([listed]);
    expect(bodyOf(pageOf(listedTaggingPlan), await api("GET", "/tagging-plans?status=active")).data).toEqual([]);

    const changed = bodyOf(schema, await api("PATCH", `/tagging-plans/${plan.id}`, { rules: [], checkout: {} }));
    expect(changed.snippet.parts.map(({ name }) => name)).toEqual(["core", "visit", "heat", "banner"]);
    expect(changed.snippet.gzipBytes).toBeLessThanOrEqual(gzipBytes);
    expect((await api("DELETE", `/tagging-plans/${plan.id}`)).status).toBe(204);
    expect((await api("GET", `/tagging-plans/${plan.id}`)).status).toBe(404);
  });

  const rule = { kind: "click", selector: ".a", event: "x" };
  test.each<[string, Record<string, unknown>, string]>([
    ["a selector of everything", { rules: [{ ...rule, selector: "body *" }] }, "rules.0.selector"],
    ["a selector of values", { rules: [rule, { ...rule, selector: "input[value]" }] }, "rules.1.selector"],
    ["a click on whatever", { rules: [{ kind: "click", event: "x" }] }, "rules.0.selector"],
    ["files of a click", { rules: [{ ...rule, extensions: ["pdf"] }] }, "rules.0.extensions"],
    ["a pattern that is none", { rules: [{ ...rule, page: "/a/**/b" }] }, "rules.0.page"],
    [
      "one id twice",
      {
        rules: [
          { ...rule, id: "a" },
          { ...rule, id: "a" },
        ],
      },
      "rules.1.id",
    ],
    ["one event of two kinds", { rules: [rule, { ...rule, kind: "visible" }] }, "rules.1.event"],
    ["too many rules", { rules: Array.from({ length: 51 }, () => rule) }, "rules"],
    ["one step twice", { checkout: { steps: [{ name: "Pay" }, { name: "pay" }] } }, "checkout.steps.1.name"],
    ["a page of a step that is none", { checkout: { steps: [{ name: "a", page: "pay" }] } }, "checkout.steps.0.page"],
    [
      "an alias that is never come to",
      { pages: { aliases: [1, 2].map((n) => ({ pattern: "/a", alias: `/${n}` })) } },
      "pages.aliases.1.pattern",
    ],
    ["an alias that is no path", { pages: { aliases: [{ pattern: "/a", alias: "a?b" }] } }, "pages.aliases.0.alias"],
    ["minutes beyond reason", { visitMinutes: 241, checkout: { abandonedAfterMinutes: 4 } }, "visitMinutes"],
  ])("DIX-1: is refused with %s, by its path", async (_, body, path) => {
    const { id: storeId } = await createStore();
    expectInvalid(await api("POST", "/tagging-plans", { name: "Shop", storeId, ...body }), path);
    const { id } = await putTaggingPlan({ storeId });
    expectInvalid(await api("PATCH", `/tagging-plans/${id}`, body), path);
  });

  test("gets the next number though another takes it at the same moment", async () => {
    const { id: storeId } = await createStore();
    beforeNextWrite(async () => putTaggingPlan({ storeId, number: 1 }));
    expect((await draft({ storeId })).version).toBe(2);
  });
});

describe("activating", () => {
  test("DIX-1: one plan a store is active: the last retires in the same moment, and nothing of either changes", async () => {
    const first = await draft({ rules: [{ kind: "form", event: "lead" }] });
    expect(bodyOf(schema, await step(first.id, "activate")).status).toBe("active");
    // Harmless to repeat.
    expect(bodyOf(schema, await step(first.id, "activate")).status).toBe("active");
    for (const answer of [
      await api("PATCH", `/tagging-plans/${first.id}`, { name: "Other" }),
      await api("DELETE", `/tagging-plans/${first.id}`),
    ]) {
      expect(problemOf(answer)).toMatchObject({ status: 409, code: "tagging_plan_active" });
      expect(problemOf(answer).detail).toContain(`/api/v1/tagging-plans/${first.id}/copy`);
    }
    const copy = bodyOf(schema, await step(first.id, "copy"));
    expect(copy).toMatchObject({
      name: "Shop (copy)",
      status: "draft",
      version: 2,
      copiedFrom: first.id,
      rules: first.rules,
    });
    await step(copy.id, "activate");
    const retired = bodyOf(schema, await api("GET", `/tagging-plans/${first.id}`));
    expect(retired).toMatchObject({ status: "retired", retiredAt: expect.any(String) });
    expect(problemOf(await step(first.id, "activate"))).toMatchObject({ status: 409, code: "tagging_plan_retired" });
    const { results } = await env.DB.prepare(
      "SELECT action, entity_id AS id FROM audit_log WHERE entity = 'taggingPlan' ORDER BY rowid DESC LIMIT 2",
    ).all();
    expect(results).toEqual(
      expect.arrayContaining([
        { action: "launch", id: copy.id },
        { action: "archive", id: first.id },
      ]),
    );

    // Pages that were opened under the first may tell by it for an hour.
    const now = Date.now();
    const byStore = async (time: number) => (await planOf(env.DB, [first.storeId], time)).get(first.storeId);
    expect((await byStore(now))?.map(({ number }) => number)).toEqual([2, 1]);
    expect((await byStore(now + 3_600_001))?.map(({ number }) => number)).toEqual([2]);
    expect((await byStore(now))?.[0]).toMatchObject({ id: copy.id, rules: [{ id: "lead" }], visitMinutes: 30 });

    expect(problemOf(await step((await draft()).id, "retire"))).toMatchObject({ code: "tagging_plan_draft" });
    expect(bodyOf(schema, await step(copy.id, "retire")).status).toBe("retired");
    expect(bodyOf(schema, await step(copy.id, "retire")).status).toBe("retired");
    expect(await byStore(now + 7_200_000)).toBeUndefined();
  });

  test("many at once leave one active, and each other was it in its turn", async () => {
    const { id: storeId } = await createStore();
    const plans = [];
    for (let count = 0; count < 6; count += 1) plans.push(await draft({ storeId }));
    const answers = await Promise.all(plans.map(({ id }) => step(id, "activate")));
    expect(answers.map(({ status }) => status)).toEqual(plans.map(() => 200));
    expect((await statuses(storeId)).toSorted()).toEqual(["active", ...Array.from({ length: 5 }, () => "retired")]);
  });

  test("takes the place of one that became active in the meantime", async () => {
    const { id: storeId } = await createStore();
    const { id } = await draft({ storeId });
    beforeNextWrite(async () =>
      putTaggingPlan({ id: "tgp_0000000000000009", storeId, number: 9, status: "active", activatedAt: 1 }),
    );
    expect((await step(id, "activate")).status).toBe(200);
    expect(await statuses(storeId)).toEqual(["active", "retired"]);
  });

  test("DIX-1: doesn't activate what was changed in the meantime without looking at it anew", async () => {
    const { id } = await draft();
    beforeNextWrite(async () =>
      env.DB.prepare("UPDATE tagging_plans SET name = 'Other', version = version + 1 WHERE id = ?1").bind(id).run(),
    );
    expect(bodyOf(schema, await step(id, "activate"))).toMatchObject({ name: "Other", status: "active" });
  });
});
