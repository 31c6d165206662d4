import { Refusal } from "../refusal.ts";
import { exponentOf, spread } from "../shopify/money.ts";
import { lineTotal } from "../order-lines.ts";
import type { AppliedCoupon, Line } from "./order.ts";

/** A coupon, with its fields as the REST API names them. */
export interface Coupon {
  id: number;
  code: string;
  /** `publish`, `draft`, `trash`. */
  status: string;
  description: string;
  discount_type: string;
  amount: string;
  usage_count: number;
  usage_limit: number;
  usage_limit_per_user: number;
  minimum_amount: string;
  product_ids: number[];
  product_categories: number[];
  /** ms UTC; `null`: it has no end. */
  expiresAt: number | null;
  individual_use: boolean;
  used_by: string[];
  meta_data: { id: number; key: string; value: unknown }[];
  createdAt: number;
  modifiedAt: number;
}

/** One without limits. */
export function newCoupon(id: number, now: number): Coupon {
  return {
    id,
    code: "",
    status: "publish",
    description: "",
    discount_type: "fixed_cart",
    amount: "0",
    usage_count: 0,
    usage_limit: 0,
    usage_limit_per_user: 0,
    minimum_amount: "",
    product_ids: [],
    product_categories: [],
    expiresAt: null,
    individual_use: false,
    used_by: [],
    meta_data: [],
    createdAt: now,
    modifiedAt: now,
  };
}

/** What a coupon's code comes to by its text: blanks around it go, and it is lower case. */
export function couponCode(text: string): string {
  return text.trim().toLowerCase();
}

/**
 * Sets the fields of a coupon that a body names, as the shop does: `null` is left alone, and so is `date_expires_gmt`, which
 * looks as if it could be set. An end without a zone is in the shop's time, `offsetMs` ahead of UTC. Answers what is wrong.
 */
export function setFields(coupon: Coupon, body: Readonly<Record<string, unknown>>, offsetMs: number): string | null {
  for (const [field, value] of Object.entries(body)) {
    if (value === null) continue;
    switch (field) {
      case "date_expires": {
        const expiresAt = value === "" ? null : typeof value === "string" ? momentOf(value, offsetMs) : Number.NaN;
        if (Number.isNaN(expiresAt)) return "Invalid parameter(s): date_expires";
        coupon.expiresAt = expiresAt;
        break;
      }
      case "discount_type":
        if (value !== "percent" && value !== "fixed_cart" && value !== "fixed_product") {
          return "Invalid parameter(s): discount_type";
        }
        coupon.discount_type = value;
        break;
      case "code":
      case "status":
      case "description":
      case "amount":
      case "minimum_amount":
        if (typeof value !== "string") return `Invalid parameter(s): ${field}`;
        coupon[field] = field === "code" ? couponCode(value) : field === "description" ? kept(value) : value;
        break;
      case "usage_limit":
      case "usage_limit_per_user":
        if (!Number.isInteger(value)) return `Invalid parameter(s): ${field}`;
        coupon[field] = Math.abs(Number(value));
        break;
      case "product_ids":
      case "product_categories":
        if (!Array.isArray(value) || !value.every(Number.isInteger)) return `Invalid parameter(s): ${field}`;
        coupon[field] = [...new Set((value as number[]).filter((id) => id > 0))];
        break;
      case "individual_use":
        coupon.individual_use = value === true;
        break;
      case "meta_data":
        for (const { key, value: said } of value as { key: string; value: unknown }[]) {
          const there = coupon.meta_data.find((meta) => meta.key === key);
          if (there === undefined) coupon.meta_data.push({ id: coupon.meta_data.length + 1, key, value: said });
          else there.value = said;
        }
        break;
      default:
    }
  }
  const amount = Number(coupon.amount);
  const isTooMuch = coupon.discount_type === "percent" && amount > 100;
  return Number.isNaN(amount) || amount < 0 || isTooMuch ? "Invalid discount amount." : null;
}

