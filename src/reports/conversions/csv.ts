import { DecimalCell } from "../../ground/http/csv.ts";
import { currencyDigits } from "../../ground/money/amount.ts";
import { decimalText, ratio } from "../../ground/money/ratio.ts";
import type { ConversionsRead } from "./load-report.ts";

/** The columns of the report as CSV; amounts are in major units. */
export const CONVERSIONS_COLUMNS = [
  "definitionId",
  "name",
  "creatorId",
  "creatorName",
  "start",
  "conversions",
  "converters",
  "visitors",
  "rate",
  "notToldApart",
  "claimed",
  "backfilled",
  "overLimit",
  "withdrawn",
  "currency",
  "value",
  "commission",
] as const;

/** The lines of a row: one, and one more for each further currency, without the counts, so that columns add up. */
export function conversionsLines(row: ConversionsRead): unknown[][] {
  const names = [row.definitionId, row.name, row.creatorId, row.creatorName, row.start];
  const { conversions, converters, visitors, notToldApart, claimed, backfilled, overLimit, withdrawn } = row;
  const rate = visitors === null ? null : ratio(converters, visitors);
  const counts = [conversions, converters, visitors, rate, notToldApart, claimed, backfilled, overLimit, withdrawn];
  if (row.amounts.length === 0) return [[...names, ...counts, null, null, null]];
  return row.amounts.map(({ currency, valueMinor, commissionMinor }, index) => {
    const digits = currencyDigits(currency) ?? 0;
    return [
      ...names,
      ...(index === 0 ? counts : counts.map(() => null)),
      currency,
      new DecimalCell(decimalText(valueMinor, digits)),
      new DecimalCell(decimalText(commissionMinor, digits)),
    ];
  });
}
