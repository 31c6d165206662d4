import { endOf, isDate, NO_MOMENT } from "../../ground/time/moment.ts";
import { isOneLine, oneLine } from "../../ground/http/one-line.ts";
import { currencyDigits, minorOf, scaledDecimal } from "../../ground/money/amount.ts";
import { mostOfOrder, mostText } from "../../ground/money/bound.ts";
import { currencyProblem } from "../../ground/money/withdrawn.ts";
import { readCountry } from "../order/country.ts";
import {
  type EvidenceData,
  type OrderItem,
  type ReportSource,
  SOURCE_STATUSES,
  type SourceStatus,
} from "../../ground/model/evidence.ts";
import { isUnexpanded, saysNothing, UNEXPANDED } from "./unexpanded.ts";

/** By which way a report comes in that a merchant's own page or server makes. */
export type CaptureSource = Exclude<ReportSource, "shop">;

/** Why a report can't be used. */
export interface Refusal {
  /** Stable, such as `bad_amount`. */
  code: string;
  /** For people. */
  detail: string;
  /** The value at fault, such as `items.3.price`; empty for the report as a whole. */
  path: string;
}

/** What an order's report says, read; its click token and its customer are not judged here. */
export interface ReadOrder {
  /** The shop's own id of the order. */
  externalId: string;
  /** Amounts in minor units. Without clicks and customer, which are not the body's to say. */
  data: Omit<EvidenceData, "clicks" | "badClicks" | "customerHash">;
  /** When what it says became true, by the server's clock, ms UTC; `null` if it doesn't say, or is a browser. */
  updatedAt: number | null;
  /** A click token as it came, which may be anything. */
  click: string | null;
}

/** The outcome of {@link readOrder}. */
export type OrderReading = { order: ReadOrder } | { refused: Refusal };

/** Longest id of an order. */
export const MAX_ORDER_ID = 200;
/** Longest text of a code, and most codes of an order. */
const MAX_CODE = 255;
const MAX_CODES = 100;
/** Most lines of an order. */
const MAX_ITEMS = 500;
/** Longest text of a line. */
const MAX_ITEM_TEXT = 200;
/** Quantities may be weights, to a gram: decimals that they have at most. */
const QUANTITY_DIGITS = 3;

/** How far a shop's clock may be ahead of ours, ms. */
export const CLOCK_AHEAD_MS = 600_000;

/** The same of the end of a day that has begun somewhere, ms. */
const DAY_AHEAD_MS = (24 + 14) * 3_600_000;

const AMOUNTS = {
  subtotal: "subtotalMinor",
  discount: "discountMinor",
  shipping: "shippingMinor",
  tax: "taxMinor",
  refunded: "refundedMinor",
} as const;

/** What is read so far; the first fault ends the reading. */
class Fault extends Error {
  readonly refusal: Refusal;

  constructor(code: string, path: string, detail: string) {
    super(detail);
    this.refusal = { code, path, detail };
  }
}

/**
 * Reads the body of an order, whichever way it came. Amounts are decimals in the currency's major unit,
 * and exact: what doesn't fit the currency is refused, never rounded, as is what no order comes to (see
 * `mostOfOrder`). `null` counts as left out. Of a
 * browser neither clock nor status nor refund is read. `fallback` (ISO 4217) is the currency of a report that
 * names none; `null`: it must. `receivedAt` (ms UTC) is when it came: an order that was placed later than the
 * difference of two clocks after that is refused. Never throws.
 */
export function readOrder(
  body: unknown,
  source: CaptureSource,
  fallback: string | null,
  receivedAt: number,
): OrderReading {
  try {
    const order = orderOf(body, source === "order" || source === "postback", source, fallback);
    refuseFuture(isRecord(body) ? body["placedAt"] : null, order.data.placedAt, receivedAt);
    return { order };
  } catch (error) {
    if (error instanceof Fault) return { refused: error.refusal };
    throw error;
  }
}

function orderOf(body: unknown, isServer: boolean, source: CaptureSource, fallback: string | null): ReadOrder {
  if (!isRecord(body)) throw new Fault("malformed", "", "An order is a JSON object.");
  refuseUnexpanded(body);
  const externalId = orderIdOf(body["orderId"]);
  const currency = currencyOf(body["currency"], fallback);
  const data: ReadOrder["data"] = { currency };
  const total = body["amount"];
  if (total != null) data.totalMinor = amountOf(total, currency, "amount");
  // What a server reports is money; a page may be content to say that there was an order.
  else if (source === "order") throw new Fault("bad_amount", "amount", "is missing");
  for (const [name, field] of Object.entries(AMOUNTS)) {
    const value = body[name];
    if (value == null || (name === "refunded" && !isServer)) continue;
    data[field] = amountOf(value, currency, name);
  }
  if (body["codes"] != null) data.codes = codesOf(body["codes"]);
  if (body["items"] != null) data.items = itemsOf(body["items"], currency);
  if (body["test"] != null) data.test = testOf(body["test"]);
  let updatedAt: number | null = null;
  if (isServer) {
    if (body["status"] != null) data.status = statusOf(body["status"]);
    const country = countryOf(body["country"]);
    if (country !== null) data.country = country;
    if (body["placedAt"] != null) data.placedAt = timeOf(body["placedAt"], "placedAt");
    if (body["updatedAt"] != null) updatedAt = timeOf(body["updatedAt"], "updatedAt");
  }
  return { externalId, data, updatedAt, click: clickOf(body["clickId"]) };
}

