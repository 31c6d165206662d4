import type { ShopOrder, ShopReading } from "../../../src/ground/model/shop-order.ts";
import { readOrder } from "../../../src/shops/woocommerce/read-order.ts";

/** Two lines, one with a discount; shipping; tax of both: 40.00 + 18.00 + 4.90 + 11.95 = 74.85. */
export function wooOrder(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 4711,
    parent_id: 0,
    number: "4711",
    created_via: "checkout",
    status: "processing",
    currency: "EUR",
    date_created: "2026-03-02T10:15:30",
    date_created_gmt: "2026-03-02T09:15:30",
    date_modified: "2026-03-02T10:16:00",
    date_modified_gmt: "2026-03-02T09:16:00",
    date_paid_gmt: "2026-03-02T09:15:58",
    discount_total: "2.00",
    discount_tax: "0.38",
    shipping_total: "4.90",
    shipping_tax: "0.93",
    cart_tax: "11.02",
    total: "74.85",
    total_tax: "11.95",
    prices_include_tax: false,
    customer_id: 88,
    customer_ip_address: "203.0.113.9",
    customer_user_agent: "Mozilla/5.0",
    customer_note: "leave it with the neighbour",
    billing: {
      first_name: "Jonas",
      last_name: "Beispiel",
      address_1: "Mühlweg 3",
      city: "Hagen",
      postcode: "58095",
      country: "DE",
      email: "Jonas@example.org",
      phone: "+492331000",
    },
    shipping: { first_name: "Jonas", last_name: "Beispiel", address_1: "Mühlweg 3", country: "DE" },
    payment_method: "stripe",
    transaction_id: "txn_998",
    meta_data: [],
    line_items: [
      line({ id: 1, name: "Linen shirt", sku: "LIN-1", quantity: 2, subtotal: "40.00", total: "40.00" }),
      line({ id: 2, name: "Socks", sku: "SOC-9", quantity: 4, subtotal: "20.00", total: "18.00" }),
    ],
    shipping_lines: [{ id: 5, total: "4.90", total_tax: "0.93" }],
    fee_lines: [],
    coupon_lines: [],
    refunds: [],
    ...changes,
  };
}

/** A line of an order. */
export function line(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 1,
    name: "Linen shirt",
    product_id: 61,
    variation_id: 0,
    quantity: 1,
    subtotal: "10.00",
    total: "10.00",
    total_tax: "1.90",
    meta_data: [],
    sku: "LIN-1",
    price: 10,
    ...changes,
  };
}

/** An entry of `meta_data`. */
export function meta(key: string, value: unknown): Record<string, unknown> {
  return { id: 1, key, value };
}

/** Reads what must be an order. */
export function orderOf(changes: Record<string, unknown> = {}, refunds: unknown[] | null = null): ShopOrder {
  const reading = readOrder(wooOrder(changes), "wm_click", refunds);
  if (reading.kind !== "order") throw new Error(`not an order: ${JSON.stringify(reading)}`);
  return reading.order;
}

/** The order of a reading that must be one. */
export function orderIn(reading: ShopReading | null | undefined): ShopOrder {
  if (reading?.kind !== "order") throw new Error(`not an order: ${JSON.stringify(reading)}`);
  return reading.order;
}
