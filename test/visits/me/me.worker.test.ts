import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { openDatabase } from "../../../src/ground/db/client.ts";
import { creators } from "../../../src/ground/db/schema/link.ts";
import { NOW, STORE } from "../../programme/generation-fixtures.ts";
import { call, everything, tokenOf } from "../../sales/capture-fixtures.ts";
import { DAY, insertShop, LEA, LEA_LINK } from "../../sales/order-fixtures.ts";
import { eq } from "drizzle-orm";
import { countIn, event, hashOf, putCart, putLogged, visitorId } from "../log-fixtures.ts";

/** The store's key is its id made small: see `insertStore`. */
const KEY = "shop";
const ME = `/me?s=${KEY}&visitor=${visitorId("a")}`;

/** Each test asks from an address of its own: an address has so many questions a minute. */
let address = "";
let tests = 0;

/** As a browser opens it; without, as a script asks. */
const HTML = { Accept: "text/html,*/*" };

const ask = (path: string, { headers, ...init }: RequestInit = {}) =>
  call(path, {
    ...init,
    headers: { Accept: "application/json", "CF-Connecting-IP": address, ...(headers as Record<string, string>) },
  });

beforeEach(async () => {
  address = `192.0.2.${++tests}`;
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  await insertShop();
  await env.DB.prepare("UPDATE stores SET key = ?1").bind(KEY).run();
  const anna = await hashOf(visitorId("a"));
  await putLogged([
    event({ visitorHash: anna, time: NOW - 2 * DAY, page: "/<script>alert(1)</script>" }),
    event({ visitorHash: anna, time: NOW - DAY, visit: "visit-00002" }),
    event({ visitorHash: anna, time: NOW - DAY, visit: "visit-00002", type: "engage", engagedMs: 5_000 }),
    event({ visitorHash: await hashOf(visitorId("b")), time: NOW - DAY, page: "/of-somebody-else" }),
  ]);
  await putCart(anna);
  return () => vi.useRealTimers();
});

const json = async (path = ME, init: RequestInit = {}) => {
  const response = await ask(path, init);
  return { response, body: await response.json<Record<string, Record<string, unknown>>>() };
};

const post = (body: string, headers: Record<string, string> = {}) =>
  ask("/me", { method: "POST", body, headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers } });

