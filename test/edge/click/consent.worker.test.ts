import { createExecutionContext, createMessageBatch, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CLICK_QUEUE, DEAD_LETTER_QUEUE } from "../../../src/clicks/click/consume.ts";
import { readBatch } from "../../../src/clicks/click/read-batch.ts";
import { Pseudonyms } from "../../../src/edge/click/visitor.ts";
import { runCron } from "../../../src/cron.ts";
import worker from "../../../src/index.ts";
import type { ConsentSetting } from "../../../src/ground/model/link.ts";
import { type Link, linkSchema } from "../../../src/links/link/schema.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { createDomain } from "../../links/link-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { BROWSER_HEADERS, destination, SHORT_ORIGIN, visit, visitToTheEnd } from "../visit.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Clicks go straight to D1, so that their rows can be read after the visit. */
const direct = { ...env, CLICK_QUEUE: undefined } as unknown as Env;

/** A link of a store with this policy; without one, of no store, so that the deployment's default holds. */
async function createLink(consentPolicy?: ConsentSetting | null, body: Record<string, unknown> = {}): Promise<Link> {
  const storeId = consentPolicy === undefined ? null : (await createStore({ consentPolicy })).id;
  return bodyOf(linkSchema, await api("POST", "/links", { url: "https://shop.example/sale", storeId, ...body }));
}

interface From {
  /** `null`: Cloudflare doesn't say. */
  country?: string | null;
  headers?: Record<string, string>;
  query?: string;
}

/** What the visit was allowed: the policy and its source as the row has them, and what the browser got. */
async function consentOf(link: Link, { country = "DE", headers = {}, query = "" }: From = {}) {
  const cf = { colo: "TXL", ...(country !== null && { country }) };
  const response = await visitToTheEnd(`/${link.slug}${query}`, headers, direct, { cf });
  expect(response.status).toBe(302);
  const row = await env.DB.prepare(
    "SELECT consent, consent_source AS source FROM clicks WHERE link_id = ?1 ORDER BY seq DESC",
  )
    .bind(link.id)
    .first<{ consent: string; source: string }>();
  return {
    ...row,
    clickId: destination(response).searchParams.has("wm_click"),
    cookie: response.headers.has("set-cookie"),
    location: response.headers.get("location") ?? "",
  };
}

const STRICT = { consent: "strict", clickId: false, cookie: false };
const DEFERRED = { consent: "deferred", clickId: true, cookie: false };
const IMPLIED = { consent: "implied", clickId: true, cookie: true };

describe("where the visitor is", () => {
  it.each<[string, string | null, object]>([
    ["Germany asks first", "DE", DEFERRED],
    ["Norway does, in the EEA", "NO", DEFERRED],
    ["Great Britain does", "GB", DEFERRED],
    ["Switzerland does", "CH", DEFERRED],
    ["Réunion does, as a part of the Union", "RE", DEFERRED],
    ["the United States don't", "US", IMPLIED],
    ["Japan doesn't", "JP", IMPLIED],
    ["a country that nobody knows counts as one that does", null, DEFERRED],
    ["so does Tor", "T1", DEFERRED],
    ["so does Cloudflare's word for unknown", "XX", DEFERRED],
  ])("%s", async (_name, country, expected) => {
    expect(await consentOf(await createLink(), { country })).toMatchObject({ ...expected, source: "region" });
  });
});

describe("what the store says", () => {
  it.each<[ConsentSetting, string, object, string]>([
    ["strict", "US", STRICT, "policy"],
    ["deferred", "US", DEFERRED, "policy"],
    ["implied", "DE", IMPLIED, "policy"],
    ["regional", "DE", DEFERRED, "region"],
    ["regional", "US", IMPLIED, "region"],
  ])("%s holds for a visitor from %s", async (setting, country, expected, source) => {
    expect(await consentOf(await createLink(setting), { country })).toMatchObject({ ...expected, source });
  });

  it("nothing: the deployment's default holds, and a store can go back to it", async () => {
    const store = await createStore({ consentPolicy: "implied" });
    expect(await consentOf(await createLink(undefined, { storeId: store.id }))).toMatchObject(IMPLIED);
    expect((await api("PATCH", `/stores/${store.id}`, { consentPolicy: null })).status).toBe(200);
    const link = await createLink(undefined, { storeId: store.id });
    const deployment = { ...direct, CONSENT_POLICY: "strict" } as unknown as Env;
    const response = await visitToTheEnd(`/${link.slug}`, {}, deployment);
    expect(response.headers.get("location")).toBe("https://shop.example/sale");
  });
});

