import { isOneLine, oneLine } from "../../ground/http/one-line.ts";
import { majorOf, minorOf } from "../../ground/money/amount.ts";
import type { ShopSettings } from "../../ground/model/shop.ts";
import type { ShopItem, ShopOrder } from "../../ground/model/shop-order.ts";
import { readCountry } from "../order/country.ts";
import { isUnexpanded } from "../capture/unexpanded.ts";

/** Longest texts and most lines that an order's report has: see `readOrder`. */
const MAX_CODE = 255;
const MAX_CODES = 100;
const MAX_ITEMS = 500;
const MAX_ITEM_TEXT = 200;

/** Decimals of a quantity. */
const QUANTITY_DIGITS = 3;

/**
 * A platform's order as the body of `POST /t/orders`, under the settings of its store's connection. What such a body
 * can't hold and no shop's server would be refused for is left out or cut: a code that no code here can be, the end
 * of a product's name, lines past the 500th.
 */
export function orderBodyOf(order: ShopOrder, settings: ShopSettings): Record<string, unknown> {
  const { orderId, currency, status, placedAt, updatedAt } = order;
  return {
    orderId,
    currency,
    amount: order.total,
    subtotal: settings.giftCards ? sumOf(order.goods, order.giftCards, currency) : order.goods,
    discount: order.discount,
    shipping: order.shipping,
    tax: order.tax,
    refunded: order.refunded,
    status,
    clickId: order.click,
    codes: order.codes.filter(canBeCode).slice(0, MAX_CODES),
    items: order.items.slice(0, MAX_ITEMS).map(itemOf),
    placedAt,
    updatedAt,
    // Some shops have codes of their own, such as ZZ.
    country: readCountry(order.country),
    test: order.test || isTestGateway(order.gateway, settings),
  };
}

/** The sum of two amounts; the first, where either is none. */
function sumOf(first: string, second: string, currency: string): string {
  const [a, b] = [minorOf(first, currency), minorOf(second, currency)];
  return a === null || b === null ? first : majorOf(a + b, currency);
}

function isTestGateway(gateway: string | null, { testGateways }: ShopSettings): boolean {
  return gateway !== null && testGateways.some((name) => name.toLowerCase() === gateway.toLowerCase());
}

/** Whether a text may be one of ours: what isn't, such as a draft's own words for a discount, names nobody. */
function canBeCode(code: string): boolean {
  return code.trim() !== "" && code.length <= MAX_CODE && isOneLine(code) && code.isWellFormed() && !isUnexpanded(code);
}

function itemOf({ sku, name, quantity, price }: ShopItem): Record<string, unknown> {
  const title = textOf(name ?? "");
  return {
    sku: textOf(sku) || title || "?",
    ...(title !== "" && { name: title }),
    quantity: Number(quantity.toFixed(QUANTITY_DIGITS)),
    price,
  };
}

function textOf(given: string): string {
  return oneLine(given.toWellFormed()).trim().slice(0, MAX_ITEM_TEXT).toWellFormed().trim();
}
