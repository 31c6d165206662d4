import type { GeneralNote, SpecialNote } from "../../ground/model/commission.ts";
import { Fraction } from "fraction.js";
import { exactText, sumOf } from "../../ground/money/exact.ts";
import type { Commission } from "../../ground/model/plan.ts";
import type { BaseSplit } from "./base.ts";
import { tierAt, valueOf } from "./progress.ts";
import type { Exchange } from "./exchange.ts";

/** What a rule's rates earn together by all of an order that nothing was refunded of. */
export interface Earned {
  /** The order's, or that of the amount which is fixed. */
  currency: string;
  /** Minor units of `currency`; `null`: a rate is missing. */
  whole: Fraction | null;
  general: GeneralNote;
  special: SpecialNote[];
}

/** Basis points of 100 %. */
const ALL = 10_000;

/**
 * What a rule's rates earn by a base, which is in the order's currency. `salesBeforeMinor`: the creator's
 * sales before, in minor units of the store's currency.
 */
export function earnedBy(
  rule: Commission,
  split: BaseSplit,
  { orderCurrency, salesBeforeMinor }: { orderCurrency: string; salesBeforeMinor: number },
  exchange: Exchange,
): Earned {
  const currency = rule.type === "percentage" ? orderCurrency : rule.currency;
  const tier = tierAt(rule.tiers, salesBeforeMinor);
  const value = tier?.value ?? valueOf(rule);
  const general = rule.type === "percentage" ? split.rest.mul(value).div(ALL) : new Fraction(split.general ? value : 0);
  const special = split.special.map(({ index, rate, part, quantity }) => {
    const earned =
      rate.type === "percentage"
        ? exchange.convert(part.mul(rate.basisPoints).div(ALL), orderCurrency, currency)
        : exchange.convert(quantity.mul(rate.amountMinor), rate.currency, currency);
    return { index, rate, part, quantity, amount: earned?.amount ?? null };
  });
  const amounts = special.flatMap(({ amount }) => (amount === null ? [] : [amount]));
  return {
    currency,
    whole: amounts.length < special.length ? null : sumOf([general, ...amounts]),
    general: {
      type: rule.type,
      value,
      tierFromMinor: tier?.fromMinor ?? null,
      salesBeforeMinor,
      of: exactText(split.rest),
      earns: exactText(general),
    },
    special: special.map(({ index, rate, part, quantity, amount }) => ({
      index,
      type: rate.type,
      value: valueOf(rate),
      of: exactText(part),
      quantity: exactText(quantity),
      earns: amount === null ? null : exactText(amount),
    })),
  };
}
