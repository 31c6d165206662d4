import { execFile } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../scripts/root.ts";
import {
  arrivalsOf,
  differingHours,
  eventOf,
  type ExportedClick,
  filesOf,
  sumsOfEvents,
  sumsOfLog,
} from "../../scripts/stream-sums.ts";

const START = Date.UTC(2026, 10, 20, 22);
const HOUR = 3_600_000;

/** A log as ingest leaves it: the first of each visitor, link and hour counts. */
function logOf(visits: readonly { visitor: string | null; minute: number; bot: boolean }[]): ExportedClick[] {
  const seen = new Set<string>();
  const clicks = visits.map(({ visitor, minute, bot }, index) => ({
    id: `clk_${String(index).padStart(3, "0")}`,
    time: START + minute * 60_000,
    visitor,
    bot,
  }));
  return clicks
    .toSorted((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))
    .map(({ id, time, visitor, bot }) => {
      const day = `${visitor ?? id} ${Math.floor(time / (24 * HOUR))}`;
      const hour = `${day} ${Math.floor(time / HOUR)}`;
      const bucket = bot ? "bot" : seen.has(hour) ? "duplicate" : "counted";
      const unique = !bot && !seen.has(day);
      if (!bot) seen.add(day).add(hour);
      return { id, linkId: "lnk_a", time: new Date(time).toISOString(), bucket, unique, visitorKey: visitor };
    });
}

const anyVisits = fc.array(
  fc.record({
    visitor: fc.constantFrom("a", "b", null),
    minute: fc.integer({ min: 0, max: 300 }),
    bot: fc.boolean(),
  }),
  { maxLength: 40 },
);

describe("the stream's way", () => {
  it("comes to the log's sums, however events are repeated, late and spread over files", () => {
    fc.assert(
      fc.property(anyVisits, fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (visits, draws) => {
        const log = logOf(visits);
        const random = (): number => Number(draws.next().value ?? 0);
        const arrivals = arrivalsOf(log.map(eventOf), { repeated: 0.3, lateMs: 3 * HOUR, random });
        const files = filesOf(arrivals);
        expect([...files.values()].flat()).toHaveLength(arrivals.length);
        const events = [...files.values()].toReversed().flat();
        expect(differingHours(sumsOfLog(log), sumsOfEvents(events, HOUR))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("tells the hour that differs", () => {
    const log = logOf([{ visitor: "a", minute: 0, bot: false }]);
    expect(differingHours(sumsOfLog(log), sumsOfEvents([], HOUR))).toEqual(["lnk_a 2026-11-20T22:00:00.000Z"]);
  });

  it("is played by the script, which refuses an export that was cut off", { timeout: 60_000 }, async () => {
    const directory = await mkdtemp(join(tmpdir(), "stream-test-"));
    const file = join(directory, "clicks.ndjson");
    const log = logOf(
      Array.from({ length: 200 }, (_none, index) => ({
        visitor: `v${index % 40}`,
        minute: index,
        bot: index % 9 === 0,
      })),
    );
    const lines = log.map((click) => JSON.stringify(click));
    const run = () =>
      promisify(execFile)(process.execPath, ["scripts/stream.ts", file, join(directory, "files")], { cwd: ROOT });
    await writeFile(file, `${lines.join("\n")}\n`);
    await expect(run()).rejects.toThrow("no last line");
    await writeFile(file, `${[...lines, JSON.stringify({ end: true, rows: lines.length })].join("\n")}\n`);
    const { stdout } = await run();
    expect(stdout).toMatch(
      /^200 clicks arrived as \d+ events in \d+ files of \d+ bytes: 4 sums of a link's hour, 0 of them differ\./,
    );
  });
});
