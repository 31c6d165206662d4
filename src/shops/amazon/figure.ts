import { plainDecimal } from "../../ground/file/decimal.ts";
import { currencyDigits, minorOf } from "../../ground/money/amount.ts";
import { mostOfOrder, mostText } from "../../ground/money/bound.ts";

/** More clicks than an ad group has in a day. */
const MOST_COUNT = 1_000_000_000;

/** What a report writes where it has no figure. */
const NOTHING = new Set(["", "-", "--", "–", "—", "n/a", "null"]);

/** Groups of three digits, whatever parts them: a count has no decimals that they could be. */
const GROUPED = /^\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+$/;

/** Signs that currencies are written by, around an amount. */
const SIGN = /^(?:([A-Z]{3})|[A-Z]{0,3}\p{Sc}|kr|zł)?[\s\u00a0]*(.*?)[\s\u00a0]*(?:([A-Z]{3})|\p{Sc}|kr|zł)?$/u;

/** A number that arithmetic in binary left a trace in, such as 58.970000000000006, is off by less of a minor unit. */
const TRACE = 1e-4;

/** What is wrong with a figure, for people: follows the column's name. */
export interface Fault {
  fault: string;
}

/** A count as a report writes it, `1,204` and `12.0` too; `null`: it has none. */
export function countOf(value: unknown): number | null | Fault {
  const text = textOf(value);
  if (text === null) return { fault: "must be a number" };
  if (NOTHING.has(text.toLowerCase())) return null;
  const digits = GROUPED.test(text) ? text.replaceAll(/\D/g, "") : text.replace(/[.,]0+$/, "");
  const count = /^\d{1,15}$/.test(digits) ? Number(digits) : Number.NaN;
  if (Number.isNaN(count)) return { fault: `must be a whole number of 0 or more, not ${shown(text)}` };
  return count > MOST_COUNT ? { fault: `must be ${MOST_COUNT} or less` } : count;
}

/**
 * An amount as a report writes it in a currency (ISO 4217), in minor units; `null`: it has none. `estimated`: Amazon
 * works it out to more decimals than the currency has and takes back of it, so it is rounded, half away from 0, and may
 * be less than 0. No other amount is rounded.
 */
export function amountOf(value: unknown, currency: string, estimated: boolean): number | null | Fault {
  const text = textOf(value);
  if (text === null) return { fault: "must be an amount" };
  if (NOTHING.has(text.toLowerCase())) return null;
  const [, negative = "", rest = ""] = /^(\(|-|−)?\s*(.*?)\)?$/.exec(text) ?? [];
  const [, before, bare = "", after] = SIGN.exec(rest.replace(/^[^\d(]*-/, "")) ?? [];
  const isNegative = negative !== "" || /^[^\d]*-/.test(rest);
  const named = before ?? after ?? currency;
  if (named !== currency) return { fault: `is in ${named}, and the row in ${currency}` };
  const minor = minorText(bare, currency, estimated);
  if (minor === null) {
    return { fault: `must be an amount of ${currency} that can be read in one way, not ${shown(text)}` };
  }
  if (isNegative && minor !== 0 && !estimated) return { fault: `must be 0 or more, not ${shown(text)}` };
  if (minor > mostOfOrder(currency)) return { fault: `must be ${mostText(currency)} at most` };
  return isNegative && minor !== 0 ? -minor : minor;
}

function minorText(text: string, currency: string, estimated: boolean): number | null {
  const digits = currencyDigits(currency) ?? 0;
  if (/^\d{1,15}\.\d+(?:e-?\d+)?$|^\d{1,15}e-?\d+$/i.test(text) && (estimated || text.length > digits + 8)) {
    const exact = Number(text) * 10 ** digits;
    const minor = Math.round(exact);
    return estimated || Math.abs(exact - minor) < TRACE ? minor : null;
  }
  const plain = plainDecimal(text, digits);
  return plain === null ? null : minorOf(plain, currency);
}

function textOf(value: unknown): string | null {
  if (typeof value === "string") return value.trim();
  return typeof value === "number" && Number.isFinite(value) ? String(value) : null;
}

function shown(text: string): string {
  return text.slice(0, 40);
}
