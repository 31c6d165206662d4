import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packClicks } from "../../../src/clicks/pack/run.ts";
import { setDirection } from "../../../src/clicks/pack/store.ts";
import { forgetLogs } from "../../../src/clicks/log/logs-store.ts";
import type { ClickMessage } from "../../../src/edge/click/message.ts";
import { readConfig } from "../../../src/ground/config.ts";
import { api } from "../../ground/api.ts";
import { BROWSER, clickMessage } from "../click-message.ts";
import { ingestAll, wipeLog } from "../log-fixtures.ts";
import { histories } from "../../property-runs.ts";

const START = Date.UTC(2026, 10, 20, 22);
const MINUTE = 60_000;
const config = readConfig({});

/** Old clicks of one run of this file: a million by `PACK_ROWS=1000000`. */
const ROWS = Number(env.PACK_ROWS) || 20_000;

/** Everything of the log but for when it was written, which packing keeps to some minutes. */
async function log(): Promise<unknown[]> {
  const { results } = await env.DB.prepare("SELECT * FROM clicks ORDER BY seq").all();
  return results.map(({ ingested_at: _ingestedAt, ...click }) => click);
}

const countOf = async (table: string): Promise<number> =>
  (await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n")) ?? -1;

/** Has all that is in the log count as rolled up. */
async function rolledUp(): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO watermarks (name, value, updated_at) SELECT 'clicks', coalesce(max(seq), 0), 0 FROM clicks WHERE true
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  ).run();
}

async function move(direction: "packed" | "rows", rows: number, steps: number): Promise<void> {
  await setDirection(env.DB, direction, 0).run();
  for (let step = 0; step < steps; step++) await packClicks(env.DB, config, START, { rows, timeMs: 0 });
  forgetLogs(env);
}

const anyVisits = fc.array(
  fc.record({
    pseudonym: fc.constantFrom("a", "a", "b", null),
    minute: fc.integer({ min: 0, max: 150 }),
    userAgent: fc.constantFrom(BROWSER, BROWSER, BROWSER, null),
  }),
  { minLength: 1, maxLength: 20 },
);

/** What a look at all clicks at once gives. */
function reference(clicks: readonly ClickMessage[]): Map<string, [bucket: string, unique: number]> {
  const seen = new Set<string>();
  const expected = new Map<string, [string, number]>();
  for (const click of clicks.toSorted((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))) {
    const day = `${click.pseudonym} ${Math.floor(click.time / (1440 * MINUTE))}`;
    const window = `${day} ${Math.floor(click.time / (60 * MINUTE))}`;
    if (click.userAgent === null) expected.set(click.id, ["bot", 0]);
    else if (click.pseudonym === null) expected.set(click.id, ["counted", 1]);
    else {
      expected.set(click.id, [seen.has(window) ? "duplicate" : "counted", seen.has(day) ? 0 : 1]);
      seen.add(day).add(window);
    }
  }
  return expected;
}

