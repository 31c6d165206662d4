import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { campaignSchema } from "../../../src/programme/campaign/schema.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import { planSchema } from "../../../src/programme/plan/schema.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import {
  act,
  addCreator,
  addCreators,
  createCampaign,
  createPlan,
  createReadyCreator,
  generateAll,
  holdQueue,
  planBody,
  readCampaign,
  readMember,
} from "../campaign-fixtures.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { createStore } from "../fixtures.ts";

const UNKNOWN = "cmp_0000000000000000";
const NO_PLAN = "pln_0000000000000000";
const page = pageOf(campaignSchema);

let queue: ReturnType<typeof holdQueue>;

beforeEach(() => {
  queue = holdQueue();
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function actionsOn(id: string): Promise<string[]> {
  return (await pagesOf(auditSchema, `/audit?entityId=${id}&limit=50`)).flat().map((entry) => entry.action);
}

async function countOf(table: "campaigns" | "tracking_plans"): Promise<number | null> {
  return env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE deleted_at IS NULL`).first<number>("n");
}

describe("creating a campaign", () => {
  test("needs a name alone", async () => {
    const answer = await api("POST", "/campaigns", { name: "  Autumn  " });
    expect(answer.status).toBe(201);
    const campaign = bodyOf(campaignSchema, answer);
    expect(campaign).toMatchObject({
      name: "Autumn",
      planId: null,
      generateOn: "approval",
      creatorsSeePerformance: false,
      tracking: true,
      status: "draft",
      launchedAt: null,
      archivedAt: null,
      generation: { total: 0, done: 0, failed: 0, queued: 0, waiting: 0 },
      warnings: [],
    });
    expect(await readCampaign(campaign.id)).toEqual(campaign);
    expect(await actionsOn(campaign.id)).toEqual(["create"]);
  });

  test("keeps every field as given, tracking off included (UPF-6)", async () => {
    const { id: planId } = await createPlan();
    const given = { name: "Autumn", planId, generateOn: "added", creatorsSeePerformance: true, tracking: false };
    expect(await readCampaign((await createCampaign(given)).id)).toMatchObject(given);
  });

  test("makes its plan along with it, and links both (UPF-4, UPF-5)", async () => {
    const { id: storeId } = await createStore();
    const { planId } = await createCampaign({ plan: planBody(storeId, { name: "Inline" }) });
    const plan = bodyOf(planSchema, await api("GET", `/tracking-plans/${planId}`));
    expect(plan).toMatchObject({ name: "Inline", storeId });
    expect(await actionsOn(plan.id)).toEqual(["create"]);
  });

  test("makes neither plan nor campaign if the plan is refused (UPF-5)", async () => {
    const { id: storeId } = await createStore();
    expectInvalid(await api("POST", "/campaigns", { name: "A", plan: planBody(storeId, { name: "" }) }), "plan.name");
    const unknownStore = planBody("str_0000000000000000");
    expectInvalid(await api("POST", "/campaigns", { name: "A", plan: unknownStore }), "plan.storeId");
    const { id, name } = await createPlan({ storeId });
    const taken = await api("POST", "/campaigns", { name: "A", plan: planBody(storeId, { name }) });
    expect(problemOf(taken)).toMatchObject({ status: 409, code: "plan_name_taken", existing: { id, name } });
    expect([await countOf("campaigns"), await countOf("tracking_plans")]).toEqual([0, 1]);
  });

  test("makes neither if the name is taken at the same moment (UPF-5)", async () => {
    const { id: storeId } = await createStore();
    const plan = planBody(storeId);
    beforeNextWrite(() => api("POST", "/tracking-plans", plan));
    const answer = await api("POST", "/campaigns", { name: "A", plan });
    expect(problemOf(answer)).toMatchObject({ status: 409, code: "plan_name_taken" });
    expect([await countOf("campaigns"), await countOf("tracking_plans")]).toEqual([0, 1]);
  });

  test("makes one campaign and one plan, however often a request is repeated", async () => {
    const { id: storeId } = await createStore();
    const body = { name: "A", plan: planBody(storeId) };
    const first = await api("POST", "/campaigns", body, { "idempotency-key": "a" });
    const second = await api("POST", "/campaigns", body, { "idempotency-key": "a" });
    expect(first.status).toBe(201);
    expect(second.body).toEqual(first.body);
    expect([await countOf("campaigns"), await countOf("tracking_plans")]).toEqual([1, 1]);
  });

  test("takes a plan or a plan's id, not both", async () => {
    const { id: planId, storeId } = await createPlan();
    expectInvalid(await api("POST", "/campaigns", { name: "A", planId, plan: planBody(storeId) }), "plan");
  });

  test("refuses a plan that was deleted, even at the same moment", async () => {
    expectInvalid(await api("POST", "/campaigns", { name: "A", planId: NO_PLAN }), "planId");
    const { id: planId } = await createPlan();
    beforeNextWrite(() => api("DELETE", `/tracking-plans/${planId}`));
    expectInvalid(await api("POST", "/campaigns", { name: "A", planId }), "planId");
    expect(await countOf("campaigns")).toBe(0);
  });

  test.each([
    ["name", { name: "" }],
    ["name", { name: "x".repeat(121) }],
    ["planId", { name: "A", planId: "str_0000000000000000" }],
    ["generateOn", { name: "A", generateOn: "launch" }],
    ["tracking", { name: "A", tracking: "yes" }],
    ["status", { name: "A", status: "launched" }],
  ])("refuses a bad %s", async (path, body) => {
    expectInvalid(await api("POST", "/campaigns", body), path);
  });
});

describe("a plan that campaigns share", () => {
  test("is allowed and comes with a warning in every answer (UPF-30, UPF-46)", async () => {
    const { id: planId } = await createPlan();
    const first = await createCampaign({ planId });
    expect(first.warnings).toEqual([]);
    const second = await createCampaign({ planId });
    const warning = (...campaignIds: string[]) => [{ code: "plan_shared", detail: expect.any(String), campaignIds }];
    expect(second.warnings).toEqual(warning(first.id));
    const third = await createCampaign();
    const linked = await api("PATCH", `/campaigns/${third.id}`, { planId });
    expect(bodyOf(campaignSchema, linked).warnings).toEqual(warning(second.id, first.id));
    expect((await readCampaign(first.id)).warnings).toEqual(warning(third.id, second.id));
    const { data } = bodyOf(page, await api("GET", "/campaigns"));
    expect(data.map(({ warnings }) => warnings[0]?.campaignIds.length)).toEqual([2, 2, 2]);

    await api("DELETE", `/campaigns/${second.id}`);
    await api("PATCH", `/campaigns/${third.id}`, { planId: null });
    expect((await readCampaign(first.id)).warnings).toEqual([]);
  });

  test("has one code for a creator, shown in both campaigns (UPF-47)", async () => {
    const { id: planId } = await createPlan();
    const [first, second] = [await createCampaign({ planId }), await createCampaign({ planId })];
    const creator = await addCreator(first.id, "approved");
    await generateAll();
    const added = await addCreators(second.id, [creator.id], "approved");
    expect(added.body).toMatchObject({ generation: { total: 1, done: 1, queued: 0 } });
    await generateAll();
    const shown = await readMember(first.id, creator.id);
    expect(shown).toMatchObject({ state: "ready", code: expect.any(String) });
    const { code, codeId, link, trackingLink } = shown;
    expect(await readMember(second.id, creator.id)).toMatchObject({ state: "ready", code, codeId, link, trackingLink });
    expect(await env.DB.prepare("SELECT count(*) AS n FROM codes").first("n")).toBe(1);
  });

  test("keeps a creator's code while one of its campaigns has them (UPF-47)", async () => {
    const { id: planId } = await createPlan();
    const [first, second] = [await createCampaign({ planId }), await createCampaign({ planId })];
    const creator = await addCreator(first.id, "approved");
    await addCreators(second.id, [creator.id], "approved");
    await generateAll();
    await act(first.id, creator.id, "reject");
    expect(await readMember(first.id, creator.id)).toMatchObject({ status: "rejected", state: "withdrawn" });
    expect(await readMember(second.id, creator.id)).toMatchObject({ status: "approved", state: "ready" });
    expect((await act(first.id, creator.id, "approve")).body).toMatchObject({ state: "ready" });
    await act(first.id, creator.id, "reject");
    await act(second.id, creator.id, "reject");
    expect(await env.DB.prepare("SELECT state FROM plan_creators").first("state")).toBe("withdrawn");
  });
});

describe("a plan that is linked later (UPF-22, UPF-23)", () => {
  test("makes what is due to those who are in the campaign", async () => {
    const { id } = await createCampaign();
    const [approved, applied] = [await addCreator(id, "approved"), await addCreator(id)];
    expect((await readCampaign(id)).generation).toMatchObject({ total: 2, waiting: 2 });
    const plan = await createPlan();
    const linked = bodyOf(campaignSchema, await api("PATCH", `/campaigns/${id}`, { planId: plan.id }));
    expect(linked).toMatchObject({
      planId: plan.id,
      generation: { total: 2, done: 0, failed: 0, queued: 1, waiting: 1 },
    });
    expect(await readCampaign(id)).toEqual(linked);
    expect(queue).toHaveBeenCalledWith(plan.id, expect.anything());
    await generateAll();
    expect(await readMember(id, approved.id)).toMatchObject({ state: "ready" });
    expect(await readMember(id, applied.id)).toMatchObject({ state: "waiting" });
    expect((await readCampaign(id)).generation).toEqual({ total: 2, done: 1, failed: 0, queued: 0, waiting: 1 });
  });

  test("must be there, even at the moment of linking", async () => {
    const { id } = await createCampaign();
    expectInvalid(await api("PATCH", `/campaigns/${id}`, { planId: NO_PLAN }), "planId");
    const plan = await createPlan();
    beforeNextWrite(() => api("DELETE", `/tracking-plans/${plan.id}`));
    expectInvalid(await api("PATCH", `/campaigns/${id}`, { planId: plan.id }), "planId");
    expect(await readCampaign(id)).toMatchObject({ planId: null });
  });
});

describe("when codes and links are made", () => {
  async function campaignOf(body: Record<string, unknown> = {}) {
    return createCampaign({ planId: (await createPlan()).id, ...body });
  }

  test("on approval: not before it (UPF-24)", async () => {
    const { id } = await campaignOf();
    const creator = await addCreator(id);
    await generateAll();
    expect(await readMember(id, creator.id)).toMatchObject({ status: "applied", state: "waiting" });
    expect((await act(id, creator.id, "approve")).body).toMatchObject({ status: "approved", state: "queued" });
    await generateAll();
    expect(await readMember(id, creator.id)).toMatchObject({
      state: "ready",
      code: creator.handles["instagram"],
      link: expect.stringMatching(/^https:\/\/go\.brand\.example\/./),
      trackingLink: expect.any(String),
    });
  });

  test("on adding: at once (UPF-25)", async () => {
    const { id } = await campaignOf({ generateOn: "added" });
    const creator = await addCreator(id);
    await generateAll();
    expect(await readMember(id, creator.id)).toMatchObject({ status: "applied", state: "ready" });
  });

  test("switched to adding: for all who lack it, the rejected excepted (UPF-66)", async () => {
    const { id } = await campaignOf();
    const [approved, applied, rejected] = [
      await addCreator(id, "approved"),
      await addCreator(id),
      await addCreator(id),
    ];
    await act(id, rejected.id, "reject");
    await generateAll();
    const { codeId } = await readMember(id, approved.id);
    const switched = await api("PATCH", `/campaigns/${id}`, { generateOn: "added" });
    expect(switched.body).toMatchObject({ generation: { total: 2, done: 1, failed: 0, queued: 1, waiting: 0 } });
    await generateAll();
    expect(await readMember(id, applied.id)).toMatchObject({ status: "applied", state: "ready" });
    expect(await readMember(id, approved.id)).toMatchObject({ state: "ready", codeId });
    expect(await readMember(id, rejected.id)).toMatchObject({ state: "withdrawn" });
  });

  test("switched to approval: new creators wait, and nothing is taken away (UPF-67)", async () => {
    const { id } = await campaignOf({ generateOn: "added" });
    const old = await addCreator(id);
    await generateAll();
    const before = await readMember(id, old.id);
    await api("PATCH", `/campaigns/${id}`, { generateOn: "approval" });
    const added = await addCreator(id);
    await generateAll();
    expect(await readMember(id, added.id)).toMatchObject({ state: "waiting" });
    expect(await readMember(id, old.id)).toEqual(before);
  });

  test("tracking off: nothing new, and what exists stays; on again: for all who are due (UPF-6)", async () => {
    const { id } = await campaignOf();
    const old = await addCreator(id, "approved");
    await generateAll();
    const before = await readMember(id, old.id);
    await api("PATCH", `/campaigns/${id}`, { tracking: false });
    const added = await addCreator(id, "approved");
    await generateAll();
    expect(await readMember(id, added.id)).toMatchObject({ status: "approved", state: "waiting" });
    expect(await readMember(id, old.id)).toEqual(before);
    const on = await api("PATCH", `/campaigns/${id}`, { tracking: true });
    expect(on.body).toMatchObject({ generation: { total: 2, done: 1, queued: 1, waiting: 0 } });
    await generateAll();
    expect(await readMember(id, added.id)).toMatchObject({ state: "ready" });
  });

  test("counts those who failed", async () => {
    const { id } = await campaignOf();
    await addCreator(id, "approved");
    await addCreator(id, "approved", { email: null });
    await generateAll();
    expect((await readCampaign(id)).generation).toEqual({ total: 2, done: 1, failed: 1, queued: 0, waiting: 0 });
  });
});

describe("changing a campaign", () => {
  test("changes what is given and leaves the rest", async () => {
    const before = await createCampaign({ creatorsSeePerformance: true });
    const answer = await api("PATCH", `/campaigns/${before.id}`, { name: "New" });
    const after = bodyOf(campaignSchema, answer);
    expect(after).toEqual({ ...before, name: "New", updatedAt: after.updatedAt });
    expect(await readCampaign(before.id)).toEqual(after);
    expect(await actionsOn(before.id)).toEqual(["update", "create"]);
  });

  test("keeps what each of several changes at the same moment wrote", async () => {
    const { id } = await createCampaign();
    const plan = await createPlan();
    const path = `/campaigns/${id}`;
    beforeNextWrite(() => api("PATCH", path, { name: "New", generateOn: "added", planId: plan.id }));
    const answer = await api("PATCH", path, { tracking: false, creatorsSeePerformance: true });
    const expected = {
      name: "New",
      generateOn: "added",
      planId: plan.id,
      tracking: false,
      creatorsSeePerformance: true,
    };
    expect(answer.body).toMatchObject(expected);
    expect(await readCampaign(id)).toMatchObject(expected);
  });

  test("is refused if it is deleted at the same moment", async () => {
    for (const patch of [{ name: "New" }, { tracking: false }]) {
      const { id } = await createCampaign();
      beforeNextWrite(() => api("DELETE", `/campaigns/${id}`));
      expect(problemOf(await api("PATCH", `/campaigns/${id}`, patch)).code).toBe("not_found");
      expect(await actionsOn(id)).toEqual(["delete", "create"]);
    }
  });

  test.each([
    ["status", { status: "launched" }],
    ["plan", { plan: {} }],
    ["override.reason", { override: { reason: "" } }],
    ["override.reason", { override: { reason: "x".repeat(501) } }],
  ])("refuses a bad %s", async (path, patch) => {
    const { id } = await createCampaign();
    expectInvalid(await api("PATCH", `/campaigns/${id}`, patch), path);
  });
});

describe("deleting a campaign", () => {
  test("takes a draft out of every answer, its creators' history stays", async () => {
    const { id } = await createCampaign();
    const creator = await addCreator(id);
    expect((await api("DELETE", `/campaigns/${id}`)).status).toBe(204);
    for (const path of [`/campaigns/${id}`, `/campaigns/${id}/creators`, `/campaigns/${id}/creators/${creator.id}`]) {
      expect(problemOf(await api("GET", path)).code).toBe("not_found");
    }
    expect(bodyOf(page, await api("GET", "/campaigns")).data).toEqual([]);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM campaign_creators").first("n")).toBe(1);
  });

  test("is refused once codes or links come from it, even at the same moment", async () => {
    const { id: planId } = await createPlan();
    const refused = async (id: string) => {
      expect(problemOf(await api("DELETE", `/campaigns/${id}`))).toMatchObject({ status: 409, code: "in_use" });
      expect((await readCampaign(id)).id).toBe(id);
    };
    const used = await createCampaign({ planId });
    beforeNextWrite(() => addCreator(used.id, "approved"));
    await refused(used.id);
    await refused(used.id);
    const linked = await createCampaign();
    beforeNextWrite(() => insertLink({ campaignId: linked.id }));
    await refused(linked.id);
    const freed = await createCampaign({ planId });
    await insertLink({ campaignId: freed.id, deletedAt: 1 });
    expect((await api("DELETE", `/campaigns/${freed.id}`)).status).toBe(204);
  });

  test("is refused once it is launched, even at the same moment", async () => {
    const { id } = await createCampaign({ tracking: false });
    beforeNextWrite(() => api("POST", `/campaigns/${id}/launch`));
    expect(problemOf(await api("DELETE", `/campaigns/${id}`)).code).toBe("in_use");
    expect(await readCampaign(id)).toMatchObject({ status: "launched" });
  });
});

describe("a list of campaigns", () => {
  test("pages from new to old without repeats or gaps", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) ids.unshift((await createCampaign({ name: `C ${index}` })).id);
    const pages = await pagesOf(campaignSchema, "/campaigns?limit=2");
    expect(pages.map((campaigns) => campaigns.length)).toEqual([2, 2, 1]);
    expect(pages.flat().map((campaign) => campaign.id)).toEqual(ids);
  });

  test("filters by status, plan and text", async () => {
    const { id: planId } = await createPlan();
    const linked = await createCampaign({ name: "Winter 50%", planId });
    const other = await createCampaign({ name: "Summer", tracking: false });
    await api("POST", `/campaigns/${other.id}/launch`);
    const found = async (query: string) =>
      bodyOf(page, await api("GET", `/campaigns?${query}`)).data.map((campaign) => campaign.id);
    expect(await found("status=launched")).toEqual([other.id]);
    expect(await found("status=draft")).toEqual([linked.id]);
    expect(await found(`plan=${planId}`)).toEqual([linked.id]);
    expect(await found("q=WINTER+50%25")).toEqual([linked.id]);
    expect(await found("q=%25")).toEqual([linked.id]);
    expect(await found("q=%25e")).toEqual([]);
    expect(await found("q=er&status=launched")).toEqual([other.id]);
    expectInvalid(await api("GET", "/campaigns?status=paused"), "status");
    expectInvalid(await api("GET", "/campaigns?colour=red"), "colour");
  });

  test("costs the same few queries, however many campaigns it has", async () => {
    const { id: planId } = await createPlan();
    const creator = await createReadyCreator();
    const queries = async (): Promise<number> => {
      const prepared = vi.spyOn(env.DB, "prepare");
      await api("GET", "/campaigns");
      const { length } = prepared.mock.calls;
      prepared.mockRestore();
      return length;
    };
    const none = await queries();
    for (let index = 0; index < 5; index++) {
      await addCreators((await createCampaign({ planId })).id, [creator.id], "approved");
    }
    expect(await queries()).toBe(none);
    expect(none).toBeLessThanOrEqual(3);
    const { data } = bodyOf(page, await api("GET", "/campaigns"));
    expect(data.map(({ generation }) => generation.total)).toEqual([1, 1, 1, 1, 1]);
  });
});

test("an unknown campaign is not found, and an id of another form is invalid", async () => {
  for (const [method, path, body] of [
    ["GET", ""],
    ["PATCH", "", {}],
    ["DELETE", ""],
    ["POST", "/launch"],
    ["POST", "/archive"],
    ["GET", "/creators"],
    ["POST", "/creators", { creatorIds: ["crt_0000000000000000"] }],
  ] as const) {
    const unknown = await api(method, `/campaigns/${UNKNOWN}${path}`, body);
    expect(problemOf(unknown)).toMatchObject({ status: 404, code: "not_found" });
    expectInvalid(await api(method, `/campaigns/lnk_0000000000000000${path}`, body), "id");
  }
});

test.each([
  ["GET", "/campaigns", "plans:read"],
  ["POST", "/campaigns", "plans:write"],
  ["GET", `/campaigns/${UNKNOWN}`, "plans:read"],
  ["PATCH", `/campaigns/${UNKNOWN}`, "plans:write"],
  ["DELETE", `/campaigns/${UNKNOWN}`, "plans:write"],
  ["POST", `/campaigns/${UNKNOWN}/launch`, "plans:write"],
  ["POST", `/campaigns/${UNKNOWN}/archive`, "plans:write"],
  ["GET", `/campaigns/${UNKNOWN}/creators`, "plans:read"],
  ["POST", `/campaigns/${UNKNOWN}/creators`, "plans:write"],
  ["GET", `/campaigns/${UNKNOWN}/creators/crt_0000000000000000`, "plans:read"],
  ["POST", `/campaigns/${UNKNOWN}/creators/crt_0000000000000000/approve`, "plans:write"],
  ["POST", `/campaigns/${UNKNOWN}/creators/crt_0000000000000000/reject`, "plans:write"],
  ["POST", `/campaigns/${UNKNOWN}/creators/crt_0000000000000000/retry-code`, "plans:write"],
] as const)("%s %s needs a key with %s", expectGuarded);
