import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { createdPlan, planSchema } from "../../../src/programme/plan/schema.ts";
import { PROVIDER_TABLE, PROVIDERS, type ProviderId } from "../../../src/ground/model/provider.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { createCreator, createStore } from "../fixtures.ts";

const HOME = "https://shop.example/";
const UNKNOWN = "pln_0000000000000000";
const page = pageOf(planSchema);

afterEach(() => {
  vi.restoreAllMocks();
});

async function storeOf(provider: ProviderId, body: Record<string, unknown> = {}) {
  return createStore({ provider, homeUrl: HOME, ...body });
}

async function createPlan(body: Record<string, unknown> = {}) {
  const storeId = body.storeId ?? (await storeOf("ast")).id;
  return bodyOf(planSchema, await api("POST", "/tracking-plans", { name: "Summer", ...body, storeId }));
}

async function refused(storeId: string, body: Record<string, unknown>): Promise<Record<string, string>> {
  const answer = await api("POST", "/tracking-plans", { name: "Summer", ...body, storeId });
  expect(answer.status, JSON.stringify(answer.body)).toBe(422);
  return Object.fromEntries((problemOf(answer).errors ?? []).map(({ path, message }) => [path, message]));
}

/** A commission with a special rate. */
const withSpecial = (rate: Record<string, unknown>) => ({ type: "percentage", value: 1, special: [rate] });

/** What the audit log has of an entity, newest first. */
async function actionsOn(id: string): Promise<string[]> {
  return (await pagesOf(auditSchema, `/audit?entityId=${id}&limit=50`)).flat().map((entry) => entry.action);
}

/** Puts an assignment into the database as generation leaves it. */
async function assign(planId: string, creatorId: string, parts: Record<string, string | null> = {}): Promise<void> {
  const { codeId = null, affiliateLinkId = null, trackingLinkId = null, state = "ready" } = parts;
  await env.DB.prepare(
    `INSERT INTO plan_creators (plan_id, creator_id, state, code_id, affiliate_link_id, tracking_link_id, queued_at, updated_at)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0)`,
  )
    .bind(planId, creatorId, state, codeId, affiliateLinkId, trackingLinkId)
    .run();
}

