import type { SourceStatus } from "../../ground/model/evidence.ts";
import { oneLine } from "../../ground/http/one-line.ts";
import {
  renewalOfItself,
  type ShopCustomer,
  type ShopItem,
  type ShopOrder,
  type ShopReading,
} from "../../ground/model/shop-order.ts";
import { AmountReader, OrderFault } from "../decimal.ts";
import { phoneAmong } from "../fields.ts";
import { keptItems } from "../items.ts";
import { numericId, textOf } from "./json.ts";

/**
 * An order's facts by the names of the REST form, as they came: whether they can be read is decided in one place for
 * both forms, the webhooks' and GraphQL's, so that both come to the same. Amounts are those of the shop's currency.
 */
export interface OrderFacts {
  id: unknown;
  name: unknown;
  createdAt: unknown;
  processedAt: unknown;
  updatedAt: unknown;
  cancelledAt: unknown;
  currency: unknown;
  /** In lower case: `partially_refunded`. */
  financialStatus: string | null;
  test: unknown;
  sourceName: unknown;
  sourceIdentifier: unknown;
  tags: readonly string[];
  taxesIncluded: unknown;
  total: Money;
  /** After edits, returns and refunds. */
  currentTotal: Money;
  tax: Money;
  discounts: Money;
  tips: Money;
  gateways: readonly unknown[];
  lines: readonly LineFacts[];
  shipping: readonly Pick<LineFacts, "price" | "discounts" | "taxes">[];
  /** All that went back or forth, or was to. */
  transactions: readonly { kind: unknown; status: unknown; amount: Money }[];
  applications: readonly { isCode: boolean; code: unknown; title: unknown }[];
  discountCodes: readonly unknown[];
  attributes: readonly { name: unknown; value: unknown }[];
  /** The page on which the visit began that led to the order. */
  landing: unknown;
  countries: readonly unknown[];
  customerId: unknown;
  emails: readonly unknown[];
  phones: readonly unknown[];
}

/** An amount in the shop's currency; what isn't there is `undefined` or `null`. */
export interface Money {
  amount: unknown;
  currency: unknown;
}

/** A line of goods. */
export interface LineFacts {
  sku: unknown;
  title: unknown;
  name: unknown;
  quantity: unknown;
  isGiftCard: unknown;
  requiresShipping: unknown;
  /** Of one, before discounts. */
  price: Money;
  discounts: readonly Money[];
  taxes: readonly Money[];
}

/**
 * Where an order stands by its financial status (`OrderDisplayFinancialStatus`). Money that was only promised is
 * pending; an authorisation that ran out brings none, and an order that is paid after all says so itself.
 */
export const FINANCIAL_STATUS: Readonly<Record<string, SourceStatus>> = {
  pending: "pending",
  authorized: "pending",
  partially_paid: "pending",
  paid: "paid",
  partially_refunded: "paid",
  refunded: "refunded",
  voided: "cancelled",
  expired: "cancelled",
};

/** What Waymark's snippet calls the cart's attribute, whatever the click's name in links is. */
const CART_ATTRIBUTE = "wm_click";

/** Orders that subscriptions make: `subscription_contract`, and `subscription_contract_checkout_one` since 2023. */
const RENEWAL_SOURCE = /^subscription_contract/;

/** How apps that make the orders themselves mark them, such as `Subscription Recurring Order`. */
const RENEWAL_TAG = /subscription[ _-]recurring[ _-]order/i;

/** What an order takes (see `/t/orders`): longer texts are cut, and more codes are left out. */
const MAX_TEXT = 200;
const MAX_CODES = 100;
const MAX_CODE = 255;

/** Reads an order's facts. Never throws. `clickParam`: under which name click ids travel in links. */
export function readFacts(facts: OrderFacts, clickParam: string): ShopReading {
  try {
    return { kind: "order", order: orderOf(facts, clickParam), customer: customerOf(facts) };
  } catch (error) {
    if (error instanceof OrderFault) return unreadable(facts, error);
    throw error;
  }
}

/** What is kept of an order that can't be read: its names and dates alone. */
function unreadable(facts: OrderFacts, fault: OrderFault): ShopReading {
  const orderId = numericId(facts.id);
  const status = facts.financialStatus ?? "";
  const outline = {
    id: orderId,
    updatedAt: momentOf(facts.updatedAt),
    createdAt: momentOf(facts.createdAt),
    financialStatus: Object.hasOwn(FINANCIAL_STATUS, status) ? status : null,
  };
  return { kind: "unreadable", orderId, path: fault.path, detail: fault.message, outline };
}

