import { exponentOf, restText } from "./money.ts";
import * as sums from "./order.ts";
import type { Line, Order, Refund, Shipping, Transaction } from "./order.ts";
import { restTime } from "./wire.ts";

/** What the REST form of an order needs to know of its shop. */
export interface RestShop {
  /** The shop's domain. */
  name: string;
  offsetMinutes: number;
}

/** Personal details that every order carries, so that tests can look for them where they must not be. */
export const SHOPPER = {
  firstName: "Ottilie",
  lastName: "Quastenberg",
  street: "17 Zwetschgenweg",
  city: "Oberammerthal",
  zip: "82487",
  phone: "+4915550100",
  ip: "198.51.100.23",
};

/** The body of an order's webhook. */
export function restOrder(order: Order, shop: RestShop): Record<string, unknown> {
  const money = (minor: number): string => restText(minor, order.currency);
  const set = setOf(order);
  const time = (at: number | null): string | null => (at === null ? null : restTime(at, shop.offsetMinutes));
  const codes = order.applications.flatMap((one, index) =>
    // Manual discounts stand among the codes too.
    one.type === "discount_code" || one.type === "manual" ? [{ one, amount: allocated(order, index) }] : [],
  );
  const both = (name: string, minor: number): Record<string, unknown> => ({
    [name]: money(minor),
    [`${name}_set`]: set(minor),
  });
  return {
    id: order.id,
    admin_graphql_api_id: `gid://shopify/Order/${order.id}`,
    app_id: 580111,
    browser_ip: SHOPPER.ip,
    buyer_accepts_marketing: false,
    cancel_reason: order.cancelReason,
    cancelled_at: time(order.cancelledAt),
    cart_token: order.source === "web" ? `c1-${order.id}` : null,
    checkout_id: order.source === "web" ? order.id + 17n : null,
    checkout_token: order.source === "web" ? `t${order.id}` : null,
    client_details: null,
    closed_at: time(order.closedAt),
    confirmation_number: `C${order.number}`,
    confirmed: true,
    contact_email: order.email,
    created_at: time(order.createdAt),
    currency: order.currency,
    ...both("current_subtotal_price", sums.currentSubtotal(order)),
    current_total_additional_fees_set: null,
    ...both("current_total_discounts", sums.currentDiscounts(order)),
    current_total_duties_set: null,
    ...both("current_total_price", sums.currentTotal(order)),
    ...both("current_total_tax", sums.currentTax(order)),
    current_shipping_price_set: set(sums.currentShipping(order)),
    customer_locale: "en",
    device_id: null,
    discount_codes: codes.map(({ one, amount }) => ({
      code: one.text,
      amount: money(amount),
      type: "percentage" in one.value ? "percentage" : "fixed_amount",
    })),
    duties_included: false,
    email: order.email,
    estimated_taxes: false,
    financial_status: sums.financialStatus(order),
    fulfillment_status: order.fulfilled ? "fulfilled" : null,
    landing_site: order.landingSite,
    landing_site_ref: null,
    location_id: null,
    merchant_of_record_app_id: null,
    name: `#${order.number}`,
    note: null,
    note_attributes: order.attributes,
    number: order.number - 1000,
    order_number: order.number,
    order_status_url: `https://${shop.name}/1/orders/t${order.id}/authenticate?key=k${order.id}&locale=en`,
    original_total_additional_fees_set: null,
    original_total_duties_set: null,
    payment_gateway_names: gatewaysOf(order),
    phone: null,
    po_number: null,
    presentment_currency: order.presentment.currency,
    processed_at: time(order.createdAt),
    reference: null,
    referring_site: order.referringSite,
    source_identifier: order.sourceIdentifier,
    source_name: order.source,
    source_url: null,
    ...both("subtotal_price", sums.subtotal(order)),
    tags: "",
    tax_exempt: false,
    tax_lines: taxLines(order, sums.tax(order), rateOf(order)),
    taxes_included: order.taxesIncluded,
    test: order.test,
    token: `t${order.id}`,
    total_cash_rounding_payment_adjustment_set: set(0),
    total_cash_rounding_refund_adjustment_set: set(0),
    ...both("total_discounts", sums.discounts(order)),
    ...both("total_line_items_price", sums.lineItemsTotal(order)),
    total_outstanding: money(sums.currentTotal(order) - sums.netPaid(order)),
    ...both("total_price", sums.total(order)),
    total_shipping_price_set: set(sums.shippingTotal(order)),
    ...both("total_tax", sums.tax(order)),
    total_tip_received: money(0),
    total_weight: 0,
    updated_at: time(order.updatedAt),
    user_id: null,
    billing_address: address(order),
    customer: customer(order, time(order.createdAt)),
    discount_applications: order.applications.map((one) => ({
      target_type: "line_item",
      type: one.type,
      value: "percentage" in one.value ? one.value.percentage.toFixed(1) : money(one.value.amount),
      value_type: "percentage" in one.value ? "percentage" : "fixed_amount",
      allocation_method: "across",
      target_selection: "all",
      ...(one.type === "discount_code" ? { code: one.text } : { title: one.text, description: one.text }),
    })),
    fulfillments: [],
    line_items: order.lines.map((line) => restLine(order, line)),
    payment_terms: null,
    refunds: order.refunds.map((refund) => restRefund(order, refund, shop)),
    shipping_address: order.source === "pos" ? null : address(order),
    shipping_lines: order.shipping.map((one) => restShipping(order, one)),
  };
}

