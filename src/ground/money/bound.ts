import { majorOf } from "./amount.ts";

/** The bound of most currencies, minor units, as a power of ten: 10,000,000.00 euros. */
const ORDINARY = 9;

/**
 * The other currencies by the power of ten of their bound: of these a million dollars take more minor units.
 * Each is the least by which about a million US dollars fit, by the rates of 2025; of a few that lose their worth
 * fast, or have more than one rate, some more.
 */
const OTHERS: Readonly<Record<number, string>> = {
  10: `AFN BIF BWP CLP COU CVE CZK DOP EGP ERN GHS GMD HNL KRW LSL LYD MAD MDL MKD MRU MUR MVR MXN MZN NAD NIO NOK
    PHP PYG RUB RWF SCR SEK SLE SRD STN SVC SZL THB TJS TND TWD UAH UGX UYU ZAR ZMW ZWG`,
  11: `ALL AMD BDT BTN CRC CUP DZD ETB GNF GYD HTG HUF INR JMD KES KGS KPW KZT LKR LRD NPR PKR RSD SOS TRY VND`,
  12: "AOA ARS CDF COP KHR MGA MMK MNT MWK NGN SDG SSP TZS UYW VED VES YER",
  13: "IDR IQD LAK LBP SYP UZS",
  14: "IRR",
};

const POWERS: ReadonlyMap<string, number> = new Map(
  Object.entries(OTHERS).flatMap(([power, codes]) =>
    codes.split(/\s+/).map((code): [string, number] => [code, Number(power)]),
  ),
);

/**
 * The most that one order may come to in a currency (ISO 4217), minor units; each of its amounts, and whatever
 * is paid for one order, fixed by a plan or booked by hand. No shop meets it, and it is what keeps sums exact:
 * of 10^9, nine million fit the 2^53 that a number holds, more orders than a D1 database of 10 GB. In
 * currencies whose bound is larger, and of what was recorded before there was one, sums may get past that: see
 * `MOST_SUM`.
 */
export function mostOfOrder(currency: string): number {
  return 10 ** (POWERS.get(currency) ?? ORDINARY);
}

/** The bound in major units, for people: `10000000.00 EUR`. Throws a `RangeError` for a currency that isn't known. */
export function mostText(currency: string): string {
  return `${majorOf(mostOfOrder(currency), currency)} ${currency}`;
}

/** The largest of all bounds, minor units: for SQL that looks at all currencies at once. 92,000 of it fit 64 bits. */
export const MOST_OF_ANY = 10 ** Math.max(...POWERS.values());
