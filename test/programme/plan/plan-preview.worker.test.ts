import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type PlanPreview, previewSchema } from "../../../src/programme/plan/preview-run.ts";
import { planSchema } from "../../../src/programme/plan/schema.ts";
import { api, bodyOf, expectInvalid, problemOf } from "../../ground/api.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { createCreator, createStore } from "../fixtures.ts";

const HOME = "https://shop.example/";
const LEA = { firstName: "Léa", lastName: "Martin", handles: { instagram: "lea.makes" } };
const CODE = "cod_0000000000000001";

afterEach(() => {
  vi.restoreAllMocks();
});

const shopify = (body: Record<string, unknown> = {}) => createStore({ provider: "shopify", homeUrl: HOME, ...body });

/** The body of a plan with a code, an affiliate link and a tracking link. */
const full = (storeId: string, body: Record<string, unknown> = {}) => ({
  name: "Summer",
  storeId,
  discount: { type: "percentage", value: 10 },
  codePattern: "{{username}}10OFF",
  trackClicks: true,
  utm: { source: "{{username}}", campaign: "{{campaign}}" },
  ...body,
});

async function createPlan(body: Record<string, unknown>) {
  return bodyOf(planSchema, await api("POST", "/tracking-plans", body));
}

async function preview(planId: string, body: Record<string, unknown>): Promise<PlanPreview> {
  return bodyOf(previewSchema.strict(), await api("POST", `/tracking-plans/${planId}/preview`, body));
}

async function previewDraft(plan: Record<string, unknown>, body: Record<string, unknown>): Promise<PlanPreview> {
  return bodyOf(previewSchema.strict(), await api("POST", "/tracking-plans/preview", { plan, ...body }));
}

/** How many rows each table has. */
async function census(): Promise<Record<string, unknown>> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'",
  ).all<{ name: string }>();
  expect(results.length).toBeGreaterThan(10);
  const counts: Record<string, unknown> = {};
  for (const { name } of results) {
    counts[name] = await env.DB.prepare(`SELECT count(*) AS n FROM "${name}"`).first("n");
  }
  return counts;
}

/** Puts a creator's code into the database as generation leaves it. */
async function insertCode(row: { storeId: string; planId: string; creatorId: string; text: string; state?: string }) {
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO codes (id, store_id, plan_id, creator_id, text, state, origin, created_at, updated_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'generated', 0, 0)`,
    ).bind(CODE, row.storeId, row.planId, row.creatorId, row.text, row.state ?? "active"),
    env.DB.prepare(
      "INSERT INTO code_texts (store_id, text_key, text, code_id, created_at) VALUES (?1, ?2, ?3, ?4, 0)",
    ).bind(row.storeId, row.text.toLowerCase(), row.text, CODE),
  ]);
}

async function assign(planId: string, creatorId: string, parts: Record<string, string>): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO plan_creators (plan_id, creator_id, state, code_id, affiliate_link_id, tracking_link_id, queued_at, updated_at)
     VALUES (?1, ?2, 'ready', ?3, ?4, ?5, 0, 0)`,
  )
    .bind(planId, creatorId, parts.codeId ?? null, parts.affiliateLinkId ?? null, parts.trackingLinkId ?? null)
    .run();
}

