import * as fc from "fast-check";
import { Fraction } from "fraction.js";
import { describe, expect, it } from "vitest";
import { convertMinor, type Rate, rateBook } from "../../../src/ground/money/rate.ts";

const rate = (values: Partial<Rate> = {}): Rate => ({
  from: "USD",
  to: "EUR",
  date: "2026-11-20",
  rate: "0.9",
  source: "ECB",
  inverse: false,
  ...values,
});

describe("rateBook", () => {
  it("finds the rate of the day itself before any other", () => {
    const rateOf = rateBook([
      rate({ date: "2026-11-19", rate: "0.8" }),
      rate(),
      rate({ date: "2026-11-21", rate: "1" }),
    ]);
    expect(rateOf("USD", "EUR", "2026-11-20")).toEqual(rate());
  });

  it("takes the latest of the 7 days before, and none that is older or of a later day", () => {
    const rateOf = rateBook([rate({ date: "2026-11-18", rate: "0.8" }), rate()]);
    expect(rateOf("USD", "EUR", "2026-11-27")).toEqual(rate());
    expect(rateOf("USD", "EUR", "2026-11-28")).toBeNull();
    expect(rateOf("USD", "EUR", "2026-11-19")?.rate).toBe("0.8");
    expect(rateOf("USD", "EUR", "2026-11-17")).toBeNull();
  });

  it("looks over the end of a month and of February", () => {
    const rateOf = rateBook([rate({ date: "2028-02-28" })]);
    expect(rateOf("USD", "EUR", "2028-03-06")).not.toBeNull();
    expect(rateOf("USD", "EUR", "2028-03-07")).toBeNull();
  });

  it("inverts the opposite rate where there is no direct one, and prefers an older direct one", () => {
    const opposite = rate({ from: "EUR", to: "USD", rate: "1.25" });
    expect(rateBook([opposite])("USD", "EUR", "2026-11-21")).toEqual(rate({ rate: "1.25", inverse: true }));
    const both = rateBook([opposite, rate({ date: "2026-11-15" })]);
    expect(both("USD", "EUR", "2026-11-20")).toEqual(rate({ date: "2026-11-15" }));
  });

  it("never crosses over a third currency", () => {
    const rateOf = rateBook([rate(), rate({ from: "EUR", to: "GBP" })]);
    expect(rateOf("USD", "GBP", "2026-11-20")).toBeNull();
    expect(rateBook([])("USD", "EUR", "2026-11-20")).toBeNull();
  });
});

describe("convertMinor", () => {
  it.each([
    ["cents to cents", 1000, rate(), "900"],
    ["yen have no decimals", 1000, rate({ to: "JPY", rate: "150.25" }), "3005/2"],
    ["dinars have three", 1000, rate({ to: "KWD", rate: "0.307" }), "3070"],
    ["from yen", 1000, rate({ from: "JPY", rate: "0.0061" }), "610"],
    ["by division", 1000, rate({ rate: "1.2", inverse: true }), "2500/3"],
    ["what is negative stays so", -1, rate({ rate: "0.333" }), "-333/1000"],
  ])("is exact: %s", (_name, minor, by, expected) => {
    expect(convertMinor(new Fraction(minor), by).toFraction()).toBe(expected);
  });

  it("comes back to the same amount by the same rate", () => {
    fc.assert(
      fc.property(
        fc.maxSafeInteger(),
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.constantFrom("EUR", "JPY", "KWD"),
        (minor, millionths, to) => {
          const there = rate({ to, rate: new Fraction(millionths, 1_000_000).toString() });
          const back = { ...there, from: to, to: "USD", inverse: true };
          expect(convertMinor(convertMinor(new Fraction(minor), there), back).equals(minor)).toBe(true);
        },
      ),
    );
  });

  it("throws for a currency that isn't known", () => {
    expect(() => convertMinor(new Fraction(1), rate({ to: "XXQ" }))).toThrow(RangeError);
  });
});
