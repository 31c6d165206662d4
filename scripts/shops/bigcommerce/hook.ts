import { createHash, randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";

/** A webhook of the store. */
export interface Hook {
  id: number;
  scope: string;
  destination: string;
  is_active: boolean;
}

/** When a message that failed is sent again, after each try, seconds; then its webhook is switched off, two days later. */
const RETRY_SECONDS = [60, 180, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 50_400, 86_400];

/** In how many ms a message is sent again at its `tries`-th failure; `null`: no more. */
export function retryAfter(tries: number): number | null {
  const seconds = RETRY_SECONDS[tries - 1];
  return seconds === undefined ? null : seconds * 1000;
}

/** What an event is told by: an order's id alone. Events of one order share their `hash`, whatever they are. */
export function payloadOf(store: string, scope: string, orderId: number, refundId: number | null, now: number): string {
  const hash = createHash("sha1").update(`${store} ${orderId}`).digest("hex");
  return JSON.stringify({
    scope,
    store_id: "1025646",
    data: { type: "order", id: orderId, ...(refundId !== null && { refund: { refund_id: refundId } }) },
    hash,
    created_at: Math.floor(now / 1000),
    producer: `stores/${store}`,
  });
}

/** A new name of a message: it stays over all tries. */
export const messageId = (): string => randomUUID();

/** The headers of one try (Standard Webhooks), under the client secret's own bytes. */
export function signed(id: string, body: string, secret: string, now: number): Record<string, string> {
  const at = new Date(Math.floor(now / 1000) * 1000);
  return {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(at.getTime() / 1000),
    "webhook-signature": new Webhook(secret, { format: "raw" }).sign(id, at, body),
  };
}
