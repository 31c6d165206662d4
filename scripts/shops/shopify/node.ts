/** An order and what hangs on it, as GraphQL resolves them: of the same state as the REST form. */
import { listOf } from "./connection.ts";
import { graphqlText } from "./money.ts";
import * as sums from "./order.ts";
import type { Application, Line, Order, Refund, Shipping, Transaction } from "./order.ts";
import { gatewaysOf, presented, SHOPPER } from "./rest.ts";
import { graphqlTime } from "./wire.ts";

/** What a shop lets the app see. */
export interface Sight {
  /** The shop's own address, for pages that landed there. */
  home: string;
  /** Throws where the app may not read customers. */
  requireCustomers: () => void;
}

export function orderNode(order: Order, sight: Sight): Record<string, unknown> {
  const set = (minor: number): unknown => bag(order, minor);
  const time = (at: number | null): string | null => (at === null ? null : graphqlTime(at));
  const nodes = new Map(order.lines.map((line) => [line, lineNode(order, line)]));
  return {
    __typename: "Order",
    id: `gid://shopify/Order/${order.id}`,
    legacyResourceId: String(order.id),
    name: `#${order.number}`,
    number: order.number - 1000,
    confirmationNumber: `C${order.number}`,
    confirmed: true,
    createdAt: time(order.createdAt),
    processedAt: time(order.createdAt),
    updatedAt: time(order.updatedAt),
    cancelledAt: time(order.cancelledAt),
    cancelReason: order.cancelReason?.toUpperCase() ?? null,
    closed: order.closedAt !== null,
    closedAt: time(order.closedAt),
    edited: order.edited,
    test: order.test,
    tags: [],
    note: null,
    email: () => {
      sight.requireCustomers();
      return order.email;
    },
    phone: null,
    currencyCode: order.currency,
    presentmentCurrencyCode: order.presentment.currency,
    displayFinancialStatus: sums.financialStatus(order).toUpperCase(),
    displayFulfillmentStatus: order.fulfilled ? "FULFILLED" : "UNFULFILLED",
    fullyPaid: sums.received(order) >= sums.total(order),
    unpaid: sums.received(order) === 0 && sums.total(order) > 0,
    sourceName: order.source,
    sourceIdentifier: order.sourceIdentifier,
    app: { id: "gid://shopify/App/580111", name: order.source === "pos" ? "Point of Sale" : "Online Store" },
    paymentGatewayNames: gatewaysOf(order),
    taxesIncluded: order.taxesIncluded,
    taxLines: taxLines(order, sums.tax(order)),
    customAttributes: order.attributes.map(({ name, value }) => ({ key: name, value })),
    customer: () => {
      if (order.customer === null) return null;
      sight.requireCustomers();
      return customerNode(order.customer);
    },
    customerJourneySummary: journey(order, sight.home),
    shippingAddress: order.source === "pos" ? null : address(order, "s"),
    billingAddress: address(order, "b"),
    discountCode: order.applications.find(isCode)?.text ?? null,
    discountCodes: order.applications.filter(isCode).map(({ text }) => text),
    discountApplications: listOf(order.applications.map((one, index) => applicationNode(order, one, index))),
    subtotalPriceSet: set(sums.subtotal(order)),
    totalPriceSet: set(sums.total(order)),
    totalTaxSet: set(sums.tax(order)),
    totalDiscountsSet: set(sums.discounts(order)),
    totalShippingPriceSet: set(sums.shippingTotal(order)),
    totalRefundedSet: set(sums.refunded(order)),
    totalRefundedShippingSet: set(order.shipping.reduce((sum, one) => sum + one.refunded, 0)),
    totalReceivedSet: set(sums.received(order)),
    totalOutstandingSet: set(sums.currentTotal(order) - sums.netPaid(order)),
    totalTipReceivedSet: set(0),
    netPaymentSet: set(sums.netPaid(order)),
    originalTotalPriceSet: set(order.originalTotal),
    refundDiscrepancySet: set(order.refunds.reduce((sum, one) => sum + one.discrepancy, 0)),
    currentSubtotalPriceSet: set(sums.currentSubtotal(order)),
    currentTotalPriceSet: set(sums.currentTotal(order)),
    currentTotalTaxSet: set(sums.currentTax(order)),
    currentTotalDiscountsSet: set(sums.currentDiscounts(order)),
    currentShippingPriceSet: set(sums.currentShipping(order)),
    currentSubtotalLineItemsQuantity: order.lines.reduce((sum, line) => sum + line.quantity - line.removed, 0),
    subtotalLineItemsQuantity: order.lines.reduce((sum, line) => sum + line.quantity, 0),
    lineItems: listOf([...nodes.values()]),
    shippingLine: order.shipping[0] === undefined ? null : shippingNode(order, order.shipping[0]),
    shippingLines: listOf(order.shipping.map((one) => shippingNode(order, one))),
    transactions: ({ first }: { first?: number | null }) =>
      order.transactions.slice(0, first ?? undefined).map((one) => transactionNode(order, one)),
    refunds: ({ first }: { first?: number | null }) =>
      order.refunds.slice(0, first ?? undefined).map((one) => refundNode(order, one, sight)),
    retailLocation: order.source === "pos" ? { id: "gid://shopify/Location/1", name: "Shop" } : null,
  };
}

