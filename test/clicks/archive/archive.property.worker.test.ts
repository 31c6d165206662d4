import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { histories } from "../../property-runs.ts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { boundLogs } from "../../../src/clicks/log/logs-store.ts";
import { archiveClicks } from "../../../src/clicks/archive/run.ts";
import { restoreArchive } from "../../../src/clicks/archive/restore-run.ts";
import { packClicks } from "../../../src/clicks/pack/run.ts";
import { DIRECTIONS } from "../../../src/clicks/pack/schema.ts";
import { setDirection } from "../../../src/clicks/pack/store.ts";
import { checkRollups } from "../../../src/operate/drift/rollup-run.ts";
import { reportRange } from "../../../src/ground/time/range.ts";
import { readTraffic } from "../../../src/reports/report/load-traffic.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import {
  archived,
  archiveFiles,
  CUTOFF,
  DAY,
  logAt,
  logged,
  logRows,
  NIGHT,
  openAlarms,
  SMALL,
  visitAt,
  WEEK,
} from "../archive-fixtures.ts";
import { bindClickDatabases, logDatabases } from "../databases-fixtures.ts";
import { wipeLog } from "../log-fixtures.ts";
import { insertLink } from "../../links/link-fixtures.ts";

const LINKS = ["lnk_0000000000000001", "lnk_0000000000000002"];

const anyClick = fc.record({
  linkId: fc.constantFrom(...LINKS),
  // From long past to the night itself, and many close to the cutoff.
  time: fc.oneof(
    fc.integer({ min: -20, max: 27 }).map((hours) => CUTOFF + hours * 6 * 3_600_000),
    fc.integer({ min: -2, max: 2 }).map((ms) => CUTOFF + ms),
  ),
  bucket: fc.constantFrom(
    "visit" as const,
    "visit" as const,
    "head" as const,
    "embedded" as const,
    "inactive" as const,
  ),
});

/** One night and what came before it, as rows of the time before the log was packed or not; every storage call of the run up to `failAt` succeeds. */
const anyNight = fc.record({
  clicks: fc.array(anyClick, { maxLength: 8 }),
  asRows: fc.boolean(),
  rollUp: fc.boolean(),
  failAt: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 25 })),
  how: fc.constantFrom("before" as const, "after" as const),
  restore: fc.option(fc.nat({ max: 5 })),
  /** Which way clicks are moved between rows and batches afterwards. */
  move: fc.constantFrom(...DIRECTIONS),
});

type Night = typeof anyNight extends fc.Arbitrary<infer One> ? One : never;

/**
 * Makes the storage call number `failAt` fail, and every later one, as if the isolate had died there:
 * before the call was done, or after it but before anybody heard of it.
 */
function dieAt(failAt: number | null, how: "before" | "after"): Env {
  let calls = 0;
  const step = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const call = calls++;
    if (failAt === null || call < failAt) return work();
    if (call === failAt && how === "after") await work();
    throw new Error("the isolate died");
  };
  const inners = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
  const statement = (inner: D1PreparedStatement): D1PreparedStatement => {
    const outer = new Proxy(inner, {
      get(target, name) {
        if (name === "bind") return (...values: unknown[]) => statement(target.bind(...values));
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return (...values: unknown[]) => step(async () => Reflect.apply(member, target, values) as unknown);
      },
    });
    inners.set(outer, inner);
    return outer;
  };
  const database = (inner: D1Database): D1Database =>
    new Proxy(inner, {
      get(target, name) {
        if (name === "prepare") return (sql: string) => statement(target.prepare(sql));
        if (name !== "batch") return Reflect.get(target, name) as unknown;
        return (statements: D1PreparedStatement[]) =>
          step(async () => target.batch(statements.map((outer) => inners.get(outer) ?? outer)));
      },
    });
  const bucket = new Proxy(env.ARCHIVE, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...values: unknown[]) => step(async () => Reflect.apply(member, target, values) as unknown);
    },
  });
  const others = boundLogs(env).map((d1, index) => [`CLICKS_${index + 1}`, database(d1)]);
  return { ...env, ...Object.fromEntries(others), DB: database(env.DB), ARCHIVE: bucket };
}

