import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Carrier, GroupCommit, RELY_MS } from "../../../src/sales/capture/group-commit.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Longest write of the model that ends, ms. */
const LONGEST_MS = 1_500;

/** What becomes of a write: it is done, or fails before or after it was done, or its answer never comes, done or not. */
const fate = fc.record({
  ms: fc.integer({ min: 0, max: LONGEST_MS }),
  end: fc.oneof(
    { weight: 6, arbitrary: fc.constant("done") },
    fc.constantFrom("fails", "fails though done", "hangs", "hangs though done"),
  ),
});

const request = fc.record({
  /** After the one before, ms. */
  after: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 800 })),
  rows: fc.integer({ min: 1, max: 120 }),
  bytes: fc.integer({ min: 1, max: 300_000 }),
  isBad: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  fates: fc.array(fate, { minLength: 3, maxLength: 3 }),
});

describe("whatever order requests and writes come in", () => {
  test("what is answered as kept was written, by its own rows, and everyone is answered whose own write ends", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 25 }), async (requests) => {
        const table = new Set<string>();
        const groups = new GroupCommit<string, string>();
        const bad = new Set(requests.flatMap(({ isBad }, index) => (isBad ? [`${index}.0`] : [])));
        const answers = new Map<number, string | readonly string[]>();
        const hanging = new Set<number>();

        const carrierOf = (index: number): Carrier<string, string> => {
          const fates = [...(requests[index]?.fates ?? [])];
          return {
            write: async (rows) => {
              const { ms, end } = fates.shift() ?? { ms: 1, end: "done" };
              await new Promise((resolve) => void setTimeout(resolve, ms));
              if (rows.some((row) => bad.has(row))) throw new Error("a bad row");
              if (end === "done" || end.endsWith("though done")) for (const row of rows) table.add(row);
              if (end.startsWith("hangs")) {
                hanging.add(index);
                return new Promise(() => {});
              }
              if (end.startsWith("fails")) throw new Error("gone");
              return rows.map((row) => `${row} kept`);
            },
            divides: (error) => (error as Error).message === "a bad row",
            wait: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
            now: Date.now,
          };
        };
        for (const [index, { after, rows, bytes }] of requests.entries()) {
          await vi.advanceTimersByTimeAsync(after);
          const own = Array.from({ length: rows }, (_, n) => `${index}.${n}`);
          const answered = groups.keep(own, bytes, carrierOf(index)).then(
            (kept) => (own.every((row) => table.has(row)) ? kept : "lost"),
            () => "failed",
          );
          void answered.then((answer) => answers.set(index, answer));
        }
        // A write that hangs, then its own, then one more by itself.
        await vi.advanceTimersByTimeAsync(requests.length * (RELY_MS + LONGEST_MS));

        for (const [index, { rows, isBad }] of requests.entries()) {
          const answer = answers.get(index);
          if (answer === undefined) expect(hanging).toContain(index);
          else if (answer !== "failed") {
            expect(answer).toEqual(Array.from({ length: rows }, (_, n) => `${index}.${n} kept`));
            expect(isBad).toBe(false);
          }
        }
        expect(groups.waiting).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