describe("DIO-12: what is known of a browser", () => {
  it("is told to whoever knows its id, as JSON that a shop's page may read without cookies", async () => {
    const click = await tokenOf(LEA_LINK, NOW - DAY);
    const { response, body } = await json(ME, {
      headers: { Cookie: `a=b; __Secure-wm_click=${click}; wm_optout=1; wm_consent=granted` },
    });
    expect(body).toEqual({
      visitor: {
        firstDay: "2026-11-18",
        lastDay: "2026-11-19",
        visits: 2,
        pages: 2,
        events: 3,
        goals: 0,
        customer: false,
        complete: true,
        forgotten: false,
        recentPages: [
          { time: new Date(NOW - DAY).toISOString(), page: "/sale" },
          { time: new Date(NOW - 2 * DAY).toISOString(), page: "/<script>alert(1)</script>" },
        ],
        carts: [
          {
            firstAt: new Date(NOW).toISOString(),
            lastAt: new Date(NOW).toISOString(),
            items: 2,
            valueMinor: 1999,
            currency: "EUR",
            bought: false,
          },
        ],
      },
      click: {
        shop: "Shop",
        creator: "Lea Martin 1",
        openedAt: new Date(NOW - DAY).toISOString(),
        until: new Date(NOW + 29 * DAY).toISOString(),
      },
      cookies: { click: true, optOut: true, consent: "granted" },
    });
    const { headers } = response;
    expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(headers.get("Access-Control-Allow-Credentials")).toBeNull();
    for (const [name, value] of [
      ["Cache-Control", "no-store"],
      ["Referrer-Policy", "no-referrer"],
      ["X-Robots-Tag", "noindex"],
    ] as const) {
      expect(headers.get(name)).toContain(value);
    }
  });

  it("has the same shape for an id of nobody, of another store, and a forged click id", async () => {
    const shape = async (path: string) => {
      const { response, body } = await json(path);
      return { status: response.status, keys: Object.keys(body["visitor"] ?? {}), pages: body["visitor"]?.["pages"] };
    };
    const known = await shape(ME);
    for (const path of [`/me?s=${KEY}&visitor=${visitorId("z")}`, `/me?s=no-such-shop&visitor=${visitorId("a")}`]) {
      expect(await shape(path)).toEqual({ ...known, pages: 0 });
    }
    const token = await tokenOf(LEA_LINK);
    const forged = token.slice(0, -1) + (token.endsWith("A") ? "B" : "A");
    expect((await json(`${ME}&click=${forged}`)).body["click"]).toBeNull();
    expect((await json(`${ME}&click=${await tokenOf(LEA_LINK)}`)).body["click"]).toMatchObject({ shop: "Shop" });
    await env.DB.prepare("UPDATE stores SET brand_name = 'Linen'").run();
    expect((await json(`${ME}&click=${await tokenOf(LEA_LINK)}`)).body["click"]).toMatchObject({ shop: "Linen" });
  });

  it("as a page has nothing unescaped, nothing that loads, and works without script", async () => {
    await openDatabase(env.DB)
      .update(creators)
      .set({ firstName: '"><img src=x onerror=alert(1)>' })
      .where(eq(creators.id, LEA));
    const response = await ask(ME, { headers: { ...HTML, Cookie: `wm_click=${await tokenOf(LEA_LINK)}` } });
    const text = await response.text();
    expect(text).toContain("/&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(text).not.toMatch(/<(?:script|img|iframe|link)\b/);
    expect(text).not.toContain("of-somebody-else");
    expect(text).toContain('<form method="post" action="/t/me">');
    const policy = response.headers.get("Content-Security-Policy");
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'$/,
    );
    expect(response.headers.get("Referrer-Policy")).toBe("no-referrer");
  });

  it("what is asked for is never said again, nor logged", async () => {
    const logs = (["log", "warn", "error"] as const).map((name) => vi.spyOn(console, name));
    const evil = '"><script>alert(1)</script>';
    for (const path of [
      `/me?s=${KEY}&visitor=${encodeURIComponent(evil)}`,
      `/me?s=${encodeURIComponent(evil)}&visitor=${visitorId("a")}`,
    ]) {
      for (const headers of [HTML, {}]) {
        const response = await ask(path, { headers });
        expect(response.status).toBe(422);
        expect(await response.text()).not.toContain("alert(1)");
      }
    }
    const broken = vi.spyOn(env.DB, "prepare").mockImplementation(() => {
      throw new Error("D1 is away");
    });
    expect((await ask(ME)).status).toBe(503);
    broken.mockRestore();
    await post(`s=${KEY}&visitor=${visitorId("a")}`);
    const said = JSON.stringify(logs.map(({ mock }) => mock.calls));
    expect(said).not.toContain(visitorId("a"));
    expect(said).not.toContain(await hashOf(visitorId("a")));
    vi.restoreAllMocks();
  });
});

