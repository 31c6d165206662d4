import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  definitionSchema,
  listedDefinition,
  snippetSchema,
  wholeDefinition,
} from "../../../src/conversions/definition/schema.ts";
import { TEMPLATE_IDS, TEMPLATES } from "../../../src/conversions/definition/templates.ts";
import * as z from "../../../src/ground/http/zod.ts";
import type { Trigger } from "../../../src/ground/model/conversion.ts";
import { openDatabase } from "../../../src/ground/db/client.ts";
import { conversionRates, conversions } from "../../../src/ground/db/schema/conversion.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";
import { insertPlan } from "../../programme/plan-rows.ts";
import { conversionRow } from "../conversion-rows.ts";
import { define } from "../definition-fixtures.ts";

const page = pageOf(listedDefinition);
const UNKNOWN = "cdf_0000000000000000";

afterEach(() => {
  vi.restoreAllMocks();
});

async function draft(body: Record<string, unknown> = {}) {
  const storeId = body["storeId"] ?? (await createStore()).id;
  return bodyOf(
    definitionSchema.strict(),
    await api("POST", "/conversion-definitions", { name: "Lead", triggers: [{ type: "script" }], ...body, storeId }),
  );
}

const step = (id: string, action: string, body?: unknown) =>
  api("POST", `/conversion-definitions/${id}/${action}`, body);
const patch = (id: string, body: unknown) => api("PATCH", `/conversion-definitions/${id}`, body);

describe("drafting a definition", () => {
  test("takes a name and triggers, and shows them in data and in words (AC-2, AC-9, AC-10, AC-30)", async () => {
    const store = await createStore({ currency: "JPY" });
    const definition = await draft({
      storeId: store.id,
      name: "  Big order or lead ",
      triggers: [
        { type: "order", minimum: "50.5" },
        { type: "event", event: "lead", where: [{ property: "country", is: "equals", value: "DE" }] },
        { type: "segment", all: [{ about: "spent", is: "greater", amount: 9_000 }] },
      ],
      value: { mode: "static", amount: 12.5 },
      currency: "EUR",
      limit: { times: 1, windowDays: 30 },
    });
    expect(definition).toMatchObject({
      storeId: store.id,
      name: "Big order or lead",
      key: "big-order-or-lead",
      status: "draft",
      triggers: [
        { type: "order", which: "any", minimum: { amountMinor: 5_050, currency: "EUR" }, skus: [] },
        { type: "event", event: "lead", where: [{ property: "country", is: "equals", value: "DE" }] },
        { type: "segment", all: [{ about: "spent", is: "greater", amount: { amountMinor: 9_000, currency: "JPY" } }] },
      ],
      summary: [
        "An order is bought, of 50.50 EUR or more",
        "The event “lead”, where country is “DE”",
        "A contact comes to meet all of: spent more than 9000 JPY",
      ],
      value: { mode: "static", amount: { amountMinor: 1_250, currency: "EUR" } },
      currency: "EUR",
      limit: { times: 1, windowDays: 30 },
      appliesToPast: false,
      effectiveFrom: null,
      activatedAt: null,
    });
    const row = await env.DB.prepare("SELECT listens FROM conversion_definitions").first("listens");
    expect(row).toBe(",order,event,segment,");
    const whole = bodyOf(wholeDefinition.strict(), await api("GET", `/conversion-definitions/${definition.id}`));
    expect(whole).toEqual({ ...definition, usedBy: { definitions: [], plans: [] } });
  });

  test("makes keys of names, and refuses one that is taken", async () => {
    const { id: storeId } = await createStore();
    const keys: string[] = [];
    for (const name of ["Lead", "Lead!", "LEAD"]) keys.push((await draft({ storeId, name })).key);
    expect(keys).toEqual(["lead", "lead-2", "lead-3"]);
    const taken = await api("POST", "/conversion-definitions", {
      storeId,
      name: "Other",
      key: "lead",
      triggers: [{ type: "script" }],
    });
    expect(problemOf(taken)).toMatchObject({ status: 409, code: "definition_key_taken" });
    // Another store has keys of its own.
    expect((await draft({ key: "lead" })).key).toBe("lead");
  });

  test("makes another key if the one it chose is taken meanwhile", async () => {
    const { id: storeId } = await createStore();
    beforeNextWrite(async () => define({ storeId, key: "lead" }));
    expect((await draft({ storeId })).key).toBe("lead-2");
  });

  test.each([
    [
      "segments that look back too far",
      [{ type: "segment", all: [{ about: "event", name: "x", is: "at_least", times: 1, withinDays: 91 }] }],
      "triggers.0.all.0.withinDays",
    ],
    [
      "clicks that lie too far back",
      [{ type: "segment", all: [{ about: "click", is: "at_least", times: 1, withinDays: 401 }] }],
      "triggers.0.all.0.withinDays",
    ],
    [
      "a field's name with a quote",
      [{ type: "segment", all: [{ about: "field", field: "a'b", is: "exists" }] }],
      "triggers.0.all.0.field",
    ],
    ["an amount with too many decimals", [{ type: "order", minimum: 1.234 }], "triggers.0.minimum"],
    ["more than any order comes to", [{ type: "order", minimum: "99999999999" }], "triggers.0.minimum"],
    ["21 triggers", Array.from({ length: 21 }, () => ({ type: "manual" })), "triggers"],
    [
      "21 conditions",
      [{ type: "script", where: Array.from({ length: 21 }, () => ({ property: "x", is: "exists" })) }],
      "triggers.0.where",
    ],
    ["a definition that isn't there", [{ type: "conversion", definitionId: UNKNOWN }], "triggers.0.definitionId"],
  ])("refuses %s", async (_what, triggers, path) => {
    const { id: storeId } = await createStore();
    expectInvalid(await api("POST", "/conversion-definitions", { storeId, name: "Lead", triggers }), path);
  });

  test("refuses another store's definition as a trigger, and a store that isn't there", async () => {
    const other = await draft();
    const { id: storeId } = await createStore();
    const triggers = [{ type: "conversion", definitionId: other.id }];
    expectInvalid(
      await api("POST", "/conversion-definitions", { storeId, name: "Lead", triggers }),
      "triggers.0.definitionId",
    );
    const nowhere = { storeId: "str_0000000000000000", name: "Lead", triggers: [{ type: "manual" }] };
    expectInvalid(await api("POST", "/conversion-definitions", nowhere), "storeId");
  });

  test("is asked twice with one Idempotency-Key, and there is one", async () => {
    const { id: storeId } = await createStore();
    const body = { storeId, name: "Lead", triggers: [{ type: "manual" }] };
    const ask = () => api("POST", "/conversion-definitions", body, { "idempotency-key": "once" });
    expect((await ask()).body).toEqual((await ask()).body);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM conversion_definitions").first("n")).toBe(1);
  });
});

