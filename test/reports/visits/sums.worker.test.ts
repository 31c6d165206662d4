import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import Papa from "papaparse";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ConsentState } from "../../../src/ground/model/visit.ts";
import { ratio } from "../../../src/ground/money/ratio.ts";
import { consentAnswer, eventsAnswer, pagesAnswer, visitsAnswer } from "../../../src/reports/visits/schema.ts";
import { api, bodyOf, expectInvalid, holding, problemOf } from "../../ground/api.ts";
import { visit } from "../../edge/visit.ts";
import { CAMPAIGN, id, NOW, STORE } from "../../programme/generation-fixtures.ts";
import { histories } from "../../property-runs.ts";
import { insertShop, LEA, LEA_LINK, ZOE_LINK } from "../../sales/order-fixtures.ts";
import { type PageRow, putBehaviour, putPage, putVisits } from "../../visits/visit-rows.ts";

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  await insertShop();
});

afterEach(() => {
  vi.useRealTimers();
});

const get = async (report: string, query: string) => api("GET", `/reports/${report}?store=${STORE}&${query}`);
const pages = async (query = "") => bodyOf(pagesAnswer, await get("pages", query));
const visits = async (query = "") => bodyOf(visitsAnswer, await get("visits", query));
const events = async (query = "") => bodyOf(eventsAnswer, await get("events", query));
const consent = async (query = "") => bodyOf(consentAnswer, await get("consent", query));

async function csvOf(path: string): Promise<Record<string, string>[]> {
  const response = await visit(`/api/v1${path}`, holding(env.ADMIN_API_KEY));
  expect(response.status).toBe(200);
  return Papa.parse<Record<string, string>>((await response.text()).trimEnd(), { header: true }).data;
}

describe("DIO-3, DIO-7: pages", () => {
  test("have the time that they were seen, of the views that told of it, and where visits began and ended", async () => {
    await putPage({ page: "/tea", views: 8, entries: 3, nexts: 5, engagedMs: 30_001, engaged: 4, scroll: 250 });
    await putPage({ page: "/tea", span: "2026-11-20", consent: "denied", views: 2, entries: 1 });
    await putPage({ page: "/tea", span: "2026-11-19", views: 0, visitors: 6 });
    await putPage({ page: "", views: 8 });
    await putPage({ page: "", span: "2026-11-20", consent: "unknown", views: 2 });
    const { data, total, measuredShare } = await pages();
    expect(data).toEqual([
      {
        page: "/tea",
        start: null,
        views: 10,
        measured: 8,
        visitors: 6,
        entries: 4,
        exits: 3,
        engagedMs: 30_001,
        averageEngagedMs: 7500,
        averageScroll: 62.5,
        measuredShare: 0.8,
      },
    ]);
    expect(total).toMatchObject({ views: 10, measured: 8, visitors: 0 });
    expect(measuredShare).toBe(0.8);
    expect((await pages("page=/coffee")).data).toEqual([]);
  });

  test("of a span have each visitor once, and the days before for comparison", async () => {
    await putPage({ page: "", views: 3 });
    await putPage({ page: "", span: "2026-11-18T09", views: 9 });
    for (const [hash, day] of [
      ["a", "2026-11-20"],
      ["a", "2026-11-19"],
      ["b", "2026-11-19"],
      ["c", "2026-11-18"],
    ]) {
      await env.DB.prepare("INSERT INTO visitor_days (store_id, visitor_hash, day) VALUES (?1, ?2, ?3)")
        .bind(STORE, hash, day)
        .run();
    }
    const { total, previous, range } = await pages("from=2026-11-19&to=2026-11-20&compare=previous");
    expect([total.views, total.visitors, previous?.views, previous?.visitors]).toEqual([3, 2, 9, 1]);
    expect(range).toEqual({ from: "2026-11-19", to: "2026-11-20" });
    expect((await pages("from=2026-08-01")).total.visitors).toBeNull();
  });
});

