import { Refusal } from "../refusal.ts";
import {
  type BackGiven,
  givenBack,
  lineTax,
  lineTotal,
  type OrderLine,
  type PartGiven,
  sum,
  takeOut,
} from "../order-lines.ts";
import { toMinor } from "../shopify/money.ts";

/** A line of an order. Amounts are minor units, of all its pieces. */
export interface Line extends OrderLine {
  giftCard: boolean;
}

/** A refund: a child of its order. `amount` is all of it, with tax and shipping. */
export interface Refund {
  id: number;
  at: number;
  amount: number;
  reason: string;
}

/** A coupon as it was applied. */
export interface AppliedCoupon {
  id: number;
  code: string;
  discount: number;
  discountType: string;
}

/** An order of the stand-in: one state, from which the form of the REST API is worked out. Times are ms UTC. */
export interface Order {
  id: number;
  parentId: number;
  status: string;
  /** What it was before it went to the bin. */
  before: string | null;
  currency: string;
  createdAt: number;
  modifiedAt: number;
  paidAt: number | null;
  createdVia: string;
  customerId: number;
  email: string;
  country: string;
  gateway: string;
  meta: { key: string; value: unknown }[];
  lines: Line[];
  shipping: number;
  shippingTaxRate: number;
  /** Without tax; below 0 is a discount. */
  fee: number;
  /** Paid by gift cards of WooCommerce.com's plugin, which takes it off the total. */
  cards: number;
  coupons: AppliedCoupon[];
  refunds: Refund[];
  /** Where the shop's code fails at showing it. */
  poison: "nowhere" | "lists" | "everywhere";
}

/** A line as a test says it. Amounts are decimals of the shop's currency. */
export interface LineGiven {
  sku?: string;
  title?: string;
  price: string;
  quantity?: number;
  giftCard?: boolean;
  productId?: string;
  taxRate?: number;
}

/** An order as a test says it; what is left out is as of a plain one that was paid. */
export interface OrderGiven {
  lines: LineGiven[];
  /** Coupons of the shop that are typed at the checkout: looked up, held to their limits, and counted. */
  codes?: string[];
  shipping?: { price: string } | null;
  /** Such as 0.19, of goods and shipping. */
  taxRate?: number;
  fee?: string;
  giftCardPaid?: string;
  /** `paid` (`processing`), `pending`, or `draft`, a checkout that nobody finished. */
  payment?: "paid" | "pending" | "draft";
  /** Any status of WooCommerce or of a plugin, in place of `payment`. */
  status?: string;
  gateway?: string;
  /** Meta of the order by its keys. */
  attributes?: Record<string, unknown>;
  /** What the shop's snippet noted of the click, as meta. */
  click?: string;
  /** The page by which the visit began, kept as WooCommerce's order attribution does. */
  landingSite?: string | null;
  source?: string;
  /** The subscription that made it. */
  subscription?: string;
  /** `null`: a guest without an account. If left out, a customer of its own. */
  customer?: { id?: string; email?: string | null } | null;
  email?: string | null;
  country?: string | null;
  at?: number;
}

/** What making an order needs. */
export interface Placing {
  currency: string;
  now: number;
  nextId: () => number;
  /** Coupons that are typed: each with its discount on each line. Throws a {@link Refusal} where one doesn't apply. */
  coupons: (
    codes: readonly string[],
    lines: readonly Line[],
    email: string,
  ) => { coupon: AppliedCoupon; shares: number[] }[];
}

const STATUS_OF_PAYMENT = { paid: "processing", pending: "pending", draft: "checkout-draft" } as const;