/** Fields of which a template may have come instead of a value, though they would be texts to be taken. */
const TEMPLATED = [
  "orderId",
  "amount",
  "currency",
  "clickId",
  "customerId",
  "status",
  "placedAt",
  "updatedAt",
  "country",
  ...Object.keys(AMOUNTS),
] as const;

function refuseUnexpanded(body: Record<string, unknown>): void {
  const codes: unknown = typeof body["codes"] === "string" ? body["codes"].split(",") : body["codes"];
  const values: [path: string, value: unknown][] = [
    ...TEMPLATED.map((field): [string, unknown] => [field, body[field]]),
    ...(Array.isArray(codes) ? codes : []).map((code: unknown, index): [string, unknown] => [`codes.${index}`, code]),
  ];
  const fault = values.find(([, value]) => isUnexpanded(value));
  if (fault !== undefined) throw new Fault(UNEXPANDED.code, fault[0], UNEXPANDED.detail);
}

function countryOf(value: unknown): string | null {
  if (value == null || value === "") return null;
  const country = readCountry(value);
  if (country !== null) return country;
  throw new Fault(
    "bad_country",
    "country",
    "must be a country of ISO 3166-1 alpha-2, such as DE, or GB for the United Kingdom",
  );
}

function orderIdOf(value: unknown): string {
  if (value == null || value === "") throw new Fault("missing_order_id", "orderId", "is missing");
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text === "string" && saysNothing(text)) {
    throw new Fault("bad_order_id", "orderId", `is the word ${text.trim()}: whatever sends it had no id to send`);
  }
  // To the letter, blanks around it and all: reports of an order meet by it.
  return lineOf(text, MAX_ORDER_ID, "bad_order_id", "orderId", false);
}

function currencyOf(value: unknown, fallback: string | null): string {
  const named = value == null || value === "" ? fallback : value;
  if (named === null) throw new Fault("bad_currency", "currency", "is missing");
  const code = typeof named === "string" ? named.toUpperCase() : "";
  const problem = currencyProblem(code);
  if (problem !== null) throw new Fault("bad_currency", "currency", problem);
  return code;
}

function amountOf(value: unknown, currency: string, path: string): number {
  const minor = typeof value === "string" || typeof value === "number" ? minorOf(value, currency) : null;
  if (minor !== null && minor <= mostOfOrder(currency)) return minor;
  // Past what a number holds exactly, too, but not what is no number.
  if (minor !== null || isPast(value, currency)) throw tooLarge(path, currency);
  const digits = currencyDigits(currency);
  throw new Fault(
    "bad_amount",
    path,
    `must be a decimal of 0 or more with a point and at most ${digits} decimals, as ${currency} has`,
  );
}

/** Whether a decimal, or a number that JavaScript writes with an exponent, is past the bound. */
function isPast(value: unknown, currency: string): boolean {
  const isDecimal = typeof value === "number" || (typeof value === "string" && /^\d+(?:\.\d+)?$/.test(value));
  if (!isDecimal) return false;
  const [amount, most] = [Number(value), mostOfOrder(currency) / 10 ** (currencyDigits(currency) ?? 0)];
  return Number.isFinite(amount) && amount > most;
}

function tooLarge(path: string, currency: string): Fault {
  const most = mostText(currency);
  return new Fault(
    "amount_too_large",
    path,
    `must be ${most} at most, which no order comes to: is it in minor units, or in another currency?`,
  );
}

/** Codes as a list, or as a text with commas between them. */
function codesOf(value: unknown): string[] {
  const list: unknown = typeof value === "string" ? value.split(",") : value;
  if (!Array.isArray(list)) throw new Fault("bad_codes", "codes", "must be a list of texts");
  if (list.length > MAX_CODES) throw new Fault("bad_codes", "codes", `must have ${MAX_CODES} entries at most`);
  const codes = list.flatMap((code: unknown, index) =>
    typeof code === "string" && code.trim() === "" ? [] : [lineOf(code, MAX_CODE, "bad_codes", `codes.${index}`)],
  );
  return [...new Set(codes)];
}

