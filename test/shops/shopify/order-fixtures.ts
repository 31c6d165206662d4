import {
  type Arbitrary,
  array,
  bigInt,
  boolean,
  constant,
  constantFrom,
  integer,
  option,
  record,
  string,
  stringMatching,
} from "fast-check";
import { decimalText } from "../../../src/shops/decimal.ts";

/** A line of an order as the tests say it; amounts in minor units. */
export interface LineState {
  sku: string | null;
  title: string;
  quantity: number;
  price: number;
  /** Discounts and taxes of the whole line. */
  discounts: number[];
  taxes: number[];
  giftCard: boolean;
  ships: boolean;
}

/** An order as the tests say it, from which both forms are made. Amounts in minor units of `currency`. */
export interface OrderState {
  id: string;
  currency: string;
  presentment: string;
  createdAt: number;
  processedAt: number;
  updatedAt: number;
  cancelledAt: number | null;
  financialStatus: string;
  test: boolean;
  sourceName: string | null;
  sourceIdentifier: string | null;
  tags: string[];
  taxesIncluded: boolean;
  total: number;
  currentTotal: number;
  tax: number;
  discounts: number;
  tips: number;
  gateways: string[];
  lines: LineState[];
  shipping: Pick<LineState, "price" | "discounts" | "taxes">[];
  refunds: { amount: number; kind: string; status: string }[];
  applications: { type: "discount_code" | "manual" | "automatic" | "script"; text: string }[];
  discountCodes: string[];
  attributes: { name: string; value: string }[];
  /** Its path and query. */
  landing: string | null;
  country: string | null;
  customer: { id: string; email: string } | null;
}

/** An order of two lines that was paid: 2 × 20.00 − 4.00 and 1 × 10.00, 5.00 of shipping, 9.69 of tax. */
export const PAID: OrderState = {
  id: "5123456789012",
  currency: "EUR",
  presentment: "EUR",
  createdAt: Date.UTC(2026, 10, 20, 9, 0, 5),
  processedAt: Date.UTC(2026, 10, 20, 9, 0, 4),
  updatedAt: Date.UTC(2026, 10, 20, 9, 0, 9),
  cancelledAt: null,
  financialStatus: "paid",
  test: false,
  sourceName: "web",
  sourceIdentifier: null,
  tags: [],
  taxesIncluded: false,
  total: 6069,
  currentTotal: 6069,
  tax: 969,
  discounts: 400,
  tips: 0,
  gateways: ["shopify_payments"],
  lines: [
    {
      sku: "LINEN-S",
      title: "Linen shirt",
      quantity: 2,
      price: 2000,
      discounts: [400],
      taxes: [684],
      giftCard: false,
      ships: true,
    },
    {
      sku: "SOCKS",
      title: "Socks",
      quantity: 1,
      price: 1000,
      discounts: [],
      taxes: [190],
      giftCard: false,
      ships: true,
    },
  ],
  shipping: [{ price: 500, discounts: [], taxes: [95] }],
  refunds: [],
  applications: [{ type: "discount_code", text: "ANNA10" }],
  discountCodes: ["ANNA10"],
  attributes: [],
  landing: null,
  country: "DE",
  customer: { id: "7001", email: "grete@example.org" },
};

/** What every rendered order has of a person: none of it may be in what is kept. */
export const PERSONAL = ["Wilhelmine", "Fensterle", "Hirschgasse", "+4915550199", "203.0.113.77", "wilhelmine-note"];