/** The body of `refunds/create`: it names the order, and has nothing else of it. */
export function restRefund(order: Order, refund: Refund, shop: RestShop): Record<string, unknown> {
  const money = (minor: number): string => restText(minor, order.currency);
  const set = setOf(order);
  const at = restTime(refund.at, shop.offsetMinutes);
  const adjustment = (kind: string, reason: string, amount: number, tax: number): Record<string, unknown> => ({
    id: refund.id + 3n,
    order_id: order.id,
    refund_id: refund.id,
    amount: money(amount),
    tax_amount: money(tax),
    kind,
    reason,
    amount_set: set(amount),
    tax_amount_set: set(tax),
  });
  const { shipping } = refund;
  return {
    id: refund.id,
    order_id: order.id,
    created_at: at,
    note: refund.note,
    user_id: null,
    processed_at: at,
    duties: [],
    total_duties_set: set(0),
    return:
      refund.returnId === null
        ? null
        : { id: refund.returnId, admin_graphql_api_id: `gid://shopify/Return/${refund.returnId}` },
    restock: false,
    additional_fees: [],
    total_additional_fees_set: set(0),
    // The same shipping stands here and, with the other sign, among the adjustments.
    refund_shipping_lines:
      shipping === null
        ? []
        : [
            {
              id: shipping.id,
              shipping_line_id: shipping.shipping.id,
              subtotal_amount_set: set(shipping.amount),
              shipping_line: restShipping(order, shipping.shipping),
            },
          ],
    admin_graphql_api_id: `gid://shopify/Refund/${refund.id}`,
    order_adjustments: [
      ...(shipping === null ? [] : [adjustment("shipping_refund", "Shipping refund", -shipping.amount, -shipping.tax)]),
      ...(refund.discrepancy === 0
        ? []
        : [adjustment("refund_discrepancy", "Refund discrepancy", refund.discrepancy, 0)]),
    ],
    refund_line_items: refund.lines.map((one) => ({
      id: one.id,
      line_item_id: one.line.id,
      location_id: null,
      quantity: one.quantity,
      restock_type: "no_restock",
      subtotal: money(one.subtotal),
      subtotal_set: set(one.subtotal),
      total_tax: money(one.tax),
      total_tax_set: set(one.tax),
      line_item: restLine(order, one.line),
    })),
    transactions: refund.transactions.map((one) => restTransaction(order, one, shop)),
  };
}

/** The body of `orders/edited`: what was added and taken out, and which order it is of. */
export function restEdit(
  order: Order,
  edit: { id: bigint; at: number; additions: readonly Line[]; removals: readonly { line: Line; quantity: number }[] },
  shop: RestShop,
): Record<string, unknown> {
  const at = restTime(edit.at, shop.offsetMinutes);
  return {
    order_edit: {
      id: edit.id,
      app_id: null,
      created_at: at,
      committed_at: at,
      notify_customer: false,
      order_id: order.id,
      staff_note: "",
      user_id: null,
      line_items: {
        additions: edit.additions.map(({ id, quantity }) => ({ id, delta: quantity })),
        removals: edit.removals.map(({ line, quantity }) => ({ id: line.id, delta: quantity })),
      },
      discounts: { line_item: { additions: [], removals: [] } },
      shipping_lines: { additions: [], removals: [] },
    },
  };
}

/** Amounts in the shop's and in the shopper's currency. */
function setOf(order: Order): (minor: number) => unknown {
  const { currency, presentment } = order;
  return (minor) => ({
    shop_money: { amount: restText(minor, currency), currency_code: currency },
    presentment_money: {
      amount: restText(presented(order, minor), presentment.currency),
      currency_code: presentment.currency,
    },
  });
}

/** An amount in the shopper's currency, in its minor units. */
export function presented({ currency, presentment }: Order, minor: number): number {
  return Math.round(minor * presentment.rate * 10 ** (exponentOf(presentment.currency) - exponentOf(currency)));
}

