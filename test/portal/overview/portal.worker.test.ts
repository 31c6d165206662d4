import { env } from "cloudflare:workers";
import Papa from "papaparse";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { api, problemOf } from "../../ground/api.ts";
import type { links } from "../../../src/ground/db/schema/link.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { act, createCampaign, createPlan } from "../../programme/campaign-fixtures.ts";
import { call } from "../../sales/capture-fixtures.ts";
import { createDomain, insertLink } from "../../links/link-fixtures.ts";
import { book } from "../../books/money-fixtures.ts";
import { click, createGuest, createShop, join, look, NOON, sell, textOf } from "../portal-fixtures.ts";
import { visit } from "../../edge/visit.ts";

const DAY = 86_400_000;
const TOKEN = "0gVt2mD6cXfR1b9yQkHn3sZpLw8uJaEoT4iC5eKvYxM";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** The rows of orders of a CSV without its header, which must be the portal's; it must have no others. */
function rowsOf(csv: string): string[][] {
  const [header, ...rows] = Papa.parse<string[]>(csv.trimEnd()).data;
  expect(header).toEqual([
    "day",
    "campaign",
    "clicks",
    "sales",
    "currency",
    "salesValue",
    "commission",
    "unconfirmedSales",
    "waitingCommissions",
    "conversion",
    "conversions",
    "conversionCommission",
    "conversionState",
  ]);
  for (const row of rows) expect(row.slice(9)).toEqual(["", "", "", ""]);
  return rows.map((row) => row.slice(0, 9));
}

async function csvOf(path: string): Promise<string[][]> {
  const response = await visit(path);
  expect(response.status).toBe(200);
  return rowsOf(await response.text());
}

/** The problem that a path of the portal answers. */
async function refusalOf(path: string) {
  const response = await visit(path, { Accept: "text/csv" });
  return problemOf({ status: response.status, headers: response.headers, body: await response.json() });
}

async function setVisible(campaignId: string, creatorsSeePerformance: boolean): Promise<void> {
  expect((await api("PATCH", `/campaigns/${campaignId}`, { creatorsSeePerformance })).status).toBe(200);
}

/** The base64 of the SHA-256 of a text. */
async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toBase64();
}

