import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addWaitingSums } from "../../../src/visits/log/add-run.ts";
import { BoundedRows, dayKey, type KnownNames, MOST_NAMES, OTHER, rowsByDay } from "../../../src/visits/log/bound.ts";
import { MergedRows, type SumRow } from "../../../src/visits/log/sum-rows.ts";
import { recordVisits } from "../../../src/visits/log/record-run.ts";
import { MOST_A_DAY, MOST_CARTS } from "../../../src/visits/log/room-store.ts";
import { tidyVisitWrites } from "../../../src/visits/log/tidy-run.ts";
import { countPageVisitors } from "../../../src/visits/log/visitors-run.ts";
import { watchRoom } from "../../../src/visits/quality/silence-run.ts";
import type { VisitMessage } from "../../../src/visits/take/taken.ts";
import { createStore } from "../../programme/fixtures.ts";
import { histories } from "../../property-runs.ts";
import { event, putLogged } from "../log-fixtures.ts";
import { insertPlan } from "../take-fixtures.ts";

const NONE = { cells: {}, elements: {}, scroll: {}, rage: {} };
const DAY_MS = 86_400_000;
const DIRECT = { referrer: null, utmSource: null, utmMedium: null, utmCampaign: null, adIds: [], linkId: null };
const granted = { plan: 1, age: 0, consent: "granted", path: "/", visit: 0 } as const;
const SPAN = "2026-11-30T10";

function pageRow(storeId: string, page: string, views: number, span = SPAN): SumRow {
  return ["pages", storeId, span, page, "granted", views, 0, 0, 0, 0, 0];
}

async function wait(rows: readonly SumRow[]): Promise<void> {
  for (let at = 0; at < rows.length; at += 1_000) {
    await env.DB.prepare("INSERT INTO visit_sums_waiting (written_at, events, sums) VALUES (1, 1, ?1)")
      .bind(JSON.stringify(rows.slice(at, at + 1_000)))
      .run();
  }
}

const path = fc.nat(9).map((n) => `/${n}`);
const span = fc.constantFrom("2026-11-30T10", "2026-11-30T11", "2026-11-30", "2026-12-01");
const row: fc.Arbitrary<SumRow> = fc.oneof(
  fc.tuple(path, span, fc.nat(9)).map(([page, of, views]) => pageRow("s", page, views, of)),
  fc
    .tuple(path, span, path)
    .map(([page, of, name]): SumRow => [
      "visits",
      "s",
      of,
      "referral",
      name,
      "referrer",
      "",
      page,
      "",
      "granted",
      1,
      0,
      1,
      0,
    ]),
  fc
    .tuple(path, span, fc.constantFrom("download", "banner", "click"))
    .map(([page, of, kind]): SumRow => [
      "behaviours",
      "s",
      of,
      kind,
      "x",
      kind === "download" ? page : "",
      page,
      "denied",
      1,
    ]),
  fc.tuple(path, span).map(([page, of]): SumRow => ["heat", "s", page, "wide", of.slice(0, 10), 1, NONE]),
);