const time = (ms: number | null, offset: number): string | null => {
  if (ms === null) return null;
  const sign = offset < 0 ? "-" : "+";
  const pad = (part: number): string => String(part).padStart(2, "0");
  const local = new Date(ms + offset * 60_000).toISOString().slice(0, 19);
  return `${local}${sign}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
};

/** The body of an order's webhook. The shopper's currency is worth half the shop's here. */
export function restOf(order: OrderState): Record<string, unknown> {
  const text = (minor: number): string => decimalText(BigInt(minor), order.currency);
  const set = (minor: number): unknown => ({
    shop_money: { amount: text(minor), currency_code: order.currency },
    presentment_money: {
      amount: order.presentment === order.currency ? text(minor) : text(minor * 2),
      currency_code: order.presentment,
    },
  });
  const both = (name: string, minor: number): Record<string, unknown> => ({
    [name]: text(minor),
    [`${name}_set`]: set(minor),
  });
  const parts = (line: Pick<LineState, "price" | "discounts" | "taxes">): Record<string, unknown> => ({
    ...both("price", line.price),
    discount_allocations: line.discounts.map((amount, index) => ({
      ...both("amount", amount),
      discount_application_index: index,
    })),
    tax_lines: line.taxes.map((tax) => ({ title: "VAT", rate: 0.19, channel_liable: null, ...both("price", tax) })),
  });
  const address = {
    first_name: PERSONAL[0],
    last_name: PERSONAL[1],
    address1: PERSONAL[2],
    phone: PERSONAL[3],
    country_code: order.country,
  };
  return {
    // As Shopify writes it: JavaScript rounds it past 2^53.
    id: Number(order.id),
    admin_graphql_api_id: `gid://shopify/Order/${order.id}`,
    browser_ip: PERSONAL[4],
    name: "#1042",
    note: PERSONAL[5],
    created_at: time(order.createdAt, -300),
    processed_at: time(order.processedAt, -300),
    updated_at: time(order.updatedAt, -300),
    cancelled_at: time(order.cancelledAt, -300),
    currency: order.currency,
    presentment_currency: order.presentment,
    financial_status: order.financialStatus,
    test: order.test,
    source_name: order.sourceName,
    source_identifier: order.sourceIdentifier,
    tags: order.tags.join(", "),
    taxes_included: order.taxesIncluded,
    ...both("total_price", order.total),
    ...both("current_total_price", order.currentTotal),
    ...both("total_tax", order.tax),
    ...both("total_discounts", order.discounts),
    total_tip_received: text(order.tips),
    payment_gateway_names: order.gateways,
    line_items: order.lines.map((line) => ({
      sku: line.sku,
      title: line.title,
      name: line.title,
      quantity: line.quantity,
      gift_card: line.giftCard,
      requires_shipping: line.ships,
      properties: [{ name: "engraving", value: PERSONAL[0] }],
      ...parts(line),
    })),
    shipping_lines: order.shipping.map((line) => ({ title: "Post", phone: PERSONAL[3], ...parts(line) })),
    refunds: order.refunds.map(({ amount, kind, status }) => ({
      note: PERSONAL[5],
      transactions: [
        {
          kind,
          status,
          amount: order.presentment === order.currency ? text(amount) : text(amount * 2),
          currency: order.presentment,
        },
      ],
    })),
    discount_applications: order.applications.map(({ type, text: name }) => ({
      type,
      ...(type === "discount_code" ? { code: name } : { title: name }),
    })),
    discount_codes: order.discountCodes.map((code) => ({ code, amount: "4.00", type: "fixed_amount" })),
    note_attributes: order.attributes,
    landing_site: order.landing,
    shipping_address: address,
    billing_address: address,
    contact_email: order.customer?.email ?? null,
    email: order.customer?.email ?? null,
    phone: PERSONAL[3],
    customer:
      order.customer === null
        ? null
        : {
            id: Number(order.customer.id),
            admin_graphql_api_id: `gid://shopify/Customer/${order.customer.id}`,
            email: order.customer.email,
            first_name: PERSONAL[0],
          },
  };
}

/** The same order as GraphQL tells of it. */
export function graphOf(order: OrderState): Record<string, unknown> {
  // Without zeros at the end, but for one.
  const decimal = (minor: number): string => {
    const text = decimalText(BigInt(minor), order.currency);
    return text.includes(".") ? text.replace(/(\.\d+?)0+$/, "$1") : `${text}.0`;
  };
  const bag = (minor: number): unknown => ({ shopMoney: { amount: decimal(minor), currencyCode: order.currency } });
  const utc = (ms: number | null): string | null =>
    ms === null ? null : `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const parts = ({ discounts, taxes }: Pick<LineState, "discounts" | "taxes">): Record<string, unknown> => ({
    discountAllocations: discounts.map((amount) => ({ allocatedAmountSet: bag(amount) })),
    taxLines: taxes.map((tax) => ({ priceSet: bag(tax) })),
  });
  const kinds = {
    discount_code: "DiscountCodeApplication",
    manual: "ManualDiscountApplication",
    automatic: "AutomaticDiscountApplication",
    script: "ScriptDiscountApplication",
  };
  const address = order.country === null ? null : { countryCodeV2: order.country, phone: PERSONAL[3] };
  return {
    id: `gid://shopify/Order/${order.id}`,
    name: "#1042",
    createdAt: utc(order.createdAt),
    processedAt: utc(order.processedAt),
    updatedAt: utc(order.updatedAt),
    cancelledAt: utc(order.cancelledAt),
    test: order.test,
    taxesIncluded: order.taxesIncluded,
    currencyCode: order.currency,
    displayFinancialStatus: order.financialStatus.toUpperCase(),
    sourceName: order.sourceName,
    sourceIdentifier: order.sourceIdentifier,
    tags: order.tags,
    paymentGatewayNames: order.gateways,
    discountCodes: order.discountCodes,
    email: order.customer?.email ?? null,
    phone: PERSONAL[3],
    customer:
      order.customer === null
        ? null
        : {
            id: `gid://shopify/Customer/${order.customer.id}`,
            defaultEmailAddress: { emailAddress: order.customer.email },
          },
    shippingAddress: address,
    billingAddress: address,
    totalPriceSet: bag(order.total),
    currentTotalPriceSet: bag(order.currentTotal),
    totalTaxSet: bag(order.tax),
    totalDiscountsSet: bag(order.discounts),
    totalTipReceivedSet: bag(order.tips),
    customAttributes: order.attributes.map(({ name, value }) => ({ key: name, value })),
    customerJourneySummary:
      order.landing === null ? null : { lastVisit: { landingPage: `https://brand.example${order.landing}` } },
    discountApplications: {
      nodes: order.applications.map(({ type, text }) => ({
        __typename: kinds[type],
        ...(type === "discount_code" ? { code: text } : { title: text }),
      })),
      pageInfo: { hasNextPage: false },
    },
    transactions: [
      { kind: "SALE", status: "SUCCESS", amountSet: bag(order.total) },
      ...order.refunds.map(({ amount, kind, status }) => ({
        kind: kind.toUpperCase(),
        status: status.toUpperCase(),
        amountSet: bag(amount),
      })),
    ],
    shippingLines: {
      nodes: order.shipping.map((line) => ({ originalPriceSet: bag(line.price), ...parts(line) })),
      pageInfo: { hasNextPage: false },
    },
    lineItems: {
      nodes: order.lines.map((line) => ({
        sku: line.sku,
        title: line.title,
        name: line.title,
        quantity: line.quantity,
        isGiftCard: line.giftCard,
        requiresShipping: line.ships,
        originalUnitPriceSet: bag(line.price),
        ...parts(line),
      })),
      pageInfo: { hasNextPage: false, endCursor: null },
    },
  };
}

