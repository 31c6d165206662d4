import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import { type BlockedHost, blockedHostSchema } from "../../../src/links/block/schema.ts";
import { pageOf } from "../../../src/ground/http/pagination.ts";
import worker from "../../../src/index.ts";
import { bulkResult, type Link, linkSchema } from "../../../src/links/link/schema.ts";
import { api, bodyOf, expectInvalid, holding, pagesOf, problemOf } from "../../ground/api.ts";
import { createKey, expectGuarded } from "../../operate/key-fixtures.ts";
import { BROWSER_HEADERS, destination, SHORT_ORIGIN, visit, visitToTheEnd } from "../../edge/visit.ts";

const PHISH = "https://www.phish.example/login";
const GOOD = "https://shop.example/sale";
const UNKNOWN = "blk_0000000000000000";

const ENGLISH = { "Accept-Language": "en" };

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function createLink(body: Record<string, unknown> = {}): Promise<Link> {
  return bodyOf(linkSchema, await api("POST", "/links", { url: GOOD, ...body }));
}

async function block(host: string, scope: "host" | "suffix" = "suffix"): Promise<BlockedHost> {
  return bodyOf(blockedHostSchema, await api("POST", "/blocked-hosts", { host, scope, reason: "phishing" }));
}

/** Blocks a host as another isolate would: behind this one's back. */
async function blockElsewhere(host: string): Promise<void> {
  await env.DB.prepare(
    "INSERT INTO blocked_hosts (id, host, scope, reason, created_at) VALUES (?1, ?2, 'suffix', 'x', 0)",
  )
    .bind(UNKNOWN, host)
    .run();
}

/** Clicks go straight to D1, so that their rows can be read after the visit. */
const direct = (): Env => ({ ...env, CLICK_QUEUE: undefined }) as unknown as Env;

describe("the list of blocked hosts", () => {
  it("keeps what it is told, newest first, and forgets it when told to", async () => {
    const entry = await block("Phish.Example", "host");
    expect(entry).toMatchObject({ host: "phish.example", scope: "host", reason: "phishing" });
    const bare = bodyOf(
      blockedHostSchema,
      await api("POST", "/blocked-hosts", { host: "bad.example", reason: "spam" }),
    );
    expect(bare.scope).toBe("suffix");
    await block("third.example");
    const pages = await pagesOf(blockedHostSchema, "/blocked-hosts?limit=2");
    expect(pages.map((page) => page.map(({ host }) => host))).toEqual([
      ["third.example", "bad.example"],
      ["phish.example"],
    ]);
    expect((await api("DELETE", `/blocked-hosts/${entry.id}`)).status).toBe(204);
    expect(problemOf(await api("DELETE", `/blocked-hosts/${entry.id}`)).code).toBe("not_found");
    expect((await pagesOf(blockedHostSchema, "/blocked-hosts?limit=9")).flat()).toHaveLength(2);
    const audit = bodyOf(pageOf(auditSchema), await api("GET", `/audit?entityId=${entry.id}`)).data;
    expect(audit.map(({ action, entity }) => [action, entity])).toEqual([
      ["delete", "blockedHost"],
      ["create", "blockedHost"],
    ]);
  });

  it("has a host once", async () => {
    await block("phish.example");
    const again = await api("POST", "/blocked-hosts", { host: "PHISH.example", scope: "host", reason: "again" });
    expect(problemOf(again)).toMatchObject({ status: 409, code: "host_blocked" });
  });

  it.each([
    "https://phish.example",
    "phish.example/login",
    "phish.example:443",
    "phish..example",
    "-a.example",
    "",
    "a b",
  ])("%j is no host", async (host) => {
    expectInvalid(await api("POST", "/blocked-hosts", { host, reason: "x" }), "host");
  });

  it("is for those who may settle things", async () => {
    await expectGuarded("GET", "/blocked-hosts", "settings:read");
    await expectGuarded("POST", "/blocked-hosts", "settings:write");
    await expectGuarded("DELETE", `/blocked-hosts/${UNKNOWN}`, "settings:write");
  });
});