describe("spans", () => {
  test("are hours of consenting visitors, days, months, or all; older ones are there as they are kept", async () => {
    await putPage({ span: "2026-11-20T09", views: 1 });
    await putPage({ span: "2026-11-20T10", views: 2 });
    await putPage({ span: "2026-11-20", consent: "denied", views: 4 });
    await putPage({ span: "2026-10-03", views: 8 });
    await putPage({ span: "2025-09", views: 16 });
    const starts = async (query: string) => (await pages(query)).data.map(({ start, views }) => [start, views]);
    expect(await starts("interval=hour")).toEqual([
      ["2026-11-20T09", 1],
      ["2026-11-20T10", 2],
    ]);
    expect(await starts("interval=day&from=2026-10-01")).toEqual([
      ["2026-10-03", 8],
      ["2026-11-20", 7],
    ]);
    expect(await starts("interval=month&from=2025-09-01")).toEqual([
      ["2025-09", 16],
      ["2026-10", 8],
      ["2026-11", 7],
    ]);
    expect(await starts("from=2025-09-01&to=2025-09-30")).toEqual([[null, 16]]);
    // A month that isn't whole in the span can't be split.
    expect(await starts("from=2025-10-20&to=2026-10-31")).toEqual([[null, 8]]);
  });

  test.each([
    ["interval=hour&from=2026-10-01", "from"],
    ["interval=day&from=2025-09-01", "interval"],
    ["from=2025-09-02", "from"],
    ["from=2025-09-01&to=2025-09-29", "to"],
    ["from=2026-11-20&to=2026-11-19", "to"],
    ["sort=nothing", "sort"],
    ["page=products/tea", "page"],
    ["cursor=nonsense", "cursor"],
  ])("%s can't be told", async (query, path) => {
    expectInvalid(await get("pages", query), path);
  });

  test("are of one store that is there", async () => {
    expectInvalid(await api("GET", "/reports/pages"), "store");
    expect(problemOf(await api("GET", `/reports/pages?store=${id("str", 9)}`)).status).toBe(404);
  });
});

describe("DIO-2, DIX-11: visits", () => {
  beforeEach(async () => {
    await putVisits({
      source: "search",
      name: "Google",
      rule: "referrer:google",
      visits: 4,
      seconds: 1,
      views: 6,
      engagedMs: 8000,
    });
    await putVisits({
      source: "paid",
      name: "Google",
      rule: "click_id:gclid",
      landing: "/tea",
      campaign: "autumn",
      visits: 2,
      seconds: 2,
      views: 5,
    });
    await putVisits({ source: "creator", rule: "link", linkId: LEA_LINK, visits: 3, views: 3 });
    await putVisits({ source: "creator", rule: "link", linkId: ZOE_LINK, visits: 1, seconds: 1, views: 4 });
    await putVisits({
      span: "2026-11-20",
      consent: "denied",
      source: "search",
      name: "Google",
      rule: "referrer:google",
      visits: 5,
      seconds: 0,
      views: 5,
    });
  });

  test("by source have their shares, bounces and pages, of those that were measured", async () => {
    const { data, total, measuredShare } = await visits();
    expect(data.map(({ source, name, visits: n, share }) => [source, name, n, share])).toEqual([
      ["search", "Google", 9, 0.6],
      ["creator", null, 4, 0.2667],
      ["paid", "Google", 2, 0.1333],
    ]);
    expect(data[0]).toEqual({
      start: null,
      source: "search",
      rule: null,
      key: null,
      name: "Google",
      visits: 9,
      measured: 4,
      share: 0.6,
      bounces: 3,
      bounceRate: 0.75,
      pagesPerVisit: 1.5,
      averageEngagedMs: 2000,
      measuredShare: 0.4444,
    });
    expect(total).toMatchObject({ visits: 15, measured: 10, share: 1, bounces: 6, pagesPerVisit: 1.8 });
    expect(measuredShare).toBe(0.6667);
    expect((await visits("source=paid")).total).toMatchObject({ visits: 2, share: 0.1333 });
  });

  test.each([
    [
      "rule",
      [
        ["search", "referrer:google", null, 9],
        ["creator", "link", null, 4],
        ["paid", "click_id:gclid", null, 2],
      ],
    ],
    [
      "landing",
      [
        [null, null, "/", 13],
        [null, null, "/tea", 2],
      ],
    ],
    [
      "utm",
      [
        [null, null, null, 13],
        [null, null, "autumn", 2],
      ],
    ],
    [
      "creator",
      [
        [null, null, null, 11],
        [null, null, LEA, 3],
        [null, null, id("crt", 2), 1],
      ],
    ],
    [
      "campaign",
      [
        [null, null, null, 11],
        [null, null, CAMPAIGN, 4],
      ],
    ],
    [
      "link",
      [
        [null, null, null, 11],
        [null, null, LEA_LINK, 3],
        [null, null, ZOE_LINK, 1],
      ],
    ],
  ])("by %s", async (by, expected) => {
    const { data } = await visits(`by=${by}`);
    expect(data.map(({ source, rule, key, visits: n }) => [source, rule, key, n])).toEqual(expected);
    if (by === "creator") expect(data[1]?.name).toContain("Lea");
    if (by === "campaign") expect(data[1]?.name).toBe("Summer");
  });
});

