/** An order as `/V1/orders` has it, of 2 × 20.00 less 10 %, with shipping of 5.00 and 19 % of tax, paid. */
export function anOrder(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    entity_id: 41,
    increment_id: "000000041",
    state: "processing",
    status: "processing",
    order_currency_code: "EUR",
    base_currency_code: "EUR",
    created_at: "2026-11-02 08:00:00",
    updated_at: "2026-11-02 08:05:09",
    subtotal: 40,
    discount_amount: -4,
    shipping_amount: 5,
    tax_amount: 7.79,
    grand_total: 48.79,
    total_paid: 48.79,
    coupon_code: "LEA10",
    customer_id: 7,
    customer_email: "anna@shopper.example",
    billing_address: { country_id: "DE", telephone: "+49 (0)20 8000-00" },
    payment: { method: "checkmo" },
    items: [anItem()],
    ...more,
  };
}

/** Its line. */
export function anItem(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    item_id: 51,
    product_id: 9,
    product_type: "simple",
    sku: "TEE",
    name: "Tee",
    qty_ordered: 2,
    row_total: 40,
    discount_amount: 4,
    ...more,
  };
}

/** A credit memo of it as `/V1/creditmemos` has it, of all its money. */
export function aMemo(more: Record<string, unknown> = {}): Record<string, unknown> {
  return { entity_id: 4, order_id: 41, state: 2, order_currency_code: "EUR", grand_total: 48.79, ...more };
}