describe("a blocked host, when a link is written", () => {
  it.each<[string, string, "host" | "suffix", string, boolean]>([
    ["the host itself", "phish.example", "host", "https://phish.example/", true],
    ["a subdomain of a host", "phish.example", "host", "https://www.phish.example/", false],
    ["the host of a suffix", "phish.example", "suffix", "https://phish.example/", true],
    ["a subdomain of a suffix", "phish.example", "suffix", "https://a.b.phish.example/", true],
    ["a host that only ends alike", "phish.example", "suffix", "https://nophish.example/", false],
    ["a host that only begins alike", "phish.example", "suffix", "https://phish.example.shop.example/", false],
    ["capitals", "phish.example", "suffix", "HTTPS://WWW.PHISH.EXAMPLE/", true],
    ["a dot at the end", "phish.example", "host", "https://phish.example./", true],
    ["a port", "phish.example", "host", "https://phish.example:8443/", true],
    ["percent-encoding", "phish.example", "host", "https://ph%69sh.example/", true],
    ["wide letters", "phish.example", "host", "https://ｐｈｉｓｈ.example/", true],
    ["an ideographic full stop", "phish.example", "host", "https://phish。example/", true],
    ["an address by number", "192.0.2.1", "host", "https://3221225985/", true],
    ["the path of another host", "phish.example", "suffix", "https://shop.example/phish.example", false],
  ])("%s", async (_name, host, scope, url, refused) => {
    await block(host, scope);
    const answer = await api("POST", "/links", { url });
    if (refused) expectInvalid(answer, "url");
    else expect(answer.status).toBe(201);
  });

  it("is found in each of a link's addresses, and on every way to write one", async () => {
    await block("phish.example");
    const { id } = await createLink();
    for (const [path, body] of [
      ["url", { url: PHISH }],
      ["fallbackUrl", { fallbackUrl: PHISH }],
      [
        "rules.1.url",
        {
          rules: [
            { when: {}, url: GOOD },
            { when: {}, url: PHISH },
          ],
        },
      ],
    ] as const) {
      expectInvalid(await api("POST", "/links", { url: GOOD, ...body }), path);
      expectInvalid(await api("PATCH", `/links/${id}`, body), path);
    }
    const { results } = bodyOf(
      bulkResult,
      await api("POST", "/links/bulk", { links: [{ url: GOOD }, { url: PHISH }] }),
    );
    expect(results).toMatchObject([
      { status: 201 },
      { status: 422, error: { errors: [{ path: "url", message: "leads to a blocked host" }] } },
    ]);
  });

  it("keeps nobody from switching an old link off", async () => {
    const { id } = await createLink({ url: PHISH });
    await block("phish.example");
    expect((await api("PATCH", `/links/${id}`, { disabled: true, tags: ["abuse"] })).status).toBe(200);
  });
});