/** A description as WordPress keeps it: as HTML, without backslashes and tags that it doesn't know. */
function kept(text: string): string {
  return text
    .replaceAll(/\\|<[^>]*>/g, "")
    .replaceAll(/&(?!amp;)/g, "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

/** A time that was said, ms UTC: with a zone as it says, without one in the shop's. */
export function momentOf(text: string, offsetMs: number): number {
  const hasZone = /(?:Z|[+-]\d{2}:\d{2})$/.test(text);
  return hasZone ? Date.parse(text) : Date.parse(`${text}Z`) - offsetMs;
}

/** A coupon as the REST API shows it. */
export function couponRest(coupon: Coupon, offsetMs: number): Record<string, unknown> {
  const { createdAt, modifiedAt, expiresAt, ...plain } = coupon;
  return {
    ...plain,
    // Two decimals, whatever the currency has.
    amount: Number(coupon.amount).toFixed(2),
    minimum_amount: Number(coupon.minimum_amount).toFixed(2),
    maximum_amount: "0.00",
    usage_limit: coupon.usage_limit === 0 ? null : coupon.usage_limit,
    usage_limit_per_user: coupon.usage_limit_per_user === 0 ? null : coupon.usage_limit_per_user,
    ...dates("date_created", createdAt, offsetMs),
    ...dates("date_modified", modifiedAt, offsetMs),
    ...dates("date_expires", expiresAt, offsetMs),
    excluded_product_ids: [],
    excluded_product_categories: [],
    limit_usage_to_x_items: null,
    free_shipping: false,
    exclude_sale_items: false,
    email_restrictions: [],
  };
}

/** A time in both of its forms, neither of which has a zone. */
export function dates(name: string, at: number | null, offsetMs: number): Record<string, string | null> {
  const text = (ms: number): string => new Date(ms).toISOString().slice(0, 19);
  return { [name]: at === null ? null : text(at + offsetMs), [`${name}_gmt`]: at === null ? null : text(at) };
}

/** Applies coupons at the checkout: each with its discount on each line. Throws a {@link Refusal} where one doesn't apply. */
export function applyCoupons(
  coupons: readonly Coupon[],
  lines: readonly Line[],
  email: string,
  currency: string,
  now: number,
  nextId: () => number,
): { coupon: AppliedCoupon; shares: number[] }[] {
  if (coupons.length > 1 && coupons.some((coupon) => coupon.individual_use)) {
    throw new Refusal("A coupon that is used individually goes with no other.");
  }
  const unit = 10 ** exponentOf(currency);
  return coupons.map((coupon) => {
    refuseUnlessValid(coupon, lines, email, unit, now);
    const { product_ids: products } = coupon;
    const entitled = lines.map((line) =>
      products.length === 0 || products.includes(line.productId) ? lineTotal(line) : 0,
    );
    const base = entitled.reduce((all, one) => all + one, 0);
    if (base === 0) throw new Refusal(`"${coupon.code}" is for none of these products.`);
    const shares =
      coupon.discount_type === "percent"
        ? entitled.map((amount) => Math.round((amount * Number(coupon.amount)) / 100))
        : spread(Math.min(Math.round(Number(coupon.amount) * unit), base), entitled);
    const discount = shares.reduce((all, one) => all + one, 0);
    return { coupon: { id: nextId(), code: coupon.code, discount, discountType: coupon.discount_type }, shares };
  });
}

function refuseUnlessValid(coupon: Coupon, lines: readonly Line[], email: string, unit: number, now: number): void {
  const subtotal = lines.reduce((all, line) => all + lineTotal(line), 0);
  // Through the second of its end.
  const isOver = coupon.expiresAt !== null && Math.floor(now / 1000) > Math.floor(coupon.expiresAt / 1000);
  if (isOver) throw new Refusal(`"${coupon.code}" has expired.`);
  if (coupon.usage_limit > 0 && coupon.usage_count >= coupon.usage_limit) {
    throw new Refusal(`"${coupon.code}" has reached its usage limit.`);
  }
  const uses = coupon.used_by.filter((one) => one === email).length;
  if (coupon.usage_limit_per_user > 0 && uses >= coupon.usage_limit_per_user) {
    throw new Refusal(`"${coupon.code}" has reached its usage limit for this customer.`);
  }
  if (Number(coupon.minimum_amount) * unit > subtotal) throw new Refusal(`"${coupon.code}" needs more in the cart.`);
}
