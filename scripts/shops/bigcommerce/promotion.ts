import { Refusal } from "../refusal.ts";
import { exponentOf, spread } from "../shopify/money.ts";
import { lineTotal } from "../order-lines.ts";
import type { AppliedCoupon, Line } from "../woocommerce/order.ts";

type Json = Record<string, unknown>;

/** A code of a promotion. It can't be changed. */
export interface PromotionCode {
  id: number;
  code: string;
  max_uses: number;
  max_uses_per_customer: number;
  current_uses: number;
  usedBy: string[];
}

/** A promotion with its fields as v3 names them. */
export interface Promotion {
  id: number;
  name: string;
  redemption_type: string;
  coupon_type: string;
  rules: Json[];
  max_uses: number | null;
  current_uses: number;
  start_date: string;
  end_date: string | null;
  status: string;
  currency_code: string;
  channels: unknown[];
  customer: Json;
  codes: PromotionCode[];
}

/** One without limits, that gives nothing yet. `now` is ms UTC. */
export function newPromotion(id: number, currency: string, now: number): Promotion {
  return {
    id,
    name: "",
    redemption_type: "AUTOMATIC",
    coupon_type: "SINGLE",
    rules: [],
    max_uses: null,
    current_uses: 0,
    start_date: isoOf(now),
    end_date: null,
    status: "ENABLED",
    currency_code: currency,
    channels: [],
    customer: { group_ids: [], minimum_order_count: 0, excluded_group_ids: [], segments: null },
    codes: [],
  };
}

const isoOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}+00:00`;

/** Sets what a body names. Answers what is wrong by field; nothing is set then. */
export function setFields(promotion: Promotion, body: Readonly<Json>): Record<string, string> | null {
  const after: Json = { ...promotion };
  const errors: Record<string, string> = {};
  for (const field of ["name", "redemption_type", "coupon_type", "status", "currency_code"]) {
    if (body[field] !== undefined) after[field] = body[field];
  }
  if (typeof after["name"] !== "string" || after["name"] === "") errors["name"] = "must not be empty";
  if (body["rules"] !== undefined) after["rules"] = (body["rules"] as Json[]).map(ruleOf);
  if ((after["rules"] as Json[]).length === 0) errors["rules"] = "must have at least one rule";
  if (body["max_uses"] !== undefined) after["max_uses"] = body["max_uses"];
  if (after["max_uses"] !== null && !(Number(after["max_uses"]) >= 1)) errors["max_uses"] = "must be at least 1";
  if (after["currency_code"] === "*" && /"(?:fixed_amount|minimum_spend)"/.test(JSON.stringify(after["rules"]))) {
    errors["currency_code"] = "must be one currency where an amount is said";
  }
  for (const field of ["start_date", "end_date"]) {
    const said = body[field];
    if (said === undefined) continue;
    const at = said === null ? null : Date.parse(said as string);
    if (Number.isNaN(at)) errors[field] = "must be a date";
    else after[field] = at === null ? null : isoOf(at);
  }
  if (Object.keys(errors).length > 0) return errors;
  Object.assign(promotion, after);
  return null;
}

/** A rule as it comes back: amounts with zeros at their ends, and fields that nobody said. */
function ruleOf(rule: Json): Json {
  return {
    apply_once: true,
    stop: false,
    ...(JSON.parse(JSON.stringify(rule), (name, value: unknown) =>
      name === "percentage_amount" || name === "minimum_spend" ? `${Number(value).toFixed(2)}00` : value,
    ) as Json),
  };
}

/** A promotion as v3 shows it, without its codes. */
export function promotionRest({ codes: _codes, ...promotion }: Promotion): Json {
  return {
    ...promotion,
    created_from: "api",
    notifications: [],
    stop: false,
    can_be_used_with_other_promotions: true,
    shipping_address: null,
    schedule: null,
  };
}

/** A code as v3 shows it. */
export function codeRest({ usedBy: _usedBy, ...code }: PromotionCode): Json {
  return { ...code, created: "2026-01-01T00:00:00+00:00" };
}

/** What a promotion gives of the cart, per cent; 0 for what gives something else. */
export function percentOf({ rules }: Promotion): number {
  const discount = actionOf(rules)?.discount;
  return Number(discount?.percentage_amount ?? 0);
}

interface Action {
  discount: { percentage_amount?: string; fixed_amount?: string };
  items?: { products?: number[]; categories?: number[] };
}

function actionOf(rules: readonly Json[]): Action | null {
  const action = rules[0]?.["action"] as { cart_value?: Action; cart_items?: Action } | undefined;
  return action?.cart_value ?? action?.cart_items ?? null;
}

/** Applies a code at the checkout: its discount on each line. Throws a {@link Refusal} where it doesn't apply. */
export function apply(
  promotion: Promotion,
  code: PromotionCode,
  lines: readonly Line[],
  email: string,
  currency: string,
  now: number,
): { coupon: AppliedCoupon; shares: number[] } {
  const unit = 10 ** exponentOf(currency);
  const { discount, items } = actionOf(promotion.rules) ?? { discount: {} };
  const cart = (promotion.rules[0]?.["condition"] as { cart?: Json } | undefined)?.cart ?? {};
  const worth = lines.map((line) => (line.giftCard ? 0 : lineTotal(line)));
  const subtotal = worth.reduce((sum, one) => sum + one, 0);
  const isOver =
    promotion.status !== "ENABLED" ||
    now < Date.parse(promotion.start_date) ||
    (promotion.end_date !== null && now >= Date.parse(promotion.end_date)) ||
    (promotion.currency_code !== "*" && promotion.currency_code !== currency);
  if (isOver) throw new Refusal(`The coupon code "${code.code}" isn't valid now.`);
  // The promotion's own limit stands above the code's.
  const most = promotion.max_uses ?? (code.max_uses === 0 ? Infinity : code.max_uses);
  if (promotion.current_uses >= most) throw new Refusal(`"${code.code}" has reached its usage limit.`);
  const uses = code.usedBy.filter((one) => one === email).length;
  if (code.max_uses_per_customer > 0 && uses >= code.max_uses_per_customer) {
    throw new Refusal(`"${code.code}" has been used by this customer.`);
  }
  if (Number(cart["minimum_spend"] ?? 0) * unit > subtotal) throw new Refusal(`"${code.code}" needs more in the cart.`);
  // Without items to count, a minimum quantity has no effect.
  const quantity = lines.reduce((sum, line) => sum + line.quantity, 0);
  if (cart["items"] !== undefined && Number(cart["minimum_quantity"] ?? 0) > quantity) {
    throw new Refusal(`"${code.code}" needs more pieces in the cart.`);
  }
  const entitled = lines.map((line, at) =>
    items?.products === undefined || items.products.includes(line.productId) ? (worth[at] ?? 0) : 0,
  );
  const base = entitled.reduce((sum, one) => sum + one, 0);
  const shares =
    discount.percentage_amount !== undefined
      ? entitled.map((amount) => Math.round((amount * Number(discount.percentage_amount)) / 100))
      : spread(Math.min(Math.round(Number(discount.fixed_amount ?? 0) * unit), base), entitled);
  promotion.current_uses += 1;
  code.current_uses += 1;
  code.usedBy.push(email);
  const off = shares.reduce((sum, one) => sum + one, 0);
  return { coupon: { id: code.id, code: code.code, discount: off, discountType: "promotion" }, shares };
}
