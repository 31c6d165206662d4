import { type ReadOrder, readOrder } from "../capture/read-order.ts";
import { currencyDigits, majorOf, minorOf } from "../money/amount.ts";
import { plainDecimal } from "./decimal.ts";
import type { LocalTime } from "./local-time.ts";
import type { Field, Preset } from "./preset.ts";
import { readTime } from "./read-time.ts";
import type { ReconciledRow } from "./row.ts";

/** What an export doesn't say itself. */
export interface ReadingContext {
  /** ISO 4217, of the store; `null`: each row has to name its own. */
  currency: string | null;
  /** For times without an offset. */
  local: LocalTime;
}

/** What a row says, or why it can't be read; the id as far as it can be told. */
export type RowReading =
  | { externalId: string; row: ReconciledRow; fault: null }
  | { externalId: string | null; row: null; fault: string };

/** Tells the value of a field: `undefined` if there is no such column, or it is blank. */
export type Cells = (field: Field) => unknown;

/** Digits of a currency that isn't known: any would do, for the row is refused. */
const SOME_DIGITS = 2;

/** What `readOrder` calls the fields. */
const FIELD_OF_PATH: Readonly<Record<string, Field>> = { orderId: "order_id", amount: "total", placedAt: "placed_at" };

class Fault extends Error {}

/** Reads one order of an export. Amounts are exact: what is not clear is a fault, never a guess. Never throws. */
export function readRow(cells: Cells, preset: Preset, context: ReadingContext): RowReading {
  try {
    const { externalId, data } = orderOf(bodyOf(cells, preset, context), context.currency);
    const row: ReconciledRow = {
      externalId,
      placedAt: data.placedAt ?? null,
      currency: data.currency ?? "",
      totalMinor: data.totalMinor ?? 0,
      subtotalMinor: data.subtotalMinor ?? null,
      discountMinor: data.discountMinor ?? null,
      shippingMinor: data.shippingMinor ?? null,
      taxMinor: data.taxMinor ?? null,
      refundedMinor: data.refundedMinor ?? null,
      status: data.status ?? null,
      codes: data.codes ?? [],
    };
    return { externalId, row, fault: null };
  } catch (error) {
    if (error instanceof Fault) return { externalId: idOf(cells), row: null, fault: error.message };
    throw error;
  }
}

/** The id of a row that can't be read otherwise. */
function idOf(cells: Cells): string | null {
  try {
    return orderOf({ orderId: cells("order_id"), amount: 0 }, "EUR").externalId;
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

/** Reads a body as that of a store's server: what it may not say, an export may not either. */
function orderOf(body: Record<string, unknown>, currency: string | null): ReadOrder {
  const { orderId } = body;
  if (typeof orderId === "string") textOf(orderId);
  const reading = readOrder(body, "order", currency);
  if ("order" in reading) return reading.order;
  const { path, detail } = reading.refused;
  throw new Fault(`${FIELD_OF_PATH[path] ?? path}: ${detail}`);
}

/** Whether a line only goes on with the items of the order before, whose id is `before`. */
export function isItemLine(cells: Cells, { itemLines }: Preset, before: string | null): boolean {
  if (!itemLines || before === null || cells("total") !== undefined || cells("subtotal") !== undefined) return false;
  const id = cells("order_id");
  return id === undefined || id === before;
}

/** The order's body as the API takes it. */
function bodyOf(cells: Cells, preset: Preset, context: ReadingContext): Record<string, unknown> {
  const currency = currencyOf(cells, context);
  const amount = (field: Field) => amountOf(cells(field), currency, field);
  return {
    orderId: cells("order_id"),
    currency,
    amount: amount("total"),
    subtotal: amount("subtotal"),
    discount: positive(amount("discount")),
    shipping: amount("shipping"),
    tax: amount("tax"),
    refunded: refundedOf(cells, currency),
    status: statusOf(cells, preset),
    placedAt: placedAtOf(cells, preset, context),
    codes: codesOf(cells("codes"), preset),
  };
}

function currencyOf(cells: Cells, { currency }: ReadingContext): string {
  const named = cells("currency");
  return named === undefined ? (currency ?? "") : textOf(named).trim();
}

function amountOf(value: unknown, currency: string, field: Field): string | number | undefined {
  if (value === undefined || typeof value === "number") return value;
  const text = textOf(value).trim();
  const plain = plainDecimal(text.replace(/^-/, ""), currencyDigits(currency.toUpperCase()) ?? SOME_DIGITS);
  if (plain === null) throw new Fault(`${field}: ${text.slice(0, 40)} is no amount, or can be read in two ways`);
  return text.startsWith("-") && Number(plain) !== 0 ? `-${plain}` : plain;
}

/** Some shops write what is taken off with a minus. */
function positive(amount: string | number | undefined): string | number | undefined {
  if (typeof amount === "number") return Math.abs(amount);
  return amount?.replace(/^-/, "");
}

/** What was given back, as one amount or as a list of refunds. */
function refundedOf(cells: Cells, currency: string): string | number | undefined {
  const refunded = positive(amountOf(cells("refunded"), currency, "refunded"));
  if (refunded !== undefined) return refunded;
  const refunds = cells("refunds");
  if (refunds === undefined) return undefined;
  const code = currency.toUpperCase();
  let sum = 0;
  // amount:5.00|reason:…|date:…;amount:2.50|…
  for (const [, amount = ""] of textOf(refunds).matchAll(/(?:^|;)\s*amount:\s*(-?[\d.,]+)/g)) {
    const minor = minorOf(positive(amountOf(amount, currency, "refunds")) ?? "", code);
    if (minor === null) throw new Fault(`refunds: ${amount.slice(0, 40)} is no amount`);
    sum += minor;
  }
  if (!Number.isSafeInteger(sum)) throw new Fault("refunds: are too large");
  return currencyDigits(code) === null ? undefined : majorOf(sum, code);
}

function statusOf(cells: Cells, { statuses, strictStatus }: Preset): string | undefined {
  if (cells("cancelled_at") !== undefined) return "cancelled";
  const value = cells("status");
  if (value === undefined) return undefined;
  const text = textOf(value).trim();
  const words = text
    .toLowerCase()
    .replace(/^wc-/, "")
    .replaceAll(/[\s_-]+/g, " ");
  const status = Object.hasOwn(statuses, words) ? statuses[words] : undefined;
  if (status === undefined && strictStatus) {
    throw new Fault(`status: must be one of ${Object.keys(statuses).join(", ")}`);
  }
  return status;
}

function placedAtOf(cells: Cells, { times }: Preset, { local }: ReadingContext): string | undefined {
  const [date, clock] = [cells("placed_at"), cells("placed_time")];
  if (date === undefined) return undefined;
  const text = clock === undefined ? textOf(date) : `${textOf(date).trim()} ${textOf(clock).trim()}`;
  const time = readTime(text, times, local);
  if (time === null) throw new Fault(`placed_at: ${text.trim().slice(0, 40)} is no time of this export`);
  return new Date(time).toISOString();
}

/** Codes as a list, as texts with a mark between them, or out of `code:lea10|amount:5.00` and the like. */
function codesOf(value: unknown, { namedCodes }: Preset): unknown {
  if (value === undefined || Array.isArray(value)) return value;
  const text = textOf(value);
  if (!namedCodes || !text.includes(":")) return text.split(/[,;|]/);
  return [...text.matchAll(/\bcode\s*:([^|;,]+)/gi)].map(([, code = ""]) => code);
}

function textOf(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string") throw new Fault("has a value that is no text");
  if (value.includes("\uFFFD")) throw new Fault("is not UTF-8");
  return value;
}
