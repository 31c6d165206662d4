import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LoggedEvent } from "../../../src/ground/model/visit.ts";
import { addSumsDue } from "../../../src/visits/log/add-run.ts";
import { foldSpans } from "../../../src/visits/log/fold-run.ts";
import { packRows } from "../../../src/visits/log/pack.ts";
import { tidyHeatMaps, tidyVisitWrites } from "../../../src/visits/log/tidy-run.ts";
import { countPageVisitors, pageVisitorsOf } from "../../../src/visits/log/visitors-run.ts";
import { createStore } from "../../programme/fixtures.ts";
import { histories } from "../../property-runs.ts";
import { insertPlan, rowsIn } from "../take-fixtures.ts";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 30, 3, 17);

async function storeWithPlan(timezone: string): Promise<string> {
  const { id } = await createStore({ timezone });
  await insertPlan(id);
  return id;
}

/** A row of the sums: how many days old, which hour of that (`null`: of all), page, consent, views, visitors. */
const sum = fc.record({
  days: fc.constantFrom(1, 34, 35, 36, 37, 90, 399, 410, 431, 440, 500),
  hour: fc.option(fc.nat(23)),
  page: fc.constantFrom("", "/", "/about"),
  isGranted: fc.boolean(),
  views: fc.nat(9),
  visitors: fc.option(fc.nat(9)),
});

