import { majorOf } from "../src/ground/money/amount.ts";
import { CURRENCY, type Order } from "./demo-orders.ts";
import { Failure } from "./failure.ts";
import { itemsOf, type Reporting } from "./demo-script.ts";

/** What mends it where the secret isn't the store's (any more). */
const REFUSED =
  "The store has another secret by now. Delete demo-store-secret in the directory of the local data (.wrangler/state, " +
  "unless WAYMARK_STATE says otherwise) and start again, or set WAYMARK_STORE_SECRET.";

/** Longer than the Worker takes even on its first request, ms. */
const TIMEOUT_MS = 10_000;

/**
 * Reports an order from the shop's server (`POST /t/orders`), which confirms what its page claims.
 * `secret` is the store's. Throws an `Error` if it isn't taken.
 */
export async function reportOrder({ waymark, store }: Reporting, secret: string, order: Order): Promise<void> {
  const { cart } = order;
  const response = await fetch(`${waymark}/t/orders`, {
    method: "POST",
    headers: { Authorization: `Bearer ${store}.${secret}`, "Content-Type": "application/json" },
    body: JSON.stringify({
      orderId: order.id,
      amount: majorOf(order.totalMinor, CURRENCY),
      subtotal: majorOf(order.subtotalMinor, CURRENCY),
      discount: majorOf(order.discountMinor, CURRENCY),
      currency: CURRENCY,
      status: "paid",
      placedAt: new Date(order.placedAt).toISOString(),
      items: itemsOf(order),
      ...(cart.code !== "" && { codes: [cart.code] }),
      ...(cart.clickId !== "" && { clickId: cart.clickId }),
      // With the click id comes the shopper's consent to be recognised.
      ...(cart.clickId !== "" && cart.email !== "" && { customerId: cart.email }),
    }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status === 401) throw new Failure(REFUSED);
  if (!response.ok) throw new Error(`POST /t/orders answered ${response.status}: ${await response.text()}`);
}
