import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { campaignSchema } from "../../../src/programme/campaign/schema.ts";
import { addedRule, ruleSchema } from "../../../src/programme/plan/rule-schema.ts";
import { rulesOf } from "../../../src/programme/plan/rule-store.ts";
import { planSchema } from "../../../src/programme/plan/schema.ts";
import { api, bodyOf, expectInvalid, holding, pagesOf, problemOf } from "../../ground/api.ts";
import { nextId } from "../code-fixtures.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { createKey, expectGuarded } from "../../operate/key-fixtures.ts";
import { createStore } from "../fixtures.ts";
import { insertPlan } from "../plan-rows.ts";
import { insertVersion, tenPercent } from "../rule-fixtures.ts";

const UNKNOWN = "pln_0000000000000000";
const DAY = 86_400_000;
const FIVE = { type: "percentage", value: 5 };
const REASON = "Agreed in May";

afterEach(() => {
  vi.restoreAllMocks();
});

async function createPlan(body: Record<string, unknown> = {}) {
  const store = await createStore({ homeUrl: "https://shop.example/" });
  return bodyOf(planSchema, await api("POST", "/tracking-plans", { name: "Summer", storeId: store.id, ...body }));
}

const readPlan = async (id: string) => bodyOf(planSchema, await api("GET", `/tracking-plans/${id}`));
const pathOf = (id: string) => `/tracking-plans/${id}/commission-rules`;
const versions = async (id: string) => (await pagesOf(ruleSchema, `${pathOf(id)}?limit=100`)).flat();
const valuesOf = async (id: string) =>
  (await versions(id)).map(({ version, commission }) => [version, commission.value]);
const add = async (id: string, body: Record<string, unknown>) =>
  bodyOf(addedRule.strict(), await api("POST", pathOf(id), { commission: FIVE, reason: REASON, ...body }));
const auditOf = async (id: string) => (await pagesOf(auditSchema, `/audit?entityId=${id}&limit=50`)).flat();

let count = 0;

