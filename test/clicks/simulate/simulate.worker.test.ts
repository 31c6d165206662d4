import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Link, linkSchema } from "../../../src/links/link/schema.ts";
import { type Simulation, simulationSchema } from "../../../src/clicks/simulate/schema.ts";
import { api, bodyOf, expectInvalid, problemOf } from "../../ground/api.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { createStore } from "../../programme/fixtures.ts";
import { BROWSER_HEADERS, visit, visitToTheEnd } from "../../edge/visit.ts";

const UNKNOWN = "lnk_0000000000000000";
const IPHONE = BROWSER_HEADERS["User-Agent"] ?? "";
const WINDOWS =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

afterEach(() => {
  vi.useRealTimers();
});

async function createLink(body: Record<string, unknown> = {}): Promise<Link> {
  return bodyOf(linkSchema, await api("POST", "/links", { url: "https://shop.example/own", ...body }));
}

async function simulate(link: Pick<Link, "id">, visitor: Record<string, unknown> = {}): Promise<Simulation> {
  return bodyOf(simulationSchema, await api("POST", `/links/${link.id}/simulate`, visitor));
}

/** Clicks go straight to D1, so that their rows can be read after the visit. */
const direct = (): Env => ({ ...env, CLICK_QUEUE: undefined }) as unknown as Env;

/** What a visit or a write would leave behind; another test's clicks may still be on their way through the queue. */
async function tracesOf(link: Link): Promise<unknown> {
  return env.DB.prepare(
    `SELECT (SELECT count(*) FROM clicks WHERE link_id = ?1) AS clicks,
            (SELECT count(*) FROM link_caps WHERE link_id = ?1) AS caps,
            (SELECT count(*) FROM audit_log) AS audit, (SELECT count(*) FROM idempotency_keys) AS answers`,
  )
    .bind(link.id)
    .first();
}

describe("a simulation", () => {
  it("says what a visitor would get, and why", async () => {
    const link = await createLink({
      url: "https://shop.example/own#top",
      utm: { source: "lea" },
      rules: [
        { when: { country: ["AT", "CH"] }, url: "https://shop.example/alps" },
        { when: { device: "android" }, url: "https://shop.example/android" },
        { when: { weight: 25 }, url: "https://shop.example/a" },
        { when: { language: "de" }, url: "https://shop.example/german#sizes" },
        { when: {}, url: "https://shop.example/never" },
      ],
    });
    const visitor = { country: "de", userAgent: IPHONE, acceptLanguage: "de-DE", draw: 60, query: "fbclid=1" };
    expect(await simulate(link, visitor)).toEqual({
      outcome: "redirect",
      status: 302,
      location: "https://shop.example/german?utm_source=lea&wm_click=CLICK_ID&fbclid=1#sizes",
      rule: 3,
      trace: [
        { index: 0, matched: false, reason: "country: DE is not one of AT, CH" },
        { index: 1, matched: false, reason: "device: ios, mobile is not one of android" },
        { index: 2, matched: false, reason: "weight: the visitor stands at 60.00, past 0–25 of 100" },
        { index: 3, matched: true, reason: "every condition holds" },
      ],
      bucket: "visit",
      reason: "visit",
      consent: { policy: "deferred", source: "region" },
      cookie: false,
    });
    expect(await simulate(link, { ...visitor, draw: 24.9 })).toMatchObject({ rule: 2 });
    expect(await simulate(link, { ...visitor, country: "CH" })).toMatchObject({ rule: 0, trace: [{ matched: true }] });
  });

  it("of no particular visitor supposes nothing", async () => {
    const link = await createLink({ rules: [{ when: { country: "DE" }, url: "https://shop.example/de" }] });
    expect(await simulate(link)).toMatchObject({
      location: "https://shop.example/own?wm_click=CLICK_ID",
      rule: null,
      trace: [{ index: 0, matched: false, reason: "country: unknown is not one of DE" }],
      bucket: "bot",
      reason: "no_user_agent",
      consent: { policy: "deferred", source: "region" },
    });
  });

  it("looks at another moment if told to", async () => {
    const hours = { from: "18:00", to: "20:00", timezone: "Europe/Berlin" };
    const link = await createLink({
      endsAt: "2030-06-01T00:00:00Z",
      rules: [{ when: { hours }, url: "https://shop.example/evening" }],
    });
    const at = (time: string) => simulate(link, { at: time, userAgent: IPHONE });
    expect(await at("2030-05-01T17:30:00+02:00")).toMatchObject({
      rule: null,
      trace: [{ reason: "hours: it is 17:30 in Europe/Berlin" }],
    });
    expect(await at("2030-05-01T16:30:00Z")).toMatchObject({ rule: 0, outcome: "redirect" });
    expect(await at("2030-06-01T00:00:00Z")).toMatchObject({ outcome: "page", status: 410, reason: "ended" });
  });

  it("counts nothing, writes nothing and uses no click up", async () => {
    const link = await createLink({ maxClicks: 1, rules: [{ when: { weight: 50 }, url: "https://shop.example/a" }] });
    expect(await tracesOf(link)).toEqual({ clicks: 0, caps: 0, audit: 1, answers: 0 });
    for (let times = 0; times < 3; times++) {
      expect(await simulate(link, { userAgent: IPHONE })).toMatchObject({ outcome: "redirect", bucket: "visit" });
    }
    expect(await tracesOf(link)).toEqual({ clicks: 0, caps: 0, audit: 1, answers: 0 });
    expect((await visit(`/${link.slug}`)).status).toBe(302);
    expect((await visit(`/${link.slug}`, { "CF-Connecting-IP": "203.0.113.9" })).status).toBe(410);
    expect(await simulate(link, { userAgent: IPHONE })).toMatchObject({
      outcome: "page",
      status: 410,
      location: null,
      bucket: "inactive",
      reason: "used_up",
    });
  });

  it("is for links that there are, and needs the scope links:read", async () => {
    expect(problemOf(await api("POST", `/links/${UNKNOWN}/simulate`, {}))).toMatchObject({ code: "not_found" });
    expectInvalid(await api("POST", "/links/nonsense/simulate", {}), "id");
    await insertLink({ id: "lnk_000000000000000z" });
    await expectGuarded("POST", "/links/lnk_000000000000000z/simulate", "links:read");
  });

  it.each<[string, unknown, string]>([
    ["a country in words", { country: "Germany" }, "country"],
    ["a place past the end", { draw: 100 }, "draw"],
    ["a place before the start", { draw: -0.1 }, "draw"],
    ["a method that no link takes", { method: "POST" }, "method"],
    ["a time that is none", { at: "tomorrow" }, "at"],
    ["a word for a signal", { gpc: "yes" }, "gpc"],
    ["a query longer than any", { query: "x".repeat(2_001) }, "query"],
    ["a field that it doesn't know", { city: "Berlin" }, "city"],
    ["a list", [], ""],
  ])("refuses %s", async (_name, body, path) => {
    expectInvalid(await api("POST", `/links/${(await createLink()).id}/simulate`, body), path);
  });
});

