import { env } from "cloudflare:workers";
import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { archiveClicks, ARCHIVE_LIMITS } from "../../../src/clicks/archive/run.ts";
import { CLICK_QUEUE } from "../../../src/clicks/click/consume.ts";
import { ingestClicks } from "../../../src/clicks/click/ingest.ts";
import { clickLogs, forgetLogs } from "../../../src/clicks/log/logs-store.ts";
import { readAfter } from "../../../src/clicks/log/read-store.ts";
import { readTail } from "../../../src/clicks/log/tail-store.ts";
import { packClicks } from "../../../src/clicks/pack/run.ts";
import { setDirection } from "../../../src/clicks/pack/store.ts";
import worker from "../../../src/index.ts";
import { readConfig } from "../../../src/ground/config.ts";
import { clickMessage } from "../click-message.ts";
import { wipeLog } from "../log-fixtures.ts";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 20, 12);
const config = readConfig({});

/** As long as the edge lets it be, no two alike, in letters that take the most bytes, alone or quoted. */
const text = (click: number, field: number): string =>
  `${click} ${field} `.padEnd(128, (field % 2) % 2 === 0 ? "あ" : '"');

/** Clicks whose every text a visitor chose. */
const clicksOf = (batch: number, count: number) =>
  Array.from({ length: count }, (_none, index) => {
    const number = batch * count + index;
    return clickMessage({
      id: `clk_${String(number).padStart(20, "0")}`,
      linkId: "lnk_a",
      time: NOW + number,
      userAgent: null,
      utmSource: text(number, 0),
      utmMedium: text(number, 1),
      utmCampaign: text(number, 2),
      utmTerm: text(number, 3),
      utmContent: text(number, 4),
    });
  });

async function ingest(batches: number, count = 500): Promise<void> {
  for (let batch = 0; batch < batches; batch++) {
    await ingestClicks(env, config, [{ id: `msg_${batch}`, clicks: clicksOf(batch, count) }], NOW + batch * 1_000);
  }
}

const countOf = async (table: string): Promise<number> =>
  (await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n")) ?? -1;

const bytesOf = (batches: readonly { facts: string; clicks: string }[]): number =>
  batches.reduce((sum, { facts, clicks }) => sum + new TextEncoder().encode(facts + clicks).length, 0);

/** `DB`, with how many bytes the longest value had that a statement was given. D1 takes 2 MB. */
function measured(): { d1: D1Database; longest: () => number } {
  let longest = 0;
  const d1 = new Proxy(env.DB, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "prepare") return value.bind(target);
      return (query: string) =>
        new Proxy(target.prepare(query), {
          get: (statement, own) => {
            const method: unknown = Reflect.get(statement, own);
            if (typeof method !== "function") return method;
            if (own !== "bind") return method.bind(statement);
            return (...values: unknown[]) => {
              for (const one of values) {
                if (typeof one === "string") longest = Math.max(longest, new TextEncoder().encode(one).length);
              }
              return statement.bind(...values);
            };
          },
        });
    },
  });
  return { d1, longest: () => longest };
}

beforeEach(() => wipeLog());

describe("clicks with texts as long as a visitor can have them", () => {
  it("are moved into rows and back, and none is in the way of the others", async () => {
    await ingest(3);
    await env.DB.prepare(
      "INSERT INTO watermarks (name, value, updated_at) SELECT 'clicks', max(seq), 0 FROM clicks",
    ).run();
    const { d1, longest } = measured();
    const before = await env.DB.prepare("SELECT * FROM clicks ORDER BY seq").all();
    for (const direction of ["rows", "packed"] as const) {
      await setDirection(env.DB, direction, 0).run();
      forgetLogs(env);
      for (let step = 0; step < 10; step++) await packClicks(d1, config, NOW, { timeMs: 0 });
      expect(await countOf(direction === "rows" ? "click_batches" : "click_rows")).toBe(0);
      const after = await env.DB.prepare("SELECT * FROM clicks ORDER BY seq").all();
      expect(after.results).toEqual(before.results);
    }
    expect(longest()).toBeGreaterThan(500_000);
    expect(longest()).toBeLessThan(2_000_000);
    // As many as they were, or a few more: what stood together does again.
    expect(await countOf("click_batches")).toBeLessThan(10);
  });

  it("are rolled up some megabytes at a time", async () => {
    await ingest(16);
    const { all } = await clickLogs(env, NOW);
    const [log] = all;
    if (log === undefined) throw new Error("no log");
    let [after, clicks] = [0, 0];
    for (;;) {
      const stretch = await readAfter(log, after, 20_000);
      if (stretch.last === after) break;
      expect(bytesOf(stretch.batches)).toBeLessThan(12_000_000);
      clicks += stretch.batches.reduce((sum, { count }) => sum + count, 0);
      after = stretch.last;
    }
    expect(clicks).toBe(8_000);
  });

  it("are no more than some megabytes of what a report adds up itself", async () => {
    await ingest(16);
    expect(await readTail(await clickLogs(env, NOW), 20_000)).toBeNull();
    await env.DB.prepare(
      "INSERT INTO watermarks (name, value, updated_at) SELECT 'clicks', seq, 0 FROM click_batches ORDER BY seq LIMIT 1 OFFSET 13",
    ).run();
    const tail = await readTail(await clickLogs(env, NOW), 20_000);
    expect(tail?.batches.map(({ count }) => count)).toEqual([500, 500]);
  });

  it("are archived some megabytes at a time", async () => {
    await ingest(16);
    await env.DB.prepare(
      "INSERT INTO watermarks (name, value, updated_at) SELECT 'clicks', max(seq), 0 FROM clicks",
    ).run();
    const archiving = readConfig({ CLICK_RETENTION_DAYS: "7" });
    await archiveClicks(env, archiving, NOW + 10 * DAY, { ...ARCHIVE_LIMITS, fileRows: 5_000, pageBatches: 1 });
    const files = await env.DB.prepare("SELECT rows FROM click_archives ORDER BY first_seq").all<{ rows: number }>();
    for (const { rows } of files.results) expect(rows).toBeLessThanOrEqual(4_000);
    expect(files.results.reduce((sum, { rows }) => sum + rows, 0)).toBe(8_000);
    expect(await countOf("click_batches")).toBe(0);
  });

  it("are written in smaller batches", async () => {
    const messages = Array.from({ length: 8 }, (_none, number) => ({
      id: `delivery_${number}`,
      timestamp: new Date(NOW),
      attempts: 1,
      body: JSON.stringify({ v: 1, clicks: clicksOf(number, 100) }),
    }));
    expect(messages.map(({ body }) => body.length > 80_000)).not.toContain(false);
    const batch = createMessageBatch(CLICK_QUEUE, messages);
    const context = createExecutionContext();
    await worker.queue(batch, env);
    const { explicitAcks } = await getQueueResult(batch, context);
    expect(explicitAcks).toHaveLength(8);
    const { results } = await env.DB.prepare("SELECT count, length(facts) AS length FROM click_batches").all<{
      count: number;
      length: number;
    }>();
    expect(results.reduce((sum, { count }) => sum + count, 0)).toBe(800);
    for (const { length } of results) expect(length).toBeLessThan(250_000);
  });
});