describe("the page", () => {
  test("shows name, codes, links, and the numbers of the campaigns that show them", async () => {
    const shop = await createShop();
    const lea = await createGuest();
    const spring = await join(shop, lea.id, { name: "Spring looks" });
    await click(spring.linkId, NOON - 2 * DAY, 8);
    await sell(shop, spring.code, NOON - 2 * DAY);
    await sell(shop, spring.code, NOON - DAY, { amount: "50.50" });
    const { status, text } = await look(lea.path);
    expect(status).toBe(200);
    const read = textOf(text);
    for (const part of ["Lea Moreau", "Spring looks", "Linen &amp; Co", spring.code, spring.link]) {
      expect(read).toContain(part);
    }
    expect(read).toContain(
      "24 Oct 2026 – 22 Nov 2026".replace(/(\d+) (\w+) (\d+) – (\d+) (\w+) (\d+)/, "$2 $1, $3 – $5 $4, $6"),
    );
    expect(read).toContain(
      "Clicks 8 Sales 2 Value per click €18.81 Sales in money per click (EPC) Conversion rate 25%",
    );
    expect(read).toContain("Commission €15.05 Of orders, approved or not yet");
    expect(read).toContain("Owed to you €0.00 Waiting for approval €15.05 Paid so far €0.00");
    // The same once more on the campaign's own card.
    expect(read).toContain("Commission €15.05 Clicks 8 Sales 2 Value per click €18.81 Conversion rate 25%");
    expect(read).toContain("Day Clicks Sales Nov 20 8 1 Nov 21 0 1 ");
    expect(text).toContain('aria-label="Clicks: peak 8, Nov 20"');
  });

  test("has the link on a campaign's card that most came by in the days shown, else the plan's", async () => {
    const shop = await createShop();
    const lea = await createGuest();
    const spring = await join(shop, lea.id, { name: "Spring looks" });
    const { planId } = (await api("GET", `/campaigns/${spring.campaignId}`)).body as { planId: string };
    const dark = await createCampaign({ planId, name: "Dark", creatorsSeePerformance: false });
    const own = { storeId: shop.id, creatorId: lea.id, kind: "affiliate" as const, planId };
    const put = async (slug: string, clicks: number, values: Partial<typeof links.$inferInsert> = {}, daysAgo = 1) => {
      const id = `lnk_00000000000000${slug}`;
      await insertLink({ ...own, id, slug, slugKey: slug, campaignId: spring.campaignId, ...values });
      await click(id, NOON - daysAgo * DAY, clicks);
    };
    const shown = async (query = "") => {
      await rollUpClicks(env, NOON);
      const { text } = await look(lea.path + query);
      const slug = /<code>[^<]*\/([\w-]+)<\/code>/.exec(text)?.[1];
      expect(text).toContain(`/links/${slug === undefined ? "" : await idOf(slug)}/qr.svg`);
      return slug;
    };
    const idOf = (slug: string) =>
      env.DB.prepare("SELECT id FROM links WHERE slug = ?1").bind(slug).first<string>("id");
    const ofPlan = spring.link.split("/").at(-1);
    const plan = async (from: number | null, to: number | null) => {
      const { id } = await createPlan({ storeId: shop.id });
      await env.DB.prepare("UPDATE tracking_plans SET starts_at = ?2, ends_at = ?3 WHERE id = ?1")
        .bind(id, from, to)
        .run();
      return id;
    };
    await put("q0", 0);
    expect(await shown()).toBe(ofPlan);
    await click(spring.linkId, NOON - DAY, 2);
    await put("q1", 2);
    expect(await shown()).toBe(ofPlan);
    await put("q2", 3);
    await put("q3", 4, {}, 60);
    // What earns nothing, is over, is for a campaign that hides its numbers, or is another's, is no link to give away here.
    await put("q4", 9, { kind: "tracking" });
    await put("q5", 9, { endsAt: NOON - 1 });
    await put("q6", 9, { deletedAt: NOON - 1 });
    await put("q7", 9, { campaignId: dark.id });
    await put("q8", 9, { creatorId: (await createGuest()).id });
    // Nor what a redirect doesn't call live: switched off, not begun, used up, or of a plan that isn't on.
    await put("q9", 9, { disabled: true });
    await put("qa", 9, { startsAt: NOON + 1 });
    await put("qb", 9, { maxClicks: 9 });
    await put("qc", 9, { planId: await plan(null, NOON - 1) });
    await put("qd", 9, { planId: await plan(NOON + 1, null) });
    await env.DB.prepare("INSERT INTO link_caps (link_id, used) VALUES ('lnk_00000000000000qb', 9)").run();
    expect(await shown()).toBe("q2");
    expect(await shown("?span=90d")).toBe("q3");
    await setVisible(spring.campaignId, false);
    expect((await look(lea.path)).text).not.toMatch(/\/q\w</);
  });

  test("writes amounts, numbers and days in the browser's language, and days in the store's time zone", async () => {
    vi.setSystemTime(Date.UTC(2026, 10, 22, 13));
    const shop = await createShop({ timezone: "Pacific/Auckland", currency: "JPY" });
    const lea = await createGuest();
    const spring = await join(shop, lea.id);
    await click(spring.linkId, Date.UTC(2026, 10, 22, 12, 30), 3);
    await sell(shop, spring.code, Date.UTC(2026, 10, 22, 12, 30), { amount: "1234567", currency: "JPY" });
    const german = textOf((await look(lea.path, { "Accept-Language": "xx-not;q=1, de-DE, en;q=0.5" })).text);
    // It is two in the morning of the 23rd there.
    expect(german).toContain("25. Oktober 2026 – 23. November 2026");
    expect(german).toContain("Tag Klicks Verkäufe 23. November 3 1");
    expect(german.replaceAll("\u00a0", " ")).toContain("Wert pro Klick 411.522,33 ¥");
    expect(german).toMatch(/Stand: 23\. November 2026 um 02:00/);
    const odd = textOf((await look(lea.path, { "Accept-Language": "a, ar-u-nu-arab, th" })).text);
    expect(odd).toMatch(/411,522/);
    expect(odd).toContain("2026");
  });

  test("shows the last 30 days, 90 days or this year", async () => {
    const shop = await createShop();
    const lea = await createGuest();
    const { linkId } = await join(shop, lea.id);
    for (const daysAgo of [0, 29, 30, 89, 90, 324, 325, 326]) await click(linkId, NOON - daysAgo * DAY);
    const seen = async (query: string) => {
      const { text } = await look(lea.path + query);
      const current = /<a href="\?span=(\w+)" aria-current="page">/.exec(text)?.[1];
      return [current, /<dt>Clicks<\/dt><dd>(\d+)</.exec(text)?.[1], /sales by (day|week)/.exec(text)?.[1]];
    };
    expect(await seen("")).toEqual(["30d", "2", "day"]);
    expect(await seen("?span=30d")).toEqual(["30d", "2", "day"]);
    expect(await seen("?span=90d")).toEqual(["90d", "4", "day"]);
    // The year's first of January is 325 days ago.
    expect(await seen("?span=year")).toEqual(["year", "7", "week"]);
    expect(await seen("?span=all")).toEqual(["30d", "2", "day"]);
  });

  test("has each currency on a line of its own, and nothing divided by no clicks", async () => {
    const shop = await createShop();
    const lea = await createGuest();
    const { code } = await join(shop, lea.id);
    await sell(shop, code, NOON - DAY);
    await sell(shop, code, NOON - DAY, { amount: "20.00", currency: "USD" });
    await book({ creatorId: lea.id, storeId: shop.id, amountMinor: -1_250, currency: "USD" });
    const read = textOf((await look(lea.path)).text);
    expect(read).toContain("Clicks 0 Sales 2 Value per click – –");
    expect(read).toContain("Conversion rate –");
    expect(read).toContain("Owed to you -$12.50 Waiting for approval");
  });

  test("is of one creator alone, also where creators share a campaign", async () => {
    const shop = await createShop();
    const [lea, max] = [await createGuest(), await createGuest({ firstName: "Max", lastName: "Lindner" })];
    const spring = await join(shop, lea.id, { name: "Spring looks" });
    const secret = await join(shop, max.id, { name: "Secret campaign" });
    await api("POST", `/campaigns/${spring.campaignId}/creators`, { creatorIds: [max.id], status: "approved" });
    await insertLink({
      id: "lnk_0000000000000max",
      creatorId: max.id,
      campaignId: spring.campaignId,
      storeId: shop.id,
    });
    await click("lnk_0000000000000max", NOON - DAY, 77);
    await click(secret.linkId, NOON - DAY, 55);
    await sell(shop, secret.code, NOON - DAY, { amount: "9876.00" });
    await book({ creatorId: max.id, storeId: shop.id, amountMinor: 4_321_00 });
    await click(spring.linkId, NOON - DAY, 2);
    const { text } = await look(lea.path);
    // Code and link of the creator's own may have any digits.
    const read = textOf(text).replaceAll(spring.code, "").replaceAll(spring.link, "");
    for (const other of ["Max", "Lindner", "Secret", secret.code, secret.link, "77", "79", "55", "4,321", "9,876"]) {
      expect(read).not.toContain(other);
    }
    expect(textOf(text)).toContain("Clicks 2 Sales 0");
    expect(await csvOf(`${lea.path}/report.csv`)).toEqual([
      ["2026-11-21", "Spring looks", "2", "0", "", "", "", "0", "0"],
    ]);
    expect((await refusalOf(`${lea.path}/report.csv?campaign=${secret.campaignId}`)).code).toBe("not_found");
    expect((await visit(`${lea.path}/links/${secret.linkId}/qr.svg`)).status).toBe(404);
  });

  test("G-6: says how many orders wait for the shop's word, and adds nothing to the numbers", async () => {
    const shop = await createShop();
    const lea = await createGuest();
    const [one, two] = [await join(shop, lea.id, { name: "One" }), await join(shop, lea.id, { name: "Two" })];
    await click(one.linkId, NOON - DAY, 4);
    await sell(shop, one.code, NOON);
    const claim = (order: string, code: string) =>
      call(`/pixel.gif?s=${shop.key}&order=${order}&amount=1000000.00&currency=USD&codes=${code}`);
    const shown = async () => {
      const { text } = await look(lea.path);
      return { page: textOf(text), cards: (text.match(/<article.*?<\/article>/gs) ?? []).map(textOf) };
    };
    const waiting = /\d+ more orders? waits? [^.]*\. [^.]*\./g;

    await claim("c1", two.code);
    const first = await shown();
    const single = "1 more order waits for the shop to confirm it. It counts here after that.";
    expect(first.page.match(waiting)).toEqual([single, single]);
    expect(first.page).toContain(
      "Clicks 4 Sales 1 Value per click €25.00 Sales in money per click (EPC) Conversion rate 25%",
    );
    expect(first.page).toContain("Owed to you €0.00 Waiting for approval €10.00 Paid so far €0.00");
    expect(first.page).not.toMatch(/\$|1,000,000/);
    // Two comes before One: it is newer.
    expect(first.cards.map((card) => card.match(waiting))).toEqual([[single], null]);
    expect(first.cards[0]).toContain("Commission €0.00 Clicks 0 Sales 0");

    await claim("c2", one.code);
    const second = await shown();
    const both = "2 more orders wait for the shop to confirm them. They count here after that.";
    expect(second.page.match(waiting)).toEqual([both, single, single]);
    // A day of claims alone has a row in the file, and a day of sales has them beside.
    expect(await csvOf(`${lea.path}/report.csv`)).toEqual([
      ["2026-11-21", "One", "4", "0", "", "", "", "0", "0"],
      ["2026-11-22", "One", "0", "1", "EUR", "100.00", "10.00", "1", "0"],
      ["2026-11-22", "Two", "0", "0", "", "", "", "1", "0"],
    ]);

    expect(first.page).toContain("Owed to you");
    await setVisible(two.campaignId, false);
    const hidden = (await shown()).page;
    expect(hidden.match(waiting)).toEqual([single, single]);
    // What is owed would tell of the hidden campaign, too.
    expect(hidden).not.toContain("Owed to you");
  });

  test("escapes whatever names there are", async () => {
    const hostile = `</title><script>alert(1)</script>"'><img src=x onerror=alert(1)>`;
    const shop = await createShop({ name: `${hostile}store` });
    const lea = await createGuest({ firstName: `${hostile}first`, lastName: `${hostile}last` });
    const { linkId } = await join(shop, lea.id, { name: `${hostile}campaign` }, { codePattern: "LEA" });
    await click(linkId, NOON);
    const { text } = await look(lea.path);
    expect(text).not.toContain("<img src=x");
    expect(text.match(/<script>/g)).toHaveLength(1);
    expect(text).not.toContain(`"'>`);
    for (const what of ["store", "first", "last", "campaign"]) {
      expect(text).toContain(
        `&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;&lt;img src=x onerror=alert(1)&gt;${what}`,
      );
    }
  });

  test("runs and loads nothing but its own, is kept by no cache and passes its address on to nobody", async () => {
    const shop = await createShop();
    const lea = await createGuest();
    await join(shop, lea.id);
    const { headers, text } = await look(lea.path);
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "private, no-store",
      "referrer-policy": "strict-origin",
      "x-robots-tag": "noindex, nofollow",
      "x-content-type-options": "nosniff",
    });
    const styles = await Promise.all(
      [...text.matchAll(/<style>(.*?)<\/style>/gs)].map(([, style = ""]) => hashOf(style)),
    );
    const script = /<script>(.*?)<\/script>/s.exec(text)?.[1] ?? "";
    expect(headers.get("content-security-policy")).toBe(
      `default-src 'none'; style-src ${styles.map((hash) => `'sha256-${hash}'`).join(" ")}; script-src 'sha256-${await hashOf(script)}'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
    );
    expect(headers.get("set-cookie")).toBeNull();
    expect(text).not.toMatch(/ (on\w+|style)=/);
    // Without the script the buttons stay hidden, and all else is there.
    const copying = text.match(/<div class="copy">.*?<\/div>/g) ?? [];
    expect(copying).not.toHaveLength(0);
    expect(copying.every((each) => each.includes("<button hidden"))).toBe(true);
  });

  test("has less than 30,000 bytes with 20 campaigns", async () => {
    const shop = await createShop();
    const lea = await createGuest();
    const names = Array.from({ length: 20 }, (_none, n) => `Campaign ${n + 1}`);
    for (const name of names) {
      const { linkId, code } = await join(shop, lea.id, { name });
      await click(linkId, NOON - DAY);
      if (name === "Campaign 1") await sell(shop, code, NOON - DAY);
    }
    const { text } = await look(lea.path);
    expect(new TextEncoder().encode(text).length).toBeLessThan(30_000);
    expect(text.match(/<article/g)).toHaveLength(20);
    expect(text).not.toContain("More campaigns");
    const read = textOf(text);
    for (const name of names) expect(read).toContain(`${name} `);
  });

  test("leads to the campaigns that it has no room for, each once", async () => {
    const shop = await createShop();
    const lea = await createGuest();
    const names = Array.from({ length: 24 }, (_none, n) => `${String(n).padStart(2, "0")}${"&".repeat(118)}`);
    for (const name of names) {
      const { linkId } = await join(shop, lea.id, { name });
      await click(linkId, NOON - DAY);
    }
    const found: string[] = [];
    let query = "";
    for (let pages = 0; pages < 5; pages++) {
      const { text } = await look(lea.path + query);
      expect(new TextEncoder().encode(text).length).toBeLessThan(30_000);
      found.push(...[...text.matchAll(/<h3 id="c\d+">(\d\d)&amp;/g)].map(([, name = ""]) => name));
      // The numbers on top are of all campaigns, on every page.
      expect(textOf(text)).toContain("Clicks 24 ");
      expect(text.includes("First campaigns")).toBe(query !== "");
      const next = /href="(\?span=30d&amp;skip=\d+)"/.exec(text)?.[1];
      if (next === undefined) break;
      query = next.replace("&amp;", "&");
    }
    expect(found).toEqual(names.map((name) => name.slice(0, 2)).toReversed());
    expect((await look(`${lea.path}?skip=999`)).text).toContain('<h3 id="c0">23');
    expect((await look(`${lea.path}?skip=-1`)).text).toContain('<h3 id="c0">23');
  });

  test("UPF-30, UPF-46: shows a sale of two campaigns with one plan in both, and counts it once", async () => {
    const shop = await createShop();
    const lea = await createGuest();
    const first = await join(shop, lea.id, { name: "First" });
    const { planId } = (await api("GET", `/campaigns/${first.campaignId}`)).body as { planId: string };
    const [second, silent] = [
      await join(shop, lea.id, { name: "Second", planId }),
      await join(shop, lea.id, { name: "Silent", planId, creatorsSeePerformance: false }),
    ];
    expect([second.code, silent.code]).toEqual([first.code, first.code]);
    await click(first.linkId, NOON - DAY, 5);
    await sell(shop, first.code, NOON - DAY);
    const { text } = await look(lea.path);
    const cards = (text.match(/<article.*?<\/article>/gs) ?? []).map(textOf);
    expect(cards.map((card) => card.includes("Clicks 5 Sales 1 Value per click €20.00"))).toEqual([false, true, true]);
    expect(textOf(text)).toContain("Clicks 5 Sales 1 Value per click €20.00 Sales in money per click (EPC)");
    const row = ["2026-11-21", "First", "5", "1", "EUR", "100.00", "10.00", "0", "0"];
    for (const query of ["", `?campaign=${first.campaignId}`, `?campaign=${second.campaignId}`]) {
      expect(await csvOf(`${lea.path}/report.csv${query}`)).toEqual([row]);
    }

    // Where the sale is counted shows no numbers, so nothing of it is shown elsewhere.
    await setVisible(first.campaignId, false);
    expect(textOf((await look(lea.path)).text)).toContain("Clicks 0 Sales 0");
    expect(await csvOf(`${lea.path}/report.csv?campaign=${second.campaignId}`)).toEqual([]);
  });

  test("shows what there is of a campaign: no code yet, one that is over, none that rejected the creator or is gone", async () => {
    const shop = await createShop();
    const lea = await createGuest();
    const endsAt = new Date(NOON + DAY).toISOString();
    const [bare, archived, ended, rejected, gone] = [
      await join(shop, lea.id, { name: "Bare", tracking: false }),
      await join(shop, lea.id, { name: "Archived" }),
      await join(shop, lea.id, { name: "Limited" }, { endsAt }),
      await join(shop, lea.id, { name: "Not for Lea" }),
      await join(shop, lea.id, { name: "Gone" }),
    ];
    expect(bare.code).toBe("");
    expect((await api("POST", `/campaigns/${archived.campaignId}/launch`)).status).toBe(200);
    expect((await api("POST", `/campaigns/${archived.campaignId}/archive`)).status).toBe(200);
    expect((await act(rejected.campaignId, lea.id, "reject")).status).toBe(200);
    await env.DB.prepare("UPDATE campaigns SET deleted_at = 1 WHERE id = ?1").bind(gone.campaignId).run();
    const read = textOf((await look(lea.path)).text);
    expect(read).toContain("There is no code and no link for you yet.");
    expect(read).toContain("Archived Ended");
    for (const other of ["Bare Ended", "Limited Ended", "Not for Lea", rejected.code, "Gone", gone.code]) {
      expect(read).not.toContain(other);
    }
    expect(read).toContain(ended.code);
    vi.setSystemTime(NOON + DAY);
    expect(textOf((await look(lea.path)).text)).toContain("Limited Ended");
  });

  test("shows the newest link that was made by hand, where the plan made none", async () => {
    const shop = await createShop();
    const [lea, max] = [await createGuest(), await createGuest()];
    const bare = await join(shop, lea.id, { tracking: false });
    const of = { creatorId: lea.id, campaignId: bare.campaignId, storeId: shop.id };
    await insertLink({ id: "lnk_0000000000000001", slug: "older", slugKey: "older", ...of });
    await insertLink({ id: "lnk_0000000000000002", slug: "newer", slugKey: "newer", ...of });
    await insertLink({ id: "lnk_0000000000000003", slug: "gone", slugKey: "gone", deletedAt: 1, ...of });
    await insertLink({ id: "lnk_0000000000000004", slug: "others", slugKey: "others", ...of, creatorId: max.id });
    const { text } = await look(lea.path);
    expect([...text.matchAll(/<code>[^<]*\/(\w+)<\/code>/g)].map(([, slug]) => slug)).toEqual(["newer"]);
    expect((await visit(`${lea.path}/links/lnk_0000000000000002/qr.svg`)).status).toBe(200);
  });

  test("shows no code that rests and no link that was deleted, but the other link", async () => {
    const shop = await createShop();
    const lea = await createGuest();
    const spring = await join(shop, lea.id);
    await env.DB.prepare("UPDATE codes SET state = 'withdrawn' WHERE text = ?1").bind(spring.code).run();
    expect((await api("DELETE", `/links/${spring.linkId}`)).status).toBe(204);
    const { text } = await look(lea.path);
    expect(text).not.toContain(spring.code);
    expect(text).not.toContain(spring.link);
    const left = await env.DB.prepare("SELECT slug FROM links WHERE deleted_at IS NULL").first<{ slug: string }>();
    expect(textOf(text)).toContain(`https://go.brand.example/${left?.slug} Copy link`);
    await env.DB.prepare("UPDATE links SET deleted_at = 1").run();
    expect(textOf((await look(lea.path)).text)).toContain("There is no code and no link for you yet.");
  });

  test("ends on the latest day that it is in any of the stores", async () => {
    vi.setSystemTime(Date.UTC(2026, 10, 22, 13));
    const lea = await createGuest();
    await join(await createShop({ timezone: "Pacific/Auckland" }), lea.id);
    await join(await createShop({ timezone: "America/New_York" }), lea.id);
    const read = textOf((await look(lea.path)).text);
    expect(read).toContain("Oct 25, 2026 – Nov 23, 2026");
    expect(read).toContain("As of Nov 22, 2026, 8:00 AM EST");
  });

  test("says so to a creator without a campaign", async () => {
    const { text } = await look((await createGuest()).path);
    expect(textOf(text)).toContain("You are not in a campaign yet.");
  });

  test("shows links of a domain of their own, also as a QR code", async () => {
    await createDomain({ hostname: "go.linen.example" });
    const shop = await createShop();
    const lea = await createGuest();
    const { linkId } = await join(shop, lea.id);
    await api("PATCH", `/links/${linkId}`, { domain: "go.linen.example", slug: "lea" });
    const { text } = await look(lea.path);
    expect(textOf(text)).toContain("https://go.linen.example/lea");
    const src = /<img src="([^"]+)"/.exec(text)?.[1] ?? "";
    const response = await visit(new URL(src, `https://go.brand.example${lea.path}`).pathname);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("image/svg+xml");
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    const own = await api("GET", `/links/${linkId}`);
    expect(own.status).toBe(200);
    const admin = await visit(`/api/v1/links/${linkId}/qr.svg`, { authorization: `Bearer ${env.ADMIN_API_KEY}` });
    expect(await response.text()).toBe(await admin.text());
  });
});