/** Has creators take part in a new campaign of the plan. */
async function campaignOf(planId: string, creatorIds: readonly string[]): Promise<void> {
  const id = "cmp_0000000000000001";
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO campaigns (id, name, plan_id, generate_on, creators_see_performance, tracking, status, created_at, updated_at)
       VALUES (?1, 'Launch', ?2, 'approval', 0, 1, 'draft', 0, 0)`,
    ).bind(id, planId),
    env.DB.prepare(
      `INSERT INTO campaign_creators (campaign_id, creator_id, status, created_at, updated_at)
       SELECT ?1, value, 'approved', 0, 0 FROM json_each(?2)`,
    ).bind(id, JSON.stringify(creatorIds)),
  ]);
}

const linkRow = (id: string) =>
  env.DB.prepare("SELECT url, utm, updated_at AS updatedAt FROM links WHERE id = ?1")
    .bind(id)
    .first<{ url: string; utm: string; updatedAt: number }>();

describe("creating a tracking plan", () => {
  test("at AST needs a name and a store alone, and leads to the store's home page (UPF-13, UPF-64)", async () => {
    const store = await storeOf("ast");
    const answer = await api("POST", "/tracking-plans", { name: "  Summer ", storeId: store.id });
    expect(answer.status).toBe(201);
    const { warnings, ...plan } = bodyOf(createdPlan.strict(), answer);
    expect(warnings).toMatchObject([{ code: "no_commission" }]);
    expect(plan).toMatchObject({
      name: "Summer",
      storeId: store.id,
      discount: null,
      codePattern: null,
      landingUrl: null,
      fallbackUrl: null,
      utm: {},
      affiliateLink: true,
      trackClicks: false,
      limits: {},
      startsAt: null,
      endsAt: null,
      commission: {
        type: "percentage",
        value: 0,
        tiers: [],
        special: [],
        capPerOrder: null,
        capPerCreator: null,
        newCustomersOnly: false,
        includeTax: false,
        includeShipping: false,
        holdDays: 30,
        payIn: null,
      },
    });
    expect((await api("GET", `/tracking-plans/${plan.id}`)).body).toEqual(plan);
    expect(await actionsOn(plan.id)).toEqual(["create"]);
  });

  test("keeps every field as given (UPF-10, UPF-14, UPF-17, UPF-18, UPF-19, UPF-20, UPF-21)", async () => {
    const store = await storeOf("woocommerce");
    const given = {
      name: "Été 10%",
      discount: { type: "fixed", value: 12.5, currency: "USD" },
      codePattern: "{{username|upper}}10OFF",
      landingUrl: "https://shop.example/sale?by={{username}}",
      fallbackUrl: "https://shop.example/over",
      utm: { source: "{{username}}", medium: "creator", campaign: "{{campaign}}" },
      affiliateLink: true,
      trackClicks: true,
      limits: {
        totalUses: 100,
        oncePerCustomer: true,
        minimum: { type: "cartValue", value: 49.9 },
        products: ["12"],
        categories: ["hats"],
      },
      startsAt: "2026-11-21T09:00:00.000Z",
      endsAt: "2026-12-21T09:00:00.000Z",
      commission: {
        type: "percentage",
        value: 7.5,
        tiers: [
          { from: 1000, value: 10 },
          { from: 5000.5, value: 12.25 },
        ],
        special: [
          { type: "percentage", value: 0, products: [], categories: ["gift cards"] },
          { type: "fixed", value: 2.5, currency: "USD", products: ["SKU-1", "SKU-2"], categories: ["hats"] },
        ],
        capPerOrder: 50.5,
        capPerCreator: 500,
        newCustomersOnly: true,
        includeTax: true,
        includeShipping: true,
        holdDays: null,
        payIn: "GBP",
      },
    };
    const plan = await createPlan({ ...given, storeId: store.id });
    expect(plan).toMatchObject(given);
    expect((await api("GET", `/tracking-plans/${plan.id}`)).body).toEqual(plan);
  });

  test("takes amounts as numbers and as decimals, in the currency's digits (UPF-10, UPF-64)", async () => {
    const [euro, yen, dinar] = [
      await storeOf("shopify"),
      await storeOf("shopify", { currency: "JPY" }),
      await storeOf("shopify", { currency: "KWD" }),
    ];
    const amounts = [
      [euro.id, { type: "fixed", value: "12.50" }, { type: "fixed", value: 12.5, currency: "EUR" }],
      [euro.id, { type: "fixed", value: 0 }, { type: "fixed", value: 0, currency: "EUR" }],
      [euro.id, { type: "fixed", value: "5", currency: "MGA" }, { type: "fixed", value: 5, currency: "MGA" }],
      [euro.id, { type: "percentage", value: "33.33" }, { type: "percentage", value: 33.33 }],
      [euro.id, { type: "percentage", value: 0 }, { type: "percentage", value: 0 }],
      [euro.id, { type: "percentage", value: 100 }, { type: "percentage", value: 100 }],
      [yen.id, { type: "fixed", value: 500 }, { type: "fixed", value: 500, currency: "JPY" }],
      [dinar.id, { type: "fixed", value: "1.234" }, { type: "fixed", value: 1.234, currency: "KWD" }],
    ] as const;
    for (const [index, [storeId, discount, shown]] of amounts.entries()) {
      const plan = await createPlan({ name: `Plan ${index}`, storeId, discount });
      expect(plan.discount).toEqual(shown);
      expect(plan.codePattern).toBe("{{username}}");
    }
    const row = await env.DB.prepare("SELECT discount FROM tracking_plans WHERE name = 'Plan 7'").first("discount");
    expect(JSON.parse(String(row))).toEqual({ type: "fixed", amountMinor: 1234, currency: "KWD" });
  });

  test("takes special rates in the commission's currency, where they name none", async () => {
    const commission = { ...withSpecial({ type: "fixed", value: 2, products: ["1"] }), type: "fixed", currency: "USD" };
    const [dollars, percent] = [
      await createPlan({ commission }),
      await createPlan({ name: "Other", commission: { ...commission, type: "percentage", currency: undefined } }),
    ];
    expect(dollars.commission.special).toMatchObject([{ value: 2, currency: "USD", products: ["1"], categories: [] }]);
    expect(percent.commission.special).toMatchObject([{ value: 2, currency: "EUR" }]);
  });

  test.each([
    ["discount.value", { discount: { type: "percentage", value: 100.01 } }],
    ["discount.value", { discount: { type: "percentage", value: -1 } }],
    ["discount.value", { discount: { type: "percentage", value: "10.125" } }],
    ["discount.value", { discount: { type: "percentage", value: "1e1" } }],
    ["discount.value", { discount: { type: "percentage", value: "12,50" } }],
    ["discount.value", { discount: { type: "percentage", value: null } }],
    ["discount.value", { discount: { type: "percentage" } }],
    ["discount.currency", { discount: { type: "percentage", value: 1, currency: "EUR" } }],
    ["discount.value", { discount: { type: "fixed", value: "12.505" } }],
    ["discount.value", { discount: { type: "fixed", value: 0.5, currency: "JPY" } }],
    ["discount.value", { discount: { type: "fixed", value: "-0" } }],
    ["discount.currency", { discount: { type: "fixed", value: 1, currency: "XXX" } }],
    ["discount.currency", { discount: { type: "fixed", value: 1, currency: "eur" } }],
    ["discount.type", { discount: { type: "free", value: 1 } }],
    ["commission.value", { commission: { type: "percentage", value: 101 } }],
    ["commission.value", { commission: { type: "fixed", value: "NaN" } }],
    ["commission.tiers.0.from", { commission: { type: "percentage", value: 1, tiers: [{ from: 0.001, value: 1 }] } }],
    ["commission.tiers.0.value", { commission: { type: "percentage", value: 1, tiers: [{ from: 1, value: 101 }] } }],
    [
      "commission.tiers.1.from",
      {
        commission: {
          type: "fixed",
          value: 1,
          tiers: [
            { from: 5, value: 1 },
            { from: "5.00", value: 2 },
          ],
        },
      },
    ],
    ["commission.special.0.products", { commission: withSpecial({ type: "percentage", value: 1 }) }],
    ["commission.special.0.value", { commission: withSpecial({ type: "percentage", value: 101, products: ["1"] }) }],
    ["commission.special.0.value", { commission: withSpecial({ type: "fixed", value: 0.001, products: ["1"] }) }],
    [
      "commission.special.0.currency",
      { commission: withSpecial({ type: "fixed", value: 1, currency: "XXX", products: ["1"] }) },
    ],
    [
      "commission.special.0.currency",
      {
        commission: {
          ...withSpecial({ type: "fixed", value: 1, currency: "USD", products: ["1"] }),
          type: "fixed",
          currency: "GBP",
        },
      },
    ],
    ["commission.capPerOrder", { commission: { type: "percentage", value: 1, capPerOrder: 0.001 } }],
    ["commission.capPerCreator", { commission: { type: "percentage", value: 1, capPerCreator: "-1" } }],
    ["commission.holdDays", { commission: { type: "percentage", value: 1, holdDays: 366 } }],
    ["commission.payIn", { commission: { type: "percentage", value: 1, payIn: "XXX" } }],
    ["limits.minimum.value", { limits: { minimum: { type: "cartValue", value: 0.001 } } }],
    ["limits.minimum.value", { limits: { minimum: { type: "quantity", value: 1.5 } } }],
    ["limits.minimum.value", { limits: { minimum: { type: "quantity", value: 0 } } }],
    ["limits.totalUses", { limits: { totalUses: 0 } }],
    ["limits.uses", { limits: { uses: 1 } }],
    ["codePattern", { codePattern: "{{colour}}" }],
    ["codePattern", { codePattern: "x".repeat(201) }],
    ["landingUrl", { landingUrl: "https://{{username}}.example/" }],
    ["landingUrl", { landingUrl: "https://go.brand.example/x" }],
    ["fallbackUrl", { fallbackUrl: "https://go.brand.example/x" }],
    ["fallbackUrl", { fallbackUrl: "javascript:alert(1)" }],
    ["utm.source", { utm: { source: "{{colour}}" } }],
    ["endsAt", { startsAt: "2026-11-21T09:00:00Z", endsAt: "2026-11-21T10:00:00+01:00" }],
    ["startsAt", { startsAt: "tomorrow" }],
    ["trackClicks", { affiliateLink: false, trackClicks: false }],
    ["storeId", { storeId: "str_0000000000000000" }],
    ["name", { name: "x".repeat(121) }],
    ["colour", { colour: "red" }],
  ])("refuses a bad %s (UPF-21)", async (path, body) => {
    const storeId = (await storeOf("shopify")).id;
    expectInvalid(await api("POST", "/tracking-plans", { name: "Summer", storeId, ...body }), path);
  });

  test("refuses a number past any (1e309) and names every field at fault", async () => {
    const { id } = await storeOf("shopify");
    const body = `{"name":"Summer","storeId":"${id}","discount":{"type":"fixed","value":1e309}}`;
    expectInvalid(await api("POST", "/tracking-plans", body), "discount.value");
    expect(
      Object.keys(
        await refused(id, {
          discount: { type: "fixed", value: "1.001" },
          commission: { type: "percentage", value: 101 },
          landingUrl: "https://blog.example/",
        }),
      ),
    ).toEqual(["discount.value", "commission.value", "landingUrl"]);
  });

  test("refuses an address on the block list", async () => {
    await api("POST", "/blocked-hosts", { host: "evil.example", scope: "host", reason: "phishing" });
    const { id } = await storeOf("ast");
    expect(Object.keys(await refused(id, { landingUrl: "https://evil.example/" }))).toEqual(["landingUrl"]);
  });
});

describe("a new plan takes from its provider what nobody said (UPF-9, UPF-15, UPF-40)", () => {
  test.each([
    ["ast", {}, { affiliateLink: true, trackClicks: false, codePattern: null }],
    ["shopify", {}, { affiliateLink: true, trackClicks: false, codePattern: "{{username}}" }],
    ["woocommerce", {}, { affiliateLink: false, trackClicks: true, codePattern: "{{username}}" }],
    ["bigcommerce", {}, { affiliateLink: false, trackClicks: true, codePattern: "{{username}}" }],
    ["magento", {}, { affiliateLink: false, trackClicks: true, codePattern: "{{username}}" }],
    ["amazon", { discount: null }, { affiliateLink: false, trackClicks: true, codePattern: null }],
    ["shopify", { discount: null }, { affiliateLink: true, trackClicks: false, codePattern: null }],
    ["shopify", { affiliateLink: false }, { affiliateLink: false, trackClicks: true, codePattern: "{{username}}" }],
  ] as const)("%s, %j", async (provider, body, expected) => {
    const storeId = (await storeOf(provider)).id;
    expect(await createPlan({ storeId, discount: { type: "percentage", value: 10 }, ...body })).toMatchObject(expected);
  });

  test.each(PROVIDERS)("clicks can be tracked at every provider, not Shopify alone (UPF-15): %s", async (provider) => {
    const storeId = (await storeOf(provider)).id;
    expect(await createPlan({ storeId, trackClicks: true })).toMatchObject({ trackClicks: true });
  });
});

describe("what the provider can't do is refused, with the way round (UPF-45, UPF-48)", () => {
  const codes = { discount: { type: "percentage", value: 10 } };

  test.each([
    ["woocommerce", "limits.minimum", { ...codes, limits: { minimum: { type: "quantity", value: 2 } } }],
    ["shopify", "limits.categories", { ...codes, limits: { products: ["12"], categories: ["3"] } }],
    ["woocommerce", "affiliateLink", { ...codes, affiliateLink: true }],
    ["bigcommerce", "affiliateLink", { ...codes, affiliateLink: true }],
    ["magento", "affiliateLink", { ...codes, affiliateLink: true }],
    ["amazon", "affiliateLink", { affiliateLink: true }],
    ["amazon", "discount", codes],
    ["amazon", "codePattern", { codePattern: "{{username}}" }],
    ["amazon", "limits.totalUses", { limits: { totalUses: 5 } }],
    ["ast", "limits.totalUses", { limits: { totalUses: 5 } }],
    ["ast", "limits.oncePerCustomer", { limits: { oncePerCustomer: true } }],
    ["shopify", "landingUrl", { ...codes, landingUrl: "https://blog.example/" }],
    ["shopify", "codePattern", { ...codes, codePattern: null }],
  ] as const)("%s: %s", async (provider, path, body) => {
    const store = await storeOf(provider);
    const faults = await refused(store.id, body);
    expect(faults).toHaveProperty([path]);
    expect(faults[path]).toContain("AST");
    if (provider !== "ast") expect(faults[path]).toContain(PROVIDER_TABLE[provider].name);
  });

  test("and taken where it can: WooCommerce's checkout link of numeric products (UPF-40)", async () => {
    const storeId = (await storeOf("woocommerce")).id;
    const body = { ...codes, storeId, affiliateLink: true, limits: { products: ["12", "7"] } };
    expect(await createPlan(body)).toMatchObject({ affiliateLink: true, limits: { products: ["12", "7"] } });
  });

  test("a store without a page needs one in the plan (UPF-13)", async () => {
    const store = await createStore();
    expect(Object.keys(await refused(store.id, {}))).toEqual(["landingUrl"]);
    expect(await createPlan({ storeId: store.id, landingUrl: HOME })).toMatchObject({ landingUrl: HOME });
  });
});

describe("a plan's name (UPF-8)", () => {
  const taken = (existing: { id: string; name: string }) => ({
    status: 409,
    code: "plan_name_taken",
    errors: [{ path: "name" }],
    existing: { id: existing.id, name: existing.name },
  });

  test("is one plan's, whatever its case and form, in any store, and the answer tells whose", async () => {
    const first = await createPlan({ name: "Été" });
    const other = await storeOf("ast");
    for (const name of ["Été", "ÉTÉ", " été ", "E\u0301te\u0301", "Ｅ\u0301té"]) {
      const answer = await api("POST", "/tracking-plans", { name, storeId: other.id });
      expect(problemOf(answer)).toMatchObject(taken(first));
    }
    expect((await api("DELETE", `/tracking-plans/${first.id}`)).status).toBe(204);
    await createPlan({ name: "ÉTÉ" });
  });

  test("is kept by a change that doesn't change it, and can't become another's", async () => {
    const [first, second] = [await createPlan({ name: "First" }), await createPlan({ name: "Second" })];
    const path = `/tracking-plans/${second.id}`;
    expect((await api("PATCH", path, { name: "SECOND" })).body).toMatchObject({ name: "SECOND" });
    expect(problemOf(await api("PATCH", path, { name: "first" }))).toMatchObject(taken(first));
    expect((await api("GET", path)).body).toMatchObject({ name: "SECOND" });
  });

  test("goes to one of two plans made at the same moment", async () => {
    const storeId = (await storeOf("ast")).id;
    const answers = await Promise.all(
      ["Summer", "summer"].map((name) => api("POST", "/tracking-plans", { name, storeId })),
    );
    const [won, lost] = answers.toSorted((a, b) => a.status - b.status);
    expect([won?.status, lost?.status]).toEqual([201, 409]);
    if (won === undefined || lost === undefined) throw new Error("two answers were expected");
    expect(problemOf(lost)).toMatchObject(taken(bodyOf(planSchema, won)));
  });

  test("that is taken right before the write is told with its owner", async () => {
    const storeId = (await storeOf("ast")).id;
    let first = { id: "", name: "" };
    beforeNextWrite(async () => (first = await createPlan({ storeId })));
    expect(problemOf(await api("POST", "/tracking-plans", { name: "summer", storeId }))).toMatchObject(taken(first));
    const second = await createPlan({ storeId, name: "Other" });
    beforeNextWrite(async () => (first = await createPlan({ storeId, name: "Third" })));
    expect(problemOf(await api("PATCH", `/tracking-plans/${second.id}`, { name: "third" }))).toMatchObject(
      taken(first),
    );
    expect(await actionsOn(second.id)).toEqual(["create"]);
  });
});

describe("a list of tracking plans", () => {
  test("pages from new to old, of one store or all, and finds text in names", async () => {
    const [first, second] = [await storeOf("ast"), await storeOf("ast", { currency: "JPY" })];
    const names = ["Été 2026", "Winter_1", "Winter%2"];
    for (const name of names) await createPlan({ name, storeId: first.id });
    const commission = { type: "fixed", value: 500 };
    await createPlan({ name: "Other", storeId: second.id, commission });
    const pages = await pagesOf(planSchema, "/tracking-plans?limit=2");
    expect(pages.map((plans) => plans.map(({ name }) => name))).toEqual([
      ["Other", "Winter%2"],
      ["Winter_1", "Été 2026"],
    ]);
    expect(pages[0]?.[0]?.commission).toMatchObject({ ...commission, currency: "JPY", tiers: [] });
    const found = async (query: string) =>
      bodyOf(page, await api("GET", `/tracking-plans?${query}`)).data.map(({ name }) => name);
    expect(await found(`store=${second.id}`)).toEqual(["Other"]);
    expect(await found("q=%C3%A9T%C3%89")).toEqual(["Été 2026"]);
    expect(await found("q=%25")).toEqual(["Winter%2"]);
    expect(await found("q=_")).toEqual(["Winter_1"]);
    expect(await found(`q=winter&store=${second.id}`)).toEqual([]);
  });

  test("refuses a filter that it doesn't know", async () => {
    expectInvalid(await api("GET", "/tracking-plans?colour=red"), "colour");
  });
});

describe("changing a tracking plan", () => {
  test("changes what is given, each part as a whole, and leaves the rest", async () => {
    const storeId = (await storeOf("shopify")).id;
    const discount = { type: "percentage", value: 10 };
    const limits = { totalUses: 5, oncePerCustomer: true };
    const before = await createPlan({ storeId, discount, limits, utm: { source: "a", medium: "b" } });
    const patch = { limits: { totalUses: 7 }, utm: { source: "c" }, endsAt: "2026-12-21T09:00:00Z" };
    const after = bodyOf(planSchema, await api("PATCH", `/tracking-plans/${before.id}`, patch));
    expect(after).toEqual({ ...before, ...patch, endsAt: "2026-12-21T09:00:00.000Z", updatedAt: after.updatedAt });
    expect(after.updatedAt > before.updatedAt).toBe(true);
    expect((await api("GET", `/tracking-plans/${before.id}`)).body).toEqual(after);
    expect(await actionsOn(before.id)).toEqual(["update", "create"]);
    const cleared = await api("PATCH", `/tracking-plans/${before.id}`, { endsAt: null, limits: {} });
    expect(cleared.body).toMatchObject({ endsAt: null, limits: {}, discount });
  });

  test("checks what comes out of it as a whole (UPF-21, UPF-45)", async () => {
    const storeId = (await storeOf("shopify")).id;
    const discount = { type: "percentage", value: 10 };
    const { id } = await createPlan({ storeId, discount, startsAt: "2026-11-21T09:00:00Z" });
    const path = `/tracking-plans/${id}`;
    expectInvalid(await api("PATCH", path, { endsAt: "2026-11-20T09:00:00Z" }), "endsAt");
    expectInvalid(await api("PATCH", path, { codePattern: null }), "codePattern");
    expectInvalid(await api("PATCH", path, { landingUrl: "https://blog.example/" }), "landingUrl");
    expectInvalid(await api("PATCH", path, { discount: { type: "fixed", value: "1.001" } }), "discount.value");
    expectInvalid(
      await api("PATCH", path, { discount: null, codePattern: null, affiliateLink: false, trackClicks: false }),
      "trackClicks",
    );
    const other = await storeOf("ast");
    expectInvalid(await api("PATCH", path, { storeId: other.id }), "storeId");
    expect(await actionsOn(id)).toEqual(["create"]);
  });

  test("keeps what each of several changes at the same moment wrote", async () => {
    const { id } = await createPlan();
    const path = `/tracking-plans/${id}`;
    const changes = {
      name: "New",
      utm: { source: "new" },
      trackClicks: true,
      commission: { type: "percentage", value: 5, tiers: [] },
    };
    const { name, ...others } = changes;
    beforeNextWrite(() => api("PATCH", path, others));
    expect((await api("PATCH", path, { name })).status).toBe(200);
    expect((await api("GET", path)).body).toMatchObject(changes);
    const answers = await Promise.all([
      api("PATCH", path, { name: "Newer" }),
      api("PATCH", path, { landingUrl: HOME }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await api("GET", path)).body).toMatchObject({ ...changes, name: "Newer", landingUrl: HOME });
  });

  test("lets no two changes at the same moment make what neither could", async () => {
    const { id } = await createPlan({ trackClicks: true });
    const path = `/tracking-plans/${id}`;
    beforeNextWrite(() => api("PATCH", path, { trackClicks: false }));
    expectInvalid(await api("PATCH", path, { affiliateLink: false }), "trackClicks");
    expect((await api("GET", path)).body).toMatchObject({ affiliateLink: true, trackClicks: false });
  });

  test("doesn't bring a plan back that is deleted in between", async () => {
    const { id } = await createPlan();
    const path = `/tracking-plans/${id}`;
    beforeNextWrite(() => api("DELETE", path));
    expect(problemOf(await api("PATCH", path, { name: "New" }))).toMatchObject({ code: "not_found" });
    expect(problemOf(await api("GET", path))).toMatchObject({ code: "not_found" });
    expect(await actionsOn(id)).toEqual(["delete", "create"]);
  });

  test("queues what it newly asks for, of creators who are due (UPF-15)", async () => {
    const { id } = await createPlan();
    const [due, out] = [await createCreator(), await createCreator()];
    await campaignOf(id, [due.id]);
    for (const creator of [due, out]) await assign(id, creator.id, { affiliateLinkId: "lnk_0000000000000009" });
    // Not the state: whoever works the queue off may have been faster.
    const queuedAt = async (creatorId: string) =>
      env.DB.prepare("SELECT queued_at FROM plan_creators WHERE creator_id = ?1").bind(creatorId).first("queued_at");
    await api("PATCH", `/tracking-plans/${id}`, { utm: { source: "x" } });
    expect([await queuedAt(due.id), await queuedAt(out.id)]).toEqual([0, 0]);
    await api("PATCH", `/tracking-plans/${id}`, { trackClicks: true });
    expect(await queuedAt(due.id)).toBeGreaterThan(0);
    expect(await queuedAt(out.id)).toBe(0);
  });
});

describe("links of a plan that changes follow", () => {
  /** A Shopify plan with an affiliate and a tracking link for each of so many creators. */
  async function planWithLinks(count: number, body: Record<string, unknown> = {}) {
    const store = await storeOf("shopify");
    const utm = { source: "{{username}}", medium: 'créa "t" or' };
    const discount = { type: "percentage", value: 10 };
    const plan = await createPlan({ storeId: store.id, discount, trackClicks: true, utm, ...body });
    const landing = plan.landingUrl ?? HOME;
    const { pathname } = new URL(landing);
    const ids: { affiliate: string; tracking: string }[] = [];
    for (let index = 0; index < count; index++) {
      const affiliate = `lnk_a${String(index).padStart(15, "0")}`;
      const tracking = `lnk_b${String(index).padStart(15, "0")}`;
      ids.push({ affiliate, tracking });
    }
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO creators (id, first_name, last_name, handles, created_at, updated_at)
         SELECT 'crt_' || substr(value ->> 'affiliate', 5), 'Lea', 'Martin', '{}', 0, 0 FROM json_each(?1)`,
      ).bind(JSON.stringify(ids)),
      ...(["affiliate", "tracking"] as const).map((kind) =>
        env.DB.prepare(
          `INSERT INTO links (id, domain, slug, slug_key, url, kind, utm, rules, plan_id, disabled, created_at, updated_at)
           SELECT value ->> ?2, '', value ->> ?2, value ->> ?2, ?3, ?2, ?4, '[]', ?5, 0, 0, 0 FROM json_each(?1)`,
        ).bind(
          JSON.stringify(ids),
          kind,
          kind === "affiliate"
            ? `https://shop.example/discount/{{code}}?redirect=${encodeURIComponent(pathname)}`
            : landing,
          JSON.stringify(utm),
          plan.id,
        ),
      ),
      env.DB.prepare(
        `INSERT INTO plan_creators (plan_id, creator_id, state, affiliate_link_id, tracking_link_id, queued_at, updated_at)
         SELECT ?2, 'crt_' || substr(value ->> 'affiliate', 5), 'ready', value ->> 'affiliate', value ->> 'tracking', 0, 0
         FROM json_each(?1)`,
      ).bind(JSON.stringify(ids), plan.id),
    ]);
    return { store, plan, ids, path: `/tracking-plans/${plan.id}` };
  }

  const OLD_UTM = { source: "{{username}}", medium: 'créa "t" or' };

  test("to its new page and with its new UTM parameters, 200 of them, but for those edited by hand", async () => {
    const { ids, path } = await planWithLinks(200);
    const [edited, tagged, deleted] = ids;
    if (edited === undefined || tagged === undefined || deleted === undefined) throw new Error("no links");
    await api("PATCH", `/links/${edited.affiliate}`, { url: "https://shop.example/hand" });
    await api("PATCH", `/links/${tagged.tracking}`, { utm: { source: "hand" } });
    await api("DELETE", `/links/${deleted.tracking}`);
    const landingUrl = "https://shop.example/sale?x={{username}}";
    const patch = { landingUrl, utm: { source: "new", term: "é" } };
    expect((await api("PATCH", path, patch)).status).toBe(200);

    const { results } = await env.DB.prepare(
      "SELECT kind, url, utm, count(*) AS n FROM links GROUP BY kind, url, utm ORDER BY kind, n DESC, url",
    ).all();
    const affiliate = "https://shop.example/discount/{{code}}?redirect=%2Fsale%3Fx%3D{{username}}";
    const utm = JSON.stringify(patch.utm);
    expect(results).toEqual([
      { kind: "affiliate", url: affiliate, utm, n: 199 },
      { kind: "affiliate", url: "https://shop.example/hand", utm, n: 1 },
      { kind: "tracking", url: landingUrl, utm, n: 198 },
      { kind: "tracking", url: HOME, utm: JSON.stringify(OLD_UTM), n: 1 },
      { kind: "tracking", url: landingUrl, utm: '{"source":"hand"}', n: 1 },
    ]);
    const untouched = await env.DB.prepare("SELECT count(*) AS n FROM links WHERE updated_at = 0").first("n");
    expect(untouched).toBe(1);
  });

  test("by their kind: an affiliate link stays one where its page is the tracking link's old one", async () => {
    const { ids, path } = await planWithLinks(1);
    const [{ affiliate, tracking } = { affiliate: "", tracking: "" }] = ids;
    await env.DB.prepare("UPDATE links SET url = ?1 WHERE id = ?2").bind(HOME, affiliate).run();
    await api("PATCH", path, { landingUrl: "https://shop.example/new" });
    expect(await linkRow(affiliate)).toMatchObject({ url: HOME, updatedAt: 0 });
    expect(await linkRow(tracking)).toMatchObject({ url: "https://shop.example/new" });
  });

  test("and no other's: a link of a hand, of another plan, or untouched by the change", async () => {
    const { plan, ids, path } = await planWithLinks(1);
    await insertLink({ id: "lnk_0000000000000077", planId: plan.id, url: HOME, utm: OLD_UTM });
    const other = await createPlan({ name: "Other", landingUrl: HOME, utm: OLD_UTM });
    await insertLink({ id: "lnk_0000000000000078", planId: other.id, url: HOME, utm: OLD_UTM });
    await assign(other.id, (await createCreator()).id, { trackingLinkId: "lnk_0000000000000078" });
    await api("PATCH", path, { landingUrl: "https://shop.example/new", utm: {} });
    for (const id of ["lnk_0000000000000077", "lnk_0000000000000078"]) {
      expect(await linkRow(id)).toEqual({ url: HOME, utm: JSON.stringify(OLD_UTM), updatedAt: 0 });
    }
    const before = await linkRow(ids[0]?.affiliate ?? "");
    await api("PATCH", path, { name: "Renamed", commission: { type: "percentage", value: 3 } });
    expect(await linkRow(ids[0]?.affiliate ?? "")).toEqual(before);
  });

  test("from each to the next, when two changes come at the same moment", async () => {
    const { ids, path } = await planWithLinks(1);
    beforeNextWrite(() => api("PATCH", path, { landingUrl: "https://shop.example/first" }));
    await api("PATCH", path, { landingUrl: "https://shop.example/second", utm: { source: "second" } });
    expect(await linkRow(ids[0]?.tracking ?? "")).toMatchObject({
      url: "https://shop.example/second",
      utm: '{"source":"second"}',
    });
  });

  test("to the store's new home page, where the plan has no page of its own (UPF-13)", async () => {
    const { store, plan, ids, path } = await planWithLinks(2);
    const homeUrl = "https://new.example/start";
    expect((await api("PATCH", `/stores/${store.id}`, { homeUrl })).status).toBe(200);
    expect(await linkRow(ids[1]?.affiliate ?? "")).toMatchObject({
      url: "https://new.example/discount/{{code}}?redirect=%2Fstart",
      utm: JSON.stringify(OLD_UTM),
    });
    expect(await linkRow(ids[1]?.tracking ?? "")).toMatchObject({ url: homeUrl });
    // Generation that is under way was planned with the old page.
    expect(bodyOf(planSchema, await api("GET", path)).updatedAt > plan.updatedAt).toBe(true);
    expectInvalid(await api("PATCH", `/stores/${store.id}`, { homeUrl: null }), "homeUrl");
  });

  test("not to the store's new home page, where the plan has its own", async () => {
    const landingUrl = "https://shop.example/own";
    const { store, ids } = await planWithLinks(1, { landingUrl });
    await api("PATCH", `/stores/${store.id}`, { homeUrl: "https://new.example/" });
    expect(await linkRow(ids[0]?.tracking ?? "")).toMatchObject({ url: landingUrl, updatedAt: 0 });
    expect((await api("PATCH", `/stores/${store.id}`, { homeUrl: null })).status).toBe(200);
  });

  test.each([
    ["a plan that gets a page of its own", { landingUrl: HOME }, HOME],
    ["a plan that gets another page", { landingUrl: "https://shop.example/own" }, "https://shop.example/own"],
  ])("to where both say, when the home page changes at the same moment as %s", async (_what, patch, url) => {
    const { store, ids, path } = await planWithLinks(1);
    beforeNextWrite(() => api("PATCH", path, patch));
    const answer = await api("PATCH", `/stores/${store.id}`, { homeUrl: "https://new.example/" });
    expect(answer.status).toBe(200);
    expect(await linkRow(ids[0]?.tracking ?? "")).toMatchObject({ url });
  });

  test("to the last of two home pages that come at the same moment", async () => {
    const { store, ids } = await planWithLinks(1);
    beforeNextWrite(() => api("PATCH", `/stores/${store.id}`, { homeUrl: "https://first.example/" }));
    await api("PATCH", `/stores/${store.id}`, { homeUrl: "https://second.example/" });
    expect(await linkRow(ids[0]?.tracking ?? "")).toMatchObject({ url: "https://second.example/" });
    beforeNextWrite(() => api("PATCH", `/stores/${store.id}`, { homeUrl: "https://third.example/" }));
    await api("PATCH", `/stores/${store.id}`, { homeUrl: "https://second.example/" });
    expect((await api("GET", `/stores/${store.id}`)).body).toMatchObject({ homeUrl: "https://second.example/" });
    expect(await linkRow(ids[0]?.tracking ?? "")).toMatchObject({ url: "https://second.example/" });
  });
});

