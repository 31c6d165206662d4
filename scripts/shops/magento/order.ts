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

/** A line of an order that stands for money. Amounts are minor units, of all its pieces. */
export interface Line extends OrderLine {
  categories: string[];
  /** `bundle`: its parts have the price, each half of it. */
  type: "simple" | "configurable" | "bundle" | "giftcard";
}

/** A credit memo. Amounts are minor units; `amount` is its grand total, with its adjustments. */
export interface Memo {
  id: number;
  at: number;
  amount: number;
  /** Given back to gift cards that paid, beside the amount. */
  cards: number;
  adjustmentPositive: number;
  adjustmentNegative: number;
  /** 1: it waits, 2: refunded, 3: cancelled. */
  state: number;
  /** Written by the interface as it is, so that its order knows nothing of it. */
  raw: boolean;
}

/** An order of the stand-in: one state, from which the form of the REST API is worked out. Times are ms UTC. */
export interface Order {
  id: number;
  number: string;
  storeView: number;
  state: string;
  currency: string;
  /** What one of the order's currency is in the base currency. */
  rate: number;
  createdAt: number;
  updatedAt: number;
  isPaid: boolean;
  customerId: number | null;
  email: string;
  country: string;
  gateway: string;
  extension: Record<string, unknown>;
  lines: Line[];
  shipping: number;
  shippingDiscount: number;
  shippingTaxRate: number;
  /** Paid by gift cards of Adobe Commerce, which takes it off the total. */
  cards: number;
  codes: string[];
  memos: Memo[];
  /** Cancelled of an order that goes on. */
  cancelled: number;
  poisoned: boolean;
  /** Counted by lists, and taken out of them by an extension. */
  hidden: boolean;
}

/** A line as a test says it. Amounts are decimals of the order's currency. */
export interface LineGiven {
  sku?: string;
  title?: string;
  name?: string;
  price: string;
  quantity?: number;
  productId?: string;
  categories?: string[];
  taxRate?: number;
  giftCard?: boolean;
  type?: Line["type"];
}

/** An order as a test says it; what is left out is as of a plain one that was paid. */
export interface OrderGiven {
  lines: LineGiven[];
  /** Coupons that are typed at the checkout: looked up, held to their limits, and counted. */
  codes?: string[];
  shipping?: { price: string } | null;
  shippingDiscount?: string;
  /** Such as 0.19, of goods and shipping. */
  taxRate?: number;
  giftCardPaid?: string;
  payment?: "paid" | "pending";
  /** Any state of Magento or of an extension, in place of `payment`. */
  state?: string;
  gateway?: string;
  /** ISO 4217; the shop's base currency if left out. */
  currency?: string;
  /** What one of it is in the base currency. */
  rate?: number;
  storeView?: number;
  /** In place of the view's next one. */
  number?: string;
  /** What a module of the shop wrote of the click. */
  click?: string;
  extension?: Record<string, unknown>;
  /** `null`: a guest. If left out, a customer of its own. */
  customer?: { id?: string; email?: string | null } | null;
  email?: string | null;
  country?: string | null;
  at?: number;
}

/** What making an order needs. */
export interface Placing {
  base: string;
  now: number;
  nextId: () => number;
  numberOf: (storeView: number) => string;
  /** What coupons take off each line. Throws a {@link Refusal} where one doesn't apply. */
  discounts: (codes: readonly string[], lines: readonly Line[], email: string) => number[];
}

