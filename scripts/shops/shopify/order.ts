/**
 * An order of the stand-in: one state, from which the REST and the GraphQL form of it are worked out. Amounts are minor
 * units of the shop's currency, times ms UTC.
 */
import { Refusal } from "../refusal.ts";
import { part, spread, toMinor } from "./money.ts";

/** A discount of a whole order, as it was applied. */
export interface Application {
  type: "discount_code" | "manual" | "automatic" | "script";
  /** The code, or for the others the title. */
  text: string;
  value: { percentage: number } | { amount: number };
}

export interface Line {
  id: bigint;
  sku: string;
  title: string;
  productId: bigint;
  /** Collections that it is in, as gids. */
  collections: string[];
  /** Of one. */
  price: number;
  /** Units that were ever bought, and of these those that edits and returns took. */
  quantity: number;
  removed: number;
  giftCard: boolean;
  taxRate: number;
  /** By place in `applications`. */
  allocations: { application: number; amount: number }[];
  /** Of all units. */
  tax: number;
}

export interface Shipping {
  id: bigint;
  title: string;
  price: number;
  tax: number;
  refunded: number;
}

export interface Transaction {
  id: bigint;
  kind: "sale" | "authorization" | "capture" | "refund" | "void";
  status: "success" | "pending" | "failure";
  gateway: string;
  amount: number;
  at: number;
}

export interface RefundLine {
  id: bigint;
  line: Line;
  quantity: number;
  subtotal: number;
  tax: number;
}

/** What was given back, or what an edit took out, which has no transactions. */
export interface Refund {
  id: bigint;
  at: number;
  note: string | null;
  lines: RefundLine[];
  shipping: { id: bigint; shipping: Shipping; amount: number; tax: number } | null;
  /** What was paid back less than lines and shipping come to; negative: more. */
  discrepancy: number;
  transactions: Transaction[];
  /** The return that it is of, if goods were exchanged. */
  returnId: bigint | null;
}

export interface Order {
  id: bigint;
  number: number;
  currency: string;
  presentment: { currency: string; rate: number };
  createdAt: number;
  updatedAt: number;
  cancelledAt: number | null;
  cancelReason: string | null;
  closedAt: number | null;
  fulfilled: boolean;
  taxesIncluded: boolean;
  lines: Line[];
  shipping: Shipping[];
  applications: Application[];
  transactions: Transaction[];
  refunds: Refund[];
  /** Worth of goods that were sent in exchange, with tax: they stand on the return, not among the lines. */
  exchanged: number;
  /** What it came to before any edit. */
  originalTotal: number;
  edited: boolean;
  attributes: { name: string; value: string }[];
  landingSite: string | null;
  referringSite: string | null;
  source: string;
  sourceIdentifier: string | null;
  customer: { id: bigint; email: string | null } | null;
  email: string | null;
  country: string | null;
  gateway: string;
  test: boolean;
}

/** A line as a test says it. */
export interface LineGiven {
  sku?: string;
  title?: string;
  price: string;
  quantity?: number;
  giftCard?: boolean;
  productId?: string;
  /** Numbers of collections that it is in. */
  collections?: string[];
  /** Of this line alone. */
  taxRate?: number;
}

/** An order as a test says it. Amounts are decimals of the shop's currency. */
export interface OrderGiven {
  /** For ids past 2^53. */
  id?: string;
  lines: LineGiven[];
  /** Codes of the shop that are typed at the checkout: looked up, held to their limits, and counted. */
  codes?: string[];
  /** Discounts without a code of the shop, or with one that it no longer has. */
  discounts?: { type: Application["type"]; text: string; percentage?: number; amount?: string }[];
  shipping?: { title?: string; price: string } | null;
  /** Such as 0.19, of goods and shipping. */
  taxRate?: number;
  taxesIncluded?: boolean;
  /** How much of it is paid by a gift card. */
  giftCardPaid?: string;
  /** `paid` if left out. */
  payment?: "paid" | "authorized" | "pending";
  gateway?: string;
  attributes?: Record<string, string>;
  /** What the shop's snippet noted of the click, as an attribute of the cart. */
  click?: string;
  landingSite?: string | null;
  referringSite?: string | null;
  /** `web` if left out; `pos`, `shopify_draft_order`, `subscription_contract`, an app's id. */
  source?: string;
  sourceIdentifier?: string | null;
  /** `null`: a guest without an account. If left out, a customer of its own. */
  customer?: { id?: string; email?: string | null } | null;
  email?: string | null;
  country?: string | null;
  presentment?: { currency: string; rate: number };
  test?: boolean;
  /** ms UTC; the shop's clock if left out. */
  at?: number;
}