describe("deleting a tracking plan", () => {
  test("takes it out of every answer", async () => {
    const { id } = await createPlan();
    expect(await api("DELETE", `/tracking-plans/${id}`)).toMatchObject({ status: 204, body: null });
    for (const [method, body] of [["GET"], ["PATCH", { name: "New" }], ["DELETE"]] as const) {
      expect(problemOf(await api(method, `/tracking-plans/${id}`, body))).toMatchObject({ code: "not_found" });
    }
    expect(bodyOf(page, await api("GET", "/tracking-plans")).data).toEqual([]);
  });

  const insertCode = (storeId: string, planId: string, creatorId: string, state: string) =>
    env.DB.prepare(
      `INSERT INTO codes (id, store_id, plan_id, creator_id, text, state, origin, created_at, updated_at)
       VALUES ('cod_0000000000000001', ?1, ?2, ?3, 'LEA', ?4, 'hand', 0, 0)`,
    )
      .bind(storeId, planId, creatorId, state)
      .run();

  test("is refused while a campaign, a code or a link has it, also when that comes right before", async () => {
    const creator = await createCreator();
    const uses: [string, (plan: { id: string; storeId: string }) => Promise<unknown>][] = [
      ["campaign", (plan) => campaignOf(plan.id, [])],
      ["code", (plan) => insertCode(plan.storeId, plan.id, creator.id, "withdrawn")],
      ["link", (plan) => insertLink({ planId: plan.id })],
    ];
    for (const [name, use] of uses) {
      const plan = await createPlan({ name });
      beforeNextWrite(() => use(plan));
      for (let tries = 0; tries < 2; tries++) {
        const answer = await api("DELETE", `/tracking-plans/${plan.id}`);
        expect(problemOf(answer)).toMatchObject({ status: 409, code: "in_use" });
      }
      expect(await actionsOn(plan.id)).toEqual(["create"]);
    }
  });

  test("is not hindered by what is over", async () => {
    const plan = await createPlan();
    await insertLink({ planId: plan.id, deletedAt: 1 });
    await insertCode(plan.storeId, plan.id, (await createCreator()).id, "retired");
    await campaignOf(plan.id, []);
    await env.DB.prepare("UPDATE campaigns SET deleted_at = 1").run();
    expect((await api("DELETE", `/tracking-plans/${plan.id}`)).status).toBe(204);
  });
});

