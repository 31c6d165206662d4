import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { importTokenKeys, verifyToken } from "../../../src/edge/click/token.ts";
import worker from "../../../src/index.ts";
import type { LinkRule } from "../../../src/ground/model/link.ts";
import { type Link, linkSchema } from "../../../src/links/link/schema.ts";
import { api, bodyOf, expectInvalid } from "../../ground/api.ts";
import { createDomain, insertLink } from "../../links/link-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { BROWSER_HEADERS, destination, GERMANY, SHORT_ORIGIN, visit, visitToTheEnd } from "../visit.ts";

const OWN = "https://shop.example/own";
const NOON = Date.UTC(2026, 10, 20, 12);

const IPHONE = BROWSER_HEADERS["User-Agent"] ?? "";
const IPAD = IPHONE.replace("iPhone; CPU iPhone OS", "iPad; CPU OS");
const PIXEL =
  "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36";
const WINDOWS =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const MAC =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function freezeAt(time: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: time });
}

/** A rule that leads to a page named `name`. */
const rule = <When>(name: string, when: When) => ({ when, url: `https://shop.example/${name}` });

async function createLink(rules: unknown[], body: Record<string, unknown> = {}): Promise<Link> {
  return bodyOf(linkSchema, await api("POST", "/links", { url: OWN, rules, ...body }));
}

/** Clicks go straight to D1, so that their rows can be read after the visit. */
const direct = { ...env, CLICK_QUEUE: undefined } as unknown as Env;

interface From {
  country?: string;
  region?: string;
  headers?: Record<string, string>;
  query?: string;
  method?: string;
}

function openAs(link: Link, from: From = {}): Promise<Response> {
  const { country, region, headers, query, method = "GET" } = from;
  const cf = { ...GERMANY, ...(country !== undefined && { country }), ...(region !== undefined && { region }) };
  return visitToTheEnd(`/${link.slug}${query ?? ""}`, headers, direct, { cf, method });
}

/** The page that a visitor is sent to by the isolate that the admin API runs in. */
async function pageHere(link: Link): Promise<string> {
  return destination(await visit(`/${link.slug}`)).pathname.slice(1);
}

/** The page that a visitor of the link is sent to. */
async function pageFor(link: Link, from: From = {}): Promise<string> {
  return destination(await openAs(link, from)).pathname.slice(1);
}

/** The link's rows; another test's may still be on their way through the queue. */
async function rows(link: Link): Promise<Record<string, unknown>[]> {
  return (await env.DB.prepare("SELECT * FROM clicks WHERE link_id = ?1 ORDER BY seq").bind(link.id).all()).results;
}

/** Visits by the thousand need no log. */
const unlogged = { ...env, CLICK_QUEUE: { send: async () => undefined } } as unknown as Env;

/** The pages that many visitors are sent to, in their order, while what is behind the responses is under way. */
async function pagesOf(
  link: Pick<Link, "slug">,
  visitors: readonly Record<string, string>[],
  context = createExecutionContext(),
): Promise<string[]> {
  const pages: string[] = [];
  for (const headers of visitors) {
    const request = new Request<unknown, IncomingRequestCfProperties>(`${SHORT_ORIGIN}/${link.slug}`, {
      headers: { ...BROWSER_HEADERS, ...headers },
    });
    const response = await worker.fetch(request, unlogged, context);
    pages.push(destination(response).pathname.slice(1));
  }
  return pages;
}

/** A link with an id that is always the same, and with it the places of its visitors. */
async function fixedLink(number: number, rules: LinkRule[]): Promise<{ slug: string }> {
  const [id, slug] = [`lnk_00000000000f000${number}`, `fixed-${number}`];
  await insertLink({ id, slug, slugKey: slug, url: OWN, rules });
  return { slug };
}

