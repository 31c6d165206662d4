import { CLOCK_AHEAD_MS, MAX_ORDER_ID, type ReadOrder, readOrder } from "../../sales/capture/read-order.ts";
import { isOneLine } from "../../ground/http/one-line.ts";
import { currencyDigits, majorOf, minorOf, scaledDecimal } from "../../ground/money/amount.ts";
import type { SourceStatus } from "../../ground/model/evidence.ts";
import type { DateOrder, FileDates } from "../../ground/file/date-order.ts";
import { plainDecimal } from "../../ground/file/decimal.ts";
import type { LocalTime } from "../../ground/file/local-time.ts";
import { type Field, type Preset, statusOf } from "./preset.ts";
import { readTime, type TimeReading } from "../../ground/file/read-time.ts";
import type { ReconciledRow, UnnamedAmounts } from "../../ground/model/reconciliation.ts";
import { statusKey } from "./status-words.ts";

/** What an export doesn't say itself. */
export interface ReadingContext {
  /** ISO 4217, of the store; `null`: each row has to name its own. */
  currency: string | null;
  /** For times without an offset. */
  local: LocalTime;
  /** When the file came, ms UTC: no order in it was placed later. */
  now: number;
  /** What comes first in dates; `null`: the file itself has to tell. */
  dateOrder: DateOrder | null;
  /** The dates that were read so far. */
  dates: FileDates;
  /** What words mean that the preset doesn't know, by `statusKey`. */
  statuses: ReadonlyMap<string, SourceStatus>;
}

/** What a row says, or why it can't be read; the id as far as it can be told. */
export type RowReading = {
  /** Other ids by which the shop knows the order, the best first. */
  names: string[];
  /** Whether nobody can tell where the row ends, and so how many orders are in it. */
  unclear?: true;
} & ({ externalId: string; row: ReconciledRow; fault: null } | { externalId: string | null; row: null; fault: string });

/** Tells the value of a field: `undefined` if there is no such column, or it is blank. */
export type Cells = (field: Field) => unknown;

/** Digits of a currency that isn't known: any would do, for the row is refused. */
const SOME_DIGITS = 2;

/** What `readOrder` calls the fields. */
const FIELD_OF_PATH: Readonly<Record<string, Field>> = { orderId: "order_id", amount: "total", placedAt: "placed_at" };

class Fault extends Error {}

/** Reads one order of an export. Amounts are exact: what is not clear is a fault, never a guess. Never throws. */
export function readRow(cells: Cells, preset: Preset, context: ReadingContext): RowReading {
  const names = namesOf(cells);
  try {
    const { externalId, data } = orderOf(bodyOf(cells, preset, context), context);
    const row: ReconciledRow = {
      externalId,
      currency: data.currency ?? "",
      totalMinor: data.totalMinor ?? 0,
      subtotalMinor: data.subtotalMinor ?? null,
      discountMinor: data.discountMinor ?? null,
      shippingMinor: data.shippingMinor ?? null,
      taxMinor: data.taxMinor ?? null,
      refundedMinor: data.refundedMinor ?? null,
      status: data.status ?? null,
      codes: data.codes ?? [],
      ...timeOf(cells, preset, context),
    };
    return {
      externalId,
      names: names.filter((name) => name !== externalId),
      row: {
        ...row,
        ...soldOf(row, preset),
        ...refundOf(row),
        ...unknownOf(cells, preset, context),
        ...unnamedIn(cells, row),
      },
      fault: null,
    };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const externalId = idIn(cells, context);
    return { externalId, names: names.filter((name) => name !== externalId), row: null, fault: error.message };
  }
}

