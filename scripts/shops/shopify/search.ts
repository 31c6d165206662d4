import { Refusal } from "../refusal.ts";

/** One condition of a search, such as `updated_at:>='2026-11-01T00:00:00Z'`. */
export interface Term {
  field: string;
  operator: "" | ">" | ">=" | "<" | "<=";
  value: string;
}

const TERM = /\s*(?:AND\s+)?([a-z_]+):(>=|<=|>|<)?(?:'([^']*)'|"([^"]*)"|([^\s'"]+))\s*/y;

/**
 * Reads a search of terms that all hold. Throws a {@link Refusal} for anything else, times without a zone among it:
 * Shopify would search for its words, or take the shop's zone, and no connector means either.
 */
export function readSearch(text: string): Term[] {
  const terms: Term[] = [];
  TERM.lastIndex = 0;
  while (TERM.lastIndex < text.length) {
    const at = TERM.lastIndex;
    const match = TERM.exec(text);
    if (match === null) throw new Refusal(`Not a search of fields: "${text.slice(at)}".`);
    const [, field = "", operator = "", single, double, bare] = match;
    const value = single ?? double ?? bare ?? "";
    // One without a zone would be the shop's; no connector should lean on that.
    if (field.endsWith("_at") && !/Z$|[+-]\d\d:?\d\d$/.test(value))
      throw new Refusal(`Not a time with its zone: "${value}".`);
    terms.push({ field, operator: operator as Term["operator"], value });
  }
  return terms;
}

/** Whether a time, ms UTC, is as a term says. */
export function isAt(at: number, { operator, value }: Term): boolean {
  // Times of a search count whole seconds.
  const [own, other] = [Math.floor(at / 1_000), Math.floor(Date.parse(value) / 1_000)];
  switch (operator) {
    case ">":
      return own > other;
    case ">=":
      return own >= other;
    case "<":
      return own < other;
    case "<=":
      return own <= other;
    default:
      return own === other;
  }
}
