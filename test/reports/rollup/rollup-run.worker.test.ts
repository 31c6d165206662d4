import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { runCron } from "../../../src/cron.ts";
import { copyHours } from "../../../src/reports/rollup/hours-run.ts";
import { closeDays } from "../../../src/reports/rollup/months-run.ts";
import { rollUpClicks, rollUpWaiting } from "../../../src/reports/rollup/run.ts";
import { rollupsSchema } from "../../../src/reports/rollup/schema.ts";
import operating from "../../../docs/operating.md?raw";
import { CUTOFF, DAY, HOUR, log, NIGHT, visitAt, WEEK } from "../../clicks/archive-fixtures.ts";
import { bindClickDatabases, logDatabases, spareDatabase } from "../../clicks/databases-fixtures.ts";
import { ingestAll } from "../../clicks/log-fixtures.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { failingAfter, id, insertStore, STORE } from "../../programme/generation-fixtures.ts";
import { clickSums, recountClicks, type Row } from "../rollup-fixtures.ts";

const MINUTE = 60_000;
const LINKS = [1, 2, 3, 4, 5].map((n) => id("lnk", n));

/** A visit on each link, of somebody of its own. */
const visits = (name: string, time: number) =>
  LINKS.map((linkId, index) => visitAt(`clk_${name}_${index}`, time, { linkId }));

const all = async (sql: string): Promise<Row[]> => (await env.DB.prepare(sql).all<Row>()).results;

/** Requests by link, hour and bucket, as the hours have them. */
const hours = (): Promise<Row[]> =>
  all("SELECT link_id, hour, counted, unique_of_day, bot, head, duplicate FROM click_hours ORDER BY 1, 2");

/** The same as the log says it. */
async function recountHours(): Promise<Row[]> {
  const found = await Promise.all(
    logDatabases().map((d1) =>
      d1
        .prepare(
          `SELECT link_id, time - time % ${HOUR} AS hour, sum(bucket = 'counted') AS counted, sum(unique_of_day) AS unique_of_day,
             sum(bucket = 'bot') AS bot, sum(bucket = 'head') AS head, sum(bucket = 'duplicate') AS duplicate
           FROM clicks GROUP BY 1, 2 ORDER BY 1, 2`,
        )
        .all<Row>(),
    ),
  );
  return found
    .flatMap(({ results }) => results)
    .toSorted((a, b) => (`${a["link_id"]} ${a["hour"]}` < `${b["link_id"]} ${b["hour"]}` ? -1 : 1));
}

const waiting = async (): Promise<number> => bodyOf(rollupsSchema, await api("GET", "/rollups")).clicks.waiting;

beforeEach(async () => {
  await insertStore({ timezone: "Europe/Berlin" });
  for (const linkId of LINKS.slice(0, 4)) await insertLink({ id: linkId, storeId: STORE });
});

describe("the minute's roll-up", () => {
  it("leaves few clicks until the first of them is ten minutes old", async () => {
    await ingestAll(WEEK, visits("a", NIGHT), NIGHT);
    await ingestAll(WEEK, visits("b", NIGHT), NIGHT + 9 * MINUTE);
    await rollUpWaiting(env, NIGHT + 10 * MINUTE - 1);
    expect([await waiting(), await hours()]).toEqual([10, []]);
    // It says that it has looked.
    expect(await all("SELECT value, updated_at FROM watermarks WHERE name = 'clicks'")).toEqual([
      { value: 0, updated_at: NIGHT + 10 * MINUTE - 1 },
    ]);
    await rollUpWaiting(env, NIGHT + 10 * MINUTE);
    expect(await waiting()).toBe(0);
    expect(await hours()).toEqual(await recountHours());
  });

  it("leaves 4,999, in all databases together, and takes 5,000", async () => {
    await bindClickDatabases(2);
    const crowd = Array.from({ length: 4_999 }, (_none, n) =>
      visitAt(`clk_${n}`, NIGHT, { linkId: LINKS[n % LINKS.length] ?? "", bucket: "head" }),
    );
    await ingestAll(WEEK, crowd, NIGHT);
    await runCron("* * * * *", env, NIGHT + MINUTE);
    expect(await waiting()).toBe(4_999);
    await ingestAll(WEEK, [visitAt("clk_last", NIGHT)], NIGHT);
    await runCron("* * * * *", env, NIGHT + MINUTE);
    expect(await waiting()).toBe(0);
    expect(await hours()).toEqual(await recountHours());
  });
});