const minor = integer({ min: 0, max: 1_000_000 });
const code = stringMatching(/^[A-Z0-9_-]{3,12}$/);
const seconds = integer({ min: 1_700_000_000, max: 1_800_000_000 }).map((s) => s * 1_000);

const line: Arbitrary<LineState> = record({
  sku: option(string({ maxLength: 20 })),
  title: string({ minLength: 1, maxLength: 30 }),
  quantity: integer({ min: 0, max: 50 }),
  price: minor,
  discounts: array(minor, { maxLength: 2 }),
  taxes: array(integer({ min: 0, max: 10_000 }), { maxLength: 2 }),
  giftCard: boolean(),
  ships: boolean(),
});

/** Any order, sensible or not. */
export const anyOrder: Arbitrary<OrderState> = record({
  id: bigInt({ min: 1n, max: 10n ** 18n }).map(String),
  currency: constantFrom("EUR", "USD", "JPY", "KWD"),
  presentment: constant("EUR"),
  createdAt: seconds,
  processedAt: seconds,
  updatedAt: seconds,
  cancelledAt: option(seconds),
  financialStatus: constantFrom(
    "pending",
    "authorized",
    "paid",
    "partially_paid",
    "partially_refunded",
    "refunded",
    "voided",
    "expired",
    "new_word",
  ),
  test: boolean(),
  sourceName: option(
    constantFrom(
      "web",
      "pos",
      "shopify_draft_order",
      "755357713",
      "subscription_contract",
      "subscription_contract_checkout_one",
    ),
  ),
  sourceIdentifier: option(string({ maxLength: 12 })),
  tags: array(constantFrom("vip", "Subscription Recurring Order", "Subscription First Order"), {
    maxLength: 2,
  }),
  taxesIncluded: boolean(),
  total: minor,
  currentTotal: minor,
  tax: minor,
  discounts: minor,
  tips: constantFrom(0, 0, 500),
  gateways: array(constantFrom("shopify_payments", "gift_card", "bogus", "", "paypal"), { maxLength: 3 }),
  lines: array(line, { maxLength: 6 }),
  shipping: array(
    record({
      price: minor,
      discounts: array(minor, { maxLength: 2 }),
      taxes: array(minor, { maxLength: 1 }),
    }),
    { maxLength: 2 },
  ),
  refunds: array(
    record({
      amount: minor,
      kind: constantFrom("refund", "void"),
      status: constantFrom("success", "failure", "pending"),
    }),
    { maxLength: 3 },
  ),
  applications: array(record({ type: constantFrom("discount_code", "manual", "automatic", "script"), text: code }), {
    maxLength: 3,
  }),
  discountCodes: array(code, { maxLength: 3 }),
  attributes: array(record({ name: constantFrom("wm_click", "ref", "gift note"), value: string({ maxLength: 60 }) }), {
    maxLength: 3,
  }),
  landing: option(constantFrom("/", "/products/x?wm_click=fromurl", "/?ref=abc#top", "/a?b")),
  country: option(constantFrom("DE", "US", "ZZ")),
  customer: option(
    record({
      id: bigInt({ min: 1n, max: 10n ** 15n }).map(String),
      email: constantFrom("a@example.org", " B@Example.org "),
    }),
  ),
}).map((order) => ({ ...order, presentment: order.currency }));
