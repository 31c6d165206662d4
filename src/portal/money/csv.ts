import { amountCell, type DecimalCell } from "../../ground/http/csv.ts";
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

/** Lines of a statement's file; amounts are in major units, with the decimals of their currency. */
export function statementLines(entries: readonly BookedEntry[]): (string | number | DecimalCell | null)[][] {
  return entries.map((entry) => [
    entry.day,
    entry.store,
    entry.type,
    entry.campaign,
    entry.order,
    entry.definition,
    entry.reference,
    entry.currency,
    amountCell(entry.amountMinor, entry.currency),
    amountCell(entry.balanceMinor, entry.currency),
  ]);
}
