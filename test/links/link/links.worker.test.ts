import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { auditSchema } from "../../../src/journal/audit/schema.ts";
import worker from "../../../src/index.ts";
import { type Link, linkSchema } from "../../../src/links/link/schema.ts";
import { RESERVED_SEGMENTS } from "../../../src/edge/link/slug.ts";
import { api, type ApiAnswer, bodyOf, expectInvalid, pagesOf, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { createDomain } from "../link-fixtures.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { insertCampaign, insertCode, insertPlan } from "../../programme/plan-rows.ts";
import { destination, visit } from "../../edge/visit.ts";

const UNKNOWN = "lnk_0000000000000000";
const URL_OF_SHOP = "https://shop.example/sale";

let slugCount = 0;

/** A slug that no other test used: the isolate remembers links longer than the database does. */
function freshSlug(): string {
  slugCount += 1;
  return `link-${slugCount}`;
}

function postLink(body: Record<string, unknown>): Promise<ApiAnswer> {
  return api("POST", "/links", { url: URL_OF_SHOP, ...body });
}

async function createLink(body: Record<string, unknown> = {}): Promise<Link> {
  return bodyOf(linkSchema, await postLink(body));
}

/** A campaign, a plan and a code, for a link to name. */
async function createTracking(store: { id: string }, creator: { id: string }) {
  const [campaign, plan] = [await insertCampaign(), await insertPlan({ storeId: store.id })];
  const code = await insertCode({ storeId: store.id, planId: plan.id, creatorId: creator.id });
  return { campaignId: campaign.id, planId: plan.id, codeId: code.id };
}

/** The statuses of answers, the lowest first: which of them won is open. */
function statusesOf(answers: readonly ApiAnswer[]): number[] {
  return answers.map((answer) => answer.status).toSorted((a, b) => a - b);
}

/** The ids of the links that a query finds, from all pages. */
async function found(query: Record<string, string>): Promise<string[]> {
  const pages = await pagesOf(linkSchema, `/links?${new URLSearchParams(query).toString()}`);
  return pages.flat().map((link) => link.id);
}

afterEach(() => {
  vi.restoreAllMocks();
});

async function statusOf(path: string): Promise<number> {
  return (await visit(path)).status;
}

describe("creating a link", () => {
  test("needs a destination alone", async () => {
    const answer = await api("POST", "/links", { url: URL_OF_SHOP });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const link = bodyOf(linkSchema, answer);
    expect(link).toEqual({
      id: expect.stringMatching(/^lnk_[0-9a-z]{16}$/),
      slug: expect.stringMatching(/^[2-9a-km-zA-HJ-NP-Z]{7}$/),
      domain: null,
      url: URL_OF_SHOP,
      kind: "tracking",
      storeId: null,
      creatorId: null,
      campaignId: null,
      planId: null,
      codeId: null,
      utm: {},
      rules: [],
      startsAt: null,
      endsAt: null,
      maxClicks: null,
      fallbackUrl: null,
      disabled: false,
      tags: [],
      madeBy: "admin",
      shortUrl: `https://go.brand.example/${link.slug}`,
      createdAt: link.createdAt,
      updatedAt: link.createdAt,
    });
    expect(Math.abs(Date.now() - Date.parse(link.createdAt))).toBeLessThan(60_000);
    expect((await api("GET", `/links/${link.id}`)).body).toEqual(answer.body);
    expect(await statusOf(`/${link.slug}`)).toBe(302);
  });

  test("keeps every field as given, and answers what it will answer later", async () => {
    const [store, creator] = [await createStore(), await createCreator()];
    const domain = await createDomain();
    const given = {
      slug: freshSlug(),
      domain: domain.hostname,
      url: "https://shop.example/{{slug}}?ref={{username}}#sizes",
      kind: "affiliate",
      storeId: store.id,
      creatorId: creator.id,
      ...(await createTracking(store, creator)),
      utm: { source: "{{username}}", medium: "creator", campaign: "spring", term: "t", content: "c", id: "i" },
      startsAt: "2026-01-01T00:00:00.000Z",
      endsAt: "2036-01-01T00:00:00.000Z",
      maxClicks: 1000,
      fallbackUrl: "https://shop.example/over",
      disabled: true,
      tags: ["autumn", "shoes & more", "été"],
    };
    const answer = await api("POST", "/links", given);
    expect(bodyOf(linkSchema, answer)).toMatchObject({
      ...given,
      shortUrl: `https://go.lea.example/${given.slug}`,
    });
    const { id } = bodyOf(linkSchema, answer);
    expect((await api("GET", `/links/${id}`)).body).toEqual(answer.body);
  });

  test("answers its tags once each and in the order in which they are listed later", async () => {
    const answer = await postLink({ tags: ["b", "a", "b", " c "] });
    const link = bodyOf(linkSchema, answer);
    expect(link.tags).toEqual(["a", "b", "c"]);
    expect((await api("GET", `/links/${link.id}`)).body).toEqual(answer.body);
  });

  test("takes times with any offset and writes them in UTC", async () => {
    expect(await createLink({ startsAt: "2026-11-21T10:00:00+01:00" })).toMatchObject({
      startsAt: "2026-11-21T09:00:00.000Z",
    });
  });

  test("writes its short address on the deployment's own host, where it has one", async () => {
    const request = new Request<unknown, IncomingRequestCfProperties>("https://api.brand.example/api/v1/links", {
      method: "POST",
      headers: { authorization: `Bearer ${env.ADMIN_API_KEY}` },
      body: JSON.stringify({ url: URL_OF_SHOP, slug: "Öko" }),
    });
    const bindings = { ...env, PUBLIC_URL: "https://brand.link" } as unknown as Env;
    const response = await worker.fetch(request, bindings, createExecutionContext());
    expect(await response.json()).toMatchObject({ slug: "Öko", shortUrl: "https://brand.link/%C3%96ko" });
  });

  test("repeated with its Idempotency-Key makes one link", async () => {
    const key = { "idempotency-key": "one" };
    const first = await api("POST", "/links", { url: URL_OF_SHOP, slug: freshSlug() }, key);
    const { slug } = bodyOf(linkSchema, first);
    const second = await api("POST", "/links", { url: URL_OF_SHOP, slug }, key);
    expect(second).toMatchObject({ status: 201, body: first.body });
    const other = await api("POST", "/links", { url: "https://other.example/", slug }, key);
    expect(problemOf(other)).toMatchObject({ status: 409, code: "idempotency_key_reused" });
    expect(await found({ limit: "2" })).toHaveLength(1);
  });
});

describe("a slug", () => {
  test("that is made up has no look-alikes and is never the same twice", async () => {
    const links = Array.from({ length: 200 }, () => ({ url: URL_OF_SHOP }));
    const answer = await api("POST", "/links/bulk", { links });
    const slugs = (answer.body as { results: { link: Link }[] }).results.map(({ link }) => link.slug);
    expect(new Set(slugs.map((slug) => slug.toLowerCase())).size).toBe(200);
    for (const slug of slugs) expect(slug).toMatch(/^[^0Oo1lI\W_]{7}$/);
    // Of 1400 draws from 56 letters each turns up, unless the draw is lopsided.
    expect(new Set(slugs.join("")).size).toBeGreaterThan(50);
  });

  test.each([...RESERVED_SEGMENTS].filter((word) => !word.includes(".")))(
    "can't be %j, which is reserved",
    async (word) => {
      for (const slug of [word, word.toUpperCase()]) {
        const answer = await postLink({ slug });
        expectInvalid(answer, "slug");
        expect(problemOf(answer).detail).toContain("reserved");
      }
    },
  );

  test.each([
    "",
    " ",
    "a b",
    "a/b",
    "a.b",
    "a+",
    "a?b",
    "a#b",
    "a%20b",
    "robots.txt",
    "😀",
    "a\u200bb",
    "a\u202eb",
    "é\ud800",
  ])("can't be %j", async (slug) => {
    expectInvalid(await postLink({ slug }), "slug");
  });

  test("has 64 characters at most, however many bytes each takes", async () => {
    for (const letter of ["x", "é", "字", "𠮷"]) {
      const longest = letter.repeat(64);
      const link = await createLink({ slug: longest });
      expect(link.slug).toBe(longest);
      expect(await statusOf(`/${encodeURIComponent(longest)}`)).toBe(302);
      expectInvalid(await postLink({ slug: longest + letter }), "slug");
    }
  });

  test.each([
    ["sommer-schuhe", "/SOMMER-Schuhe"],
    ["Été", "/%C3%A9t%C3%A9"],
    ["夏セール", "/%E5%A4%8F%E3%82%BB%E3%83%BC%E3%83%AB"],
    ["हिंदी", `/${encodeURIComponent("हिंदी")}`],
    // Written with a combining accent, opened with the composed letter.
    ["cafe\u0301", "/CAF%C3%89"],
  ])("%j is found at %s", async (slug, path) => {
    const link = await createLink({ slug });
    expect(link.slug).toBe(slug.normalize("NFC"));
    expect(link.shortUrl).toBe(`https://go.brand.example/${encodeURIComponent(link.slug)}`);
    expect(await statusOf(path)).toBe(302);
    expect(await statusOf(new URL(link.shortUrl).pathname)).toBe(302);
  });

  test.each([
    ["the same", "spring", "spring"],
    ["another case", "spring", "SPRING"],
    ["another case of a letter with an accent", "Été", "éTÉ"],
    ["another composition", "caf\u00e9", "cafe\u0301"],
  ])("is taken by %s", async (_what, one, other) => {
    const first = await createLink({ slug: one });
    const problem = problemOf(await postLink({ slug: other }));
    expect(problem).toMatchObject({ status: 409, code: "slug_taken", errors: [{ path: "slug" }] });
    expect(await found({ limit: "2" })).toEqual([first.id]);
  });

  test("may be there once on each domain, and once on all hosts together", async () => {
    const slug = freshSlug();
    await createDomain({ hostname: "a.lea.example" });
    await createDomain({ hostname: "b.lea.example" });
    for (const domain of [null, "a.lea.example", "b.lea.example"]) {
      await createLink({ slug, domain });
      expect(problemOf(await postLink({ slug, domain }))).toMatchObject({ code: "slug_taken" });
    }
  });

  test("that differs by case alone is another one on a domain that tells them apart", async () => {
    await createDomain({ hostname: "go.brand.example", caseSensitive: true });
    const [upper, lower] = ["Case-A", "case-a"];
    const domain = "go.brand.example";
    await createLink({ slug: upper, domain, url: "https://shop.example/upper" });
    await createLink({ slug: lower, domain, url: "https://shop.example/lower" });
    expect(problemOf(await postLink({ slug: upper, domain }))).toMatchObject({ code: "slug_taken" });
    expect(destination(await visit(`/${upper}`)).pathname).toBe("/upper");
    expect(destination(await visit(`/${lower}`)).pathname).toBe("/lower");
    expect(await statusOf("/CASE-A")).toBe(404);
  });

  test("asked for by several at the same moment goes to one of them", async () => {
    for (let round = 0; round < 8; round++) {
      const slug = freshSlug();
      const answers = await Promise.all([1, 2, 3, 4].map(() => postLink({ slug })));
      expect(statusesOf(answers)).toEqual([201, 409, 409, 409]);
      for (const answer of answers.filter(({ status }) => status === 409)) {
        expect(problemOf(answer)).toMatchObject({ code: "slug_taken", errors: [{ path: "slug" }] });
      }
    }
    const { results } = await env.DB.prepare("SELECT slug FROM links").all();
    expect(results).toHaveLength(8);
    expect(await audit({ entity: "link" })).toHaveLength(8);
  });

  test("taken between the check and the write is refused as any other", async () => {
    const slug = freshSlug();
    beforeNextWrite(() => createLink({ slug }));
    const problem = problemOf(await postLink({ slug: slug.toUpperCase() }));
    expect(problem).toMatchObject({ status: 409, code: "slug_taken", errors: [{ path: "slug" }] });
    expect(await found({ q: slug })).toHaveLength(1);
  });

  test("that two links move to at the same moment goes to one of them", async () => {
    const slug = freshSlug();
    const links = [await createLink(), await createLink()];
    const answers = await Promise.all(links.map(({ id }) => api("PATCH", `/links/${id}`, { slug })));
    expect(statusesOf(answers)).toEqual([200, 409]);
  });
});

describe("what a link refers to", () => {
  test.each([
    ["storeId", { storeId: "str_0000000000000000" }],
    ["creatorId", { creatorId: "crt_0000000000000000" }],
    ["domain", { domain: "unregistered.example" }],
  ])("must exist: %s", async (path, body) => {
    expectInvalid(await postLink(body), path);
    const link = await createLink();
    expectInvalid(await api("PATCH", `/links/${link.id}`, body), path);
    expect((await api("GET", `/links/${link.id}`)).body).toEqual(link);
  });

  test("must not be deleted", async () => {
    const [store, creator, domain] = [await createStore(), await createCreator(), await createDomain()];
    for (const path of [`/stores/${store.id}`, `/creators/${creator.id}`, `/domains/${domain.id}`]) {
      expect((await api("DELETE", path)).status).toBe(204);
    }
    expectInvalid(await postLink({ storeId: store.id }), "storeId");
    expectInvalid(await postLink({ creatorId: creator.id }), "creatorId");
    expectInvalid(await postLink({ domain: domain.hostname }), "domain");
  });

  test("is named by ids of the right kind", async () => {
    const wrong = "key_0000000000000000";
    for (const path of ["storeId", "creatorId", "campaignId", "planId", "codeId"]) {
      expectInvalid(await postLink({ [path]: wrong }), path);
    }
  });
});

describe("the store of a link that names none", () => {
  test("is the one that owns the destination's origin", async () => {
    const store = await createStore({ origins: ["https://shop.example", "https://www.shop.example"] });
    await createStore({ origins: ["https://other.example"] });
    expect(await createLink({ url: "https://www.shop.example/x?y={{slug}}" })).toMatchObject({ storeId: store.id });
    for (const url of ["http://shop.example/", "https://shop.example:8443/", "https://sub.shop.example/"]) {
      expect(await createLink({ url }), url).toMatchObject({ storeId: null });
    }
  });

  test("is the one whose home page has that origin", async () => {
    const store = await createStore({ homeUrl: "https://shop.example/de/" });
    expect(await createLink()).toMatchObject({ storeId: store.id });
  });

  test("is nobody's where two stores have the origin", async () => {
    for (let index = 0; index < 2; index++) await createStore({ origins: ["https://shop.example"] });
    expect(await createLink()).toMatchObject({ storeId: null });
  });

  test("is its domain's, before that of the destination", async () => {
    const ofDomain = await createStore();
    await createStore({ origins: ["https://shop.example"] });
    const domain = await createDomain({ storeId: ofDomain.id });
    expect(await createLink({ domain: domain.hostname })).toMatchObject({ storeId: ofDomain.id });
  });

  test("is none where null was asked for, or another where that was", async () => {
    await createStore({ origins: ["https://shop.example"] });
    const other = await createStore();
    expect(await createLink({ storeId: null })).toMatchObject({ storeId: null });
    expect(await createLink({ storeId: other.id })).toMatchObject({ storeId: other.id });
  });
});

const HOSTILE = [
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "javascript://shop.example/%0aalert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:msgbox(1)",
  "file:///etc/passwd",
  "blob:https://shop.example/x",
  "ftp://shop.example/",
  "intent://shop.example#Intent;end",
  "https://user:password@shop.example/",
  "https://shop.example@evil.example/",
  "https://@evil.example/",
  "https:///evil.example",
  "https:/evil.example",
  "https:evil.example",
  "//evil.example",
  "/evil",
  "evil.example",
  "https://",
  "https://?x",
  String.raw`https:\\evil.example`,
  String.raw`https:/\evil.example`,
  String.raw`https://shop.example\@evil.example`,
  String.raw`https://shop.example/a\b`,
  "https://shop.example/a b",
  " https://shop.example/",
  "https://shop.example/\r\nSet-Cookie: a=b",
  "https://shop.example/\tx",
  "https://shop.example/\u2028x",
  "java\nscript:alert(1)",
  "https://shop.example:99999/",
  "https://[::1",
  `https://shop.example/${"x".repeat(2048)}`,
];

describe("a destination", () => {
  test.each(HOSTILE)("can't be %j, nor can a fallback", async (url) => {
    const link = await createLink();
    for (const path of ["url", "fallbackUrl"]) {
      expectInvalid(await postLink({ [path]: url }), path);
      expectInvalid(await api("PATCH", `/links/${link.id}`, { [path]: url }), path);
    }
    expect((await api("GET", `/links/${link.id}`)).body).toEqual(link);
  });

  test.each([
    "https://{{username}}.example/",
    "https://shop.example{{slug}}/",
    "https://shop.example:{{code}}/",
    "https://{{code}}@shop.example/",
    "{{code}}://shop.example/",
    "https:{{code}}//shop.example/",
    String.raw`https://shop.example\{{username}}`,
    "{{username}}",
  ])("must not leave it to a variable where it leads: %j", async (url) => {
    expectInvalid(await postLink({ url }), "url");
  });

  test.each(["https://shop.example/{{nobody}}", "https://shop.example/{{}}", "https://shop.example/{{Username}}"])(
    "has no variable of another name: %j",
    async (url) => {
      expectInvalid(await postLink({ url }), "url");
    },
  );

  test("names a UTM value with an unknown variable", async () => {
    expectInvalid(await postLink({ utm: { source: "{{nobody}}" } }), "utm.source");
    expectInvalid(await postLink({ utm: { colour: "red" } }), "utm.colour");
  });

  test.each([
    "https://shop.example/{{username}}/{{creator}}/{{campaign}}/{{plan}}/{{slug}}/{{code}}?id={{click_id}}#{{ slug }}",
    "http://shop.example",
    "HTTPS://SHOP.example/Path",
    "https://shop.example:8443/?a=b&c[]=d;e#f",
    "https://münchen.example/straße",
    "https://192.0.2.7/",
    "https://[2001:db8::1]/",
    "https://shop.example/%00%0d%0a",
  ])("may be %j", async (url) => {
    const link = await createLink({ url });
    expect(link.url).toBe(url);
    expect(destination(await visit(`/${link.slug}`)).protocol).toMatch(/^https?:$/);
  });

  test("of any alphabet is passed on in ASCII, and so is a fallback", async () => {
    const url = "https://shop.example/straße/夏?größe=m#füße";
    const live = await createLink({ url });
    const ended = await createLink({ fallbackUrl: url, endsAt: "2020-01-01T00:00:00Z" });
    for (const { slug } of [live, ended]) {
      const location = (await visit(`/${slug}`)).headers.get("location") ?? "";
      expect(location).toMatch(/^https:\/\/shop\.example\/stra%C3%9Fe\/%E5%A4%8F\?gr%C3%B6%C3%9Fe=m/);
      expect(location).toMatch(/^[\x21-\x7e]+$/);
    }
  });

  test.each(["url", "fallbackUrl"])("can't lead back to a short-link host: %s", async (path) => {
    await createDomain({ hostname: "go.lea.example" });
    for (const loop of [
      "https://go.brand.example/other",
      "http://go.brand.example/",
      "https://GO.brand.example/other",
      "https://go.brand.example./other",
      "https://go.brand.example:443/other",
      "https://go.brand.exampl%65/other",
      "https://go.lea.example/other",
      "https://go.lea.example:8443/other",
      "https://go.lea.example./other",
    ]) {
      expectInvalid(await postLink({ [path]: loop }), path);
      const link = await createLink();
      expectInvalid(await api("PATCH", `/links/${link.id}`, { [path]: loop }), path);
    }
  });

  test("that became a short-link host doesn't keep its link from being switched off", async () => {
    const link = await createLink({ url: "https://go.lea.example/shop" });
    await createDomain({ hostname: "go.lea.example" });
    const answer = await api("PATCH", `/links/${link.id}`, { disabled: true });
    expect(answer).toMatchObject({ status: 200, body: { disabled: true } });
    expectInvalid(await api("PATCH", `/links/${link.id}`, { url: "https://go.lea.example/other" }), "url");
  });
});

describe("the times of a link", () => {
  test.each([
    ["an end before its start", { startsAt: "2026-11-21T09:00:00Z", endsAt: "2026-11-21T08:59:59Z" }],
    ["an end at its start", { startsAt: "2026-11-21T09:00:00Z", endsAt: "2026-11-21T10:00:00+01:00" }],
  ])("can't be %s", async (_what, times) => {
    expectInvalid(await postLink(times), "endsAt");
    const link = await createLink();
    expectInvalid(await api("PATCH", `/links/${link.id}`, times), "endsAt");
  });

  test("are checked against those it has when one of them changes", async () => {
    const link = await createLink({ startsAt: "2026-11-21T09:00:00Z", endsAt: "2026-11-22T09:00:00Z" });
    const path = `/links/${link.id}`;
    expectInvalid(await api("PATCH", path, { endsAt: "2026-11-21T09:00:00Z" }), "endsAt");
    expectInvalid(await api("PATCH", path, { startsAt: "2026-11-22T09:00:00Z" }), "endsAt");
    expect((await api("PATCH", path, { startsAt: null, endsAt: "2026-11-20T09:00:00Z" })).status).toBe(200);
  });

  test.each(["2026-11-31", "2026-11-21T09:00:00", "21.11.2026", "2026-02-30T00:00:00Z", "now", "1e3"])(
    "can't be written as %j",
    async (startsAt) => {
      expectInvalid(await postLink({ startsAt }), "startsAt");
    },
  );
});

describe("changing a link", () => {
  test.each([
    ["slug", "changed-slug"],
    ["url", "https://other.example/"],
    ["kind", "affiliate"],
    ["utm", { medium: "social" }],
    ["startsAt", "2026-02-01T00:00:00.000Z"],
    ["endsAt", "2036-02-01T00:00:00.000Z"],
    ["maxClicks", 5],
    ["fallbackUrl", "https://shop.example/sorry"],
    ["disabled", true],
    ["tags", ["new", "other"]],
  ])("changes its %s and nothing else", async (field, value) => {
    const before = await createLink({ utm: { source: "{{username}}" }, tags: ["old"] });
    const after = bodyOf(linkSchema, await api("PATCH", `/links/${before.id}`, { [field]: value }));
    const expected = { ...before, [field]: value, updatedAt: after.updatedAt };
    if (field === "slug") expected.shortUrl = "https://go.brand.example/changed-slug";
    expect(after).toEqual(expected);
    expect((await api("GET", `/links/${before.id}`)).body).toEqual(after);
  });

  test.each(["campaignId", "planId", "codeId"] as const)("changes its %s and nothing else", async (field) => {
    const store = await createStore();
    const value = (await createTracking(store, await createCreator()))[field];
    const before = await createLink({ kind: "affiliate" });
    const after = bodyOf(linkSchema, await api("PATCH", `/links/${before.id}`, { [field]: value }));
    // A link is of its plan's store.
    const storeId = field === "planId" ? store.id : before.storeId;
    expect(after).toEqual({ ...before, storeId, [field]: value, updatedAt: after.updatedAt });
    expect((await api("GET", `/links/${before.id}`)).body).toEqual(after);
  });

  test("changes its store, creator and domain", async () => {
    const [store, creator, domain] = [await createStore(), await createCreator(), await createDomain()];
    const link = await createLink();
    const given = { storeId: store.id, creatorId: creator.id, domain: domain.hostname };
    const after = bodyOf(linkSchema, await api("PATCH", `/links/${link.id}`, given));
    expect(after).toMatchObject({ ...given, shortUrl: `https://go.lea.example/${link.slug}` });
    expect(await statusOf(`/${link.slug}`)).toBe(404);
  });

  test("takes null for none", async () => {
    const [store, creator, domain] = [await createStore(), await createCreator(), await createDomain()];
    const fields = {
      domain: domain.hostname,
      storeId: store.id,
      creatorId: creator.id,
      ...(await createTracking(store, creator)),
      startsAt: "2026-01-01T00:00:00.000Z",
      endsAt: "2036-01-01T00:00:00.000Z",
      maxClicks: 3,
      fallbackUrl: "https://shop.example/over",
    };
    const link = await createLink({ ...fields, kind: "affiliate" });
    const cleared = Object.fromEntries(Object.keys(fields).map((field) => [field, null]));
    const after = bodyOf(linkSchema, await api("PATCH", `/links/${link.id}`, cleared));
    expect(after).toMatchObject(cleared);
    expect(after.shortUrl).toBe(`https://go.brand.example/${link.slug}`);
    expect((await api("GET", `/links/${link.id}`)).body).toEqual(after);
  });

  test.each(["slug", "url", "kind", "utm", "disabled", "tags"])("can't clear its %s by null", async (field) => {
    const link = await createLink();
    expectInvalid(await api("PATCH", `/links/${link.id}`, { [field]: null }), field);
  });

  test("names a field that it doesn't know", async () => {
    const link = await createLink();
    for (const field of ["colour", "id", "shortUrl", "createdAt"]) {
      expectInvalid(await api("PATCH", `/links/${link.id}`, { [field]: "x" }), field);
    }
  });

  test("of its slug works at once, frees the old one and is refused for one that is taken", async () => {
    const [old, next] = [freshSlug(), freshSlug()];
    const link = await createLink({ slug: old });
    expect(await statusOf(`/${old}`)).toBe(302);
    expect((await api("PATCH", `/links/${link.id}`, { slug: next })).status).toBe(200);
    expect([await statusOf(`/${old}`), await statusOf(`/${next}`)]).toEqual([404, 302]);

    const heir = await createLink({ slug: old });
    for (const slug of [next, next.toUpperCase()]) {
      const problem = problemOf(await api("PATCH", `/links/${heir.id}`, { slug }));
      expect(problem).toMatchObject({ status: 409, code: "slug_taken", errors: [{ path: "slug" }] });
    }
    expect((await api("GET", `/links/${heir.id}`)).body).toEqual(heir);
  });

  test("of the case of its slug is no conflict with itself", async () => {
    const link = await createLink({ slug: freshSlug() });
    const slug = link.slug.toUpperCase();
    expect(await api("PATCH", `/links/${link.id}`, { slug })).toMatchObject({ status: 200, body: { slug } });
  });

  test("to a domain follows that domain's rule on case", async () => {
    await createDomain({ hostname: "go.brand.example", caseSensitive: true });
    const link = await createLink({ slug: "Moved-Link" });
    expect(await statusOf("/moved-link")).toBe(302);
    await api("PATCH", `/links/${link.id}`, { domain: "go.brand.example" });
    expect([await statusOf("/moved-link"), await statusOf("/Moved-Link")]).toEqual([404, 302]);
    await api("PATCH", `/links/${link.id}`, { domain: null });
    expect([await statusOf("/moved-link"), await statusOf("/MOVED-LINK")]).toEqual([302, 302]);
  });

  test("to a domain is refused where that has its slug", async () => {
    const domain = await createDomain();
    const { slug } = await createLink({ domain: domain.hostname });
    const link = await createLink({ slug });
    const problem = problemOf(await api("PATCH", `/links/${link.id}`, { domain: domain.hostname }));
    expect(problem).toMatchObject({ status: 409, code: "slug_taken" });
  });

  test("replaces its tags", async () => {
    const link = await createLink({ tags: ["a", "b"] });
    await api("PATCH", `/links/${link.id}`, { tags: ["c", "b", "c"] });
    expect((await api("GET", `/links/${link.id}`)).body).toMatchObject({ tags: ["b", "c"] });
    expect([await found({ tag: "a" }), await found({ tag: "c" })]).toEqual([[], [link.id]]);
    await api("PATCH", `/links/${link.id}`, { tags: [] });
    expect((await api("GET", `/links/${link.id}`)).body).toMatchObject({ tags: [] });
  });

  test("by several at the same moment keeps what each of them changed", async () => {
    for (let round = 0; round < 5; round++) {
      const link = await createLink({ tags: ["old"] });
      const path = `/links/${link.id}`;
      const changes = { url: "https://other.example/", disabled: true, tags: ["new"], maxClicks: 7, slug: freshSlug() };
      await Promise.all(Object.entries(changes).map(([field, value]) => api("PATCH", path, { [field]: value })));
      expect((await api("GET", path)).body).toMatchObject(changes);
    }
  });

  test("of its slug stays reachable when its domain changes at the same moment", async () => {
    const domain = await createDomain({ hostname: "go.brand.example", caseSensitive: true });
    const path = `/links/${(await createLink({ slug: freshSlug() })).id}`;
    beforeNextWrite(() => api("PATCH", path, { slug: "New-Slug" }));
    await api("PATCH", path, { domain: domain.hostname });
    const now = bodyOf(linkSchema, await api("GET", path));
    expect(await statusOf(new URL(now.shortUrl).pathname)).toBe(302);
  });

  test("that is deleted between the check and the write doesn't bring it back", async () => {
    const link = await createLink({ tags: ["old"] });
    const path = `/links/${link.id}`;
    beforeNextWrite(() => api("DELETE", path));
    const answer = await api("PATCH", path, { disabled: true, tags: ["new"] });
    expect(problemOf(answer)).toMatchObject({ status: 404, code: "not_found" });
    expect((await api("GET", path)).status).toBe(404);
    expect(await statusOf(`/${link.slug}`)).toBe(404);
  });
});

describe("deleting a link", () => {
  test("takes it out of every answer at once", async () => {
    const link = await createLink({ tags: ["gone"] });
    expect(await statusOf(`/${link.slug}`)).toBe(302);
    expect(await api("DELETE", `/links/${link.id}`)).toMatchObject({ status: 204, body: null });
    expect(await statusOf(`/${link.slug}`)).toBe(404);
    for (const [method, body] of [["GET"], ["PATCH", {}], ["DELETE"]] as const) {
      expect(problemOf(await api(method, `/links/${link.id}`, body))).toMatchObject({ status: 404, code: "not_found" });
    }
    expect([await found({ limit: "9" }), await found({ tag: "gone" })]).toEqual([[], []]);
  });

  test("frees its slug and keeps its row for its history", async () => {
    const first = await createLink({ slug: freshSlug() });
    await api("DELETE", `/links/${first.id}`);
    const second = await createLink({ slug: first.slug, url: "https://other.example/" });
    expect(destination(await visit(`/${first.slug}`)).host).toBe("other.example");
    await api("DELETE", `/links/${second.id}`);

    const { results } = await env.DB.prepare("SELECT id, slug, deleted_at > 0 AS deleted FROM links ORDER BY id").all();
    expect(results).toEqual([first, second].map(({ id, slug }) => ({ id, slug, deleted: 1 })));
  });
});

describe("a list of links", () => {
  test("pages from new to old without repeats or gaps", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) ids.unshift((await createLink()).id);
    const pages = await pagesOf(linkSchema, "/links?limit=2");
    expect(pages.map((links) => links.length)).toEqual([2, 2, 1]);
    expect(pages.flat().map((link) => link.id)).toEqual(ids);
  });

  test("shows each link as reading it does", async () => {
    const link = await createLink({ tags: ["b", "a"], utm: { source: "x" } });
    expect((await api("GET", "/links")).body).toEqual({ data: [link], nextCursor: null });
  });

  test("pages within a filter, of those made at the same moment too", async () => {
    const entries = Array.from({ length: 12 }, (_none, index) => ({
      url: URL_OF_SHOP,
      tags: [index % 2 ? "odd" : "even"],
    }));
    await api("POST", "/links/bulk", { links: entries });
    const pages = await pagesOf(linkSchema, "/links?tag=odd&limit=4");
    expect(pages.map((links) => links.length)).toEqual([4, 2]);
    expect(new Set(pages.flat().map((link) => link.id)).size).toBe(6);
  });

  test("can be asked by creator, campaign, store, domain, kind and tag, and by all of them", async () => {
    const [creator, store, domain] = [await createCreator(), await createStore(), await createDomain()];
    const { id: campaign } = await insertCampaign();
    const filters = {
      creator: creator.id,
      campaign,
      store: store.id,
      domain: domain.hostname,
      kind: "affiliate",
      tag: "spring sale",
    };
    const fields = [
      { creatorId: filters.creator, kind: "tracking" },
      { campaignId: filters.campaign },
      { storeId: filters.store },
      { domain: filters.domain },
      { kind: filters.kind },
      { tags: ["other", filters.tag] },
    ];
    const ids: string[] = [];
    for (const one of fields) ids.push((await createLink(one)).id);
    const all = await createLink(Object.assign({}, ...fields) as Record<string, unknown>);
    for (const [index, [name, value]] of Object.entries(filters).entries()) {
      expect(await found({ [name]: value }), name).toEqual([all.id, ids[index]]);
    }
    expect(await found(filters)).toEqual([all.id]);
    expect(await found({ tag: "spring" })).toEqual([]);
    expect(await found({ domain: "GO.LEA.example" })).toContain(all.id);
  });

  describe("by text", () => {
    test("looks into slugs and destinations, whatever the case", async () => {
      const one = await createLink({ slug: "Shoes-OF-lea", url: "https://shop.example/Boots/" });
      for (const q of ["shoes", "OF-LEA", "boots", "HTTPS://SHOP"]) expect(await found({ q }), q).toEqual([one.id]);
      expect(await found({ q: "sandals" })).toEqual([]);
    });

    test("takes no character for a wildcard", async () => {
      const [percent, under] = [
        await createLink({ url: "https://shop.example/50%25" }),
        await createLink({ slug: "a_b" }),
      ];
      await createLink({ slug: "axb" });
      expect(await found({ q: "50%" })).toEqual([percent.id]);
      expect(await found({ q: "%" })).toEqual([percent.id]);
      expect(await found({ q: "_" })).toEqual([under.id]);
      expect(await found({ q: "a_b" })).toEqual([under.id]);
      expect(await found({ q: "*" })).toEqual([]);
      expect(await found({ q: "' OR 1=1 --" })).toEqual([]);
    });

    test("may be long", async () => {
      const path = "x".repeat(200);
      const link = await createLink({ url: `https://shop.example/${path}` });
      for (const length of [50, 51, 80, 200]) expect(await found({ q: path.slice(0, length) })).toEqual([link.id]);
      expectInvalid(await api("GET", `/links?q=${path}x`), "q");
    });

    test("finds letters outside ASCII as they were written", async () => {
      const slug = await createLink({ slug: "Été" });
      const url = await createLink({ url: "https://shop.example/Öko/夏" });
      for (const q of ["Été", "éTÉ", "e\u0301t"]) expect(await found({ q }), q).toEqual([slug.id]);
      for (const q of ["Öko", "夏"]) expect(await found({ q }), q).toEqual([url.id]);
    });

    test("finds slugs of a domain that tells upper from lower case", async () => {
      const domain = await createDomain({ caseSensitive: true });
      const link = await createLink({ domain: domain.hostname, slug: "CamelCase" });
      for (const q of ["camel", "CAMEL", "CamelCase"]) expect(await found({ q }), q).toEqual([link.id]);
    });
  });

  test.each([
    ["colour", "colour=red"],
    ["creator", "creator=lnk_0000000000000000"],
    ["campaign", "campaign=x"],
    ["store", "store="],
    ["domain", "domain=https://go.lea.example"],
    ["kind", "kind=other"],
    ["tag", "tag="],
    ["q", "q="],
    ["limit", "limit=201"],
    ["cursor", "cursor=x"],
  ])("refuses a bad %s", async (path, query) => {
    expectInvalid(await api("GET", `/links?${query}`), path);
  });
});