/** One visitor, as the simulation is told and as a browser would come. */
interface Case {
  link?: Record<string, unknown>;
  store?: Record<string, unknown>;
  blocked?: string;
  visitor?: {
    country?: string | null;
    region?: string;
    userAgent?: string;
    acceptLanguage?: string | null;
    query?: string;
    method?: "GET" | "HEAD";
    purpose?: string;
    gpc?: boolean;
    dnt?: boolean;
    cookie?: string;
    at?: string;
  };
}

const RULES = [
  { when: { country: ["US"], region: ["Texas"] }, url: "https://shop.example/texas?size=m" },
  { when: { device: ["desktop"], language: ["fr", "de"] }, url: "https://shop.example/desk#{{click_id}}" },
  { when: { hours: { from: "22:00", to: "06:00", timezone: "UTC" } }, url: "https://shop.example/night" },
  { when: { country: ["JP"], weight: 100 }, url: "https://phish.example/jp" },
];
const FALLBACK = "https://shop.example/over?from=waymark";

const CASES: Readonly<Record<string, Case>> = {
  "a German on a phone": {},
  "an American": { visitor: { country: "US" } },
  "a Texan": { link: { rules: RULES, utm: { source: "lea" } }, visitor: { country: "US", region: "TEXAS" } },
  "a Texan with parameters": {
    link: { rules: RULES, utm: { source: "lea" } },
    visitor: { country: "US", region: "Texas", query: "size=xl&utm_source=evil&fbclid=a%20b&x=1;size=s" },
  },
  "a French speaker at a desk": {
    link: { rules: RULES },
    visitor: { country: "FR", userAgent: WINDOWS, acceptLanguage: "en;q=0.3, fr-FR" },
  },
  "a night owl": { link: { rules: RULES }, visitor: { at: "2027-01-10T23:10:00Z" } },
  "someone from nowhere": { link: { rules: RULES }, visitor: { country: null, acceptLanguage: null } },
  "a visitor who is led to a blocked host": {
    blocked: "phish.example",
    link: { rules: RULES },
    visitor: { country: "JP" },
  },
  "the same with a fallback": {
    blocked: "phish.example",
    link: { rules: RULES, fallbackUrl: FALLBACK },
    visitor: { country: "JP" },
  },
  "someone under GPC at an eager store": {
    store: { consentPolicy: "implied" },
    link: { rules: RULES },
    visitor: { gpc: true, country: "US", region: "Texas" },
  },
  "someone under DNT": { visitor: { dnt: true, country: "US", query: "wm_click=stolen&a=1" } },
  "someone who opted out": { visitor: { country: "US", cookie: "a=b; wm_optout=1" } },
  "a German who consented on the shop's banner": { visitor: { cookie: "wm_consent=granted" } },
  "an American who refused there": { visitor: { country: "US", cookie: "x=y; wm_consent=denied; z=1" } },
  "an American whose link says no": { visitor: { country: "US", query: "wm_consent=denied&a=1" } },
  "someone at a strict store": { store: { consentPolicy: "strict" }, visitor: { cookie: "wm_consent=granted" } },
  "someone at a store with its own parameter": {
    store: { consentPolicy: "implied", clickParam: "ref_id" },
    visitor: { query: "ref_id=stolen" },
  },
  "someone who types what an address can't hold": { visitor: { query: "q=été and <b>#\"'\t&\\" } },
  "a browser that loads ahead": { visitor: { country: "US", purpose: "prefetch;prerender" } },
  "a link checker": { visitor: { method: "HEAD" } },
  "a crawler": { visitor: { userAgent: "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)" } },
  "a crawler at a link that is over": {
    link: { disabled: true },
    visitor: { userAgent: "WhatsApp/2.23.20.0 A" },
  },
  "a program without a name": { visitor: { userAgent: "" } },
  "someone at a link that was switched off": { link: { disabled: true } },
  "someone at a link that is over, with a fallback": {
    link: { endsAt: "2026-01-01T00:00:00Z", fallbackUrl: FALLBACK },
    visitor: { country: "US", query: "a=1" },
  },
  "someone who is too early": { link: { startsAt: "2036-01-01T00:00:00Z" } },
};

