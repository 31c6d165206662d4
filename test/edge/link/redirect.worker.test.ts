import { env, exports } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { importTokenKeys, verifyToken } from "../../../src/edge/click/token.ts";
import { linkSchema } from "../../../src/links/link/schema.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { createDomain } from "../../links/link-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { destination, visit, visitToTheEnd } from "../visit.ts";

async function createLink(body: Record<string, unknown> = {}) {
  return bodyOf(linkSchema, await api("POST", "/links", { url: "https://shop.example/sale", ...body }));
}

const later = (ms: number): string => new Date(Date.now() + ms).toISOString();

describe("a live link", () => {
  it("redirects by 302 that no cache keeps and no engine indexes", async () => {
    const { slug } = await createLink();
    const response = await visit(`/${slug}`);
    expect(response.status).toBe(302);
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(response.headers.get("x-robots-tag")).toBe("noindex, nofollow");
    expect(await response.text()).toBe("");
  });

  it("carries UTMs with the creator's values and a click id that verifies", async () => {
    const creator = await createCreator({
      firstName: "Léa",
      lastName: "Moreau",
      handles: { tiktok: "@lea.tok", instagram: "lea.makes" },
    });
    const link = await createLink({
      url: "https://shop.example/{{slug}}?ref={{username}}#sizes",
      creatorId: creator.id,
      slug: "Été",
      utm: { source: "{{username}}", medium: "creator", term: "{{creator}}" },
    });
    const location = destination(await visit("/%C3%A9t%C3%A9?fbclid=abc&utm_source=evil"));
    expect(location.origin + location.pathname).toBe("https://shop.example/%C3%89t%C3%A9");
    expect(location.hash).toBe("#sizes");
    const { wm_click: token = "", ...rest } = Object.fromEntries(location.searchParams);
    expect(rest).toEqual({
      ref: "lea.makes",
      utm_source: "lea.makes",
      utm_medium: "creator",
      utm_term: "Léa Moreau",
      fbclid: "abc",
    });
    const verdict = await verifyToken(await importTokenKeys(env.CLICK_TOKEN_KEYS), token);
    expect(verdict).toMatchObject({ ok: true, token: { linkId: link.id } });
  });

  it("gives every click an id of its own", async () => {
    const { slug } = await createLink();
    const tokens = new Set<string | null>();
    for (let index = 0; index < 300; index++)
      tokens.add(destination(await visit(`/${slug}`)).searchParams.get("wm_click"));
    expect(tokens.size).toBe(300);
  });

  it.each(["/%s/", "/%s?", "/%s/?x=1"])("is found at %s", async (form) => {
    const { slug } = await createLink();
    expect((await visit(form.replace("%s", slug.toUpperCase()))).status).toBe(302);
  });

  it("answers HEAD as GET", async () => {
    const { slug } = await createLink();
    const response = await visit(`/${slug}`, {}, { method: "HEAD" });
    expect(response.status).toBe(302);
    expect(destination(response).origin).toBe("https://shop.example");
  });

  it.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])("refuses %s with what it allows", async (method) => {
    const { slug } = await createLink();
    const response = await visit(`/${slug}`, {}, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
  });

  it("takes no destination from the request", async () => {
    const { slug } = await createLink();
    for (const query of [
      "url=https://evil.example",
      "redir_url=//evil.example",
      "to=%0d%0aLocation:https://evil.example",
    ]) {
      const response = await visit(`/${slug}?${query}`, { Host: "evil.example", "X-Forwarded-Host": "evil.example" });
      expect(destination(response).hostname).toBe("shop.example");
    }
  });
});

