import * as fc from "fast-check";
import { Fraction } from "fraction.js";
import { describe, expect, it } from "vitest";
import { splitBase } from "../../../src/books/ledger/base.ts";
import { capped } from "../../../src/books/ledger/cap.ts";
import { earnedBy } from "../../../src/books/ledger/earn.ts";
import { Exchange } from "../../../src/books/ledger/exchange.ts";
import { progressOf } from "../../../src/books/ledger/progress.ts";
import type { Commission } from "../../../src/ground/model/plan.ts";
import { daysOf } from "../../../src/ground/time/range.ts";
import { daysBefore, spanUntil } from "../../../src/portal/frame/span.ts";
import { changeOf } from "../../../src/portal/overview/change.ts";
import { inColumns, SPARK_HEIGHT, sparkPath } from "../../../src/portal/overview/spark.ts";

describe("the days that a span is compared with", () => {
  it.each([
    ["30d", "2026-11-22", "2026-09-24", "2026-10-23"],
    ["90d", "2026-11-22", "2026-05-27", "2026-08-24"],
    ["year", "2026-11-22", "2025-01-01", "2025-11-22"],
    ["year", "2028-02-29", "2027-01-01", "2027-02-28"],
    ["year", "2027-01-01", "2026-01-01", "2026-01-01"],
  ] as const)("of %s until %s are those from %s to %s", (name, last, first, until) => {
    expect(daysBefore(name, spanUntil(name, last))).toEqual({ by: "days", first, last: until });
  });

  it("are as many as it has, and none of it", () => {
    const day = fc
      .integer({ min: 0, max: 40_000 })
      .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));
    fc.assert(
      fc.property(fc.constantFrom("30d" as const, "90d" as const, "year" as const), day, (name, last) => {
        const span = spanUntil(name, last);
        const before = daysBefore(name, span);
        expect(before.last < span.first).toBe(true);
        // The 29th of February is in one of two years alone.
        expect(Math.abs(daysOf(before) - daysOf(span))).toBeLessThanOrEqual(name === "year" ? 1 : 0);
      }),
    );
  });
});

describe("a change", () => {
  it.each([
    [[12, 1], [10, 1], { way: "more", percent: 20 }],
    [[0, 1], [10, 1], { way: "less", percent: 100 }],
    [[1, 8], [1, 4], { way: "less", percent: 50 }],
    [[1001, 1], [1000, 1], { way: "same" }],
    [[5, 1], [0, 1], { way: "fresh" }],
    [[5, 2], [0, 0], { way: "fresh" }],
    [[0, 1], [0, 1], null],
    [[5, 0], [5, 1], null],
    [[5, 1], [-5, 1], null],
    [[-10, 1], [100, 1], { way: "less", percent: 110 }],
    [[Number.MAX_SAFE_INTEGER, 3], [Number.MAX_SAFE_INTEGER, 6], { way: "more", percent: 100 }],
  ] as const)("from %s to %s is %s", (now, before, change) => {
    expect(changeOf(now, before)).toEqual(change);
  });

  it("is never what is no number", () => {
    const number = fc.tuple(fc.integer(), fc.nat());
    fc.assert(
      fc.property(number, number, (now, before) => {
        const change = changeOf(now, before);
        if (change !== null && "percent" in change) expect(change.percent).toBeGreaterThanOrEqual(1);
        if (change !== null && "percent" in change) expect(Number.isFinite(change.percent)).toBe(true);
      }),
    );
  });
});

describe("a small drawing of clicks", () => {
  it("is short, and as high as the most", () => {
    expect(sparkPath([0, 0, 4, 4, 1, 0])).toBe("M0 12h2v-12h2v9h1v3h1V12z");
    expect(sparkPath([1, 1_000_000])).toBe("M0 12v-1h1v-11h1V12z");
    expect(sparkPath([])).toBe("");
    expect(sparkPath([0, 0])).toBe("");
    const busy = Array.from({ length: 90 }, (_none, index) => (index * 37) % 101);
    expect(inColumns(busy)).toHaveLength(30);
    expect(sparkPath(inColumns(busy)).length).toBeLessThan(200);
  });

  it("loses nothing by putting days together, and stays within its height", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 1_000_000 }), { maxLength: 400 }), (values) => {
        const columns = inColumns(values);
        const sum = (all: readonly number[]) => all.reduce((one, other) => one + other, 0);
        expect(sum(columns)).toBe(sum(values));
        expect(columns.length).toBeLessThanOrEqual(31);
        let height = 0;
        for (const [, step = ""] of sparkPath(columns).matchAll(/v(-?\d+)/g)) {
          height -= Number(step);
          expect(height).toBeGreaterThanOrEqual(0);
          expect(height).toBeLessThanOrEqual(SPARK_HEIGHT);
        }
      }),
    );
  });
});

describe("how far a creator has come", () => {
  const rule = (tiers: Commission["tiers"], capPerCreatorMinor: number | null = null): Commission => ({
    type: "percentage",
    basisPoints: 1_000,
    tiers,
    special: [],
    capPerOrderMinor: null,
    capPerCreatorMinor,
    newCustomersOnly: false,
    includeTax: false,
    includeShipping: false,
    holdDays: 30,
    payIn: null,
  });
  const exchange = () => new Exchange(() => null, "2026-11-22");
  const tiersOf = fc
    .uniqueArray(fc.record({ fromMinor: fc.nat({ max: 5_000 }), value: fc.nat({ max: 10_000 }) }), {
      selector: ({ fromMinor }) => fromMinor,
      maxLength: 5,
    })
    .map((tiers) => tiers.toSorted((a, b) => a.fromMinor - b.fromMinor));

  it("is what the books pay the next order by, now and at the next step, and not a cent before that", () => {
    fc.assert(
      fc.property(tiersOf, fc.nat({ max: 6_000 }), (tiers, salesMinor) => {
        const given = rule(tiers);
        const paid = (salesBeforeMinor: number) =>
          earnedBy(given, splitBase(10_000, null, []), { orderCurrency: "EUR", salesBeforeMinor }, exchange()).general
            .value;
        const { value, next } = progressOf(given, { salesMinor, earnedMinor: 0 });
        expect(value).toBe(paid(salesMinor));
        if (next === null) expect(paid(Number.MAX_SAFE_INTEGER)).toBe(value);
        else {
          expect(next.leftMinor).toBeGreaterThan(0);
          expect(paid(salesMinor + next.leftMinor)).toBe(next.value);
          expect(paid(salesMinor + next.leftMinor - 1)).toBe(value);
        }
      }),
    );
  });

  it("leaves of a cap what the books leave", () => {
    fc.assert(
      fc.property(fc.nat({ max: 9_000 }), fc.nat({ max: 9_000 }), (capMinor, earnedMinor) => {
        const given = rule([], capMinor);
        const { cap } = progressOf(given, { salesMinor: 0, earnedMinor });
        const one = { weight: new Fraction(1), earnedBeforeMinor: earnedMinor };
        const { earned } = capped(new Fraction(100_000), one, given, { own: "EUR", store: "EUR" }, exchange());
        expect(Number(earned)).toBe(capMinor - (cap?.usedMinor ?? 0));
      }),
    );
  });
});
