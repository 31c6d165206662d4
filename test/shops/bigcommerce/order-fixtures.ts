import type { ShopOrder } from "../../../src/ground/model/shop-order.ts";
import { type OrderParts, readOrder } from "../../../src/shops/bigcommerce/read-order.ts";

type Json = Record<string, unknown>;

/** A line of an order of the API v2: 40.00 for two, less a tenth, with 19 % tax. */
export function line(changes: Json = {}): Json {
  return {
    id: 31,
    order_id: 1203,
    product_id: 77,
    variant_id: 801,
    name: "Linen apron",
    sku: "APRON-S",
    type: "physical",
    base_price: "20.0000",
    price_ex_tax: "20.0000",
    total_ex_tax: "40.0000",
    total_inc_tax: "47.6000",
    total_tax: "6.8400",
    discounted_total_inc_tax: "42.8400",
    quantity: 2,
    applied_discounts: [{ id: "coupon", amount: "4.0000", name: "Spring", code: "ANNA10", target: "order" }],
    ...changes,
  };
}

/** Lines as they come: by where they go. */
export function consignments(shipping: Json[], certificates: Json[] = [], downloads: Json[] = []): Json {
  return {
    pickups: [],
    shipping: shipping.length === 0 ? [] : [{ id: 99, line_items: shipping }],
    downloads: downloads.length === 0 ? [] : [{ recipient_email: "p@x.example", line_items: downloads }],
    email: { gift_certificates: certificates.map((one) => ({ recipient_email: "p@x.example", line_items: [one] })) },
  };
}

/** An order of the API v2 with its lines: 36.00 of goods, 5.00 of shipping, 7.79 of tax. */
export function bigOrder(changes: Json = {}): Json {
  return {
    id: 1203,
    customer_id: 88,
    date_created: "Mon, 02 Mar 2026 09:15:58 +0000",
    date_modified: "Mon, 02 Mar 2026 09:16:20 +0000",
    status_id: 11,
    status: "Awaiting Fulfillment",
    subtotal_ex_tax: "40.0000",
    shipping_cost_ex_tax: "5.0000",
    shipping_cost_inc_tax: "5.9500",
    handling_cost_ex_tax: "0.0000",
    total_inc_tax: "48.7900",
    total_tax: "7.7900",
    coupon_discount: "4.0000",
    discount_amount: "0.0000",
    refunded_amount: "0.0000",
    gift_certificate_amount: "0.0000",
    store_credit_amount: "0.0000",
    payment_method: "Credit Card",
    currency_code: "EUR",
    default_currency_code: "EUR",
    store_default_currency_code: "EUR",
    geoip_country_iso2: "FR",
    is_deleted: false,
    order_source: "www",
    external_source: null,
    billing_address: { first_name: "Ada", country_iso2: "DE", email: "ada@shopper.example", phone: "0208 00000" },
    consignments: consignments([line()]),
    fees: [],
    ...changes,
  };
}

/** A refund of v3 by one payment. */
export function refund(amount: unknown, isDeclined = false, changes: Json = {}): Json {
  return {
    id: 3,
    order_id: 1203,
    created: "2026-03-05T10:00:00Z",
    total_amount: amount,
    items: [{ item_type: "PRODUCT", item_id: 31, quantity: 1 }],
    payments: [{ id: 1, provider_id: "custom", amount, offline: true, is_declined: isDeclined }],
    ...changes,
  };
}

/** The order as it is read. Throws where it is none. */
export function orderOf(changes: Json = {}, parts: Partial<OrderParts> = {}): ShopOrder {
  const reading = readOrder(bigOrder(changes), { coupons: [], refunds: [], ...parts });
  if (reading.kind !== "order") throw new Error(JSON.stringify(reading));
  return reading.order;
}