/** Makes an order. Throws a {@link Refusal} for what makes no sense. */
export function place(given: OrderGiven, { currency, now, nextId, coupons }: Placing): Order {
  if (given.lines.length === 0) throw new Refusal("An order has at least one line.");
  const id = nextId();
  const at = given.at ?? now;
  const lines = given.lines.map((line) => lineOf(line, currency, given.taxRate ?? 0, nextId));
  const status = given.status ?? STATUS_OF_PAYMENT[given.payment ?? "paid"];
  const email = given.customer?.email ?? given.email ?? (given.customer === null ? "" : `shopper${id}@shop.example`);
  const applied = coupons(given.codes ?? [], lines, email);
  for (const { shares } of applied) {
    for (const [place, share] of shares.entries()) {
      const line = lines[place];
      if (line !== undefined) line.discount += share;
    }
  }
  return {
    id,
    parentId: 0,
    status,
    before: null,
    currency,
    createdAt: at,
    modifiedAt: at,
    paidAt: status === "processing" || status === "completed" ? at : null,
    createdVia: given.source ?? (given.subscription === undefined ? "checkout" : "subscription"),
    customerId: given.customer === null ? 0 : Number(given.customer?.id ?? 10_000 + id),
    email,
    country: given.country ?? "DE",
    gateway: given.gateway ?? "stripe",
    meta: metaOf(given),
    lines,
    shipping: given.shipping == null ? 0 : toMinor(given.shipping.price, currency),
    shippingTaxRate: given.taxRate ?? 0,
    fee: given.fee === undefined ? 0 : toMinor(given.fee, currency),
    cards: given.giftCardPaid === undefined ? 0 : toMinor(given.giftCardPaid, currency),
    coupons: applied.map(({ coupon }) => coupon),
    refunds: [],
    poison: "nowhere",
  };
}

/** A line of an order that is made or edited. */
export function lineOf(given: LineGiven, currency: string, taxRate: number, nextId: () => number): Line {
  const id = nextId();
  return {
    id,
    sku: given.sku ?? `sku-${id}`,
    title: given.title ?? `Product ${given.sku ?? id}`,
    productId: Number(given.productId ?? 500 + id),
    price: toMinor(given.price, currency),
    quantity: given.quantity ?? 1,
    discount: 0,
    taxRate: given.taxRate ?? taxRate,
    giftCard: given.giftCard ?? false,
  };
}

function metaOf({ attributes = {}, click, landingSite, subscription }: OrderGiven): Order["meta"] {
  return [
    ...Object.entries(attributes).map(([key, value]) => ({ key, value })),
    ...(click === undefined ? [] : [{ key: "_wm_click", value: click }]),
    ...(landingSite == null ? [] : [{ key: "_wc_order_attribution_session_entry", value: landingSite }]),
    ...(subscription === undefined ? [] : [{ key: "_subscription_renewal", value: subscription }]),
  ];
}

/** The sums of an order; `total` is what remains to be paid by money. */
export function sumsOf(order: Order): {
  goods: number;
  discount: number;
  shippingTax: number;
  tax: number;
  total: number;
} {
  const goods = sum(order.lines.map(lineTotal));
  const shippingTax = Math.round(order.shipping * order.shippingTaxRate);
  const tax = sum(order.lines.map(lineTax)) + shippingTax;
  return {
    goods,
    discount: sum(order.lines.map(({ discount }) => discount)),
    shippingTax,
    tax,
    total: goods + order.shipping + order.fee + tax - order.cards,
  };
}

/** A refund as a test says it, lines by their place in the order; nothing said is all that is left. */
export interface RefundGiven extends BackGiven {
  note?: string;
}

/** Gives something back. Throws a {@link Refusal} for more than there is. */
export function refund(order: Order, given: RefundGiven, id: number, at: number): void {
  const left = sumsOf(order).total - sum(order.refunds.map(({ amount }) => amount));
  const amount = givenBack(order, given, left);
  if (amount <= 0 || amount > left)
    throw new Refusal(`There are ${left} minor units left to give back, not ${amount}.`);
  order.refunds.push({ id, at, amount, reason: given.note ?? "" });
  if (amount === left) order.status = "refunded";
}

/** An edit as a test says it; lines by their place in the order. */
export interface EditGiven {
  add?: LineGiven[];
  remove?: PartGiven[];
}

/** Edits an order: its sums are worked out anew, and what was taken out leaves no trace. */
export function edit(order: Order, given: EditGiven, nextId: () => number): void {
  takeOut(order, given.remove ?? []);
  const taxRate = order.lines[0]?.taxRate ?? 0;
  order.lines.push(...(given.add ?? []).map((line) => lineOf(line, order.currency, taxRate, nextId)));
}
