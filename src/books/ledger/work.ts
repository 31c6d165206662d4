import { Fraction } from "fraction.js";
import { exactText } from "../../ground/money/exact.ts";
import type { Rate, RateOf } from "../../ground/money/rate.ts";
import type { ConfirmedAmounts } from "../../ground/model/evidence.ts";
import type { Commission } from "../../ground/model/plan.ts";
import { baseOf, keptOf, splitBase } from "./base.ts";
import { capped } from "./cap.ts";
import type { CommissionSum } from "../../ground/model/commission.ts";
import { earnedBy } from "./earn.ts";
import { Exchange } from "./exchange.ts";

/** A share of an order that a rule pays for: see `CommissionInput` and `CommissionShare`. */
export interface Work {
  confirmed: ConfirmedAmounts;
  rule: Commission;
  weight: { numerator: number; denominator: number };
  salesBeforeMinor: number;
  earnedBeforeMinor: number;
  storeCurrency: string;
  day: string;
  rateOf: RateOf;
}

/** What a share earns, exact: see `ShareCommission`. `null` for what can't be said. */
export interface Worked {
  /** Minor units of `currency`. */
  amount: Fraction | null;
  currency: string | null;
  /** Minor units of the store's currency, as `uncapped`. */
  sales: Fraction | null;
  uncapped: Fraction | null;
  ratePair: string | null;
  rate: Rate | null;
  originalCurrency: string | null;
  /** Rates that are missing, as one may be entered: `USD/EUR 2026-11-22`. In the order of the alphabet. */
  missingRates: string[];
  sum: CommissionSum;
}

/** Works out what a share earns, and how. */
export function workOut({ confirmed, rule, storeCurrency, day, rateOf, ...share }: Work): Worked {
  const exchange = new Exchange(rateOf, day);
  const orderCurrency = confirmed.currency;
  const weight = new Fraction(share.weight.numerator, share.weight.denominator);
  const part = weight.mul(keptOf(confirmed));
  const base = baseOf(rule, confirmed);
  const split = splitBase(base.baseMinor, confirmed.items, rule.special);

  const { currency, whole, general, special } = earnedBy(rule, split, { ...share, orderCurrency }, exchange);
  const own = whole === null ? null : whole.mul(part);
  const { earned, uncapped, caps } =
    own === null
      ? { earned: null, uncapped: null, caps: [] }
      : capped(own, { ...share, weight }, rule, { own: currency, store: storeCurrency }, exchange);
  const paidIn = rule.payIn ?? currency;
  const paid = earned === null ? null : exchange.convert(earned, currency, paidIn);
  const sales = exchange.convert(part.mul(base.baseMinor), orderCurrency, storeCurrency)?.amount ?? null;
  if (own === null) exchange.expect(currency, storeCurrency);
  if (earned === null) exchange.expect(currency, paidIn);
  // The tier of later orders hangs on the sales of this one: it is known of all of them or of none.
  const known = sales !== null || rule.tiers.length === 0 ? paid : null;
  return {
    amount: known?.amount ?? null,
    currency: paidIn,
    sales,
    uncapped,
    ratePair: exchange.pairs.size === 0 ? null : [...exchange.pairs].toSorted().join(" "),
    rate: known?.rate ?? null,
    originalCurrency: known?.rate == null ? null : currency,
    missingRates: [...exchange.missing.values()].toSorted(),
    sum: {
      orderCurrency,
      base,
      general,
      special,
      currency,
      whole: textOf(whole),
      weight: share.weight,
      refundedMinor: confirmed.refundedMinor ?? 0,
      share: textOf(own),
      caps,
      exact: textOf(paid?.amount ?? null),
      rates: [...exchange.rates.values()],
    },
  };
}

function textOf(value: Fraction | null): string | null {
  return value === null ? null : exactText(value);
}
