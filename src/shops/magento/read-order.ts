import type { ShopOrder, ShopReading } from "../../ground/model/shop-order.ts";
import { AmountReader, OrderFault } from "../decimal.ts";
import { rounded, sumOf } from "./amounts.ts";
import { idOf, lineText, outlineOf, phoneAmong, recordOf, recordsOf, textOf } from "../fields.ts";
import { msOf } from "./times.ts";
import { itemsOf, type Line, linesOf } from "./items.ts";
import { OUTLINE } from "./outline.ts";
import { readState } from "./status.ts";

type Json = Record<string, unknown>;

/** Longer ones are no click tokens. */
const MAX_TOKEN = 512;

/** Codes of an order that are looked at. */
const MAX_CODES = 100;

/** The state of a credit memo whose money was given back; 1 is one that waits, 3 one that was cancelled. */
const REFUNDED = 2;

/** What Adobe Commerce has beside money to pay an order with, each taken off its total: in the order's currency. */
const TENDERS = ["gift_cards_amount", "customer_balance_amount", "reward_currency_amount"] as const;

/**
 * Reads an order of `/V1/orders` with its credit memos of `/V1/creditmemos`. Never throws. `clickParam`: under which name the
 * store's click ids travel. All amounts are those in the order's currency, never the `base_` ones.
 */
export function readOrder(value: unknown, memos: readonly Json[], clickParam: string): ShopReading {
  const said = recordOf(value);
  if (said === null) return { kind: "unreadable", orderId: null, path: "", detail: "is no object", outline: {} };
  try {
    return readingOf(said, memos, clickParam);
  } catch (error) {
    if (!(error instanceof OrderFault)) throw error;
    const { path, message } = error;
    return {
      kind: "unreadable",
      orderId: lineText(said["increment_id"]),
      path,
      detail: message,
      outline: outlineOf(said, OUTLINE),
    };
  }
}

function readingOf(said: Json, memos: readonly Json[], clickParam: string): ShopReading {
  const orderId = lineText(said["increment_id"]);
  if (orderId === null) throw new OrderFault("increment_id", "is missing");
  const state = lineText(said["state"]);
  if (state === null) throw new OrderFault("state", "is missing");
  const amounts = new AmountReader(said["order_currency_code"], "order_currency_code");
  const { status, custom } = readState(state, sumOf(said, ["total_paid"], "", amounts) > 0n);
  if (custom) amounts.warn("custom_state");
  const order: Omit<ShopOrder, "warnings"> = {
    orderId,
    number: null,
    updatedAt: timeOf(said, "updated_at"),
    placedAt: timeOf(said, "created_at"),
    currency: amounts.currency,
    ...moneyOf(said, memos, amounts, status),
    status,
    state,
    codes: codesOf(said),
    click: clickOf(said, clickParam),
    // No mark says so; a way to pay that is a test is the store's setting.
    test: false,
    gateway: lineText(recordOf(said["payment"])?.["method"]),
    channel: null,
    renewalOf: null,
    country: countryOf(said),
  };
  const customer = {
    id: idOf(said["customer_id"]),
    email: textOf(said["customer_email"]),
    phone: phoneAmong([recordOf(said["billing_address"])?.["telephone"]]),
  };
  return { kind: "order", order: { ...order, warnings: amounts.warnings() }, customer };
}

type Money = Pick<ShopOrder, "total" | "goods" | "giftCards" | "discount" | "shipping" | "tax" | "refunded" | "items">;

/** The amounts: `subtotal` is before discounts and `grand_total` after what gift cards paid, so goods are the lines' sum. */
function moneyOf(said: Json, memos: readonly Json[], amounts: AmountReader, status: string): Money {
  if (!Array.isArray(said["items"])) throw new OrderFault("items", "must be a list");
  const lines = linesOf(recordsOf(said["items"]), amounts);
  const goods = netOf(
    lines.filter(({ isGiftCard }) => !isGiftCard),
    amounts,
  );
  if (goods < 0n) amounts.warn("negative_goods");
  const giftCards = netOf(
    lines.filter(({ isGiftCard }) => isGiftCard),
    amounts,
  );
  const charged = sumOf(said, ["grand_total!"], "", amounts);
  if (charged < 0n) throw new OrderFault("grand_total", "must be 0 or more");
  const shipping = sumOf(said, SHIPPING, "", amounts);
  const tax = sumOf(said, ["tax_amount"], "", amounts);
  // How much a card paid at most is what the order's parts come to beyond its total.
  const beyond = goods + giftCards + shipping + tax - charged;
  const total = charged + least(tendersOf(said, amounts), most(beyond, 0n));
  const back = backOf(said, memos, amounts, status);
  const discount = sumOf(said, ["discount_amount"], "", amounts);
  return {
    total: amounts.text(total),
    goods: amounts.text(goods),
    giftCards: amounts.text(giftCards),
    // Below 0 on an order; extensions have it above.
    discount: amounts.text(discount < 0n ? -discount : discount),
    shipping: amounts.text(shipping),
    tax: amounts.text(tax),
    // A shop that closes an order without a credit memo has given back all.
    refunded: amounts.text(status === "refunded" && back === 0n ? total : back),
    items: itemsOf(lines, amounts),
  };
}