/** A code's discount as it is applied at the checkout. */
export interface Applied {
  application: Application;
  /** Whether a line has it. */
  entitled: (line: Line) => boolean;
}

/** What making an order needs. */
export interface Placing {
  currency: string;
  number: number;
  now: number;
  nextId: () => bigint;
  /** Of the codes that are typed, in this order; they are counted afterwards. Throws a {@link Refusal}. */
  codes: (lines: readonly Line[]) => Applied[];
}

/** Makes an order. Throws a {@link Refusal} for what makes no sense. */
export function place(given: OrderGiven, { currency, number, now, nextId, codes }: Placing): Order {
  const at = given.at ?? now;
  const rate = given.taxRate ?? 0;
  const lines = given.lines.map((line) => lineOf(line, currency, rate, nextId));
  if (lines.length === 0) throw new Refusal("An order has at least one line.");
  const order: Order = {
    id: given.id === undefined ? nextId() : BigInt(given.id),
    number,
    currency,
    presentment: given.presentment ?? { currency, rate: 1 },
    createdAt: at,
    updatedAt: at,
    cancelledAt: null,
    cancelReason: null,
    closedAt: null,
    fulfilled: false,
    taxesIncluded: given.taxesIncluded ?? false,
    lines,
    shipping: [],
    applications: [],
    transactions: [],
    refunds: [],
    exchanged: 0,
    originalTotal: 0,
    edited: false,
    attributes: Object.entries({
      ...given.attributes,
      ...(given.click !== undefined && { wm_click: given.click }),
    }).map(([name, value]) => ({ name, value })),
    landingSite: given.landingSite ?? null,
    referringSite: given.referringSite ?? null,
    source: given.source ?? "web",
    sourceIdentifier: given.sourceIdentifier ?? null,
    customer: null,
    email: given.email ?? null,
    country: given.country === undefined ? "US" : given.country,
    gateway: given.gateway ?? "shopify_payments",
    test: given.test ?? false,
  };
  if (given.customer !== null) {
    const id = given.customer?.id === undefined ? nextId() : BigInt(given.customer.id);
    const email = given.customer?.email === undefined ? `shopper-${id}@example.com` : given.customer.email;
    order.customer = { id, email };
    order.email ??= email;
  }
  const others = (given.discounts ?? []).map(({ type, text, percentage, amount }): Applied => {
    const value = percentage === undefined ? { amount: toMinor(amount ?? "0", currency) } : { percentage };
    return { application: { type, text, value }, entitled: (line) => !line.giftCard };
  });
  for (const applied of [...codes(lines), ...others]) discount(order, applied);
  for (const line of lines) line.tax = taxOf(net(line), line.taxRate, order.taxesIncluded);
  if (given.shipping) {
    const price = toMinor(given.shipping.price, currency);
    const tax = taxOf(price, rate, order.taxesIncluded);
    order.shipping.push({ id: nextId(), title: given.shipping.title ?? "Standard", price, tax, refunded: 0 });
  }
  order.originalTotal = total(order);
  pay(order, given, at, nextId);
  return order;
}

function lineOf(given: LineGiven, currency: string, rate: number, nextId: () => bigint): Line {
  const title = given.title ?? "Linen shirt";
  return {
    id: nextId(),
    sku: given.sku ?? "LINEN-1",
    title,
    productId: given.productId === undefined ? nextId() : BigInt(given.productId),
    collections: (given.collections ?? []).map((id) => `gid://shopify/Collection/${id}`),
    price: toMinor(given.price, currency),
    quantity: given.quantity ?? 1,
    removed: 0,
    giftCard: given.giftCard ?? false,
    taxRate: given.giftCard === true ? 0 : (given.taxRate ?? rate),
    allocations: [],
    tax: 0,
  };
}