describe("the visitor's own word", () => {
  it.each<[string, Record<string, string>, string]>([
    ["Global Privacy Control", { "Sec-GPC": "1" }, "gpc"],
    ["Do Not Track", { DNT: "1" }, "dnt"],
    ["the opt-out cookie", { Cookie: "wm_optout=1" }, "opt_out"],
    ["a refusal on the shop's banner", { Cookie: "wm_consent=denied" }, "site"],
  ])("%s wins over every policy, every region and an earlier cookie", async (_name, headers, source) => {
    const cookie = [headers["Cookie"], "__Secure-wm_click=earlier", "theme=dark"].filter(Boolean).join("; ");
    for (const setting of ["strict", "deferred", "implied", "regional"] as const) {
      const link = await createLink(setting);
      const seen = await consentOf(link, { country: "US", headers: { ...headers, Cookie: cookie } });
      expect(seen, setting).toMatchObject({ ...STRICT, source });
    }
  });

  it.each<[string, Record<string, string>, string]>([
    ["Global Privacy Control", { "Sec-GPC": "1" }, "gpc"],
    ["Do Not Track", { DNT: "1" }, "dnt"],
    ["the opt-out", { Cookie: "wm_consent=granted; wm_optout=1" }, "opt_out"],
  ])("%s wins over a grant on the banner", async (_name, headers, source) => {
    const seen = await consentOf(await createLink(), { headers: { Cookie: "wm_consent=granted", ...headers } });
    expect(seen).toMatchObject({ ...STRICT, source });
  });

  it.each(["Sec-GPC: 0", "DNT: 0", "DNT: null"])("%s says nothing", async (line) => {
    const [name = "", value = ""] = line.split(": ");
    expect(await consentOf(await createLink(), { country: "US", headers: { [name]: value } })).toMatchObject(IMPLIED);
  });
});

describe("the answer to the shop's banner, by the cookie wm_consent", () => {
  it("granted widens where the law asks first, and the store's caution", async () => {
    const headers = { Cookie: "a=b; wm_consent=granted; c=d" };
    expect(await consentOf(await createLink(), { headers })).toMatchObject({ ...IMPLIED, source: "site" });
    expect(await consentOf(await createLink("deferred"), { headers })).toMatchObject({ ...IMPLIED, source: "site" });
  });

  it("granted doesn't widen a store that is strict for everyone", async () => {
    const headers = { Cookie: "wm_consent=granted" };
    expect(await consentOf(await createLink("strict"), { headers })).toMatchObject({ ...STRICT, source: "policy" });
  });

  it.each(["xwm_consent=granted", "wm_consent=grantedly", "wm_consent=Granted", "a=wm_consent=granted", "wm_consent="])(
    "%s is no answer",
    async (cookie) => {
      expect(await consentOf(await createLink(), { headers: { Cookie: cookie } })).toMatchObject(DEFERRED);
    },
  );
});

describe("the answer to the shop's banner, in a link on its pages", () => {
  it("denied narrows, and is not passed on", async () => {
    const seen = await consentOf(await createLink("implied"), { query: "?a=1&wm_consent=denied&b=2" });
    expect(seen).toMatchObject({ ...STRICT, source: "site", location: "https://shop.example/sale?a=1&b=2" });
  });

  it.each(["granted", "1", "", "denied2"])(
    "%j does nothing, for anyone could write it, and is not passed on",
    async (value) => {
      const seen = await consentOf(await createLink(), { query: `?a=1&wm_consent=${value}` });
      expect(seen).toMatchObject({ ...DEFERRED, source: "region" });
      expect(new URL(seen.location).searchParams.has("wm_consent")).toBe(false);
      expect(new URL(seen.location).searchParams.get("a")).toBe("1");
    },
  );

  it("wins over a grant in the cookie", async () => {
    const from = { query: "?wm_consent=denied", headers: { Cookie: "wm_consent=granted" } };
    expect(await consentOf(await createLink(), from)).toMatchObject({ ...STRICT, source: "site" });
  });
});

