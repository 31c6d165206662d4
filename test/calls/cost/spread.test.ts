import * as fc from "fast-check";
import { expect, test } from "vitest";
import { partOf } from "../../../src/calls/cost/spread.ts";
import { dayAfter } from "../../../src/ground/time/range.ts";
import { costRows } from "../../../src/reports/calls/stretches.ts";

const cost = (amountMinor: number, fromDay: string, toDay: string) => ({
  channel: "tv",
  currency: "EUR",
  amountMinor,
  fromDay,
  toDay,
});

test("a cost falls to its days evenly, and to no others", () => {
  const tv = cost(1000, "2026-11-01", "2026-11-03");
  expect(partOf(tv, { first: "2026-11-01", last: "2026-11-03" })).toBe(1000);
  expect([1, 2, 3].map((day) => partOf(tv, { first: `2026-11-0${day}`, last: `2026-11-0${day}` }))).toEqual([
    333, 333, 334,
  ]);
  expect(partOf(tv, { first: "2026-10-01", last: "2026-10-31" })).toBe(0);
  expect(partOf(tv, { first: "2026-11-03", last: "2027-11-03" })).toBe(334);
});

test("BX-9: parts of costs add up to the whole, however spans are cut, by day and month", () => {
  const day = fc.integer({ min: 0, max: 90 }).map((days) => dayAfter("2026-10-01", days));
  const costs = fc.array(
    fc
      .tuple(fc.nat(1_000_000_007), day, day)
      .map(([amount, a, b]) => (a < b ? cost(amount, a, b) : cost(amount, b, a))),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(costs, fc.array(day, { maxLength: 5 }), (paid, cuts) => {
      const whole = paid.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
      const bounds = ["2026-09-01", ...[...new Set(cuts)].toSorted(), "2027-02-01"];
      for (const stretch of ["day", "month", "total"] as const) {
        const parts = bounds.slice(1).flatMap((end, index) =>
          costRows(paid, {
            span: { by: "days", first: bounds[index] ?? "", last: dayAfter(end, -1) },
            stretch,
            currency: "EUR",
          }),
        );
        expect(parts.reduce((sum, { costMinor }) => sum + costMinor, 0)).toBe(whole);
      }
    }),
  );
});
