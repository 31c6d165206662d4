import { exponentOf } from "../shopify/money.ts";
import { toText } from "../woocommerce/money.ts";
import { lineTax, lineTotal } from "../order-lines.ts";
import { type Line, type Order, sumsOf } from "../woocommerce/order.ts";

/** Statuses of the model by BigCommerce's numbers. */
const STATUS_IDS: Readonly<Record<string, number>> = {
  "checkout-draft": 0,
  pending: 7,
  processing: 11,
  completed: 10,
  cancelled: 5,
  refunded: 4,
  failed: 6,
};

/** What BigCommerce knows of an order beyond the model. */
export interface Extra {
  /** A number of BigCommerce's, in place of what follows from the order. */
  statusId: number | null;
  /** What the shopper was shown, ISO 4217. */
  displayCurrency: string;
  externalSource: string | null;
  deleted: boolean;
  /** Of refunds by their ids: what was given back, and whether the payment was declined. */
  refunds: Map<number, { items: { item_type: string; item_id: number; quantity?: number }[]; declined: boolean }>;
}

/** The number of an order's status. */
export function statusId(order: Order, extra: Extra): number {
  if (extra.statusId !== null) return extra.statusId;
  const isPart =
    order.refunds.some(({ id }) => extra.refunds.get(id)?.declined !== true) &&
    order.status !== "refunded" &&
    order.status !== "cancelled";
  return isPart ? 14 : (STATUS_IDS[order.status] ?? 1);
}

/** A time as v2 writes it. */
export function rfc2822(at: number): string {
  return new Date(at).toUTCString().replace("GMT", "+0000");
}

/** An amount as v2 writes it: four decimals, whatever the currency has. */
export function fourPlaces(minor: number, currency: string): string {
  return toText(minor, currency, Math.max(4, exponentOf(currency)));
}

/** An order as `/v2/orders` shows it; `include` says what is in it, and else only where it is. */
export function orderRest(
  order: Order,
  extra: Extra,
  base: string,
  include: readonly string[],
): Record<string, unknown> {
  const { currency, id } = order;
  const text = (minor: number): string => fourPlaces(minor, currency);
  const { goods, discount, shippingTax, tax } = sumsOf(order);
  // What pays doesn't lower it.
  const total = goods + order.shipping + order.fee + tax;
  const link = (part: string) => ({ url: `${base}/v2/orders/${id}/${part}`, resource: `/orders/${id}/${part}` });
  const coupon = Math.min(
    discount,
    order.coupons.reduce((sum, one) => sum + one.discount, 0),
  );
  return {
    id,
    customer_id: order.customerId,
    date_created: rfc2822(order.createdAt),
    date_modified: rfc2822(order.modifiedAt),
    date_shipped: "",
    status_id: statusId(order, extra),
    status: `Status ${statusId(order, extra)}`,
    subtotal_ex_tax: text(goods + discount),
    subtotal_inc_tax: text(goods + discount + tax - shippingTax),
    shipping_cost_ex_tax: text(order.shipping),
    shipping_cost_inc_tax: text(order.shipping + shippingTax),
    handling_cost_ex_tax: text(0),
    handling_cost_inc_tax: text(0),
    wrapping_cost_ex_tax: text(0),
    total_ex_tax: text(total - tax),
    total_inc_tax: text(total),
    total_tax: text(tax),
    items_total: order.lines.reduce((sum, { quantity }) => sum + quantity, 0),
    payment_method: order.gateway,
    payment_status: order.paidAt === null ? "" : "captured",
    // Always.
    refunded_amount: text(0),
    store_credit_amount: text(0),
    gift_certificate_amount: text(order.cards),
    ip_address: "203.0.113.20",
    geoip_country_iso2: order.country,
    currency_id: 2,
    currency_code: extra.displayCurrency,
    currency_exchange_rate: "1.0000000000",
    default_currency_id: 1,
    default_currency_code: currency,
    store_default_currency_code: currency,
    discount_amount: text(discount - coupon),
    coupon_discount: text(coupon),
    is_deleted: extra.deleted,
    order_source: order.createdVia === "checkout" ? "www" : order.createdVia,
    external_source: extra.externalSource,
    customer_message: "Please ring twice",
    billing_address: {
      first_name: "Ada",
      last_name: `Shopper ${id}`,
      street_1: "1 Mill Lane",
      city: "Mühlheim",
      country_iso2: order.country,
      phone: "+4920800000",
      email: order.email,
    },
    products: link("products"),
    shipping_addresses: link("shippingaddresses"),
    coupons: link("coupons"),
    consignments: include.includes("consignments.line_items") ? consignments(order) : link("consignments"),
    fees: include.includes("fees") ? fees(order) : link("fees"),
  };
}

