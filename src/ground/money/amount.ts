import * as iso4217 from "dinero.js/currencies";

/** Decimals of the currencies that don't count by tens (a fifth of an ariary or ouguiya): those of ISO 4217. */
const DIGITS_OF_OTHER_BASES = 2;

const DIGITS: ReadonlyMap<string, number> = new Map(
  Object.values(iso4217).map((currency) => [
    currency.code,
    currency.base === 10 ? currency.exponent : DIGITS_OF_OTHER_BASES,
  ]),
);

/**
 * Decimals that amounts of a currency (ISO 4217's list of current ones, capitals) have, or `null` if it isn't
 * in it. It is the one list: of stores, orders, plans, rates and all else.
 */
export function currencyDigits(code: string): number | null {
  return DIGITS.get(code) ?? null;
}

/**
 * A decimal in units of its last digit: 12.5 with 2 digits is 1250. `null` for what isn't a plain decimal
 * of at most that many digits after its point, zeros past them aside, is negative, or is past
 * `Number.MAX_SAFE_INTEGER` then. Exact: nothing is rounded.
 */
export function scaledDecimal(value: string | number, digits: number): number | null {
  // A number as JavaScript writes it is the shortest decimal that reads back as the same number.
  const [, whole, fraction = ""] = /^(\d+)(?:\.(\d+))?$/.exec(String(value)) ?? [];
  if (whole === undefined || /[^0]/.test(fraction.slice(digits))) return null;
  const scaled = Number(whole + fraction.slice(0, digits).padEnd(digits, "0"));
  return Number.isSafeInteger(scaled) ? scaled : null;
}

/** How 150,000 is written where a point parts thousands: in a currency without decimals nobody can tell it from 150. */
const THOUSANDS = /^[1-9]\d{0,2}\.000$/;

/**
 * An amount in a currency's major unit (12.50) in minor units (1250). `null` for a currency that isn't
 * known, and for what {@link scaledDecimal} refuses: more decimals than the currency has, less than 0, `1e3`;
 * and for `150.000` in a currency without decimals, which can be read in two ways.
 */
export function minorOf(value: string | number, currency: string): number | null {
  const digits = currencyDigits(currency);
  if (digits === null || (digits === 0 && THOUSANDS.test(String(value)))) return null;
  return scaledDecimal(value, digits);
}

/**
 * An amount in minor units (1250) as a decimal in the major unit ("12.50"), with all of the currency's
 * decimals. Throws a `RangeError` for a currency that isn't known, and for what isn't a whole number of
 * minor units of 0 or more.
 */
export function majorOf(minor: number, currency: string): string {
  const digits = currencyDigits(currency);
  if (digits === null) throw new RangeError(`not a known currency: ${currency}`);
  if (!Number.isSafeInteger(minor) || minor < 0) throw new RangeError(`not an amount in minor units: ${minor}`);
  if (digits === 0) return String(minor);
  const text = String(minor).padStart(digits + 1, "0");
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
