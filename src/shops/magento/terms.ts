import { majorOf } from "../../ground/money/amount.ts";
import type { Discount } from "../../ground/model/plan.ts";
import { type CodeInShop, type CodeSpec, ShopFailure } from "../platform.ts";
import { cartCondition, conditionText, lineCondition, wordOf } from "./conditions.ts";
import { idOf, recordOf, textOf } from "../fields.ts";

type Json = Record<string, unknown>;

const DAY_MS = 86_400_000;

/** A rule always says both of its days: some versions read one that is left out as today, and keep an old one. */
const ALWAYS = { from: "2000-01-01", to: "2099-12-31" };

/** What is said of a rule that holds everywhere. */
const ALL = "all";

/** Most of a rule that isn't of the plan. */
const FIXED = {
  coupon_type: "SPECIFIC_COUPON",
  use_auto_generation: false,
  stop_rules_processing: false,
  is_advanced: true,
  sort_order: 0,
  discount_step: 0,
  discount_qty: 0,
  apply_to_shipping: false,
  simple_free_shipping: "0",
  is_rss: false,
} as const;

/** The words in a rule's description by which it is known whose it is and for which text, before it has a coupon. */
export function markOf(storeId: string, text: string): string {
  return `Waymark ${storeId} ${text.toUpperCase()}`;
}

/** What a code is to have as a rule with its coupon at `now` (ms UTC). */
export function termsOf(spec: CodeSpec, now: number): Readonly<Record<string, string>> {
  const uses = String(spec.limits.totalUses ?? 0);
  const perCustomer = spec.limits.oncePerCustomer === true ? "1" : "0";
  const to = toDate(spec);
  return {
    title: spec.title,
    is_active: String(hasBegun(spec, now)),
    from_date: fromDate(spec),
    to_date: to,
    simple_action: actionOf(spec.discount),
    discount_amount: plain(amountOf(spec.discount)),
    uses_per_coupon: uses,
    uses_per_customer: perCustomer,
    condition: conditionText(cartCondition(spec.limits, spec.currency)),
    action_condition: conditionText(safely(() => lineCondition(spec.limits))),
    ...fixedTerms(FIXED),
    websites: hasAmounts(spec) ? `${ALL} of ${spec.currency}` : ALL,
    customer_groups: ALL,
    coupon_usage_limit: uses,
    coupon_usage_per_customer: perCustomer,
    coupon_expiration_date: to,
  };
}

/** Whether a rule says amounts: they are of each website's own currency, whichever that is. */
function hasAmounts({ discount, limits }: CodeSpec): boolean {
  return discount.type === "fixed" || limits.minimum?.type === "cartValue";
}

/** What {@link ruleOf} throws for is no term either. */
function safely(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    if (error instanceof ShopFailure) return null;
    throw error;
  }
}

/** When a rule is to be switched on, ms UTC; `null`: it is already. Its dates are days of the shop's own time. */
export function termsChangeAt(spec: CodeSpec, now: number): number | null {
  return hasBegun(spec, now) ? null : spec.startsAt;
}

function hasBegun({ startsAt }: CodeSpec, now: number): boolean {
  return startsAt === null || now >= startsAt;
}

/** Where a rule holds: all websites and groups of customers, since it holds nowhere where none is said. */
export interface Everywhere {
  /** `currency`: which it counts in, ISO 4217; `null`: it has no store view. */
  websites: { id: number; currency: string | null }[];
  groups: number[];
}

/**
 * The whole rule, for a rule is changed by saying all of it: one that is said in part loses its coupon's text. Throws a
 * `ShopFailure` `refused` for what no rule can be.
 */
export function ruleOf(spec: CodeSpec, now: number, storeId: string, { websites, groups }: Everywhere): Json {
  const { discount, limits, currency } = spec;
  if (discount.type === "fixed" && discount.currency !== currency) {
    throw new ShopFailure("refused", `The discount is in ${discount.currency}, and the shop sells in ${currency}.`);
  }
  const sites = websites.filter((site) => !hasAmounts(spec) || site.currency === currency);
  if (sites.length === 0) {
    throw new ShopFailure("refused", `The plan's amounts are in ${currency}, and no website of the shop counts in it.`);
  }
  return {
    name: spec.title,
    description: markOf(storeId, spec.text),
    website_ids: sites.map(({ id }) => id),
    customer_group_ids: groups,
    is_active: hasBegun(spec, now),
    from_date: fromDate(spec),
    to_date: toDate(spec),
    simple_action: actionOf(discount),
    discount_amount: Number(amountOf(discount)),
    uses_per_coupon: limits.totalUses ?? 0,
    uses_per_customer: limits.oncePerCustomer === true ? 1 : 0,
    condition: cartCondition(limits, currency),
    action_condition: lineCondition(limits),
    ...FIXED,
  };
}

/**
 * A rule with its coupon as the shop has them, which has `everywhere`; `null` for what is no rule. One without a coupon has
 * the text of its mark.
 */
