import type { Base } from "../../ground/model/commission.ts";
import { Fraction } from "fraction.js";
import { sumOf } from "../../ground/money/exact.ts";
import type { ConfirmedAmounts, OrderItem } from "../../ground/model/evidence.ts";
import type { Commission, SpecialRate } from "../../ground/model/plan.ts";

/**
 * What of an order earns: its total without tax and shipping, unless the rule includes them. A subtotal
 * has neither; where it is less, the total holds more that is no goods: a tip, a fee, duties.
 */
export function baseOf(rule: Pick<Commission, "includeTax" | "includeShipping">, confirmed: ConfirmedAmounts): Base {
  const { totalMinor } = confirmed;
  const taxMinor = rule.includeTax ? 0 : (confirmed.taxMinor ?? 0);
  const shippingMinor = rule.includeShipping ? 0 : (confirmed.shippingMinor ?? 0);
  const subtotalMinor = rule.includeTax || rule.includeShipping ? null : confirmed.subtotalMinor;
  const net = Math.max(0, totalMinor - taxMinor - shippingMinor);
  return { totalMinor, taxMinor, shippingMinor, subtotalMinor, baseMinor: Math.min(net, subtotalMinor ?? net) };
}

/** The part of an order that wasn't refunded, 0 to 1. Of a total of 0 nothing can be: all is left. */
export function keptOf({ totalMinor, refundedMinor }: ConfirmedAmounts): Fraction {
  if (totalMinor === 0) return new Fraction(1);
  return new Fraction(Math.max(0, totalMinor - (refundedMinor ?? 0)), totalMinor);
}

/** How a base falls to a rule's general and special rates. */
export interface BaseSplit {
  /** What the general rate is of, minor units. */
  rest: Fraction;
  /** Whether a general amount that is fixed is earned: it is, unless all items have special rates. */
  general: boolean;
  /** What each special rate that matched is of, with its position in the rule. */
  special: { index: number; rate: SpecialRate; part: Fraction; quantity: Fraction }[];
}

/**
 * Splits a base by the value of the items, so that discounts on the whole order are borne by all. Of
 * items the first special rate that matches holds; where items aren't known, all is the general rate's.
 */
export function splitBase(
  baseMinor: number,
  items: readonly OrderItem[] | null,
  rates: readonly SpecialRate[],
): BaseSplit {
  const lines = (items ?? [])
    // A fraction of its own text: numbers that aren't whole are approximated otherwise.
    .map((item) => ({ item, quantity: new Fraction(String(item.quantity)) }))
    .filter(({ quantity }) => quantity.compare(0) > 0)
    .map(({ item, quantity }) => ({
      quantity,
      value: quantity.mul(item.priceMinor),
      index: rates.findIndex((rate) => matches(rate, item)),
    }));
  const worth = sumOf(lines.map(({ value }) => value));
  const pieces = sumOf(lines.map(({ quantity }) => quantity));
  const special = rates.flatMap((rate, index) => {
    const own = lines.filter((line) => line.index === index);
    if (own.length === 0) return [];
    const quantity = sumOf(own.map((line) => line.quantity));
    // Items that are all free have no value to split by.
    const share = worth.equals(0) ? quantity.div(pieces) : sumOf(own.map(({ value }) => value)).div(worth);
    return [{ index, rate, part: share.mul(baseMinor), quantity }];
  });
  return {
    rest: new Fraction(baseMinor).sub(sumOf(special.map(({ part }) => part))),
    general: lines.length === 0 || lines.some(({ index }) => index === -1),
    special,
  };
}

function matches({ products, categories }: SpecialRate, { sku, category }: OrderItem): boolean {
  const isIn = (names: readonly string[], name: string) =>
    names.some((known) => known.toLowerCase() === name.toLowerCase());
  return isIn(products, sku) || (category !== undefined && isIn(categories, category));
}