describe("a simulation tells what the Worker then does:", () => {
  it.each(Object.entries(CASES))("%s", async (_name, { link: body, store, blocked, visitor = {} }) => {
    const { storeId } = store === undefined ? { storeId: undefined } : { storeId: (await createStore(store)).id };
    const link = await createLink({ ...body, ...(storeId !== undefined && { storeId }) });
    if (blocked !== undefined) await api("POST", "/blocked-hosts", { host: blocked, reason: "phishing" });
    const imagined = {
      country: "DE",
      region: "Berlin",
      userAgent: IPHONE,
      acceptLanguage: "de-DE,de;q=0.9",
      at: "2027-01-10T12:00:00Z",
      ...visitor,
    };
    const told = await simulate(link, imagined);

    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse(imagined.at) });
    const headers: Record<string, string> = { ...BROWSER_HEADERS, "User-Agent": imagined.userAgent };
    if (imagined.acceptLanguage === null) delete headers["Accept-Language"];
    else headers["Accept-Language"] = imagined.acceptLanguage;
    if (visitor.gpc === true) headers["Sec-GPC"] = "1";
    if (visitor.dnt === true) headers["DNT"] = "1";
    if (visitor.cookie !== undefined) headers["Cookie"] = visitor.cookie;
    if (visitor.purpose !== undefined) headers["Sec-Purpose"] = visitor.purpose;
    const cf = {
      region: imagined.region,
      colo: "TXL",
      ...(imagined.country !== null && { country: imagined.country }),
    };
    const query = visitor.query === undefined ? "" : `?${visitor.query.replaceAll("#", "%23")}`;
    const response = await visitToTheEnd(`/${link.slug}${query}`, {}, direct(), {
      method: visitor.method ?? "GET",
      headers,
      cf,
    });

    const location = response.headers.get("location")?.replaceAll(/A[\w-]{55}/g, "CLICK_ID") ?? null;
    expect({ status: response.status, location, cookie: response.headers.has("set-cookie") }).toEqual({
      status: told.status,
      location: told.location,
      cookie: told.cookie,
    });
    const { results } = await env.DB.prepare("SELECT * FROM clicks WHERE link_id = ?1").bind(link.id).all();
    expect(results).toHaveLength(1);
    const [row] = results;
    expect(row).toMatchObject({
      bucket: told.bucket === "visit" ? "counted" : told.bucket,
      rule: told.rule,
      consent: told.consent.policy,
      consent_source: told.consent.source,
    });
    if (told.bucket !== "visit") expect(row?.["reason"]).toBe(told.reason);
  });

  it("which is not always the same", async () => {
    const outcomes = new Set<string>();
    for (const { link: body, visitor = {} } of Object.values(CASES)) {
      const told = await simulate(await createLink(body), { userAgent: IPHONE, ...visitor });
      outcomes.add(`${told.outcome} ${told.bucket} ${told.consent.policy} ${told.rule}`);
    }
    expect(outcomes.size).toBeGreaterThan(12);
  });
});