/** Addresses that are always the same. */
const addresses = (count: number): Record<string, string>[] =>
  Array.from({ length: count }, (_none, index) => ({ "CF-Connecting-IP": `198.18.${index >> 8}.${index & 255}` }));

const countOf = (pages: readonly string[], page: string): number => pages.filter((name) => name === page).length;

const language = (value: string): From => ({ headers: { "Accept-Language": value } });
const agent = (value: string): From => ({ headers: { "User-Agent": value } });

describe("a rule's condition", () => {
  it.each<[string, Record<string, unknown>, From, boolean]>([
    ["the visitor's country", { country: "DE" }, {}, true],
    ["a country of a list, in small letters", { country: ["at", "de"] }, {}, true],
    ["another country", { country: "AT" }, {}, false],
    ["the visitor's region", { region: "berlin" }, {}, true],
    ["another region", { region: "Hesse" }, {}, false],
    ["an iPhone", { device: "ios" }, {}, true],
    ["an iPhone, asked for Android", { device: "android" }, {}, false],
    ["an Android phone", { device: ["android"] }, agent(PIXEL), true],
    ["a phone, whichever", { device: "mobile" }, agent(PIXEL), true],
    ["an iPad, asked for phones", { device: "mobile" }, agent(IPAD), false],
    ["an iPad, asked for tablets", { device: "tablet" }, agent(IPAD), true],
    ["Windows", { device: "windows" }, agent(WINDOWS), true],
    ["Windows, asked for macOS", { device: "macos" }, agent(WINDOWS), false],
    ["a Mac, asked for computers", { device: "desktop" }, agent(MAC), true],
    ["the first language", { language: "de" }, {}, true],
    ["a variety that the visitor doesn't speak", { language: "de-CH" }, {}, false],
    ["the language that weighs most", { language: "fr" }, language("en;q=0.5, fr-CA"), true],
    ["a language that comes second", { language: "en" }, language("de-DE,en;q=0.8"), false],
    ["all of several conditions", { country: "DE", device: "ios", language: "de" }, {}, true],
    ["all but one of several", { country: "DE", device: "ios", language: "fr" }, {}, false],
    ["nothing at all", {}, {}, true],
  ])("%s", async (_name, when, from, fits) => {
    const link = await createLink([rule("ruled", when)]);
    expect(await pageFor(link, from)).toBe(fits ? "ruled" : "own");
  });

  it("doesn't hold of a country or region that Cloudflare doesn't know", async () => {
    const link = await createLink([rule("country", { country: "DE" }), rule("region", { region: "Berlin" })]);
    const response = await visitToTheEnd(`/${link.slug}`, {}, direct, { cf: { colo: "TXL" } });
    expect(destination(response).pathname).toBe("/own");
  });

  it.each<[string, Record<string, string>, string, string]>([
    ["just before opening", { from: "09:00", to: "17:00" }, "08:59", "own"],
    ["at opening", { from: "09:00", to: "17:00" }, "09:00", "open"],
    ["a minute before closing", { from: "09:00", to: "17:00" }, "16:59", "open"],
    ["at closing", { from: "09:00", to: "17:00" }, "17:00", "own"],
    ["at night, over midnight", { from: "22:00", to: "06:00" }, "23:30", "open"],
    ["in the morning, over midnight", { from: "22:00", to: "06:00" }, "05:59", "open"],
    ["by day, over midnight", { from: "22:00", to: "06:00" }, "06:00", "own"],
    ["by the shop's clock, open", { from: "09:00", to: "17:00", timezone: "Asia/Tokyo" }, "00:00", "open"],
    ["by the shop's clock, closed", { from: "09:00", to: "17:00", timezone: "Asia/Tokyo" }, "08:00", "own"],
    ["by a clock of half an hour", { from: "17:30", to: "17:31", timezone: "Asia/Kolkata" }, "12:00", "open"],
  ])("hours: %s", async (_name, hours, time, page) => {
    const [hour = 0, minute = 0] = time.split(":").map(Number);
    freezeAt(Date.UTC(2026, 10, 20, hour, minute));
    expect(await pageFor(await createLink([rule("open", { hours })]))).toBe(page);
  });

  it("hours follow summer time", async () => {
    const hours = { from: "09:00", to: "10:00", timezone: "Europe/Paris" };
    freezeAt(Date.UTC(2026, 6, 1, 7, 30));
    const link = await createLink([rule("open", { hours })]);
    expect(await pageFor(link)).toBe("open");
    vi.setSystemTime(Date.UTC(2026, 11, 1, 7, 30));
    expect(await pageFor(link)).toBe("own");
    vi.setSystemTime(Date.UTC(2026, 11, 1, 8, 30));
    expect(await pageFor(link)).toBe("open");
  });
});