describe("a link that is there when its host is blocked", () => {
  it("stops at once in the isolate that was told, with a page, and works again after", async () => {
    const link = await createLink({ url: PHISH });
    expect((await visit(`/${link.slug}`)).status).toBe(302);
    const { id } = await block("phish.example");
    const response = await visit(`/${link.slug}`, ENGLISH);
    expect(response.status).toBe(410);
    expect(response.headers.has("location")).toBe(false);
    const page = await response.text();
    expect(page).toContain("This link was blocked");
    expect(page).not.toContain("phish.example");
    const problem = await visit(`/${link.slug}`, { Accept: "*/*" });
    expect(await problem.json()).toMatchObject({ status: 410, code: "link_inactive" });
    await api("DELETE", `/blocked-hosts/${id}`);
    expect(destination(await visit(`/${link.slug}`)).href).toContain(PHISH);
  });

  it("stops though the clock stood still between its last visit and the block", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const link = await createLink({ url: PHISH });
    expect((await visit(`/${link.slug}`)).status).toBe(302);
    await block("phish.example");
    expect((await visit(`/${link.slug}`)).status).toBe(410);
  });

  it.each([
    ["visited all the time", 7_000],
    ["not visited until then", 60_000],
  ])("stops within 60 seconds where another isolate was told: %s", async (_name, pause) => {
    const link = await createLink({ url: PHISH });
    const bindings = direct();
    const now = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now });
    for (let at = 0; at <= 9_000; at += 1_000) {
      vi.setSystemTime(now + at);
      expect((await visitToTheEnd(`/${link.slug}`, {}, bindings)).status).toBe(302);
    }
    await blockElsewhere("phish.example");
    const statuses: number[] = [];
    for (let at = 9_000 + pause; at < 69_000; at += pause) {
      vi.setSystemTime(now + at);
      statuses.push((await visitToTheEnd(`/${link.slug}`, {}, bindings)).status);
    }
    vi.setSystemTime(now + 68_999);
    expect((await visitToTheEnd(`/${link.slug}`, {}, bindings)).status).toBe(410);
    expect(statuses.join()).toMatch(/^(302,?)*(410,?)*$/);
  });

  it("counts such visits as inactive, with the reason, and uses no click up", async () => {
    await blockElsewhere("other.example");
    const link = await createLink({ url: PHISH, maxClicks: 5 });
    await block("phish.example");
    const bindings = direct();
    await visitToTheEnd(`/${link.slug}`, {}, bindings);
    await visitToTheEnd(`/${link.slug}`, {}, bindings, { method: "HEAD" });
    const { results } = await env.DB.prepare("SELECT bucket, reason FROM clicks WHERE link_id = ?1")
      .bind(link.id)
      .all();
    expect(results).toEqual([
      { bucket: "inactive", reason: "blocked" },
      { bucket: "head", reason: "method_head" },
    ]);
    expect(await env.DB.prepare("SELECT * FROM link_caps").first()).toBeNull();
  });

  it("leads to its fallback, unless that is blocked too", async () => {
    const link = await createLink({ url: PHISH, fallbackUrl: "https://safe.example/" });
    await block("phish.example");
    const response = await visit(`/${link.slug}?a=1`);
    expect([response.status, response.headers.get("location")]).toEqual([302, "https://safe.example/"]);
    await block("safe.example");
    expect((await visit(`/${link.slug}`)).status).toBe(410);
  });

  it("stops only those whom its rules send there", async () => {
    const link = await createLink({ rules: [{ when: { country: "DE" }, url: PHISH }] });
    await block("phish.example");
    expect((await visit(`/${link.slug}`)).status).toBe(410);
    const american = await visit(`/${link.slug}`, {}, { cf: { country: "US" } });
    expect(destination(american).hostname).toBe("shop.example");
  });

  it("is named on its page until then, and no more", async () => {
    const link = await createLink({ url: PHISH });
    expect(await (await visit(`/${link.slug}+`)).text()).toContain(`href="${PHISH}`);
    await block("phish.example");
    const page = await (await visit(`/${link.slug}+`, ENGLISH)).text();
    expect(page).toContain("This link was blocked");
    expect(page).not.toContain("phish.example");
  });

  it("goes on as it was while the list can't be read", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const [link, other] = [await createLink({ url: PHISH }), await createLink()];
    await block("phish.example");
    expect((await visit(`/${link.slug}`)).status).toBe(410);
    const now = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: now + 120_000 });
    const prepare = env.DB.prepare.bind(env.DB);
    vi.spyOn(env.DB, "prepare").mockImplementation((sql) => {
      if (sql.includes("FROM blocked_hosts")) throw new Error("D1_ERROR: Network connection lost.");
      return prepare(sql);
    });
    expect((await visit(`/${link.slug}`)).status).toBe(410);
    expect((await visit(`/${other.slug}`)).status).toBe(302);
  });
});

interface Report {
  id: string;
  linkId: string;
  kind: string;
  detail: string;
  resolvedAt: string | null;
}

async function reports(query = ""): Promise<Report[]> {
  const { body, status } = await api("GET", `/abuse-reports${query}`);
  expect(status).toBe(200);
  return (body as { data: Report[] }).data;
}

const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

function report(link: Link, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  const body = new URLSearchParams({ do: "report", ...fields }).toString();
  return visit(`/${link.slug}+`, { ...FORM, ...headers }, { method: "POST", body });
}

