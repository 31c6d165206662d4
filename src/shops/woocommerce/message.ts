import type { ShopMessage } from "../platform.ts";
import { idOf, jsonOf, recordOf, textOf } from "../fields.ts";
import { readOrder, SUBSCRIPTION } from "./read-order.ts";

/** Topics that tell of orders; `order.updated` tells of refunds, too. */
export const TOPICS = ["order.created", "order.updated", "order.deleted", "order.restored"] as const;

/** What is sent instead of an order if the webhook's user may not see it, with what the shop says. */
const NO_RIGHTS = /^woocommerce_rest_(?:cannot_|authentication_|user_cannot_)|^rest_(?:forbidden|not_logged_in)/;

/** Reads a message whose signature is right. Never throws. */
export function readMessage(headers: Headers, body: Uint8Array, clickParam: string): ShopMessage {
  const topic = headers.get("x-wc-webhook-topic") ?? "";
  if (!TOPICS.some((known) => known === topic)) {
    return ignored(topic, "not_an_order", `It is of the topic ${topic.slice(0, 60) || "none"}.`);
  }
  const said = jsonOf(body);
  const record = recordOf(said);
  if (record === null && said !== undefined) {
    return ignored(topic, "empty", "The shop had nothing to send: the order was gone before its message was made.");
  }
  const code = textOf(record?.["code"]);
  if (record !== null && code !== null && record["status"] === undefined) return ofError(topic, code);
  const orderId = idOf(record?.["id"]);
  if (topic === "order.deleted" && orderId !== null) return { kind: "deleted", topic, orderId, at: null };
  const reading = readOrder(said, clickParam);
  // Which order its subscription began with is to be asked for.
  const isRenewal = reading.kind === "order" && reading.order.renewalOf?.startsWith(SUBSCRIPTION) === true;
  return isRenewal && orderId !== null ? { kind: "fetch", topic, orderId } : { kind: "order", topic, reading };
}

/** A message is made when it is sent, as the webhook's user sees the order then. */
function ofError(topic: string, code: string): ShopMessage {
  if (!NO_RIGHTS.test(code))
    return ignored(topic, "order_gone", `The shop could not show the order: ${code.slice(0, 80)}.`);
  return ignored(
    topic,
    "webhook_user_lost_rights",
    "The user that the webhooks were made by may not see orders any more. Make a key for a user whose role is Shop manager " +
      "or Administrator (WooCommerce → Settings → Advanced → REST API) and connect the store with it.",
  );
}

function ignored(topic: string, reason: string, detail: string): ShopMessage {
  return { kind: "ignored", topic, reason, detail };
}
