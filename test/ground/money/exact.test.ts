import * as fc from "fast-check";
import { Fraction } from "fraction.js";
import { describe, expect, it } from "vitest";
import { allocate, exactText, roundHalfEven, sumOf } from "../../../src/ground/money/exact.ts";

const MAX = Number.MAX_SAFE_INTEGER;
const HALF = new Fraction(1, 2);

/** Fractions of which many lie halfway between two whole numbers, and some are huge. */
const fractionArb = fc
  .oneof(
    fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 1, max: 12 })),
    fc.tuple(fc.integer({ min: -20, max: 20 }), fc.constant(2)),
    fc.tuple(fc.maxSafeInteger(), fc.integer({ min: 1_000, max: 1_000_000_007 })),
  )
  .map(([numerator, denominator]) => new Fraction(numerator, denominator));

describe("rounding half to even", () => {
  it.each([
    ["0", 0],
    ["0.5", 0],
    ["1.5", 2],
    ["2.5", 2],
    ["3.5", 4],
    ["2.4999999999999999999", 2],
    ["2.5000000000000000001", 3],
    ["0.3", 0],
    ["0.7", 1],
    ["-0.5", 0],
    ["-1.5", -2],
    ["-2.5", -2],
    ["-2.6", -3],
    ["-2.4", -2],
    ["7", 7],
    // The nearest doubles of these are whole.
    ["4503599627370497.5", 4_503_599_627_370_498],
    ["9007199254740990.4", MAX - 1],
    ["9007199254740991.5", null],
    [`${MAX}`, MAX],
    [`-${MAX}`, -MAX],
  ])("%s is %s", (text, rounded) => {
    const round = () => roundHalfEven(new Fraction(text));
    if (rounded === null) expect(round).toThrow(RangeError);
    // Of 0 there is one only.
    else expect(Object.is(round(), rounded), String(round())).toBe(true);
  });

  it("is never further off than half, and even where it is that far", () => {
    fc.assert(
      fc.property(fractionArb, (value) => {
        const rounded = roundHalfEven(value);
        const off = value.sub(rounded).abs();
        expect(off.lte(HALF)).toBe(true);
        if (off.equals(HALF)) expect(Math.abs(rounded) % 2).toBe(0);
        expect(roundHalfEven(value.neg())).toBe(rounded === 0 ? 0 : -rounded);
      }),
    );
  });
});

describe("allocating", () => {
  const thirds = [new Fraction(1, 3), new Fraction(1, 3), new Fraction(1, 3)];

  it.each<[string, Fraction[], number[]]>([
    ["nothing among nobody", [], []],
    ["a cent among three goes to the first", thirds, [1, 0, 0]],
    ["ten among three", thirds.map((part) => part.mul(10)), [4, 3, 3]],
    ["two among three", thirds.map((part) => part.mul(2)), [1, 1, 0]],
    ["to who lost most", [new Fraction("1.2"), new Fraction("1.5"), new Fraction("1.3")], [1, 2, 1]],
    ["half a cent that is dropped", [new Fraction("0.25"), new Fraction("0.25")], [0, 0]],
    ["a cent and a half that is two", [new Fraction("0.75"), new Fraction("0.75")], [1, 1]],
    ["what is whole", [new Fraction(3), new Fraction(0), new Fraction(4)], [3, 0, 4]],
    ["what is owed back", [new Fraction("-0.5"), new Fraction("-1")], [-1, -1]],
  ])("%s", (_what, parts, amounts) => {
    expect(allocate(parts)).toEqual(amounts);
  });

  it("gives parts that add up to the rounded sum, each less than 1 from what it was", () => {
    fc.assert(
      fc.property(
        fc.array(
          fractionArb.map((part) => part.div(100)),
          { maxLength: 12 },
        ),
        (parts) => {
          const amounts = allocate(parts);
          expect(amounts.length).toBe(parts.length);
          expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBe(roundHalfEven(sumOf(parts)));
          for (const [index, part] of parts.entries()) {
            expect(
              part
                .sub(amounts[index] ?? Number.NaN)
                .abs()
                .lt(1),
            ).toBe(true);
            // A part that is whole is as it was.
            if (part.d === 1n) expect(amounts[index]).toBe(Number(part.s * part.n));
          }
        },
      ),
    );
  });

  it("gives to those who lost most, and of equals to the first", () => {
    fc.assert(
      fc.property(
        fc.array(
          fractionArb.map((part) => part.div(100)),
          { maxLength: 12 },
        ),
        (parts) => {
          const amounts = allocate(parts);
          const lost = parts.map((part) => part.sub(part.floor()));
          const won = parts.map((part, index) => part.floor().lt(amounts[index] ?? 0));
          for (const [a, lostA] of lost.entries()) {
            for (const [b, lostB] of lost.entries()) {
              const before = lostA.compare(lostB) || b - a;
              if (before > 0 && won[b] === true) expect(won[a]).toBe(true);
            }
          }
        },
      ),
    );
  });

  it("gives the same amounts in whatever order the parts come", () => {
    const shuffled = fc
      .array(
        fractionArb.map((part) => part.div(100)),
        { maxLength: 10 },
      )
      .chain((parts) => fc.tuple(fc.constant(parts), fc.shuffledSubarray([...parts], { minLength: parts.length })));
    fc.assert(
      fc.property(shuffled, ([parts, others]) => {
        // Equal parts may change places with each other.
        const byPart = (list: readonly Fraction[]) =>
          allocate(list)
            .map((amount, index) => [list[index]?.toFraction(), amount])
            .map((pair) => pair.join(" "))
            .toSorted();
        const ties = (list: readonly Fraction[]) =>
          new Set(list.map((part) => part.sub(part.floor()).toFraction())).size;
        if (ties(parts) === parts.length) expect(byPart(others)).toEqual(byPart(parts));
        else
          expect(
            sumOf(allocate(others).map((amount) => new Fraction(amount))).equals(roundHalfEven(sumOf(parts))),
          ).toBe(true);
      }),
    );
  });

  it("refuses more than a number holds exactly", () => {
    expect(() => allocate([new Fraction(MAX), new Fraction(1)])).toThrow(RangeError);
    expect(() => allocate([new Fraction(MAX).mul(2), new Fraction(MAX).mul(-2)])).toThrow(RangeError);
  });
});

it.each([
  [new Fraction(500, 3), "166 2/3"],
  [new Fraction(12), "12"],
  [new Fraction(-1, 4), "-1/4"],
  [new Fraction(0), "0"],
])("an exact text of %s is %s", (value, text) => {
  expect(exactText(value)).toBe(text);
  // It can be read back to the last digit.
  expect(new Fraction(text).equals(value)).toBe(true);
});
