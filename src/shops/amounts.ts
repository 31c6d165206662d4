import { type AmountReader, divideHalfEven, readDecimal } from "./decimal.ts";

/** Decimals of a minor unit that sums are taken with: a shop may be set to show more of them than its currency has. */
const FINE_DIGITS = 8;
const FINE = 10n ** BigInt(FINE_DIGITS);

/**
 * The sum of `field` over lines, minor units with its sign, half to even: rounded once, where three lines of 3.3333 are
 * 10.00 and not 9.99. With the warning `rounded` if that changes it. Throws an `OrderFault` for what is no decimal.
 */
export function sumOf(
  lines: readonly Record<string, unknown>[],
  field: string,
  name: string,
  amounts: AmountReader,
): bigint {
  const sum = lines.reduce((so, line, at) => so + fineOf(line[field], `${name}.${at}.${field}`, amounts), 0n);
  if (sum % FINE !== 0n) amounts.warn("rounded");
  return sum < 0n ? -divideHalfEven(-sum, FINE) : divideHalfEven(sum, FINE);
}

/** An amount in so many parts of a minor unit. */
function fineOf(value: unknown, path: string, amounts: AmountReader): bigint {
  if (typeof value === "string" || typeof value === "number") {
    // A shift of the point; what has an exponent already is a number next to nothing, and rounded by itself.
    const fine = readDecimal(`${String(value).trim()}e${FINE_DIGITS}`, amounts.currency);
    if (fine !== null) return fine.minor;
  }
  return amounts.read(value, path) * FINE;
}

/** The price of one where a line is no whole number of pieces, such as a weight. */
export function priceOf(total: bigint, quantity: number, amounts: AmountReader): string {
  const grams = BigInt(Math.round(quantity * 1000));
  return amounts.text(divideHalfEven(total * 1000n, grams));
}
