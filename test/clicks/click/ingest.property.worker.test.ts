import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { histories } from "../../property-runs.ts";
import { beforeEach, describe, expect, it } from "vitest";
import { type ClickDelivery, ingestClicks } from "../../../src/clicks/click/ingest.ts";
import { ingestAll, wipeLog } from "../log-fixtures.ts";
import type { ClickMessage } from "../../../src/edge/click/message.ts";
import { readConfig } from "../../../src/ground/config.ts";
import { readTraffic } from "../../../src/reports/report/load-traffic.ts";
import { reportRange } from "../../../src/ground/time/range.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import { BROWSER, clickMessage } from "../click-message.ts";

/** 20:00 UTC, so that generated times cross an hour and a midnight. */
const START = Date.UTC(2026, 10, 20, 20);
const HOUR = 3_600_000;
const LINKS = ["lnk_0000000000000001", "lnk_0000000000000002"];
const config = readConfig({});

/** What the log should hold, worked out the slow way from all clicks at once. */
interface Expected {
  bucket: string;
  unique: boolean;
}

/**
 * The reference: sort everybody's visits, then the first of each visitor, link and hour is counted
 * and the first of each visitor, link and day is unique.
 */
function reference(clicks: readonly ClickMessage[]): Map<string, Expected> {
  const expected = new Map<string, Expected>();
  const windows = new Set<string>();
  const days = new Set<string>();
  const sorted = clicks.toSorted((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
  for (const click of sorted) {
    const isBot = click.userAgent !== BROWSER;
    if (click.bucket === "head" || click.bucket === "prefetch" || click.bucket === "embedded")
      expected.set(click.id, { bucket: click.bucket, unique: false });
    else if (isBot) expected.set(click.id, { bucket: "bot", unique: false });
    else if (click.bucket === "inactive") expected.set(click.id, { bucket: "inactive", unique: false });
    else if (click.pseudonym === null) expected.set(click.id, { bucket: "counted", unique: true });
    else {
      const day = `${click.pseudonym} ${click.linkId} ${Math.floor(click.time / (24 * HOUR))}`;
      const hour = `${day} ${Math.floor(click.time / HOUR)}`;
      expected.set(click.id, { bucket: windows.has(hour) ? "duplicate" : "counted", unique: !days.has(day) });
      windows.add(hour);
      days.add(day);
    }
  }
  return expected;
}

const anyClicks = fc
  .array(
    fc.record({
      linkId: fc.constantFrom(...LINKS, LINKS[0] ?? ""),
      // Few distinct times, so that clicks at the very same moment are common.
      time: fc.integer({ min: 0, max: 12 }).map((step) => START + step * 25 * 60_000),
      pseudonym: fc.constantFrom("a", "a", "a", "b", null),
      bucket: fc.constantFrom("visit", "visit", "visit", "visit", "head", "prefetch", "embedded", "inactive"),
      userAgent: fc.constantFrom(BROWSER, BROWSER, BROWSER, "Googlebot/2.1 (+http://www.google.com/bot.html)", null),
    }),
    { maxLength: 24 },
  )
  .map((parts) =>
    parts.map((part, index) =>
      clickMessage({
        ...part,
        id: `clk_${String((index * 7919) % 1000).padStart(4, "0")}`,
        reason: part.bucket,
      }),
    ),
  );

/** Clicks with a history of deliveries: batches that repeat and reorder them, each surely delivered once. */
const anyDeliveries = anyClicks.chain((clicks) =>
  fc.record({
    clicks: fc.constant(clicks),
    deliveries: fc
      .tuple(
        fc.array(
          fc.subarray(clicks, { minLength: 0 }).chain((part) => fc.shuffledSubarray(part, { minLength: part.length })),
          { maxLength: 4 },
        ),
        fc.shuffledSubarray(clicks, { minLength: clicks.length, maxLength: clicks.length }),
        fc.integer({ min: 1, max: 7 }),
      )
      .map(([repeats, order, size]) => {
        const batches: ClickMessage[][] = [];
        for (let start = 0; start < order.length; start += size) batches.push(order.slice(start, start + size));
        return repeats.flatMap((repeat, index) => [repeat, ...batches.splice(0, index + 1)]).concat(batches);
      }),
    rollUpAfter: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
    chunk: fc.constantFrom(1, 3, 20_000),
  }),
);

async function wipe(): Promise<void> {
  await wipeLog();
  await env.DB.batch(
    ["click_hours", "click_days", "click_months", "click_splits", "report_totals", "watermarks"].map((table) =>
      env.DB.prepare(`DELETE FROM ${table}`),
    ),
  );
}

async function storedClicks(): Promise<Map<string, Expected>> {
  const { results } = await env.DB.prepare("SELECT id, bucket, unique_of_day FROM clicks").all<{
    id: string;
    bucket: string;
    unique_of_day: number;
  }>();
  return new Map(results.map((row) => [row.id, { bucket: row.bucket, unique: row.unique_of_day === 1 }]));
}

async function hours(): Promise<unknown[]> {
  const { results } = await env.DB.prepare("SELECT * FROM click_hours ORDER BY link_id, hour").all();
  return results;
}

/** What {@link hours} should be, counted from the log alone. */
async function recount(): Promise<unknown[]> {
  const bucket = (name: string): string => `sum(bucket = '${name}') AS ${name}`;
  const { results } = await env.DB.prepare(
    `SELECT link_id, time / ${HOUR} * ${HOUR} AS hour, ${bucket("counted")}, sum(unique_of_day) AS unique_of_day,
       ${["bot", "prefetch", "head", "embedded", "duplicate", "inactive"].map(bucket).join(", ")}
     FROM clicks GROUP BY 1, 2 ORDER BY 1, 2`,
  ).all();
  return results;
}

/** The tables but for the order of arrival, which is allowed to differ. */
async function contents(): Promise<unknown> {
  const { results } = await env.DB.prepare(
    "SELECT id, link_id, time, bucket, reason, window_start, unique_of_day, country, device, source FROM clicks ORDER BY id",
  ).all();
  return results;
}

describe("the click log under any order, repetition and batching of deliveries", () => {
  beforeEach(async () => {
    await env.DB.batch(
      LINKS.map((id, index) =>
        env.DB.prepare(
          `INSERT INTO links (id, domain, slug, slug_key, url, kind, utm, disabled, created_at, updated_at)
           VALUES (?1, '', ?2, ?2, 'https://shop.example/', 'tracking', '{}', 0, 0, 0)`,
        ).bind(id, `s${index}`),
      ),
    );
  });

  it(
    "ends in the rows that a look at all clicks at once gives, and roll-ups in between equal a recount",
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(anyDeliveries, async ({ clicks, deliveries, rollUpAfter, chunk }) => {
          await wipe();
          for (const [index, batch] of deliveries.entries()) {
            await ingestAll(config, batch, START + index);
            if (rollUpAfter[index] === true) await rollUpClicks(env, START, chunk);
          }
          expect(await storedClicks()).toEqual(reference(clicks));

          // Buckets add up to the requests at every moment, rolled up or not.
          const range = reportRange(undefined, undefined, START + 24 * HOUR);
          if (range === null) throw new Error("no range");
          const before = await readTraffic({ env, now: () => START }, range, {}, "total");
          expect(before.total.requests).toBe(clicks.length);

          await rollUpClicks(env, START, chunk);
          await rollUpClicks(env, START, chunk);
          expect(await readTraffic({ env, now: () => START }, range, {}, "total")).toEqual(before);
          // A correction may leave an hour of zeros only where there were clicks: the same keys either way.
          expect(await hours()).toEqual(await recount());
        }),
        { numRuns: histories(5) },
      );
    },
  );

  it("gives the same tables for two histories of the same clicks", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyDeliveries, fc.integer({ min: 1, max: 9 }), async ({ clicks, deliveries }, size) => {
        await wipe();
        for (const batch of deliveries) await ingestAll(config, batch, START);
        const one = await contents();
        await wipe();
        const reversed = clicks.toReversed();
        for (let start = 0; start < reversed.length; start += size) {
          await ingestAll(config, reversed.slice(start, start + size), START);
        }
        expect(await contents()).toEqual(one);
      }),
      { numRuns: histories(5) },
    );
  });
});