/** An order that was placed at a time, with a share of a plan for each of so many creators. Answers its id. */
async function putOrder(planId: string, placedAt: number, { computed = true, creators = 1 } = {}): Promise<string> {
  count += 1;
  const id = `ord_${String(count).padStart(16, "0")}`;
  const { storeId } = await readPlan(planId);
  const shares = Array.from({ length: creators }, (_, index) => ({ creatorId: `crt_${index}`, planId }));
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO orders (id, store_id, external_id, status, trust, codes, test, placed_at, policy, touches,
         explanation, shares, version, created_at, updated_at)
       VALUES (?1, ?2, ?1, 'pending', 'confirmed', '[]', 0, ?3, '{}', '[]', '{}', ?4, 1, 0, 0)`,
    ).bind(id, storeId, placedAt, JSON.stringify(shares)),
    computed
      ? env.DB.prepare(
          `INSERT INTO order_commissions (order_id, creator_id, store_id, plan_id, placed_at, month, sales_minor,
             uncapped_minor, note, updated_at)
           SELECT ?1, value ->> 'creatorId', ?2, ?3, ?4, '2026-05', 0, 0, '{}', 0 FROM json_each(?5)`,
        ).bind(id, storeId, planId, placedAt, JSON.stringify(shares))
      : env.DB.prepare("INSERT INTO settlements_due VALUES (?1, 1, 3, 99)").bind(id),
  ]);
  return id;
}

/** The orders whose commission is to be computed anew, with their marks. */
async function due(): Promise<Record<string, number>> {
  const { results } = await env.DB.prepare("SELECT order_id, mark FROM settlements_due WHERE next_at = 0").all<{
    order_id: string;
    mark: number;
  }>();
  return Object.fromEntries(results.map(({ order_id, mark }) => [order_id, mark]));
}

describe("a plan's commission is its first version", () => {
  test("in force from the beginning, by whoever created the plan", async () => {
    const { key, id: keyId } = await createKey(["plans:write"]);
    const store = await createStore({ homeUrl: "https://shop.example/" });
    const body = { name: "Summer", storeId: store.id, commission: { ...FIVE, capPerOrder: 20 } };
    const plan = bodyOf(planSchema, await api("POST", "/tracking-plans", body, holding(key)));
    expect(await versions(plan.id)).toEqual([
      {
        version: 1,
        commission: plan.commission,
        effectiveFrom: "1970-01-01T00:00:00.000Z",
        reason: null,
        actor: keyId,
        createdAt: plan.createdAt,
      },
    ]);
  });

  test("also if it comes with its campaign", async () => {
    const store = await createStore({ homeUrl: "https://shop.example/" });
    const body = { name: "Autumn", plan: { name: "Summer", storeId: store.id, commission: FIVE } };
    const { planId } = bodyOf(campaignSchema, await api("POST", "/campaigns", body));
    expect(await valuesOf(planId ?? "")).toEqual([[1, 5]]);
  });
});

describe("changing a plan", () => {
  test("writes another commission as the next version, in force from now on", async () => {
    const before = await createPlan({ commission: FIVE });
    const path = `/tracking-plans/${before.id}`;
    const after = bodyOf(planSchema, await api("PATCH", path, { commission: { ...FIVE, holdDays: 14 } }));
    expect(await versions(before.id)).toMatchObject([
      {
        version: 2,
        commission: after.commission,
        effectiveFrom: after.updatedAt,
        reason: null,
        actor: "bootstrap",
        createdAt: after.updatedAt,
      },
      { version: 1, commission: before.commission },
    ]);
  });

  test("writes none for the commission that is there, in other words, nor for anything else", async () => {
    const { id } = await createPlan({ commission: { ...FIVE, capPerOrder: 12.5 } });
    const path = `/tracking-plans/${id}`;
    const same = { value: "5.00", capPerOrder: "12.5", holdDays: 30, tiers: [], type: "percentage" };
    for (const patch of [{ commission: same }, { name: "Other" }, { trackClicks: true }]) {
      expect((await api("PATCH", path, patch)).status).toBe(200);
    }
    expect(await valuesOf(id)).toEqual([[1, 5]]);
    const { type, ...rest } = tenPercent({ basisPoints: 500, capPerOrderMinor: 1_250 });
    await env.DB.prepare("UPDATE tracking_plans SET commission = ?1 WHERE id = ?2")
      .bind(JSON.stringify({ ...rest, type }), id)
      .run();
    expect((await api("PATCH", path, { commission: same })).status).toBe(200);
    expect(await valuesOf(id)).toEqual([[1, 5]]);
  });

  test("has the plan's orders since then computed anew, and no others", async () => {
    const plan = await createPlan();
    const other = await insertPlan({ storeId: plan.storeId });
    const [later, muchLater] = [Date.now() + DAY, Date.now() + 2 * DAY];
    await putOrder(plan.id, Date.now() - DAY);
    await putOrder(other.id, later);
    await putOrder(other.id, later, { computed: false });
    const orders = [await putOrder(plan.id, later), await putOrder(plan.id, muchLater, { creators: 2 })];
    await api("PATCH", `/tracking-plans/${plan.id}`, { name: "Other" });
    expect(await due()).toEqual({});
    await api("PATCH", `/tracking-plans/${plan.id}`, { commission: FIVE });
    expect(await due()).toEqual(Object.fromEntries(orders.map((id) => [id, 1])));
  });
});

describe("a version of its own", () => {
  test("reaches into the past, and has the orders that it reaches computed anew", async () => {
    const before = await createPlan();
    const since = Date.UTC(2026, 4, 1);
    await putOrder(before.id, since - 1);
    const reached = [
      await putOrder(before.id, since, { creators: 3 }),
      await putOrder(before.id, Date.now() - DAY),
      // One that is being computed right now: its mark says that it has to be once more.
      await putOrder(before.id, since + 1, { computed: false }),
    ];
    await putOrder(before.id, since - 1, { computed: false });

    const effectiveFrom = "2026-05-01T02:00:00+02:00";
    const added = await add(before.id, { commission: { type: "fixed", value: 2.5 }, effectiveFrom });
    const after = await readPlan(before.id);
    expect(added).toMatchObject({
      version: 2,
      commission: { type: "fixed", value: 2.5, currency: "EUR", holdDays: 30 },
      effectiveFrom: "2026-05-01T00:00:00.000Z",
      reason: REASON,
      actor: "bootstrap",
      ordersDue: 3,
    });
    expect(after).toEqual({ ...before, commission: added.commission, updatedAt: after.updatedAt });
    expect(after.updatedAt > before.updatedAt).toBe(true);
    const { ordersDue: _o, ...rule } = added;
    expect((await versions(before.id))[0]).toEqual(rule);
    expect(await due()).toEqual({ [reached[0] ?? ""]: 1, [reached[1] ?? ""]: 1, [reached[2] ?? ""]: 2 });

    const entries = await auditOf(before.id);
    expect(new Set(entries.map(({ action, entity }) => `${action} ${entity}`))).toEqual(
      new Set(["create commission_rule", "create plan", "update plan"]),
    );
    expect(entries.length).toBe(3);
    expect(entries.find(({ entity }) => entity === "commission_rule")).toMatchObject({ before: null, after: rule });
    expect(entries.find(({ action }) => action === "update")).toMatchObject({ before, after });
  });

  test("may begin later, and begins now if nothing is said", async () => {
    const { id } = await createPlan();
    await putOrder(id, Date.now() - DAY);
    const soon = new Date(Date.now() + 30 * DAY).toISOString();
    expect(await add(id, { effectiveFrom: soon })).toMatchObject({ version: 2, effectiveFrom: soon, ordersDue: 0 });
    const now = await add(id, { commission: { ...FIVE, value: 7 } });
    expect(now).toMatchObject({ version: 3, effectiveFrom: now.createdAt, ordersDue: 0 });
    expect(Math.abs(Date.parse(now.createdAt) - Date.now())).toBeLessThan(60_000);
  });

  test("may be the commission that is there, to hold for other orders", async () => {
    const { id } = await createPlan({ commission: FIVE });
    expect(await add(id, { effectiveFrom: "2026-01-01T00:00:00Z" })).toMatchObject({ version: 2 });
  });

  test("is refused as in a plan, with all that is wrong, and for a plan that isn't there", async () => {
    const { id } = await createPlan();
    const commission = { type: "percentage", value: 101, capPerOrder: "0.001" };
    const answer = await api("POST", pathOf(id), { commission, reason: REASON });
    for (const path of ["commission.value", "commission.capPerOrder"]) expectInvalid(answer, path);
    const unknown = { ...FIVE, payIn: "XXX" };
    expectInvalid(await api("POST", pathOf(id), { commission: unknown, reason: REASON }), "commission.payIn");
    expect(await valuesOf(id)).toEqual([[1, 0]]);
    expect((await api("DELETE", `/tracking-plans/${id}`)).status).toBe(204);
    for (const gone of [id, UNKNOWN]) {
      const body = { commission: FIVE, reason: REASON };
      expect(problemOf(await api("POST", pathOf(gone), body))).toMatchObject({ status: 404, code: "not_found" });
      expect(problemOf(await api("GET", pathOf(gone)))).toMatchObject({ status: 404, code: "not_found" });
    }
  });
});

test("versions are listed from new to old, page by page", async () => {
  const { id } = await createPlan();
  for (const value of [1, 2, 3, 4]) await add(id, { commission: { ...FIVE, value } });
  const pages = await pagesOf(ruleSchema, `${pathOf(id)}?limit=2`);
  expect(pages.map((page) => page.map(({ version }) => version))).toEqual([[5, 4], [3, 2], [1]]);
  expectInvalid(await api("GET", `${pathOf(id)}?cursor=x`), "cursor");
});

describe("two versions at the same moment", () => {
  test.each([
    ["a change of the plan", (id: string) => api("PATCH", `/tracking-plans/${id}`, { commission: FIVE })],
    ["a version of its own", (id: string) => api("POST", pathOf(id), { commission: FIVE, reason: REASON })],
  ])("get numbers of their own, and the last is the plan's: %s comes first", async (_what, first) => {
    const { id } = await createPlan();
    beforeNextWrite(() => first(id));
    const added = await add(id, { commission: { ...FIVE, value: 7 } });
    expect(added.version).toBe(3);
    beforeNextWrite(() => first(id));
    const changed = await api("PATCH", `/tracking-plans/${id}`, { commission: { ...FIVE, value: 8 } });
    expect(changed.status).toBe(200);
    expect(await valuesOf(id)).toEqual([
      [5, 8],
      [4, 5],
      [3, 7],
      [2, 5],
      [1, 0],
    ]);
    expect((await readPlan(id)).commission.value).toBe(8);
    const times = (await versions(id)).slice(0, 4).map(({ effectiveFrom }) => effectiveFrom);
    expect(new Set(times).size).toBe(4);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  test("are told apart within a millisecond, and by a clock that was ahead", async () => {
    const { storeId } = await createPlan();
    const updatedAt = Date.now() + DAY;
    const { id } = await insertPlan({ storeId, updatedAt });
    await add(id, {});
    expect((await readPlan(id)).updatedAt).toBe(new Date(updatedAt + 1).toISOString());
    await api("PATCH", `/tracking-plans/${id}`, { commission: { ...FIVE, value: 6 } });
    expect((await versions(id)).map(({ effectiveFrom }) => Date.parse(effectiveFrom) - updatedAt)).toEqual([
      2,
      1,
      -updatedAt,
    ]);
  });

  test("and of many, none is lost", async () => {
    const { id } = await createPlan();
    const values = [1, 2, 3, 4];
    const answers = await Promise.all(values.map((value) => add(id, { commission: { ...FIVE, value } })));
    expect(new Set(answers.map(({ version }) => version))).toEqual(new Set([2, 3, 4, 5]));
    const kept = await versions(id);
    for (const answer of answers) {
      expect(kept.find(({ version }) => version === answer.version)?.commission).toEqual(answer.commission);
    }
    expect((await readPlan(id)).commission).toEqual(kept[0]?.commission);
  });
});

describe("in force for an order", () => {
  const rule = (basisPoints: number) => tenPercent({ basisPoints });

  test("is the highest version that wasn't after the moment it was placed", async () => {
    const { storeId } = await createPlan();
    const [one, other, late] = [nextId("pln_"), nextId("pln_"), nextId("pln_")];
    await insertPlan({ id: one, storeId, commission: rule(100) });
    await insertPlan({ id: other, storeId, commission: rule(900) });
    await insertVersion(one, rule(200), { version: 2, effectiveFrom: 1_000 });
    await insertVersion(one, rule(300), { version: 3, effectiveFrom: 500 });
    await insertVersion(one, rule(400), { version: 4, effectiveFrom: 2_000 });
    await env.DB.prepare(
      `INSERT INTO tracking_plans (id, name, name_key, store_id, utm, affiliate_link, track_clicks, limits, commission,
         created_at, updated_at)
       VALUES (?1, ?1, ?1, ?2, '{}', 1, 0, '{}', '{}', 0, 0)`,
    )
      .bind(late, storeId)
      .run();
    await insertVersion(late, rule(100), { effectiveFrom: 1_000 });

    const at = await rulesOf({ d1: env.DB }, [one, late, UNKNOWN, one]);
    const found = (planId: string, placedAt: number) => {
      const it = at(planId, placedAt);
      return it === null ? null : [it.version, it.commission.type === "percentage" && it.commission.basisPoints];
    };
    expect([0, 499, 500, 999, 1_000, 1_999, 2_000].map((time) => found(one, time))).toEqual([
      [1, 100],
      [1, 100],
      [3, 300],
      [3, 300],
      [3, 300],
      [3, 300],
      [4, 400],
    ]);
    expect(at(one, 0)).toEqual({ version: 1, commission: rule(100) });
    expect([found(late, 999), found(late, 1_000)]).toEqual([null, [1, 100]]);
    expect([found(UNKNOWN, 0), found(other, 0)]).toEqual([null, null]);
  });

  test("is found for more plans than a statement has parameters", async () => {
    const { id } = await createPlan({ commission: FIVE });
    const at = await rulesOf({ d1: env.DB }, [...Array.from({ length: 200 }, () => nextId("pln_")), id]);
    expect(at(id, 0)).toMatchObject({ version: 1, commission: { basisPoints: 500 } });
  });
});

test("needs a key that may, and one that may touch orders to change what they earn", async () => {
  await expectGuarded("GET", pathOf(UNKNOWN), "plans:read");
  await expectGuarded("POST", pathOf(UNKNOWN), "plans:write", "orders:write");
});
