import type { ShopOrder, ShopReading } from "../../ground/model/shop-order.ts";
import { sumOf } from "../amounts.ts";
import { AmountReader, OrderFault } from "../decimal.ts";
import { idOf, lineText, outlineOf, phoneAmong, recordOf, recordsOf, textOf } from "../fields.ts";
import { isGiftCertificate, itemsOf, linesOf, netOf } from "./lines.ts";
import { refundedOf } from "./refunds.ts";
import { readStatus } from "./status.ts";
import { rfcTimeOf } from "./time.ts";

type Json = Record<string, unknown>;

/** What BigCommerce's own tool writes to the orders of another platform that it brings along. */
const MIGRATED = "M-MIG";

/** BigCommerce's own way to pay for tests. */
const TEST_GATEWAY = "Test Payment Gateway";

/** What belongs to an order and is asked for beside it. */
export interface OrderParts {
  coupons: readonly unknown[];
  refunds: readonly unknown[];
}

/**
 * Why an order is none, or none yet: `incomplete`, `migrated`; `null`: it is one. Whether the rest of it can be read is
 * another question.
 */
export function noOrder(said: Readonly<Json>): string | null {
  if (textOf(said["external_source"])?.startsWith(MIGRATED) === true) return "migrated";
  const id = statusId(said);
  const { status, state } = id === null ? { status: "pending", state: "" } : readStatus(id);
  return status === null ? state : null;
}

/**
 * Reads an order of the API v2 with its `consignments.line_items` and `fees`, its coupons and its refunds. Never throws.
 */
export function readOrder(value: unknown, parts: OrderParts): ShopReading {
  const said = recordOf(value);
  if (said === null) return { kind: "unreadable", orderId: null, path: "", detail: "is no object", outline: {} };
  const reason = noOrder(said);
  if (reason !== null) return { kind: "none", reason };
  try {
    return readingOf(said, parts);
  } catch (error) {
    if (!(error instanceof OrderFault)) throw error;
    const { path, message } = error;
    return { kind: "unreadable", orderId: idOf(said["id"]), path, detail: message, outline: outlineOf(said, OUTLINE) };
  }
}

function readingOf(said: Json, { coupons, refunds }: OrderParts): ShopReading {
  const orderId = idOf(said["id"]);
  if (orderId === null) throw new OrderFault("id", "must be a whole number");
  const number = statusId(said);
  if (number === null) throw new OrderFault("status_id", "must be a whole number");
  const { status, state, isKnown } = readStatus(number);
  if (status === null) return { kind: "none", reason: state };
  // What is charged: `currency_code` is only what the shopper was shown.
  const amounts = new AmountReader(said["default_currency_code"], "default_currency_code");
  if (!isKnown) amounts.warn("unknown_status");
  const gateway = lineText(said["payment_method"]);
  const billing = recordOf(said["billing_address"]);
  const order: Omit<ShopOrder, "warnings"> = {
    orderId,
    number: null,
    updatedAt: timeOf(said, said["date_modified"] === "" ? "date_created" : "date_modified"),
    placedAt: timeOf(said, "date_created"),
    currency: amounts.currency,
    ...moneyOf(said, amounts, refunds, status === "refunded"),
    status,
    state,
    codes: codesOf(coupons),
    // BigCommerce has no place for it that outlives the cart; the snippet tells of it on the page behind the checkout.
    click: null,
    test: gateway === TEST_GATEWAY,
    gateway,
    channel: lineText(said["order_source"]),
    renewalOf: null,
    country: countryOf(billing?.["country_iso2"]) ?? countryOf(said["geoip_country_iso2"]),
  };
  // Guests have the id 0, which is none.
  const customer = {
    id: idOf(said["customer_id"]),
    email: textOf(billing?.["email"]),
    phone: phoneAmong([billing?.["phone"]]),
  };
  return { kind: "order", order: { ...order, warnings: amounts.warnings() }, customer };
}

type Money = Pick<ShopOrder, "total" | "goods" | "giftCards" | "discount" | "shipping" | "tax" | "refunded" | "items">;

/** The amounts: gift certificates and store credit that pay don't lower the total, and fees and wrapping are no goods. */
function moneyOf(said: Json, amounts: AmountReader, refunds: readonly unknown[], isRefunded: boolean): Money {
  const lines = linesOf(said);
  const goods = netOf(
    lines.filter((line) => !isGiftCertificate(line)),
    amounts,
  );
  if (goods < 0n) amounts.warn("negative_goods");
  const total = amounts.read(said["total_inc_tax"], "total_inc_tax");
  if (total < 0n) throw new OrderFault("total_inc_tax", "must be 0 or more");
  const back = refundedOf(refunds, amounts);
  const sum = (...fields: string[]): string =>
    amounts.text(fields.reduce((so, field) => so + sumOf([said], field, "order", amounts), 0n));
  return {
    total: amounts.text(total),
    goods: amounts.text(goods),
    giftCards: amounts.text(netOf(lines.filter(isGiftCertificate), amounts)),
    discount: sum("coupon_discount", "discount_amount"),
    shipping: sum("shipping_cost_ex_tax", "handling_cost_ex_tax"),
    tax: sum("total_tax"),
    // Who sets the status alone has given back all.
    refunded: amounts.text(isRefunded && back < total ? total : back),
    items: itemsOf(lines, amounts),
  };
}

/** As they were typed into the promotion; each once. */
function codesOf(coupons: readonly unknown[]): string[] {
  return [...new Set(recordsOf(coupons).flatMap(({ code }) => lineText(code) ?? []))];
}

function countryOf(value: unknown): string | null {
  const country = textOf(value);
  return country !== null && /^[A-Z]{2}$/.test(country) ? country : null;
}

function statusId(said: Readonly<Json>): number | null {
  const id = said["status_id"];
  const text = typeof id === "number" || typeof id === "string" ? String(id) : "";
  return /^\d{1,4}$/.test(text) ? Number(text) : null;
}

function timeOf(said: Json, field: string): string {
  const time = rfcTimeOf(said[field]);
  if (time === null) throw new OrderFault(field, "must be a time such as Wed, 25 Jun 2025 05:22:10 +0000");
  return time;
}

/** Fields that say which order it is and where it stands, and what may be in them. */
const OUTLINE: Readonly<Record<string, RegExp>> = {
  id: /^\d{1,20}$/,
  status_id: /^\d{1,4}$/,
  default_currency_code: /^[A-Z]{3}$/,
  total_inc_tax: /^-?[\d.,]{1,20}$/,
  date_created: /^[\w, :+-]{10,40}$/,
  date_modified: /^[\w, :+-]{10,40}$/,
};