function orderOf(facts: OrderFacts, clickParam: string): ShopOrder {
  const orderId = numericId(facts.id);
  if (orderId === null) throw new OrderFault("id", "must be the id of an order");
  const amounts = new AmountReader(facts.currency, "currency");
  const updatedAt = moment(facts.updatedAt, "updated_at");
  const [placed, current] = [
    money(amounts, facts.total, "total_price"),
    money(amounts, facts.currentTotal, "current_total_price"),
  ];
  // What an edit adds is in both.
  const total = placed > current ? placed : current;
  const { goods, giftCards, items } = goodsOf(facts, amounts);
  const shipping = facts.shipping.reduce(
    (sum, line, index) => sum + netOf(amounts, line, 1n, facts.taxesIncluded === true, `shipping_lines.${index}`),
    0n,
  );
  const refunded = refundedOf(facts, amounts, total, total - current);
  const tax = moneyOrNone(amounts, facts.tax, "total_tax");
  const discount = moneyOrNone(amounts, facts.discounts, "total_discounts");
  const status = statusOf(facts, amounts);
  const renewalOf = renewalOfOrder(facts, orderId, amounts);
  return {
    orderId,
    number: cut(facts.name),
    updatedAt,
    placedAt: momentOf(facts.processedAt) ?? moment(facts.createdAt, "created_at"),
    currency: amounts.currency,
    total: amounts.text(total),
    goods: amounts.text(goods),
    giftCards: amounts.text(giftCards),
    discount: amounts.text(discount),
    shipping: amounts.text(shipping),
    tax: amounts.text(tax),
    refunded: amounts.text(refunded),
    ...status,
    codes: codesOf(facts),
    click: clickOf(facts, clickParam),
    items,
    test: facts.test === true,
    gateway: gatewayOf(facts.gateways),
    channel: cut(facts.sourceName),
    renewalOf,
    country: countryOf(facts.countries),
    warnings: amounts.warnings(),
  };
}

/** Goods, gift cards that were bought, and the lines; a tip is neither. */
function goodsOf(facts: OrderFacts, amounts: AmountReader): { goods: bigint; giftCards: bigint; items: ShopItem[] } {
  const tips = moneyOrNone(amounts, facts.tips, "total_tip_received");
  let [goods, giftCards] = [0n, 0n];
  const lines: { text: Pick<ShopItem, "sku" | "name">; net: bigint; quantity: number }[] = [];
  for (const [index, line] of facts.lines.entries()) {
    const path = `line_items.${index}`;
    const quantity = quantityOf(line.quantity, `${path}.quantity`);
    const net = netOf(amounts, line, BigInt(quantity), facts.taxesIncluded === true, path);
    if (quantity === 0 || isTip(line, quantity, net, tips)) continue;
    if (line.isGiftCard === true) giftCards += net;
    else {
      goods += net;
      const name = cut(line.name) ?? cut(line.title);
      lines.push({ text: { sku: cut(line.sku) ?? name ?? "?", name }, net, quantity });
    }
  }
  const items = lines.flatMap(({ text, net, quantity }): ShopItem[] =>
    amounts.pieces(net, quantity).map((piece) => ({ ...text, ...piece })),
  );
  return { goods, giftCards, items: keptItems(items, amounts) };
}

/** A tip is a line that nothing else tells from goods: without an article number, not sent, of just this amount. */
function isTip(line: LineFacts, quantity: number, net: bigint, tips: bigint): boolean {
  const isBare = textOf(line.sku) === null && line.requiresShipping === false && line.isGiftCard !== true;
  return tips > 0n && isBare && quantity === 1 && (net === tips || (line.title === "Tip" && net <= tips));
}

/** What a line comes to after its discounts, without tax, minor units; never less than 0. */
function netOf(
  amounts: AmountReader,
  line: Pick<LineFacts, "price" | "discounts" | "taxes">,
  quantity: bigint,
  taxesIncluded: boolean,
  path: string,
): bigint {
  const sum = (list: readonly Money[], name: string): bigint =>
    list.reduce((all, part, index) => all + money(amounts, part, `${path}.${name}.${index}`), 0n);
  const price = money(amounts, line.price, `${path}.price`) * quantity;
  const taxes = sum(line.taxes, "tax_lines");
  const net = price - sum(line.discounts, "discount_allocations") - (taxesIncluded ? taxes : 0n);
  if (net >= 0n) return net;
  amounts.warn("discount_past_price");
  return 0n;
}

/**
 * What was given back: money that went back, or what edits and returns took out of the total, whichever is more. The
 * adjustments beside them (`order_adjustments`, `refund_shipping_lines`) tell of the same money once more.
 */
function refundedOf(facts: OrderFacts, amounts: AmountReader, total: bigint, taken: bigint): bigint {
  const back = facts.transactions.reduce((sum, { kind, status, amount }, index) => {
    const isRefund = String(kind).toLowerCase() === "refund" && String(status).toLowerCase() === "success";
    return isRefund ? sum + money(amounts, amount, `transactions.${index}.amount`) : sum;
  }, 0n);
  const refunded = back > taken ? back : taken;
  if (refunded <= total) return refunded;
  amounts.warn("refund_past_total");
  return total;
}