describe("DIO-12: a browser is forgotten", () => {
  it("by its own page's form: the visitor, and the click id in this browser; an opt-out only if that was asked for", async () => {
    const own = { ...HTML, "Sec-Fetch-Site": "same-origin", Origin: "null" };
    const cookie = { Cookie: `__Secure-wm_click=${await tokenOf(LEA_LINK)}; wm_optout=1` };
    const response = await post(`s=${KEY}&visitor=${visitorId("a")}`, { ...own, ...cookie });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("Klick-ID dieser Website ist in diesem Browser gelöscht");
    expect(response.headers.getSetCookie()).toEqual([
      "__Secure-wm_click=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax",
    ]);
    expect(await countIn("carts")).toBe(0);
    expect(await countIn("visitor_forgets", `visitor_hash = '${await hashOf(visitorId("a"))}'`)).toBe(1);
    expect((await json()).body["visitor"]).toMatchObject({ forgotten: true, carts: [] });
    const again = await post(`s=${KEY}&visitor=${visitorId("a")}&optOut=forget`, { ...own, ...cookie });
    expect(again.headers.getSetCookie()).toContainEqual(expect.stringMatching(/^wm_optout=; Max-Age=0/));
  });

  it("by a shop's page as JSON, which learns what went and takes no cookie from anybody", async () => {
    const asked = (visitor: string) =>
      json("/me", {
        method: "POST",
        body: JSON.stringify({ s: KEY, visitor }),
        headers: { "Sec-Fetch-Site": "cross-site", Origin: "https://shop.example" },
      });
    const nobody = await asked(visitorId("z"));
    expect(nobody.body["forgotten"]).toEqual({ carts: 0, events: 0, customers: 0, conversions: 0, cookies: [] });
    const { response, body } = await asked(visitorId("a"));
    expect(body["forgotten"]).toMatchObject({ carts: 1, cookies: [] });
    expect(JSON.stringify(body["shopCookie"])).toContain("wm_visitor");
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
  });

  it("and nothing is by a page of somebody else that doesn't know the id", async () => {
    const before = await everything();
    const foreign = { "Sec-Fetch-Site": "cross-site", Origin: "https://evil.example", Cookie: "wm_optout=1" };
    for (const body of ["", `s=${KEY}`, `s=${KEY}&optOut=forget`, `s=${STORE}&visitor=`, "{", "[]"]) {
      const response = await post(body, foreign);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.headers.getSetCookie()).toEqual([]);
    }
    expect(await everything()).toBe(before);
    // A guess costs six of the sixty questions that an address has a minute.
    const guessed = await post(`s=${KEY}&visitor=${visitorId("q")}&optOut=forget`, foreign);
    expect(guessed.headers.getSetCookie()).toEqual([]);
  });

  it("and whoever asks too often has to wait", async () => {
    const statuses = await Promise.all(
      Array.from(
        { length: 20 },
        async (_none, n) => (await post(`s=${KEY}&visitor=${visitorId(String(n % 10))}`)).status,
      ),
    );
    expect(statuses).toContain(429);
    expect(await countIn("visitor_forgets")).toBeLessThanOrEqual(10);
  });
});

describe("the page in people's languages", () => {
  it.each([
    ["en", "What is known of this browser", "In the last 90 days: 2 visits, 2 pages, 3 events."],
    ["fr", "Ce qu’on sait de ce navigateur", "2 visites, 2 pages, 3 événements."],
    ["de", "Was über diesen Browser bekannt ist", "2 Besuche, 2 Seiten, 3 Ereignisse."],
    ["es", "Qué se sabe de este navegador", "2 visitas, 2 páginas, 3 eventos."],
  ])(
    "%s: says all of it, keeps the choice in its form, and leads back to the shop",
    async (language, title, counts) => {
      const response = await ask(`${ME}&lang=${language}`, { headers: { ...HTML, "Accept-Language": "en" } });
      expect(response.headers.get("Content-Language")).toBe(language);
      expect(response.headers.get("Vary")).toBe("Accept-Language, Accept");
      expect(response.headers.getSetCookie()).toEqual([]);
      const text = await response.text();
      expect(text).toContain(`<h1>${title}</h1>`);
      expect(text).toContain(counts);
      expect(text).toContain(`<form method="post" action="/t/me?lang=${language}">`);
      expect(text).toContain('href="https://shop.example/" rel="nofollow noopener"');
      expect(text).toContain(`href="?s=${KEY}&amp;visitor=${visitorId("a")}&amp;lang=fr"`);
      expect(new TextEncoder().encode(text).length).toBeLessThan(8_000);
      const answer = await ask(`/me?lang=${language}`, {
        method: "POST",
        body: `s=${KEY}&visitor=${visitorId("a")}`,
        headers: { ...HTML, "Content-Type": "application/x-www-form-urlencoded" },
      });
      expect(answer.headers.get("Content-Language")).toBe(language);
      expect(await answer.text()).toContain(`visitor=${visitorId("a")}&amp;lang=${language}`);
    },
  );

  it("says what went wrong in them, too, and to programs in English", async () => {
    const french = { ...HTML, "Accept-Language": "fr-FR" };
    expect(await (await ask("/me?s=shop", { headers: french })).text()).toContain("L’adresse n’est pas complète.");
    expect(await (await ask("/me?s=shop", { headers: { "Accept-Language": "fr" } })).text()).toContain("visitor's id");
    const bare = await (await ask("/me", { headers: french })).text();
    expect(bare).toContain("<h1>Ce qu’on sait de ce navigateur</h1>");
    expect(bare).toContain("Ouvrez-la depuis le site de la boutique");
  });
});
