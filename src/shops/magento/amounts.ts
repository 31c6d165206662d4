import { type AmountReader, divideHalfEven, OrderFault, readDecimal } from "../decimal.ts";

/** Decimals that Magento keeps of an amount, whatever its currency has. What a number has past them is made by floats. */
const KEPT_DIGITS = 4;

/** Decimals of a minor unit that sums are taken with. */
const FINE_DIGITS = 4;
const FINE = 10n ** BigInt(FINE_DIGITS);

/**
 * The sum of `fields` of a document, minor units with its sign; see {@link fineSumOf} and {@link rounded}.
 */
export function sumOf(
  said: Readonly<Record<string, unknown>>,
  fields: readonly string[],
  name: string,
  amounts: AmountReader,
): bigint {
  return rounded(fineSumOf(said, fields, name, amounts), amounts);
}

/**
 * The sum of `fields` of a document in ten-thousandths of a minor unit, with its sign. Magento leaves out what is nothing, so
 * a field that isn't there is 0; a field behind `-` is taken off, one that ends in `!` has to be there. Throws an
 * `OrderFault` for what is no decimal.
 */
export function fineSumOf(
  said: Readonly<Record<string, unknown>>,
  fields: readonly string[],
  name: string,
  amounts: AmountReader,
): bigint {
  return fields.reduce((sum, field) => {
    const [, sign, plain = "", needed] = /^(-?)([a-z_]+)(!?)$/.exec(field) ?? [];
    const value = said[plain];
    if (value == null && needed === "") return sum;
    const part = fineOf(value, `${name}${plain}`, amounts);
    return sign === "-" ? sum - part : sum + part;
  }, 0n);
}

/** Such a sum in minor units, half to even; with the warning `rounded` if that changes it. */
export function rounded(sum: bigint, amounts: AmountReader): bigint {
  if (sum % FINE !== 0n) amounts.warn("rounded");
  return sum < 0n ? -divideHalfEven(-sum, FINE) : divideHalfEven(sum, FINE);
}

/** An amount in so many parts of a minor unit. */
function fineOf(value: unknown, path: string, amounts: AmountReader): bigint {
  // 66.99 less 6.7 is 60.289999999999995 in JSON.
  const text = typeof value === "number" && Number.isFinite(value) ? value.toFixed(KEPT_DIGITS) : value;
  const plain = typeof text === "string" ? text.trim() : "";
  // A shift of the point.
  const fine = readDecimal(`${plain}e${FINE_DIGITS}`, amounts.currency);
  if (fine === null) throw new OrderFault(path, `must be a decimal with a point, in ${amounts.currency}`);
  return fine.minor;
}