test("DIO-4, DIO-14: events are counted by rule, label and page, of everybody and of those with consent", async () => {
  await putBehaviour({ count: 3, label: "top" });
  await putBehaviour({ span: "2026-11-20", consent: "unknown", count: 2, label: "top" });
  await putBehaviour({
    kind: "download",
    name: "guide",
    label: "care.pdf",
    page: "/tea",
    span: "2026-11-20",
    consent: "denied",
  });
  await putBehaviour({ kind: "banner", name: "shown", count: 99 });
  const { data, total, measuredShare } = await events();
  expect(data).toEqual([
    { start: null, kind: "click", event: "buy", label: "top", page: "/", count: 5, measured: 3, measuredShare: 0.6 },
    {
      start: null,
      kind: "download",
      event: "guide",
      label: "care.pdf",
      page: "/tea",
      count: 1,
      measured: 0,
      measuredShare: 0,
    },
  ]);
  expect([total.count, measuredShare]).toEqual([6, 0.5]);
  expect((await events("kind=download&event=guide&page=/tea")).data).toHaveLength(1);
  expect((await events("kind=form")).measuredShare).toBeNull();
});

test("DIO-15, DIX-10: consent is shown, granted, denied and unanswered by page and day", async () => {
  await putPage({ page: "", views: 3 });
  await putPage({ page: "", span: "2026-11-20", consent: "denied", views: 9 });
  const banner = { kind: "banner", span: "2026-11-20" } as const;
  await putBehaviour({ ...banner, name: "shown", consent: "unknown", count: 10 });
  await putBehaviour({ ...banner, name: "granted", count: 3 });
  await putBehaviour({ ...banner, name: "denied", consent: "denied", count: 5 });
  await putBehaviour({ ...banner, name: "denied", span: "2026-11-19", page: "/tea", consent: "denied", count: 1 });
  const { data, total, measuredShare } = await consent("interval=day");
  expect(data).toEqual([
    { page: "/tea", start: "2026-11-19", shown: 0, granted: 0, denied: 1, unanswered: 0, rate: 0 },
    { page: "/", start: "2026-11-20", shown: 10, granted: 3, denied: 5, unanswered: 2, rate: 0.3 },
  ]);
  expect(total).toEqual({ shown: 10, granted: 3, denied: 6, unanswered: 1, rate: 0.3 });
  expect(measuredShare).toBe(0.25);
});

test("what was counted and taken back leaves no row", async () => {
  await putPage({ page: "/tea" });
  await putPage({ page: "/", span: "2026-11-20", consent: "unknown", views: 0 });
  await putVisits({ source: "search", name: "Google" });
  await putVisits({ span: "2026-11-20", consent: "unknown", visits: 0, views: 0 });
  expect((await pages()).data.map(({ page }) => page)).toEqual(["/tea"]);
  expect((await visits()).data.map(({ source }) => source)).toEqual(["search"]);
});

