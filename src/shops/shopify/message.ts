import type { ShopReading } from "../../ground/model/shop-order.ts";
import type { ShopMessage } from "../platform.ts";
import { at, isRecord, listOf, numericId, parseLongIds, textOf } from "./json.ts";
import { readFacts } from "./order.ts";
import { restFacts, restOrderId } from "./read-order.ts";

/**
 * Topics that a connection registers. `orders/updated` tells of payments, edits, refunds and cancellations as well; the
 * others come beside it, so that one of them that is lost costs nothing: equal contents are one report.
 */
export const TOPICS = [
  "orders/create",
  "orders/updated",
  "orders/paid",
  "orders/edited",
  "orders/cancelled",
  "refunds/create",
  "app/uninstalled",
] as const;

/** Topics that name an order, and where, but don't have it in their body. */
const THIN: Readonly<Record<string, readonly string[]>> = {
  "orders/edited": ["order_edit", "order_id"],
  "refunds/create": ["order_id"],
  "order_transactions/create": ["order_id"],
};

/** The domain of the shop that a message is of. An app's compliance webhooks come from all its shops to one address. */
export function shopOf(headers: Headers): string | null {
  return textOf(headers.get("x-shopify-shop-domain") ?? headers.get("shopify-shop-domain"))?.toLowerCase() ?? null;
}

/** Reads a verified message of either family of headers, `X-Shopify-…` and `shopify-…`. Never throws. */
export function readMessage(headers: Headers, body: Uint8Array, clickParam: string): ShopMessage {
  const header = (name: string): string | null =>
    textOf(headers.get(`x-shopify-${name}`) ?? headers.get(`shopify-${name}`));
  const topic = (header("topic") ?? "").toLowerCase();
  const named = numericId(header("order-id")) ?? orderOfResource(header("resource-id"));
  let parsed: unknown;
  try {
    parsed = parseLongIds(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body));
  } catch {
    parsed = null;
  }
  // Headers are signed by nobody: what ends or erases something has to name its shop in the body.
  const account = textOf(at(parsed, "shop_domain")) ?? textOf(at(parsed, "myshopify_domain"));
  const ofShop = { topic, account: account?.toLowerCase() ?? null, at: timeOf(header("triggered-at")) };
  const subject = {
    ...ofShop,
    customerId: numericId(at(parsed, "customer", "id")),
    email: textOf(at(parsed, "customer", "email")),
  };
  switch (topic) {
    case "app/uninstalled":
      return { kind: "uninstalled", ...ofShop };
    case "shop/redact":
      return { kind: "redact_shop", ...ofShop };
    case "customers/data_request":
      return { kind: "customer_data", ...subject, orderIds: idsOf(at(parsed, "orders_requested")) };
    case "customers/redact":
      return { kind: "redact_customer", ...subject, orderIds: idsOf(at(parsed, "orders_to_redact")) };
    case "orders/delete": {
      const orderId = restOrderId(parsed) ?? named;
      return orderId === null ? unreadable(topic) : { kind: "deleted", topic, orderId, at: null };
    }
    default:
      break;
  }
  const thin = THIN[topic];
  if (thin !== undefined) {
    const orderId = numericId(at(parsed, ...thin)) ?? named;
    return orderId === null ? unreadable(topic) : { kind: "fetch", topic, orderId };
  }
  if (topic.startsWith("orders/")) return orderMessage(topic, parsed, named, clickParam);
  // Events of the new kind have topics and bodies of their own; the order that they are about is named beside.
  if (named !== null) return { kind: "fetch", topic, orderId: named };
  const detail = topic === "" ? "It names no topic." : `Nothing is read of ${topic.slice(0, 100)}.`;
  return { kind: "ignored", topic, reason: "not_an_order", detail };
}

function orderMessage(topic: string, body: unknown, named: string | null, clickParam: string): ShopMessage {
  const facts = isRecord(body) ? restFacts(body) : null;
  if (facts !== null) return { kind: "order", topic, reading: readFacts(facts, clickParam) };
  const orderId = restOrderId(body) ?? named;
  return orderId === null ? unreadable(topic) : { kind: "fetch", topic, orderId };
}

/** A message that should be about an order, and names none. */
function unreadable(topic: string): ShopMessage {
  const detail = "must name an order";
  const reading: ShopReading = { kind: "unreadable", orderId: null, path: "id", detail, outline: {} };
  return { kind: "order", topic, reading };
}

/** A header's time, ms UTC. */
function timeOf(text: string | null): number | null {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? null : time;
}

function orderOfResource(id: string | null): string | null {
  return id?.startsWith("gid://shopify/Order/") === true ? numericId(id) : null;
}

function idsOf(value: unknown): string[] {
  return listOf(value).flatMap((id) => numericId(id) ?? []);
}