function itemsOf(value: unknown, currency: string): OrderItem[] {
  if (!Array.isArray(value)) throw new Fault("bad_items", "items", "must be a list");
  if (value.length > MAX_ITEMS) throw new Fault("bad_items", "items", `must have ${MAX_ITEMS} entries at most`);
  const items = value.map((item: unknown, index) => itemOf(item, currency, `items.${index}`));
  if (items.reduce((sum, item) => sum + worthOf(item), 0n) > thousandths(mostOfOrder(currency))) {
    throw tooLarge("items", currency);
  }
  return items;
}

function itemOf(item: unknown, currency: string, path: string): OrderItem {
  if (!isRecord(item)) throw new Fault("bad_items", path, "must be an object");
  const { sku, name, quantity, price, category } = item;
  const text = (given: unknown, field: string): string =>
    lineOf(
      // A tab in a product's name must not lose the order.
      typeof given === "string" ? oneLine(given) : Number.isSafeInteger(given) ? String(given) : given,
      MAX_ITEM_TEXT,
      "bad_items",
      `${path}.${field}`,
    );
  const read: OrderItem = {
    sku: text(sku, "sku"),
    ...(name != null && name !== "" && { name: text(name, "name") }),
    quantity: quantityOf(quantity, `${path}.quantity`),
    priceMinor: amountOf(price, currency, `${path}.price`),
    ...(category != null && category !== "" && { category: text(category, "category") }),
  };
  if (worthOf(read) > thousandths(mostOfOrder(currency))) throw tooLarge(path, currency);
  return read;
}

/** Price times quantity in thousandths of the minor unit, exact. */
function worthOf({ priceMinor, quantity }: OrderItem): bigint {
  return BigInt(priceMinor) * BigInt(scaledDecimal(quantity, QUANTITY_DIGITS) ?? 0);
}

function thousandths(minor: number): bigint {
  return BigInt(minor) * 10n ** BigInt(QUANTITY_DIGITS);
}

function quantityOf(value: unknown, path: string): number {
  const isDecimal = typeof value === "string" || typeof value === "number";
  if (!isDecimal || scaledDecimal(value, QUANTITY_DIGITS) === null) {
    throw new Fault("bad_items", path, `must be a number of 0 or more with at most ${QUANTITY_DIGITS} decimals`);
  }
  return Number(value);
}

function statusOf(value: unknown): SourceStatus {
  const status = SOURCE_STATUSES.find((known) => known === value);
  if (status === undefined) throw new Fault("bad_status", "status", `must be one of ${SOURCE_STATUSES.join(", ")}`);
  return status;
}

/** Of a date the last moment: the clicks of the day came before. */
function timeOf(value: unknown, path: string): number {
  const end = typeof value === "string" ? endOf(value) : null;
  if (end === null) throw new Fault("bad_time", path, NO_MOMENT);
  return isDate(String(value)) ? end - 1 : end;
}

/** No order is placed in the future: day and month are swapped then, or a clock is wrong. */
function refuseFuture(given: unknown, placedAt: number | undefined, receivedAt: number): void {
  if (placedAt === undefined) return;
  // Of a date, the day may not be over yet; where the sun rises first it begins 14 hours before it does in UTC.
  const isDay = typeof given === "string" && isDate(given);
  if (placedAt <= receivedAt + (isDay ? DAY_AHEAD_MS : CLOCK_AHEAD_MS)) return;
  const time = new Date(placedAt).toISOString();
  throw new Fault(
    "future_time",
    "placedAt",
    `must not be in the future: ${time} is after ${new Date(receivedAt).toISOString()}, when it came. Are day and month swapped, or is a clock or its time zone wrong?`,
  );
}

function testOf(value: unknown): boolean {
  if (typeof value !== "boolean") throw new Fault("bad_test", "test", "must be true or false");
  return value;
}

/** One line of text: trimmed, if that isn't said otherwise, whole, without control characters, and not blank. */
function lineOf(value: unknown, max: number, code: string, path: string, trims = true): string {
  if (typeof value !== "string") throw new Fault(code, path, "must be a text");
  // Before it is trimmed: a line break at the end is no typing error either.
  if (!isOneLine(value)) throw new Fault(code, path, "must not have control characters");
  if (!value.isWellFormed()) throw new Fault(code, path, "must not have half of a surrogate pair");
  const text = trims ? value.trim() : value;
  if (text.trim() === "" || text.length > max) throw new Fault(code, path, `must have 1 to ${max} characters`);
  return text;
}

/** A click token as it came, or `null` if none did; what is no text is a token that nobody made. */
export function clickOf(value: unknown): string | null {
  if (value == null || value === "") return null;
  return typeof value === "string" ? value : "?";
}

/** Whether a value of JSON is an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