/** Takes a discount off the lines that it is of, after those before it. */
function discount(order: Order, { application, entitled }: Applied): void {
  const index = order.applications.push(application) - 1;
  const left = order.lines.map((line) => (entitled(line) ? net(line) : 0));
  const sum = left.reduce((all, amount) => all + amount, 0);
  const { value } = application;
  const off = "percentage" in value ? Math.round((sum * value.percentage) / 100) : Math.min(value.amount, sum);
  spread(off, left).forEach((amount, place) => {
    if (amount > 0) order.lines[place]?.allocations.push({ application: index, amount });
  });
}

function pay(order: Order, { payment = "paid", giftCardPaid }: OrderGiven, at: number, nextId: () => bigint): void {
  if (payment === "pending") return;
  const byCard = giftCardPaid === undefined ? 0 : Math.min(toMinor(giftCardPaid, order.currency), total(order));
  const rest = total(order) - byCard;
  const one = { status: "success", at } as const;
  if (byCard > 0) {
    order.transactions.push({ ...one, id: nextId(), kind: "sale", gateway: "gift_card", amount: byCard });
  }
  if (rest > 0) {
    const kind = payment === "authorized" ? "authorization" : "sale";
    order.transactions.push({ ...one, id: nextId(), kind, gateway: order.gateway, amount: rest });
  }
}

/** Collects what is owed. */
export function capture(order: Order, now: number, nextId: () => bigint): void {
  const kind = order.transactions.some((one) => one.kind === "authorization") ? "capture" : "sale";
  const amount = currentTotal(order) - netPaid(order);
  if (amount <= 0) throw new Refusal("Nothing is owed.");
  order.transactions.push({ id: nextId(), kind, status: "success", gateway: order.gateway, amount, at: now });
}

/** An edit as a test says it; lines by their place in the order. */
export interface EditGiven {
  add?: LineGiven[];
  remove?: { line: number; quantity?: number }[];
  /** Whether what is owed by it is collected at once; `true` if left out. */
  collect?: boolean;
}

/** Edits an order; returns what was added and removed. What was removed is a refund without transactions. */
export function edit(
  order: Order,
  given: EditGiven,
  now: number,
  nextId: () => bigint,
): { additions: Line[]; removals: RefundLine[] } {
  const rate = order.lines.find((line) => !line.giftCard)?.taxRate ?? 0;
  const additions = (given.add ?? []).map((line) => lineOf(line, order.currency, rate, nextId));
  for (const line of additions) line.tax = taxOf(net(line), line.taxRate, order.taxesIncluded);
  const removals = (given.remove ?? []).map((one) => takeBack(order, one, nextId));
  order.lines.push(...additions);
  order.edited = true;
  if (removals.length > 0) order.refunds.push(refundOf(now, nextId, { lines: removals }));
  if (given.collect !== false && currentTotal(order) > netPaid(order)) capture(order, now, nextId);
  return { additions, removals };
}

/** A refund as a test says it; lines by their place in the order. */
export interface RefundGiven {
  lines?: { line: number; quantity?: number }[];
  /** Shipping without its tax, which follows. */
  shipping?: string;
  /** What is paid back, if that isn't what lines and shipping come to. */
  amount?: string;
  /** `pending` and `failure` are money that didn't move. */
  status?: Transaction["status"];
  /** Goods that are sent instead, on the return: what is paid back is net of them, and never less than 0. */
  exchange?: LineGiven[];
  note?: string;
}