describe("the form that reports a link", () => {
  it("keeps a report, lists it, and marks it as dealt with, once", async () => {
    const [link, other] = [await createLink(), await createLink()];
    const response = await report(link, { kind: "phishing", detail: "  It asks for my bank's password.  " });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("Danke");
    await report(other, { kind: "other" });
    const [second, first] = await reports();
    expect(first).toMatchObject({
      linkId: link.id,
      kind: "phishing",
      detail: "It asks for my bank's password.",
      resolvedAt: null,
    });
    expect(second).toMatchObject({ linkId: other.id, kind: "other", detail: "" });
    expect(await reports(`?link=${link.id}`)).toEqual([first]);

    const resolve = () => api("POST", `/abuse-reports/${first?.id}/resolve`);
    const resolved = await resolve();
    expect(resolved.body).toMatchObject({ id: first?.id, resolvedAt: expect.any(String) });
    expect((await resolve()).body).toEqual(resolved.body);
    expect((await reports("?open=true")).map(({ id }) => id)).toEqual([second?.id]);
    expect((await reports("?open=false")).map(({ id }) => id)).toEqual([first?.id]);
    expect(problemOf(await api("POST", "/abuse-reports/abu_0000000000000000/resolve")).code).toBe("not_found");
  });

  it("is for those who may settle things", async () => {
    await report(await createLink(), { kind: "spam" });
    const [kept] = await reports();
    await expectGuarded("GET", "/abuse-reports", "settings:read");
    await expectGuarded("POST", `/abuse-reports/${kept?.id}/resolve`, "settings:write");
  });

  it("stores nothing of who sent it", async () => {
    const link = await createLink();
    const response = await report(
      link,
      { kind: "malware", detail: "bad", name: "Jane Doe", email: "jane@mail.example" },
      {
        "CF-Connecting-IP": "198.51.100.77",
        "User-Agent": "Marker/4711",
        Referer: "https://social.example/private/77",
        Cookie: "session=sessionsecret",
        "Accept-Language": "sv-FI",
      },
    );
    expect(response.status).toBe(200);
    expect(response.headers.getSetCookie()).toEqual([]);
    const row = await env.DB.prepare("SELECT * FROM abuse_reports").first();
    expect(row).toEqual({
      id: expect.any(String),
      link_id: link.id,
      kind: "malware",
      detail: "bad",
      created_at: expect.any(Number),
      resolved_at: null,
    });
    expect((await env.DB.prepare("SELECT * FROM clicks WHERE link_id = ?1").bind(link.id).all()).results).toEqual([]);
  });

  it.each(["", "Phishing", "phishing ", "constructor", "<script>"])("knows no kind %j", async (kind) => {
    const link = await createLink();
    const response = await report(link, { kind }, ENGLISH);
    expect(response.status).toBe(422);
    expect(response.headers.get("content-type")).toContain("text/html");
    expect(await response.text()).toContain("Please choose what is wrong");
    const problem = await (await report(link, { kind }, { Accept: "*/*" })).text();
    expect(problem).toContain("must be one of phishing, malware, spam, illegal, other");
    expect(await reports()).toEqual([]);
  });

  it("cuts a long text at 1,000 characters and refuses an endless one, however it is announced", async () => {
    const link = await createLink();
    expect((await report(link, { kind: "spam", detail: "é".repeat(1_300) })).status).toBe(200);
    expect((await reports())[0]?.detail).toBe("é".repeat(1_000));
    expect((await report(link, { kind: "spam", detail: "x".repeat(17_000) })).status).toBe(413);
    const chunk = new TextEncoder().encode(`do=report&kind=spam&detail=${"x".repeat(5_000)}`);
    let chunks = 0;
    const endless = new ReadableStream({
      pull: (controller) => {
        chunks += 1;
        if (chunks > 50) controller.close();
        else controller.enqueue(chunk);
      },
    });
    expect((await visit(`/${link.slug}+`, FORM, { method: "POST", body: endless })).status).toBe(413);
    expect(await reports()).toHaveLength(1);
  });

  it("takes a text for a text: nothing in it is ever a page", async () => {
    const link = await createLink();
    const detail = "<script>alert(1)</script>\u0000\r\n\u001b[31m'; DROP TABLE links; --";
    expect(await (await report(link, { kind: "other", detail })).text()).not.toContain("<script>alert");
    const answer = await api("GET", "/abuse-reports");
    expect(answer.headers.get("content-type")).toContain("application/json");
    expect((answer.body as { data: Report[] }).data[0]?.detail).toBe(detail);
    expect(await (await visit(`/${link.slug}+`)).text()).not.toContain("<script");
    expect(await reports()).toHaveLength(1);
  });

  it("says so when the report could not be kept", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const link = await createLink();
    await visit(`/${link.slug}`);
    const prepare = env.DB.prepare.bind(env.DB);
    vi.spyOn(env.DB, "prepare").mockImplementation((sql) => {
      if (sql.startsWith("INSERT INTO abuse_reports")) throw new Error("D1_ERROR: Network connection lost.");
      return prepare(sql);
    });
    const response = await report(link, { kind: "spam", detail: "secret words" });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("30");
    expect(logged.mock.calls.flat().join()).not.toContain("secret words");
  });

  it("lets one address send 60 a minute, and others go on", { timeout: 30_000 }, async () => {
    await awayFromMinutesEnd();
    const link = await createLink();
    const statuses: number[] = [];
    for (let index = 0; index < 62; index++) statuses.push((await report(link, { kind: "spam" })).status);
    expect(statuses.slice(0, 60).every((status) => status === 200)).toBe(true);
    expect(statuses.slice(60)).toEqual([429, 429]);
    const refused = await report(link, { kind: "spam" });
    expect(refused.headers.get("retry-after")).toBe("60");
    expect((await report(link, { kind: "spam" }, { "CF-Connecting-IP": "203.0.113.8" })).status).toBe(200);
    expect((await visit(`/${link.slug}+`)).status).toBe(200);
    expect((await visit(`/${link.slug}`)).status).toBe(302);
  });

  it("is open while the limiter fails", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { slug } = await createLink();
    const limit = async (): Promise<never> => {
      throw new Error("limiter down");
    };
    const bindings = { ...env, UNKNOWN_SLUGS: { limit } } as unknown as Env;
    const init = { method: "POST", body: "do=report&kind=spam" };
    expect((await visitToTheEnd(`/${slug}+`, FORM, bindings, init)).status).toBe(200);
    expect((await visitToTheEnd("/nothing-here", {}, bindings)).status).toBe(404);
  });
});

