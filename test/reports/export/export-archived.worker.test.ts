import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ArchiveLimits } from "../../../src/clicks/archive/store-form.ts";
import { archiveClicks } from "../../../src/clicks/archive/run.ts";
import { restoreArchive } from "../../../src/clicks/archive/restore-run.ts";
import type { Click } from "../../../src/clicks/click/schema.ts";
import { clickPages } from "../../../src/reports/export/load-clicks.ts";
import { WINDOW_ROWS } from "../../../src/reports/export/walk.ts";
import { ndjsonStream } from "../../../src/ground/http/ndjson.ts";
import { rollUpClicks } from "../../../src/reports/rollup/run.ts";
import * as fc from "fast-check";
import { packClicks } from "../../../src/clicks/pack/run.ts";
import { setDirection } from "../../../src/clicks/pack/store.ts";
import {
  archiveFiles,
  CUTOFF,
  DAY,
  HOUR,
  log,
  logRows,
  markRolledUp,
  NIGHT,
  SMALL,
  visitAt,
  WEEK,
} from "../../clicks/archive-fixtures.ts";
import { bindClickDatabases, logDatabases } from "../../clicks/databases-fixtures.ts";
import { wipeLog } from "../../clicks/log-fixtures.ts";
import {
  askExport,
  EVER,
  FORMS,
  exportDeps,
  exported,
  exportedCsv,
  putClicks,
  stepper,
  textOf,
} from "../export-fixtures.ts";
import { insertLink } from "../../links/link-fixtures.ts";
import { histories } from "../../property-runs.ts";
import { id, insertStore, STORE } from "../../programme/generation-fixtures.ts";

const [LINK, OTHER_LINK] = [id("lnk", 1), id("lnk", 2)];

const archive = (limits: ArchiveLimits = SMALL) => archiveClicks(env, WEEK, NIGHT, limits);
const at = (time: number) => new Date(time).toISOString();
const idsOf = (rows: readonly Record<string, unknown>[]) => rows.map((row) => row["id"]);

