import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Piece, piecesOf } from "../../../src/reports/report/pieces.ts";
import { dayAfter, daysOf } from "../../../src/ground/time/range.ts";

const anyDay = fc.integer({ min: 0, max: 1500 }).map((days) => dayAfter("2024-01-15", days));
const anySpan = fc
  .tuple(anyDay, fc.oneof(fc.integer({ min: 0, max: 45 }), fc.integer({ min: 0, max: 800 })))
  .map(([first, length]) => ({ by: "days" as const, first, last: dayAfter(first, length) }));

/** The days that a piece has. */
function daysIn({ table, first, last }: Piece): string[] {
  const days: string[] = [];
  const start = table === "months" ? `${first}-01` : first;
  for (let day = start; (table === "months" ? day.slice(0, 7) : day) <= last; day = dayAfter(day, 1)) days.push(day);
  return days;
}

/** How often each day is counted by pieces, without those that aren't. */
function countDays(pieces: readonly Piece[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const piece of pieces) {
    for (const day of daysIn(piece)) counts[day] = (counts[day] ?? 0) + piece.sign;
  }
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}

describe("the pieces of any span of days", () => {
  it("sum to each of its days once, and to no other", () => {
    fc.assert(
      fc.property(anySpan, fc.boolean(), (span, withMonths) => {
        const days = daysIn({ table: "days", first: span.first, last: span.last, sign: 1 });
        expect(countDays(piecesOf(span, withMonths))).toEqual(Object.fromEntries(days.map((day) => [day, 1])));
      }),
      { numRuns: 1000 },
    );
  });

  it("have 15 days at each end at most, and no more than the span or the rest of its month", () => {
    fc.assert(
      fc.property(anySpan, (span) => {
        const ofDays = piecesOf(span, true).filter(({ table }) => table === "days");
        const read = ofDays.reduce((sum, piece) => sum + daysIn(piece).length, 0);
        expect(read).toBeLessThanOrEqual(Math.min(30, daysOf(span)));
        for (const piece of ofDays) expect(daysIn(piece).length).toBeLessThanOrEqual(15);
      }),
      { numRuns: 1000 },
    );
  });

  it("are days alone where months don't have what is asked for", () => {
    expect(piecesOf({ by: "days", first: "2026-01-01", last: "2026-12-31" }, false)).toEqual([
      { table: "days", first: "2026-01-01", last: "2026-12-31", sign: 1 },
    ]);
    expect(piecesOf({ by: "days", first: "2026-01-01", last: "2026-12-31" }, true)).toEqual([
      { table: "months", first: "2026-01", last: "2026-12", sign: 1 },
    ]);
  });
});
