import { renewalOfItself, type ShopOrder, type ShopReading } from "../../ground/model/shop-order.ts";
import { AmountReader, OrderFault } from "../decimal.ts";
import { sumOf } from "../amounts.ts";
import { clickOf } from "./click.ts";
import { idOf, lineText, outlineOf, phoneAmong, recordOf, recordsOf, textOf } from "../fields.ts";
import { gmtOf, type Meta, metaOf, metaValue } from "./fields.ts";
import { isGiftCard, paidByCards } from "./gift-cards.ts";
import { itemsOf } from "./items.ts";
import { OUTLINE } from "./outline.ts";
import { readStatus } from "./status.ts";

type Json = Record<string, unknown>;

/**
 * Reads an order of the REST API v3, which webhooks and lists have alike. Never throws. `clickParam`: under which name the
 * store's click ids travel. `refunds`: those of `/orders/{id}/refunds`, the better word where an order's own list is empty;
 * `null`: they weren't asked for.
 */
export function readOrder(value: unknown, clickParam: string, refunds: readonly unknown[] | null = null): ShopReading {
  const said = recordOf(value);
  if (said === null) return { kind: "unreadable", orderId: null, path: "", detail: "is no object", outline: {} };
  try {
    return readingOf(said, clickParam, refunds);
  } catch (error) {
    if (!(error instanceof OrderFault)) throw error;
    const { path, message } = error;
    return { kind: "unreadable", orderId: idOf(said["id"]), path, detail: message, outline: outlineOf(said, OUTLINE) };
  }
}

function readingOf(said: Json, clickParam: string, fetched: readonly unknown[] | null): ShopReading {
  // A subscription is of the same kind as the orders that it makes.
  if (said["billing_period"] !== undefined) return { kind: "none", reason: "subscription" };
  const orderId = idOf(said["id"]);
  if (orderId === null) throw new OrderFault("id", "must be a whole number");
  const state = lineText(said["status"])?.replace(/^wc-/, "") ?? "";
  if (state === "") throw new OrderFault("status", "is missing");
  const { status, custom } = readStatus(state, gmtOf(said["date_paid_gmt"]) !== null);
  if (status === null) return { kind: "none", reason: state };
  const amounts = new AmountReader(said["currency"], "currency");
  if (custom) amounts.warn("custom_status");
  const meta = metaOf(said["meta_data"]);
  const order: Omit<ShopOrder, "warnings"> = {
    orderId,
    number: numberOf(said["number"], orderId),
    updatedAt: timeOf(said, "date_modified_gmt"),
    placedAt: timeOf(said, "date_created_gmt"),
    currency: amounts.currency,
    ...moneyOf(said, meta, amounts, fetched, status === "refunded"),
    status,
    state,
    codes: codesOf(said["coupon_lines"]),
    click: clickOf(meta, clickParam),
    // No mark says so; a way to pay that is a test is the store's setting.
    test: false,
    gateway: lineText(said["payment_method"]),
    channel: lineText(said["created_via"]),
    renewalOf: renewalOf(said, meta, orderId),
    country: countryOf(said),
  };
  const billing = recordOf(said["billing"]);
  const customer = {
    id: idOf(said["customer_id"]),
    email: textOf(billing?.["email"]),
    phone: phoneAmong([billing?.["phone"]]),
  };
  return { kind: "order", order: { ...order, warnings: amounts.warnings() }, customer };
}

type Money = Pick<ShopOrder, "total" | "goods" | "giftCards" | "discount" | "shipping" | "tax" | "refunded" | "items">;

/** The amounts: `total` is gross, lines are after discounts and without tax, and what fees come to is no goods. */
function moneyOf(
  said: Json,
  meta: readonly Meta[],
  amounts: AmountReader,
  fetched: readonly unknown[] | null,
  isRefunded: boolean,
): Money {
  if (!Array.isArray(said["line_items"])) throw new OrderFault("line_items", "must be a list");
  const lines = recordsOf(said["line_items"]);
  const ofLines = sumOf(lines, "total", "line_items", amounts);
  const giftCards = sumOf(lines.filter(isGiftCard), "total", "line_items", amounts);
  const goods = ofLines - giftCards;
  if (goods < 0n) amounts.warn("negative_goods");
  const shipping = amounts.read(said["shipping_total"], "shipping_total");
  const tax = amounts.read(said["total_tax"], "total_tax");
  const charged = amounts.read(said["total"], "total");
  if (charged < 0n) throw new OrderFault("total", "must be 0 or more");
  // A card takes its part off the total; how much at most is what the order's parts come to beyond it.
  const parts = ofLines + sumOf(recordsOf(said["fee_lines"]), "total", "fee_lines", amounts) + shipping + tax;
  const total = charged + least(paidByCards(said, meta, amounts), most(parts - charged, 0n));
  const back = refundedOf(said["refunds"], fetched, amounts);
  return {
    total: amounts.text(total),
    goods: amounts.text(goods),
    giftCards: amounts.text(giftCards),
    discount: amounts.text(amounts.read(said["discount_total"], "discount_total")),
    shipping: amounts.text(shipping),
    tax: amounts.text(tax),
    // Who sets the status alone has given back all; and a list may leave the refunds out.
    refunded: amounts.text(isRefunded ? most(back, total) : back),
    items: itemsOf(lines, amounts),
  };
}

/** What was given back, with tax and shipping: below 0 in an order's own list, an amount in the list of refunds. */
function refundedOf(own: unknown, fetched: readonly unknown[] | null, amounts: AmountReader): bigint {
  const [refunds, field] = fetched === null ? [recordsOf(own), "total"] : [recordsOf(fetched), "amount"];
  return refunds.reduce((sum, refund, at) => {
    const amount = amounts.read(refund[field], `refunds.${at}.${field}`);
    return sum + (amount < 0n ? -amount : amount);
  }, 0n);
}

/** Stored in lower case, as they compare; each once. */
function codesOf(value: unknown): string[] {
  const codes = recordsOf(value).flatMap(({ code }) => lineText(code)?.toLowerCase() ?? []);
  return [...new Set(codes)];
}

/** How a subscription is named where the order that began it isn't known: no order has such an id. */
export const SUBSCRIPTION = "subscription:";

/** What an order renews: its subscription, by the plugin's meta; without that, the order that it names as its parent. */
function renewalOf(said: Json, meta: readonly Meta[], orderId: string): string | null {
  const subscription = idOf(metaValue(meta, "_subscription_renewal"));
  if (subscription !== null) return `${SUBSCRIPTION}${subscription}`;
  if (said["created_via"] !== "subscription") return null;
  return idOf(said["parent_id"]) ?? renewalOfItself(orderId);
}

function countryOf(said: Json): string | null {
  const countries = [said["billing"], said["shipping"]].map((address) => textOf(recordOf(address)?.["country"]));
  return countries.find((country) => country !== null && /^[A-Z]{2}$/.test(country)) ?? null;
}

function numberOf(value: unknown, orderId: string): string | null {
  const number = typeof value === "number" ? String(value) : lineText(value);
  return number === orderId ? null : number;
}

function timeOf(said: Json, field: string): string {
  const time = gmtOf(said[field]);
  if (time === null) throw new OrderFault(field, "must be a time in UTC such as 2026-11-29T18:30:00");
  return time;
}

function most(a: bigint, b: bigint): bigint {
  return a < b ? b : a;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