async function audit(query: Record<string, string>) {
  return (await pagesOf(auditSchema, `/audit?${new URLSearchParams(query).toString()}`)).flat();
}

test("each change is in the audit log with what it found and left; a refused one is not", async () => {
  const created = await createLink({ tags: ["b", "a"], utm: { source: "x" } });
  const path = `/links/${created.id}`;
  const changed = await api("PATCH", path, { disabled: true, tags: ["c"] });
  await api("PATCH", path, { url: "javascript:alert(1)" });
  await postLink({ slug: created.slug });
  await api("DELETE", path);
  expect(await audit({ entity: "link" })).toMatchObject([
    { action: "delete", entityId: created.id, before: changed.body, after: null },
    { action: "update", entityId: created.id, before: created, after: changed.body },
    { action: "create", entityId: created.id, before: null, after: created },
  ]);
});

test("an unknown link is not found, and an id of another form is invalid", async () => {
  for (const [method, body] of [["GET"], ["PATCH", {}], ["DELETE"]] as const) {
    expect(problemOf(await api(method, `/links/${UNKNOWN}`, body))).toMatchObject({ status: 404, code: "not_found" });
    expectInvalid(await api(method, "/links/str_0000000000000000", body), "id");
  }
});

test.each([
  ["GET", "/links", "links:read"],
  ["POST", "/links", "links:write"],
  ["POST", "/links/bulk", "links:write"],
  ["GET", `/links/${UNKNOWN}`, "links:read"],
  ["GET", `/links/${UNKNOWN}/qr.svg`, "links:read"],
  ["PATCH", `/links/${UNKNOWN}`, "links:write"],
  ["DELETE", `/links/${UNKNOWN}`, "links:write"],
] as const)("%s %s needs a key with %s", expectGuarded);
