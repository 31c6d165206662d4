import { at, isRecord, listOf, numericId, textOf } from "./json.ts";
import type { LineFacts, Money, OrderFacts } from "./order.ts";

/**
 * What a webhook's order says, in the REST form; `null` where it says too little, as a subscription to part of the
 * fields does, or tells of refunds in the shopper's currency: the order is to be fetched then.
 */
export function restFacts(body: Record<string, unknown>): OrderFacts | null {
  if (!Array.isArray(body["line_items"]) || textOf(body["updated_at"]) === null) return null;
  if (!["total_price", "current_total_price"].every((name) => setOf(body, name).amount != null)) return null;
  const currency = body["currency"];
  const transactions = listOf(body["refunds"]).flatMap((refund) =>
    listOf(at(refund, "transactions")).map((transaction) => ({
      kind: at(transaction, "kind"),
      status: at(transaction, "status"),
      amount: { amount: at(transaction, "amount"), currency: at(transaction, "currency") },
    })),
  );
  // They have no amount in the shop's currency in this form.
  if (transactions.some(({ amount }) => amount.currency != null && amount.currency !== currency)) return null;
  return {
    id: body["admin_graphql_api_id"] ?? body["id"],
    name: body["name"],
    createdAt: body["created_at"],
    processedAt: body["processed_at"],
    updatedAt: body["updated_at"],
    cancelledAt: body["cancelled_at"],
    currency,
    financialStatus: textOf(body["financial_status"])?.toLowerCase() ?? null,
    test: body["test"],
    sourceName: body["source_name"],
    sourceIdentifier: body["source_identifier"],
    tags: (textOf(body["tags"]) ?? "").split(",").map((tag) => tag.trim()),
    taxesIncluded: body["taxes_included"],
    total: setOf(body, "total_price"),
    currentTotal: setOf(body, "current_total_price"),
    tax: setOf(body, "total_tax"),
    discounts: setOf(body, "total_discounts"),
    // It has no set: it is in the shop's currency.
    tips: { amount: body["total_tip_received"], currency: null },
    gateways: listOf(body["payment_gateway_names"]),
    lines: body["line_items"].map(lineOf),
    shipping: listOf(body["shipping_lines"]).map(partsOf),
    transactions,
    applications: listOf(body["discount_applications"]).map((application) => ({
      isCode: at(application, "type") === "discount_code",
      code: at(application, "code"),
      title: at(application, "title"),
    })),
    discountCodes: listOf(body["discount_codes"]).map((discount) => at(discount, "code")),
    attributes: listOf(body["note_attributes"]).map((note) => ({ name: at(note, "name"), value: at(note, "value") })),
    landing: body["landing_site"],
    countries: [at(body, "shipping_address", "country_code"), at(body, "billing_address", "country_code")],
    customerId: at(body, "customer", "admin_graphql_api_id") ?? at(body, "customer", "id"),
    emails: [body["email"], at(body, "customer", "email")],
    phones: [body["phone"], at(body, "shipping_address", "phone"), at(body, "billing_address", "phone")],
  };
}

/** The order's id of a webhook's order: `id` is past 2^53 in places, so the text beside it goes first. */
export function restOrderId(body: unknown): string | null {
  return isRecord(body) ? (numericId(body["admin_graphql_api_id"]) ?? numericId(body["id"])) : null;
}

function lineOf(line: unknown): LineFacts {
  return {
    sku: at(line, "sku"),
    title: at(line, "title"),
    name: at(line, "name"),
    quantity: at(line, "quantity"),
    isGiftCard: at(line, "gift_card"),
    requiresShipping: at(line, "requires_shipping"),
    ...partsOf(line),
  };
}

function partsOf(line: unknown): Pick<LineFacts, "price" | "discounts" | "taxes"> {
  return {
    price: setOf(line, "price"),
    discounts: listOf(at(line, "discount_allocations")).map((allocation) => setOf(allocation, "amount")),
    taxes: listOf(at(line, "tax_lines")).map((tax) => setOf(tax, "price")),
  };
}

/** An amount in the shop's currency: of the set beside it, or the plain one, which is in that currency too. */
function setOf(value: unknown, name: string): Money {
  const shop = at(value, `${name}_set`, "shop_money");
  return isRecord(shop)
    ? { amount: shop["amount"], currency: shop["currency_code"] }
    : { amount: at(value, name), currency: null };
}
