import * as iso4217 from "dinero.js/currencies";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { currencyDigits, majorOf, minorOf, scaledDecimal } from "../../../src/ground/money/amount.ts";
import { currencyProblem } from "../../../src/ground/money/withdrawn.ts";

describe("a currency's digits", () => {
  it.each([
    ["EUR", 2],
    ["USD", 2],
    ["JPY", 0],
    ["KWD", 3],
    ["TND", 3],
    ["CLF", 4],
    ["MGA", 2],
    ["MRU", 2],
    ["XXX", null],
    ["eur", null],
    ["", null],
    ["constructor", null],
  ])("of %j are %j", (code, digits) => {
    expect(currencyDigits(code)).toBe(digits);
  });

  it("are those of ISO 4217, as dinero.js has it, and there are no others", () => {
    const listed = Object.values(iso4217);
    expect(listed.length).toBeGreaterThan(150);
    for (const { base, code, exponent } of listed) expect(currencyDigits(code), code).toBe(base === 10 ? exponent : 2);
    const known = new Set(listed.map(({ code }): string => code));
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".split("");
    const all = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));
    expect(all.filter((code) => currencyDigits(code) !== null && !known.has(code))).toEqual([]);
  });
});

describe("an amount in minor units", () => {
  it.each([
    ["12.50", "EUR", 1250],
    [12.5, "EUR", 1250],
    ["12.5", "EUR", 1250],
    [0.1, "EUR", 10],
    [0.29, "EUR", 29],
    [1.005, "KWD", 1005],
    [19.99, "EUR", 1999],
    [4.35, "EUR", 435],
    ["0", "EUR", 0],
    [0, "EUR", 0],
    [-0, "EUR", 0],
    ["007", "EUR", 700],
    [500, "JPY", 500],
    ["500", "JPY", 500],
    ["1.234", "KWD", 1234],
    ["1.2", "MGA", 120],
    [0.2, "MRU", 20],
    ["90071992547409.91", "EUR", Number.MAX_SAFE_INTEGER],
  ])("is exact: %j %s is %j", (value, currency, minor) => {
    expect(minorOf(value, currency)).toBe(minor);
  });

  it.each([
    ["12.505", "EUR"],
    [0.001, "EUR"],
    [1e-7, "EUR"],
    [0.1 + 0.2, "EUR"],
    ["500.5", "JPY"],
    [500.5, "JPY"],
    ["1.234", "MGA"],
    ["1e309", "EUR"],
    [Number("1e309"), "EUR"],
    ["1e3", "EUR"],
    ["12,50", "EUR"],
    ["NaN", "EUR"],
    [Number.NaN, "EUR"],
    [Number.NEGATIVE_INFINITY, "EUR"],
    ["-1", "EUR"],
    [-1, "EUR"],
    [-0.01, "EUR"],
    ["-0", "EUR"],
    ["+1", "EUR"],
    ["", "EUR"],
    [" 1", "EUR"],
    ["1\n", "EUR"],
    ["1.", "EUR"],
    [".5", "EUR"],
    ["0x10", "EUR"],
    ["1_000", "EUR"],
    ["١٢", "EUR"],
    ["90071992547409.92", "EUR"],
    [1e21, "JPY"],
    ["9".repeat(400), "JPY"],
    ["1", "XXX"],
    ["1", "eur"],
  ])("is not made of %j %s", (value, currency) => {
    expect(minorOf(value, currency)).toBeNull();
  });

  const amounts = fc.tuple(fc.maxSafeNat(), fc.constantFrom("EUR", "JPY", "KWD", "MGA", "MRU", "CLF", "USD"));

  it("comes back from its decimal, whatever it is", () => {
    fc.assert(
      fc.property(amounts, ([minor, currency]) => {
        expect(minorOf(majorOf(minor, currency), currency)).toBe(minor);
      }),
    );
  });

  it("comes back from the number of its decimal, while that has 15 digits", () => {
    fc.assert(
      fc.property(fc.nat(999_999_999_999_999), amounts, (minor, [, currency]) => {
        // A double has 15 decimal digits for sure; CLF's 0.0000001 would be written with an exponent, 0.0001 isn't.
        expect(minorOf(Number(majorOf(minor, currency)), currency)).toBe(minor);
      }),
    );
  });
});