/** Bindings of its own, and how often D1 was asked through them. */
function watched(): { bindings: Env; asked: () => number } {
  let count = 0;
  const database = new Proxy(env.DB, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== "function") return value;
      return (...parameters: unknown[]): unknown => {
        count += 1;
        return Reflect.apply(value, target, parameters);
      };
    },
  });
  const bindings = { ...env, DB: database, CLICK_QUEUE: { send: async () => undefined } } as unknown as Env;
  return { bindings, asked: () => count };
}

/** Asks for slugs that nobody has until the limit holds, and says how many were answered 404. */
async function guessUntilLimited(bindings: Env, form: (index: number) => string, address: string): Promise<number> {
  for (let index = 0; index < 80; index++) {
    const response = await visitToTheEnd(form(index), { "CF-Connecting-IP": address }, bindings);
    if (response.status === 429) return index;
    expect(response.status).toBe(404);
  }
  return -1;
}

/** The limits' windows begin with each minute: a test that counts must not run over one's end. */
async function awayFromMinutesEnd(): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 10_000) await scheduler.wait(left + 100);
}

describe("guessing slugs", { timeout: 30_000 }, () => {
  beforeEach(awayFromMinutesEnd, 15_000);

  it("ends after 60 a minute from one address, and then asks D1 no more", async () => {
    const { bindings, asked } = watched();
    const link = await createLink();
    const address = "198.51.100.1";
    expect((await visitToTheEnd(`/${link.slug}`, { "CF-Connecting-IP": address }, bindings)).status).toBe(302);
    // The 61st is what the limiter refuses, behind its answer.
    expect(await guessUntilLimited(bindings, (index) => `/guess-${index}`, address)).toBe(61);
    const before = asked();
    for (const path of ["/guess-new", "/guess-new+", "/guess-new%2B", "/guess-NEW/"]) {
      const response = await visitToTheEnd(path, { "CF-Connecting-IP": address, Accept: "*/*" }, bindings);
      expect(response.headers.get("retry-after")).toBe("60");
      expect(await response.json()).toMatchObject({ status: 429, code: "rate_limited" });
    }
    expect(asked()).toBe(before);
    // What is in memory goes on, and so does everyone else.
    expect((await visitToTheEnd(`/${link.slug}`, { "CF-Connecting-IP": address }, bindings)).status).toBe(302);
    expect((await visitToTheEnd(`/${link.slug}+`, { "CF-Connecting-IP": address }, bindings)).status).toBe(200);
    expect((await visitToTheEnd("/guess-new", { "CF-Connecting-IP": "198.51.100.2" }, bindings)).status).toBe(404);
  });

  it("of addresses that are remembered as unknown doesn't ask D1 either, once they are old", async () => {
    const { bindings, asked } = watched();
    const address = "198.51.100.3";
    const now = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now });
    await guessUntilLimited(bindings, (index) => `/old-${index}`, address);
    vi.setSystemTime(now + 20_000);
    const before = asked();
    expect((await visitToTheEnd("/old-1", { "CF-Connecting-IP": address }, bindings)).status).toBe(429);
    expect(asked()).toBe(before);
    vi.setSystemTime(now + 61_000);
    expect((await visitToTheEnd("/old-1", { "CF-Connecting-IP": address }, bindings)).status).toBe(404);
  });

  it("counts at the preview pages too", async () => {
    const { bindings } = watched();
    expect(await guessUntilLimited(bindings, (index) => `/page-${index}+`, "198.51.100.4")).toBe(61);
  });

  it("counts a whole IPv6 network as one, since one customer has all of it", async () => {
    const { bindings } = watched();
    for (let index = 0; index < 61; index++) {
      await visitToTheEnd(`/six-${index}`, { "CF-Connecting-IP": `2001:db8:1:2::${index.toString(16)}` }, bindings);
    }
    const open = async (address: string) =>
      (await visitToTheEnd("/six-new", { "CF-Connecting-IP": address }, bindings)).status;
    expect(await open("2001:DB8:1:2:ffff:1:1:1")).toBe(429);
    expect(await open("2001:db8:1:3::1")).toBe(404);
  });

  it("holds nobody up while the limiter is not bound", async () => {
    const { bindings } = watched();
    const unlimited = { ...bindings, UNKNOWN_SLUGS: undefined } as unknown as Env;
    expect(await guessUntilLimited(unlimited, (index) => `/free-${index}`, "198.51.100.5")).toBe(-1);
  });
});