async function report() {
  const range = reportRange("2026-01-01", "2026-12-31", NIGHT);
  if (range === null) throw new Error("no range");
  return readTraffic({ env, now: () => NIGHT }, range, {}, "hour");
}

async function wipe(): Promise<void> {
  const sums = ["click_hours", "click_days", "click_months", "click_splits", "report_totals"];
  const tables = [...sums, "watermarks", "click_archives", "alarms"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  for (const d1 of logDatabases()) await wipeLog(d1);
  await env.ARCHIVE.delete((await archiveFiles()).map(({ key }) => key));
}

/** A file is restored between the lines of another, which a run that died had recorded and not put yet. */
const RESTORED_BETWEEN: Night[] = [
  {
    clicks: [
      { linkId: "lnk_0000000000000001", time: CUTOFF, bucket: "visit" },
      { linkId: "lnk_0000000000000001", time: CUTOFF - 1, bucket: "visit" },
    ],
    asRows: true,
    rollUp: true,
    failAt: null,
    how: "before",
    restore: 0,
    move: "off",
  },
  {
    clicks: [{ linkId: "lnk_0000000000000001", time: CUTOFF, bucket: "visit" }],
    asRows: true,
    rollUp: true,
    failAt: 12,
    how: "before",
    restore: 0,
    move: "off",
  },
];

describe("archiving under any failure", () => {
  beforeEach(async () => {
    for (const id of LINKS) await insertLink({ id });
  });

  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each([0, 3])("keeps every click and every count, with %d databases", { timeout: 180_000 }, async (databases) => {
    if (databases > 0) await bindClickDatabases(databases);
    await fc.assert(
      fc.asyncProperty(fc.array(anyNight, { minLength: 1, maxLength: 5 }), async (nights) => {
        await wipe();
        const all = new Map<string, unknown>();
        let packed = false;
        for (const [index, { clicks, asRows, rollUp, failAt, how, restore, move }] of nights.entries()) {
          const now = NIGHT + index * DAY;
          const ids = clicks.map((_click, place) => `clk_${index}_${place}`);
          const visits = clicks.map(({ time, ...parts }, place) => visitAt(ids[place] ?? "", time, parts));
          packed ||= !asRows;
          await (packed ? logAt(now, ...visits) : logRows(...visits));
          for (const row of await logged()) if (!all.has(row.id)) all.set(row.id, row);
          if (rollUp) await rollUpClicks(env, now);

          const before = await report();
          await archiveClicks(dieAt(failAt, how), WEEK, now, SMALL).catch(() => {});
          expect(await report()).toEqual(before);
          if (restore !== null) {
            const files = await archiveFiles();
            const key = files[restore % Math.max(files.length, 1)]?.key;
            if (key !== undefined) await restoreArchive(env, key, now + 3_600_000);
            await rollUpClicks(env, now);
            expect(await report()).toEqual(before);
          }

          await setDirection(env.DB, move, 0).run();
          packed ||= move === "packed";
          await packClicks(env.DB, WEEK, now, { rows: 3 });
          expect(await report()).toEqual(before);

          // Wherever it died, every click is in the log or in a file, as it was.
          const known = new Map([...(await archived()), ...(await logged())].map((row) => [row.id, row]));
          expect(known).toEqual(all);
        }

        // A night without failures: what is old is in one file alone, the rest in the log alone.
        const last = NIGHT + nights.length * DAY;
        await rollUpClicks(env, last);
        const before = await report();
        await archiveClicks(env, WEEK, last, SMALL);
        expect(await report()).toEqual(before);
        const [left, gone] = [await logged(), await archived()];
        expect(left.length + gone.length).toBe(all.size);
        expect(new Map([...left, ...gone].map((row) => [row.id, row]))).toEqual(all);
        const cutoff = CUTOFF + nights.length * DAY;
        expect(left.every(({ time }) => Number(time) >= cutoff)).toBe(true);
        expect(gone.every(({ time }) => Number(time) < cutoff)).toBe(true);
        await checkRollups(env, last);
        expect(await openAlarms()).toEqual([]);
      }),
      { numRuns: histories(3), examples: [[RESTORED_BETWEEN]] },
    );
  });
});
