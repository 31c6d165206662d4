import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reportRange } from "../../../src/ground/time/range.ts";

const NOW = Date.UTC(2026, 10, 21, 22, 35);
const HOUR = 3_600_000;

describe("a report's range", () => {
  it("takes both dates as whole days", () => {
    expect(reportRange("2026-11-01", "2026-11-02", NOW)).toMatchObject({
      from: Date.UTC(2026, 10, 1),
      to: Date.UTC(2026, 10, 3),
      edges: [],
    });
  });

  it("covers 30 days to the end of today if it isn't told", () => {
    expect(reportRange(undefined, undefined, NOW)).toMatchObject({
      from: Date.UTC(2026, 9, 23),
      to: Date.UTC(2026, 10, 22),
    });
  });

  it("is none if it is empty or longer than ten years", () => {
    expect(reportRange("2026-11-02", "2026-11-01", NOW)).toBeNull();
    expect(reportRange("2026-11-02T10:00:00Z", "2026-11-02T10:00:00Z", NOW)).toBeNull();
    expect(reportRange("2010-01-01", "2026-11-01", NOW)).toBeNull();
  });

  it("is covered by its hours and edges exactly once", () => {
    const moments = fc.integer({ min: NOW - 5 * HOUR, max: NOW + 5 * HOUR });
    fc.assert(
      fc.property(moments, moments, (one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const range = reportRange(new Date(from).toISOString(), new Date(to).toISOString(), NOW);
        if (from === to) {
          expect(range).toBeNull();
          return;
        }
        if (range === null) throw new Error("no range");
        const spans = [...range.edges, ...(range.hours === null ? [] : [range.hours])].toSorted(
          (a, b) => a.from - b.from,
        );
        expect(spans[0]?.from).toBe(from);
        expect(spans.at(-1)?.to).toBe(to);
        for (const [index, span] of spans.entries()) {
          expect(span.from).toBeLessThan(span.to);
          if (index > 0) expect(span.from).toBe(spans[index - 1]?.to);
        }
        if (range.hours !== null) expect([range.hours.from % HOUR, range.hours.to % HOUR]).toEqual([0, 0]);
      }),
    );
  });
});
