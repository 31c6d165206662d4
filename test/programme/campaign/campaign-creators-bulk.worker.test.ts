import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { decidedMembers } from "../../../src/programme/campaign/schema.ts";
import { api, bodyOf, expectInvalid, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import {
  act,
  addCreator,
  createCampaign,
  createPlan,
  generateAll,
  holdQueue,
  readMember,
} from "../campaign-fixtures.ts";

const NOBODY = "crt_0000000000000000";

let queue: ReturnType<typeof holdQueue>;

beforeEach(() => {
  queue = holdQueue();
});

afterEach(() => {
  vi.restoreAllMocks();
});

const ask = async (campaignId: string, body: Record<string, unknown>) =>
  api("POST", `/campaigns/${campaignId}/creators/bulk`, body);
const bulk = async (campaignId: string, body: Record<string, unknown>) =>
  bodyOf(decidedMembers, await ask(campaignId, body));

async function actionsOn(campaignId: string): Promise<unknown[]> {
  const { results } = await env.DB.prepare(
    `SELECT action FROM audit_log WHERE entity_id = ?1 AND action IN ('approve', 'reject', 'retry') ORDER BY id`,
  )
    .bind(campaignId)
    .all();
  return results.map((row) => row["action"]);
}

async function isDisabled(linkId: string | undefined): Promise<boolean> {
  const row = await env.DB.prepare("SELECT disabled FROM links WHERE id = ?1").bind(linkId).first("disabled");
  return row === 1;
}

describe("DSH-3: many creators of a campaign at once", () => {
  test("are approved, rejected and taken back each by themselves, as one by one", async () => {
    const { id, planId } = await createCampaign({ planId: (await createPlan()).id });
    const [first, second, third] = [await addCreator(id), await addCreator(id), await addCreator(id, "approved")];
    const ids = [first.id, NOBODY, third.id, second.id];
    const approval = {
      more: false,
      counts: { changed: 2, refused: 2 },
      results: [
        { index: 0, id: first.id, status: 200, change: { from: "applied", to: "approved" } },
        { index: 1, id: NOBODY, status: 404, change: null, error: { code: "not_found" } },
        { index: 2, id: third.id, status: 409, change: null, error: { code: "already_approved" } },
        { index: 3, id: second.id, status: 200, change: { from: "applied", to: "approved" } },
      ],
    };
    queue.mockClear();
    expect(await bulk(id, { action: "approve", creatorIds: ids, dryRun: true })).toMatchObject(approval);
    expect((await readMember(id, first.id)).status).toBe("applied");
    expect(queue).not.toHaveBeenCalled();
    expect(await bulk(id, { action: "approve", creatorIds: ids, reason: "Fits" })).toMatchObject(approval);
    expect(queue).toHaveBeenCalledWith(planId, expect.anything());
    expect(await actionsOn(id)).toEqual(["approve", "approve"]);
    await generateAll();
    const shown = await readMember(id, first.id);
    expect(shown).toMatchObject({ status: "approved", reason: "Fits", state: "ready" });

    const rejection = await bulk(id, { action: "reject", creatorIds: [first.id, second.id] });
    expect(rejection.results).toMatchObject([{ change: { from: "approved", to: "rejected" } }, { status: 200 }]);
    expect(await readMember(id, second.id)).toMatchObject({ status: "rejected", state: "withdrawn" });
    expect([await isDisabled(shown.linkId), await isDisabled(shown.trackingLinkId)]).toEqual([true, true]);
    expect(await isDisabled((await readMember(id, third.id)).linkId)).toBe(false);

    await bulk(id, { action: "approve", creatorIds: [second.id, first.id] });
    expect(await readMember(id, first.id)).toMatchObject({ status: "approved", linkId: shown.linkId });
    expect(await isDisabled(shown.linkId)).toBe(false);
  });

  test("all who applied are decided on in one request, and all failed codes are made again", async () => {
    const { id } = await createCampaign({ planId: (await createPlan()).id });
    const rejected = await addCreator(id);
    await act(id, rejected.id, "reject");
    const failing = await addCreator(id, "applied", { email: null });
    const ready = await addCreator(id);
    expect((await bulk(id, { action: "approve", all: true })).results.map((row) => row.id)).toEqual([
      ready.id,
      failing.id,
    ]);
    await generateAll();
    expect((await readMember(id, failing.id)).state).toBe("failed");
    await api("PATCH", `/creators/${failing.id}`, { email: "now@creator.example" });
    expect(await bulk(id, { action: "retry-code", all: true })).toMatchObject({
      more: false,
      results: [{ id: failing.id, change: { from: "failed", to: "queued" } }],
    });
    await generateAll();
    expect((await readMember(id, failing.id)).state).toBe("ready");
    expect(await bulk(id, { action: "approve", all: true })).toMatchObject({ results: [], more: false });
    expect(await bulk(id, { action: "retry-code", creatorIds: [ready.id, rejected.id] })).toMatchObject({
      results: [{ error: { code: "already_generated" } }, { error: { code: "not_due" } }],
    });
  });

  test("more than 200 who applied are decided on by asking again while there are more", async () => {
    const { id } = await createCampaign();
    await env.DB.batch([
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 201)
         INSERT INTO creators (id, first_name, last_name, handles, created_at, updated_at)
         SELECT printf('crt_%016d', i), 'Lea', 'Martin', '{}', 0, 0 FROM n`,
      ),
      env.DB.prepare(
        `INSERT INTO campaign_creators (campaign_id, creator_id, status, created_at, updated_at)
         SELECT ?1, id, 'applied', 0, 0 FROM creators`,
      ).bind(id),
    ]);
    expect(await bulk(id, { action: "reject", all: true })).toMatchObject({ more: true, counts: { changed: 200 } });
    expect(await bulk(id, { action: "reject", all: true })).toMatchObject({ more: false, counts: { changed: 1 } });
  });

  test("what comes between the look and the write is decided on as it is then", async () => {
    const { id } = await createCampaign({ planId: (await createPlan()).id });
    const [first, second] = [await addCreator(id), await addCreator(id)];
    beforeNextWrite(() => act(id, first.id, "approve"));
    expect(await bulk(id, { action: "approve", creatorIds: [first.id, second.id] })).toMatchObject({
      results: [{ error: { code: "already_approved" } }, { change: { to: "approved" } }],
    });
    expect(await actionsOn(id)).toEqual(["approve", "approve"]);
    await api("POST", `/campaigns/${id}/launch`);
    beforeNextWrite(() => api("POST", `/campaigns/${id}/archive`));
    const late = await ask(id, { action: "reject", creatorIds: [first.id] });
    expect(problemOf(late)).toMatchObject({ status: 409, code: "campaign_archived" });
    expect((await readMember(id, first.id)).status).toBe("approved");
  });

  test("either some are named, or it is all of them", async () => {
    const { id } = await createCampaign();
    expectInvalid(await ask(id, { action: "approve", creatorIds: [NOBODY], all: true }), "creatorIds");
    expectInvalid(await ask(id, { action: "approve" }), "creatorIds");
    expectInvalid(await ask(id, { action: "approve", all: false }), "all");
    expectInvalid(await ask(id, { action: "retry-code", all: true, reason: "x" }), "reason");
    const nowhere = await ask("cmp_0000000000000zzz", { action: "approve", all: true });
    expect(problemOf(nowhere).code).toBe("not_found");
  });
});
