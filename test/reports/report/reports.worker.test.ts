import { env, exports } from "cloudflare:workers";
import * as fc from "fast-check";
import Papa from "papaparse";
import { beforeEach, describe, expect, test } from "vitest";
import { ingestAll, wipeLog } from "../../clicks/log-fixtures.ts";
import type { ClickMessage } from "../../../src/edge/click/message.ts";
import { type Click, clickSchema } from "../../../src/clicks/click/schema.ts";
import { readConfig } from "../../../src/ground/config.ts";
import { linksReport, trafficReport } from "../../../src/reports/report/schema.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { api, bodyOf, expectInvalid, holding, pagesOf } from "../../ground/api.ts";
import { BROWSER, clickMessage } from "../../clicks/click-message.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { expectGuarded } from "../../operate/key-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { histories } from "../../property-runs.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A midnight, UTC. */
const MIDNIGHT = Date.UTC(2026, 10, 20);
const BOT = "Googlebot/2.1 (+http://www.google.com/bot.html)";
const LEA = "lnk_000000000000000a";
const BEN = "lnk_000000000000000b";
const GONE = "lnk_000000000000000c";
const config = readConfig({});

let clickCount = 0;

/** A click on Lea's link at a time after {@link MIDNIGHT}, by a visitor of its own unless one is named. */
function click(offset: number, parts: Partial<ClickMessage> = {}): ClickMessage {
  clickCount += 1;
  const id = `clk_${String(clickCount).padStart(6, "0")}`;
  return clickMessage({ id, linkId: LEA, time: MIDNIGHT + offset, pseudonym: id, ...parts });
}

function ingest(...clicks: ClickMessage[]): Promise<void> {
  return ingestAll(config, clicks, MIDNIGHT);
}

function queryOf(query: Record<string, string | number>): string {
  return new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString();
}

/** Wide enough for every click of these tests. */
const ALL = { from: "2026-11-01", to: "2026-11-30" };

async function traffic(query: Record<string, string | number> = {}) {
  return bodyOf(trafficReport, await api("GET", `/reports/traffic?${queryOf({ ...ALL, ...query })}`));
}

async function links(query: Record<string, string | number> = {}) {
  return bodyOf(linksReport, await api("GET", `/reports/links?${queryOf({ ...ALL, ...query })}`));
}

/** Rows of the report on links as `slug clicks/uniqueClicks`. */
async function clicksBySlug(query: Record<string, string | number> = {}): Promise<string[]> {
  return (await links(query)).data.map((row) => `${row.slug} ${row.clicks}/${row.uniqueClicks}`);
}

/** Start, counted and bots of each row of the report on traffic, whose rows must add up to its total. */
async function bucketsBy(interval: "day" | "hour"): Promise<[string | null, number, number][]> {
  const { data, total } = await traffic({ interval });
  for (const name of ["requests", "counted", "bot"] as const) {
    expect(data.reduce((sum, row) => sum + row[name], 0)).toBe(total[name]);
  }
  return data.map((row) => [row.start, row.counted, row.bot]);
}

/** Expects the row of Lea's link, and the same of the report on traffic. */
async function expectLea(row: string, counted: number, duplicate: number): Promise<void> {
  expect(await clicksBySlug({ link: LEA })).toEqual([row]);
  expect((await traffic({ link: LEA })).total).toMatchObject({ requests: counted + duplicate, counted, duplicate });
}

/** How many clicks a query of the log finds. */
async function countLogged(query: string): Promise<number> {
  return (await pagesOf(clickSchema, `/clicks?limit=100&${query}`)).flat().length;
}

function idsOf(rows: readonly Click[]): string[] {
  return rows.map((row) => row.id);
}