describe("the life of a definition", () => {
  test("a draft changes, an active one doesn't, but for its name; a copy is a draft again (AC-25, AC-29, ACX-4)", async () => {
    const { id, storeId } = await draft({ limit: { times: 1 }, appliesToPast: true });
    const changed = bodyOf(
      definitionSchema,
      await patch(id, { limit: { times: 3 }, value: { mode: "static", amount: 2 } }),
    );
    expect(changed).toMatchObject({ limit: { times: 3, windowDays: null }, value: { amount: { amountMinor: 200 } } });

    const active = bodyOf(definitionSchema, await step(id, "activate"));
    expect(active.status).toBe("active");
    expect(active.effectiveFrom).toBe(active.activatedAt);
    expect(bodyOf(definitionSchema, await step(id, "activate"))).toEqual(active);

    const refused = problemOf(await patch(id, { limit: { times: 9 }, name: "Other" }));
    expect(refused).toMatchObject({ status: 409, code: "definition_active" });
    expect(refused.detail).toContain(`/conversion-definitions/${id}/copy`);
    expect(bodyOf(definitionSchema, await patch(id, { name: "Leads" })).name).toBe("Leads");

    const copy = bodyOf(definitionSchema, await step(id, "copy"));
    expect(copy).toMatchObject({
      storeId,
      name: "Leads (copy)",
      key: "lead-2",
      status: "draft",
      copiedFrom: id,
      limit: { times: 3 },
      appliesToPast: true,
      effectiveFrom: null,
      activatedAt: null,
    });
    const later = "2030-01-01T00:00:00.000Z";
    expect(bodyOf(definitionSchema, await patch(copy.id, { effectiveFrom: later })).effectiveFrom).toBe(later);
    expect(bodyOf(definitionSchema, await step(copy.id, "activate")).effectiveFrom).toBe(later);

    const archived = bodyOf(definitionSchema, await step(id, "archive"));
    expect(archived.status).toBe("archived");
    expect(bodyOf(definitionSchema, await step(id, "archive"))).toEqual(archived);
    expect(problemOf(await step(id, "activate")).code).toBe("definition_active");
    expect(problemOf(await patch(id, { triggers: [{ type: "manual" }] })).code).toBe("definition_active");
    expect((await pagesOf(auditSchema, `/audit?entityId=${id}&limit=50`)).flat().map(({ action }) => action)).toEqual([
      "archive",
      "update",
      "apply",
      "launch",
      "update",
      "create",
    ]);
  });

  test("an activation comes first: the change that was planned on the draft is refused (AC-29)", async () => {
    const { id } = await draft();
    beforeNextWrite(() => step(id, "activate"));
    expect(problemOf(await patch(id, { limit: { times: 2 } })).code).toBe("definition_active");
    expect(await env.DB.prepare("SELECT max_per_contact FROM conversion_definitions").first()).toEqual({
      max_per_contact: null,
    });
  });

  test("two definitions that wait for each other are refused, at once too (AC-5)", async () => {
    const { id: storeId } = await createStore();
    const first = await draft({ storeId });
    const second = await draft({ storeId, triggers: [{ type: "conversion", definitionId: first.id }] });
    const back = { triggers: [{ type: "conversion", definitionId: second.id }] };
    expectInvalid(await patch(first.id, back), "triggers.0.definitionId");

    const [third, fourth] = [await draft({ storeId }), await draft({ storeId })];
    const waitFor = (id: string) => ({ triggers: [{ type: "conversion", definitionId: id }] });
    beforeNextWrite(() => patch(fourth.id, waitFor(third.id)));
    expectInvalid(await patch(third.id, waitFor(fourth.id)), "triggers.0.definitionId");
  });

  test("what has been archived since is no trigger of a definition that is activated", async () => {
    const { id: storeId } = await createStore();
    const first = await draft({ storeId });
    const second = await draft({ storeId, triggers: [{ type: "conversion", definitionId: first.id }] });
    await step(first.id, "archive");
    expectInvalid(await step(second.id, "activate"), "triggers.0.definitionId");
    // Its copy can be made all the same, and mended.
    const copy = bodyOf(definitionSchema, await step(second.id, "copy"));
    expect((await patch(copy.id, { triggers: [{ type: "manual" }] })).status).toBe(200);
    expect((await step(copy.id, "activate")).status).toBe(200);
  });

  test("a store has 100 active ones at most", async () => {
    const { id: storeId } = await createStore();
    await Promise.all(Array.from({ length: 99 }, () => define({ storeId })));
    const { id } = await draft({ storeId });
    beforeNextWrite(() => define({ storeId }));
    expect(problemOf(await step(id, "activate"))).toMatchObject({ status: 409, code: "list_full" });
  });

  test("nothing is there of an id that nobody has", async () => {
    expect((await api("GET", `/conversion-definitions/${UNKNOWN}`)).status).toBe(404);
    expect((await patch(UNKNOWN, { name: "Lead" })).status).toBe(404);
    for (const action of ["activate", "archive", "copy"]) expect((await step(UNKNOWN, action)).status).toBe(404);
  });
});

