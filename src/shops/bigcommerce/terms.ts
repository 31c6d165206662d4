import { majorOf } from "../../ground/money/amount.ts";
import type { Discount, Limits } from "../../ground/model/plan.ts";
import { idOf, recordOf, recordsOf, textOf } from "../fields.ts";
import { type CodeInShop, type CodeSpec, ShopFailure } from "../platform.ts";
import { isoTimeOf, toIso } from "./time.ts";

type Json = Record<string, unknown>;

/** The start of what always holds: a promotion that is told none begins when it is made. */
const ALWAYS = Date.UTC(2000, 0, 1);

/** A matcher of every product: a minimum quantity without products has no effect, and no product has this number. */
const ANYTHING = { not: { products: [0] } };

/** What a code is to have as a promotion of its own, and as the code of that. */
export function termsOf({
  title,
  discount,
  limits,
  startsAt,
  endsAt,
  currency,
}: CodeSpec): Readonly<Record<string, string>> {
  const { totalUses, oncePerCustomer, minimum } = limits;
  return {
    title,
    status: "ENABLED",
    discount: discountText(discount),
    items: itemsText(limits.products ?? [], limits.categories ?? []),
    minimum_spend: minimum?.type === "cartValue" ? plain(majorOf(minimum.amountMinor, currency)) : "",
    minimum_quantity: minimum?.type === "quantity" ? String(minimum.quantity) : "",
    max_uses: String(totalUses ?? 0),
    max_uses_per_customer: oncePerCustomer === true ? "1" : "0",
    start_date: toIso(startsAt === null ? ALWAYS : secondsUp(startsAt)),
    end_date: endsAt === null ? "" : toIso(secondsUp(endsAt)),
    currency_code: currencyOf(discount, limits, currency),
    others: "",
  };
}

/** Which currency a cart must be in: any of them, unless the promotion says an amount, which it can't in several. */
function currencyOf(discount: Discount, { minimum }: Limits, currency: string): string {
  return discount.type === "percentage" && minimum?.type !== "cartValue" ? "*" : currency;
}

/**
 * The body of a promotion that is made or changed, all of it. `max_uses` stands there alone, for it overrides the code's.
 * Throws a {@link ShopFailure} `refused` for what no promotion can be.
 */
export function promotionOf(spec: CodeSpec): Json {
  const { discount, limits, currency } = spec;
  if (discount.type === "fixed" && discount.currency !== currency) {
    throw new ShopFailure("refused", `The discount is in ${discount.currency}, and the shop sells in ${currency}.`);
  }
  const terms = termsOf(spec);
  const items = matcherOf(idsOf(limits.products, "products"), idsOf(limits.categories, "categories"));
  const amount =
    discount.type === "percentage"
      ? { percentage_amount: plain((discount.basisPoints / 100).toFixed(2)) }
      : { fixed_amount: majorOf(discount.amountMinor, discount.currency) };
  const action =
    items === null
      ? { cart_value: { discount: amount } }
      : // As one amount for all of them, as elsewhere, and not once for each.
        { cart_items: { discount: amount, as_total: true, include_items_considered_by_condition: true, items } };
  const condition = conditionOf(spec, items);
  return {
    name: spec.title,
    redemption_type: "COUPON",
    coupon_type: "SINGLE",
    rules: [{ action, apply_once: true, stop: false, ...(condition !== null && { condition }) }],
    max_uses: limits.totalUses ?? null,
    start_date: terms["start_date"],
    end_date: spec.endsAt === null ? null : terms["end_date"],
    status: "ENABLED",
    currency_code: terms["currency_code"],
  };
}

/** The body of a promotion's code. */
export function codeBody({ text, limits }: CodeSpec): Json {
  return { code: text, max_uses: 0, max_uses_per_customer: limits.oncePerCustomer === true ? 1 : 0 };
}

/**
 * A promotion and its code as the shop has them; `null` for what is no promotion. Without a code, which a merchant took away
 * or a change left behind, the text is empty.
 */
export function codeOf(promotion: unknown, code: Json | null): CodeInShop | null {
  const said = recordOf(promotion);
  const externalId = idOf(said?.["id"]);
  if (said === null || externalId === null) return null;
  const rules = recordsOf(said["rules"]);
  const action = recordOf(rules[0]?.["action"]) ?? {};
  const [cartItems, cartValue] = [recordOf(action["cart_items"]), recordOf(action["cart_value"])];
  const currency = textOf(said["currency_code"]) ?? "";
  const discount = recordOf((cartItems ?? cartValue)?.["discount"]);
  const cart = recordOf(recordOf(rules[0]?.["condition"])?.["cart"]);
  const end = isoTimeOf(said["end_date"]);
  const start = isoTimeOf(said["start_date"]);
  return {
    externalId,
    text: textOf(code?.["code"]) ?? "",
    terms: {
      title: textOf(said["name"]) ?? "",
      status: textOf(said["status"]) ?? "",
      discount: discountSaid(discount, currency),
      items: cartItems === null ? "" : itemsSaid(cartItems["items"]),
      minimum_spend: plain(saidText(cart?.["minimum_spend"])),
      minimum_quantity: saidText(cart?.["minimum_quantity"]),
      max_uses: countText(said["max_uses"]),
      max_uses_per_customer: countText(code?.["max_uses_per_customer"]),
      start_date: start === null ? "" : toIso(start),
      end_date: end === null ? "" : toIso(end),
      currency_code: currency,
      others: othersOf(said, rules, code),
    },
  };
}