describe("several rules", () => {
  it("are asked in their order, and the first that fits wins", async () => {
    const link = await createLink([
      rule("austria", { country: "AT" }),
      rule("phones", { device: "ios" }),
      rule("germany", { country: "DE" }),
    ]);
    expect(await pageFor(link)).toBe("phones");
    expect(await pageFor(link, { country: "AT" })).toBe("austria");
    expect(await pageFor(link, { headers: { "User-Agent": WINDOWS } })).toBe("germany");
    expect(await pageFor(link, { country: "FR", headers: { "User-Agent": WINDOWS } })).toBe("own");
  });

  it("are known to the click's row by their index", async () => {
    const link = await createLink([rule("austria", { country: "AT" }), rule("germany", { country: "DE" })]);
    await openAs(link);
    await openAs(link, { country: "AT" });
    await openAs(link, { country: "FR" });
    await openAs(link, { method: "HEAD" });
    expect((await rows(link)).map((row) => [row["rule"], row["bucket"]])).toEqual([
      [1, "counted"],
      [0, "duplicate"],
      [null, "duplicate"],
      [1, "head"],
    ]);
  });

  it("may be changed and taken away, at once in the isolate that was asked to", async () => {
    const link = await createLink([rule("germany", { country: "DE" })]);
    expect(await pageHere(link)).toBe("germany");
    const patched = await api("PATCH", `/links/${link.id}`, { rules: [rule("phones", { device: ["ios"] })] });
    expect(bodyOf(linkSchema, patched).rules).toEqual([rule("phones", { device: ["ios"] })]);
    expect(await pageHere(link)).toBe("phones");
    await api("PATCH", `/links/${link.id}`, { tags: ["untouched"] });
    expect(await pageHere(link)).toBe("phones");
    expect(bodyOf(linkSchema, await api("PATCH", `/links/${link.id}`, { rules: [] })).rules).toEqual([]);
    expect(await pageHere(link)).toBe("own");
  });

  it("are kept as given, with one value written as a list and the time zone filled in", async () => {
    const when = { country: "de", language: "pt-BR", hours: { from: "08:00", to: "09:30" }, weight: 12.5 };
    const link = await createLink([rule("a", when)]);
    const kept = {
      country: ["DE"],
      language: ["pt-BR"],
      hours: { from: "08:00", to: "09:30", timezone: "UTC" },
      weight: 12.5,
    };
    expect(link.rules).toEqual([rule("a", kept)]);
    expect(bodyOf(linkSchema, await api("GET", `/links/${link.id}`)).rules).toEqual(link.rules);
  });
});