export function refundNode(order: Order, refund: Refund, sight: Sight): Record<string, unknown> {
  const set = (minor: number): unknown => bag(order, minor);
  const { shipping } = refund;
  const adjustment = (amount: number, tax: number, reason: string | null): Record<string, unknown> => ({
    id: `gid://shopify/OrderAdjustment/${refund.id + 3n}`,
    amountSet: set(amount),
    taxAmountSet: set(tax),
    reason,
  });
  return {
    __typename: "Refund",
    id: `gid://shopify/Refund/${refund.id}`,
    legacyResourceId: String(refund.id),
    createdAt: graphqlTime(refund.at),
    updatedAt: graphqlTime(refund.at),
    note: refund.note,
    order: () => orderNode(order, sight),
    return: refund.returnId === null ? null : { id: `gid://shopify/Return/${refund.returnId}` },
    totalRefundedSet: set(
      refund.transactions.reduce((sum, one) => sum + (one.status === "success" ? one.amount : 0), 0),
    ),
    refundLineItems: listOf(
      refund.lines.map((one) => ({
        id: `gid://shopify/RefundLineItem/${one.id}`,
        lineItem: lineNode(order, one.line),
        quantity: one.quantity,
        restocked: false,
        priceSet: set(one.line.price),
        subtotalSet: set(one.subtotal),
        totalTaxSet: set(one.tax),
      })),
    ),
    refundShippingLines: listOf(
      shipping === null
        ? []
        : [
            {
              id: `gid://shopify/RefundShippingLine/${shipping.id}`,
              shippingLine: shippingNode(order, shipping.shipping),
              subtotalAmountSet: set(shipping.amount),
              taxAmountSet: set(shipping.tax),
            },
          ],
    ),
    orderAdjustments: listOf([
      ...(shipping === null ? [] : [adjustment(-shipping.amount, -shipping.tax, null)]),
      ...(refund.discrepancy === 0 ? [] : [adjustment(refund.discrepancy, 0, "REFUND_DISCREPANCY")]),
    ]),
    transactions: listOf(refund.transactions.map((one) => transactionNode(order, one))),
  };
}

const isCode = (one: Application): boolean => one.type === "discount_code";

/** An amount in both currencies. */
function bag(order: Order, minor: number): Record<string, unknown> {
  const { currency, presentment } = order;
  return {
    shopMoney: { amount: graphqlText(minor, currency), currencyCode: currency },
    presentmentMoney: {
      amount: graphqlText(presented(order, minor), presentment.currency),
      currencyCode: presentment.currency,
    },
  };
}

function taxLines(order: Order, tax: number): unknown[] {
  if (tax === 0) return [];
  const rate = order.lines.find((line) => !line.giftCard)?.taxRate ?? 0;
  return [{ title: "VAT", rate, ratePercentage: rate * 100, priceSet: bag(order, tax), channelLiable: false }];
}

const KINDS = {
  discount_code: "DiscountCodeApplication",
  manual: "ManualDiscountApplication",
  automatic: "AutomaticDiscountApplication",
  script: "ScriptDiscountApplication",
} as const;

function applicationNode(order: Order, one: Application, index: number): Record<string, unknown> {
  return {
    __typename: KINDS[one.type],
    allocationMethod: "ACROSS",
    index,
    targetSelection: "ALL",
    targetType: "LINE_ITEM",
    value:
      "percentage" in one.value
        ? { __typename: "PricingPercentageValue", percentage: one.value.percentage }
        : {
            __typename: "MoneyV2",
            amount: graphqlText(one.value.amount, order.currency),
            currencyCode: order.currency,
          },
    code: one.text,
    title: one.text,
    description: one.text,
  };
}