describe("clicks that are kept as rows", () => {
  it("are packed and unpacked without a difference, and late ones are told by both", { timeout: 120_000 }, async () => {
    const step = fc.record({
      visits: anyVisits,
      move: fc.constantFrom("packed" as const, "rows" as const),
      rows: fc.integer({ min: 1, max: 7 }),
      steps: fc.integer({ min: 0, max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (history) => {
        await wipeLog();
        await env.DB.prepare("DELETE FROM watermarks").run();
        const clicks: ClickMessage[] = [];
        for (const { visits, ...how } of history) {
          const own = visits.map(({ minute, ...visit }, index) =>
            clickMessage({
              ...visit,
              id: `clk_${clicks.length + index}`,
              linkId: "lnk_a",
              time: START + minute * MINUTE,
            }),
          );
          clicks.push(...own);
          await ingestAll(config, own, START);
          await rolledUp();
          const before = await log();
          await move(how.move, how.rows, how.steps);
          expect(await log()).toEqual(before);
        }
        const { results } = await env.DB.prepare("SELECT id, bucket, unique_of_day FROM clicks").all<
          Record<"id" | "bucket", string> & { unique_of_day: number }
        >();
        expect(new Map(results.map((row) => [row.id, [row.bucket, row.unique_of_day]]))).toEqual(reference(clicks));
      }),
      { numRuns: histories(5) },
    );
  });

  it(
    "all become batches in steps, readable in between, and go back from the middle",
    { timeout: 900_000 },
    async () => {
      await insertRows(ROWS);
      await rolledUp();
      const told = async () =>
        env.DB.prepare(
          `SELECT count(*) AS clicks, sum(seq) AS seqs, sum(unique_of_day) AS uniques, sum(bucket = 'counted') AS counted,
           sum(time % 1000003) AS times, sum(window_start % 1000003) AS windows, sum(unicode(visitor_key)) AS visitors,
           sum(length(link_id || country || coalesce(city, '') || source || coalesce(utm_content, ''))) AS texts FROM clicks`,
        ).first();
      const before = await told();
      // Half of them, then all the way back, then forth.
      while ((await countOf("click_rows")) > ROWS / 2) await packClicks(env.DB, config, START, { timeMs: 0 });
      expect(await countOf("click_batches")).toBeGreaterThan(0);
      expect(await told()).toEqual(before);
      await setDirection(env.DB, "rows", START - 2 * MINUTE).run();
      while (!(await packClicks(env.DB, config, START)).done);
      expect([await countOf("click_rows"), await countOf("click_batches")]).toEqual([ROWS, 0]);
      expect(await told()).toEqual(before);
      await setDirection(env.DB, "packed", START).run();
      while (!(await packClicks(env.DB, config, START)).done);
      expect(await countOf("click_rows")).toBe(0);
      expect(await told()).toEqual(before);
    },
  );

  it("stay where they are while they aren't rolled up, or while it is off", async () => {
    await insertRows(10);
    expect(await packClicks(env.DB, config, START)).toEqual({ clicks: 0, done: true });
    await rolledUp();
    await setDirection(env.DB, "off", START).run();
    expect(await packClicks(env.DB, config, START)).toEqual({ clicks: 0, done: false });
    expect(await countOf("click_rows")).toBe(10);
  });

  it("are left where they are by a step that a late click outran", async () => {
    await insertRows(4);
    await rolledUp();
    await env.DB.prepare(
      `CREATE TRIGGER late BEFORE INSERT ON click_batches BEGIN
         UPDATE click_rows SET bucket = 'duplicate' WHERE seq = 1; SELECT RAISE(ABORT, 'storage caused object to be reset'); END`,
    ).run();
    await expect(packClicks(env.DB, config, START)).rejects.toThrow("storage caused object to be reset");
    await env.DB.prepare("DROP TRIGGER late").run();
    expect([await countOf("click_rows"), await countOf("click_batches")]).toEqual([4, 0]);
    expect(await packClicks(env.DB, config, START)).toEqual({ clicks: 4, done: true });
  });

  it("can be asked about and turned back by the API", async () => {
    await insertRows(3);
    await rolledUp();
    await packClicks(env.DB, config, START);
    const answer = await api("POST", "/click-log/packing", { direction: "rows" });
    expect(answer.body).toEqual({ direction: "rows", rows: 0, batches: 1 });
    // Not before all who ingest know of it.
    await packClicks(env.DB, config, Date.now());
    expect((await api("GET", "/click-log/packing")).body).toMatchObject({ rows: 0 });
    await packClicks(env.DB, config, Date.now() + 2 * MINUTE);
    const after = await api("GET", "/click-log/packing");
    expect(after.body).toEqual({ direction: "rows", rows: 3, batches: 0 });
    expect((await api("POST", "/click-log/packing", { direction: "sideways" })).status).toBe(422);
  });
});

/** Fills the table of rows as the log was before: by the second, of many links and visitors. */
async function insertRows(count: number): Promise<void> {
  for (let first = 0; first < count; first += 50_000) {
    await env.DB.prepare(
      `WITH RECURSIVE numbers (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < min(?1 + 50000, ?2))
       INSERT INTO click_rows (id, link_id, time, bucket, reason, visitor_key, window_start, unique_of_day, country, city,
         device, source, utm_content, consent, consent_source, ingested_at)
       SELECT printf('clk_%020d', n), printf('lnk_%016d', n % 997), t, iif(n % 10 = 0, 'bot', 'counted'),
         iif(n % 10 = 0, 'user_agent', 'first_in_window'), printf('%016d', n), t - t % 3600000, n % 10 <> 0,
         iif(n % 3 = 0, 'FR', 'DE'), 'Town ' || (n % 300), 'mobile', 'social', 'c' || (n % 50), 'implied', 'policy', t + 900
       FROM (SELECT n, ?3 - (?2 - n) * 200 AS t FROM numbers)`,
    )
      .bind(first, count, START)
      .run();
  }
}
