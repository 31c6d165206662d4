import type { ShownCommission } from "../../programme/plan/commission-schema.ts";
import type { TrackingPlan } from "../../programme/plan/schema.ts";
import type { Formats } from "../../ground/language/formats.ts";
import { minorOf } from "../../ground/money/amount.ts";

/** A value in per cent or an amount, as the API shows it. */
type Value = { type: "percentage"; value: number } | { type: "fixed"; value: number; currency: string };

/** An amount in the major unit as people write it; the number itself where its currency isn't known. */
export function moneyText(formats: Formats, value: number | string, currency: string | null): string {
  const minor = currency === null ? null : minorOf(value, currency);
  return minor === null || currency === null ? [value, currency].join(" ").trim() : formats.money(minor, currency);
}

/** A value in per cent or an amount. */
export function valueText(formats: Formats, value: Value): string {
  return value.type === "percentage" ? `${value.value} %` : moneyText(formats, value.value, value.currency);
}

/** What a code of a plan gives the shopper. */
export function discountText(formats: Formats, { discount }: Pick<TrackingPlan, "discount">): string {
  return discount === null ? "none" : `${valueText(formats, discount)} off`;
}

/** What a creator earns by an order, in one phrase. */
export function earnText(formats: Formats, commission: ShownCommission): string {
  return commission.type === "percentage"
    ? `${commission.value} % of what was sold`
    : `${moneyText(formats, commission.value, commission.currency)} for each order`;
}

/** The rules of a commission one by one, in sentences. `currency`: of the store, as far as it is known. */
export function commissionTexts(formats: Formats, commission: ShownCommission, currency: string | null): string[] {
  const { tiers, special, capPerOrder, capPerCreator, holdDays, payIn } = commission;
  const named = (value: number): string =>
    commission.type === "percentage" ? `${value} %` : moneyText(formats, value, commission.currency);
  return [
    `${earnText(formats, commission)}.`,
    ...tiers.map(
      ({ from, value }) => `${named(value)} from ${moneyText(formats, from, currency)} of sales in the month on.`,
    ),
    ...special.map((rate) => {
      const of = [
        ...(rate.products.length === 0 ? [] : [`products ${rate.products.join(", ")}`]),
        ...(rate.categories.length === 0 ? [] : [`categories ${rate.categories.join(", ")}`]),
      ];
      return `${valueText(formats, rate)}${rate.type === "fixed" ? " a piece" : ""} for ${of.join(" and ")}.`;
    }),
    ...(capPerOrder === null ? [] : [`At most ${moneyText(formats, capPerOrder, currency)} for an order.`]),
    ...(capPerCreator === null
      ? []
      : [`At most ${moneyText(formats, capPerCreator, currency)} for a creator in a month.`]),
    ...(commission.newCustomersOnly ? ["Only a customer’s first order in the store earns."] : []),
    ...(commission.includeTax ? ["Tax earns too."] : []),
    ...(commission.includeShipping ? ["Shipping earns too."] : []),
    holdDays === null
      ? "Orders are approved by hand only."
      : `Orders are approved by themselves after ${days(holdDays)}.`,
    ...(payIn === null ? [] : [`It is paid in ${payIn}, by your exchange rates.`]),
  ];
}

/** The limits of a plan's discount one by one. */
export function limitTexts(
  formats: Formats,
  { limits }: Pick<TrackingPlan, "limits">,
  currency: string | null,
): string[] {
  const { totalUses, oncePerCustomer, minimum, products, categories } = limits;
  return [
    ...(totalUses === undefined ? [] : [`${formats.count(totalUses)} uses in all`]),
    ...(oncePerCustomer === true ? ["once for each customer"] : []),
    ...(minimum === undefined
      ? []
      : minimum.type === "quantity"
        ? [`${minimum.value} pieces at least`]
        : [`carts of ${moneyText(formats, minimum.value, currency)} at least`]),
    ...(products === undefined || products.length === 0 ? [] : [`products ${products.join(", ")}`]),
    ...(categories === undefined || categories.length === 0 ? [] : [`categories ${categories.join(", ")}`]),
  ];
}

/** A number of days in words. */
export function days(count: number): string {
  return count === 1 ? "1 day" : `${count} days`;
}
