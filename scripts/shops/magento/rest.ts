import { exponentOf } from "../shopify/money.ts";
import { lineTax, lineTotal } from "../order-lines.ts";
import { type Line, type Memo, type Order, sumsOf } from "./order.ts";

type Json = Record<string, unknown>;

/** A time as the interface has it: UTC, without a zone. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}

/** Amounts of an order in both currencies, as numbers of JSON. */
function amountsOf(order: Order, base: string, given: Record<string, number>): Json {
  const unit = 10 ** exponentOf(order.currency);
  const ofBase = order.currency === base ? order.rate : order.rate;
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, minor]) => [
      [name, minor / unit],
      [`base_${name}`, Math.round((minor / unit) * ofBase * 10_000) / 10_000],
    ]),
  );
}

/** An order as the REST API shows it. What is nothing is left out, as Magento leaves out what is null. */
export function orderRest(order: Order, base: string): Json {
  const { subtotal, discount, tax, total, refunded } = sumsOf(order);
  const unit = 10 ** exponentOf(order.currency);
  const person = { firstname: "Ada", lastname: `Shopper ${order.id}`, street: ["1 Mill Lane"], city: "Mühlheim" };
  const parts = amountsOf(order, base, {
    subtotal,
    // Below 0 here, above on the lines.
    discount_amount: -discount,
    shipping_amount: order.shipping,
    shipping_discount_amount: order.shippingDiscount,
    tax_amount: tax,
    grand_total: total,
    ...(order.isPaid && { total_paid: total }),
    ...(refunded > 0 && { total_refunded: refunded }),
    ...(order.state === "canceled" || order.cancelled > 0
      ? { total_canceled: order.state === "canceled" ? total : order.cancelled }
      : {}),
  });
  // Summed as floats are, with all that comes of it.
  const charged = subtotal / unit - discount / unit + order.shipping / unit + tax / unit - order.cards / unit;
  return {
    entity_id: order.id,
    increment_id: order.number,
    store_id: order.storeView,
    state: order.state,
    status: order.state === "new" ? "pending" : order.state,
    base_currency_code: base,
    order_currency_code: order.currency,
    store_currency_code: base,
    global_currency_code: base,
    created_at: timeText(order.createdAt),
    updated_at: timeText(order.updatedAt),
    ...parts,
    grand_total: charged,
    ...(order.codes.length > 0 && { coupon_code: order.codes.join(",") }),
    ...(order.customerId === null ? { customer_is_guest: 1 } : { customer_id: order.customerId, customer_is_guest: 0 }),
    customer_email: order.email,
    remote_ip: "203.0.113.20",
    billing_address: { ...person, country_id: order.country, email: order.email, telephone: "+4920800000" },
    payment: { method: order.gateway, account_status: null, additional_information: ["Check / Money order"] },
    items: order.lines.flatMap((line) => itemRest(line, order, base)),
    extension_attributes: {
      ...order.extension,
      ...(order.codes.length > 1 && { coupon_codes: order.codes }),
      ...(order.cards > 0 && amountsOf(order, base, { gift_cards_amount: order.cards })),
      shipping_assignments: [{ shipping: { address: { ...person, country_id: order.country } } }],
    },
  };
}

function itemRest(line: Line, order: Order, base: string): Json[] {
  const money = (whole: number): Json =>
    amountsOf(order, base, {
      price: line.price / whole,
      row_total: (line.price * line.quantity) / whole,
      discount_amount: line.discount / whole,
      tax_amount: lineTax(line) / whole,
      discount_tax_compensation_amount: 0,
    });
  const own = {
    item_id: line.id,
    order_id: order.id,
    product_id: line.productId,
    sku: line.sku,
    name: line.title,
    qty_ordered: line.quantity,
    tax_percent: line.taxRate * 100,
  };
  const nothing = { price: 0, base_price: 0, row_total: 0, base_row_total: 0, discount_amount: 0 };
  const child = (place: number): Json => ({
    ...own,
    item_id: line.id * 1_000 + place,
    parent_item_id: line.id,
    product_type: "simple",
    parent_item: { ...own, product_type: line.type },
  });
  switch (line.type) {
    case "configurable":
      return [
        { ...own, product_type: "configurable", ...money(1) },
        { ...child(1), ...nothing },
      ];
    case "bundle":
      return [
        { ...own, product_type: "bundle", ...money(1), discount_amount: 0, base_discount_amount: 0 },
        { ...child(1), sku: `${line.sku}-a`, ...money(2) },
        { ...child(2), sku: `${line.sku}-b`, ...money(2) },
      ];
    default:
      return [{ ...own, product_type: line.type, ...money(1) }];
  }
}

/** A credit memo as the REST API shows it. */
export function memoRest(memo: Memo, order: Order, base: string): Json {
  return {
    entity_id: memo.id,
    increment_id: String(memo.id).padStart(9, "0"),
    order_id: order.id,
    store_id: order.storeView,
    state: memo.state,
    base_currency_code: base,
    order_currency_code: order.currency,
    ...amountsOf(order, base, {
      adjustment: memo.adjustmentPositive - memo.adjustmentNegative,
      adjustment_positive: memo.adjustmentPositive,
      adjustment_negative: memo.adjustmentNegative,
      subtotal: memo.amount - memo.adjustmentPositive + memo.adjustmentNegative,
      grand_total: memo.amount,
    }),
    created_at: timeText(memo.at),
    updated_at: timeText(memo.at),
    items: order.lines.map((line) => ({
      order_item_id: line.id,
      sku: line.sku,
      qty: 1,
      row_total: lineTotal(line) / 100,
    })),
    comments: [],
    ...(memo.cards > 0 && { extension_attributes: amountsOf(order, base, { gift_cards_amount: memo.cards }) }),
  };
}