beforeEach(async () => {
  await insertStore();
  await insertLink({ id: LINK, storeId: STORE });
  await insertLink({ id: OTHER_LINK });
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Six old clicks, which make two files, and two that stay in the log. */
async function eightClicks(): Promise<void> {
  const old = Array.from({ length: 6 }, (_none, index) => visitAt(`clk_${index}`, CUTOFF - DAY + index * HOUR));
  await log(...old, visitAt("clk_6", CUTOFF), visitAt("clk_7", CUTOFF + HOUR, { linkId: OTHER_LINK }));
  await rollUpClicks(env, NIGHT);
}

describe("clicks that have left the log", () => {
  test("are exported from their files, as they were but for the visitor key", async () => {
    await eightClicks();
    const before = await exported<Click>(`clicks?${EVER}`);
    expect(before).toHaveLength(8);
    expect(new Set(before.map(({ visitorKey }) => visitorKey)).size).toBe(8);
    expect(await archive()).toEqual({ files: 2, rows: 6 });

    const after = await exported<Click>(`clicks?${EVER}`);
    const kept = (row: Click) => (Date.parse(row.time) < CUTOFF ? null : row.visitorKey);
    expect(after).toEqual(before.map((row) => ({ ...row, visitorKey: kept(row) })));
    expect(idsOf(await exportedCsv(`clicks?${EVER}`))).toEqual(idsOf(before));
  });

  test("are those of the range alone", async () => {
    await eightClicks();
    await archive();
    const of = async (from: number, to: number) => idsOf(await exported(`clicks?from=${at(from)}&to=${at(to)}`));
    expect(await of(CUTOFF - DAY + HOUR, CUTOFF - DAY + 5 * HOUR)).toEqual(["clk_1", "clk_2", "clk_3", "clk_4"]);
    expect(await of(CUTOFF - DAY + 5 * HOUR, CUTOFF + 1)).toEqual(["clk_5", "clk_6"]);
    const read = vi.spyOn(env.ARCHIVE, "get");
    expect(await of(CUTOFF - DAY + 4 * HOUR, CUTOFF)).toEqual(["clk_4", "clk_5"]);
    expect(read).toHaveBeenCalledTimes(1);
    expect(await of(CUTOFF - DAY, CUTOFF - DAY + 4 * HOUR)).toEqual(["clk_0", "clk_1", "clk_2", "clk_3"]);
    expect(read).toHaveBeenCalledTimes(2);
  });

  test("are those of the store alone", async () => {
    await eightClicks();
    await log(
      visitAt("clk_8", CUTOFF - DAY, { linkId: OTHER_LINK }),
      visitAt("clk_9", CUTOFF - DAY, { linkId: "lnk_x" }),
    );
    await rollUpClicks(env, NIGHT);
    await archive();
    expect(idsOf(await exported(`clicks?${EVER}`))).toHaveLength(10);
    expect(idsOf(await exported(`clicks?${EVER}&store=${STORE}`))).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((n) => `clk_${n}`),
    );
  });

  test("come once, whether they were restored or are only on their way out", async () => {
    await eightClicks();
    await archive();
    const [, last] = await archiveFiles();
    await restoreArchive(env, last?.key ?? "", NIGHT);
    const all = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => `clk_${n}`);
    expect(idsOf(await exported(`clicks?${EVER}`))).toEqual(all);
    expect(idsOf(await exported(`clicks?to=${at(CUTOFF)}`))).toEqual(all.slice(0, 6));
    expect(idsOf(await exportedCsv(`clicks?from=${at(CUTOFF - DAY + 4 * HOUR)}&to=${at(CUTOFF)}`))).toEqual([
      "clk_4",
      "clk_5",
    ]);
    // A file that was not verified is no more than a plan: its clicks are taken from the log, where one is missing.
    await env.DB.prepare("DELETE FROM click_batches WHERE earliest = ?1")
      .bind(CUTOFF - DAY + 4 * HOUR)
      .run();
    expect(idsOf(await exported(`clicks?${EVER}`))).toEqual(all);
    await env.DB.prepare("UPDATE click_archives SET verified_at = NULL WHERE key = ?1").bind(last?.key).run();
    expect(idsOf(await exported(`clicks?${EVER}`))).toEqual(all.filter((name) => name !== "clk_4"));
  });

  test("are taken from a file of before a column was there", async () => {
    const old = Array.from({ length: 4 }, (_none, index) => visitAt(`clk_${index}`, CUTOFF - DAY + index * HOUR));
    await logRows(...old);
    await rollUpClicks(env, NIGHT);
    await archive();
    const [{ key } = { key: "" }] = await archiveFiles();
    const rows = Array.from({ length: 4 }, (_none, index) => {
      const time = CUTOFF - DAY + index * HOUR;
      return JSON.stringify({
        seq: index + 1,
        id: `clk_${index}`,
        link_id: LINK,
        time,
        bucket: "bot",
        ingested_at: time,
      });
    });
    const stream = new Blob([`${rows.join("\n")}\n`]).stream().pipeThrough(new CompressionStream("gzip"));
    await env.ARCHIVE.put(key, await new Response(stream).arrayBuffer());
    expect((await exported(`clicks?${EVER}`))[0]).toMatchObject({ id: "clk_0", rule: null, country: null });
  });

  test.each([
    ["is missing", async (key: string) => env.ARCHIVE.delete(key)],
    ["is no gzip", async (key: string) => env.ARCHIVE.put(key, "{}")],
    [
      "lacks lines",
      async (key: string) => {
        const object = await env.ARCHIVE.get(key);
        const text = await new Response(object?.body.pipeThrough(new DecompressionStream("gzip"))).text();
        const short = new Blob([text.slice(0, text.indexOf("\n") + 1)])
          .stream()
          .pipeThrough(new CompressionStream("gzip"));
        return env.ARCHIVE.put(key, await new Response(short).arrayBuffer());
      },
    ],
  ])("break the export off if their file %s", async (_what, damage) => {
    await eightClicks();
    await archive();
    const [file] = await archiveFiles();
    await damage(file?.key ?? "");
    await expect(textOf(await askExport(`clicks?${EVER}`))).rejects.toThrow();
    // What doesn't need the file isn't touched by it.
    expect(idsOf(await exported(`clicks?from=${at(CUTOFF)}`))).toEqual(["clk_6", "clk_7"]);
  });
});

