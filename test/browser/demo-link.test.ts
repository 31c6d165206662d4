import type { Browser, Cookie } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "./chromium.ts";
import { takeNumbers } from "./shop.ts";
import { startWaymark, type Waymark } from "./waymark.ts";

/** What one person's visit by the demo link came to. */
interface Visit {
  /** Query of the page that the browser ended on. */
  query: URLSearchParams;
  /** Name and value pairs as the shop's page shows them. */
  shown: string[][];
  cookies: Cookie[];
}

/** Columns of `GET /api/v1/reports/traffic`. */
interface Traffic {
  requests: number;
  counted: number;
  bot: number;
  prefetch: number;
  head: number;
  duplicate: number;
  embedded: number;
  inactive: number;
}

/** What headless Chromium calls itself. */
const PROGRAM =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/146.0.0.0 Safari/537.36";

/** A person's browser. Each version is another person. */
const person = (version: number): string =>
  `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`;

const OWN_UTMS = {
  utm_source: "lea.makes",
  utm_medium: "creator",
  utm_campaign: "spring-looks",
  utm_content: "lea",
  utm_term: "Léa Moreau",
};

const HOUR_MS = 3_600_000;

describe("the demo link in a browser", () => {
  let waymark: Waymark;
  let browser: Browser;
  let storeId: string;
  let linkId: string;
  /** User agents of all visits so far. */
  const visitors: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
    waymark = await startWaymark();
    storeId =
      (await waymark.api.find<{ id: string; key: string }>("/stores", {}, ({ key }) => key === "demo"))?.id ?? "";
    await takeNumbers(waymark.api, storeId);
    linkId =
      (await waymark.api.find<{ id: string; slug: string }>("/links", { q: "lea" }, ({ slug }) => slug === "lea"))
        ?.id ?? "";
  });

  afterAll(async () => {
    await browser?.close();
    expect(await waymark?.stop()).toBe(0);
  });

  const setPolicy = (consentPolicy: string | null) =>
    waymark.api.call("PATCH", `/stores/${storeId}`, { consentPolicy });

  /** Opens the demo link once, in a fresh profile. */
  async function visit(userAgent: string, { query = "", headers = {} } = {}): Promise<Visit> {
    const context = await browser.newContext({ userAgent, extraHTTPHeaders: headers });
    visitors.push(userAgent);
    try {
      const page = await context.newPage();
      const response = await page.goto(waymark.demoLink + query);
      expect(response?.status()).toBe(200);
      expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Demo shop");
      const rows = await page.locator("tbody tr").all();
      const shown = await Promise.all(rows.map(async (row) => await row.locator("code").allTextContents()));
      return { query: new URL(page.url()).searchParams, shown, cookies: await context.cookies(waymark.demoLink) };
    } finally {
      await context.close();
    }
  }

  it("brings UTMs and a click id along and stores nothing where consent is deferred", async () => {
    await setPolicy("deferred");

    const { query, shown, cookies } = await visit(person(140));

    expect(Object.fromEntries(query)).toEqual({ ...OWN_UTMS, wm_click: expect.stringMatching(/^[\w-]{56}$/) });
    expect(shown).toEqual([...query]);
    expect(cookies).toEqual([]);
  });

  it("keeps the click id in a cookie of the short domain where consent is implied", async () => {
    await setPolicy("implied");

    const { query, cookies } = await visit(person(141));

    expect(cookies).toEqual([
      expect.objectContaining({
        name: "wm_click",
        value: query.get("wm_click"),
        domain: "127.0.0.1",
        path: "/",
        httpOnly: true,
        sameSite: "Lax",
      }),
    ]);
    expect(cookies[0]?.value).toHaveLength(56);
  });

  it("asks first where the law says so, by default", async () => {
    await setPolicy(null);
    const from = (country: string) => ({ headers: { "MF-CF-Blob": JSON.stringify({ country }) } });

    const german = await visit(person(147), from("DE"));
    const american = await visit(person(148), from("US"));

    expect(german.cookies).toEqual([]);
    expect(american.cookies).toEqual([expect.objectContaining({ name: "wm_click" })]);
    for (const { query } of [german, american]) expect(query.get("wm_click")).toHaveLength(56);
  });

  it("remembers an opt-out in the browser that made it, and takes it back", async () => {
    await setPolicy("implied");
    const context = await browser.newContext({ userAgent: PROGRAM });
    try {
      const page = await context.newPage();
      const clickId = async () => {
        await page.goto(waymark.demoLink);
        visitors.push(PROGRAM);
        return new URL(page.url()).searchParams.get("wm_click");
      };
      expect(await clickId()).toHaveLength(56);
      await page.goto(`${waymark.demoLink}+`);
      await page.getByText("How to opt out").click();
      await page.getByRole("button", { name: "Opt out" }).click();
      expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("You have opted out of tracking");
      expect((await context.cookies(waymark.demoLink)).map(({ name }) => name)).toEqual(["wm_optout"]);
      expect(await clickId()).toBeNull();
      await page.goto(`${waymark.demoLink}+`);
      await page.getByRole("button", { name: "Undo" }).click();
      expect(await clickId()).toHaveLength(56);
    } finally {
      await context.close();
    }
  });

  it("makes no identifier for a visitor with Global Privacy Control", async () => {
    await setPolicy("implied");

    const { query, cookies } = await visit(person(142), { headers: { "Sec-GPC": "1" } });

    expect(Object.fromEntries(query)).toEqual(OWN_UTMS);
    expect(cookies).toEqual([]);
  });

  it("makes no identifier where the policy is strict", async () => {
    await setPolicy("strict");

    const { query, cookies } = await visit(person(143));

    expect(Object.fromEntries(query)).toEqual(OWN_UTMS);
    expect(cookies).toEqual([]);
  });

  it("passes a visitor's own parameters on, but none that the owner set", async () => {
    await setPolicy(null);

    const { query } = await visit(person(144), { query: "?utm_source=evil&fbclid=x&wm_click=forged" });

    expect([...query.keys()].toSorted()).toEqual([...Object.keys(OWN_UTMS), "fbclid", "wm_click"].toSorted());
    expect(query.get("utm_source")).toBe("lea.makes");
    expect(query.get("fbclid")).toBe("x");
    expect(query.get("wm_click")).toHaveLength(56);
  });

  it("shows a parameter with markup in it as text", async () => {
    const { shown } = await visit(person(145), { query: `?q=${encodeURIComponent("<b onclick=x>&amp;\"'")}` });

    expect(shown).toContainEqual(["q", "<b onclick=x>&amp;\"'"]);
  });

  it("counts each person's first click once and accounts for every other request", async () => {
    // A repeat is one within the same hour of the clock.
    const left = HOUR_MS - (Date.now() % HOUR_MS);
    if (left < 10_000) await new Promise((resolve) => setTimeout(resolve, left));
    await visit(person(146));
    await visit(person(146));
    await visit(PROGRAM);

    const expected: Traffic = {
      requests: visitors.length,
      counted: new Set(visitors).size - 1,
      bot: visitors.filter((visitor) => visitor === PROGRAM).length,
      prefetch: 0,
      head: 0,
      duplicate: 1,
      embedded: 0,
      inactive: 0,
    };
    const traffic = () => waymark.api.call<{ total: Traffic }>("GET", `/reports/traffic?link=${linkId}`);
    await expect.poll(async () => (await traffic()).total, { timeout: 10_000 }).toMatchObject(expected);
    const links = await waymark.api.call<{ total: { clicks: number } }>("GET", "/reports/links");
    expect(links.total.clicks).toBe(expected.counted);
  }, 40_000);
});