/** Messages that carry each click once, redelivered in groups of any kind: each is surely delivered once. */
const anyMessages = anyClicks.chain((clicks) => {
  const all = fc.integer({ min: 1, max: 6 }).map((size) => {
    const messages: ClickDelivery[] = [];
    for (let start = 0; start < clicks.length; start += size) {
      messages.push({ id: `message ${start}`, clicks: clicks.slice(start, start + size) });
    }
    return messages;
  });
  return all.chain((messages) =>
    fc.record({
      clicks: fc.constant(clicks),
      groups: fc
        .tuple(
          // Again as messages, or as the Worker's own log has their clicks.
          fc.array(
            fc
              .tuple(fc.shuffledSubarray(messages), fc.boolean())
              .map(([again, alone]) => again.map((message) => (alone ? { ...message, id: null } : message))),
            { maxLength: 4 },
          ),
          fc.shuffledSubarray(messages, { minLength: messages.length, maxLength: messages.length }),
          fc.integer({ min: 1, max: 3 }),
        )
        .map(([repeats, order, size]) => {
          const groups: ClickDelivery[][] = [];
          for (let start = 0; start < order.length; start += size) groups.push(order.slice(start, start + size));
          return repeats.flatMap((repeat, index) => [repeat, ...groups.splice(0, index + 1)]).concat(groups);
        }),
      atOnce: fc.boolean(),
    }),
  );
});