describe("a rule's destination", () => {
  it("has what the link's own has: variables, UTMs, a click id that verifies, and the owner's word", async () => {
    const store = await createStore({ consentPolicy: "deferred", clickParam: "ref_id" });
    const creator = await createCreator({ firstName: "Lea", lastName: "Martin", handles: { instagram: "lea" } });
    const link = await createLink(
      [{ when: { country: "DE" }, url: "https://shop.example/de/{{slug}}?by={{username}}&size=m&utm_campaign=de#top" }],
      {
        storeId: store.id,
        creatorId: creator.id,
        slug: "ruled-utm",
        utm: { source: "{{username}}", medium: "creator" },
      },
    );
    const query = "?utm_source=evil&UTM.medium=evil&by=evil&size=xl&ref_id=stolen&wm_click=stolen&fbclid=abc";
    const location = destination(await openAs(link, { query }));
    expect(location.pathname + location.hash).toBe("/de/ruled-utm#top");
    const { ref_id: token = "", ...rest } = Object.fromEntries(location.searchParams);
    expect(rest).toEqual({
      by: "lea",
      size: "m",
      utm_source: "lea",
      utm_medium: "creator",
      utm_campaign: "de",
      fbclid: "abc",
    });
    expect(location.searchParams.getAll("ref_id")).toHaveLength(1);
    const verdict = await verifyToken(await importTokenKeys(env.CLICK_TOKEN_KEYS), token);
    expect(verdict).toMatchObject({ ok: true, token: { linkId: link.id } });
    expect(await rows(link)).toMatchObject([{ utm_source: "lea", utm_medium: "creator", utm_campaign: "de" }]);
  });

  it("decides itself which parameters are the owner's: what the other destination sets is free here", async () => {
    const link = await createLink([{ when: { country: "DE" }, url: "https://shop.example/de" }], {
      url: `${OWN}?size=m`,
    });
    expect(destination(await openAs(link, { query: "?size=xl" })).searchParams.get("size")).toBe("xl");
    expect(destination(await openAs(link, { country: "FR", query: "?size=xl" })).searchParams.getAll("size")).toEqual([
      "m",
    ]);
  });

  it("leaves the link's end, switch and fallback as they are", async () => {
    const link = await createLink([rule("germany", {})], { disabled: true, fallbackUrl: "https://shop.example/over" });
    expect(await pageHere(link)).toBe("over");
    await api("PATCH", `/links/${link.id}`, { fallbackUrl: null });
    expect((await visit(`/${link.slug}`)).status).toBe(410);
  });

  it("takes its uses off the same click cap, exactly, in a crowd of both kinds", async () => {
    const link = await createLink([rule("germany", { country: "DE" })], { maxClicks: 9 });
    const crowd = Array.from({ length: 40 }, async (_none, index) =>
      openAs(link, {
        country: index % 2 === 0 ? "DE" : "FR",
        headers: { "CF-Connecting-IP": `203.0.113.${index}` },
      }),
    );
    const statuses = (await Promise.all(crowd)).map((response) => response.status);
    expect(statuses.filter((status) => status === 302)).toHaveLength(9);
    expect(statuses.filter((status) => status === 410)).toHaveLength(31);
    const buckets = (await rows(link)).map((row) => row["bucket"]);
    expect(buckets.filter((bucket) => bucket === "counted")).toHaveLength(9);
  });
});