export function codeOf(rule: unknown, coupon: Readonly<Json> | null, everywhere: Everywhere): CodeInShop | null {
  const said = recordOf(rule);
  const externalId = idOf(said?.["rule_id"]);
  if (said === null || externalId === null) return null;
  const marked = /^Waymark \S+ (\S+)$/.exec(textOf(said["description"]) ?? "")?.[1] ?? "";
  return {
    externalId,
    text: textOf(coupon?.["code"]) ?? marked,
    terms: {
      title: textOf(said["name"]) ?? "",
      is_active: wordOf(said["is_active"] ?? false),
      from_date: dayOf(said["from_date"], ALWAYS.from),
      to_date: dayOf(said["to_date"], ALWAYS.to),
      simple_action: textOf(said["simple_action"]) ?? "",
      discount_amount: plain(said["discount_amount"]),
      uses_per_coupon: countText(said["uses_per_coupon"]),
      uses_per_customer: countText(said["uses_per_customer"]),
      condition: conditionText(said["condition"]),
      action_condition: conditionText(said["action_condition"]),
      ...fixedTerms(said),
      websites: websitesOf(said, everywhere),
      customer_groups: whereOf(said["customer_group_ids"], everywhere.groups),
      ...(coupon === null
        ? {}
        : {
            coupon_usage_limit: countText(coupon["usage_limit"]),
            coupon_usage_per_customer: countText(coupon["usage_per_customer"]),
            coupon_expiration_date: dayOf(coupon["expiration_date"], ALWAYS.to),
          }),
    },
  };
}

/** What is the same of every rule that is ours, and changes what a shopper gets. */
function fixedTerms(said: Readonly<Json>): Record<string, string> {
  return {
    coupon_type: wordOf(said["coupon_type"] ?? ""),
    use_auto_generation: wordOf(said["use_auto_generation"] ?? false),
    stop_rules_processing: wordOf(said["stop_rules_processing"] ?? false),
    discount_step: countText(said["discount_step"]),
    discount_qty: countText(said["discount_qty"]),
    apply_to_shipping: wordOf(said["apply_to_shipping"] ?? false),
    simple_free_shipping: countText(said["simple_free_shipping"]),
  };
}

/** A fixed amount is one of the whole cart. */
function actionOf(discount: Discount): string {
  return discount.type === "percentage" ? "by_percent" : "cart_fixed";
}

function amountOf(discount: Discount): string {
  return discount.type === "percentage"
    ? (discount.basisPoints / 100).toFixed(2)
    : majorOf(discount.amountMinor, discount.currency);
}

/**
 * A rule's days are of the website's own time, up to 14 hours from UTC, and both are in. So it has a day more on either side:
 * it is switched on to the moment, and withdrawn at the end; the days see to it that it ends even if nobody comes.
 */
function fromDate({ startsAt }: CodeSpec): string {
  return startsAt === null ? ALWAYS.from : dateText(startsAt - DAY_MS);
}

function toDate({ endsAt }: CodeSpec): string {
  return endsAt === null ? ALWAYS.to : dateText(endsAt - 1 + DAY_MS);
}

function dateText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** A day, which some versions write with the time of midnight; of none, the one that means the same. */
function dayOf(value: unknown, none: string): string {
  return (textOf(value) ?? none).slice(0, 10);
}

/** On which websites a rule holds: all of them, or, if it says amounts, all of one currency; or the ids. */
function websitesOf(said: Readonly<Json>, { websites }: Everywhere): string {
  const ids = Array.isArray(said["website_ids"]) ? said["website_ids"].map(Number) : [];
  const isOfAmounts = said["simple_action"] !== "by_percent" || conditionText(said["condition"]).includes("subtotal");
  if (!isOfAmounts) return whereOf(ids, idsOf(websites));
  const [currency = null, ...others] = [
    ...new Set(websites.filter(({ id }) => ids.includes(id)).map((one) => one.currency)),
  ];
  const all = idsOf(websites.filter((one) => one.currency === currency));
  const where = whereOf(ids, all);
  return where === ALL && others.length === 0 && currency !== null ? `${ALL} of ${currency}` : ids.join(",");
}

function idsOf(websites: Everywhere["websites"]): number[] {
  return websites.map(({ id }) => id);
}

/** Where a rule holds: everywhere, or the ids. */
function whereOf(value: unknown, all: readonly number[]): string {
  const ids = Array.isArray(value) ? value.map(Number) : [];
  return all.every((id) => ids.includes(id)) ? ALL : ids.toSorted((a, b) => a - b).join(",");
}

/** A limit as the shop says it: none is `null`, 0, or left out. */
function countText(value: unknown): string {
  const number = value == null || value === "" || value === false ? 0 : Number(value);
  return Number.isFinite(number) ? String(number) : JSON.stringify(value);
}

/** A decimal without zeros at its end, such as 10 for `10.0000`. */
function plain(value: unknown): string {
  const text = typeof value === "number" ? value.toFixed(4) : (textOf(value) ?? "");
  return /^\d{1,15}\.\d{1,10}$/.test(text) ? text.replace(/\.?0+$/, "") : text;
}