describe("guessing API keys", { timeout: 30_000 }, () => {
  beforeEach(awayFromMinutesEnd, 15_000);

  const from = (address: string, key?: string): Record<string, string> => ({
    "CF-Connecting-IP": address,
    ...(key !== undefined && holding(key)),
  });

  it("ends after 60 a minute from one address; a valid key works at any time", async () => {
    const { key } = await createKey(["links:read"]);
    const address = "198.51.100.9";
    const wrong = (index: number) => `wmk_${String(index).padStart(32, "0")}`;
    const statuses: number[] = [];
    for (let index = 0; index < 62; index++) {
      statuses.push((await api("GET", "/links", undefined, from(address, wrong(index)))).status);
    }
    expect(statuses.slice(0, 60).every((status) => status === 401)).toBe(true);
    expect(statuses.slice(60)).toEqual([429, 429]);
    const refused = await api("GET", "/links", undefined, from(address, wrong(99)));
    expect(problemOf(refused)).toMatchObject({ status: 429, code: "rate_limited" });
    expect(refused.headers.get("retry-after")).toBe("60");
    expect((await api("GET", "/links", undefined, from(address, key))).status).toBe(200);
    expect((await api("GET", "/links", undefined, from(address, env.ADMIN_API_KEY))).status).toBe(200);
    expect((await api("GET", "/links", undefined, from("198.51.100.10", wrong(1)))).status).toBe(401);
    // Of somebody who tries no key there is nothing to hold up.
    expect((await visit("/api/v1/links", { "CF-Connecting-IP": address })).status).toBe(401);
  });

  it("isn't what somebody does who sends no key at all", async () => {
    const statuses = new Set<number>();
    for (let index = 0; index < 65; index++) {
      statuses.add((await visit("/api/v1/links", { "CF-Connecting-IP": "198.51.100.11" })).status);
    }
    expect(statuses).toEqual(new Set([401]));
  });

  it("holds at /metrics too", async () => {
    const headers = from("198.51.100.12", "wmk_wrong");
    const statuses: number[] = [];
    for (let index = 0; index < 61; index++) statuses.push((await visit("/metrics", headers)).status);
    expect(statuses.at(0)).toBe(401);
    expect(statuses.at(-1)).toBe(429);
  });

  it("waits for no limiter that fails", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const limit = async (): Promise<never> => {
      throw new Error("limiter down");
    };
    const bindings = { ...env, REFUSED_KEYS: { limit } } as unknown as Env;
    const response = await visitToTheEnd("/api/v1/links", holding("wmk_wrong"), bindings);
    expect(response.status).toBe(401);
    expect(logged.mock.calls.flat().join()).toContain("rate_limit_failed");
    expect(logged.mock.calls.flat().join()).not.toContain("wmk_wrong");
  });
});