/** Makes an order. Throws a {@link Refusal} for what makes no sense. */
export function place(given: OrderGiven, { base, now, nextId, numberOf, discounts }: Placing): Order {
  if (given.lines.length === 0) throw new Refusal("An order has at least one line.");
  const id = nextId();
  const at = given.at ?? now;
  const currency = given.currency ?? base;
  const lines = given.lines.map((line) => lineOf(line, currency, given.taxRate ?? 0, nextId));
  const email = given.customer?.email ?? given.email ?? `shopper${id}@shop.example`;
  const shares = discounts(given.codes ?? [], lines, email);
  for (const [place, share] of shares.entries()) {
    const line = lines[place];
    if (line !== undefined) line.discount += share;
  }
  const state = given.state ?? (given.payment === "pending" ? "new" : "processing");
  const storeView = given.storeView ?? 1;
  return {
    id,
    number: given.number ?? numberOf(storeView),
    storeView,
    state,
    currency,
    rate: given.rate ?? 1,
    createdAt: at,
    updatedAt: at,
    isPaid: !["new", "pending_payment", "payment_review"].includes(state),
    customerId: given.customer === null ? null : Number(given.customer?.id ?? 10_000 + id),
    email,
    country: given.country ?? "DE",
    gateway: given.gateway ?? "checkmo",
    extension: { ...given.extension, ...(given.click !== undefined && { wm_click: given.click }) },
    lines,
    shipping: given.shipping == null ? 0 : toMinor(given.shipping.price, currency),
    shippingDiscount: given.shippingDiscount === undefined ? 0 : toMinor(given.shippingDiscount, currency),
    shippingTaxRate: given.taxRate ?? 0,
    cards: given.giftCardPaid === undefined ? 0 : toMinor(given.giftCardPaid, currency),
    codes: given.codes ?? [],
    memos: [],
    cancelled: 0,
    poisoned: false,
    hidden: false,
  };
}

function lineOf(given: LineGiven, currency: string, taxRate: number, nextId: () => number): Line {
  const id = nextId();
  return {
    id,
    sku: given.sku ?? `sku-${id}`,
    title: given.title ?? given.name ?? `Product ${given.sku ?? id}`,
    productId: Number(given.productId ?? 500 + id),
    categories: given.categories ?? [],
    price: toMinor(given.price, currency),
    quantity: given.quantity ?? 1,
    discount: 0,
    taxRate: given.taxRate ?? taxRate,
    type: given.type ?? (given.giftCard === true ? "giftcard" : "simple"),
  };
}

/** The sums of an order; `total` is what remains to be paid by money. */
export function sumsOf(order: Order): {
  subtotal: number;
  discount: number;
  shipping: number;
  tax: number;
  total: number;
  refunded: number;
} {
  const shipping = order.shipping - order.shippingDiscount;
  const tax = sum(order.lines.map(lineTax)) + Math.round(shipping * order.shippingTaxRate);
  return {
    subtotal: sum(order.lines.map(({ price, quantity }) => price * quantity)),
    discount: sum(order.lines.map(({ discount }) => discount)) + order.shippingDiscount,
    shipping,
    tax,
    total: sum(order.lines.map(lineTotal)) + shipping + tax - order.cards,
    refunded: sum(order.memos.filter(({ state, raw }) => state === 2 && !raw).map(({ amount }) => amount)),
  };
}

/** A refund as a test says it, lines by their place in the order; nothing said is all that is left. */
export interface RefundGiven extends BackGiven {
  /** Given on top, and kept. */
  adjustmentPositive?: string;
  adjustmentNegative?: string;
  state?: number;
  raw?: boolean;
}

/** Makes a credit memo. Throws a {@link Refusal} for more than there is. */
export function refund(order: Order, given: RefundGiven, id: number, at: number): Memo {
  const { total, refunded } = sumsOf(order);
  const left = total - refunded - order.cancelled;
  const minor = (text: string | undefined): number => (text === undefined ? 0 : toMinor(text, order.currency));
  const [adjustmentPositive, adjustmentNegative] = [minor(given.adjustmentPositive), minor(given.adjustmentNegative)];
  const amount = givenBack(order, given, left) + adjustmentPositive - adjustmentNegative;
  if (order.state === "canceled" || order.state === "new") throw new Refusal(`Nothing was paid of ${order.number}.`);
  if (amount <= 0 || amount > left) {
    throw new Refusal(`The most money available to refund is ${left} minor units, not ${amount}.`);
  }
  const { state = 2, raw = false } = given;
  const cards = amount === left ? order.cards : 0;
  const memo: Memo = { id, at, amount, cards, adjustmentPositive, adjustmentNegative, state, raw };
  order.memos.push(memo);
  if (amount === left && state === 2 && !raw) order.state = "closed";
  return memo;
}

/** An edit as a test says it; lines by their place in the order. */
export interface EditGiven {
  add?: LineGiven[];
  remove?: PartGiven[];
}

/** Edits an order in place, as extensions do; Magento itself cancels it and makes another. */
export function edit(order: Order, given: EditGiven, nextId: () => number): void {
  takeOut(order, given.remove ?? []);
  const taxRate = order.lines[0]?.taxRate ?? 0;
  order.lines.push(...(given.add ?? []).map((line) => lineOf(line, order.currency, taxRate, nextId)));
}