describe("the sales report", () => {
  test("UPF-26, UPF-27: visibility on: the creator downloads the sales report; off: the server refuses", async () => {
    const shop = await createShop();
    const lea = await createGuest();
    const [shown, hidden] = [
      await join(shop, lea.id, { name: "Shown" }),
      await join(shop, lea.id, { name: "=Hidden", creatorsSeePerformance: false }),
    ];
    for (const { linkId, code } of [shown, hidden]) {
      await click(linkId, NOON - DAY, 4);
      await sell(shop, code, NOON - DAY);
    }
    const [csv, ofShown, ofHidden] = ["", `?campaign=${shown.campaignId}`, `?campaign=${hidden.campaignId}`].map(
      (query) => `${lea.path}/report.csv${query}`,
    );
    const row = ["2026-11-21", "Shown", "4", "1", "EUR", "100.00", "10.00", "0", "0"];
    expect(await csvOf(csv ?? "")).toEqual([row]);
    expect(await csvOf(ofShown ?? "")).toEqual([row]);
    expect(await refusalOf(ofHidden ?? "")).toMatchObject({ status: 403, code: "visibility_off" });

    const { text } = await look(lea.path);
    const [cardOfHidden = "", cardOfShown = ""] = text.match(/<article.*?<\/article>/gs) ?? [];
    expect(textOf(cardOfHidden)).toContain("This campaign doesn’t show its numbers.");
    expect(textOf(cardOfHidden)).toContain(hidden.code);
    expect(cardOfHidden).not.toContain("<dl");
    expect(cardOfHidden).not.toContain("report.csv");
    expect(textOf(cardOfShown)).toContain("Clicks 4 Sales 1");
    // Nor do the sums tell of what is hidden.
    expect(textOf(text)).toContain("Clicks 4 Sales 1 Value per click €25.00 Sales in money");
    expect(textOf(text)).toContain("Campaigns that don’t show their numbers are not counted here.");

    await setVisible(shown.campaignId, false);
    for (const path of [csv, ofShown, ofHidden]) {
      expect(await refusalOf(path ?? "")).toMatchObject({ status: 403, code: "visibility_off" });
    }
    const dark = await look(`${lea.path}?span=90d`);
    expect(textOf(dark.text)).toContain("None of your campaigns shows its numbers here.");
    expect(textOf(dark.text)).toContain(shown.code);
    for (const part of ["<dl", "<svg", "Balance", "€", "report.csv", "?span="]) expect(dark.text).not.toContain(part);

    await setVisible(hidden.campaignId, true);
    expect(await csvOf(ofHidden ?? "")).toEqual([
      ["2026-11-21", "'=Hidden", "4", "1", "EUR", "100.00", "10.00", "0", "0"],
    ]);
  });

  test("has a row a day and campaign, and one more for each further currency, so that columns add up", async () => {
    const shop = await createShop();
    const lea = await createGuest();
    const [one, two] = [await join(shop, lea.id, { name: "One" }), await join(shop, lea.id, { name: "Two" })];
    await click(one.linkId, NOON - 3 * DAY, 5);
    await click(two.linkId, NOON - DAY, 2);
    await sell(shop, one.code, NOON - DAY);
    await sell(shop, one.code, NOON - DAY, { amount: "12.34", currency: "USD" });
    const rows = await csvOf(`${lea.path}/report.csv`);
    expect(rows.map((row) => row.slice(0, 6))).toEqual([
      ["2026-11-19", "One", "5", "0", "", ""],
      ["2026-11-21", "One", "0", "1", "EUR", "100.00"],
      ["2026-11-21", "One", "", "1", "USD", "12.34"],
      ["2026-11-21", "Two", "2", "0", "", ""],
    ]);
  });

  test("is of the span that is asked for, under a name that says so", async () => {
    const shop = await createShop();
    const lea = await createGuest();
    const { linkId } = await join(shop, lea.id);
    await click(linkId, NOON - 60 * DAY);
    expect(await csvOf(`${lea.path}/report.csv`)).toEqual([]);
    const response = await visit(`${lea.path}/report.csv?span=90d`);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="report-2026-08-25-2026-11-22.csv"',
      "cache-control": "private, no-store",
      "referrer-policy": "strict-origin",
    });
    expect(rowsOf(await response.text())).toHaveLength(1);
    expect(await refusalOf(`${lea.path}/report.csv?span=all`)).toMatchObject({
      status: 422,
      code: "validation_failed",
    });
  });

  test("is refused to a creator without a campaign", async () => {
    expect((await refusalOf(`${(await createGuest()).path}/report.csv`)).code).toBe("visibility_off");
  });
});