/** Everything that the Worker wrote to its log. */
function captureLog(): () => string[] {
  const spies = (["log", "info", "warn", "error", "debug"] as const).map((method) =>
    vi.spyOn(console, method).mockImplementation(() => undefined),
  );
  return () => spies.flatMap((spy) => spy.mock.calls.map((words) => words.join(" ")));
}

const BREAKS = [
  "%0d%0a",
  "%0D%0ALocation:%20https://evil.example",
  "%00",
  "%0aSet-Cookie:%20a=b",
  "%E2%80%A8",
  "\\..\\",
  "%5c%5cevil.example",
];

describe("injection", () => {
  it.each(BREAKS)("%s in a slug is no link, and in a query no header", async (text) => {
    const link = await createLink();
    const unknown = await visit(`/a${text}b`);
    expect(unknown.status).toBe(404);
    expect(unknown.headers.has("location")).toBe(false);
    expect(await unknown.text()).not.toContain("evil.example");
    const response = await visit(`/${link.slug}?a=${text}&${text}=1&wm_click=${text}`);
    expect(response.status).toBe(302);
    expect(response.headers.has("set-cookie")).toBe(false);
    const location = response.headers.get("location") ?? "";
    expect(destination(response).origin).toBe("https://shop.example");
    expect(/[\p{Cc}\u2028\s]/u.test(location)).toBe(false);
  });

  it("a header can't hold a line break to begin with, as the platform refuses it", () => {
    for (const text of ["a\r\nb", "a\nb", "a\u0000b"]) expect(() => new Headers({ Referer: text })).toThrow(TypeError);
  });

  it("no header of the request has a say in where a link leads or in the answer's headers", async () => {
    const link = await createLink({ utm: { source: "lea" } });
    const plain = destination(await visit(`/${link.slug}`));
    for (const name of [
      "Host",
      "X-Forwarded-Host",
      "X-Forwarded-Proto",
      "X-Forwarded-For",
      "X-Original-URL",
      "X-Rewrite-URL",
      "X-HTTP-Method-Override",
      "Forwarded",
      "Origin",
      "Referer",
      "User-Agent",
      "Accept-Language",
      "Cookie",
      "CF-Connecting-IP",
      "CF-Ray",
      "Sec-Purpose",
    ]) {
      for (const value of [
        "evil.example",
        "https://evil.example/?x=e\t%0d%0aSet-Cookie: a=b",
        "x".repeat(8_000),
        '"}{"a":1}',
      ]) {
        const response = await visit(`/${link.slug}`, { [name]: value });
        const location = destination(response);
        location.searchParams.delete("wm_click");
        plain.searchParams.delete("wm_click");
        expect(location.href, `${name}: ${value.slice(0, 40)}`).toBe(plain.href);
        expect([...response.headers.keys()].toSorted()).toEqual(["cache-control", "location", "x-robots-tag"]);
      }
    }
  });

  it("pages show what came with the request as text, if at all", async () => {
    const link = await createLink();
    const attack = `"><script>alert(1)</script>`;
    for (const path of [
      `/${link.slug}+?x=${attack}`,
      `/${attack}`,
      `/${attack}+`,
      `/api/v1/${attack}`,
      `/t/${attack}`,
    ]) {
      const response = await visit(path, { Referer: attack, Cookie: `wm_optout=${attack}`, "CF-Ray": attack });
      const text = await response.text();
      expect(response.headers.get("content-type")).toMatch(/^(text\/html|application\/problem\+json)/);
      if (response.headers.get("content-type")?.startsWith("text/html") === true) expect(text).not.toContain("<script");
    }
  });

  it("every log line is one line of JSON, whatever the visitor sends", async () => {
    const lines = captureLog();
    const link = await createLink({ rules: [{ when: { weight: 50 }, url: GOOD }] });
    await visit(`/${link.slug}`);
    const down = async (): Promise<never> => {
      throw new Error('D1_ERROR: near "\n{"event":"forged"}\r\n": syntax error\u0085');
    };
    const broken = new Proxy(env.DB, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property);
        if (property === "batch") return down;
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const bindings = {
      ...env,
      DB: broken,
      CLICK_QUEUE: { send: down },
      UNKNOWN_SLUGS: { limit: down },
      REFUSED_KEYS: { limit: down },
      CLICK_POINTS: { writeDataPoint: () => void down().catch(() => undefined) },
      CLICK_TOKEN_KEYS: 'nonsense\n{"event":"forged"}',
    } as unknown as Env;
    const forged = '{"event":"forged"}';
    const headers = {
      "User-Agent": `Mozilla/5.0 (iPhone) %0a${forged}\t${forged}`,
      Referer: `https://a.example%0a${forged}/\t`,
      "Accept-Language": `de%0a${forged}`,
      Cookie: `a=%0a${forged}`,
      "CF-Ray": `x%0a${forged}`,
    };
    for (const path of [
      `/${link.slug}?utm_content=%0a${forged}`,
      `/none%0a${forged}`,
      `/none%0a${forged}+`,
      "/none-at-all",
      "/none-at-all+",
      `/api/v1/%0a${forged}`,
    ]) {
      await visitToTheEnd(path, { ...headers, ...holding(`wmk_%0a${forged}`) }, bindings);
    }
    expect(lines().length).toBeGreaterThan(4);
    const events = lines().map((line) => {
      expect(line).not.toMatch(/[\r\n]/);
      return (JSON.parse(line) as { event: string }).event;
    });
    expect(events).not.toContain("forged");
    expect(events).toEqual(
      expect.arrayContaining(["configuration", "click_queue_failed", "clicks_unlogged", "rate_limit_failed"]),
    );
  });
});

