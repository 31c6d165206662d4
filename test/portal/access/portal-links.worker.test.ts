import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { sha256Hex } from "../../../src/ground/http/auth.ts";
import { portalLinkSchema, portalLinkWithUrl } from "../../../src/portal/access/schema.ts";
import { api, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { everything } from "../../sales/capture-fixtures.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { createCreator } from "../../programme/fixtures.ts";
import { visit, visitToTheEnd } from "../../edge/visit.ts";

const DAY = 86_400_000;
const UNKNOWN_CREATOR = "crt_0000000000000000";
const UNKNOWN_LINK = "ptk_0000000000000000";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function createLink(creatorId: string, body?: unknown) {
  return bodyOf(portalLinkWithUrl, await api("POST", `/creators/${creatorId}/portal-links`, body));
}

const pathOf = (url: string): string => new URL(url).pathname;

describe("a new portal link", () => {
  test("has 256 random bits, is shown once, and is kept as its SHA-256", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 10, 22, 9) });
    const { id: creatorId } = await createCreator();
    const made = await createLink(creatorId, { label: "By e-mail", expiresInDays: 30 });
    const token = /^https:\/\/go\.brand\.example\/creator\/([A-Za-z0-9_-]{43})$/.exec(made.url)?.[1] ?? "";
    expect(Uint8Array.fromBase64(token, { alphabet: "base64url" })).toHaveLength(32);
    const { url: _shownOnce, ...shown } = made;
    expect(shown).toEqual({
      id: expect.stringMatching(/^ptk_/) as string,
      creatorId,
      label: "By e-mail",
      expiresAt: "2026-12-22T09:00:00.000Z",
      revokedAt: null,
      lastUsedAt: null,
      createdAt: "2026-11-22T09:00:00.000Z",
      createdBy: "bootstrap",
    });
    const listed = await api("GET", `/creators/${creatorId}/portal-links`);
    expect(listed.body).toEqual({ data: [shown], nextCursor: null });

    const kept = await everything();
    expect(kept).not.toContain(token);
    expect(kept).toContain(await sha256Hex(token));
    const { data } = (await api("GET", `/audit?entityId=${made.id}`)).body as { data: Record<string, unknown>[] };
    expect(data).toMatchObject([{ action: "create", entity: "portalLink", before: null, after: shown }]);
  });

  test("lives for a year unless told otherwise, or until it is revoked", async () => {
    const { id } = await createCreator();
    const [plain, never] = [await createLink(id), await createLink(id, { expiresInDays: null })];
    expect(Date.parse(plain.expiresAt ?? "") - Date.parse(plain.createdAt)).toBe(365 * DAY);
    expect(never.expiresAt).toBeNull();
    expect(plain.label).toBeNull();
    expect(plain.url).not.toBe(never.url);
  });

  test("is given again, with its address, to a repeat with the same Idempotency-Key", async () => {
    const { id } = await createCreator();
    const make = () => api("POST", `/creators/${id}/portal-links`, {}, { "Idempotency-Key": "portal-1" });
    const [first, second] = [await make(), await make()];
    expect(second.body).toEqual(first.body);
    const { url } = bodyOf(portalLinkWithUrl, first);
    expect(await everything()).not.toContain(pathOf(url).slice("/creator/".length));
    expect((await visit(pathOf(url))).status).toBe(200);
  });

  test.each([
    ["expiresInDays", { expiresInDays: 0 }],
    ["expiresInDays", { expiresInDays: 3_651 }],
    ["expiresInDays", { expiresInDays: 1.5 }],
    ["label", { label: "" }],
    ["label", { label: "x".repeat(121) }],
    ["token", { token: "mine" }],
  ])("refuses a bad %s", async (path, body) => {
    const { id } = await createCreator();
    expectInvalid(await api("POST", `/creators/${id}/portal-links`, body), path);
  });

  test("is only for a creator that there is, also at the last moment", async () => {
    expect(problemOf(await api("POST", `/creators/${UNKNOWN_CREATOR}/portal-links`, {}))).toMatchObject({
      status: 404,
    });
    expect(problemOf(await api("GET", `/creators/${UNKNOWN_CREATOR}/portal-links`))).toMatchObject({ status: 404 });
    const { id } = await createCreator();
    beforeNextWrite(() => env.DB.prepare("UPDATE creators SET deleted_at = 1 WHERE id = ?1").bind(id).run());
    expect(problemOf(await api("POST", `/creators/${id}/portal-links`, {}))).toMatchObject({ status: 404 });
    const left = await env.DB.prepare("SELECT count(*) AS n FROM portal_tokens").first<{ n: number }>();
    expect(left?.n).toBe(0);
  });
});