describe("a token that opens nothing", () => {
  test("gets the same page whether it is unknown, revoked, expired or no token at all", async () => {
    const [revoked, expired] = [await createGuest(), await createGuest()];
    await env.DB.prepare("UPDATE portal_tokens SET revoked_at = 1 WHERE creator_id = ?1").bind(revoked.id).run();
    await env.DB.prepare("UPDATE portal_tokens SET expires_at = 1 WHERE creator_id = ?1").bind(expired.id).run();
    const answers = [];
    for (const path of [
      `/creator/${TOKEN}`,
      revoked.path,
      expired.path,
      "/creator/x",
      `/creator/${"%00".repeat(43)}`,
    ]) {
      for (const rest of ["", "/report.csv", "/links/lnk_000000000000000a/qr.svg"]) {
        const { status, headers, text } = await look(path + rest, { "CF-Connecting-IP": "203.0.113.44" });
        const { "x-request-id": _id, ...others } = Object.fromEntries(headers);
        answers.push({ status, others, text });
      }
    }
    expect(answers).toHaveLength(15);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({
      status: 404,
      others: {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "private, no-store",
        "referrer-policy": "no-referrer",
      },
    });
    expect(answers[0]?.text).toContain("There is nothing here");
  });

  test("counts like a guessed slug, while those who have a link still get in", async () => {
    const lea = await createGuest();
    const from = { "CF-Connecting-IP": "203.0.113.99" };
    const limit = vi.spyOn(env.UNKNOWN_SLUGS, "limit").mockResolvedValue({ success: false });
    const refused = await look(`/creator/${TOKEN}`, from);
    expect(limit).toHaveBeenCalledExactlyOnceWith({ key: "203.0.113.99" });
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("60");
    expect((await look(lea.path, from)).status).toBe(200);
    expect(limit).toHaveBeenCalledTimes(1);

    vi.spyOn(console, "error").mockImplementation(() => undefined);
    limit.mockRejectedValue(new Error("no limiter"));
    expect((await look(`/creator/${TOKEN}`, from)).status).toBe(404);
  });
});

test("only reading is possible, and nothing else is under the page", async () => {
  const { path } = await createGuest();
  expect((await visit(path, {}, { method: "HEAD" })).status).toBe(200);
  const posted = await visit(path, {}, { method: "POST" });
  expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  expect((await visit(`${path}/other`)).status).toBe(404);
});