function lineNode(order: Order, line: Line): Record<string, unknown> {
  const set = (minor: number): unknown => bag(order, minor);
  const each = (minor: number): number => Math.round(minor / line.quantity);
  return {
    __typename: "LineItem",
    id: `gid://shopify/LineItem/${line.id}`,
    sku: line.sku,
    name: line.title,
    title: line.title,
    variantTitle: null,
    vendor: null,
    quantity: line.quantity,
    currentQuantity: line.quantity - line.removed,
    refundableQuantity: line.quantity - line.removed,
    isGiftCard: line.giftCard,
    requiresShipping: !line.giftCard,
    taxable: !line.giftCard,
    customAttributes: [],
    product: {
      __typename: "Product",
      id: `gid://shopify/Product/${line.productId}`,
      legacyResourceId: String(line.productId),
      title: line.title,
    },
    originalUnitPriceSet: set(line.price),
    originalTotalSet: set(sums.gross(line)),
    // Without discounts of the whole order, codes among them.
    discountedUnitPriceSet: set(line.price),
    discountedUnitPriceAfterAllDiscountsSet: set(each(sums.net(line))),
    discountedTotalSet: ({ withCodeDiscounts }: { withCodeDiscounts?: boolean | null }) => {
      const codes = line.allocations.filter((one) => order.applications[one.application]?.type === "discount_code");
      const off = withCodeDiscounts === true ? codes.reduce((sum, { amount }) => sum + amount, 0) : 0;
      return set(sums.gross(line) - off);
    },
    totalDiscountSet: set(0),
    discountAllocations: line.allocations.map(({ application, amount }) => {
      const one = order.applications[application];
      return {
        allocatedAmountSet: set(amount),
        discountApplication: one === undefined ? null : applicationNode(order, one, application),
      };
    }),
    taxLines: taxLines({ ...order, lines: [line] }, line.tax),
    sellingPlan: null,
  };
}

function shippingNode(order: Order, one: Shipping): Record<string, unknown> {
  return {
    id: `gid://shopify/ShippingLine/${one.id}`,
    title: one.title,
    code: one.title,
    source: "shopify",
    isRemoved: false,
    originalPriceSet: bag(order, one.price),
    discountedPriceSet: bag(order, one.price),
    currentDiscountedPriceSet: bag(order, one.price - one.refunded),
    discountAllocations: [],
    taxLines: taxLines(order, one.tax),
  };
}

function transactionNode(order: Order, one: Transaction): Record<string, unknown> {
  return {
    __typename: "OrderTransaction",
    id: `gid://shopify/OrderTransaction/${one.id}`,
    kind: one.kind.toUpperCase(),
    status: one.status.toUpperCase(),
    gateway: one.gateway,
    formattedGateway: one.gateway,
    test: order.test,
    amountSet: bag(order, one.amount),
    createdAt: graphqlTime(one.at),
    processedAt: graphqlTime(one.at),
    errorCode: null,
    parentTransaction: null,
  };
}

function customerNode({ id, email }: NonNullable<Order["customer"]>): Record<string, unknown> {
  return {
    __typename: "Customer",
    id: `gid://shopify/Customer/${id}`,
    legacyResourceId: String(id),
    email,
    displayName: `${SHOPPER.firstName} ${SHOPPER.lastName}`,
    firstName: SHOPPER.firstName,
    lastName: SHOPPER.lastName,
    defaultEmailAddress: email === null ? null : { emailAddress: email },
    numberOfOrders: "1",
  };
}

/** How the shopper came: here an address is whole, where REST has the path alone. */
function journey(order: Order, home: string): Record<string, unknown> | null {
  if (order.source !== "web") return null;
  if (order.landingSite === null) return { ready: true, momentsCount: { count: 0, precision: "EXACT" } };
  const landingPage = URL.parse(order.landingSite, home)?.href ?? null;
  const visit = {
    __typename: "CustomerVisit",
    id: `gid://shopify/CustomerVisit/${order.id}`,
    landingPage,
    landingPageHtml: landingPage,
    referrerUrl: order.referringSite,
    referralCode: null,
    source: order.referringSite === null ? "direct" : "unknown",
    sourceType: null,
    occurredAt: graphqlTime(order.createdAt),
    utmParameters: null,
  };
  return {
    ready: true,
    customerOrderIndex: 0,
    daysToConversion: 0,
    momentsCount: { count: 1, precision: "EXACT" },
    firstVisit: visit,
    lastVisit: visit,
  };
}

function address(order: Order, kind: string): Record<string, unknown> | null {
  if (order.country === null) return null;
  return {
    __typename: "MailingAddress",
    id: `gid://shopify/MailingAddress/${order.id}${kind}`,
    firstName: SHOPPER.firstName,
    lastName: SHOPPER.lastName,
    name: `${SHOPPER.firstName} ${SHOPPER.lastName}`,
    address1: SHOPPER.street,
    address2: null,
    city: SHOPPER.city,
    zip: SHOPPER.zip,
    company: null,
    phone: SHOPPER.phone,
    country: order.country,
    countryCodeV2: order.country,
    provinceCode: null,
  };
}