describe("the click id's way", () => {
  const policies = [
    ["strict", { id: false, cookie: false }],
    ["deferred", { id: true, cookie: false }],
    ["implied", { id: true, cookie: true }],
  ] as const;

  it.each(policies)("under %s", async (consentPolicy, expected) => {
    const store = await createStore({ consentPolicy });
    const { slug } = await createLink({ storeId: store.id });
    const response = await visit(`/${slug}`);
    expect(destination(response).searchParams.has("wm_click")).toBe(expected.id);
    expect(response.headers.has("set-cookie")).toBe(expected.cookie);
  });

  it.each(["Sec-GPC", "DNT"])("ends at %s: 1, whatever the store says", async (signal) => {
    const store = await createStore({ consentPolicy: "implied" });
    const { slug } = await createLink({ storeId: store.id });
    const response = await visit(`/${slug}?wm_click=stolen`, { [signal]: "1" });
    expect(destination(response).search).toBe("");
    expect(response.headers.has("set-cookie")).toBe(false);
  });

  it("leads into a cookie that only the server reads, for the attribution window", async () => {
    const store = await createStore({ consentPolicy: "implied", attribution: { windowDays: 7 } });
    const { slug } = await createLink({ storeId: store.id });
    const response = await visit(`/${slug}`);
    const token = destination(response).searchParams.get("wm_click");
    expect(response.headers.get("set-cookie")).toBe(
      `__Secure-wm_click=${token}; Path=/; Max-Age=604800; Secure; HttpOnly; SameSite=Lax`,
    );
  });

  it("lets the cookie be shared with the shop where the domain says so", async () => {
    const store = await createStore({ consentPolicy: "implied" });
    await createDomain({ hostname: "go.brand.example", cookieDomain: "brand.example" });
    const { slug } = await createLink({ storeId: store.id, domain: "go.brand.example" });
    expect((await visit(`/${slug}`)).headers.get("set-cookie")).toMatch(/; Domain=brand\.example$/);
  });

  it("has the name that the store chose, and a visitor can bring neither that nor the usual one", async () => {
    const store = await createStore({ clickParam: "ref_id" });
    const { slug } = await createLink({ storeId: store.id });
    const location = destination(await visit(`/${slug}?ref_id=stolen&wm_click=stolen`));
    expect(location.searchParams.getAll("ref_id")).toHaveLength(1);
    expect(location.searchParams.get("ref_id")).toMatch(/^[\w-]{56}$/);
    expect(location.searchParams.has("wm_click")).toBe(false);
  });

  it("sets no cookie for a prefetch, which nobody may ever look at", async () => {
    const store = await createStore({ consentPolicy: "implied" });
    const { slug } = await createLink({ storeId: store.id });
    for (const headers of [{ "Sec-Purpose": "prefetch" }, { Purpose: "prefetch" }] as Record<string, string>[]) {
      const response = await visit(`/${slug}`, headers);
      expect(response.status).toBe(302);
      expect(response.headers.has("set-cookie")).toBe(false);
    }
  });
});

describe("a link that isn't live", () => {
  const states = [
    ["switched off", { disabled: true }, 410, "link_inactive"],
    ["over", { endsAt: later(-1000) }, 410, "link_inactive"],
    ["not open yet", { startsAt: later(3_600_000) }, 404, "not_found"],
  ] as const;

  it.each(states)("%s: answers a page to a browser, a problem to a program", async (_name, state, status, code) => {
    const { slug } = await createLink({ ...state });
    const page = await visit(`/${slug}`);
    expect(page.status).toBe(status);
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    const problem = await visit(`/${slug}`, { Accept: "application/json" });
    expect(problem.status).toBe(status);
    expect(problem.headers.get("content-type")).toBe("application/problem+json");
    expect(await problem.json()).toMatchObject({ code, status });
  });

  it.each(states)("%s: leads to its fallback if it has one, without a click id", async (_name, state) => {
    const { slug } = await createLink({ ...state, fallbackUrl: "https://shop.example/ended", utm: { source: "x" } });
    const response = await visit(`/${slug}?fbclid=1`);
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toBe("https://shop.example/ended");
    expect(response.headers.has("set-cookie")).toBe(false);
  });

  it("is used up after its last use, whoever takes it, and programs take none", async () => {
    const { slug } = await createLink({ maxClicks: 2 });
    const open = async (address: string, userAgent?: string) =>
      (
        await visit(`/${slug}`, {
          "CF-Connecting-IP": address,
          ...(userAgent !== undefined && { "User-Agent": userAgent }),
        })
      ).status;
    for (let index = 0; index < 5; index++)
      expect(await open("198.51.100.1", "Googlebot/2.1 (+http://www.google.com/bot.html)")).toBe(302);
    expect((await visit(`/${slug}`, {}, { method: "HEAD" })).status).toBe(302);
    expect(await open("203.0.113.1")).toBe(302);
    expect(await open("203.0.113.2")).toBe(302);
    expect(await open("203.0.113.3")).toBe(410);
    expect(await open("203.0.113.1")).toBe(410);
  });

  it("gives out exactly as many uses as it has to a crowd", async () => {
    const { id, slug } = await createLink({ maxClicks: 7 });
    const error = vi.spyOn(console, "error");
    const crowd = Array.from(
      { length: 40 },
      async (_none, index) => (await visit(`/${slug}`, { "CF-Connecting-IP": `203.0.113.${index}` })).status,
    );
    const statuses = await Promise.all(crowd);
    // On a busy machine a use may take longer than a shopper waits: who had to is let pass, and the log says so.
    const passed = error.mock.calls.filter(([line]) => String(line).includes("click_cap_failed")).length;
    const redirected = statuses.filter((status) => status === 302).length;
    expect(redirected).toBeGreaterThanOrEqual(7);
    expect(redirected).toBeLessThanOrEqual(7 + passed);
    expect(statuses.filter((status) => status === 410)).toHaveLength(40 - redirected);
    const taken = env.DB.prepare("SELECT used FROM link_caps WHERE link_id = ?1").bind(id);
    expect(await taken.first("used")).toBe(7);
  });
});

