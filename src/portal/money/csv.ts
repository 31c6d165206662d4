import { decimalOf } from "../../ground/language/formats.ts";
import type { BookedEntry } from "./load-statement-view.ts";

/** Columns of a statement's file. */
export const STATEMENT_COLUMNS = [
  "day",
  "store",
  "type",
  "campaign",
  "order",
  "conversion",
  "reference",
  "currency",
  "amount",
  "balance",
] as const;

/** Lines of a statement's file; amounts are in major units, and numbers, so that they add up. */
export function statementLines(entries: readonly BookedEntry[]): (string | number | null)[][] {
  return entries.map((entry) => [
    entry.day,
    entry.store,
    entry.type,
    entry.campaign,
    entry.order,
    entry.definition,
    entry.reference,
    entry.currency,
    Number(decimalOf(entry.amountMinor, entry.currency)),
    Number(decimalOf(entry.balanceMinor, entry.currency)),
  ]);
}
