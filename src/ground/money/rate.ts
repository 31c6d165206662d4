import { Fraction } from "fraction.js";
import { currencyDigits } from "./amount.ts";

/** What one unit of a currency was worth in another on a day. */
export interface Rate {
  /** ISO 4217, as `to`. */
  from: string;
  to: string;
  /** The day that it is of: 2026-11-22. */
  date: string;
  /** Decimal text, more than 0: major units of `to` for one of `from`; if `inverse`, the other way round. */
  rate: string;
  /** Who said so, such as ECB. */
  source: string;
  /** Whether amounts are divided by `rate`: 1 through a decimal is often no decimal. */
  inverse: boolean;
}

/**
 * The rate from one currency to another on a day (2026-11-22), or `null` if none is known: nobody may
 * take that for 1. Not to be asked of a currency and itself.
 */
export type RateOf = (from: string, to: string, day: string) => Rate | null;

/** Days that a rate holds after its own: markets close on weekends and holidays. */
export const RATE_LIFE_DAYS = 7;

const DAY_MS = 86_400_000;

/**
 * Looks rates up among those that are known: the direct one of the day or of the latest of the 7 days
 * before, or else the opposite one, found the same way and inverted.
 */
export function rateBook(rates: readonly Rate[]): RateOf {
  const known = new Map(rates.map((rate) => [keyOf(rate.from, rate.to, rate.date), rate]));
  const latest = (from: string, to: string, day: string): Rate | null => {
    for (let back = 0; back <= RATE_LIFE_DAYS; back++) {
      const rate = known.get(keyOf(from, to, addDays(day, -back)));
      if (rate !== undefined) return rate;
    }
    return null;
  };
  return (from, to, day) => {
    const direct = latest(from, to, day);
    if (direct !== null) return direct;
    const opposite = latest(to, from, day);
    return opposite === null ? null : { ...opposite, from, to, inverse: !opposite.inverse };
  };
}

function keyOf(from: string, to: string, day: string): string {
  return `${from}/${to} ${day}`;
}

/** The day (2026-11-22) so many days after another. */
function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/**
 * An amount in minor units of `rate.from` in minor units of `rate.to`, exact: it is for the caller to
 * round. Throws a `RangeError` for a currency that isn't known.
 */
export function convertMinor(amountMinor: Fraction, rate: Rate): Fraction {
  const major = amountMinor.div(unitOf(rate.from));
  const converted = rate.inverse ? major.div(rate.rate) : major.mul(rate.rate);
  return converted.mul(unitOf(rate.to));
}

/** What amounts are multiplied by, for people: `1.08`, or `1/1.08` where they are divided. */
export function rateText({ rate, inverse }: Rate): string {
  return inverse ? `1/${rate}` : rate;
}

/** Minor units of one major unit. */
function unitOf(currency: string): Fraction {
  const digits = currencyDigits(currency);
  if (digits === null) throw new RangeError(`not a known currency: ${currency}`);
  return new Fraction(10n ** BigInt(digits));
}
