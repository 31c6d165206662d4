import type { orders } from "../../../src/ground/db/schema/order.ts";
import { call, type ShopStore } from "../../sales/capture-fixtures.ts";
import { id, NOW, STORE } from "../../programme/generation-fixtures.ts";

/** An order as it is kept, of 10.00 EUR; `bought`: whether it is. */
export function orderRow({
  bought = true,
  currency = "EUR",
  totalMinor = 1_000,
  refundedMinor = null,
  ...values
}: Partial<typeof orders.$inferInsert> & { bought?: boolean }): typeof orders.$inferInsert {
  const orderId = values.id ?? id("ord", 1);
  const amounts = { subtotalMinor: null, discountMinor: null, shippingMinor: null, taxMinor: null, refundedMinor };
  return {
    id: orderId,
    storeId: STORE,
    externalId: orderId,
    status: bought ? "orphan" : "declined",
    trust: "confirmed",
    currency,
    totalMinor,
    refundedMinor,
    confirmed: { currency: currency ?? "EUR", totalMinor: totalMinor ?? 0, items: null, ...amounts },
    codes: [],
    test: false,
    placedAt: NOW,
    policy: { model: "last_click", windowDays: 30, codePriority: false },
    touches: [],
    explanation: {
      decision: "",
      rule: "none",
      ruleVersion: 1,
      window: { from: 0, to: 0 },
      candidates: [],
      unverifiedClicks: [],
      wouldHaveBeen: {},
    } as never,
    shares: [],
    version: 1,
    createdAt: NOW,
    updatedAt: NOW,
    ...values,
  };
}

/** Tells of a customer as the store's server does, with its secret. */
export function putContact(
  store: Pick<ShopStore, "key" | "secret">,
  customerId: string,
  body: unknown,
): Promise<Response> {
  return call(`/contacts/${encodeURIComponent(customerId).replaceAll("%2520", "%20")}`, told(store, body));
}

/** Tells of many at once. */
export function putContacts(store: Pick<ShopStore, "key" | "secret">, contacts: readonly unknown[]): Promise<Response> {
  return call("/contacts", told(store, { contacts }));
}

function told({ key, secret }: Pick<ShopStore, "key" | "secret">, body: unknown): RequestInit {
  return {
    method: "PUT",
    headers: { Authorization: `Bearer ${key}.${secret}` },
    body: typeof body === "string" ? body : JSON.stringify(body),
  };
}
