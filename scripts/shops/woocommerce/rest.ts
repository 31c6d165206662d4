import { dates } from "./coupon.ts";
import { toText } from "./money.ts";
import { lineTax, lineTotal } from "../order-lines.ts";
import { type Order, sumsOf } from "./order.ts";

/** How a shop shows things. */
export interface Showing {
  /** How far its time is ahead of UTC, ms. */
  offsetMs: number;
  /** Decimals that it is set to show; `null`: those of its currency. */
  decimals: number | null;
}

/** An order as the REST API v3 shows it. `withRefunds`: lists of some shops leave them out. */
export function orderRest(
  order: Order,
  { offsetMs, decimals }: Showing,
  withRefunds: boolean,
): Record<string, unknown> {
  const { currency } = order;
  const text = (minor: number): string => toText(minor, currency, decimals ?? undefined);
  const { discount, shippingTax, tax, total } = sumsOf(order);
  const person = {
    first_name: "Ada",
    last_name: `Shopper ${order.id}`,
    address_1: "1 Mill Lane",
    city: "Mühlheim",
    postcode: "45468",
  };
  return {
    id: order.id,
    parent_id: order.parentId,
    number: String(order.id),
    order_key: `wc_order_${order.id}`,
    created_via: order.createdVia,
    version: "10.4.3",
    status: order.status,
    currency,
    ...dates("date_created", order.createdAt, offsetMs),
    ...dates("date_modified", order.modifiedAt, offsetMs),
    discount_total: text(discount),
    discount_tax: text(0),
    shipping_total: text(order.shipping),
    shipping_tax: text(shippingTax),
    cart_tax: text(tax - shippingTax),
    total: text(total),
    total_tax: text(tax),
    prices_include_tax: false,
    customer_id: order.customerId,
    customer_ip_address: "203.0.113.20",
    customer_user_agent: "Mozilla/5.0 (X11; Linux x86_64)",
    customer_note: "Please ring twice",
    billing: { ...person, country: order.country, email: order.email, phone: "+4920800000" },
    shipping: { ...person, country: order.country },
    payment_method: order.gateway,
    payment_method_title: "Card",
    transaction_id: `txn_${order.id}`,
    ...dates("date_paid", order.paidAt, offsetMs),
    ...dates("date_completed", order.status === "completed" ? order.modifiedAt : null, offsetMs),
    cart_hash: "",
    meta_data: order.meta.map((meta, at) => ({ id: order.id * 100 + at, ...meta })),
    line_items: order.lines.map((line) => ({
      id: line.id,
      name: line.title,
      product_id: line.productId,
      variation_id: 0,
      quantity: line.quantity,
      tax_class: "",
      subtotal: text(line.price * line.quantity),
      subtotal_tax: text(Math.round(line.price * line.quantity * line.taxRate)),
      total: text(lineTotal(line)),
      total_tax: text(lineTax(line)),
      taxes: [],
      meta_data: line.giftCard ? [{ id: line.id, key: "pw_gift_card_amount", value: text(line.price) }] : [],
      sku: line.sku,
      // A quotient of floats, with all that comes of it.
      price: line.quantity === 0 ? 0 : Number(text(lineTotal(line))) / line.quantity,
    })),
    tax_lines: tax === 0 ? [] : [{ id: order.id, rate_id: 1, label: "VAT", tax_total: text(tax - shippingTax) }],
    shipping_lines:
      order.shipping === 0
        ? []
        : [{ id: order.id, method_id: "flat_rate", total: text(order.shipping), total_tax: text(shippingTax) }],
    fee_lines: order.fee === 0 ? [] : [{ id: order.id, name: "Fee", total: text(order.fee), total_tax: text(0) }],
    coupon_lines: order.coupons.map(({ id, code, discount: off, discountType }) => ({
      id,
      code,
      discount: text(off),
      discount_tax: text(0),
      discount_type: discountType,
      meta_data: [],
    })),
    ...(order.cards > 0 && { gift_cards: [{ id: 1, code: "GIFT-1", amount: Number(text(order.cards)) }] }),
    refunds: withRefunds
      ? order.refunds.map(({ id, amount, reason }) => ({ id, reason, total: `-${text(amount)}` }))
      : [],
  };
}

/** A refund as `/orders/{id}/refunds` shows it, and with `parent_id` as `/refunds` does. */
export function refundRest(order: Order, id: number, { offsetMs, decimals }: Showing): Record<string, unknown> {
  const refund = order.refunds.find((one) => one.id === id);
  if (refund === undefined) return {};
  return {
    id,
    parent_id: order.id,
    ...dates("date_created", refund.at, offsetMs),
    amount: toText(refund.amount, order.currency, decimals ?? undefined),
    reason: refund.reason,
    refunded_by: 1,
    refunded_payment: true,
    line_items: [],
  };
}