/** What of each table there is, all in all. */
function totals(merged: MergedRows): Record<string, number> {
  const at = { pages: 4, visits: 9, behaviours: 7, heat: 4, quality: 0, outlines: 0 };
  return Object.fromEntries(
    merged.tables
      .map(([name, rows]): [string, number] => [name, rows.reduce((sum, one) => sum + Number(one[at[name]]), 0)])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

describe("names that strangers make up", () => {
  it("are bounded by the day, and change no sum", () => {
    const bounds = { pages: 3, visits: 2, behaviours: 2, heat: 1 };
    fc.assert(
      fc.property(fc.array(fc.array(row, { maxLength: 30 }), { minLength: 1, maxLength: 4 }), (steps) => {
        const known = new Map<string, KnownNames>();
        const pages = new Map<string, Set<unknown>>();
        for (const step of steps) {
          const merged = new MergedRows();
          for (const one of step) merged.add([...one]);
          const before = totals(merged);
          const bounded = new BoundedRows(bounds);
          for (const day of rowsByDay(merged)) bounded.addDay(day, known.get(dayKey(day)));
          const rows = bounded.finish(merged);
          expect(totals(rows)).toEqual(before);
          for (const day of rowsByDay(rows)) {
            const key = dayKey(day);
            const names = known.get(key) ?? { pages: [], visits: [], behaviours: [], heat: [] };
            const seen = pages.get(key) ?? new Set();
            for (const one of day.rows.pages) names.pages.push([one[2]]);
            for (const one of day.rows.visits) names.visits.push(one.slice(2, 8));
            for (const one of day.rows.behaviours) names.behaviours.push(one.slice(2, 6));
            for (const one of day.rows.heat) names.heat.push(one.slice(1, 3));
            for (const [page] of names.pages) seen.add(page);
            for (const of of names.visits) seen.add(of[4]);
            for (const of of names.behaviours) seen.add(of[3]);
            for (const [page] of names.heat) seen.add(page);
            seen.delete(OTHER);
            expect(seen.size).toBeLessThanOrEqual(bounds.pages);
            // Each has a row of what is other, or several where that says more.
            const files = new Set(names.behaviours.filter(([kind]) => kind === "download").map(String));
            expect(files.size).toBeLessThanOrEqual(bounds.behaviours + 1);
            expect(new Set(names.heat.map(String)).size).toBeLessThanOrEqual(bounds.heat + 1);
            expect(new Set(names.visits.map(String)).size).toBeLessThanOrEqual(bounds.visits + 1);
            known.set(key, names);
            pages.set(key, seen);
          }
        }
      }),
      { numRuns: histories(100) },
    );
  });

  it("come to no heat map that is too large to be written", async () => {
    const { id } = await createStore({ timezone: "UTC" });
    const rowOf = (page: string, first: number, count: number): SumRow => {
      const cells = Object.fromEntries(
        Array.from({ length: 10_000 }, (_none, n) => [`${n % 50}:${first + Math.floor(n / 50)}`, count]),
      );
      return ["heat", id, page, "wide", "2026-11-30", 1, { ...NONE, cells, scroll: { 3: 1 } }];
    };
    // Of many together a row would be more than D1 takes.
    for (const [first, count] of [
      [1_000, 1],
      [3_000, 2],
      [5_000, 1],
    ] as const)
      await wait([rowOf("/", first, count)]);
    await addWaitingSums(env.DB);
    await wait([["heat", id, "/", "wide", "2026-11-30", 1, NONE]]);
    await addWaitingSums(env.DB);
    const { counts } = (await env.DB.prepare("SELECT counts FROM heat_days WHERE store_id = ?1")
      .bind(id)
      .first<{ counts: string }>()) ?? { counts: "{}" };
    const kept = JSON.parse(counts) as { cells: Record<string, number>; scroll: Record<string, number> };
    expect(Object.keys(kept.cells)).toHaveLength(5_000);
    expect(new Set(Object.values(kept.cells))).toEqual(new Set([2]));
    expect(kept.scroll).toEqual({ 3: 3 });
  });

  it("fill no table: two thousand pages a store and day, whoever adds them and however often", async () => {
    const { id } = await createStore({ timezone: "UTC" });
    const { id: other } = await createStore({ timezone: "UTC" });
    await insertPlan(id);
    const made = Array.from({ length: MOST_NAMES.pages + 300 }, (_none, n) => `/made-up/${n}`);
    await wait([pageRow(id, "/seen-most", 7), pageRow(other, "/made-up/1", 1)]);
    await wait(made.map((page) => pageRow(id, page, 1)));
    await wait(made.map((page): SumRow => ["heat", id, page, "wide", "2026-11-30", 1, NONE]));
    await Promise.all([addWaitingSums(env.DB), addWaitingSums(env.DB)]);
    await wait(made.toReversed().map((page) => pageRow(id, page, 1, "2026-11-30T11")));
    await wait(made.map((page): SumRow => ["behaviours", id, "2026-11-30", "click", "buy", "", page, "denied", 1]));
    await Promise.all([addWaitingSums(env.DB), addWaitingSums(env.DB)]);
    const of = (table: string, page: string) =>
      env.DB.prepare(
        `SELECT count(DISTINCT ${page}) AS names, sum(${page} = '${OTHER}') AS others FROM ${table} WHERE store_id = ?1`,
      )
        .bind(id)
        .first();
    expect(await of("page_sums", "page")).toEqual({ names: MOST_NAMES.pages + 1, others: 2 });
    expect(await of("behaviour_sums", "page")).toEqual({ names: MOST_NAMES.pages, others: 1 });
    expect(await of("heat_days", "page")).toEqual({ names: MOST_NAMES.heat + 1, others: 1 });
    const views = "SELECT sum(views) AS n FROM page_sums WHERE store_id = ?1";
    expect(await env.DB.prepare(views).bind(id).first("n")).toBe(7 + 2 * made.length);
    expect(await env.DB.prepare(`${views} AND page = '/seen-most'`).bind(id).first("n")).toBe(7);
    expect(await env.DB.prepare(`${views} AND page = '/made-up/1'`).bind(other).first("n")).toBe(1);
    // Who looked at them is counted alike.
    const time = Date.UTC(2026, 10, 30, 10);
    const logged = ["/seen-most", "/made-up/2299", "/made-up/2298"];
    await putLogged(
      logged.map((page) => event({ visitorHash: "a", page, time })),
      id,
    );
    await countPageVisitors(env.DB, time + 86_400_000);
    const { results } = await env.DB.prepare(
      "SELECT page, visitors FROM page_sums WHERE store_id = ?1 AND visitors > 0 ORDER BY 1",
    )
      .bind(id)
      .all();
    expect(results).toEqual([
      { page: OTHER, visitors: 1 },
      { page: "/seen-most", visitors: 1 },
    ]);
  });
});

describe("what is kept event by event", () => {
  it("has so much room a store and day, after which events are counted alone, and somebody is told", async () => {
    const now = Date.UTC(2026, 10, 30, 10);
    const { id } = await createStore({ timezone: "UTC" });
    await insertPlan(id);
    const messageOf = (name: string, message = name): VisitMessage => ({
      id: message,
      requests: [
        {
          storeId: id,
          receivedAt: message === name ? now : now + 1,
          country: null,
          device: "mobile",
          visits: [{ visitorHash: name, id: "visit", page: 1, landing: "/", before: null, origin: DIRECT }],
          events: [
            { seen: `seen-${message}`, type: "page", ...granted },
            {
              seen: `cart-${message}`,
              type: "cart",
              cartKey: name,
              items: 1,
              valueMinor: 1,
              currency: "EUR",
              ...granted,
            },
          ],
          untaken: [],
        },
      ],
    });
    const kept = () =>
      env.DB.prepare(
        `SELECT (SELECT sum(count) FROM visit_log) AS events, (SELECT count(*) FROM carts) AS carts,
           (SELECT count(*) FROM visitor_days) AS days, (SELECT sum(count) FROM visit_quality) AS told`,
      ).first();
    await recordVisits(env.DB, [messageOf("first1")], now);
    const { value } = (await env.DB.prepare("SELECT value FROM watermarks WHERE name GLOB 'visit_room:*'").first<{
      value: number;
    }>()) ?? { value: 0 };
    expect(value).toBeGreaterThan(500);
    const note = "UPDATE watermarks SET value = ?1 WHERE name GLOB ?2";
    // No more carts begin; those that there are go on.
    await env.DB.prepare(note).bind(MOST_CARTS, "visit_carts:*").run();
    await recordVisits(env.DB, [messageOf("other1"), messageOf("first1", "again1")], now + 1);
    await addWaitingSums(env.DB);
    expect(await kept()).toEqual({ events: 6, carts: 1, days: 2, told: 6 });
    const { results } = await env.DB.prepare("SELECT last_at, json_array_length(events) AS n FROM carts").all();
    expect(results).toEqual([{ last_at: now + 1, n: 2 }]);
    await env.DB.prepare(note).bind(MOST_A_DAY, "visit_room:*").run();
    await recordVisits(env.DB, [messageOf("second")], now);
    await watchRoom(env.DB, now);
    await addWaitingSums(env.DB);
    expect(await kept()).toEqual({ events: 6, carts: 1, days: 2, told: 8 });
    const alarm = "SELECT subject, resolved_at IS NULL AS open FROM alarms WHERE kind = 'visits_full'";
    expect(await env.DB.prepare(alarm).first()).toEqual({ subject: id, open: 1 });
    await recordVisits(env.DB, [messageOf("third1")], now + DAY_MS);
    await addWaitingSums(env.DB);
    await watchRoom(env.DB, now + DAY_MS);
    expect(await kept()).toEqual({ events: 8, carts: 2, days: 3, told: 10 });
    expect(await env.DB.prepare(alarm).first()).toEqual({ subject: id, open: 0 });
    await tidyVisitWrites(env.DB, now + 4 * DAY_MS);
    expect(await env.DB.prepare("SELECT 1 FROM watermarks WHERE name GLOB 'visit_[rc]*:*'").first()).toBeNull();
  });
});
