/** Ratios have so many decimals. */
export const RATIO_DIGITS = 4;

const SCALE = 10n ** BigInt(RATIO_DIGITS);

/**
 * A whole number over another in units of the fourth decimal, rounded half to even from the exact value: 1 over
 * 8 is 1250. `null` over 0. What is divided by must not be less than 0.
 */
export function scaledRatio(part: number, whole: number): bigint | null {
  if (whole === 0) return null;
  const [dividend, divisor] = [BigInt(part) * SCALE, BigInt(whole)];
  const cut = dividend / divisor;
  const rest = dividend - cut * divisor;
  const twice = 2n * (rest < 0n ? -rest : rest);
  const away = twice > divisor || (twice === divisor && cut % 2n !== 0n);
  return away ? cut + (rest < 0n ? -1n : 1n) : cut;
}

/** The same as a number, which is written with its decimals: 0.125. */
export function ratio(part: number, whole: number): number | null {
  const scaled = scaledRatio(part, whole);
  return scaled === null ? null : Number(decimalText(scaled, RATIO_DIGITS));
}

/** A whole number of units of the last decimal as a decimal, exact: 1250 with 4 digits is "0.1250". */
export function decimalText(scaled: number | bigint, digits: number): string {
  const [, sign = "", units = ""] = /^(-?)(\d+)$/.exec(String(scaled)) ?? [];
  const text = units.padStart(digits + 1, "0");
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