describe("the list", () => {
  test("has each with what it came to in 30 days, page by page (AC-9, AC-11, AC-27, AC-28, ACX-8)", async () => {
    const { id: storeId } = await createStore();
    const lead = await define({ storeId, createdAt: Date.now() });
    const idle = await define({ storeId, status: "draft" });
    const elsewhere = await define({ storeId: (await createStore()).id });
    const now = Date.now();
    const row = (values: Partial<typeof conversions.$inferInsert>) =>
      conversionRow({ definitionId: lead.id, storeId, time: now - 1_000, ...values });
    await openDatabase(env.DB)
      .insert(conversions)
      .values(row({ subject: "c:1", valueMinor: 500 }));
    await openDatabase(env.DB)
      .insert(conversions)
      .values(row({ subject: "c:1", valueMinor: 250 }));
    await openDatabase(env.DB)
      .insert(conversions)
      .values(row({ subject: "p:1" }));
    await openDatabase(env.DB)
      .insert(conversions)
      .values(row({ subject: "c:2", uncounted: "limit", valueMinor: 9 }));
    await openDatabase(env.DB)
      .insert(conversions)
      .values(row({ subject: "c:3", time: now - 31 * 86_400_000 }));

    const listed = bodyOf(page, await api("GET", `/conversion-definitions?store=${storeId}`));
    expect(listed.data.map(({ id }) => id)).toEqual([idle.id, lead.id]);
    expect(listed.data[1]?.last30Days).toEqual({ conversions: 3, converters: 1, valueMinor: 750, notToldApart: 1 });
    expect(listed.data[0]?.last30Days).toEqual({ conversions: 0, converters: 0, valueMinor: 0, notToldApart: 0 });

    const pages = await pagesOf(listedDefinition, "/conversion-definitions?limit=1");
    expect(pages.map((one) => one.map(({ id }) => id))).toEqual([[elsewhere.id], [idle.id], [lead.id]]);
    const drafts = bodyOf(page, await api("GET", `/conversion-definitions?store=${storeId}&status=draft`));
    expect(drafts.data.map(({ id }) => id)).toEqual([idle.id]);
  });

  test("a definition says what waits for it and which plans pay for it (ACX-9)", async () => {
    const { id: storeId } = await createStore();
    const lead = await define({ storeId });
    const follower = await define({
      storeId,
      status: "draft",
      triggers: [{ type: "conversion", definitionId: lead.id }],
    });
    const [paying, past] = [await insertPlan({ storeId, name: "Paying" }), await insertPlan({ storeId })];
    const rate = (planId: string, effectiveFrom: number, amountMinor: number) =>
      openDatabase(env.DB).insert(conversionRates).values({
        planId,
        definitionId: lead.id,
        effectiveFrom,
        amountMinor,
        currency: "EUR",
        actor: "",
        createdAt: 0,
      });
    await rate(paying.id, 0, 100);
    await rate(paying.id, 10, 250);
    await rate(paying.id, Date.now() + 100_000, 999);
    await rate(past.id, 0, 100);
    await rate(past.id, 10, 0);
    const whole = bodyOf(wholeDefinition, await api("GET", `/conversion-definitions/${lead.id}`));
    expect(whole.usedBy).toEqual({
      definitions: [{ id: follower.id, name: follower.name, status: "draft" }],
      plans: [{ id: paying.id, name: "Paying", rate: { amountMinor: 250, currency: "EUR" } }],
    });
  });

  test("needs its scopes", async () => {
    await expectGuarded("GET", "/conversion-definitions", "plans:read", "reports:read");
  });
});