function consignments(order: Order): Record<string, unknown> {
  const [cards, goods] = [order.lines.filter((line) => line.giftCard), order.lines.filter((line) => !line.giftCard)];
  return {
    pickups: [],
    shipping: goods.length === 0 ? [] : [{ id: order.id, line_items: goods.map((line) => productRest(line, order)) }],
    downloads: [],
    email: {
      gift_certificates: cards.map((line) => ({
        recipient_email: "friend@shopper.example",
        line_items: [productRest(line, order)],
      })),
    },
  };
}

function fees(order: Order): Record<string, unknown>[] {
  const cost = fourPlaces(order.fee, order.currency);
  return order.fee === 0 ? [] : [{ id: order.id, type: "custom_fee", cost_ex_tax: cost, cost_inc_tax: cost }];
}

function productRest(line: Line, order: Order): Record<string, unknown> {
  const text = (minor: number): string => fourPlaces(minor, order.currency);
  const before = line.price * line.quantity;
  const taxBefore = Math.round(before * line.taxRate);
  return {
    id: line.id,
    order_id: order.id,
    product_id: line.giftCard ? 0 : line.productId,
    variant_id: line.productId + 1,
    name: line.title,
    sku: line.sku,
    type: line.giftCard ? "giftcertificate" : "physical",
    base_price: text(line.price),
    price_ex_tax: text(line.price),
    total_ex_tax: text(before),
    total_inc_tax: text(before + taxBefore),
    total_tax: text(lineTax(line)),
    discounted_total_inc_tax: text(lineTotal(line) + lineTax(line)),
    quantity: line.quantity,
    applied_discounts:
      line.discount === 0
        ? []
        : [
            {
              id: "coupon",
              amount: text(line.discount),
              name: "Coupon",
              code: order.coupons[0]?.code ?? null,
              target: "order",
            },
          ],
  };
}

/** A refund as v3 shows it. */
export function refundRest(order: Order, extra: Extra, id: number): Record<string, unknown> {
  const refund = order.refunds.find((one) => one.id === id);
  const more = extra.refunds.get(id);
  if (refund === undefined) return {};
  const amount = Number(toText(refund.amount, order.currency));
  return {
    id,
    order_id: order.id,
    created: new Date(refund.at).toISOString(),
    reason: refund.reason,
    total_amount: amount,
    total_tax: 0,
    items: more?.items ?? [],
    payments: [
      {
        id: 1,
        provider_id: "custom",
        amount,
        offline: true,
        is_declined: more?.declined ?? false,
        declined_message: more?.declined === true ? "Do not honour" : "",
      },
    ],
  };
}

/** A coupon of an order as `/v2/orders/{id}/coupons` shows it. */
export function couponRest(order: Order, coupon: Order["coupons"][number]): Record<string, unknown> {
  return {
    id: coupon.id,
    coupon_id: coupon.id,
    order_id: order.id,
    code: coupon.code,
    amount: 0,
    type: 5,
    discount: Number(toText(coupon.discount, order.currency)),
  };
}