describe("a store with tracking plans", () => {
  test("can't be deleted, nor change its provider or currency, until they are", async () => {
    const store = await storeOf("ast");
    const plan = await createPlan({ storeId: store.id });
    const path = `/stores/${store.id}`;
    expect(problemOf(await api("DELETE", path))).toMatchObject({ code: "in_use" });
    expectInvalid(await api("PATCH", path, { provider: "amazon" }), "provider");
    expectInvalid(await api("PATCH", path, { currency: "JPY" }), "currency");
    expect((await api("PATCH", path, { provider: "ast", currency: "EUR", name: "New" })).status).toBe(200);
    await api("DELETE", `/tracking-plans/${plan.id}`);
    expect((await api("PATCH", path, { provider: "shopify", currency: "JPY" })).status).toBe(200);
    expect((await api("DELETE", path)).status).toBe(204);
  });

  test("can't lose it to a race either", async () => {
    const store = await storeOf("ast");
    const path = `/stores/${store.id}`;
    beforeNextWrite(() => createPlan({ storeId: store.id }));
    expectInvalid(await api("PATCH", path, { provider: "amazon" }), "provider");
    expect((await api("GET", path)).body).toMatchObject({ provider: "ast" });
    const other = await storeOf("ast");
    beforeNextWrite(() => createPlan({ storeId: other.id, name: "Other" }));
    expect(problemOf(await api("DELETE", `/stores/${other.id}`))).toMatchObject({ code: "in_use" });
  });

  test("takes a new plan as it is by then", async () => {
    const [changed, gone] = [await storeOf("ast"), await storeOf("ast")];
    beforeNextWrite(() => api("PATCH", `/stores/${changed.id}`, { provider: "amazon" }));
    const body = { name: "Summer", storeId: changed.id, affiliateLink: true };
    expectInvalid(await api("POST", "/tracking-plans", body), "affiliateLink");
    beforeNextWrite(() => api("DELETE", `/stores/${gone.id}`));
    expectInvalid(await api("POST", "/tracking-plans", { name: "Summer", storeId: gone.id }), "storeId");
  });
});

test.each([
  ["GET", "/tracking-plans", "plans:read"],
  ["POST", "/tracking-plans", "plans:write"],
  ["GET", `/tracking-plans/${UNKNOWN}`, "plans:read"],
  ["PATCH", `/tracking-plans/${UNKNOWN}`, "plans:write"],
  ["DELETE", `/tracking-plans/${UNKNOWN}`, "plans:write"],
  ["POST", `/tracking-plans/${UNKNOWN}/preview`, "plans:read"],
  ["POST", "/tracking-plans/preview", "plans:read"],
] as const)("%s %s needs a key that may", async (method, path, scope) => {
  await expectGuarded(method, path, scope);
});