describe("a roll-up", () => {
  it("goes on until all is read, however few clicks a batch has", async () => {
    await log(...visits("a", CUTOFF));
    // More batches than are read at once.
    await env.DB.prepare(
      `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 4100)
       INSERT INTO click_batches SELECT b.seq + n * b.count * b.stride, b.count, b.stride, b.earliest, b.latest, b.window_ms, b.ingested_at,
         replace(b.verdicts, 'u', 'b'), NULL, NULL, b.facts, b.clicks FROM click_batches b CROSS JOIN numbers`,
    ).run();
    expect(await rollUpClicks(env, NIGHT)).toBe(3);
    expect((await hours()).map(({ counted, bot }) => [counted, bot])).toEqual(LINKS.map(() => [1, 4_100]));
  });

  it("of a log of which one database fails has all the others', and says so", async () => {
    await bindClickDatabases(4);
    await log(
      ...visits("a", CUTOFF),
      ...Array.from({ length: 20 }, (_none, n) => visitAt(`clk_${n}`, CUTOFF, { linkId: `lnk_${n}` })),
    );
    const failing = new Proxy(spareDatabase(2), {
      get: () => () => {
        throw new Error("D1_ERROR: no such database");
      },
    });
    await expect(rollUpClicks({ ...env, DB: failingAfter(Infinity), CLICKS_2: failing } as Env, NIGHT)).rejects.toThrow(
      "no such database",
    );
    const marks = await all("SELECT name FROM watermarks WHERE name GLOB 'clicks_*' AND value > 0 ORDER BY 1");
    expect(marks.map(({ name }) => name)).toEqual(["clicks_1", "clicks_3", "clicks_4"]);
    await rollUpClicks(env, NIGHT);
    expect(await hours()).toEqual(await recountHours());
    expect(await clickSums()).toEqual(await recountClicks());
  });

  it("marks the orders that awaited a click, however many do", async () => {
    for (const others of [0, 40]) {
      for (let n = 1; n <= others + 1; n++) {
        await env.DB.batch([
          env.DB.prepare(
            `INSERT OR IGNORE INTO orders (id, store_id, external_id, status, trust, codes, test, placed_at, policy, touches, explanation,
               shares, version, created_at, updated_at)
             VALUES (?1, ?2, ?1, 'pending', 'confirmed', '[]', 0, 0, '{}', '[]', '{}', '[]', 1, 0, 0)`,
          ).bind(id("ord", n), STORE),
          env.DB.prepare(
            `INSERT OR REPLACE INTO order_facts VALUES (?1, ?2, 'crt_1', '', '', '', '', 'DE', '', '', 'code', 0, 0, '', 'EUR', 1, 0, 0, 0, 'EUR', ?3)`,
          ).bind(id("ord", n), STORE, n === 1 ? `clk_${others}_3` : `clk_other_${n}`),
        ]);
      }
      await env.DB.prepare("DELETE FROM order_rollups_due").run();
      await log(...visits(String(others), CUTOFF));
      expect(await all("SELECT * FROM order_rollups_due")).toEqual([]);
      await rollUpClicks(env, NIGHT);
      expect(await all("SELECT * FROM order_rollups_due")).toEqual([{ order_id: id("ord", 1), mark: 1 }]);
    }
  });

  it("begins anew where a link comes to another zone, and is made anew, between its reading and its writing", async () => {
    await insertStore({ id: id("str", 2), timezone: "Asia/Tokyo" });
    await log(...visits("a", CUTOFF - HOUR));
    await rollUpClicks(env, NIGHT);
    await log(...visits("b", CUTOFF - HOUR));
    const batch = env.DB.batch.bind(env.DB);
    let moved = false;
    vi.spyOn(env.DB, "batch").mockImplementation(async (statements: D1PreparedStatement[]) => {
      if (!moved && statements.length > 5) {
        moved = true;
        await api("PATCH", `/links/${LINKS[0]}`, { storeId: id("str", 2) });
        for (let run = 0; run < 9; run++) await runCron("* * * * *", env, NIGHT);
      }
      return batch(statements);
    });
    await rollUpClicks(env, NIGHT);
    vi.restoreAllMocks();
    expect(moved).toBe(true);
    expect(await all("SELECT * FROM rollup_rebuilds")).toEqual([]);
    expect(await clickSums()).toEqual(await recountClicks());
  });
});