describe("an edit", () => {
  it("shows at once in the isolate that made it", async () => {
    const link = await createLink();
    expect((await visit(`/${link.slug}`)).status).toBe(302);
    await api("PATCH", `/links/${link.id}`, { url: "https://shop.example/other" });
    expect(destination(await visit(`/${link.slug}`)).pathname).toBe("/other");
    await api("PATCH", `/links/${link.id}`, { disabled: true });
    expect((await visit(`/${link.slug}`)).status).toBe(410);
    await api("DELETE", `/links/${link.id}`);
    expect((await visit(`/${link.slug}`)).status).toBe(404);
  });

  it("makes a slug work that was unknown a moment ago", async () => {
    expect((await visit("/soon-there")).status).toBe(404);
    await createLink({ slug: "soon-there" });
    expect((await visit("/soon-there")).status).toBe(302);
  });
});

describe("an address without a link", () => {
  it.each(["/no-such-link", "/a/b", "/%E0%A4%A", "/%00", "/a%2Fb", `/${"x".repeat(3000)}`])(
    "%s is 404, as page and as problem",
    async (path) => {
      const page = await visit(path);
      expect(page.status).toBe(404);
      expect(page.headers.get("content-type")).toContain("text/html");
      expect(await (await visit(path, { Accept: "*/*" })).json()).toMatchObject({ code: "not_found" });
    },
  );

  it("answers what the Worker keeps for itself, not a slug", async () => {
    expect(await (await visit("/healthz")).json()).toEqual({ status: "ok" });
    expect((await visit("/t/ast.js")).headers.get("content-type")).toContain("javascript");
    for (const path of ["/t", "/t/x", "/webhooks/x", "/assets/x", "/creator/x"])
      expect((await visit(path)).status).toBe(404);
  });
});

describe("a domain of its own", () => {
  it("has its own slugs, and still answers links that have none", async () => {
    await createDomain({ hostname: "go.brand.example" });
    await createLink({ slug: "both", url: "https://shop.example/everywhere" });
    await createLink({ slug: "general", url: "https://shop.example/general" });
    await createLink({ slug: "both", url: "https://shop.example/here", domain: "go.brand.example" });
    expect(destination(await visit("/both")).pathname).toBe("/here");
    expect(destination(await visit("/general")).pathname).toBe("/general");
  });

  it("may tell upper from lower case", async () => {
    await createDomain({ hostname: "go.brand.example", caseSensitive: true });
    await createLink({ slug: "Case", url: "https://shop.example/upper", domain: "go.brand.example" });
    await createLink({ slug: "case", url: "https://shop.example/lower", domain: "go.brand.example" });
    expect(destination(await visit("/Case")).pathname).toBe("/upper");
    expect(destination(await visit("/case")).pathname).toBe("/lower");
    expect((await visit("/CASE")).status).toBe(404);
  });
});

describe("the preview, /{slug}+", () => {
  it("says where a link leads, who earns and how to opt out, counts nothing and sets no cookie", async () => {
    const store = await createStore({ consentPolicy: "implied" });
    const creator = await createCreator({ firstName: "<b>Eve", lastName: "Mallory" });
    const { slug } = await createLink({ storeId: store.id, creatorId: creator.id, utm: { source: "a&b" } });
    const response = await visitToTheEnd(`/${slug}+`);
    expect(response.status).toBe(200);
    expect(response.headers.has("set-cookie")).toBe(false);
    const page = await response.text();
    expect(page).toContain("https://shop.example/sale?utm_source=a%26b");
    expect(page).toContain("&lt;b&gt;Eve Mallory");
    expect(page).not.toContain("<b>Eve");
    expect(page).toContain("Global Privacy Control");
    expect(page).not.toContain("wm_click");
    const { results } = await env.DB.prepare("SELECT * FROM clicks").all();
    expect(results).toEqual([]);
  });

  it("works for %2B, says that a link has ended, and is 404 for an unknown one", async () => {
    const { slug } = await createLink({ disabled: true });
    expect(await (await visit(`/${slug}%2B`, { "Accept-Language": "en" })).text()).toContain("switched off");
    expect((await visit("/no-such-link+")).status).toBe(404);
  });

  it("lets through only the style it has", async () => {
    const { slug } = await createLink();
    const response = await visit(`/${slug}+`);
    const style = /<style>([\s\S]*?)<\/style>/.exec(await response.text())?.[1] ?? "";
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
    expect(response.headers.get("content-security-policy")).toContain(`'sha256-${new Uint8Array(digest).toBase64()}'`);
  });
});

describe("over plain http", () => {
  it("localhost gets the cookie under its bare name", async () => {
    const store = await createStore({ consentPolicy: "implied" });
    const { slug } = await createLink({ storeId: store.id });
    const response = await exports.default.fetch(`http://localhost:8787/${slug}`, { redirect: "manual" });
    expect(response.headers.get("set-cookie")).toMatch(
      /^wm_click=[\w-]{56}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/,
    );
  });
});