describe("a preview (UPF-11, UPF-12, UPF-16)", () => {
  const expected = {
    code: { text: "leamakes10OFF", taken: false, example: "leamakes10OFF" },
    link: {
      kind: "affiliate",
      url: "https://shop.example/discount/leamakes10OFF?redirect=%2F&utm_source=lea.makes&utm_campaign=Launch&wm_click=[click id]",
      shortUrl: null,
    },
    trackingLink: {
      kind: "tracking",
      url: "https://shop.example/?utm_source=lea.makes&utm_campaign=Launch&wm_click=[click id]",
      shortUrl: null,
    },
    failure: null,
  };

  test("shows the code and links that a creator will see, by a plan that is saved or not", async () => {
    const store = await shopify();
    const creator = await createCreator({ ...LEA, email: "lea@creator.example" });
    const plan = await createPlan(full(store.id));
    for (const who of [{ creatorId: creator.id }, { creator: LEA }]) {
      expect(await preview(plan.id, { ...who, campaign: "Launch" })).toEqual(expected);
      // The name is the saved plan's: it doesn't matter to a draft.
      expect(await previewDraft(full(store.id), { ...who, campaign: "Launch" })).toEqual(expected);
    }
  });

  test("changes nothing: not a row of any table", async () => {
    const store = await shopify();
    const creator = await createCreator({ ...LEA, email: "lea@creator.example" });
    const plan = await createPlan(full(store.id));
    const before = await census();
    await preview(plan.id, { creatorId: creator.id });
    await preview(plan.id, { creator: LEA });
    await previewDraft(full(store.id, { name: "Other" }), { creatorId: creator.id });
    await previewDraft(full(store.id, { name: "Other" }), { creator: { ...LEA, email: null } });
    expect(await census()).toEqual(before);
  });

  test("takes the campaign by name, by id, or the plan's newest", async () => {
    const store = await shopify();
    const plan = await createPlan(full(store.id, { codePattern: "{{campaign}}-{{plan}}" }));
    const text = async (body: Record<string, unknown>) =>
      (await preview(plan.id, { creator: LEA, ...body })).code?.text;
    expect(await text({})).toBe("-Summer");
    for (const [index, name] of ["Old", "New"].entries()) {
      await env.DB.prepare(
        `INSERT INTO campaigns (id, name, plan_id, generate_on, creators_see_performance, tracking, status, created_at, updated_at)
         VALUES (?1, ?2, ?3, 'approval', 0, 1, 'draft', 0, 0)`,
      )
        .bind(`cmp_000000000000000${index + 1}`, name, plan.id)
        .run();
    }
    expect(await text({})).toBe("New-Summer");
    expect(await text({ campaignId: "cmp_0000000000000001" })).toBe("Old-Summer");
    expect(await text({ campaign: "Mine" })).toBe("Mine-Summer");
  });

  test("tells that the text is taken, and shows what would be given", async () => {
    const store = await shopify();
    const plan = await createPlan(full(store.id));
    const other = await createCreator();
    await insertCode({ storeId: store.id, planId: plan.id, creatorId: other.id, text: "LEAMAKES10off" });
    const { code, link } = await preview(plan.id, { creator: LEA });
    expect(code).toEqual({
      text: "leamakes10OFF",
      taken: true,
      example: expect.stringMatching(/^leamakes10OFF[2-9A-Z]$/),
    });
    expect(link?.url).toContain(`/discount/${code?.example}?`);
    // A text is taken within one store.
    const elsewhere = await shopify();
    expect((await previewDraft(full(elsewhere.id), { creator: LEA })).code).toMatchObject({ taken: false });
  });

  test("shows what the creator has already: the code as it is, and links with their short URLs", async () => {
    const store = await shopify();
    const plan = await createPlan(full(store.id));
    const creator = await createCreator({ ...LEA, email: "lea@creator.example" });
    await insertCode({ storeId: store.id, planId: plan.id, creatorId: creator.id, text: "LEA-EDITED" });
    const made = { planId: plan.id, storeId: store.id, creatorId: creator.id };
    const affiliate = {
      id: "lnk_0000000000000901",
      slug: "lea",
      slugKey: "lea",
      kind: "affiliate",
      codeId: CODE,
    } as const;
    await insertLink({ ...made, ...affiliate, url: "https://shop.example/discount/{{code}}?redirect=%2Fhand" });
    await insertLink({ ...made, id: "lnk_0000000000000902", slug: "clicks", slugKey: "clicks", url: HOME });
    await assign(plan.id, creator.id, {
      codeId: CODE,
      affiliateLinkId: "lnk_0000000000000901",
      trackingLinkId: "lnk_0000000000000902",
    });
    expect(await preview(plan.id, { creatorId: creator.id })).toEqual({
      code: { text: "LEA-EDITED", taken: false, example: "LEA-EDITED" },
      link: {
        kind: "affiliate",
        url: "https://shop.example/discount/LEA-EDITED?redirect=%2Fhand&wm_click=[click id]",
        shortUrl: "https://go.brand.example/lea",
      },
      trackingLink: {
        kind: "tracking",
        url: "https://shop.example/?wm_click=[click id]",
        shortUrl: "https://go.brand.example/clicks",
      },
      failure: null,
    });
  });

  test("shows what is still to be made beside what is there", async () => {
    const store = await shopify();
    const plan = await createPlan(full(store.id));
    const creator = await createCreator({ ...LEA, email: "lea@creator.example" });
    await insertCode({ storeId: store.id, planId: plan.id, creatorId: creator.id, text: "LEA1" });
    await assign(plan.id, creator.id, { codeId: CODE });
    const shown = await preview(plan.id, { creatorId: creator.id });
    expect(shown.code?.text).toBe("LEA1");
    expect(shown.link).toMatchObject({ url: expect.stringContaining("/discount/LEA1?"), shortUrl: null });
  });

  test("has a click id where the store's parameter has it, and none under a strict policy", async () => {
    const named = await shopify({ clickParam: "ref" });
    expect((await previewDraft(full(named.id), { creator: LEA })).trackingLink?.url).toMatch(/&ref=\[click id\]$/);
    const strict = await shopify({ consentPolicy: "strict" });
    expect((await previewDraft(full(strict.id), { creator: LEA })).trackingLink?.url).toBe(
      "https://shop.example/?utm_source=lea.makes",
    );
  });

  test("has only what the plan makes: at AST a link without a code (UPF-64), elsewhere a code without one", async () => {
    const ast = await createStore({ homeUrl: HOME });
    const link = { kind: "affiliate", url: "https://shop.example/?wm_click=[click id]", shortUrl: null };
    expect(await previewDraft({ name: "A", storeId: ast.id }, { creator: LEA })).toEqual({
      code: null,
      link,
      trackingLink: null,
      failure: null,
    });
    const magento = await createStore({ provider: "magento" });
    const codesAlone = { name: "B", storeId: magento.id, codePattern: "{{firstName}}10", trackClicks: false };
    expect(await previewDraft(codesAlone, { creator: LEA })).toEqual({
      code: { text: "Lea10", taken: false, example: "Lea10" },
      link: null,
      trackingLink: null,
      failure: null,
    });
  });

  test.each([
    ["missing_email", {}, { creator: { ...LEA, email: null } }],
    ["missing_first_name", {}, { creator: { firstName: "", lastName: "Martin" } }],
    ["missing_handle", { codePattern: "{{tiktok}}10" }, { creator: LEA }],
    ["empty_code", { codePattern: "{{handle.kofi}}" }, { creator: { ...LEA, handles: { kofi: "..." } } }],
  ])("tells why nothing could be made: %s", async (code, plan, who) => {
    const store = await shopify();
    expect(await previewDraft(full(store.id, plan), who)).toEqual({
      code: null,
      link: null,
      trackingLink: null,
      failure: { code, detail: expect.stringMatching(/./) },
    });
  });

  test("refuses what isn't there, and what it can't tell apart", async () => {
    const store = await shopify();
    const plan = await createPlan(full(store.id));
    const path = `/tracking-plans/${plan.id}/preview`;
    expectInvalid(await api("POST", path, {}), "creatorId");
    expectInvalid(await api("POST", path, { creator: LEA, creatorId: "crt_0000000000000000" }), "creatorId");
    expectInvalid(await api("POST", path, { creatorId: "crt_0000000000000000" }), "creatorId");
    expectInvalid(await api("POST", path, { creator: LEA, campaignId: "cmp_0000000000000000" }), "campaignId");
    const both = { creator: LEA, campaign: "A", campaignId: "cmp_0000000000000000" };
    expectInvalid(await api("POST", path, both), "campaignId");
    expectInvalid(await api("POST", path, { creator: { ...LEA, colour: "red" } }), "creator.colour");
    const gone = await api("POST", "/tracking-plans/pln_0000000000000000/preview", { creator: LEA });
    expect(problemOf(gone)).toMatchObject({ status: 404, code: "not_found" });
  });

  test("refuses a draft as creating it would, each path within the plan", async () => {
    const store = await shopify();
    const draft = (plan: Record<string, unknown>) =>
      api("POST", "/tracking-plans/preview", { plan: full(store.id, plan), creator: LEA });
    expectInvalid(await draft({ landingUrl: "https://blog.example/" }), "plan.landingUrl");
    expectInvalid(await draft({ discount: { type: "fixed", value: "1.001" } }), "plan.discount.value");
    expectInvalid(await draft({ storeId: "str_0000000000000000" }), "plan.storeId");
    expectInvalid(await draft({ colour: "red" }), "plan.colour");
  });
});