/** The id of a row that can't be read otherwise. */
function idIn(cells: Cells, context: ReadingContext): string | null {
  try {
    return orderOf({ orderId: idOf(cells), currency: "EUR", amount: 0 }, context).externalId;
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

/** The shop's own id of the order, or else the number that people know it by; without the blanks that files have around it. */
function idOf(cells: Cells): unknown {
  const id = lettersOf(cells);
  return typeof id === "string" ? id.trim() : id;
}

/** The same as it stands there. */
function lettersOf(cells: Cells): unknown {
  return cells("order_id") ?? cells("order_number");
}

/**
 * What else the order may be known by: its id to the letter, where there are blanks around it, and its number, with
 * and without the `#` that shops write before it.
 */
function namesOf(cells: Cells): string[] {
  const id = lettersOf(cells);
  const isBlanked = typeof id === "string" && id !== id.trim() && isOneLine(id) && id.length <= MAX_ORDER_ID;
  const names = isBlanked ? [id] : [];
  const number = cells("order_number");
  const text = typeof number === "number" ? String(number) : number;
  if (typeof text !== "string" || text.trim() === "") return names;
  const name = text.trim();
  return [...new Set([...names, name, ...(name.startsWith("#") && name.length > 1 ? [name.slice(1)] : [])])];
}

/** Reads a body as that of a store's server: what it may not say, an export may not either. */
function orderOf(body: Record<string, unknown>, { currency, now }: ReadingContext): ReadOrder {
  const { orderId } = body;
  if (typeof orderId === "string") textOf(orderId);
  const reading = readOrder(body, "order", currency, now);
  if ("order" in reading) return reading.order;
  const { path, detail } = reading.refused;
  throw new Fault(`${FIELD_OF_PATH[path] ?? path}: ${detail}`);
}

/** Whether a line only goes on with the items of the order before, which is known by `before`. */
export function isItemLine(cells: Cells, { itemLines }: Preset, before: readonly string[]): boolean {
  if (!itemLines || before.length === 0) return false;
  if (cells("total") !== undefined || cells("subtotal") !== undefined) return false;
  const id = idOf(cells);
  return id === undefined || (typeof id === "string" && before.includes(id));
}

/** The order's body as the API takes it. Its time is read apart: it may have two readings. */
function bodyOf(cells: Cells, preset: Preset, context: ReadingContext): Record<string, unknown> {
  const currency = currencyOf(cells, context);
  const amount = (field: Field) => amountOf(cells(field), currency, field);
  const status =
    cells("status") === undefined && cells("cancelled_at") === undefined ? null : statusIn(cells, preset, context);
  return {
    orderId: idOf(cells),
    currency,
    amount: amount("total"),
    subtotal: amount("subtotal"),
    discount: positive(amount("discount")),
    shipping: amount("shipping"),
    tax: amount("tax"),
    refunded: refundedIn(cells, currency),
    status,
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

/** What was given back in the currency of the total; `undefined`: the export doesn't say, or in another. */
function refundedIn(cells: Cells, currency: string): string | number | undefined {
  const refunded = refundedOf(cells, currency);
  const [total, ordered] = [cells("total"), cells("ordered_total")].map((cell) => amountOf(cell, currency, "total"));
  if (refunded === undefined || ordered === undefined || isSame(total, ordered) || isSame(refunded, 0)) return refunded;
  return isSame(refunded, ordered) ? total : undefined;
}

/** Decimals to which amounts are compared, whatever their currency. */
const ANY_DIGITS = 6;

function isSame(a: string | number | undefined, b: string | number | undefined): boolean {
  return a !== undefined && b !== undefined && scaledDecimal(a, ANY_DIGITS) === scaledDecimal(b, ANY_DIGITS);
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

/**
 * What the goods came to after discounts, as the tracker has it. Of an export that has it before them: what is
 * left of the total, if that is the subtotal with or without the discount; else nobody knows, but the most that
 * it can be.
 */
function soldOf(row: ReconciledRow, { grossSubtotal }: Preset): Partial<ReconciledRow> {
  const { totalMinor, subtotalMinor, discountMinor, shippingMinor, taxMinor } = row;
  if (!grossSubtotal || subtotalMinor === null) return {};
  const net = subtotalMinor - (discountMinor ?? 0);
  const left = shippingMinor === null || taxMinor === null ? null : totalMinor - shippingMinor - taxMinor;
  const sold = left === net || left === subtotalMinor ? left : null;
  return { subtotalMinor: sold, ...(sold === null && { subtotalLimitMinor: Math.max(0, net) }) };
}

/** A shop that calls an order refunded and names 0 contradicts itself: the word counts, the amount is none. */
function refundOf({ status, refundedMinor, totalMinor }: ReconciledRow): Partial<ReconciledRow> {
  return status === "refunded" && refundedMinor === 0 && totalMinor > 0 ? { refundedMinor: null } : {};
}

/** The amounts of an order whose currency the export doesn't name. */
function unnamedIn(cells: Cells, { currency }: ReconciledRow): { unnamed?: UnnamedAmounts } {
  if (cells("currency") !== undefined) return {};
  const total = amountOf(cells("ordered_total") ?? cells("total"), currency, "total");
  const refunded = refundedOf(cells, currency);
  if (total === undefined) return {};
  return { unnamed: { total: String(total), refunded: refunded === undefined ? null : String(refunded) } };
}

function statusIn(cells: Cells, preset: Preset, { statuses }: ReadingContext): SourceStatus | null {
  if (cells("cancelled_at") !== undefined) return "cancelled";
  const text = textOf(cells("status")).trim();
  const status = statuses.get(statusKey(text)) ?? statusOf(text, preset);
  if (status === null && preset.strictStatus) {
    throw new Fault(`status: must be one of ${Object.keys(preset.statuses).join(", ")}`);
  }
  return status;
}

/** The status as it stands there, if nobody knows what it means. */
function unknownOf(cells: Cells, preset: Preset, context: ReadingContext): { unknownStatus?: string } {
  const value = cells("status");
  if (value === undefined || statusIn(cells, preset, context) !== null) return {};
  return { unknownStatus: textOf(value).trim().slice(0, MAX_STATUS) };
}

/** As much of a status as is kept, characters. */
const MAX_STATUS = 100;

/** When the order was placed. */
function timeOf(
  cells: Cells,
  { times }: Preset,
  context: ReadingContext,
): Pick<ReconciledRow, "placedAt" | "dayFirst"> {
  const [date, clock] = [cells("placed_at"), cells("placed_time")];
  if (date === undefined) return { placedAt: null };
  const text = (clock === undefined ? textOf(date) : `${textOf(date).trim()} ${textOf(clock).trim()}`).trim();
  // Who says how dates are written has none that the preset doesn't know.
  const found = readTime(text, context.dateOrder === null ? times : [...times, "numeric"], context.local);
  if (found === null) throw new Fault(`placed_at: ${text.slice(0, 40)} is no time of this export`);
  const { mdy, dmy } = inTime(text, found, context);
  context.dates.add(text.slice(0, 40), { mdy, dmy });
  const known = context.dateOrder ?? context.dates.known;
  // Once it is known, a file with a date that contradicts it is refused as a whole.
  if (mdy === dmy || mdy === null || dmy === null) return { placedAt: mdy ?? dmy };
  return known === null ? { placedAt: mdy, dayFirst: dmy } : { placedAt: known === "mdy" ? mdy : dmy };
}

/** The readings of a date that an order of this file can have. Throws a `Fault` if there is none. */
function inTime(text: string, { mdy, dmy }: TimeReading, { dateOrder, now }: ReadingContext): TimeReading {
  const asked = { mdy: dateOrder === "dmy" ? dmy : mdy, dmy: dateOrder === "mdy" ? mdy : dmy };
  if (asked.mdy === null && asked.dmy === null) {
    throw new Fault(
      `placed_at: ${text.slice(0, 40)} is no date with the ${dateOrder === "mdy" ? "month" : "day"} first`,
    );
  }
  const past = (time: number | null) => (time !== null && time <= now + CLOCK_AHEAD_MS ? time : null);
  const found = { mdy: past(asked.mdy), dmy: past(asked.dmy) };
  if (found.mdy === null && found.dmy === null) {
    throw new Fault(
      `placed_at: ${text.slice(0, 40)} is in the future: are day and month swapped, or is the store's time zone another?`,
    );
  }
  return found;
}

/** Codes as a list, as texts with a mark between them, or out of what a preset writes around them. */
function codesOf(value: unknown, { codes }: Preset): unknown {
  if (value === undefined || Array.isArray(value)) return value;
  const text = textOf(value);
  if (codes === "plain" || !text.includes(":")) return text.split(/[,;|]/);
  return codes === "items" ? itemCodes(text) : labelledCodes(text);
}

/** The codes of `code:lea10|description:…|amount:5.00;code:…`. What a description says, is none. */
function itemCodes(text: string): string[] {
  const codes: string[] = [];
  let described = false;
  for (const part of text.split(/;(?=\s*code\s*:)/i)) {
    const [, code] = /^\s*code\s*:([^|;]*)/i.exec(part) ?? [];
    if (code !== undefined && !described) codes.push(code);
    // A description goes on to the amount after it, whatever it says.
    const opens = !described && /\|\s*description\s*:/i.test(part);
    if (opens || described) described = !/\|\s*(?:discount_?)?amount\s*:\s*-?[\d.,]*\s*$/i.test(part);
  }
  return codes;
}

/** The codes of `Coupon Code: LEA10, Coupon Value: 5.00`. */
function labelledCodes(text: string): string[] {
  return [...text.matchAll(/(?:^|[,;|\n])\s*(?:coupon )?code\s*:([^|;,\n]+)/gi)].map(([, code = ""]) => code);
}

function textOf(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string") throw new Fault("has a value that is no text");
  if (value.includes("\uFFFD")) throw new Fault("is not UTF-8: save the file as CSV UTF-8");
  return value;
}