describe("a portal link", () => {
  test("is listed from new to old, page by page, among those of its creator alone", async () => {
    const [lea, max] = [await createCreator(), await createCreator()];
    const made = [];
    for (const label of ["a", "b", "c"]) made.unshift((await createLink(lea.id, { label })).id);
    await createLink(max.id);
    const pages = await pagesOf(portalLinkSchema, `/creators/${lea.id}/portal-links?limit=2`);
    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([made.slice(0, 2), made.slice(2)]);
  });

  test("opens the page until it is revoked, which happens once", async () => {
    const { id: creatorId } = await createCreator();
    const { id, url } = await createLink(creatorId);
    expect((await visit(pathOf(url))).status).toBe(200);
    const revoke = () => api("DELETE", `/creators/${creatorId}/portal-links/${id}`);
    expect((await revoke()).status).toBe(204);
    expect((await visit(pathOf(url))).status).toBe(404);
    const list = async () =>
      (await pagesOf(portalLinkSchema, `/creators/${creatorId}/portal-links?limit=9`)).flat()[0]?.revokedAt;
    const revokedAt = await list();
    expect(revokedAt).toEqual(expect.any(String));
    expect((await revoke()).status).toBe(204);
    expect(await list()).toBe(revokedAt);
    const { data } = (await api("GET", `/audit?entityId=${id}`)).body as { data: Record<string, unknown>[] };
    expect(data).toMatchObject([
      { action: "revoke", before: { revokedAt: null }, after: { revokedAt } },
      { action: "create" },
    ]);
  });

  test("can't be revoked under another creator, nor where there is none", async () => {
    const [lea, max] = [await createCreator(), await createCreator()];
    const { id, url } = await createLink(lea.id);
    for (const path of [`/creators/${max.id}/portal-links/${id}`, `/creators/${lea.id}/portal-links/${UNKNOWN_LINK}`]) {
      expect(problemOf(await api("DELETE", path))).toMatchObject({ status: 404 });
    }
    expect((await visit(pathOf(url))).status).toBe(200);
  });

  test("stops at the moment that it expires", async () => {
    const start = Date.UTC(2026, 10, 22, 9);
    vi.useFakeTimers({ toFake: ["Date"], now: start });
    const { id } = await createCreator();
    const { url } = await createLink(id, { expiresInDays: 1 });
    vi.setSystemTime(start + DAY - 1);
    expect((await visit(pathOf(url))).status).toBe(200);
    vi.setSystemTime(start + DAY);
    expect((await visit(pathOf(url))).status).toBe(404);
  });

  test("stops when its creator is deleted", async () => {
    const { id } = await createCreator();
    const { url } = await createLink(id);
    expect((await api("DELETE", `/creators/${id}`)).status).toBe(204);
    expect((await visit(pathOf(url))).status).toBe(404);
  });

  test("says when it was last used, exact to an hour", async () => {
    const start = Date.UTC(2026, 10, 22, 9);
    vi.useFakeTimers({ toFake: ["Date"], now: start });
    const { id } = await createCreator();
    const { url } = await createLink(id);
    const used = async (time: number) => {
      vi.setSystemTime(time);
      await visitToTheEnd(pathOf(url));
      return (await pagesOf(portalLinkSchema, `/creators/${id}/portal-links?limit=9`)).flat()[0]?.lastUsedAt;
    };
    expect(await used(start + 1)).toBe("2026-11-22T09:00:00.001Z");
    expect(await used(start + 3_600_000)).toBe("2026-11-22T09:00:00.001Z");
    expect(await used(start + 3_600_001)).toBe("2026-11-22T10:00:00.001Z");
  });

  test("opens the page also while its use can't be noted", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { id } = await createCreator();
    const { url } = await createLink(id);
    await env.DB.prepare(
      "CREATE TRIGGER no_use BEFORE UPDATE ON portal_tokens BEGIN SELECT raise(ABORT, 'not now'); END",
    ).run();
    expect((await visitToTheEnd(pathOf(url))).status).toBe(200);
  });
});

test.each([
  ["GET", "", "reports:read"],
  ["POST", "", "reports:write"],
  ["DELETE", `/${UNKNOWN_LINK}`, "reports:write"],
] as const)("%s needs its scope", async (method, path, scope) => {
  await expectGuarded(method, `/creators/${UNKNOWN_CREATOR}/portal-links${path}`, scope);
});
