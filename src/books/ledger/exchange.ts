import type { Fraction } from "fraction.js";
import { convertMinor, type Rate, type RateOf } from "../../ground/money/rate.ts";

/** Two currencies between which there are rates, whichever way: `EUR/USD`, in the order of the alphabet. */
export function ratePairOf(one: string, other: string): string {
  return [one, other].toSorted().join("/");
}

/** An amount in minor units, and the rate that it was converted by; `null`: none was needed. */
export interface Converted {
  amount: Fraction;
  rate: Rate | null;
}

/** Converts the amounts of one commission, and keeps what they hang on. */
export class Exchange {
  /** The pairs that were asked for, whether a rate is known or missing; see {@link ratePairOf}. */
  readonly pairs = new Set<string>();
  /** The rates that were used, by what they are from and to. */
  readonly rates = new Map<string, Rate>();
  /** Those that are missing, by their pair: `USD/EUR 2026-11-22`, as it may be entered. */
  readonly missing = new Map<string, string>();
  readonly #rateOf: RateOf;
  readonly #day: string;

  /** `day` (2026-11-22) is the one whose rates hold. */
  constructor(rateOf: RateOf, day: string) {
    this.#rateOf = rateOf;
    this.#day = day;
  }

  /**
   * An amount in minor units of one currency in those of another; `null` if the rate is missing. Nothing
   * is nothing in any currency, and needs no rate.
   */
  convert(amount: Fraction, from: string, to: string): Converted | null {
    if (from === to || amount.equals(0)) return { amount, rate: null };
    const rate = this.#ask(from, to);
    if (rate === null) return null;
    this.rates.set(`${from}/${to}`, rate);
    return { amount: convertMinor(amount, rate), rate };
  }

  /** Tells that an amount which can't be said yet will have to be converted, so that all missing rates are named at once. */
  expect(from: string, to: string): void {
    if (from !== to) this.#ask(from, to);
  }

  #ask(from: string, to: string): Rate | null {
    const pair = ratePairOf(from, to);
    this.pairs.add(pair);
    const rate = this.#rateOf(from, to, this.#day);
    if (rate === null && !this.missing.has(pair)) this.missing.set(pair, `${from}/${to} ${this.#day}`);
    return rate;
  }
}