async function csv(path: string) {
  const url = `https://go.brand.example/api/v1${path}`;
  const response = await exports.default.fetch(url, { headers: holding(env.ADMIN_API_KEY) });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const iso = (offset: number): string => new Date(MIDNIGHT + offset).toISOString();

beforeEach(async () => {
  await insertLink({ id: LEA, slug: "lea", slugKey: "lea" });
  await insertLink({ id: BEN, slug: "ben", slugKey: "ben" });
});

const NO_BUCKETS = { counted: 0, bot: 0, prefetch: 0, head: 0, embedded: 0, duplicate: 0, inactive: 0 };

describe("the report on traffic", () => {
  test("puts every request into one bucket, and requests are their sum (G-13: embedded ones too)", async () => {
    await ingest(
      click(0, { pseudonym: "ana" }),
      click(1, { pseudonym: "ana" }),
      click(2, { pseudonym: "ana" }),
      click(3),
      click(4, { userAgent: BOT }),
      click(5, { bucket: "prefetch", reason: "prefetch" }),
      click(6, { bucket: "prefetch", reason: "prefetch" }),
      click(7, { bucket: "head", reason: "head" }),
      click(8, { bucket: "inactive", reason: "ended" }),
      click(9, { pseudonym: null }),
      click(10, { bucket: "embedded", reason: "dest_image" }),
      click(11, { bucket: "embedded", reason: "dest_iframe", userAgent: BOT }),
    );
    const row = {
      start: null,
      requests: 12,
      counted: 3,
      bot: 1,
      prefetch: 2,
      head: 1,
      embedded: 2,
      duplicate: 2,
      inactive: 1,
    };
    const range = { from: "2026-11-01T00:00:00.000Z", to: "2026-12-01T00:00:00.000Z" };
    expect(await traffic()).toEqual({ data: [row], total: row, range });
  });

  test("is a row of zeros where there was nothing, and no row by day or hour", async () => {
    const zeros = { start: null, requests: 0, ...NO_BUCKETS };
    expect(await traffic()).toMatchObject({ data: [zeros], total: zeros });
    for (const interval of ["day", "hour"])
      expect(await traffic({ interval })).toMatchObject({ data: [], total: zeros });
  });

  test("has a row for each day or hour with requests, oldest first, and a total", async () => {
    await ingest(click(25 * HOUR), click(HOUR), click(HOUR + 59 * MINUTE), click(3 * HOUR, { userAgent: BOT }));
    expect(await bucketsBy("day")).toEqual([
      ["2026-11-20T00:00:00.000Z", 2, 1],
      ["2026-11-21T00:00:00.000Z", 1, 0],
    ]);
    expect(await bucketsBy("hour")).toEqual([
      ["2026-11-20T01:00:00.000Z", 2, 0],
      ["2026-11-20T03:00:00.000Z", 0, 1],
      ["2026-11-21T01:00:00.000Z", 1, 0],
    ]);
  });

  test("as CSV has the same rows", async () => {
    await ingest(click(0), click(DAY, { userAgent: BOT }));
    const { status, headers, text } = await csv(
      `/reports/traffic?${queryOf({ ...ALL, interval: "day", format: "csv" })}`,
    );
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(headers.get("content-disposition")).toBe('attachment; filename="traffic.csv"');
    expect(text).toBe(
      [
        "start,requests,counted,bot,prefetch,head,embedded,duplicate,inactive",
        "2026-11-20T00:00:00.000Z,1,1,0,0,0,0,0,0",
        "2026-11-21T00:00:00.000Z,1,0,1,0,0,0,0,0",
        "",
      ].join("\r\n"),
    );
  });
});

describe("the report on links", () => {
  test("counts one click a visitor, link and hour, and one unique click a visitor, link and day", async () => {
    const ana = { pseudonym: "ana" };
    await ingest(
      click(59 * MINUTE, ana),
      click(59 * MINUTE + 1, ana),
      click(HOUR, ana),
      click(HOUR, { ...ana, linkId: BEN }),
      click(DAY, ana),
    );
    expect(await clicksBySlug()).toEqual(["lea 3/2", "ben 1/1"]);
    expect(await links()).toMatchObject({ total: { clicks: 4, uniqueClicks: 3 }, nextOffset: null });
  });

  test("names what each link belongs to", async () => {
    const [store, creator] = [await createStore(), await createCreator()];
    await insertLink({
      id: GONE,
      slug: "Tail",
      slugKey: "tail",
      domain: "go.lea.example",
      storeId: store.id,
      creatorId: creator.id,
      campaignId: "cmp_0000000000000001",
    });
    const { data } = await links({ link: GONE });
    expect(data).toMatchObject([
      {
        linkId: GONE,
        slug: "Tail",
        domain: "go.lea.example",
        storeId: store.id,
        creatorId: creator.id,
        campaignId: "cmp_0000000000000001",
        start: null,
        clicks: 0,
        uniqueClicks: 0,
      },
    ]);
    expect((await links({ link: LEA })).data).toMatchObject([{ domain: null, storeId: null, creatorId: null }]);
  });

  test("has a row of zeros for a link without clicks, but not by day or hour", async () => {
    await ingest(click(0), click(DAY));
    expect(await clicksBySlug()).toEqual(["lea 2/2", "ben 0/0"]);
    for (const interval of ["day", "hour"]) {
      const { data } = await links({ interval, sort: "start" });
      expect(data.map((row) => [row.slug, row.start, row.clicks])).toEqual([
        ["lea", "2026-11-20T00:00:00.000Z", 1],
        ["lea", "2026-11-21T00:00:00.000Z", 1],
      ]);
    }
  });

  test("keeps the clicks of a deleted link, and leaves out one that had none", async () => {
    await insertLink({ id: GONE, slug: "gone", slugKey: "gone", deletedAt: MIDNIGHT });
    await insertLink({ slug: "never", slugKey: "never", deletedAt: MIDNIGHT });
    await ingest(click(0, { linkId: GONE }));
    for (const rolledUp of [false, true]) {
      if (rolledUp) await rollUpClicks(env, MIDNIGHT);
      expect(await clicksBySlug()).toEqual(["gone 1/1", "lea 0/0", "ben 0/0"]);
      expect((await links()).total).toMatchObject({ clicks: 1, uniqueClicks: 1 });
      expect((await traffic()).total.requests).toBe(1);
      expect(await clicksBySlug({ from: iso(HOUR) })).toEqual(["lea 0/0", "ben 0/0"]);
    }
  });

  test("a link deleted through the API keeps its clicks", async () => {
    await ingest(click(0));
    expect((await api("DELETE", `/links/${LEA}`)).status).toBe(204);
    expect(await clicksBySlug()).toEqual(["lea 1/1", "ben 0/0"]);
  });

  describe("sorted", () => {
    beforeEach(async () => {
      await insertLink({ id: GONE, slug: "CARL", slugKey: "carl" });
      const ana = { pseudonym: "ana" };
      await ingest(
        click(0, ana),
        click(HOUR, ana),
        click(2 * HOUR, ana),
        click(DAY, { linkId: BEN }),
        click(DAY, { linkId: BEN }),
      );
    });

    test.each([
      ["-clicks", "lea 3/1", "ben 2/2", "CARL 0/0"],
      ["clicks", "CARL 0/0", "ben 2/2", "lea 3/1"],
      ["-uniqueClicks", "ben 2/2", "lea 3/1", "CARL 0/0"],
      ["uniqueClicks", "CARL 0/0", "lea 3/1", "ben 2/2"],
      ["slug", "ben 2/2", "CARL 0/0", "lea 3/1"],
      ["-slug", "lea 3/1", "CARL 0/0", "ben 2/2"],
    ])("by %s", async (sort, ...rows) => {
      expect(await clicksBySlug({ sort })).toEqual(rows);
    });

    test.each([
      ["start", ["lea 1/1", "lea 1/0", "lea 1/0", "ben 2/2"]],
      ["-start", ["ben 2/2", "lea 1/0", "lea 1/0", "lea 1/1"]],
      ["slug", ["ben 2/2", "lea 1/1", "lea 1/0", "lea 1/0"]],
    ])("by %s within hours", async (sort, rows) => {
      expect(await clicksBySlug({ sort, interval: "hour" })).toEqual(rows);
    });
  });

  test("is paged by offset, each row once, with the total of all rows on each page", async () => {
    for (let index = 0; index < 5; index++) {
      await ingest(...Array.from({ length: 3 }, (_none, step) => click(index * DAY + step, { linkId: LEA })));
    }
    await ingest(click(0, { linkId: BEN }));
    const query = { interval: "day", sort: "-start", limit: 4 };
    const first = await links(query);
    const second = await links({ ...query, offset: 4 });
    expect([first.data.length, first.nextOffset, second.data.length, second.nextOffset]).toEqual([4, 4, 2, null]);
    for (const page of [first, second, await links({ ...query, offset: 100 })]) {
      expect(page.total).toMatchObject({ clicks: 16, uniqueClicks: 16 });
    }
    const rows = [...first.data, ...second.data].map((row) => `${row.start?.slice(0, 10)} ${row.slug} ${row.clicks}`);
    expect(rows).toEqual([
      "2026-11-24 lea 3",
      "2026-11-23 lea 3",
      "2026-11-22 lea 3",
      "2026-11-21 lea 3",
      "2026-11-20 lea 3",
      "2026-11-20 ben 1",
    ]);
    expect((await links({ ...query, limit: 6 })).nextOffset).toBeNull();
  });

  test("pages through rows that sort alike without repeats or gaps", async () => {
    for (let index = 0; index < 7; index++) await insertLink({});
    const slugs: (string | null)[] = [];
    for (let offset: number | null = 0; offset !== null;) {
      const page = await links({ limit: 2, offset });
      slugs.push(...page.data.map((row) => row.slug));
      offset = page.nextOffset;
    }
    expect(slugs).toHaveLength(9);
    expect(new Set(slugs).size).toBe(9);
  });

  test("as CSV has the page's rows, disarms formulas, and says where the next page begins", async () => {
    await insertLink({ id: GONE, slug: "-1", slugKey: "-1", domain: "go.lea.example" });
    await ingest(click(0, { linkId: GONE }), click(1, { linkId: GONE }), click(0));
    const { headers, text } = await csv(`/reports/links?${queryOf({ ...ALL, format: "csv", limit: 2 })}`);
    expect(headers.get("content-disposition")).toBe('attachment; filename="links-report.csv"');
    expect(headers.get("x-next-offset")).toBe("2");
    expect(text).toBe(
      [
        "linkId,slug,domain,storeId,creatorId,campaignId,start,clicks,uniqueClicks,conversions,claimedConversions,linkConversions,codeConversions,callConversions,codeUses,waitingCommissions,currency,gross,refunded,sales,commission,claimedSales,cvr,epc,aov,otherCurrencies",
        `${GONE},"'-1",go.lea.example,,,,,2,2,0,0,0,0,0,0,0,,0,0,0,0,0,0,0.0000,,`,
        `${LEA},lea,,,,,,1,1,0,0,0,0,0,0,0,,0,0,0,0,0,0,0.0000,,`,
        "",
      ].join("\r\n"),
    );
    const last = await csv(`/reports/links?${queryOf({ ...ALL, format: "csv", limit: 2, offset: 2 })}`);
    expect(last.headers.has("x-next-offset")).toBe(false);
    expect(Papa.parse(last.text.trimEnd(), { header: true }).data).toMatchObject([{ linkId: BEN, clicks: "0" }]);
  });
});

describe("both reports", () => {
  test("are exact before the roll-up, after it, and with a tail that it hasn't read", async () => {
    const ana = { pseudonym: "ana" };
    await ingest(click(30 * MINUTE, ana), click(HOUR), click(DAY, ana));
    await expectLea("lea 3/3", 3, 0);
    await rollUpClicks(env, MIDNIGHT);
    await expectLea("lea 3/3", 3, 0);
    // The tail: another visitor in an hour that is rolled up, and one that was Ana's first after all.
    await ingest(click(31 * MINUTE), click(20 * MINUTE, ana));
    await expectLea("lea 4/4", 4, 1);
    await rollUpClicks(env, MIDNIGHT);
    await expectLea("lea 4/4", 4, 1);
  });

  test.each([
    ["a date to a date, whole days", "2026-11-20", "2026-11-20", 4],
    ["a date to the next", "2026-11-20", "2026-11-21", 6],
    ["a time to a time within one hour", iso(90 * MINUTE), iso(100 * MINUTE), 1],
    ["a time to the next millisecond", iso(90 * MINUTE), iso(90 * MINUTE + 1), 1],
    ["the millisecond before a click", iso(90 * MINUTE - 1), iso(90 * MINUTE), 0],
    ["a time within an hour to one within another", iso(90 * MINUTE), iso(23 * HOUR + 59 * MINUTE), 2],
    ["a whole hour to a whole hour", iso(0), iso(2 * HOUR), 2],
    ["a time to a date", iso(90 * MINUTE), "2026-11-20", 3],
    ["a date to a time", "2026-11-20", iso(DAY), 4],
    ["a date to a time within an hour, which is not in it", "2026-11-20", iso(DAY + 90 * MINUTE), 5],
    ["a time within an hour to a click within another", iso(30 * MINUTE), iso(DAY + 90 * MINUTE), 4],
    ["a click within an hour to a time within another", iso(90 * MINUTE), iso(DAY + 30 * MINUTE), 4],
    ["a time with an offset", "2026-11-20T02:30:00+01:00", "2026-11-20T02:31:00+01:00", 1],
  ])("from %s", async (_what, from, to, count) => {
    await ingest(
      click(0),
      click(90 * MINUTE),
      click(2 * HOUR),
      click(DAY - 1),
      click(DAY),
      click(DAY + 90 * MINUTE),
      click(-1),
      click(2 * DAY),
    );
    for (const rolledUp of [false, true]) {
      if (rolledUp) await rollUpClicks(env, MIDNIGHT);
      expect((await traffic({ from, to })).total.counted).toBe(count);
      expect((await links({ from, to })).total.clicks).toBe(count);
    }
  });

  test("state the span that they cover", async () => {
    const { range } = await links({ from: "2026-11-20", to: "2026-11-21T10:00:00+01:00" });
    expect(range).toEqual({ from: "2026-11-20T00:00:00.000Z", to: "2026-11-21T09:00:00.000Z" });
  });

  test("cover the last 30 days, today included, where nothing else is asked for", async () => {
    const today = Date.now() - (Date.now() % DAY);
    const first = today - 29 * DAY;
    await ingest(click(first - MIDNIGHT), click(first - 1 - MIDNIGHT), click(Date.now() - MIDNIGHT));
    for (const path of ["/reports/traffic", "/reports/links"]) {
      const body = (await api("GET", path)).body as {
        range: { from: string; to: string };
        total: { clicks?: number; counted?: number };
      };
      expect(body.range).toEqual({ from: new Date(first).toISOString(), to: new Date(today + DAY).toISOString() });
      expect(body.total.clicks ?? body.total.counted).toBe(2);
    }
  });

  test("can be asked by store, campaign, creator and link, and by all of them", async () => {
    const [store, creator] = [await createStore(), await createCreator()];
    const filters = { store: store.id, campaign: "cmp_0000000000000001", creator: creator.id, link: GONE };
    const fields = { storeId: store.id, campaignId: filters.campaign, creatorId: creator.id };
    await insertLink({ ...fields, id: GONE, slug: "all", slugKey: "all" });
    for (const [name, value] of Object.entries(fields)) {
      const id = `lnk_${name
        .toLowerCase()
        .replaceAll(/[^0-9a-hjkmnp-tv-z]/g, "")
        .padStart(16, "0")}`;
      await insertLink({ [name]: value, id, slug: name, slugKey: name.toLowerCase() });
      await ingest(click(0, { linkId: id }));
    }
    await ingest(click(0, { linkId: GONE }), click(1, { linkId: GONE }), click(0));
    for (const rolledUp of [false, true]) {
      if (rolledUp) await rollUpClicks(env, MIDNIGHT);
      expect(await clicksBySlug({ store: store.id })).toEqual(["all 2/2", "storeId 1/1"]);
      expect(await clicksBySlug({ campaign: filters.campaign })).toEqual(["all 2/2", "campaignId 1/1"]);
      expect(await clicksBySlug({ creator: creator.id })).toEqual(["all 2/2", "creatorId 1/1"]);
      expect(await clicksBySlug(filters)).toEqual(["all 2/2"]);
      for (const [name, value] of Object.entries(filters)) {
        const counted = name === "link" ? 2 : 3;
        expect((await traffic({ [name]: value })).total.counted, name).toBe(counted);
        expect((await links({ [name]: value })).total.clicks, name).toBe(counted);
      }
      expect((await traffic({ ...filters, link: LEA })).total.requests).toBe(0);
      expect((await links({ ...filters, link: LEA })).data).toEqual([]);
      // Several at once: rows and total are of any of them, each once.
      expect(await clicksBySlug({ link: `${GONE},${LEA},${GONE}` })).toEqual(["all 2/2", "lea 1/1"]);
      expect((await links({ link: `${GONE},${LEA}` })).total.clicks).toBe(3);
      expect(await clicksBySlug({ creator: `${creator.id},crt_0000000000000001` })).toEqual([
        "all 2/2",
        "creatorId 1/1",
      ]);
      expect(
        await clicksBySlug({ campaign: `${filters.campaign},cmp_0000000000000002`, link: `${GONE},${LEA}` }),
      ).toEqual(["all 2/2"]);
    }
  });

  test.each([
    ["to", "from=2026-11-21&to=2026-11-20"],
    ["to", "from=2026-11-20T10:00:00Z&to=2026-11-20T10:00:00Z"],
    ["to", "from=2016-11-20&to=2026-11-30"],
    ["to", "from=2999-01-01"],
    ["from", "from=yesterday"],
    ["from", "from=2026-02-30"],
    ["from", "from=2026-11-20T10:00:00"],
    ["from", "from="],
    ["to", "to=2026-13-01"],
    ["to", "to=20.11.2026"],
    ["interval", "interval=week"],
    ["format", "format=xml"],
    ["store", "store=x"],
    ["campaign", "campaign=x"],
    ["creator", "creator=x"],
    ["link", "link=x"],
    ["link", `link=${LEA},x`],
    ["link", `link=${LEA},`],
    ["colour", "colour=red"],
  ])("refuse a bad %s: %s", async (path, query) => {
    for (const report of ["traffic", "links"]) expectInvalid(await api("GET", `/reports/${report}?${query}`), path);
  });

  test.each([
    ["sort", "sort=visits"],
    ["limit", "limit=0"],
    ["limit", "limit=1001"],
    ["offset", "offset=-1"],
    ["offset", "offset=x"],
    ["link", `link=${Array.from({ length: 201 }, () => LEA).join(",")}`],
  ])("refuse a bad %s where they take it: %.60s", async (path, query) => {
    for (const report of ["traffic", "links"]) expectInvalid(await api("GET", `/reports/${report}?${query}`), path);
  });

  test.each(["/reports/traffic", "/reports/links"])("need a key with reports:read: %s", (path) =>
    expectGuarded("GET", path, "reports:read"),
  );
});

function byStartAndLink(a: { start: string | null; linkId: string }, b: typeof a): number {
  return (a.start ?? "").localeCompare(b.start ?? "") || a.linkId.localeCompare(b.linkId);
}

describe("for any clicks, span and moment of the roll-up", () => {
  const LINK_IDS = [LEA, BEN, GONE];

  /** What became of a click, worked out the slow way from all clicks at once. */
  interface Fate {
    linkId: string;
    time: number;
    bucket: keyof typeof NO_BUCKETS;
    unique: boolean;
  }

  function fatesOf(clicks: readonly ClickMessage[]): Fate[] {
    const seen = new Set<string>();
    const isFirst = (group: string): boolean => !seen.has(group) && seen.add(group) !== null;
    return clicks
      .toSorted((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))
      .map(({ linkId, time, bucket, userAgent, pseudonym }): Fate => {
        if (bucket === "head" || bucket === "prefetch" || bucket === "embedded")
          return { linkId, time, bucket, unique: false };
        if (userAgent === BOT) return { linkId, time, bucket: "bot", unique: false };
        if (bucket === "inactive") return { linkId, time, bucket, unique: false };
        if (pseudonym === null) return { linkId, time, bucket: "counted", unique: true };
        const visitor = `${linkId} ${pseudonym} ${Math.floor(time / DAY)}`;
        if (!isFirst(`${visitor} ${Math.floor(time / HOUR)}`))
          return { linkId, time, bucket: "duplicate", unique: false };
        return { linkId, time, bucket: "counted", unique: isFirst(visitor) };
      });
  }

  function bucketsOf(fates: readonly Fate[]) {
    const row = { requests: fates.length, ...NO_BUCKETS };
    for (const { bucket } of fates) row[bucket] += 1;
    return row;
  }

  const anyTime = fc.oneof(
    // On and around full hours and the midnight, where things go wrong, and anywhere else.
    fc.tuple(fc.integer({ min: 22, max: 26 }), fc.constantFrom(-1, 0, 1)).map(([hour, shift]) => hour * HOUR + shift),
    fc.integer({ min: 20 * HOUR, max: 28 * HOUR }),
  );

  const anyClick = fc.record({
    linkId: fc.constantFrom(...LINK_IDS),
    time: anyTime.map((offset) => MIDNIGHT + offset),
    pseudonym: fc.constantFrom("ana", "ana", "ben", null),
    bucket: fc.constantFrom<ClickMessage["bucket"]>(
      "visit",
      "visit",
      "visit",
      "head",
      "prefetch",
      "embedded",
      "inactive",
    ),
    userAgent: fc.constantFrom(BROWSER, BROWSER, BROWSER, BOT),
  });

  const anyMoment = fc.oneof(
    anyTime.map((offset) => ({ text: iso(offset), from: MIDNIGHT + offset, to: MIDNIGHT + offset })),
    fc.integer({ min: 0, max: 1 }).map((day) => {
      const from = MIDNIGHT + day * DAY;
      return { text: new Date(from).toISOString().slice(0, 10), from, to: from + DAY };
    }),
  );

  const anyCase = fc.record({
    clicks: fc.array(anyClick, { maxLength: 30 }),
    rollUpAt: fc.array(fc.nat({ max: 30 }), { maxLength: 3 }),
    start: anyMoment,
    end: anyMoment,
    interval: fc.constantFrom("total" as const, "day" as const, "hour" as const),
    link: fc.constantFrom(null, null, LEA),
  });

  test("they equal a recount", { timeout: 120_000 }, async () => {
    await insertLink({ id: GONE, slug: "gone", slugKey: "gone", deletedAt: MIDNIGHT });
    await fc.assert(
      fc.asyncProperty(anyCase, async ({ clicks: parts, rollUpAt, start, end, interval, link }) => {
        fc.pre(start.from < end.to);
        await wipeLog();
        await env.DB.batch(
          ["click_hours", "click_days", "click_months", "click_splits", "watermarks"].map((name) =>
            env.DB.prepare(`DELETE FROM ${name}`),
          ),
        );
        const clicks = parts.map((part, index) =>
          clickMessage({ ...part, id: `clk_${String((index * 7919) % 1000).padStart(4, "0")}`, reason: part.bucket }),
        );
        for (const [index, message] of clicks.entries()) {
          await ingest(message);
          if (rollUpAt.includes(index)) await rollUpClicks(env, MIDNIGHT);
        }

        const fates = fatesOf(clicks).filter(
          ({ linkId, time }) => time >= start.from && time < end.to && (link === null || linkId === link),
        );
        const size = interval === "day" ? DAY : HOUR;
        const startOf = (time: number) => (interval === "total" ? null : new Date(time - (time % size)).toISOString());
        const query = { from: start.text, to: end.text, interval, ...(link !== null && { link }) };

        const byStart = Map.groupBy(fates, ({ time }) => startOf(time));
        if (interval === "total" && fates.length === 0) byStart.set(null, []);
        expect(await traffic(query)).toMatchObject({
          data: [...byStart].map(([start, group]) => ({ start, ...bucketsOf(group) })),
          total: bucketsOf(fates),
        });

        const rows = LINK_IDS.flatMap((id) => {
          const own = fates.filter(({ linkId }) => linkId === id);
          const groups = Map.groupBy(own, ({ time }) => startOf(time));
          if (interval === "total" && own.length === 0) groups.set(null, []);
          return [...groups].map(([start, group]) => ({
            linkId: id,
            start,
            clicks: group.filter(({ bucket }) => bucket === "counted").length,
            uniqueClicks: group.filter(({ unique }) => unique).length,
          }));
        }).filter(
          (row) =>
            (link === null || row.linkId === link) &&
            // By hour or day, and for a link that is gone, what came to nothing has no row.
            ((interval === "total" && row.linkId !== GONE) || row.clicks > 0),
        );
        const report = await links({ ...query, sort: "start" });
        expect(report.data).toMatchObject(rows.toSorted(byStartAndLink));
        expect(report.data).toHaveLength(rows.length);
        expect(report.total).toMatchObject({
          clicks: fates.filter(({ bucket }) => bucket === "counted").length,
          uniqueClicks: fates.filter(({ unique }) => unique).length,
        });
      }),
      { numRuns: histories(12) },
    );
  });
});

describe("the click log", () => {
  test("shows everything that is kept of a click, and nothing that names a person", async () => {
    await ingest(click(0, { id: "clk_shown", utmSource: "lea", referrerHost: "l.instagram.com" }));
    const answer = await api("GET", "/clicks");
    const [row] = bodyOf(clickSchema.array(), { ...answer, body: (answer.body as { data: unknown }).data });
    expect(row).toEqual({
      id: "clk_shown",
      seq: expect.any(Number),
      linkId: LEA,
      time: "2026-11-20T00:00:00.000Z",
      bucket: "counted",
      reason: "first_in_window",
      rule: null,
      visitorKey: expect.stringMatching(/^[\w-]{16}$/),
      unique: true,
      country: "DE",
      region: "Berlin",
      city: "Berlin",
      device: "mobile",
      browser: "Mobile Safari",
      os: "iOS",
      language: "de-DE",
      referrerHost: "l.instagram.com",
      source: "social",
      utm: { source: "lea", medium: null, campaign: null, term: null, content: null },
      consent: "deferred",
      consentSource: "policy",
      ingestedAt: "2026-11-20T00:00:00.000Z",
    });
    expect(JSON.stringify(answer.body)).not.toContain(BROWSER);
  });

  test("pages from the last to arrive to the first, without gaps, also while clicks arrive", async () => {
    const batch = Array.from({ length: 5 }, (_none, index) => click(5 - index));
    await ingest(...batch);
    const first = (await api("GET", "/clicks?limit=2")).body as { data: Click[]; nextCursor: string };
    await ingest(click(9));
    const second = (await api("GET", `/clicks?limit=2&cursor=${first.nextCursor}`)).body as typeof first;
    const third = (await api("GET", `/clicks?limit=2&cursor=${second.nextCursor}`)).body as typeof first;
    expect([first.data.length, second.data.length, third.data.length, third.nextCursor]).toEqual([2, 2, 1, null]);
    const newestFirst = batch.map(({ id }) => id).toReversed();
    expect(idsOf([...first.data, ...second.data, ...third.data])).toEqual(newestFirst);
  });

  test("can be asked by link, bucket and time, page by page", async () => {
    const wanted = Array.from({ length: 5 }, (_none, index) => click(HOUR + index, { linkId: BEN }));
    const others = [click(HOUR + 2, { linkId: BEN, userAgent: BOT }), click(2 * HOUR, { linkId: BEN })];
    await ingestAll(config, [click(HOUR), click(HOUR - 1, { linkId: BEN }), ...wanted, ...others], MIDNIGHT + DAY);
    const filter = queryOf({ link: BEN, bucket: "counted", from: iso(HOUR), to: iso(2 * HOUR) });
    const pages = await pagesOf(clickSchema, `/clicks?${filter}&limit=2`);
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(idsOf(pages.flat())).toEqual(wanted.map(({ id }) => id).toReversed());

    expect(await countLogged("")).toBe(9);
    expect(await countLogged(`link=${BEN}`)).toBe(8);
    expect(await countLogged("bucket=bot")).toBe(1);
    expect(await countLogged("bucket=duplicate")).toBe(0);
    expect(await countLogged(queryOf({ from: iso(2 * HOUR) }))).toBe(1);
    expect(await countLogged(queryOf({ to: iso(HOUR) }))).toBe(1);
  });

  test.each([
    ["link", "link=x"],
    ["bucket", "bucket=visit"],
    ["from", "from=2026-11-31"],
    ["to", "to=x"],
    ["limit", "limit=201"],
    ["cursor", "cursor=x"],
    ["cursor", `cursor=${btoa("v1:lnk_0000000000000000").replaceAll("=", "")}`],
    ["visitor", "visitor=x"],
  ])("refuses a bad %s", async (path, query) => {
    expectInvalid(await api("GET", `/clicks?${query}`), path);
  });

  test("needs a key with reports:read", () => expectGuarded("GET", "/clicks", "reports:read"));
});
