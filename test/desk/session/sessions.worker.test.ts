import { env, exports } from "cloudflare:workers";
import { sign } from "hono/jwt";
import { afterEach, describe, expect, inject, it, vi } from "vitest";
import { api } from "../../ground/api.ts";
import { createKey } from "../../operate/key-fixtures.ts";
import { deskGet, deskPost, signIn } from "../desk-fixtures.ts";

const ORIGIN = "https://go.brand.example";

afterEach(() => void vi.useRealTimers());

describe("DSH-5: a session of the desk", () => {
  it("sends whoever isn't signed in to the login, and back to what they wanted", async () => {
    const { status, to } = await deskGet("/admin/links?q=a", null);
    expect([status, to]).toEqual([303, "/admin/login?to=%2Fadmin%2Flinks%3Fq%3Da"]);
    const answer = await deskPost("/admin/login", { key: env.ADMIN_API_KEY, to: "/admin/links?q=a" }, null);
    expect(answer.to).toBe("/admin/links?q=a");
    expect(answer.headers.get("set-cookie")).toMatch(/; Secure; HttpOnly; SameSite=Strict$/);
  });

  it("asks a page from another site for itself once more, since that brought no cookie along", async () => {
    const response = await exports.default.fetch(`${ORIGIN}/admin/links`, {
      headers: { "sec-fetch-site": "cross-site" },
    });
    expect(response.headers.get("refresh")).toBe("0; url=/admin/links");
  });

  it("refuses a wrong key in words, without telling what it was", async () => {
    const answer = await deskPost("/admin/login", { key: "wmk_wrongwrongwrong" }, null);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(answer.text).toContain("unknown, revoked or expired");
    expect(answer.text).not.toContain("wrongwrong");
  });

  it.each<Record<string, string>>([
    { origin: "https://evil.example" },
    { "sec-fetch-site": "cross-site" },
    { origin: "null" },
  ])("takes no form from elsewhere: %j", async (headers) => {
    const cookie = await signIn();
    const before = await env.DB.prepare("SELECT count(*) AS n FROM links").first("n");
    const answer = await deskPost("/admin/links/new", { url: "https://shop.example/", _step: "save" }, cookie, headers);
    expect(answer.status).toBe(403);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM links").first("n")).toBe(before);
    expect((await deskPost("/admin/login", { key: env.ADMIN_API_KEY }, null, headers)).status).toBe(403);
  });

  it("ends when it is signed out, and no longer opens anything", async () => {
    const cookie = await signIn();
    expect((await deskGet("/admin/sessions", cookie)).status).toBe(200);
    const out = await deskPost("/admin/logout", {}, cookie);
    expect(out.headers.get("set-cookie")).toContain("Max-Age=0");
    expect((await deskGet("/admin/sessions", cookie)).to).toContain("ended=1");
  });

  it("ends with its key: revoked, expired, or the deployment's own changed", async () => {
    const { id, key } = await createKey(["links:read"]);
    const cookie = await signIn(key);
    expect((await deskGet("/admin/links", cookie)).status).toBe(200);
    await api("DELETE", `/api-keys/${id}`);
    expect((await deskGet("/admin/links", cookie)).status).toBe(303);

    const own = await signIn();
    await env.DB.prepare("UPDATE desk_sessions SET key_hash = 'of the key before' WHERE key_id = 'bootstrap'").run();
    expect((await deskGet("/admin/links", own)).status).toBe(303);
  });

  it("ends after twelve hours without use, and after a week whatever happens", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const cookie = await signIn();
    const hours = (count: number) => vi.setSystemTime(Date.now() + count * 3_600_000);
    for (let passed = 0; passed < 7 * 24 - 11; passed += 11) {
      hours(11);
      if (passed + 11 < 7 * 24) expect((await deskGet("/admin/sessions", cookie)).status, `${passed}`).toBe(200);
    }
    hours(11);
    expect((await deskGet("/admin/sessions", cookie)).status).toBe(303);
    const other = await signIn();
    hours(12);
    expect((await deskGet("/admin/sessions", other)).status).toBe(303);
  });

  it("can do what its key can at this moment, and in its stores alone", async () => {
    const { key } = await createKey(["links:read"]);
    const cookie = await signIn(key);
    expect((await deskGet("/admin/links/new", cookie)).status).toBe(403);
    const answer = await deskPost("/admin/links/new", { url: "https://shop.example/", _step: "save" }, cookie);
    expect(answer.status).toBe(403);
    expect(answer.headers.get("content-type")).toContain("text/html");
    expect(answer.text).toContain("links:write");
  });

  it("is ended by its own key, and by who may take keys away, and by nobody else", async () => {
    const reader = await createKey(["links:read"]);
    const victim = await signIn();
    const cookie = await signIn(reader.key);
    const id = await env.DB.prepare("SELECT id FROM desk_sessions WHERE key_id = 'bootstrap' ORDER BY id DESC").first(
      "id",
    );
    expect((await deskGet("/admin/sessions", cookie)).text).not.toContain(String(id));
    await deskPost(`/admin/sessions/${String(id)}/end`, {}, cookie);
    expect((await deskGet("/admin/sessions", victim)).status).toBe(200);
    const own = await env.DB.prepare("SELECT id FROM desk_sessions WHERE key_id = ?").bind(reader.id).first("id");
    await deskPost(`/admin/sessions/${String(own)}/end`, {}, victim);
    expect((await deskGet("/admin/sessions", cookie)).status).toBe(303);
  });

  it("answers of one store or says that there is none, and never of all in its place", async () => {
    const cookie = await signIn();
    for (const id of ["sto_0000000000000zzz", "x", "../links"]) {
      for (const path of ["/admin/links", "/admin/links/export.csv"])
        expect((await deskGet(`${path}?store=${id}`, cookie)).status, id).toBe(404);
    }
  });

  it("keeps no token, no key and no address in the database", async () => {
    const cookie = await signIn();
    const rows = JSON.stringify((await env.DB.prepare("SELECT * FROM desk_sessions").all()).results);
    expect(rows).not.toContain(cookie.split("=")[1]);
    expect(rows).not.toContain(env.ADMIN_API_KEY);
  });

  it("shows pages that stand in no frame and run nothing but the desk's own files", async () => {
    const { headers, text } = await deskGet("/admin/sessions", await signIn());
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(policy).toContain(`script-src ${ORIGIN}/admin/assets/;`);
    expect(headers.get("cache-control")).toBe("private, no-store");
    expect(text).not.toMatch(/ style=| on\w+="|<script>|<style/);
    for (const [, path = ""] of text.matchAll(/(?:src|href)="(\/admin\/assets\/[^"]+)"/g)) {
      const file = await exports.default.fetch(ORIGIN + path);
      expect(file.status).toBe(200);
      expect(file.headers.get("cache-control")).toContain("immutable");
    }
    expect((await deskGet("/admin/assets/constructor", null)).status).toBe(404);
  });
});