describe("messages", () => {
  it(
    "are told by their ids, however they are repeated and grouped, and written at once",
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(anyMessages, async ({ clicks, groups, atOnce }) => {
          await wipe();
          const write = (group: ClickDelivery[], index: number) => ingestClicks(env, config, group, START + index);
          if (atOnce) await Promise.all(groups.map(write));
          else for (const [index, group] of groups.entries()) await write(group, index);
          expect(await storedClicks()).toEqual(reference(clicks));
        }),
        { numRuns: histories(5) },
      );
    },
  );
});

const visit = (id: string, time: number): ClickMessage =>
  clickMessage({ id, linkId: LINKS[0] ?? "", time, pseudonym: id });

describe("the roll-up", () => {
  it("changes nothing when its batch dies half-way, and catches up afterwards", async () => {
    await ingestAll(config, [visit("clk_a", START), visit("clk_b", START + HOUR)], START);
    await env.DB.prepare(
      "CREATE TRIGGER crash BEFORE INSERT ON watermarks BEGIN SELECT RAISE(ABORT, 'storage caused object to be reset'); END",
    ).run();
    await expect(rollUpClicks(env, START)).rejects.toThrow("storage caused object to be reset");
    expect(await hours()).toEqual([]);
    await env.DB.prepare("DROP TRIGGER crash").run();
    await rollUpClicks(env, START);
    expect(await hours()).toMatchObject([{ counted: 1 }, { counted: 1 }]);
  });

  it("counts once when two runs overlap", async () => {
    await ingestAll(config, [visit("clk_a", START), visit("clk_b", START)], START);
    await Promise.all([rollUpClicks(env, START), rollUpClicks(env, START), rollUpClicks(env, START, 1)]);
    expect(await hours()).toMatchObject([{ counted: 2, unique_of_day: 2 }]);
  });

  it("works off a backlog in chunks", async () => {
    const clicks = Array.from({ length: 7 }, (_none, index) => visit(`clk_${index}`, START));
    // A batch is rolled up as a whole.
    for (const click of clicks) await ingestAll(config, [click], START);
    expect(await rollUpClicks(env, START, 3)).toBe(3);
    expect(await hours()).toMatchObject([{ counted: 7 }]);
  });
});