/** Gives back. Throws a {@link Refusal} for more than there is. */
export function refund(order: Order, given: RefundGiven, now: number, nextId: () => bigint): Refund {
  const lines = (given.lines ?? []).map((one) => takeBack(order, one, nextId));
  const shipping = given.shipping === undefined ? null : shippingBack(order, given.shipping, nextId);
  const worth = lines.reduce((sum, { subtotal, tax }) => sum + subtotal + taxOn(order, tax), 0);
  const due = worth + (shipping === null ? 0 : shipping.amount + taxOn(order, shipping.tax));
  const instead = (given.exchange ?? []).reduce((sum, one) => {
    const line = lineOf(one, order.currency, order.lines[0]?.taxRate ?? 0, nextId);
    return sum + net(line) + taxOn(order, taxOf(net(line), line.taxRate, order.taxesIncluded));
  }, 0);
  order.exchanged += instead;
  const computed = Math.max(due - instead, 0);
  const amount = given.amount === undefined ? computed : toMinor(given.amount, order.currency);
  const status = given.status ?? "success";
  if (amount > netPaid(order)) throw new Refusal("More than was paid can't be given back.");
  const transactions = amount === 0 ? [] : back(order, amount, { status, at: now }, nextId);
  order.transactions.push(...transactions);
  const made = refundOf(now, nextId, {
    lines,
    shipping,
    transactions,
    discrepancy: computed - amount,
    note: given.note ?? null,
    returnId: given.exchange === undefined ? null : nextId(),
  });
  order.refunds.push(made);
  if (instead > due) capture(order, now, nextId);
  return made;
}

/** Pays back by the ways that it was paid, the gift card last. */
function back(
  order: Order,
  amount: number,
  one: Pick<Transaction, "status" | "at">,
  nextId: () => bigint,
): Transaction[] {
  const byCard = paidBy(order, "gift_card");
  const other = Math.min(amount, netPaid(order) - byCard);
  return [
    { gateway: order.gateway, amount: other },
    { gateway: "gift_card", amount: amount - other },
  ]
    .filter((part) => part.amount > 0)
    .map((part) => ({ ...one, ...part, id: nextId(), kind: "refund" }));
}

/** Cancels an order, with its money given back, voided or kept; returns the refund if money went back. */
export function cancel(
  order: Order,
  given: { refund?: boolean; reason?: string },
  now: number,
  nextId: () => bigint,
): Refund | null {
  if (order.cancelledAt !== null) throw new Refusal("It is cancelled already.");
  const paid = netPaid(order);
  const isBack = paid > 0 && given.refund !== false;
  const left = order.lines.flatMap((line, place) => (line.quantity > line.removed ? [{ line: place }] : []));
  const shipping = order.shipping.find((one) => one.price > one.refunded);
  const made = refundOf(now, nextId, {
    lines: left.map((one) => takeBack(order, one, nextId)),
    shipping: shipping === undefined ? null : shippingOf(shipping, shipping.price - shipping.refunded, nextId),
    transactions: isBack ? back(order, paid, { status: "success", at: now }, nextId) : [],
  });
  order.refunds.push(made);
  order.transactions.push(...made.transactions);
  // Nothing of it is to be paid any longer, whatever earlier refunds and exchanges left.
  made.discrepancy = -currentTotal(order);
  const authorised = order.transactions.find((one) => one.kind === "authorization");
  if (received(order) === 0 && authorised !== undefined) {
    order.transactions.push({ ...authorised, id: nextId(), kind: "void", at: now });
  }
  order.cancelledAt = now;
  order.closedAt = now;
  order.cancelReason = given.reason ?? "customer";
  return isBack ? made : null;
}

function takeBack(order: Order, { line: place, quantity }: { line: number; quantity?: number }, nextId: () => bigint) {
  const line = order.lines[place];
  const units = quantity ?? (line === undefined ? 0 : line.quantity - line.removed);
  if (line === undefined || units < 1 || line.removed + units > line.quantity) {
    throw new Refusal(`There are not ${units} left of line ${place}.`);
  }
  const [from, to] = [line.removed, line.removed + units];
  line.removed = to;
  return {
    id: nextId(),
    line,
    quantity: units,
    subtotal: part(net(line), from, to, line.quantity),
    tax: part(line.tax, from, to, line.quantity),
  };
}

function shippingBack(order: Order, text: string, nextId: () => bigint): NonNullable<Refund["shipping"]> {
  const shipping = order.shipping[0];
  const amount = toMinor(text, order.currency);
  if (shipping === undefined || shipping.refunded + amount > shipping.price) {
    throw new Refusal("More shipping than was paid can't be given back.");
  }
  return shippingOf(shipping, amount, nextId);
}

