/**
 * Currencies by the decimals of their amounts, ISO 4217's list of current ones. Those that don't count by tens, a fifth of
 * an ariary or ouguiya, have two. A test holds the list against that of a package, which would weigh twenty times as much here.
 */
const CURRENCIES: readonly (readonly [digits: number, codes: string])[] = [
  [0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"],
  [
    2,
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF " +
      "CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG " +
      "HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR " +
      "MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD " +
      "SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD " +
      "XCG YER ZAR ZMW ZWG",
  ],
  [3, "BHD IQD JOD KWD LYD OMR TND"],
  [4, "CLF UYW"],
];

const DIGITS: ReadonlyMap<string, number> = new Map(
  CURRENCIES.flatMap(([digits, codes]) => codes.split(" ").map((code) => [code, digits] as const)),
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

/** {@link majorOf}, of what may have been taken back: below 0 with a minus before it. Throws as that does. */
export function signedMajorOf(minor: number, currency: string): string {
  return `${minor < 0 ? "-" : ""}${majorOf(Math.abs(minor), currency)}`;
}