describe("an A/B test", () => {
  it.each(["implied", "strict"])(
    "shows a visitor the same page all day, without a cookie (%s)",
    async (consentPolicy) => {
      freezeAt(NOON);
      const store = await createStore({ consentPolicy });
      const link = await createLink([rule("a", { weight: 50 })], { storeId: store.id });
      const visitors = addresses(12);
      const context = createExecutionContext();
      const first = await pagesOf(link, visitors, context);
      for (let visits = 1; visits < 30; visits++) {
        vi.setSystemTime(Date.UTC(2026, 10, 20, 0, visits * 48));
        expect(await pagesOf(link, visitors, context), `visit ${visits}`).toEqual(first);
      }
      await waitOnExecutionContext(context);
      expect(new Set(first)).toEqual(new Set(["a", "own"]));
    },
  );

  it("stores nothing by which a strict visitor could be told, and sets no cookie", async () => {
    const store = await createStore({ consentPolicy: "strict" });
    const link = await createLink([rule("a", { weight: 100 })], { storeId: store.id });
    const response = await openAs(link);
    expect(response.headers.has("set-cookie")).toBe(false);
    expect(response.headers.get("location")).toBe("https://shop.example/a");
    expect(await rows(link)).toMatchObject([{ rule: 0, visitor_key: null, consent: "strict" }]);
  });

  it("gives each page its share of 2,000 visitors", async () => {
    freezeAt(NOON);
    const link = await fixedLink(1, [rule("a", { weight: 20 }), rule("b", { weight: 30 })]);
    const pages = await pagesOf(link, addresses(2_000));
    // Of 2,000, three standard deviations are 2.7, 3.1 and 3.4 %.
    expect(Math.abs(countOf(pages, "a") / 20 - 20)).toBeLessThan(2.7);
    expect(Math.abs(countOf(pages, "b") / 20 - 30)).toBeLessThan(3.1);
    expect(Math.abs(countOf(pages, "own") / 20 - 50)).toBeLessThan(3.4);
    expect(await pagesOf(link, addresses(200))).toEqual(pages.slice(0, 200));
  });

  it("divides only the visitors that reach its rules", async () => {
    freezeAt(NOON);
    const link = await fixedLink(2, [
      rule("phones", { device: ["android"] }),
      rule("a", { country: ["US"], weight: 90 }),
      rule("b", { weight: 10 }),
    ]);
    const pages = await pagesOf(link, addresses(1_000));
    expect(countOf(pages, "a")).toBe(0);
    expect(Math.abs(countOf(pages, "b") / 10 - 10)).toBeLessThan(2.9);
    const phones = await pagesOf(
      link,
      addresses(50).map((headers) => ({ ...headers, "User-Agent": PIXEL })),
    );
    expect(countOf(phones, "phones")).toBe(50);
  });

  it("of one link says nothing about another's", async () => {
    freezeAt(NOON);
    const [first, second] = [
      await fixedLink(3, [rule("a", { weight: 50 })]),
      await fixedLink(4, [rule("a", { weight: 50 })]),
    ];
    const visitors = addresses(400);
    const [one, other] = [await pagesOf(first, visitors), await pagesOf(second, visitors)];
    const same = one.filter((page, index) => page === other[index]).length;
    expect(Math.abs(same - 200)).toBeLessThan(40);
  });

  it("is drawn anew the next day, as the visitor can't be known again", async () => {
    freezeAt(NOON);
    const link = await fixedLink(5, [rule("a", { weight: 50 })]);
    const today = await pagesOf(link, addresses(400));
    vi.setSystemTime(NOON + 86_400_000);
    const tomorrow = await pagesOf(link, addresses(400));
    expect(Math.abs(today.filter((page, index) => page === tomorrow[index]).length - 200)).toBeLessThan(40);
  });

  it("goes on by chance where neither address nor secret is there", async () => {
    const link = await createLink([rule("a", { weight: 50 })]);
    const pages = new Set<string>();
    const unkeyed = { ...direct, VISITOR_KEY: "" };
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const context = createExecutionContext();
    for (let visits = 0; visits < 60; visits++) {
      const request = new Request<unknown, IncomingRequestCfProperties>(`${SHORT_ORIGIN}/${link.slug}`);
      pages.add(destination(await worker.fetch(request, unkeyed, context)).pathname);
    }
    await waitOnExecutionContext(context);
    expect(pages).toEqual(new Set(["/a", "/own"]));
  });
});

