import { Fraction } from "fraction.js";

/**
 * An exact amount in whole minor units, half to even (IEEE 754 roundTiesToEven): 0.5 is 0, 1.5 is 2. So
 * many roundings lean neither to those who pay nor to those who are paid. Throws a `RangeError` for what
 * is past `Number.MAX_SAFE_INTEGER` then.
 */
export function roundHalfEven(value: Fraction): number {
  const floor = value.floor();
  const byHalf = value.sub(floor).compare(new Fraction(1, 2));
  const up = byHalf > 0 || (byHalf === 0 && floor.n % 2n === 1n);
  return integerOf(up ? floor.add(1) : floor);
}

/**
 * Exact parts of an amount in whole minor units that add up to their rounded sum (see
 * {@link roundHalfEven}), each less than 1 from what it was: by largest remainder, where all are rounded
 * down and the units that are left go to those who lost most, of equals to the first. Throws a `RangeError`
 * for what is past `Number.MAX_SAFE_INTEGER`.
 */
export function allocate(parts: readonly Fraction[]): number[] {
  const floors = parts.map((part) => part.floor());
  const whole = roundHalfEven(sumOf(parts));
  const left = whole - integerOf(sumOf(floors));
  // A sort keeps equals in their order.
  const winners = parts
    .map((part, index) => ({ index, lost: part.sub(floors[index] ?? part) }))
    .toSorted((a, b) => b.lost.compare(a.lost))
    .slice(0, left);
  const amounts = floors.map(integerOf);
  for (const { index } of winners) amounts[index] = (amounts[index] ?? 0) + 1;
  return amounts;
}

/** The exact sum; 0 of nothing. */
export function sumOf(values: readonly Fraction[]): Fraction {
  return values.reduce((sum, value) => sum.add(value), new Fraction(0));
}

/** An exact value for people to follow, as a mixed number: `166 2/3`, or `12` where it is whole. */
export function exactText(value: Fraction): string {
  return value.toFraction(true);
}

/** A whole number. Throws a `RangeError` past what a number holds exactly. */
function integerOf({ s, n }: Fraction): number {
  const integer = Number(s * n);
  if (!Number.isSafeInteger(integer)) throw new RangeError(`too large an amount: ${s * n}`);
  return integer;
}