describe("DSH-5: people whom Cloudflare Access lets in", () => {
  const AUD = "a".repeat(64);
  const soon = () => Math.floor(Date.now() / 1000) + 600;

  const claims = (more: Record<string, unknown> = {}) => ({
    iss: inject("accessTeam"),
    aud: [AUD],
    email: "jane@brand.example",
    exp: soon(),
    ...more,
  });

  const tokenFor = (payload: Record<string, unknown>, kid = "team-1") =>
    sign(payload, { ...inject("accessKey"), kid, alg: "RS256" } as never, "RS256");

  const enter = async (token: string) => {
    const answer = await deskPost("/admin/login", { to: "/admin/sessions" }, null, {
      "cf-access-jwt-assertion": token,
    });
    return {
      status: answer.status,
      cookie: /^(__Host-[^;]+)/.exec(answer.headers.get("set-cookie") ?? "")?.[1] ?? null,
    };
  };

  it("are in by what the team signed for this application, with what the deployment gives them", async () => {
    const { cookie } = await enter(await tokenFor(claims()));
    const page = await deskGet("/admin/sessions", cookie);
    expect(page.text).toContain("jane@brand.example");
    expect((await deskGet("/admin/links/new", cookie)).status).toBe(403);
    // The application that let them in is no longer the deployment's.
    await env.DB.prepare("UPDATE desk_sessions SET key_hash = 'of another' WHERE key_id LIKE 'access:%'").run();
    expect((await deskGet("/admin/sessions", cookie)).status).toBe(303);
  });

  it.each([
    ["of another team", { iss: "https://evil.cloudflareaccess.com" }],
    ["for another application", { aud: ["b".repeat(64)] }],
    ["that is over", { exp: 1_700_000_000 }],
    ["without an end", { exp: undefined }],
    ["of nobody", { email: "" }],
  ])("and not by a token %s", async (_what, more) => {
    expect((await enter(await tokenFor(claims(more)))).cookie).toBeNull();
  });

  it("nor by one that somebody else signed, or nobody", async () => {
    const other = (await crypto.subtle.generateKey(
      { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
      true,
      ["sign", "verify"],
    )) as CryptoKeyPair;
    const key = {
      ...((await crypto.subtle.exportKey("jwk", other.privateKey)) as JsonWebKey),
      kid: "team-1",
      alg: "RS256",
    };
    const none = [{ alg: "none", typ: "JWT", kid: "team-1" }, claims()].map((part) =>
      btoa(JSON.stringify(part)).replaceAll("=", ""),
    );
    const hmac = await sign(claims(), "a secret of nobody", "HS256");
    for (const token of [
      await sign(claims(), key, "RS256"),
      `${none.join(".")}.`,
      hmac,
      "x.y.z",
      await tokenFor(claims(), "team-2"),
    ]) {
      expect((await enter(token)).cookie).toBeNull();
    }
  });
});