test("rows follow one another in any sort, as JSON and as CSV without formulas", async () => {
  for (const [index, page] of ["/a", "/b", "/c", "=1+1", "/e"].entries())
    await putPage({ page, views: (index % 2) + 1 });
  for (const sort of ["-views", "views", "page", "-page", "visitors"]) {
    const whole = (await pages(`sort=${sort}`)).data.map(({ page }) => page);
    expect(whole).toHaveLength(5);
    const found: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const page: Awaited<ReturnType<typeof pages>> = await pages(
        `sort=${sort}&limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`,
      );
      found.push(...page.data.map((row) => row.page));
      cursor = page.nextCursor;
    }
    expect(found).toEqual(whole);
  }
  const csv = await csvOf(`/reports/pages?store=${STORE}&format=csv&sort=page`);
  expect(csv.map(({ page }) => page)).toEqual(["/a", "/b", "/c", "/e", "'=1+1"]);
  expect(csv[0]).toMatchObject({ start: "", views: "1", measured: "1", visitors: "", measuredShare: "1" });
});

/** Sums of some days, hours and pages under each consent. */
const history = fc.uniqueArray(
  fc.record({
    span: fc.constantFrom("2026-11-20", "2026-11-20T07", "2026-11-19T23", "2026-11-19", "2026-11-18T00", "2026-10-31"),
    page: fc.constantFrom("", "/a", "/b"),
    consent: fc.constantFrom<ConsentState>("granted", "denied", "unknown"),
    views: fc.nat(50),
    entries: fc.nat(9),
    nexts: fc.nat(9),
    engagedMs: fc.nat(100_000),
    engaged: fc.nat(20),
    scroll: fc.nat(500),
    visitors: fc.option(fc.nat(9)),
  }),
  { maxLength: 20, selector: ({ span, page, consent: state }) => `${span} ${page} ${state}` },
);

test("come to what a naive count of the rows comes to", async () => {
  await fc.assert(
    fc.asyncProperty(
      history,
      fc.constantFrom("day", "month", "total"),
      fc.constantFrom("2026-11-18", "2026-11-19", "2026-10-31"),
      async (rows, interval, from) => {
        await env.DB.prepare("DELETE FROM page_sums").run();
        for (const row of rows) await putPage(row);
        const length = { day: 10, month: 7, total: 0 }[interval] ?? 0;
        const own = rows.filter(({ span, page }) => page !== "" && span.slice(0, 10) >= from);
        const groups = Map.groupBy(own, ({ page, span }) => `${span.slice(0, length)} ${page}`);
        const expected = new Map(
          [...groups].filter(([, of]) => isAnything(of)).map(([key, of]) => [key, recounted(of)]),
        );
        const { data } = await pages(`interval=${interval}&from=${from}`);
        const found = data.map(
          (row) =>
            [
              `${row.start ?? ""} ${row.page}`,
              [row.views, row.measured, row.entries, row.exits, row.engagedMs, row.averageScroll, row.visitors],
            ] as const,
        );
        expect(new Map(found)).toEqual(expected);
        expect(found).toHaveLength(expected.size);
      },
    ),
    { numRuns: histories(12) },
  );
});

type Counted = Pick<
  PageRow,
  "consent" | "views" | "entries" | "nexts" | "engagedMs" | "engaged" | "scroll" | "visitors"
>;

/** Whether rows have anything that is shown, or that what is shown is made of. */
function isAnything(rows: readonly Counted[]): boolean {
  return rows.some(({ consent: state, views, entries, nexts, engagedMs, engaged, scroll, visitors }) => {
    const measured = nexts + engagedMs + engaged + scroll > 0 || visitors !== null;
    return views + entries > 0 || (state === "granted" && measured);
  });
}

function recounted(rows: readonly Counted[]) {
  const granted = rows.filter(({ consent: state }) => state === "granted");
  const sum = (of: typeof rows, name: "views" | "entries" | "nexts" | "engagedMs" | "engaged" | "scroll") =>
    of.reduce((all, row) => all + row[name], 0);
  const known = granted.flatMap(({ visitors }) => visitors ?? []);
  return [
    sum(rows, "views"),
    sum(granted, "views"),
    sum(rows, "entries"),
    Math.max(0, sum(granted, "views") - sum(granted, "nexts")),
    sum(granted, "engagedMs"),
    ratio(sum(granted, "scroll"), sum(granted, "engaged")),
    known.length === 0 ? null : known.reduce((all, one) => all + one, 0),
  ];
}