describe("rules that can't be kept", () => {
  const bad: [string, unknown[], string][] = [
    ["a country in words", [rule("a", { country: "Germany" })], "rules.0.when.country"],
    ["a country of three letters in a list", [rule("a", { country: ["DE", "DEU"] })], "rules.0.when.country.1"],
    ["no country at all", [rule("a", { country: [] })], "rules.0.when.country"],
    ["an empty region", [rule("a", { region: "" })], "rules.0.when.region"],
    ["an unknown device", [rule("a", {}), rule("b", { device: "fridge" })], "rules.1.when.device"],
    ["a language in words", [rule("a", { language: "German" })], "rules.0.when.language"],
    ["an unknown field", [rule("a", { city: "Berlin" })], "rules.0.when.city"],
    ["an unknown field beside the condition", [{ ...rule("a", {}), name: "A" }], "rules.0.name"],
    ["a weight of nothing", [rule("a", { weight: 0 })], "rules.0.when.weight"],
    ["a weight below nothing", [rule("a", { weight: -5 })], "rules.0.when.weight"],
    ["a weight above all", [rule("a", { weight: 101 })], "rules.0.when.weight"],
    ["a weight as text", [rule("a", { weight: "50" })], "rules.0.when.weight"],
    ["weights above all together", [rule("a", { weight: 60 }), rule("b", { weight: 41 })], "rules"],
    [
      "an unknown time zone",
      [rule("a", { hours: { from: "09:00", to: "10:00", timezone: "Mars/Olympus" } })],
      "rules.0.when.hours.timezone",
    ],
    ["an hour that no clock shows", [rule("a", { hours: { from: "24:00", to: "10:00" } })], "rules.0.when.hours.from"],
    ["a clock without its zero", [rule("a", { hours: { from: "09:00", to: "9:30" } })], "rules.0.when.hours.to"],
    ["hours without an end", [rule("a", { hours: { from: "09:00" } })], "rules.0.when.hours.to"],
    ["no condition", [{ url: OWN }], "rules.0.when"],
    ["no destination", [{ when: {} }], "rules.0.url"],
    ["a script", [rule("a", {}), { when: {}, url: "javascript:alert(1)" }], "rules.1.url"],
    ["a data URL", [{ when: {}, url: "data:text/html,hi" }], "rules.0.url"],
    ["a user name in the address", [{ when: {}, url: "https://shop.example@evil.example/" }], "rules.0.url"],
    ["an unknown variable", [{ when: {}, url: "https://shop.example/{{password}}" }], "rules.0.url"],
    ["a variable for a host", [{ when: {}, url: "https://{{username}}.example/" }], "rules.0.url"],
    ["a way back to the short domain", [rule("a", {}), { when: {}, url: `${SHORT_ORIGIN}/lea` }], "rules.1.url"],
    ["a way back, dotted and in capitals", [{ when: {}, url: "https://GO.Brand.Example./lea" }], "rules.0.url"],
    ["a way to another short domain", [{ when: {}, url: "https://go.lea.example/x" }], "rules.0.url"],
    ["a blocked host", [rule("a", {}), { when: {}, url: "https://www.phish.example/" }], "rules.1.url"],
    ["21 rules", Array.from({ length: 21 }, () => rule("a", {})), "rules"],
    ["51 countries", [rule("a", { country: Array.from({ length: 51 }, () => "DE") })], "rules.0.when.country"],
  ];

  it.each(bad)("%s: named, and nothing is made", async (_name, rules, path) => {
    await createDomain({ hostname: "go.lea.example" });
    await api("POST", "/blocked-hosts", { host: "phish.example", reason: "phishing" });
    expectInvalid(await api("POST", "/links", { url: OWN, rules }), path);
    expect((await env.DB.prepare("SELECT id FROM links").all()).results).toEqual([]);
    const link = await createLink([rule("kept", {})]);
    expectInvalid(await api("PATCH", `/links/${link.id}`, { rules }), path);
    expect(bodyOf(linkSchema, await api("GET", `/links/${link.id}`)).rules).toEqual(link.rules);
  });

  it("20 rules and weights of exactly 100 are fine", async () => {
    const rules = Array.from({ length: 20 }, (_none, index) => rule(`p${index}`, { weight: 5 }));
    expect((await createLink(rules)).rules).toHaveLength(20);
  });
});