describe("zeros past a currency's digits (G-23)", () => {
  it.each([
    ["1250.00", "JPY", 1250],
    ["1250.000", "JPY", 1250],
    ["59.9000", "EUR", 5990],
    ["12.500", "EUR", 1250],
    ["1.0000", "KWD", 1000],
    ["0.000", "JPY", 0],
    ["1.2000", "CLF", 12_000],
  ])("change nothing: %j %s is %j", (value, currency, minor) => {
    expect(minorOf(value, currency)).toBe(minor);
  });

  it("change nothing of any amount, and any other digit past them is refused", () => {
    const amounts = fc.tuple(fc.maxSafeNat(), fc.constantFrom("EUR", "KWD", "MGA", "CLF"));
    fc.assert(
      fc.property(amounts, fc.nat(20), fc.integer({ min: 1, max: 9 }), ([minor, currency], zeros, digit) => {
        const text = majorOf(minor, currency);
        expect(minorOf(text + "0".repeat(zeros), currency)).toBe(minor);
        expect(minorOf(text + "0".repeat(zeros) + digit, currency)).toBeNull();
      }),
    );
  });

  it("may be thousands in a currency without decimals: that is no amount for sure", () => {
    expect([minorOf("150.000", "VND"), minorOf("1.000", "JPY"), minorOf(150, "VND")]).toEqual([null, null, 150]);
  });
});

describe("the one list of currencies (G-23)", () => {
  it("is ISO 4217's of today", () => {
    for (const code of ["XCG", "ZWG", "SLE", "VES", "EUR"]) expect(currencyProblem(code)).toBeNull();
    for (const code of ["XXX", "eur", "", "constructor"]) {
      expect(currencyProblem(code)).toBe("must be a currency of ISO 4217 in capitals, such as EUR");
    }
  });

  it("tells of one that was withdrawn what took its place", () => {
    expect(currencyProblem("HRK")).toContain("HRK was withdrawn in 2023, and EUR took its place");
    expect(currencyProblem("ANG")).toContain("XCG");
  });

  it("takes no currency for withdrawn that it has, and names successors that it has", () => {
    for (const code of Intl.supportedValuesOf("currency")) {
      const problem = currencyProblem(code);
      const successor = / and ([A-Z]{3}) took its place$/.exec(problem ?? "")?.[1];
      if (successor !== undefined) expect([code, currencyProblem(successor)]).toEqual([code, null]);
    }
  });
});

describe("an amount's decimal", () => {
  it.each([
    [1250, "EUR", "12.50"],
    [0, "EUR", "0.00"],
    [5, "EUR", "0.05"],
    [500, "JPY", "500"],
    [1, "KWD", "0.001"],
    [120, "MGA", "1.20"],
    [Number.MAX_SAFE_INTEGER, "EUR", "90071992547409.91"],
  ])("has all of the currency's digits: %j %s is %j", (minor, currency, major) => {
    expect(majorOf(minor, currency)).toBe(major);
  });

  it.each([
    [1, "XXX"],
    [-1, "EUR"],
    [1.5, "EUR"],
    [Number.NaN, "EUR"],
    [Number.MAX_SAFE_INTEGER + 1, "EUR"],
  ])("is not made of %j %s", (minor, currency) => {
    expect(() => majorOf(minor, currency)).toThrow(RangeError);
  });
});

describe("a scaled decimal", () => {
  it("counts units of its last digit", () => {
    expect([scaledDecimal("12.34", 2), scaledDecimal(100, 2), scaledDecimal("0.5", 1)]).toEqual([1234, 10_000, 5]);
    expect([scaledDecimal("12.345", 2), scaledDecimal("0.05", 1)]).toEqual([null, null]);
  });
});
