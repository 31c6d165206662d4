import type { Share } from "../../ground/model/attribution.ts";
import type { ConversionValue, ValueNote } from "../../ground/model/conversion.ts";
import type { Trust } from "../../ground/model/evidence.ts";
import { currencyDigits, minorOf } from "../../ground/money/amount.ts";
import { mostOfOrder } from "../../ground/money/bound.ts";

/** What a conversion is worth, minor units of its definition's currency, or why nothing is known of it. */
export interface Worth {
  valueMinor: number | null;
  valueNote: ValueNote | null;
}

const NOTHING: Worth = { valueMinor: null, valueNote: null };

function without(valueNote: ValueNote): Worth {
  return { valueMinor: null, valueNote };
}

/**
 * What an event says that it is worth, read as an order's amount: a decimal in major units, exact, of at most what an
 * order comes to. It is in the definition's currency (ISO 4217) unless it names another, and is not exchanged then.
 */
export function eventWorth(data: Readonly<Record<string, unknown>>, currency: string): Worth {
  const said = Object.hasOwn(data, "value") ? data["value"] : null;
  if (said == null || said === "") return without("value_missing");
  const named = Object.hasOwn(data, "currency") ? data["currency"] : null;
  if (named != null && named !== "") {
    const code = typeof named === "string" ? named.toUpperCase() : "";
    if (currencyDigits(code) === null) return without("value_unusable");
    if (code !== currency) return without("currency_other");
  }
  return amountOf(said, currency, "value_unusable");
}

/** What a contact's field says, in major units; `null`: nobody knows whose the conversion is. */
export function fieldWorth(fields: Readonly<Record<string, unknown>> | null, field: string, currency: string): Worth {
  if (fields === null) return without("no_contact");
  const said = Object.hasOwn(fields, field) ? fields[field] : null;
  return said == null || said === "" ? without("field_missing") : amountOf(said, currency, "field_unusable");
}

/** The total of the order that made it. */
export function orderWorth(total: { amountMinor: number; currency: string } | null, currency: string): Worth {
  if (total === null) return without("no_order");
  return total.currency === currency ? { valueMinor: total.amountMinor, valueNote: null } : without("currency_other");
}

function amountOf(said: unknown, currency: string, note: ValueNote): Worth {
  const minor = typeof said === "string" || typeof said === "number" ? minorOf(said, currency) : null;
  return minor === null || minor > mostOfOrder(currency) ? without(note) : { valueMinor: minor, valueNote: null };
}

/** What a definition says by itself; `null`: it depends on what happened. */
export function fixedWorth(value: ConversionValue): Worth | null {
  if (value.mode === "none") return NOTHING;
  return value.mode === "static" ? { valueMinor: value.amountMinor, valueNote: null } : null;
}

/** What is said of a value, and by whom. */
export interface Said extends Worth {
  trust: Trust;
}

/**
 * What two tellings of one event come to, whichever came first. What a server says stands; a browser fills in what is
 * left open. Of two browsers the lower is believed: it is the one who inflates that has a reason to.
 */
export function mergedWorth(known: Said, said: Said): Said {
  if (known.valueMinor === null && said.valueMinor !== null) return said;
  if (known.valueMinor !== null && said.valueMinor === null) return known;
  if (said.trust === "confirmed") return said;
  if (known.trust === "confirmed") return known;
  if (known.valueMinor !== null && said.valueMinor !== null) return said.valueMinor < known.valueMinor ? said : known;
  return (said.valueNote ?? "") < (known.valueNote ?? "") ? said : known;
}

/** Shares with their parts of what a conversion is worth (minor units): they sum to it, what is left over goes to the first. */
export function spread(shares: readonly Share[], valueMinor: number | null): Share[] {
  if (valueMinor === null) return shares.map((share) => ({ ...share, amountMinor: null }));
  const parts = portions(
    valueMinor,
    shares.map(({ weight }) => weight),
  );
  return shares.map((share, index) => ({ ...share, amountMinor: parts[index] ?? 0 }));
}

/** An amount (minor units) by weights, each part rounded down; what their sum leaves of it goes to the first. Exact. */
export function portions(amountMinor: number, weights: readonly Share["weight"][]): number[] {
  const parts = weights.map(({ numerator, denominator }) =>
    Number((BigInt(amountMinor) * BigInt(numerator)) / BigInt(denominator)),
  );
  const whole = wholeOf(amountMinor, weights);
  const left = whole - parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part, index) => (index === 0 ? part + left : part));
}

/** What the weights together make of an amount, rounded down. */
function wholeOf(amountMinor: number, weights: readonly Share["weight"][]): number {
  let [numerator, denominator] = [0n, 1n];
  for (const weight of weights) {
    numerator = numerator * BigInt(weight.denominator) + BigInt(weight.numerator) * denominator;
    denominator *= BigInt(weight.denominator);
  }
  return Number((BigInt(amountMinor) * numerator) / denominator);
}