describe.each(FORMS)("clicks that leave the log during an export: %s, %d databases", (form, databases) => {
  const COUNT = 5 * WINDOW_ROWS;

  beforeEach(async () => {
    if (databases > 0) await bindClickDatabases(databases);
  });

  // Files of 700 clicks, so that the places where pages and files end are never the same.
  test.each([0, 1, 3, 5])("come once: after %d pages", async (pages) => {
    await putClicks(
      Array.from({ length: COUNT }, (_none, index) => CUTOFF - DAY + (index % 50) * 1_000),
      [LINK, OTHER_LINK],
      form,
    );
    await putClicks([CUTOFF, CUTOFF + 1], [LINK], form);
    await markRolledUp();
    const limits = {
      ...SMALL,
      fileRows: 700,
      pageRows: 300,
      deleteRows: 300,
      fileBatches: 70,
      pageBatches: 9,
      files: 2,
    };
    await archive(limits);

    const pagesOf = clickPages(exportDeps, { from: 0, to: NIGHT, store: null });
    const stream = stepper(ndjsonStream("x", pagesOf));
    for (let page = 0; page < pages; page++) {
      await stream.step();
      await archive({ ...limits, files: 1 });
    }
    await archive({ ...limits, files: 3 });
    const ids = idsOf(await stream.rest<Click>());
    expect(new Set(ids).size).toBe(COUNT + 2);
    expect(ids).toHaveLength(COUNT + 2);
  });

  test("come once, whether they are packed, unpacked, archived or restored meanwhile", async () => {
    const random = fc.record({
      step: fc.constantFrom("archive", "restore", "pack", "rows"),
      pages: fc.nat({ max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(random, { minLength: 3, maxLength: 10 }), async (steps) => {
        await wipeAll();
        await putClicks(
          Array.from({ length: 1_500 }, (_none, index) => CUTOFF - DAY + (index % 50) * 1_000),
          [LINK, OTHER_LINK],
          form,
        );
        await putClicks([CUTOFF, CUTOFF + 1], [LINK], form);
        await markRolledUp();
        const stream = stepper(ndjsonStream("x", clickPages(exportDeps, { from: 0, to: NIGHT, store: null })));
        for (const { step, pages } of steps) {
          for (let page = 0; page < pages; page++) await stream.step();
          if (step === "archive") await archive({ ...SMALL, fileRows: 170, fileBatches: 17, files: 2 });
          if (step === "restore") {
            const [file] = await archiveFiles();
            if (file !== undefined) await restoreArchive(env, file.key, NIGHT);
          }
          if (step === "pack" || step === "rows") {
            await setDirection(env.DB, step === "pack" ? "packed" : "rows", 0).run();
            await packClicks(env.DB, WEEK, NIGHT, { rows: 300, timeMs: 0 });
          }
        }
        const ids = idsOf(await stream.rest<Click>());
        expect(new Set(ids).size).toBe(1_502);
        expect(ids).toHaveLength(1_502);
      }),
      { numRuns: histories(3) },
    );
  });
});

async function wipeAll(): Promise<void> {
  for (const d1 of logDatabases()) await wipeLog(d1);
  await env.DB.batch(["watermarks", "click_archives"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  await env.ARCHIVE.delete((await archiveFiles()).map(({ key }) => key));
}