/** All that there is, by page, consent and month. */
async function totals() {
  const { results } = await env.DB.prepare(
    `SELECT substr(span, 1, 7) AS month, page, consent, sum(views) AS views, sum(visitors) AS visitors FROM page_sums
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
  ).all();
  return results;
}

describe("what is done at night", () => {
  it("folds hours into days and days into months, and changes no sum", async () => {
    const storeId = await storeWithPlan("Europe/Berlin");
    await fc.assert(
      fc.asyncProperty(fc.array(sum, { maxLength: 40 }), async (rows) => {
        await env.DB.prepare("DELETE FROM page_sums").run();
        const values = rows.map(({ days, hour, page, isGranted, views, visitors }) => {
          const day = new Date(NOW - days * DAY_MS).toISOString().slice(0, 10);
          const span = hour === null ? day : `${day}T${String(hour).padStart(2, "0")}`;
          return [span, page, isGranted ? "granted" : "denied", views, visitors];
        });
        await env.DB.prepare(
          `INSERT INTO page_sums (store_id, span, page, consent, views, entries, nexts, engaged_ms, engaged, scroll, visitors)
           SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, 0, 0, 0, 0, 0, value ->> 4 FROM json_each(?2)
           WHERE true ON CONFLICT DO NOTHING`,
        )
          .bind(storeId, JSON.stringify(values))
          .run();
        const before = await totals();
        await Promise.all([foldSpans(env.DB, NOW), foldSpans(env.DB, NOW)]);
        await foldSpans(env.DB, NOW);
        expect(await totals()).toEqual(before);
        for (const { span } of await rowsIn("page_sums")) {
          const text = String(span);
          if (text.length > 10) expect(text >= "2026-10-26").toBe(true);
          if (text.length === 10) expect(text >= "2025-10").toBe(true);
        }
      }),
      { numRuns: histories(5), endOnFailure: true },
    );
  });

  it("counts a page's visitors of a local day once it is over", async () => {
    // In Auckland 29 November ends at 11:00 UTC.
    const storeId = await storeWithPlan("Pacific/Auckland");
    const late = Date.UTC(2026, 10, 29, 10, 59);
    const view = (visitor: string, page: string, time: number, type: LoggedEvent["type"] = "page"): LoggedEvent => ({
      time,
      type,
      visitorHash: visitor,
      visit: "v",
      pageOfVisit: 1,
      page,
      source: { kind: "direct", name: "", rule: "none" },
      campaign: null,
      linkId: null,
      country: null,
      device: "mobile",
      name: null,
      label: null,
      engagedMs: 0,
      scroll: 0,
      cart: null,
    });
    const events = [
      view("a", "/", late),
      view("a", "/", late - 1),
      view("b", "/", late),
      view("b", "/about", late),
      view("c", "/", late, "engage"),
      view("d", "/", late + 120_000),
    ];
    for (const { earliest, latest, count, facts } of packRows(events)) {
      await env.DB.prepare("INSERT INTO visit_log (store_id, earliest, latest, count, facts) VALUES (?, ?, ?, ?, ?)")
        .bind(storeId, earliest, latest, count, facts)
        .run();
    }
    await countPageVisitors(env.DB, NOW);
    await countPageVisitors(env.DB, NOW);
    const rows = await rowsIn("page_sums");
    expect(rows.map(({ span, page, visitors, views }) => [span, page, visitors, views])).toEqual([
      ["2026-11-29", "/", 2, 0],
      ["2026-11-29", "/about", 1, 0],
    ]);
    expect([...((await pageVisitorsOf(env.DB, storeId, "2026-11-30")) ?? [])]).toEqual([["/", 1]]);
    await env.DB.prepare("UPDATE visit_log SET count = 500001").run();
    expect(await pageVisitorsOf(env.DB, storeId, "2026-11-30")).toBeNull();
  });

  it("forgets what was written once it comes no more, but for the last", async () => {
    const write = (receivedAt: number) =>
      env.DB.prepare("INSERT INTO visit_writes (received_from, received_to, messages, seen) VALUES (?1, ?1, '[]', 'x')")
        .bind(receivedAt)
        .run();
    for (const age of [15 * DAY_MS, 14 * DAY_MS - 1, 7_200_001, 7_199_999]) await write(NOW - age);
    await tidyVisitWrites(env.DB, NOW);
    expect((await rowsIn("visit_writes")).map(({ seq, seen }) => [seq, seen])).toEqual([
      [2, ""],
      [3, ""],
      [4, "x"],
    ]);
    await tidyVisitWrites(env.DB, NOW + 30 * DAY_MS);
    expect(await rowsIn("visit_writes")).toMatchObject([{ seq: 4 }]);
  });

  it("keeps no letter of what pages told for longer than it may be replayed", async () => {
    const letter = (queue: string, name: string, days: number) =>
      env.DB.prepare(
        "INSERT INTO dead_letters (id, queue, message_id, body, reason, received_at) VALUES (?2, ?1, ?2, 'told', 'x', ?3)",
      ).bind(queue, name, NOW - days * DAY_MS);
    await env.DB.batch([
      letter("waymark-visits", "old", 15),
      letter("waymark-visits-dead", "older", 40),
      letter("waymark-visits-dead", "new", 13),
      letter("waymark-clicks", "click", 40),
    ]);
    await tidyVisitWrites(env.DB, NOW);
    const { results } = await env.DB.prepare("SELECT id FROM dead_letters WHERE body = '' ORDER BY id").all();
    expect(results).toEqual([{ id: "old" }, { id: "older" }]);
  });

  it("forgets heat maps after 400 days", async () => {
    const outline =
      "INSERT INTO page_outlines (store_id, page, band, outline, seen_at) VALUES ('s', ?1, 'wide', '{}', ?2)";
    const map =
      "INSERT INTO heat_days (store_id, page, band, day, views, counts) VALUES ('s', '/', 'wide', ?1, 1, '{}')";
    await env.DB.batch([
      env.DB.prepare(outline).bind("/old", NOW - 401 * DAY_MS),
      env.DB.prepare(outline).bind("/", NOW - 399 * DAY_MS),
      env.DB.prepare(map).bind("2025-10-25"),
      env.DB.prepare(map).bind("2025-10-26"),
    ]);
    await tidyHeatMaps(env.DB, NOW);
    expect(await rowsIn("page_outlines")).toMatchObject([{ page: "/" }]);
    expect(await rowsIn("heat_days")).toMatchObject([{ day: "2025-10-26" }]);
  });

  it("adds what waits after five minutes", async () => {
    const storeId = await storeWithPlan("UTC");
    const row = ["behaviours", storeId, "2026-11-30", "click", "buy", "", "/", "denied", 2];
    await env.DB.prepare("INSERT INTO visit_sums_waiting (written_at, events, sums) VALUES (?1, 2, ?2), (?1, 2, ?2)")
      .bind(NOW, JSON.stringify([row, row]))
      .run();
    const count = () => env.DB.prepare("SELECT sum(count) AS n FROM behaviour_sums").first<number | null>("n");
    await addSumsDue(env.DB, NOW + 299_999);
    expect(await count()).toBeNull();
    await Promise.all([addSumsDue(env.DB, NOW + 300_000), addSumsDue(env.DB, NOW + 300_000)]);
    expect(await count()).toBe(8);
  });
});
