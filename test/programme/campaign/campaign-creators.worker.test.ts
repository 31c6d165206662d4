import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { addedMembers, memberSchema } from "../../../src/programme/campaign/schema.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
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
  readCampaign,
  readMember,
} from "../campaign-fixtures.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";

const page = pageOf(memberSchema);
const NOBODY = "crt_0000000000000000";

let queue: ReturnType<typeof holdQueue>;

beforeEach(() => {
  queue = holdQueue();
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function campaignOf(body: Record<string, unknown> = {}) {
  return createCampaign({ planId: (await createPlan()).id, ...body });
}

/** Puts creators into the database, for tests of more than requests would make in good time. */
async function insertCreators(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `crt_${String(index + 1).padStart(16, "0")}`);
  await env.DB.prepare(
    `INSERT INTO creators (id, first_name, last_name, email, handles, created_at, updated_at)
     SELECT value, 'Lea', 'Martin', 'lea@creator.example', json_object('instagram', 'lea' || key), 0, 0
     FROM json_each(?1)`,
  )
    .bind(JSON.stringify(ids))
    .run();
  return ids;
}

async function memberCount(): Promise<number | null> {
  return env.DB.prepare("SELECT count(*) AS n FROM campaign_creators").first<number>("n");
}

describe("adding creators", () => {
  test("adds those who are new and leaves those who are there as they are", async () => {
    const { id, planId } = await campaignOf();
    const [first, second] = [await createReadyCreator(), await createReadyCreator()];
    const answer = await addCreators(id, [first.id], "approved");
    expect(answer.status).toBe(201);
    expect(bodyOf(addedMembers, answer)).toEqual({
      added: 1,
      existing: 0,
      generation: { total: 1, done: 0, failed: 0, queued: 1, waiting: 0 },
    });
    expect(queue).toHaveBeenCalledWith(planId, expect.anything());
    const before = await readMember(id, first.id);
    const again = bodyOf(addedMembers, await addCreators(id, [second.id, first.id]));
    expect(again).toEqual({
      added: 1,
      existing: 1,
      generation: { total: 2, done: 0, failed: 0, queued: 1, waiting: 1 },
    });
    expect(again.generation).toEqual((await readCampaign(id)).generation);
    expect(await readMember(id, first.id)).toEqual(before);
    expect(await readMember(id, second.id)).toEqual({
      creatorId: second.id,
      status: "applied",
      reason: null,
      state: "waiting",
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
  });

  test("wakes nobody where nothing is due", async () => {
    const { id } = await campaignOf();
    await addCreator(id);
    expect(queue).not.toHaveBeenCalled();
  });

  test("leaves one who was rejected rejected", async () => {
    const { id } = await campaignOf({ generateOn: "added" });
    const creator = await addCreator(id);
    await act(id, creator.id, "reject");
    expect((await addCreators(id, [creator.id], "approved")).body).toMatchObject({
      added: 0,
      existing: 1,
      generation: { total: 0 },
    });
    expect(await readMember(id, creator.id)).toMatchObject({ status: "rejected", state: "withdrawn" });
  });

  test("is one entry of the audit log", async () => {
    const { id } = await campaignOf();
    const creators = [await createReadyCreator(), await createReadyCreator()].map((creator) => creator.id);
    await addCreators(id, creators);
    const entries = (await pagesOf(auditSchema, `/audit?entityId=${id}&limit=50`)).flat();
    expect(entries).toMatchObject([
      { action: "update", entity: "campaign", after: { creatorIds: creators, status: "applied" } },
      { action: "create" },
    ]);
  });

  test("adds nobody if one is unknown or deleted, and names each of them", async () => {
    const { id } = await campaignOf();
    const [known, gone] = [await createReadyCreator(), await createReadyCreator()];
    await api("DELETE", `/creators/${gone.id}`);
    const answer = await addCreators(id, [NOBODY, known.id, gone.id]);
    expectInvalid(answer, "creatorIds.0");
    expect(problemOf(answer).errors?.map(({ path }) => path)).toEqual(["creatorIds.0", "creatorIds.2"]);
    expect(await memberCount()).toBe(0);
  });

  test("names 100 faults at most", async () => {
    const { id } = await campaignOf();
    const unknown = Array.from({ length: 150 }, (_, index) => `crt_${String(index).padStart(16, "0")}`);
    expect(problemOf(await addCreators(id, unknown)).errors).toHaveLength(100);
  });

  test.each([
    ["creatorIds", []],
    ["creatorIds", Array.from({ length: 1001 }, (_, index) => `crt_${String(index).padStart(16, "0")}`)],
    ["creatorIds.1", [NOBODY, NOBODY]],
    ["creatorIds.0", ["lea"]],
  ])("refuses bad %s", async (path, creatorIds) => {
    const { id } = await createCampaign();
    expectInvalid(await addCreators(id, creatorIds), path);
  });

  test("can't reject at once", async () => {
    const { id } = await createCampaign();
    expectInvalid(
      await api("POST", `/campaigns/${id}/creators`, { creatorIds: [NOBODY], status: "rejected" }),
      "status",
    );
  });

  test("adds 1,000 in one request of a few statements, and makes a code for each (UPF-25)", async () => {
    const { id } = await campaignOf({ generateOn: "added" });
    const ids = await insertCreators(1000);
    const prepared = vi.spyOn(env.DB, "prepare");
    const batch = vi.spyOn(env.DB, "batch");
    const answer = await addCreators(id, ids);
    expect(answer.body).toEqual({
      added: 1000,
      existing: 0,
      generation: { total: 1000, done: 0, failed: 0, queued: 1000, waiting: 0 },
    });
    expect(prepared.mock.calls.length).toBeLessThanOrEqual(12);
    expect(batch).toHaveBeenCalledTimes(1);
    prepared.mockRestore();
    batch.mockRestore();
    await generateAll();
    expect((await readCampaign(id)).generation).toEqual({
      total: 1000,
      done: 1000,
      failed: 0,
      queued: 0,
      waiting: 0,
    });
    const shown = (await pagesOf(memberSchema, `/campaigns/${id}/creators?limit=200`)).flat();
    expect(new Set(shown.map(({ code }) => code)).size).toBe(1000);
  });
});

describe("adding creators at the same moment as", () => {
  test("another request that adds one of them counts each once", async () => {
    const { id } = await campaignOf();
    const [first, second] = [await createReadyCreator(), await createReadyCreator()];
    beforeNextWrite(() => addCreators(id, [first.id], "approved"));
    const answer = await addCreators(id, [first.id, second.id]);
    // The queue may have made the code of the other request's meanwhile.
    expect(answer.body).toMatchObject({ added: 1, existing: 1, generation: { total: 2, waiting: 1 } });
    expect(await readMember(id, first.id)).toMatchObject({ status: "approved" });
  });

  test("one of them is deleted adds nobody", async () => {
    const { id } = await campaignOf();
    const [first, second] = [await createReadyCreator(), await createReadyCreator()];
    beforeNextWrite(() => api("DELETE", `/creators/${second.id}`));
    expectInvalid(await addCreators(id, [first.id, second.id]), "creatorIds.1");
    expect(await memberCount()).toBe(0);
  });

  test("the campaign is archived or deleted adds nobody", async () => {
    const creator = await createReadyCreator();
    const archived = await campaignOf();
    await api("POST", `/campaigns/${archived.id}/launch`);
    beforeNextWrite(() => api("POST", `/campaigns/${archived.id}/archive`));
    expect(problemOf(await addCreators(archived.id, [creator.id])).code).toBe("campaign_archived");
    const deleted = await createCampaign();
    beforeNextWrite(() => api("DELETE", `/campaigns/${deleted.id}`));
    expect(problemOf(await addCreators(deleted.id, [creator.id])).code).toBe("not_found");
    expect(await memberCount()).toBe(0);
  });

  test("the campaign switches to adding: they are due (UPF-66)", async () => {
    const { id } = await campaignOf();
    const creator = await createReadyCreator();
    beforeNextWrite(() => api("PATCH", `/campaigns/${id}`, { generateOn: "added" }));
    expect((await addCreators(id, [creator.id])).body).toMatchObject({ generation: { queued: 1, waiting: 0 } });
    expect(await readMember(id, creator.id)).toMatchObject({ state: "queued" });
  });
});

describe("a campaign's creators", () => {
  test("are listed from new to old, page by page, as they are each", async () => {
    const { id } = await campaignOf();
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) ids.unshift((await addCreator(id, "approved")).id);
    await generateAll();
    const pages = await pagesOf(memberSchema, `/campaigns/${id}/creators?limit=2`);
    expect(pages.map((members) => members.length)).toEqual([2, 1]);
    const shown = pages.flat();
    expect(shown.map((member) => member.creatorId)).toEqual(ids);
    for (const member of shown) expect(await readMember(id, member.creatorId)).toEqual(member);
  });

  test("are filtered by status and state", async () => {
    const { id } = await campaignOf();
    const ready = await addCreator(id, "approved");
    const failed = await addCreator(id, "approved", { email: null });
    await generateAll();
    const queued = await addCreator(id, "approved");
    const waiting = await addCreator(id);
    const rejected = await addCreator(id);
    await act(id, rejected.id, "reject");
    const found = async (query: string) =>
      bodyOf(page, await api("GET", `/campaigns/${id}/creators?${query}`)).data.map((member) => member.creatorId);
    expect(await found("state=ready")).toEqual([ready.id]);
    expect(await found("state=failed")).toEqual([failed.id]);
    expect(await found("state=queued")).toEqual([queued.id]);
    expect(await found("state=waiting")).toEqual([waiting.id]);
    expect(await found("state=withdrawn")).toEqual([rejected.id]);
    expect(await found("status=approved")).toEqual([queued.id, failed.id, ready.id]);
    expect(await found("status=approved&state=ready")).toEqual([ready.id]);
    expect(await found("status=applied&state=ready")).toEqual([]);
    expectInvalid(await api("GET", `/campaigns/${id}/creators?state=done`), "state");
    expectInvalid(await api("GET", `/campaigns/${id}/creators?colour=red`), "colour");
  });

  test("show the tracking link where there is no link that earns", async () => {
    const plan = await createPlan({ affiliateLink: false });
    const { id } = await createCampaign({ planId: plan.id });
    const creator = await addCreator(id, "approved");
    await generateAll();
    const { link, linkId, trackingLink, trackingLinkId } = await readMember(id, creator.id);
    expect(link).toMatch(/^https:\/\/go\.brand\.example\/./);
    expect([link, linkId]).toEqual([trackingLink, trackingLinkId]);
  });

  test("show the link that earns before the one that counts, and only what is there", async () => {
    const both = await campaignOf();
    const creator = await addCreator(both.id, "approved");
    await generateAll();
    const shown = await readMember(both.id, creator.id);
    expect(shown.linkId).not.toBe(shown.trackingLinkId);
    expect((await api("GET", `/links/${shown.linkId}`)).body).toMatchObject({
      kind: "affiliate",
      shortUrl: shown.link,
      creatorId: creator.id,
      campaignId: both.id,
      codeId: shown.codeId,
    });
    const plan = await createPlan({ codePattern: null, discount: null, trackClicks: false });
    const { id } = await createCampaign({ planId: plan.id });
    await addCreators(id, [creator.id], "approved");
    await generateAll();
    const bare = await readMember(id, creator.id);
    expect(bare).toMatchObject({ state: "ready", link: expect.any(String) });
    for (const absent of ["code", "codeId", "trackingLink", "trackingLinkId", "failure"]) {
      expect(bare).not.toHaveProperty(absent);
    }
  });

  test("who aren't in the campaign are not found", async () => {
    const { id } = await campaignOf();
    const creator = await createReadyCreator();
    expect(problemOf(await api("GET", `/campaigns/${id}/creators/${creator.id}`)).code).toBe("not_found");
    expectInvalid(await api("GET", `/campaigns/${id}/creators/lea`), "creatorId");
  });
});
