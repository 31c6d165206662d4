import { majorOf } from "../../ground/money/amount.ts";
import type { Discount } from "../../ground/model/plan.ts";
import { type CodeInShop, type CodeSpec, ShopFailure } from "../platform.ts";
import { idOf, recordOf, textOf } from "../fields.ts";
import { gmtOf, toGmt } from "./fields.ts";

/** The meta by which a coupon says of which store it is, so that one that was made without an answer is known again. */
export const OWNER_META = "_waymark_store";

/** WooCommerce shows a coupon's amounts with two decimals, whatever the currency has. */
const SHOWN_DECIMALS = 2;

/**
 * What a code is to have as a coupon at `now` (ms UTC). There is no start date, so a coupon is a draft until it begins.
 */
export function termsOf(spec: CodeSpec, now: number): Readonly<Record<string, string>> {
  const { totalUses, oncePerCustomer, minimum, products, categories } = spec.limits;
  return {
    title: plainTitle(spec.title),
    status: spec.startsAt !== null && now < spec.startsAt ? "draft" : "publish",
    discount_type: spec.discount.type === "percentage" ? "percent" : "fixed_cart",
    amount: shown(amountOf(spec.discount)),
    usage_limit: String(totalUses ?? 0),
    usage_limit_per_user: oncePerCustomer === true ? "1" : "0",
    minimum_amount: shown(minimum?.type === "cartValue" ? majorOf(minimum.amountMinor, spec.currency) : "0"),
    product_ids: idsText(products),
    product_categories: idsText(categories),
    date_expires: spec.endsAt === null ? "" : toGmt(lastSecondBefore(spec.endsAt)),
    individual_use: "true",
  };
}

/** When a draft is to be published, ms UTC; `null`: it is already. */
export function termsChangeAt(spec: CodeSpec, now: number): number | null {
  return spec.startsAt !== null && now < spec.startsAt ? spec.startsAt : null;
}

/**
 * The body of a coupon that is made or changed. A change leaves alone what is `null`, so what doesn't hold is said as 0, as
 * an empty text or list. Of the two fields of the end only the one in the shop's own time can be written, and it takes a
 * zone; `date_expires_gmt` is ignored. Throws a {@link ShopFailure} `refused` for what no coupon can be.
 */
export function couponOf(spec: CodeSpec, now: number, storeId: string): Record<string, unknown> {
  const { discount, limits, currency } = spec;
  if (limits.minimum?.type === "quantity") throw new ShopFailure("refused", "WooCommerce has no minimum quantity.");
  if (discount.type === "fixed" && discount.currency !== currency) {
    throw new ShopFailure("refused", `The discount is in ${discount.currency}, and the shop sells in ${currency}.`);
  }
  const terms = termsOf(spec, now);
  return {
    code: spec.text,
    description: terms["title"],
    status: terms["status"],
    discount_type: terms["discount_type"],
    amount: amountOf(discount),
    usage_limit: limits.totalUses ?? 0,
    usage_limit_per_user: limits.oncePerCustomer === true ? 1 : 0,
    minimum_amount: limits.minimum === undefined ? "0" : majorOf(limits.minimum.amountMinor, currency),
    product_ids: idsOf(limits.products, "products"),
    product_categories: idsOf(limits.categories, "categories"),
    date_expires: terms["date_expires"] === "" ? "" : `${terms["date_expires"]}Z`,
    individual_use: true,
    meta_data: [{ key: OWNER_META, value: storeId }],
  };
}

/** A coupon as the shop has it; `null` for one in the bin, and for what is no coupon. */
export function codeOf(value: unknown): CodeInShop | null {
  const coupon = recordOf(value);
  const [externalId, text] = [idOf(coupon?.["id"]), textOf(coupon?.["code"])];
  if (coupon === null || externalId === null || text === null || coupon["status"] === "trash") return null;
  return {
    externalId,
    text,
    terms: {
      title: plainTitle(textOf(coupon["description"]) ?? ""),
      // Shops before 6.2 don't say; they have published ones alone.
      status: textOf(coupon["status"]) ?? "publish",
      discount_type: textOf(coupon["discount_type"]) ?? "",
      amount: shown(coupon["amount"]),
      usage_limit: countText(coupon["usage_limit"]),
      usage_limit_per_user: countText(coupon["usage_limit_per_user"]),
      minimum_amount: shown(coupon["minimum_amount"]),
      product_ids: idsText(coupon["product_ids"]),
      product_categories: idsText(coupon["product_categories"]),
      date_expires: gmtOf(coupon["date_expires_gmt"])?.slice(0, 19) ?? "",
      individual_use: String(coupon["individual_use"]),
    },
  };
}

function amountOf(discount: Discount): string {
  return discount.type === "percentage"
    ? (discount.basisPoints / 100).toFixed(2)
    : majorOf(discount.amountMinor, discount.currency);
}

/**
 * A title as the shop can keep it: WordPress takes tags and backslashes out of a coupon's description, and gives `&` back as
 * it stands in HTML.
 */
function plainTitle(text: string): string {
  const plain = text.replaceAll(/&(amp|lt|gt|quot|#0?39);/g, (entity, name: string) => ENTITIES[name] ?? entity);
  return plain
    .replaceAll(/[<>\\]/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  "#39": "'",
  "#039": "'",
};

/** A coupon holds through the second of its end, and an end of ours is the moment from which it doesn't. */
function lastSecondBefore(end: number): number {
  return (Math.ceil(end / 1000) - 1) * 1000;
}

/** A decimal of 0 or more as the shop shows it, half up; as it is, if it is none. */
function shown(value: unknown): string {
  const text = value === "" || value == null ? "0" : typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !/^\d{1,15}(?:\.\d{1,10})?$/.test(text)) return JSON.stringify(value);
  const [whole = "", decimals = ""] = text.split(".");
  const cut = BigInt(whole + decimals.slice(0, SHOWN_DECIMALS).padEnd(SHOWN_DECIMALS, "0"));
  const rounded = (cut + (Number(decimals[SHOWN_DECIMALS] ?? 0) >= 5 ? 1n : 0n)).toString().padStart(3, "0");
  return `${rounded.slice(0, -SHOWN_DECIMALS)}.${rounded.slice(-SHOWN_DECIMALS)}`;
}

/** A limit as the shop shows it: none is `null`. */
function countText(value: unknown): string {
  return value == null ? "0" : JSON.stringify(value);
}

/** Ids in one order, each once. */
function idsText(value: unknown): string {
  const ids = Array.isArray(value) ? value.map(String) : [];
  return [...new Set(ids)].toSorted((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1)).join(",");
}

function idsOf(ids: readonly string[] | undefined, field: string): number[] {
  return (ids ?? []).map((id) => {
    if (idOf(id) !== null && Number.isSafeInteger(Number(id))) return Number(id);
    throw new ShopFailure("refused", `The plan's ${field} must be ids of WooCommerce such as 123; this is none: ${id}`);
  });
}