function shippingOf(shipping: Shipping, amount: number, nextId: () => bigint): NonNullable<Refund["shipping"]> {
  const [from, to] = [shipping.refunded, shipping.refunded + amount];
  shipping.refunded = to;
  return { id: nextId(), shipping, amount, tax: part(shipping.tax, from, to, Math.max(shipping.price, 1)) };
}

function refundOf(at: number, nextId: () => bigint, given: Partial<Refund>): Refund {
  return {
    id: nextId(),
    at,
    note: null,
    lines: [],
    shipping: null,
    discrepancy: 0,
    transactions: [],
    returnId: null,
    ...given,
  };
}

function taxOf(amount: number, rate: number, included: boolean): number {
  return included ? Math.round(amount - amount / (1 + rate)) : Math.round(amount * rate);
}

/** What tax adds to a price: nothing where it is in it. */
const taxOn = (order: Order, tax: number): number => (order.taxesIncluded ? 0 : tax);

const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((all, item) => all + of(item), 0);

/** A line's goods before and after its discounts. */
export const gross = (line: Line): number => line.price * line.quantity;
export const discountOf = (line: Line): number => sum(line.allocations, ({ amount }) => amount);
export const net = (line: Line): number => gross(line) - discountOf(line);

/** A line as it is after what was taken back: of a total of all units, what the units that are left have. */
export const remaining = (line: Line, amount: number): number =>
  part(amount, line.removed, line.quantity, line.quantity);

export const lineItemsTotal = (order: Order): number => sum(order.lines, gross);
export const discounts = (order: Order): number => sum(order.lines, discountOf);
export const subtotal = (order: Order): number => sum(order.lines, net);
export const shippingTotal = (order: Order): number => sum(order.shipping, ({ price }) => price);
export const tax = (order: Order): number =>
  sum(order.lines, (line) => line.tax) + sum(order.shipping, (one) => one.tax);

/** All that was to be paid, with what edits added and before anything was taken back. */
export const total = (order: Order): number => subtotal(order) + shippingTotal(order) + taxOn(order, tax(order));

export const currentSubtotal = (order: Order): number => sum(order.lines, (line) => remaining(line, net(line)));
export const currentDiscounts = (order: Order): number => sum(order.lines, (line) => remaining(line, discountOf(line)));
export const currentTax = (order: Order): number =>
  tax(order) - sum(order.refunds, (one) => sum(one.lines, (line) => line.tax) + (one.shipping?.tax ?? 0));
export const currentShipping = (order: Order): number => sum(order.shipping, (one) => one.price - one.refunded);

/** What is to be paid after edits, returns and refunds. */
export const currentTotal = (order: Order): number =>
  currentSubtotal(order) +
  currentShipping(order) +
  taxOn(order, currentTax(order)) +
  order.exchanged +
  sum(order.refunds, (one) => one.discrepancy);

const isMoney = (one: Transaction): boolean =>
  one.status === "success" && (one.kind === "sale" || one.kind === "capture");
const isBack = (one: Transaction): boolean => one.status === "success" && one.kind === "refund";

export const received = (order: Order): number => sum(order.transactions.filter(isMoney), ({ amount }) => amount);
export const refunded = (order: Order): number => sum(order.transactions.filter(isBack), ({ amount }) => amount);
export const netPaid = (order: Order): number => received(order) - refunded(order);

function paidBy(order: Order, gateway: string): number {
  const own = order.transactions.filter((one) => one.gateway === gateway);
  return sum(own.filter(isMoney), ({ amount }) => amount) - sum(own.filter(isBack), ({ amount }) => amount);
}

export type FinancialStatus =
  | "pending"
  | "authorized"
  | "partially_paid"
  | "paid"
  | "partially_refunded"
  | "refunded"
  | "voided";

export function financialStatus(order: Order): FinancialStatus {
  const [paid, back] = [received(order), refunded(order)];
  if (paid === 0) {
    if (order.transactions.some((one) => one.kind === "void")) return "voided";
    if (order.transactions.some((one) => one.kind === "authorization")) return "authorized";
    return total(order) === 0 ? "paid" : "pending";
  }
  if (back >= paid) return "refunded";
  if (back > 0) return "partially_refunded";
  return paid < currentTotal(order) ? "partially_paid" : "paid";
}