/** Ways to pay, each once. */
export function gatewaysOf(order: Order): string[] {
  const used = order.transactions.filter((one) => one.kind !== "refund").map((one) => one.gateway);
  return [...new Set(used.length === 0 && sums.total(order) > 0 ? [order.gateway] : used)];
}

function allocated(order: Order, application: number): number {
  const own = order.lines.flatMap((line) => line.allocations.filter((one) => one.application === application));
  return own.reduce((sum, { amount }) => sum + amount, 0);
}

const rateOf = (order: Order): number => order.lines.find((line) => !line.giftCard)?.taxRate ?? 0;

function taxLines(order: Order, tax: number, rate: number): unknown[] {
  if (tax === 0) return [];
  const price = restText(tax, order.currency);
  return [{ price, rate, title: "VAT", price_set: setOf(order)(tax), channel_liable: false }];
}

function restLine(order: Order, line: Line): Record<string, unknown> {
  const money = (minor: number): string => restText(minor, order.currency);
  const set = setOf(order);
  return {
    id: line.id,
    admin_graphql_api_id: `gid://shopify/LineItem/${line.id}`,
    attributed_staffs: [],
    current_quantity: line.quantity - line.removed,
    fulfillable_quantity: line.quantity - line.removed,
    fulfillment_service: "manual",
    fulfillment_status: null,
    gift_card: line.giftCard,
    grams: 200,
    name: line.title,
    price: money(line.price),
    price_set: set(line.price),
    product_exists: true,
    product_id: line.productId,
    properties: [],
    quantity: line.quantity,
    requires_shipping: !line.giftCard,
    sku: line.sku,
    taxable: !line.giftCard,
    title: line.title,
    // Discounts of the whole order stand in the allocations alone.
    total_discount: money(0),
    total_discount_set: set(0),
    variant_id: line.productId + 1n,
    variant_inventory_management: "shopify",
    variant_title: null,
    vendor: null,
    tax_lines: taxLines(order, line.tax, line.taxRate),
    duties: [],
    discount_allocations: line.allocations.map(({ application, amount }) => ({
      amount: money(amount),
      amount_set: set(amount),
      discount_application_index: application,
    })),
  };
}

function restShipping(order: Order, one: Shipping): Record<string, unknown> {
  const money = restText(one.price, order.currency);
  const set = setOf(order)(one.price);
  return {
    id: one.id,
    carrier_identifier: null,
    code: one.title,
    discounted_price: money,
    discounted_price_set: set,
    is_removed: false,
    phone: null,
    price: money,
    price_set: set,
    requested_fulfillment_service_id: null,
    source: "shopify",
    title: one.title,
    tax_lines: taxLines(order, one.tax, rateOf(order)),
    discount_allocations: [],
  };
}

function restTransaction(order: Order, one: Transaction, shop: RestShop): Record<string, unknown> {
  const at = restTime(one.at, shop.offsetMinutes);
  return {
    id: one.id,
    admin_graphql_api_id: `gid://shopify/OrderTransaction/${one.id}`,
    order_id: order.id,
    kind: one.kind,
    gateway: one.gateway,
    status: one.status,
    message: null,
    created_at: at,
    processed_at: at,
    test: order.test,
    authorization: null,
    parent_id: order.transactions[0]?.id ?? null,
    error_code: null,
    source_name: order.source,
    receipt: {},
    amount: restText(one.amount, order.currency),
    currency: order.currency,
    payment_id: `c${order.id}.1`,
    manual_payment_gateway: false,
    amount_rounding: null,
  };
}

function customer(order: Order, at: string | null): Record<string, unknown> | null {
  if (order.customer === null) return null;
  const { id, email } = order.customer;
  return {
    id,
    email,
    created_at: at,
    updated_at: at,
    first_name: SHOPPER.firstName,
    last_name: SHOPPER.lastName,
    state: "disabled",
    note: null,
    verified_email: true,
    multipass_identifier: null,
    tax_exempt: false,
    phone: SHOPPER.phone,
    tags: "",
    currency: order.currency,
    tax_exemptions: [],
    admin_graphql_api_id: `gid://shopify/Customer/${id}`,
    default_address: { id: id + 1n, customer_id: id, ...address(order), default: true },
  };
}

function address(order: Order): Record<string, unknown> | null {
  if (order.country === null) return null;
  return {
    first_name: SHOPPER.firstName,
    address1: SHOPPER.street,
    phone: SHOPPER.phone,
    city: SHOPPER.city,
    zip: SHOPPER.zip,
    province: null,
    country: order.country,
    last_name: SHOPPER.lastName,
    address2: null,
    company: null,
    latitude: null,
    longitude: null,
    name: `${SHOPPER.firstName} ${SHOPPER.lastName}`,
    country_code: order.country,
    province_code: null,
  };
}