describe("what helps to define", () => {
  test.each(TEMPLATE_IDS)("the template %s is drafted with nothing but its name (AC-12, AC-13)", async (template) => {
    const { id: storeId } = await createStore();
    const answer = await api("POST", "/conversion-definitions", { storeId, template });
    const definition = bodyOf(definitionSchema, answer);
    const { name, triggers, limit } = TEMPLATES[template];
    expect(definition).toMatchObject({ name, key: template, limit, triggers });
    expect((await step(definition.id, "activate")).status).toBe(200);
  });

  test("a template gives way to what the body says", async () => {
    const { id: storeId } = await createStore();
    const body = { storeId, template: "sign-up", name: "Account", limit: null, value: { mode: "static", amount: 3 } };
    expect(bodyOf(definitionSchema, await api("POST", "/conversion-definitions", body))).toMatchObject({
      name: "Account",
      key: "account",
      triggers: [{ type: "event", event: "sign_up" }],
      limit: null,
      value: { mode: "static" },
    });
    const listed = bodyOf(
      z.object({ data: z.array(z.object({ id: z.string() })) }),
      await api("GET", "/conversion-templates"),
    );
    expect(listed.data.map(({ id }) => id)).toEqual([...TEMPLATE_IDS]);
  });

  test("a script's page is told what to run, with the value that it passes (AC-6, AC-18)", async () => {
    const store = await createStore({ key: "linen" });
    const { id } = await draft({ storeId: store.id, name: "Lead", value: { mode: "event" } });
    const snippet = bodyOf(
      snippetSchema.strict(),
      await api("GET", `/conversion-definitions/${id}/snippet?value=12.5`),
    );
    expect(snippet).toMatchObject({ key: "lead", listening: false });
    expect(snippet.html).toContain('src="https://go.brand.example/t/ast.js?s=linen"');
    expect(snippet.js).toContain('wm("conversion", "lead", { value: "12.5", currency: "EUR" });');
    expectInvalid(await api("GET", `/conversion-definitions/${id}/snippet?value=1e3`), "value");
    await patch(id, { value: { mode: "none" } });
    expectInvalid(await api("GET", `/conversion-definitions/${id}/snippet?value=12`), "value");
    await patch(id, { triggers: [{ type: "manual" }] });
    expect(problemOf(await api("GET", `/conversion-definitions/${id}/snippet`)).code).toBe("no_script");
  });

  test("an event is found where it is used, in its store alone (ACX-9)", async () => {
    const { id: storeId } = await createStore();
    const triggers: Trigger[] = [{ type: "event", event: "lead", where: [] }];
    const used = await define({ storeId, triggers });
    await define({ storeId });
    await define({ storeId: (await createStore()).id, triggers });
    const ask = (query: string) => api("GET", `/conversion-definitions/used-in?store=${storeId}&${query}`);
    expect((await ask("event=lead")).body).toEqual({
      data: [{ id: used.id, name: used.name, status: "active", places: ["triggers.0.event"] }],
    });
    expectInvalid(await ask("event=lead&url=/"), "event");
    expectInvalid(await ask(""), "event");
  });
});