const REDIRECT_NAMES =
  "url u uri to target dest destination redirect redirect_to redirect_uri redirect_url redir redir_url r return return_to returnTo returnUrl return_url next continue goto go out link href location forward fwd callback view image path file domain host site page ref referrer fallbackUrl fallback q data service wm_to wm_url".split(
    " ",
  );

describe("an open redirect", () => {
  it(`is opened by none of ${REDIRECT_NAMES.length} names of parameters`, async () => {
    const link = await createLink({ fallbackUrl: "https://shop.example/over" });
    for (const name of REDIRECT_NAMES) {
      for (const value of [
        "https://evil.example/",
        "//evil.example",
        "%2F%2Fevil.example",
        "javascript:alert(1)",
        "@evil.example",
      ]) {
        const response = await visit(`/${link.slug}?${name}=${value}`);
        expect(destination(response).origin, `${name}=${value}`).toBe("https://shop.example");
      }
      const unknown = await visit(`/nobody?${name}=https://evil.example/`);
      expect([404, 429]).toContain(unknown.status);
      expect(unknown.headers.has("location")).toBe(false);
    }
  });

  it("is opened by no path either, known or unknown", async () => {
    const link = await createLink();
    const context = createExecutionContext();
    for (const path of [
      "//evil.example",
      "///evil.example/%2e%2e",
      "/%2F%2Fevil.example",
      "/\\evil.example",
      "/https://evil.example",
      `/${link.slug}//evil.example`,
      `/${link.slug}/https://evil.example`,
      `/${link.slug}%2F..%2F..%2Fevil.example`,
      `/${link.slug}@evil.example`,
      "/.evil.example",
    ]) {
      const request = new Request<unknown, IncomingRequestCfProperties>(`${SHORT_ORIGIN}${path}`, {
        headers: BROWSER_HEADERS,
        redirect: "manual",
      });
      const response = await worker.fetch(request, env, context);
      expect(response.status, path).toBe(404);
      expect(response.headers.has("location"), path).toBe(false);
    }
    await waitOnExecutionContext(context);
  });

  it("is not opened by a visitor's query when the destination ends in its host", async () => {
    const link = await createLink({ url: "https://shop.example" });
    for (const query of [
      "?@evil.example",
      "?.evil.example",
      "?%40evil.example/",
      "?#@evil.example",
      "?/../..//evil.example",
    ]) {
      expect(destination(await visit(`/${link.slug}${query}`)).hostname).toBe("shop.example");
    }
  });
});
