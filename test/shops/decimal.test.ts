import { assert, bigInt, constantFrom, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { AmountReader, decimalText, divideHalfEven, OrderFault, readDecimal } from "../../src/shops/decimal.ts";

describe("readDecimal", () => {
  test.each([
    ["69.8400", "EUR", 6984n, false],
    ["-10.00", "EUR", -1000n, false],
    [-9.8, "EUR", -980n, false],
    ["+1", "EUR", 100n, false],
    ["100.0", "JPY", 100n, false],
    ["1200", "JPY", 1200n, false],
    ["1.234", "BHD", 1234n, false],
    // Half to even, and told of.
    ["0.125", "EUR", 12n, true],
    ["0.135", "EUR", 14n, true],
    ["-0.125", "EUR", -12n, true],
    [0.1 + 0.2, "EUR", 30n, true],
    [5e-17, "EUR", 0n, true],
    [1.5e21, "EUR", 150_000_000_000_000_000_000_000n, false],
    ["90071992547409.93", "EUR", 9_007_199_254_740_993n, false],
  ])("SHP-14: %s %s is %s in minor units, rounded: %s", (value, currency, minor, rounded) => {
    expect(readDecimal(value, currency)).toEqual({ minor, rounded });
  });

  test.each([
    ["1,50"],
    ["1.234,50"],
    [""],
    [" "],
    ["EUR 5"],
    ["1e400"],
    [null],
    [undefined],
    [true],
    [Number.NaN],
    [{}],
  ])("SHP-15: %j is no decimal, and never 0", (value) => {
    expect(readDecimal(value, "EUR")).toBeNull();
  });

  test("an unknown currency has no amounts", () => {
    expect(readDecimal("1.00", "XXX")).toBeNull();
  });

  test("what is written is read back", () => {
    assert(
      property(bigInt({ min: 0n, max: 10n ** 20n }), constantFrom("EUR", "JPY", "KWD", "CLF"), (minor, currency) => {
        expect(readDecimal(decimalText(minor, currency), currency)).toEqual({ minor, rounded: false });
      }),
    );
  });
});

test("divideHalfEven", () => {
  expect([5n, 15n, 25n, 24n, 26n].map((value) => divideHalfEven(value, 10n))).toEqual([0n, 2n, 2n, 2n, 3n]);
});

describe("AmountReader", () => {
  test("tells once of what was rounded, and names what can't be read", () => {
    const amounts = new AmountReader("eur", "currency");
    expect([amounts.read("1.005", "a"), amounts.read("2.0049", "b")]).toEqual([100n, 200n]);
    expect(amounts.warnings()).toEqual(["rounded"]);
    expect(() => amounts.read("1,00", "line_items.0.price")).toThrow(OrderFault);
    expect(() => new AmountReader("EURO", "currency")).toThrow("ISO 4217");
  });

  test("pieces come to the line's amount exactly", () => {
    const amounts = new AmountReader("EUR", "currency");
    expect(amounts.pieces(1000n, 3)).toEqual([
      { quantity: 1, price: "3.34" },
      { quantity: 2, price: "3.33" },
    ]);
    assert(
      property(bigInt({ min: 0n, max: 10n ** 12n }), integer({ min: 1, max: 10_000 }), (total, quantity) => {
        const pieces = amounts.pieces(total, quantity);
        const sum = pieces.reduce((all, piece) => all + amounts.read(piece.price, "") * BigInt(piece.quantity), 0n);
        expect(sum).toBe(total);
        expect(pieces.reduce((all, piece) => all + piece.quantity, 0)).toBe(quantity);
        expect(pieces.every((piece) => piece.quantity > 0)).toBe(true);
      }),
    );
  });
});