describe("months", () => {
  it("have the days that are over in every zone, a week and more of them at once, each once", async () => {
    await log(...[0, 1, 5, 6, 7, 8].flatMap((n) => visits(`d${n}`, CUTOFF + n * DAY)));
    await rollUpClicks(env, NIGHT);
    const months = () => all("SELECT DISTINCT month, counted FROM click_months");
    const last = () =>
      all("SELECT date(value * 86400, 'unixepoch') AS day FROM watermarks WHERE name = 'click_months'");
    await closeDays(env, CUTOFF + 7 * DAY);
    expect([await months(), await last()]).toEqual([[{ month: "2026-11", counted: 3 }], [{ day: "2026-11-19" }]]);
    await closeDays(env, CUTOFF + 13 * DAY);
    expect(await last()).toEqual([{ day: "2026-11-19" }]);
    await Promise.all([closeDays(env, CUTOFF + 14 * DAY), closeDays(env, CUTOFF + 14 * DAY)]);
    expect([await months(), await last()]).toEqual([[{ month: "2026-11", counted: 6 }], [{ day: "2026-11-26" }]]);
    await log(...visits("late", CUTOFF + 6 * DAY + HOUR));
    await rollUpClicks(env, NIGHT);
    expect(await months()).toEqual([{ month: "2026-11", counted: 7 }]);
    expect(await clickSums()).toEqual(await recountClicks());
  });
});

describe("going back to a version that has every day in its month, and forth", () => {
  it("keeps all sums, by the SQL of the docs", async () => {
    await log(...[0, 1, 6, 7].flatMap((n) => visits(`d${n}`, CUTOFF + n * DAY)));
    await rollUpClicks(env, NIGHT);
    await closeDays(env, CUTOFF + 4 * DAY);
    const before = await clickSums();
    const [, sql = ""] = /```sql\n( +INSERT INTO click_months[^`]+)```/.exec(operating) ?? [];
    await env.DB.batch(
      sql
        .trim()
        .split(/;\s*/)
        .filter(Boolean)
        .map((statement) => env.DB.prepare(statement)),
    );
    expect(await clickSums()).toEqual(before);
    expect(await all("SELECT sum(counted) AS n FROM click_months")).toEqual([{ n: 20 }]);
    expect(await all("SELECT count(*) AS n FROM click_days WHERE splits IS NOT NULL")).toEqual([{ n: 0 }]);

    await closeDays(env, NIGHT);
    expect(
      await all("SELECT date(value * 86400, 'unixepoch') AS day FROM watermarks WHERE name = 'click_months'"),
    ).toEqual([{ day: "2026-11-21" }]);
    await log(...visits("more", CUTOFF + 8 * DAY), ...visits("late", CUTOFF + HOUR));
    await rollUpClicks(env, NIGHT);
    expect(await clickSums()).toEqual(await recountClicks());
  });
});

describe("the copying of hours", () => {
  it("ends in the same hours, whatever is rolled up meanwhile, and wherever it dies", async () => {
    await log(...[0, 1, 2, 3].flatMap((n) => visits(`a${n}`, CUTOFF + n * HOUR)));
    await rollUpClicks(env, NIGHT);
    for (let run = 0; run < 5; run++) {
      if (run % 2 === 1) await copyHours(failingAfter(1, run === 3), { rows: 1, timeMs: 0 }).catch(() => {});
      await Promise.all([copyHours(env.DB, { rows: 2, timeMs: 0 }), copyHours(env.DB, { rows: 2, timeMs: 0 })]);
      await log(...visits(`b${run}`, CUTOFF + run * HOUR));
      await rollUpClicks(env, NIGHT);
      expect(await hours()).toEqual(await recountHours());
    }
    await copyHours(env.DB);
    const [table] = await all("SELECT sql FROM sqlite_master WHERE name = 'click_hours'");
    expect(table?.["sql"]).toContain("WITHOUT ROWID");
    expect(await hours()).toEqual(await recountHours());
    await log(...visits("c", CUTOFF));
    await rollUpClicks(env, NIGHT);
    expect(await hours()).toEqual(await recountHours());
    // There is nothing more to be done.
    await copyHours(env.DB);
    expect(
      await all("SELECT name FROM sqlite_master WHERE name GLOB 'click_hours*' AND type = 'table' ORDER BY 1"),
    ).toEqual([{ name: "click_hours" }, { name: "click_hours_anew" }]);
  });
});
