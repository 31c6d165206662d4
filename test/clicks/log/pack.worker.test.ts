import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BATCH_SPAN_MS, batchesOf, type LoggedClick, pack, unpack } from "../../../src/clicks/log/pack.ts";
import { bucketOf } from "../../../src/clicks/log/verdict.ts";
import { clickBatches, clickRows } from "../../../src/ground/db/schema/click.ts";
import { openDatabase } from "../../../src/ground/db/client.ts";
import { getTableColumns } from "drizzle-orm";

const START = Date.UTC(2026, 10, 20, 23, 50);
const HOUR = 3_600_000;

/** Texts as visitors bring them, quotes, backslashes, half pairs and all. */
const text = fc
  .string({ unit: "binary", maxLength: 12 })
  .map((value) => value.toWellFormed().replaceAll(/\p{Cc}/gu, ""));
const orNull = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });

const anyClick = fc.record({
  id: fc.stringMatching(/^clk_[A-Za-z0-9_-]{20}$/),
  linkId: fc.constantFrom("lnk_a", "lnk_b"),
  time: fc.integer({ min: 0, max: 100_000 }).map((after) => START + after),
  visitorKey: orNull(fc.stringMatching(/^[A-Za-z0-9_-]{16}$/)),
  letter: fc.constantFrom("u", "c", "d", "b", "p", "h", "e", "i"),
  reason: text,
  country: orNull(text),
  region: orNull(text),
  city: orNull(text),
  colo: orNull(text),
  device: text,
  browser: orNull(text),
  os: orNull(text),
  language: orNull(text),
  referrerHost: orNull(text),
  source: text,
  utmSource: orNull(text),
  utmMedium: orNull(text),
  utmCampaign: orNull(text),
  utmTerm: orNull(text),
  utmContent: orNull(text),
  rule: orNull(fc.nat({ max: 30 })),
  consent: text,
  consentSource: text,
});

/** What its verdict says of a click. */
const REASONS: Readonly<Record<string, string>> = { u: "first_in_window", c: "first_in_window", d: "repeat_in_window" };

describe("a packed batch", () => {
  it("gives back every click as it was, in JavaScript and by the view", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyClick, { minLength: 1, maxLength: 12 }), async (clicks) => {
        await env.DB.prepare("DELETE FROM click_batches").run();
        const batch = {
          seq: 7,
          stride: 64,
          windowMs: HOUR,
          ingestedAt: START + HOUR,
          verdicts: clicks.map(({ letter }) => letter).join(""),
          entered: null,
          corrections: null,
          ...pack(
            clicks.map(({ letter, reason, ...click }) => ({
              ...click,
              reason: "ucd".includes(letter) ? null : reason,
            })),
          ),
        };
        const expected = clicks.map(({ letter, reason, ...click }, index): LoggedClick => ({
          ...click,
          seq: 7 + 64 * index,
          bucket: bucketOf(letter),
          reason: letter === "u" && click.visitorKey === null ? "anonymous" : (REASONS[letter] ?? reason),
          windowStart: click.time - (click.time % HOUR),
          uniqueOfDay: letter === "u" ? 1 : 0,
          ingestedAt: START + HOUR,
        }));
        expect(unpack(batch)).toEqual(expected);
        await openDatabase(env.DB).insert(clickBatches).values(batch);
        const { results } = await env.DB.prepare("SELECT * FROM clicks ORDER BY seq").all();
        const columns = Object.entries(getTableColumns(clickRows));
        expect(
          results.map((row) => Object.fromEntries(columns.map(([field, { name }]) => [field, row[name]]))),
        ).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it("is of one day and a short time, and no more of them are made than there must be", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 * HOUR }), { maxLength: 30 }), (offsets) => {
        const clicks = offsets.map((offset) => ({ time: START + offset }));
        const batches = batchesOf(clicks);
        expect(batches.flat()).toHaveLength(clicks.length);
        expect(new Set(batches.flat())).toEqual(new Set(clicks));
        for (const batch of batches) {
          const times = batch.map(({ time }) => time);
          expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(BATCH_SPAN_MS);
          expect(new Set(times.map((time) => Math.floor(time / (24 * HOUR)))).size).toBe(1);
          expect(clicks.filter((click) => batch.includes(click))).toEqual(batch);
        }
        // Each batch but the first begins where the one before it couldn't have gone on.
        const starts = batches.map((batch) => Math.min(...batch.map(({ time }) => time))).toSorted((a, b) => a - b);
        for (const [index, start] of starts.entries()) {
          const before = starts[index - 1];
          if (before === undefined) continue;
          const isNextDay = Math.floor(start / (24 * HOUR)) > Math.floor(before / (24 * HOUR));
          expect(start - before > BATCH_SPAN_MS || isNextDay).toBe(true);
        }
      }),
    );
  });
});
