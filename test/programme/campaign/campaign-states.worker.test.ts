import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { campaignSchema, memberSchema } from "../../../src/programme/campaign/schema.ts";
import { api, bodyOf, pagesOf, problemOf } from "../../ground/api.ts";
import {
  act,
  addCreator,
  addCreators,
  createCampaign,
  createPlan,
  createReadyCreator,
  generateAll,
  holdQueue,
  readCampaign,
  readMember,
  recordSale,
} from "../campaign-fixtures.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { destination, visit } from "../../edge/visit.ts";

beforeEach(() => {
  holdQueue();
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function audited(id: string) {
  return (await pagesOf(auditSchema, `/audit?entityId=${id}&limit=50`)).flat();
}

async function step(id: string, action: "launch" | "archive") {
  return api("POST", `/campaigns/${id}/${action}`);
}

/** A campaign with a plan, in a status. */
async function campaignIn(status: "draft" | "launched" | "archived", body: Record<string, unknown> = {}) {
  const campaign = await createCampaign({ planId: (await createPlan()).id, ...body });
  if (status !== "draft") await step(campaign.id, "launch");
  if (status === "archived") await step(campaign.id, "archive");
  const now = await readCampaign(campaign.id);
  expect(now.status).toBe(status);
  return now;
}

async function shortPath(campaignId: string, creatorId: string): Promise<string> {
  return new URL((await readMember(campaignId, creatorId)).link ?? "missing:").pathname;
}

describe("a campaign's status", () => {
  test.each([
    ["draft", "launch", 200, "launched"],
    ["draft", "archive", 409, "not_launched"],
    ["launched", "launch", 409, "already_launched"],
    ["launched", "archive", 200, "archived"],
    ["archived", "launch", 409, "campaign_archived"],
    ["archived", "archive", 409, "campaign_archived"],
  ] as const)("%s, %s: %i %s", async (status, action, expected, outcome) => {
    const before = await campaignIn(status);
    const answer = await step(before.id, action);
    expect(answer.status).toBe(expected);
    if (expected === 409) {
      expect(problemOf(answer).code).toBe(outcome);
      expect(await readCampaign(before.id)).toEqual(before);
    } else {
      const after = bodyOf(campaignSchema, answer);
      expect(after).toMatchObject({ status: outcome, [`${outcome}At`]: after.updatedAt });
      expect(await readCampaign(before.id)).toEqual(after);
      expect((await audited(before.id))[0]).toMatchObject({ action, entity: "campaign", after: { status: outcome } });
    }
  });

  test("needs a plan to be launched, unless nothing is tracked", async () => {
    const tracked = await createCampaign();
    expect(problemOf(await step(tracked.id, "launch"))).toMatchObject({ status: 409, code: "plan_missing" });
    const untracked = await createCampaign({ tracking: false });
    expect((await step(untracked.id, "launch")).status).toBe(200);
  });

  test.each(["launch", "archive"] as const)("takes one of two requests to %s at the same moment", async (action) => {
    const { id } = await campaignIn(action === "launch" ? "draft" : "launched");
    beforeNextWrite(() => step(id, action));
    expect(problemOf(await step(id, action)).code).toBe(action === "launch" ? "already_launched" : "campaign_archived");
    expect((await audited(id)).filter((entry) => entry.action === action)).toHaveLength(1);

    const other = await campaignIn(action === "launch" ? "draft" : "launched");
    const answers = await Promise.all([step(other.id, action), step(other.id, action), step(other.id, action)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
  });

  test("isn't launched if the plan goes at the same moment", async () => {
    const { id } = await campaignIn("draft");
    beforeNextWrite(() => api("PATCH", `/campaigns/${id}`, { planId: null }));
    expect(problemOf(await step(id, "launch")).code).toBe("plan_missing");
    expect(await readCampaign(id)).toMatchObject({ status: "draft", planId: null });
  });
});

describe("what an archived campaign takes", () => {
  test.each([
    ["its name", { name: "New" }, 200],
    ["its visibility", { creatorsSeePerformance: true }, 200],
    ["what it has already", { tracking: true, generateOn: "approval" }, 200],
    ["another plan", { planId: null }, 409],
    ["another plan by override", { planId: null, override: { reason: "wrong shop" } }, 409],
    ["another generateOn", { generateOn: "added" }, 409],
    ["tracking switched", { tracking: false }, 409],
  ])("%s", async (_what, patch, expected) => {
    const { id } = await campaignIn("archived");
    const answer = await api("PATCH", `/campaigns/${id}`, patch);
    expect(answer.status).toBe(expected);
    if (expected === 409) expect(problemOf(answer).code).toBe("campaign_archived");
  });

  test("no creators", async () => {
    const { id } = await campaignIn("archived");
    const creator = await createReadyCreator();
    expect(problemOf(await addCreators(id, [creator.id])).code).toBe("campaign_archived");
  });

  test("clicks: its links go on redirecting (UPF-54)", async () => {
    const { id } = await campaignIn("launched");
    const creator = await addCreator(id, "approved");
    await generateAll();
    const path = await shortPath(id, creator.id);
    expect((await visit(path)).status).toBe(302);
    await step(id, "archive");
    const response = await visit(path);
    expect(response.status).toBe(302);
    expect(destination(response).searchParams.get("wm_click")).not.toBeNull();
    expect(await readMember(id, creator.id)).toMatchObject({ state: "ready", code: expect.any(String) });
  });
});

describe("the plan of a launched campaign", () => {
  test("may be another before the launch (UPF-28) and is locked after it (UPF-29)", async () => {
    const [first, second] = [await createPlan(), await createPlan()];
    const { id } = await createCampaign({ planId: first.id });
    expect((await api("PATCH", `/campaigns/${id}`, { planId: second.id })).body).toMatchObject({ planId: second.id });
    await step(id, "launch");
    for (const planId of [first.id, null]) {
      const answer = await api("PATCH", `/campaigns/${id}`, { name: "New", planId });
      expect(problemOf(answer)).toMatchObject({ status: 409, code: "plan_locked" });
    }
    expect(await readCampaign(id)).toMatchObject({ name: "Autumn", planId: second.id });
    expect((await api("PATCH", `/campaigns/${id}`, { name: "New", planId: second.id })).status).toBe(200);
  });

  test("is locked for a change that was asked for right before the launch (UPF-29)", async () => {
    const [first, second] = [await createPlan(), await createPlan()];
    const { id } = await createCampaign({ planId: first.id });
    beforeNextWrite(() => step(id, "launch"));
    expect(problemOf(await api("PATCH", `/campaigns/${id}`, { planId: second.id })).code).toBe("plan_locked");
    expect(await readCampaign(id)).toMatchObject({ status: "launched", planId: first.id });
  });

  test("is changed by an audited override while no sale is recorded (UPF-31)", async () => {
    const before = await campaignIn("launched");
    const other = await createPlan();
    const creator = await addCreator(before.id, "approved");
    await generateAll();
    const old = await readMember(before.id, creator.id);
    const answer = await api("PATCH", `/campaigns/${before.id}`, {
      planId: other.id,
      override: { reason: "The wrong shop" },
    });
    expect(bodyOf(campaignSchema, answer)).toMatchObject({ planId: other.id, generation: { total: 1, queued: 1 } });
    const [entry] = await audited(before.id);
    expect(entry).toMatchObject({
      action: "override",
      before: { planId: before.planId },
      after: { planId: other.id, reason: "The wrong shop" },
    });
    await generateAll();
    const made = await readMember(before.id, creator.id);
    expect(made.state).toBe("ready");
    expect(made.codeId).not.toBe(old.codeId);
  });

  test("stays once a sale is recorded under it, whatever the reason (UPF-31)", async () => {
    const { id, planId } = await campaignIn("launched");
    const other = await createPlan();
    const creator = await addCreator(id, "approved");
    await generateAll();
    const { codeId = "" } = await readMember(id, creator.id);
    const patch = { planId: other.id, override: { reason: "The wrong shop" } };
    // The sale comes in while the change is under way.
    beforeNextWrite(() => recordSale(codeId));
    for (let tries = 0; tries < 2; tries++) {
      const answer = await api("PATCH", `/campaigns/${id}`, patch);
      expect(problemOf(answer)).toMatchObject({ status: 409, code: "sales_recorded" });
    }
    expect(await readCampaign(id)).toMatchObject({ planId });
    expect((await audited(id)).map((entry) => entry.action)).not.toContain("override");
  });

  test("can't be taken from a campaign that tracks, even by override; from one that doesn't it can", async () => {
    const { id } = await campaignIn("launched");
    const override = { reason: "No shop" };
    const refused = await api("PATCH", `/campaigns/${id}`, { planId: null, override });
    expect(problemOf(refused).code).toBe("plan_locked");
    const answer = await api("PATCH", `/campaigns/${id}`, { planId: null, tracking: false, override });
    expect(answer.body).toMatchObject({ planId: null, tracking: false });
    const back = await api("PATCH", `/campaigns/${id}`, { tracking: true });
    expect(problemOf(back)).toMatchObject({ status: 409, code: "plan_missing" });
  });

  test("comes later to one that was launched without tracking (UPF-22, UPF-23)", async () => {
    const { id } = await createCampaign({ tracking: false });
    await step(id, "launch");
    const plan = await createPlan();
    const answer = await api("PATCH", `/campaigns/${id}`, { planId: plan.id, tracking: true });
    expect(answer.body).toMatchObject({ planId: plan.id, tracking: true, status: "launched" });
  });

  test.each([
    ["of a draft's plan", "draft", true],
    ["of nothing", "launched", false],
  ] as const)("an override %s is invalid", async (_what, status, otherPlan) => {
    const { id } = await campaignIn(status);
    const planId = otherPlan ? (await createPlan()).id : undefined;
    const answer = await api("PATCH", `/campaigns/${id}`, { planId, override: { reason: "because" } });
    expect(problemOf(answer)).toMatchObject({ status: 422, errors: [{ path: "override" }] });
  });
});

/** Brings a creator of a new campaign into a state. */
const STATES = {
  async waiting() {
    const { id } = await campaignIn("launched");
    return { id, creator: await addCreator(id) };
  },
  async queued() {
    const { id } = await campaignIn("launched");
    return { id, creator: await addCreator(id, "approved") };
  },
  async ready() {
    const { id } = await campaignIn("launched");
    const creator = await addCreator(id, "approved");
    await generateAll();
    return { id, creator };
  },
  async failed() {
    const { id } = await campaignIn("launched");
    const creator = await addCreator(id, "approved", { email: null });
    await generateAll();
    return { id, creator };
  },
  async withdrawn() {
    const { id, creator } = await STATES.ready();
    await act(id, creator.id, "reject");
    return { id, creator };
  },
  async ["applied, ready"]() {
    const { id } = await campaignIn("launched", { generateOn: "added" });
    const creator = await addCreator(id);
    await generateAll();
    return { id, creator };
  },
  async ["rejected at once"]() {
    const { id, creator } = await STATES.waiting();
    await act(id, creator.id, "reject");
    return { id, creator };
  },
  async ["code retired"]() {
    const { id, creator } = await STATES.ready();
    const { codeId = "" } = await readMember(id, creator.id);
    await env.DB.prepare("UPDATE codes SET state = 'retired' WHERE id = ?1").bind(codeId).run();
    return { id, creator };
  },
  async archived() {
    const { id, creator } = await STATES.failed();
    await step(id, "archive");
    return { id, creator };
  },
};

describe("what is done about a creator", () => {
  test.each([
    ["waiting", "approve", 200, { status: "approved", state: "queued" }],
    ["waiting", "reject", 200, { status: "rejected", state: "withdrawn" }],
    ["waiting", "retry-code", 409, "not_due"],
    ["queued", "approve", 409, "already_approved"],
    ["queued", "reject", 200, { status: "rejected", state: "withdrawn" }],
    ["queued", "retry-code", 409, "already_generated"],
    ["ready", "approve", 409, "already_approved"],
    ["ready", "reject", 200, { status: "rejected", state: "withdrawn" }],
    ["ready", "retry-code", 409, "already_generated"],
    ["failed", "approve", 409, "already_approved"],
    ["failed", "reject", 200, { status: "rejected", state: "withdrawn" }],
    ["failed", "retry-code", 200, { status: "approved", state: "queued" }],
    ["withdrawn", "approve", 200, { status: "approved", state: "queued" }],
    ["withdrawn", "reject", 409, "already_rejected"],
    ["withdrawn", "retry-code", 409, "not_due"],
    ["applied, ready", "approve", 200, { status: "approved", state: "ready" }],
    ["applied, ready", "reject", 200, { status: "rejected", state: "withdrawn" }],
    ["applied, ready", "retry-code", 409, "already_generated"],
    ["rejected at once", "approve", 200, { status: "approved", state: "queued" }],
    ["rejected at once", "reject", 409, "already_rejected"],
    ["rejected at once", "retry-code", 409, "not_due"],
    ["code retired", "approve", 409, "already_approved"],
    ["code retired", "reject", 200, { status: "rejected", state: "withdrawn" }],
    ["code retired", "retry-code", 200, { status: "approved", state: "queued" }],
    ["archived", "approve", 409, "campaign_archived"],
    ["archived", "reject", 409, "campaign_archived"],
    ["archived", "retry-code", 409, "campaign_archived"],
  ] as const)("%s, %s: %i %j (UPF-24)", async (state, action, expected, outcome) => {
    const { id, creator } = await STATES[state]();
    const before = await readMember(id, creator.id);
    const answer = await act(id, creator.id, action);
    expect(answer.status, JSON.stringify(answer.body)).toBe(expected);
    const after = await readMember(id, creator.id);
    if (typeof outcome === "string") {
      expect(problemOf(answer).code).toBe(outcome);
      expect(after).toEqual(before);
      return;
    }
    expect(answer.body).toMatchObject(outcome);
    expect(after).toEqual(bodyOf(memberSchema, answer));
    expect((await audited(id))[0]).toMatchObject({
      action: action.replace("-code", ""),
      entity: "campaign",
      before: { creatorId: creator.id, status: before.status, state: before.state },
      after: { creatorId: creator.id, ...outcome },
    });
  });

  test.each(["approve", "reject", "retry-code"])("%s: 404 for who isn't in the campaign", async (action) => {
    const { id } = await campaignIn("launched");
    const creator = await createReadyCreator();
    expect(problemOf(await act(id, creator.id, action))).toMatchObject({ status: 404, code: "not_found" });
    const none = await act("cmp_0000000000000000", creator.id, action);
    expect(problemOf(none)).toMatchObject({ status: 404, code: "not_found" });
  });

  test.each([
    ["waiting", "approve", "already_approved"],
    ["ready", "reject", "already_rejected"],
    ["failed", "retry-code", "already_generated"],
  ] as const)("%s, %s twice at the same moment: once", async (state, action, code) => {
    const { id, creator } = await STATES[state]();
    beforeNextWrite(() => act(id, creator.id, action));
    expect(problemOf(await act(id, creator.id, action)).code).toBe(code);
    const done = (await audited(id)).filter((entry) => entry.action === action.replace("-code", ""));
    expect(done).toHaveLength(1);
  });

  test("approve after a rejection at the same moment answers to what is there then", async () => {
    const { id, creator } = await STATES.waiting();
    beforeNextWrite(() => act(id, creator.id, "reject"));
    expect((await act(id, creator.id, "approve")).body).toMatchObject({ status: "approved", state: "queued" });
    expect((await audited(id)).map((entry) => entry.action).slice(0, 2)).toEqual(["approve", "reject"]);
  });

  test("approve in a campaign that is archived at the same moment is refused", async () => {
    const { id, creator } = await STATES.waiting();
    beforeNextWrite(() => step(id, "archive"));
    expect(problemOf(await act(id, creator.id, "approve")).code).toBe("campaign_archived");
    expect(await readMember(id, creator.id)).toMatchObject({ status: "applied", state: "waiting" });
  });

  test("a rejection rests code and links, an approval brings the same ones back", async () => {
    const { id, creator } = await STATES.ready();
    const path = await shortPath(id, creator.id);
    const before = await readMember(id, creator.id);
    expect((await visit(path)).status).toBe(302);
    await act(id, creator.id, "reject");
    expect((await visit(path)).status).not.toBe(302);
    await act(id, creator.id, "approve");
    await generateAll();
    expect((await visit(path)).status).toBe(302);
    const { code, codeId, link, trackingLink } = before;
    expect(await readMember(id, creator.id)).toMatchObject({ state: "ready", code, codeId, link, trackingLink });
  });

  test("a retry makes what a mended profile allows", async () => {
    const { id, creator } = await STATES.failed();
    const failed = await readMember(id, creator.id);
    expect(failed).toMatchObject({ state: "failed", failure: { code: "missing_email", detail: expect.any(String) } });
    await api("PATCH", `/creators/${creator.id}`, { email: "lea@creator.example" });
    expect((await act(id, creator.id, "retry-code")).body).not.toHaveProperty("failure");
    await generateAll();
    expect(await readMember(id, creator.id)).toMatchObject({ state: "ready", code: expect.any(String) });
  });

  test("a retry makes another code for one that was retired", async () => {
    const { id, creator } = await STATES["code retired"]();
    expect(await readMember(id, creator.id)).not.toHaveProperty("code");
    await act(id, creator.id, "retry-code");
    await generateAll();
    expect(await readMember(id, creator.id)).toMatchObject({ state: "ready", code: expect.any(String) });
  });
});