const SHIPPING = ["shipping_amount", "-shipping_discount_amount", "shipping_discount_tax_compensation_amount"] as const;

/** What lines come to, minor units: rounded once, where three lines of 3.3333 are 10.00 and not 9.99. */
function netOf(lines: readonly Line[], amounts: AmountReader): bigint {
  return rounded(
    lines.reduce((sum, { net }) => sum + net, 0n),
    amounts,
  );
}

function tendersOf(said: Json, amounts: AmountReader): bigint {
  const extension = recordOf(said["extension_attributes"]) ?? {};
  return TENDERS.reduce((sum, field) => {
    const paid = sumOf(extension, [field], "extension_attributes.", amounts);
    return sum + (paid < 0n ? -paid : paid);
  }, 0n);
}

/**
 * What was given back, with tax and shipping: by the order's own sum or by its credit memos, whichever is more, since one
 * that is written by the interface doesn't change its order; and what was cancelled of an order that goes on without it. A
 * memo's total has its adjustments in it: `adjustment_positive` was given on top, `adjustment_negative` kept.
 */
function backOf(said: Json, memos: readonly Json[], amounts: AmountReader, status: string): bigint {
  const ofMemos = memos
    .filter(({ state }) => state === REFUNDED || state === String(REFUNDED))
    .reduce((sum, memo, at) => {
      const currency = textOf(memo["order_currency_code"]);
      if (currency !== null && currency !== amounts.currency) {
        throw new OrderFault(`creditmemos.${at}.order_currency_code`, `must be ${amounts.currency}, as its order's`);
      }
      // As an order's, a memo's total is without what went back to a card or a balance that paid.
      return sum + sumOf(memo, ["grand_total!"], `creditmemos.${at}.`, amounts) + tendersOf(memo, amounts);
    }, 0n);
  const cancelled = status === "cancelled" ? 0n : sumOf(said, ["total_canceled"], "", amounts);
  return most(sumOf(said, ["total_refunded"], "", amounts), ofMemos) + cancelled;
}

/**
 * Codes, each once. Adobe Commerce 2.4.7 and later takes several: its list of them counts, and where there is none, the
 * one field, in which an extension may have several with commas between.
 */
function codesOf(said: Json): string[] {
  const listed = recordOf(said["extension_attributes"])?.["coupon_codes"];
  const some = Array.isArray(listed) ? listed.slice(0, MAX_CODES) : [];
  const codes = some.map(lineText).filter((code) => code !== null);
  const plain = lineText(said["coupon_code"]) ?? "";
  const keys = new Set(codes.map((code) => code.toLowerCase()));
  const others = plain.split(",").map((code) => code.trim());
  // Listed ones are the parts of what the field has, whatever stands between them.
  const rest = others.filter((code) => code !== "" && !keys.has(code.toLowerCase()));
  const all = [...codes, ...(codes.includes(plain) ? [] : rest)];
  return all.filter((code, at) => all.findIndex((other) => other.toLowerCase() === code.toLowerCase()) === at);
}

/** The click that a module of the shop wrote to the order. It is as it came, and may be anything. */
function clickOf(said: Json, clickParam: string): string | null {
  const extension = recordOf(said["extension_attributes"]) ?? {};
  const written = [extension["wm_click"], extension[clickParam], said["wm_click"], said[clickParam]].map(textOf);
  return written.find((token) => token !== null && token.length <= MAX_TOKEN) ?? null;
}

function countryOf(said: Json): string | null {
  const country = textOf(recordOf(said["billing_address"])?.["country_id"]);
  return country !== null && /^[A-Z]{2}$/.test(country) ? country : null;
}

function timeOf(said: Json, field: string): string {
  const ms = msOf(said[field]);
  if (ms === null) throw new OrderFault(field, "must be a time in UTC such as 2026-11-29 18:30:00");
  return new Date(ms).toISOString();
}

function most(a: bigint, b: bigint): bigint {
  return a < b ? b : a;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
