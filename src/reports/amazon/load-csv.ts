import type { Deps } from "../../ground/deps.ts";
import { FIGURES, REPORT_AMOUNTS } from "../../ground/model/attribution-report.ts";
import { DecimalCell } from "../../ground/http/csv.ts";
import { currencyDigits } from "../../ground/money/amount.ts";
import type { DaySpan } from "../../ground/time/range.ts";
import { decimalText } from "../../ground/money/ratio.ts";
import { type AmazonFilter, type AmazonInterval, type AmazonPlace, type AmazonRow, readAmazon } from "./load-amazon.ts";

/** Rows that are read at once. */
const CSV_PAGE = 5_000;

const AMOUNTS: ReadonlySet<string> = new Set(REPORT_AMOUNTS.map((name) => `${name}Minor`));

/** The columns of the report as CSV; amounts are in major units. */
export const AMAZON_COLUMNS = [
  "source",
  "creatorId",
  "name",
  "start",
  "currency",
  ...FIGURES.map((name) => name.replace(/Minor$/, "")),
];

/** All rows, a page at a time. Throws what D1 throws. */
export async function* amazonPages(
  deps: Pick<Deps, "d1">,
  span: DaySpan,
  filter: AmazonFilter,
  interval: AmazonInterval,
): AsyncGenerator<unknown[][], undefined> {
  let after: AmazonPlace | null = null;
  for (;;) {
    const rows: AmazonRow[] = await readAmazon(deps, span, filter, interval, { after, limit: CSV_PAGE });
    if (rows.length > 0) yield rows.map(cellsOf);
    const last = rows.at(-1);
    if (rows.length < CSV_PAGE || last === undefined) return;
    after = last;
  }
}

function cellsOf(row: AmazonRow): unknown[] {
  const digits = currencyDigits(row.currency) ?? 0;
  return [
    "amazon",
    row.creatorId,
    row.name,
    row.start,
    row.currency,
    ...FIGURES.map((name) => {
      const value = row[name];
      if (value === null || !AMOUNTS.has(name)) return value;
      return new DecimalCell(decimalText(value, digits));
    }),
  ];
}