function statusOf(facts: OrderFacts, amounts: AmountReader): Pick<ShopOrder, "status" | "state"> {
  if (facts.cancelledAt != null) return { status: "cancelled", state: "cancelled" };
  const state = cut(facts.financialStatus) ?? "none";
  if (Object.hasOwn(FINANCIAL_STATUS, state)) return { status: FINANCIAL_STATUS[state] ?? "pending", state };
  amounts.warn("unknown_status");
  return { status: "pending", state };
}

/**
 * Codes that shoppers typed or links applied. Drafts and apps call discounts of their own "codes" as well: they stand
 * among the applications as `manual` under that title.
 */
function codesOf({ applications, discountCodes }: OrderFacts): string[] {
  const typed = applications.filter(({ isCode }) => isCode).map(({ code }) => code);
  const others = new Set(applications.filter(({ isCode }) => !isCode).map(({ title }) => textOf(title)?.toLowerCase()));
  const named = typed.length > 0 ? typed : discountCodes;
  const codes = named.flatMap((code) => {
    const text = textOf(code);
    if (text === null || text.length > MAX_CODE) return [];
    return typed.length === 0 && others.has(text.toLowerCase()) ? [] : [oneLine(text).toWellFormed()];
  });
  return [...new Set(codes)].slice(0, MAX_CODES);
}

/** From the cart's attributes, where the snippet puts it, else from the page on which the visit began. */
function clickOf({ attributes, landing }: OrderFacts, clickParam: string): string | null {
  for (const wanted of [CART_ATTRIBUTE, clickParam]) {
    const found = attributes.find(({ name, value }) => name === wanted && textOf(value) !== null);
    if (found !== undefined) return cut(found.value);
  }
  const query = typeof landing === "string" ? (/\?([^#]*)/.exec(landing)?.[1] ?? "") : "";
  return cut(new URLSearchParams(query).get(clickParam));
}

/** How it was paid; gift cards pay along. Sorted: the two forms need not agree on an order. */
function gatewayOf(gateways: readonly unknown[]): string | null {
  const names = gateways.map(cut).filter((name) => name !== null);
  const others = names.filter((name) => name !== "gift_card").toSorted();
  return others[0] ?? names[0] ?? null;
}

/**
 * What an order of a subscription renews, in words that are no order's id. The platform doesn't say by which contract it
 * was made; where the app that made it left no name either, the order stands for itself and says so by a warning.
 */
function renewalOfOrder(facts: OrderFacts, orderId: string, amounts: AmountReader): string | null {
  const isRenewal = RENEWAL_SOURCE.test(String(facts.sourceName)) || facts.tags.some((tag) => RENEWAL_TAG.test(tag));
  if (!isRenewal) return null;
  const known = cut(facts.sourceIdentifier);
  if (known === null) amounts.warn("renewal_of_unknown");
  return known === null ? renewalOfItself(orderId) : `subscription:${known}`;
}

function countryOf(countries: readonly unknown[]): string | null {
  const code = countries.find((country) => typeof country === "string" && /^[A-Z]{2}$/.test(country));
  return typeof code === "string" ? code : null;
}

function customerOf({ customerId, emails, phones }: OrderFacts): ShopCustomer {
  const email = emails.map(textOf).find((one) => one !== null) ?? null;
  return { id: numericId(customerId), email, phone: phoneAmong(phones) };
}

/** An amount of the order's currency. Throws an {@link OrderFault} for another one: amounts of two are never added. */
function money(amounts: AmountReader, { amount, currency }: Money, path: string): bigint {
  if (currency != null && currency !== amounts.currency) {
    throw new OrderFault(path, `must be in ${amounts.currency}, the shop's currency of the order`);
  }
  return amounts.read(amount, path);
}

/** The same of an amount that is left out where there is none. */
function moneyOrNone(amounts: AmountReader, given: Money, path: string): bigint {
  return given.amount == null ? 0n : money(amounts, given, path);
}

function quantityOf(value: unknown, path: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new OrderFault(path, "must be a whole number of 0 or more");
}

/** A time with its offset as ISO 8601 UTC. Throws an {@link OrderFault} for what is none. */
function moment(value: unknown, path: string): string {
  const time = momentOf(value);
  if (time === null) throw new OrderFault(path, "must be a time with its offset, such as 2026-11-21T09:00:00Z");
  return time;
}

function momentOf(value: unknown): string | null {
  const isMoment = typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(value);
  const time = isMoment ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** A text as an order takes it: on one line, and no longer than it may be. */
function cut(value: unknown): string | null {
  return textOf(
    typeof value === "string" ? oneLine(value).toWellFormed().trim().slice(0, MAX_TEXT).toWellFormed() : value,
  );
}