/** Sends the form of a link's page. */
const send = (link: Link, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  visit(
    `/${link.slug}+`,
    { "Content-Type": "application/x-www-form-urlencoded", ...headers },
    { method: "POST", body },
  );

describe("opting out at /{slug}+", () => {
  it("gives a cookie that is the same for everyone, lasts as long as browsers let it, and forgets the click", async () => {
    const link = await createLink("implied");
    const response = await send(link, "do=opt-out");
    expect(response.status).toBe(200);
    expect(response.headers.getSetCookie()).toEqual([
      "wm_optout=1; Max-Age=34560000; Path=/; Secure; HttpOnly; SameSite=Lax",
      "__Secure-wm_click=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax",
    ]);
    expect((await send(link, "do=opt-out", { "CF-Connecting-IP": "203.0.113.8" })).headers.getSetCookie()).toEqual(
      response.headers.getSetCookie(),
    );
  });

  it("removes the click cookie from the domain that it was shared with, too", async () => {
    await createDomain({ hostname: "go.brand.example", cookieDomain: "brand.example" });
    const link = await createLink("implied", { domain: "go.brand.example" });
    expect((await send(link, "do=opt-out")).headers.getSetCookie()).toContain(
      "__Secure-wm_click=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax; Domain=brand.example",
    );
  });

  it("makes the next visit strict, shows so on the page, and can be undone", async () => {
    const link = await createLink("implied");
    expect(await consentOf(link)).toMatchObject(IMPLIED);
    const [optOut = ""] = (await send(link, "do=opt-out")).headers.getSetCookie();
    const headers = { Cookie: optOut.split(";")[0] ?? "", "Accept-Language": "en" };
    expect(await consentOf(link, { headers })).toMatchObject({ ...STRICT, source: "opt_out" });
    const page = await (await visit(`/${link.slug}+`, headers)).text();
    expect(page).toContain("This browser has opted out");
    expect(page).toContain('value="opt-in"');
    expect(await (await visit(`/${link.slug}+`)).text()).toContain('value="opt-out"');

    const undone = await send(link, "do=opt-in", headers);
    expect(undone.headers.getSetCookie()).toEqual(["wm_optout=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax"]);
    expect(await consentOf(link)).toMatchObject(IMPLIED);
  });

  it("can't be undone by another site's page", async () => {
    const link = await createLink("implied");
    const response = await send(link, "do=opt-in", { "Sec-Fetch-Site": "cross-site", Origin: "https://evil.example" });
    expect(response.status).toBe(422);
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it.each(["", "do=", "do=delete", "opt-out"])("knows nothing else: %j", async (body) => {
    const response = await send(await createLink("implied"), body);
    expect(response.status).toBe(422);
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it("tells on the page what is kept, by the visitor's own consent", async () => {
    const link = await createLink("implied");
    const english = { "Accept-Language": "en" };
    expect(await (await visit(`/${link.slug}+`, english)).text()).toContain("in a cookie of this site");
    const page = await (await visit(`/${link.slug}+`, { ...english, "Sec-GPC": "1" })).text();
    expect(page).toContain("An anonymous count");
  });

  it("needs no cookie to be marked secure on a plain localhost", async () => {
    const { slug } = await createLink("implied");
    const request = new Request<unknown, IncomingRequestCfProperties>(`http://localhost:8787/${slug}+`, {
      method: "POST",
      body: new URLSearchParams({ do: "opt-out" }),
    });
    const response = await worker.fetch(request, env, createExecutionContext());
    expect(response.headers.getSetCookie()).toEqual([
      "wm_optout=1; Max-Age=34560000; Path=/; HttpOnly; SameSite=Lax",
      "wm_click=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax",
    ]);
  });
});

it("/.well-known/gpc.json states that Global Privacy Control is honoured", async () => {
  const response = await visit("/.well-known/gpc.json");
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toContain("application/json");
  expect(await response.json()).toEqual({ gpc: true, lastUpdate: expect.stringMatching(/^20\d\d-\d\d-\d\d$/) });
});

const ADDRESS = "198.51.100.77";
const USER_AGENT = `${BROWSER_HEADERS["User-Agent"]} Marker/4711`;

/** Everything by which a visit could be known again, each marked so that it can be found. */
const HEADERS = {
  "CF-Connecting-IP": ADDRESS,
  "X-Forwarded-For": `${ADDRESS}, 192.0.2.1`,
  "X-Real-IP": ADDRESS,
  "User-Agent": USER_AGENT,
  "Accept-Language": "sv-FI,sv;q=0.9",
  Referer: "https://social.example/private/messages/77?to=jane",
  Cookie: "session=sessionsecret; __Secure-wm_click=earliertoken",
  "CF-Ray": "8f00ba4711cafe00-TXL",
  "Sec-CH-UA-Model": '"Marker Phone"',
};
const QUERY =
  "?email=jane.doe%40mail.example&utm_content=person-77&utm_id=person-78&fbclid=adsecret&name=Jane+Doe&wm_click=broughttoken";
const PLACE = {
  country: "SE",
  region: "Marklandia",
  city: "Marketown",
  colo: "ARN",
  latitude: "59.32",
  postalCode: "11122",
};

/** What no policy lets anywhere but the isolate's memory. */
const NEVER = [
  ADDRESS,
  "private",
  "messages/77",
  "sessionsecret",
  "earliertoken",
  "broughttoken",
  "adsecret",
  "jane",
  "Jane",
  "person-78",
  "8f00ba4711cafe00",
  "59.32",
  "11122",
  "Marker Phone",
];
const AGENT = ["Marker/4711", "iPhone OS", "Mozilla"];
const PLACES = ["Marklandia", "Marketown", "sv-FI"];
const VISITORS_UTM = ["person-77"];

/** The content of every table, by its name. */
async function dumpTables(): Promise<Record<string, string>> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'",
  ).all<{ name: string }>();
  const dumps: Record<string, string> = {};
  for (const { name } of results) {
    dumps[name] = JSON.stringify((await env.DB.prepare(`SELECT * FROM "${name}"`).all()).results);
  }
  return dumps;
}

/** Everything that KV and R2 hold. */
async function dumpStores(): Promise<string> {
  const parts: string[] = [];
  for (const { name, metadata } of (await env.LINKS.list()).keys) {
    parts.push(name, JSON.stringify(metadata ?? null), (await env.LINKS.get(name)) ?? "");
  }
  for (const { key, customMetadata } of (await env.ARCHIVE.list()).objects) {
    parts.push(key, JSON.stringify(customMetadata ?? null), (await (await env.ARCHIVE.get(key))?.text()) ?? "");
  }
  return parts.join("\n");
}

async function sha256(text: string): Promise<string[]> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [bytes.toHex(), bytes.toBase64().slice(0, 20), bytes.toBase64({ alphabet: "base64url" }).slice(0, 20)];
}

interface Traces {
  response: Response;
  message: string;
  point: string;
  tables: Record<string, string>;
  everything: string;
  pseudonyms: string[];
}

/** Makes one visit, takes its click through queue, ingest, roll-up and the night's work, and gathers all that is left. */
async function tracesOf(link: Link, headers: Record<string, string>): Promise<Traces> {
  const logged: unknown[] = [];
  for (const method of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, method).mockImplementation((...words: unknown[]) => {
      logged.push(words);
    });
  }
  const messages: string[] = [];
  const points: unknown[] = [];
  const bindings = {
    ...env,
    CLICK_QUEUE: { send: async (body: string) => messages.push(body) },
    CLICK_POINTS: { writeDataPoint: (point: unknown) => points.push(point) },
  } as unknown as Env;
  const response = await visitToTheEnd(`/${link.slug}${QUERY}`, { ...HEADERS, ...headers }, bindings, { cf: PLACE });
  expect(response.status).toBe(302);
  expect([messages.length, points.length]).toEqual([1, 1]);
  const now = Date.now();
  await deliver(CLICK_QUEUE, messages);
  await runCron("* * * * *", env, now);
  await runCron("17 3 * * *", env, now);

  const message = messages.join();
  const tables = await dumpTables();
  const pseudonyms = new Pseudonyms(env.VISITOR_KEY);
  return {
    response,
    message,
    point: JSON.stringify(points),
    tables,
    everything: [
      message,
      JSON.stringify(points),
      JSON.stringify(logged),
      JSON.stringify(tables),
      await dumpStores(),
    ].join("\n"),
    pseudonyms: [
      pseudonyms.of(ADDRESS, USER_AGENT, now),
      pseudonyms.of(ADDRESS, `${USER_AGENT}\n${link.id}`, now),
      ...(await sha256(ADDRESS)),
      ...(await sha256(USER_AGENT)),
      ...(await sha256(`${ADDRESS}\n${USER_AGENT}`)),
    ],
  };
}

async function deliver(queue: string, bodies: readonly string[]): Promise<void> {
  const messages = bodies.map((body, index) => ({ id: `m${index}`, body, attempts: 1, timestamp: new Date() }));
  await worker.queue(createMessageBatch<string>(queue, messages), env);
}

function expectNone(text: string, secrets: readonly string[], where: string): void {
  for (const secret of secrets) expect(text.includes(secret), `${secret} is in ${where}`).toBe(false);
}

/** A link with rules that must look at all of the visitor, and an A/B test. */
async function targetedLink(consentPolicy: ConsentSetting): Promise<Link> {
  const creator = await createCreator({ firstName: "Lea", lastName: "Martin" });
  return createLink(consentPolicy, {
    creatorId: creator.id,
    utm: { source: "lea" },
    rules: [
      { when: { region: "Hesse" }, url: "https://shop.example/hesse" },
      { when: { language: "fr" }, url: "https://shop.example/fr" },
      { when: { weight: 50 }, url: "https://shop.example/a" },
    ],
  });
}

describe("what is left of a visit", () => {
  it("under strict: no identifier in any table, message, point, log line or store", async () => {
    const link = await targetedLink("implied");
    const { response, message, point, tables, everything, pseudonyms } = await tracesOf(link, { "Sec-GPC": "1" });

    expect(response.headers.getSetCookie()).toEqual([]);
    const location = destination(response);
    expect(location.searchParams.has("wm_click")).toBe(false);
    expect(location.searchParams.get("utm_source")).toBe("lea");

    expectNone(everything, [...NEVER, ...AGENT, ...PLACES, ...VISITORS_UTM, ...pseudonyms], "what is left");
    expect(tables["visitor_salts"]).toBe("[]");
    expect(JSON.parse(tables["clicks"] ?? "")).toMatchObject([
      {
        visitor_key: null,
        region: null,
        city: null,
        language: null,
        utm_content: null,
        consent: "strict",
        consent_source: "gpc",
        // What a crowd shares is there, or this test would find nothing because nothing was kept.
        bucket: "counted",
        country: "SE",
        device: "mobile",
        browser: "Mobile Safari",
        os: "iOS",
        referrer_host: "social.example",
        utm_source: "lea",
      },
    ]);
    expect(readBatch(JSON.parse(message))).toMatchObject({
      clicks: [{ pseudonym: null, userAgent: null, language: null }],
      unreadable: [],
    });
    expect(JSON.parse(point)).toEqual([
      { indexes: [link.id], blobs: ["visit", "SE", "ARN", "social.example", "strict"], doubles: [1] },
    ]);
    // The row's id went nowhere near the browser.
    const [row] = JSON.parse(tables["clicks"] ?? "") as [{ id: string }];
    expect(JSON.stringify([...response.headers])).not.toContain(row.id.slice(4));
  });

  it("under strict: nor when every way to the log fails and the click ends in a log line or a dead letter", async () => {
    const logged: unknown[] = [];
    vi.spyOn(console, "error").mockImplementation((...words: unknown[]) => {
      logged.push(words);
    });
    const link = await targetedLink("strict");
    const messages: string[] = [];
    const send = async (body: string): Promise<void> => {
      messages.push(body);
      throw new Error("Queue send failed");
    };
    const bindings = { ...env, CLICK_QUEUE: { send } } as unknown as Env;
    const batch = vi.spyOn(env.DB, "batch").mockRejectedValue(new Error("D1_ERROR: no such table: clicks"));
    await visitToTheEnd(`/${link.slug}${QUERY}`, HEADERS, bindings, { cf: PLACE });
    batch.mockRestore();
    expect(JSON.stringify(logged)).toContain("clicks_unlogged");
    await deliver(DEAD_LETTER_QUEUE, messages);
    await deliver(
      CLICK_QUEUE,
      messages.map((body) => body.replace('"v":2', '"v":9')),
    );
    const tables = await dumpTables();
    expect(JSON.parse(tables["dead_letters"] ?? "")).toHaveLength(2);
    expectNone(
      JSON.stringify([logged, tables]),
      [...NEVER, ...AGENT, ...PLACES, ...VISITORS_UTM],
      "the log or a dead letter",
    );
  });

  it.each([
    ["deferred", 0],
    ["implied", 1],
  ] as const)("under %s: what the table of docs/privacy.md allows, and no more", async (policy, cookies) => {
    const link = await targetedLink(policy);
    const { response, message, point, tables, everything, pseudonyms } = await tracesOf(link, {});

    const token = destination(response).searchParams.get("wm_click") ?? "";
    expect(token).toMatch(/^[\w-]{56}$/);
    expect(response.headers.getSetCookie()).toHaveLength(cookies);

    expectNone(everything, NEVER, "what is left");
    const stored = JSON.stringify([tables, await dumpStores(), point]);
    expectNone(stored, [...AGENT, ...pseudonyms, token], "what is stored");
    expectNone(point, [...PLACES, ...VISITORS_UTM], "the point");
    // The message carries the user agent to ingest, and the day's pseudonym, which no table has.
    expect(readBatch(JSON.parse(message))).toMatchObject({
      clicks: [{ userAgent: USER_AGENT, pseudonym: pseudonyms[0] }],
    });
    expect(JSON.parse(tables["clicks"] ?? "")).toMatchObject([
      {
        id: `clk_${token.slice(16, 36)}`,
        visitor_key: expect.stringMatching(/^[\w-]{16}$/),
        region: "Marklandia",
        city: "Marketown",
        language: "sv-FI",
        referrer_host: "social.example",
        utm_source: "lea",
        utm_content: "person-77",
        consent: policy,
      },
    ]);
  });

  it("of a look at the preview and of a refused link: nothing at all", async () => {
    const link = await createLink("implied");
    const context = createExecutionContext();
    for (const [path, method] of [
      [`/${link.slug}+`, "GET"],
      [`/${link.slug}+`, "POST"],
      [`/${link.slug}`, "POST"],
      ["/no-such-link", "GET"],
    ] as const) {
      const request = new Request<unknown, IncomingRequestCfProperties>(`${SHORT_ORIGIN}${path}${QUERY}`, {
        method,
        headers: HEADERS,
        ...(method === "POST" && { body: "do=opt-out" }),
      });
      expect((await worker.fetch(request, direct, context)).status).toBeLessThan(500);
    }
    await waitOnExecutionContext(context);
    const text = JSON.stringify([await dumpTables(), await dumpStores()]);
    expectNone(text, [...NEVER, ...AGENT, ...PLACES, ...VISITORS_UTM], "what is stored");
    expect((await env.DB.prepare("SELECT * FROM clicks WHERE link_id = ?1").bind(link.id).all()).results).toEqual([]);
  });
});
