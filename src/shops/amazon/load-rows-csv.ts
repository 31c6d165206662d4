import type { Deps } from "../../ground/deps.ts";
import { FIGURES, REPORT_AMOUNTS, SOURCE_KINDS } from "../../ground/model/attribution-report.ts";
import { amountCell } from "../../ground/http/csv.ts";
import type { RowFilters } from "./report-schema.ts";
import { listRows, type RowPlace, type StoredRow } from "./reports-store.ts";

/** Rows that are read at once. */
const CSV_PAGE = 5_000;

const AMOUNTS: ReadonlySet<string> = new Set(REPORT_AMOUNTS.map((name) => `${name}Minor`));

/** The columns of rows as CSV; amounts are in major units. */
export const ROW_COLUMNS = [
  "source",
  "day",
  "sourceId",
  ...SOURCE_KINDS,
  "creatorId",
  "currency",
  ...FIGURES.map((name) => name.replace(/Minor$/, "")),
  "reportId",
];

/** All rows that match the filters, a page at a time. Throws what D1 throws. */
export async function* csvRows(
  deps: Deps,
  storeId: string,
  filters: Partial<RowFilters>,
): AsyncGenerator<unknown[][], undefined> {
  let after: RowPlace | null = null;
  for (;;) {
    const rows: StoredRow[] = await listRows(deps, storeId, { after, limit: CSV_PAGE }, filters);
    if (rows.length > 0) yield rows.map(cellsOf);
    const last = rows.at(-1);
    if (rows.length < CSV_PAGE || last === undefined) return;
    after = last;
  }
}

function cellsOf(row: StoredRow): unknown[] {
  return [
    "amazon",
    row.day,
    row.sourceId,
    ...SOURCE_KINDS.map((kind) => row.names[kind] ?? null),
    row.creatorId,
    row.currency,
    ...FIGURES.map((name) => {
      const value = row[name];
      return value === null || !AMOUNTS.has(name) ? value : amountCell(value, row.currency);
    }),
    row.reportId,
  ];
}