function discountSaid(discount: Json | null, currency: string): string {
  const [percent, fixed] = [discount?.["percentage_amount"], discount?.["fixed_amount"]];
  if (percent != null) return `${plain(saidText(percent))} %`;
  return fixed == null ? "" : `${plain(saidText(fixed))} ${currency}`;
}

function discountText(discount: Discount): string {
  if (discount.type === "percentage") return `${plain((discount.basisPoints / 100).toFixed(2))} %`;
  return `${plain(majorOf(discount.amountMinor, discount.currency))} ${discount.currency}`;
}

/** What else holds a code back that we never say, such as a customer group; empty: nothing. For people. */
function othersOf(promotion: Json, rules: readonly Json[], code: Json | null): string {
  const customer = recordOf(promotion["customer"]) ?? {};
  const groups = ["group_ids", "excluded_group_ids"].filter((field) => lengthOf(customer[field]) > 0);
  const action = recordOf(rules[0]?.["action"]) ?? {};
  return [
    ...(rules.length === 1 ? [] : [`${rules.length} rules`]),
    ...Object.keys(action).filter((name) => name !== "cart_items" && name !== "cart_value"),
    ...(recordOf(action["cart_items"]) !== null && recordOf(action["cart_items"])?.["as_total"] !== true
      ? ["for each item"]
      : []),
    ...(recordOf(rules[0]?.["condition"])?.["and"] === undefined ? [] : ["several conditions"]),
    ...(countsOthers(rules[0]) ? ["a minimum of other products"] : []),
    ...(lengthOf(promotion["channels"]) > 0 ? ["channels"] : []),
    ...groups.map((field) => `customer.${field}`),
    ...(Number(customer["minimum_order_count"] ?? 0) > 0 ? ["customer.minimum_order_count"] : []),
    ...(customer["segments"] == null ? [] : ["customer.segments"]),
    ...(promotion["shipping_address"] == null ? [] : ["shipping_address"]),
    ...(promotion["schedule"] == null ? [] : ["schedule"]),
    ...(Number(code?.["max_uses"] ?? 0) > 0 && promotion["max_uses"] == null
      ? [`${String(code?.["max_uses"])} uses`]
      : []),
  ].join(", ");
}

/** Whether a minimum is of other products than those that the discount is for, or of some where it is for all. */
function countsOthers(rule: Json | undefined): boolean {
  const cart = recordOf(recordOf(rule?.["condition"])?.["cart"]);
  if (cart?.["items"] == null) return false;
  const items = recordOf(recordOf(rule?.["action"])?.["cart_items"])?.["items"] ?? ANYTHING;
  return cart["minimum_quantity"] == null || itemsSaid(cart["items"]) !== itemsSaid(items);
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

/** What the cart must have, as BigCommerce says it; `null`: nothing. */
function conditionOf({ limits, currency }: CodeSpec, items: Json | null): Json | null {
  const { minimum } = limits;
  switch (minimum?.type) {
    case undefined:
      return null;
    case "cartValue":
      return { cart: { minimum_spend: majorOf(minimum.amountMinor, currency) } };
    case "quantity":
      return { cart: { items: items ?? ANYTHING, minimum_quantity: minimum.quantity } };
  }
}

function matcherOf(products: number[], categories: number[]): Json | null {
  if (products.length === 0) return categories.length === 0 ? null : { categories };
  return categories.length === 0 ? { products } : { or: [{ products }, { categories }] };
}

/** A matcher as {@link itemsText} writes ours; as JSON, if it is none of ours. */
function itemsSaid(value: unknown): string {
  const matcher = recordOf(value);
  if (matcher === null) return JSON.stringify(value);
  const either = recordsOf(matcher["or"]);
  const [products, categories] =
    either.length === 0
      ? [matcher["products"], matcher["categories"]]
      : [either[0]?.["products"], either[1]?.["categories"]];
  const known = itemsText(listOf(products), listOf(categories));
  return known === "" ? JSON.stringify(matcher) : known;
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function itemsText(products: readonly string[], categories: readonly string[]): string {
  return [named("products", products), named("categories", categories)].filter((text) => text !== "").join("; ");
}

/** Ids in one order, each once. */
function named(name: string, ids: readonly string[]): string {
  const sorted = [...new Set(ids)].toSorted((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
  return sorted.length === 0 ? "" : `${name} ${sorted.join(",")}`;
}

function idsOf(ids: readonly string[] | undefined, field: string): number[] {
  return (ids ?? []).map((id) => {
    if (idOf(id) !== null && Number.isSafeInteger(Number(id))) return Number(id);
    throw new ShopFailure("refused", `The plan's ${field} must be ids of BigCommerce such as 123; this is none: ${id}`);
  });
}

/** A limit as the shop shows it: none is `null` or 0. */
function countText(value: unknown): string {
  return saidText(value) || "0";
}

/** A text or a number as it stands; nothing as an empty text. */
function saidText(value: unknown): string {
  return typeof value === "string" ? value : value == null ? "" : JSON.stringify(value);
}

/** A decimal without zeros at its end: BigCommerce shows as many as it likes. */
function plain(text: string): string {
  return /^\d+\.\d*$/.test(text) ? text.replace(/\.?0+$/, "") : text;
}

/** A moment that falls within a second is that second's end: nothing begins, and nothing ends, too soon. */
function secondsUp(ms: number): number {
  return Math.ceil(ms / 1000) * 1000;
}
