import { at, listOf, textOf } from "./json.ts";
import type { LineFacts, Money, OrderFacts } from "./order.ts";

/** What an order of GraphQL says, asked for as `queries.ts` has it, all its lines in. */
export function graphFacts(node: unknown): OrderFacts {
  const nodes = (name: string): unknown[] => listOf(at(node, name, "nodes"));
  return {
    id: at(node, "id"),
    name: at(node, "name"),
    createdAt: at(node, "createdAt"),
    processedAt: at(node, "processedAt"),
    updatedAt: at(node, "updatedAt"),
    cancelledAt: at(node, "cancelledAt"),
    currency: at(node, "currencyCode"),
    financialStatus: textOf(at(node, "displayFinancialStatus"))?.toLowerCase() ?? null,
    test: at(node, "test"),
    sourceName: at(node, "sourceName"),
    sourceIdentifier: at(node, "sourceIdentifier"),
    tags: listOf(at(node, "tags")).filter((tag) => typeof tag === "string"),
    taxesIncluded: at(node, "taxesIncluded"),
    total: bagOf(node, "totalPriceSet"),
    currentTotal: bagOf(node, "currentTotalPriceSet"),
    tax: bagOf(node, "totalTaxSet"),
    discounts: bagOf(node, "totalDiscountsSet"),
    tips: bagOf(node, "totalTipReceivedSet"),
    gateways: listOf(at(node, "paymentGatewayNames")),
    lines: nodes("lineItems").map(lineOf),
    shipping: nodes("shippingLines").map((line) => partsOf(line, "originalPriceSet")),
    transactions: listOf(at(node, "transactions")).map((transaction) => ({
      kind: at(transaction, "kind"),
      status: at(transaction, "status"),
      amount: bagOf(transaction, "amountSet"),
    })),
    applications: nodes("discountApplications").map((application) => ({
      isCode: at(application, "__typename") === "DiscountCodeApplication",
      code: at(application, "code"),
      title: at(application, "title"),
    })),
    discountCodes: listOf(at(node, "discountCodes")),
    attributes: listOf(at(node, "customAttributes")).map((note) => ({
      name: at(note, "key"),
      value: at(note, "value"),
    })),
    landing: at(node, "customerJourneySummary", "lastVisit", "landingPage"),
    countries: [at(node, "shippingAddress", "countryCodeV2"), at(node, "billingAddress", "countryCodeV2")],
    customerId: at(node, "customer", "id"),
    emails: [at(node, "email"), at(node, "customer", "defaultEmailAddress", "emailAddress")],
    phones: [at(node, "phone"), at(node, "shippingAddress", "phone"), at(node, "billingAddress", "phone")],
  };
}

function lineOf(line: unknown): LineFacts {
  return {
    sku: at(line, "sku"),
    title: at(line, "title"),
    name: at(line, "name"),
    quantity: at(line, "quantity"),
    isGiftCard: at(line, "isGiftCard"),
    requiresShipping: at(line, "requiresShipping"),
    ...partsOf(line, "originalUnitPriceSet"),
  };
}

function partsOf(line: unknown, price: string): Pick<LineFacts, "price" | "discounts" | "taxes"> {
  return {
    price: bagOf(line, price),
    discounts: listOf(at(line, "discountAllocations")).map((allocation) => bagOf(allocation, "allocatedAmountSet")),
    taxes: listOf(at(line, "taxLines")).map((tax) => bagOf(tax, "priceSet")),
  };
}

/** The shop's amount of a `MoneyBag`. */
function bagOf(value: unknown, name: string): Money {
  const shop = at(value, name, "shopMoney");
  return { amount: at(shop, "amount"), currency: at(shop, "currencyCode") };
}
