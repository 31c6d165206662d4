import { env, exports } from "cloudflare:workers";
import Papa from "papaparse";
import { afterEach, describe, expect, test, vi } from "vitest";
import { portalLinksMade } from "../../../src/portal/access/schema.ts";
import { api, bodyOf, expectInvalid, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { visit } from "../../edge/visit.ts";
import { act, addCreator, createCampaign } from "../../programme/campaign-fixtures.ts";
import { createCreator } from "../../programme/fixtures.ts";
import { everything } from "../../sales/capture-fixtures.ts";

const NOBODY = "crt_0000000000000000";

afterEach(() => {
  vi.restoreAllMocks();
});

const ask = async (body: Record<string, unknown>, headers: Record<string, string> = {}) =>
  api("POST", "/creators/portal-links", body, headers);
const make = async (body: Record<string, unknown>) => bodyOf(portalLinksMade, await ask(body));
const statusAt = async (url: string | undefined) => (await visit(new URL(url ?? "").pathname)).status;

describe("DSH-3: portal links for many creators", () => {
  test("each creator has a link of their own, shown once, beside those that they have", async () => {
    const [lea, zoe] = [await createCreator({ externalId: "L-1" }), await createCreator({ firstName: "Zoe" })];
    const before = bodyOf(portalLinksMade, await ask({ creatorIds: [lea.id] })).results[0]?.link?.url;
    const made = await make({ creatorIds: [lea.id, NOBODY, zoe.id], label: "Spring", expiresInDays: null });
    expect(made.counts).toEqual({ made: 2, refused: 1, revoked: 0 });
    expect(made.results).toMatchObject([
      { index: 0, creatorId: lea.id, status: 201, externalId: "L-1", link: { label: "Spring", expiresAt: null } },
      { index: 1, creatorId: NOBODY, status: 404, error: { code: "not_found" } },
      { index: 2, creatorId: zoe.id, status: 201, name: expect.stringMatching(/^Zoe /), email: zoe.email },
    ]);
    const urls = made.results.flatMap(({ link }) => link?.url ?? []);
    expect(new Set([...urls, before]).size).toBe(3);
    for (const url of [...urls, before]) expect(await statusAt(url)).toBe(200);
    const kept = await everything();
    for (const url of urls) expect(kept).not.toContain(url.slice(url.lastIndexOf("/") + 1));
    const { data } = (await api("GET", "/audit?entity=portalLink")).body as { data: { action: string }[] };
    expect(data.map(({ action }) => action)).toEqual(["create", "create", "create"]);
  });

  test("replacing ends the links that these creators have, and nobody else's", async () => {
    const [lea, zoe] = [await createCreator(), await createCreator()];
    const [hers, others] = (await make({ creatorIds: [lea.id, zoe.id] })).results.map(({ link }) => link?.url);
    beforeNextWrite(() => make({ creatorIds: [lea.id], replace: true }));
    const made = await make({ creatorIds: [lea.id], replace: true });
    // The one of the request that came first is replaced too.
    expect(made.counts).toEqual({ made: 1, refused: 0, revoked: 1 });
    expect(await statusAt(hers)).toBe(404);
    expect(await statusAt(others)).toBe(200);
    expect(await statusAt(made.results[0]?.link?.url)).toBe(200);
    const open = await env.DB.prepare("SELECT count(*) AS n FROM portal_tokens WHERE revoked_at IS NULL").first("n");
    expect(open).toBe(2);
    const { data } = (await api("GET", "/audit?entity=portalLink")).body as { data: { action: string }[] };
    expect(data.filter(({ action }) => action === "revoke")).toHaveLength(2);
  });

  test("of a campaign, those whom it has approved have one; as CSV, to write to them by", async () => {
    const { id: campaignId } = await createCampaign();
    const approved = await addCreator(campaignId, "approved", { firstName: "=Lea", lastName: "Martin" });
    await addCreator(campaignId);
    await act(campaignId, (await addCreator(campaignId)).id, "reject");
    expect((await make({ campaignId })).results).toMatchObject([{ creatorId: approved.id, status: 201 }]);
    const request = {
      method: "POST",
      headers: { authorization: `Bearer ${env.ADMIN_API_KEY}`, "Idempotency-Key": "spring" },
      body: JSON.stringify({ campaignId, replace: true }),
    };
    const read = async () => {
      const path = "https://go.brand.example/api/v1/creators/portal-links?format=csv";
      const response = await exports.default.fetch(path, request);
      expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
      return Papa.parse<Record<string, string>>(await response.text(), { header: true, skipEmptyLines: true }).data;
    };
    const rows = await read();
    expect(rows).toMatchObject([{ creatorId: approved.id, name: "'=Lea Martin", email: approved.email, error: "" }]);
    expect(await statusAt(rows[0]?.["url"])).toBe(200);
    // The same again makes none.
    expect(await read()).toEqual(rows);
  });

  test("an answer of before isn't given again once a creator in it is deleted", async () => {
    const creator = await createCreator();
    const once = { "Idempotency-Key": "spring" };
    await ask({ creatorIds: [creator.id] }, once);
    await api("DELETE", `/creators/${creator.id}`);
    expect(problemOf(await ask({ creatorIds: [creator.id] }, once)).code).toBe("idempotency_key_reused");
    expect(await make({ creatorIds: [creator.id] })).toMatchObject({ counts: { made: 0, refused: 1 } });
  });

  test("either creators are named, or a campaign that there is", async () => {
    expectInvalid(await ask({}), "creatorIds");
    expectInvalid(await ask({ creatorIds: [NOBODY], campaignId: "cmp_0000000000000zzz" }), "creatorIds");
    expectInvalid(await ask({ campaignId: "cmp_0000000000000zzz" }), "campaignId");
  });
});
