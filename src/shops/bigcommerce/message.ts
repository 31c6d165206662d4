import { idOf, jsonOf, recordOf, textOf } from "../fields.ts";
import type { ShopMessage } from "../platform.ts";

/** What webhooks tell of orders; each names the order alone. */
export const TOPICS = [
  "store/order/created",
  "store/order/updated",
  "store/order/statusUpdated",
  "store/order/archived",
  "store/order/refund/created",
] as const;

/**
 * Reads a message whose signature is right: the order that it names is to be asked for. Its `hash` says nothing of whether
 * it came before, for several events of one order share it; `webhook-id` does. Never throws.
 */
export function readMessage(headers: Headers, body: Uint8Array): ShopMessage {
  const said = recordOf(jsonOf(body));
  const topic = textOf(said?.["scope"])?.slice(0, 60) ?? "";
  if (!TOPICS.some((known) => known === topic)) {
    return ignored(topic, "not_an_order", `It is of the scope ${topic || "none"}.`);
  }
  const data = recordOf(said?.["data"]);
  const orderId = data?.["type"] === "order" ? idOf(data["id"]) : null;
  if (orderId === null) return ignored(topic, "no_order_named", "It names no order.");
  return { kind: "fetch", topic, orderId, deliveryId: headers.get("webhook-id") };
}

function ignored(topic: string, reason: string, detail: string): ShopMessage {
  return { kind: "ignored", topic, reason, detail };
}
