import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { api, expectInvalid } from "../../ground/api.ts";
import { createDomain } from "../../links/link-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";
import { SHORT_ORIGIN, visit, visitToTheEnd } from "../visit.ts";

const HOST = new URL(SHORT_ORIGIN).hostname;
const ENGLISH = { "Accept-Language": "en" };
const BRAND = "https://brand.example/start";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Bindings of an isolate of its own, with other variables. */
const having = (variables: Record<string, unknown>): Env => ({ ...env, ...variables });

describe("/ of a short domain", () => {
  it("leads to where the domain says, for GET and HEAD, and nothing of the request goes along", async () => {
    await createDomain({ hostname: HOST, rootUrl: BRAND });
    for (const [path, init] of [
      ["/", {}],
      ["/", { method: "HEAD" }],
      ["/?url=https://evil.example&lang=fr", {}],
    ] as const) {
      const response = await visit(path, { Host: "evil.example", "X-Forwarded-Host": "evil.example" }, init);
      expect(response.status).toBe(302);
      expect(response.headers.get("location")).toBe(BRAND);
      expect(response.headers.get("cache-control")).toBe("private, max-age=30");
      expect(response.headers.get("referrer-policy")).toBe("no-referrer");
      expect(response.headers.get("x-robots-tag")).toBe("noindex, nofollow");
      expect(response.headers.getSetCookie()).toEqual([]);
    }
    expect((await visit("/", { Accept: "*/*" })).status).toBe(302);
    // Only the bare address does: a path that begins with two slashes is an address without a link.
    for (const path of ["//", "//evil.example", "/x"]) expect((await visit(path)).status, path).toBe(404);
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS"])("refuses %s", async (method) => {
    const response = await visit("/", {}, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
  });

  it("is else a page that says whose links are opened here, and goes on to the shop", async () => {
    const store = await createStore({ name: "Linen & Co", homeUrl: "https://linen.example/" });
    await createDomain({ hostname: HOST, storeId: store.id });
    const response = await visit("/", ENGLISH);
    expect(response.status).toBe(200);
    expect(response.headers.get("x-robots-tag")).toBe("noindex, nofollow");
    const page = await response.text();
    expect(page).toContain("<h1>This address opens short links of Linen &amp; Co</h1>");
    expect(page).toContain('href="https://linen.example/"');
    expect(page).toContain(`${HOST}/abc+`);
    expect(page).toContain("Global Privacy Control");
    expect(await (await visit("/?lang=es")).text()).toContain("Esta dirección abre enlaces cortos de Linen &amp; Co");
  });

  it("is a plain page on the deployment's own host, or leads to where ROOT_URL says", async () => {
    const plain = await visitToTheEnd("/", ENGLISH, having({}));
    expect(await plain.text()).toContain("<h1>This address opens short links</h1>");
    const own = having({ ROOT_URL: BRAND });
    expect((await visitToTheEnd("/", {}, own)).headers.get("location")).toBe(BRAND);
    // A domain of its own says itself where it leads, or that it doesn't.
    await createDomain({ hostname: HOST });
    expect((await visitToTheEnd("/", {}, having({ ROOT_URL: BRAND }))).status).toBe(200);
  });

  it("follows an edit at once where it is made, and elsewhere within half a minute", async () => {
    const { id } = await createDomain({ hostname: HOST, rootUrl: BRAND });
    const elsewhere = having({});
    const now = Date.now();
    expect((await visit("/")).headers.get("location")).toBe(BRAND);
    expect((await visitToTheEnd("/", {}, elsewhere)).headers.get("location")).toBe(BRAND);
    expect((await api("PATCH", `/domains/${id}`, { rootUrl: null })).status).toBe(200);
    expect((await visit("/")).status).toBe(200);
    vi.useFakeTimers({ toFake: ["Date"], now: now + 35_000 });
    expect((await visitToTheEnd("/", {}, elsewhere)).status).toBe(200);
    vi.useRealTimers();
  });

  it("stands while storage fails: as it was last known, else as a page", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    await createDomain({ hostname: HOST, rootUrl: BRAND });
    const [known, new_] = [having({}), having({})];
    expect((await visitToTheEnd("/", {}, known)).status).toBe(302);
    vi.spyOn(env.DB, "prepare").mockImplementation(() => {
      throw new Error("D1_ERROR: Network connection lost.");
    });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
    expect((await visitToTheEnd("/", {}, known)).headers.get("location")).toBe(BRAND);
    expect((await visitToTheEnd("/", {}, new_)).status).toBe(200);
    vi.useRealTimers();
  });

  it("never leads in a circle, nor to a blocked host, whatever became of the address since", async () => {
    const { id } = await createDomain({ hostname: HOST, rootUrl: BRAND });
    const rootTo = (url: string) =>
      env.DB.prepare("UPDATE domains SET root_url = ?2 WHERE id = ?1").bind(id, url).run();
    await createDomain({ hostname: "two.example", rootUrl: `https://other.example/` });
    for (const url of [`${SHORT_ORIGIN}/`, `https://${HOST}./x`, "https://two.example/", "https://two.example./"]) {
      await rootTo(url);
      expect((await visitToTheEnd("/", {}, having({}))).status, url).toBe(200);
    }
    await rootTo("https://own.example/lea");
    expect((await visitToTheEnd("/", {}, having({ PUBLIC_URL: "https://own.example" }))).status).toBe(200);
    expect((await visitToTheEnd("/", {}, having({}))).status).toBe(302);
    await api("POST", "/blocked-hosts", { host: "own.example", reason: "phishing" });
    const page = await visitToTheEnd("/", {}, having({}));
    expect(page.status).toBe(200);
    expect(await page.text()).not.toContain("own.example");
    const looped = having({ ROOT_URL: "https://two.example/" });
    await api("DELETE", `/domains/${id}`);
    expect((await visitToTheEnd("/", {}, looped)).status).toBe(200);
  });

  it("can't be told to lead to a short domain, or to a blocked host", async () => {
    const { id } = await createDomain({ hostname: HOST, rootUrl: BRAND });
    await createDomain({ hostname: "two.example" });
    await api("POST", "/blocked-hosts", { host: "phish.example", reason: "phishing" });
    for (const rootUrl of [
      `${SHORT_ORIGIN}/`,
      `http://${HOST}:8443/x`,
      "https://TWO.example./",
      "https://www.phish.example/",
    ]) {
      expectInvalid(await api("PATCH", `/domains/${id}`, { rootUrl }), "rootUrl");
    }
    expectInvalid(
      await api("POST", "/domains", { hostname: "new.example", rootUrl: "https://new.example/" }),
      "rootUrl",
    );
    // What it came to lead to since keeps nothing else from being changed.
    await api("POST", "/blocked-hosts", { host: "brand.example", reason: "phishing" });
    expect((await api("PATCH", `/domains/${id}`, { cookieDomain: null })).status).toBe(200);
  });
});
