import { CONVERSION_COLUMNS, conversionLines, type DayConversions } from "./conversions.ts";
import { amountCell, type DecimalCell } from "../../ground/http/csv.ts";
import { type DayNumbers, sumNumbers } from "./numbers.ts";

const ORDER_COLUMNS = [
  "clicks",
  "sales",
  "currency",
  "salesValue",
  "commission",
  "unconfirmedSales",
  "waitingCommissions",
] as const;

/** Columns of the creator's own report. */
export const CSV_COLUMNS = ["day", "campaign", ...ORDER_COLUMNS, ...CONVERSION_COLUMNS] as const;

const NO_CONVERSION = CONVERSION_COLUMNS.map(() => null);

/**
 * Rows of the creator's own report: one a day and campaign, and one more for each further currency, without the
 * clicks, the sales that aren't confirmed and the commissions that wait, so that columns add up. Conversions that are no
 * orders come after them, in lines of their own. Amounts are in major units.
 */
export function csvRows(
  rows: readonly DayNumbers[],
  conversions: readonly DayConversions[],
  names: ReadonlyMap<string, string>,
): (string | number | DecimalCell | null)[][] {
  const place = { before: ORDER_COLUMNS.length, currencyAt: ORDER_COLUMNS.indexOf("currency") };
  return [
    ...orderLines(rows, names).map((line) => [...line, ...NO_CONVERSION]),
    ...conversionLines(conversions, names, place),
  ];
}

function orderLines(
  rows: readonly DayNumbers[],
  names: ReadonlyMap<string, string>,
): (string | number | DecimalCell | null)[][] {
  const together = Map.groupBy(rows, ({ day, campaignId }) => JSON.stringify([day, campaignId]));
  return [...together]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, parts]) => {
      const [day = "", campaignId = ""] = JSON.parse(key) as string[];
      const { clicks, sales, claimed, waiting, money } = sumNumbers(parts);
      const name = names.get(campaignId) ?? campaignId;
      if (money.length === 0) return [[day, name, clicks, sales, null, null, null, claimed, waiting]];
      return money.map((part, index) => [
        day,
        name,
        index === 0 ? clicks : null,
        part.sales,
        part.currency,
        amountCell(part.salesMinor, part.currency),
        amountCell(part.commissionMinor, part.currency),
        index === 0 ? claimed : null,
        index === 0 ? waiting : null,
      ]);
    });
}
