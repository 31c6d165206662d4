import type { Deps } from "../../ground/deps.ts";
import { csvHeaders, csvLines, csvStream } from "../../ground/http/csv.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { type AmazonFilter, type CurrencyFigures, readAmazonTotals } from "../amazon/load-amazon.ts";
import { csvCells, csvColumns } from "./csv.ts";
import { encodeReportCursor } from "./cursor.ts";
import type { Dimension } from "./dimension.ts";
import { namedIn } from "./filter.ts";
import { pageQueryOf, type ReportScope } from "./page-query.ts";
import { type PresentedRow, presentRow } from "./present.ts";
import { timesOf } from "../../ground/time/range.ts";
import { readPage, type ReadPage } from "./load-pages.ts";
import type { ComparedNumbers } from "./rows.ts";
import type { ReportQuery } from "./schema.ts";
import type { PageQuery } from "./page-statement.ts";

/** Rows of a CSV that are read at once. */
const CSV_PAGE = 5_000;

/** What a report answers. */
export interface ReportAnswer {
  data: PresentedRow[];
  /** Of all rows, not only of this page. */
  total: ComparedNumbers;
  range: { from: string; to: string };
  nextCursor: string | null;
  amazon?: AmazonBeside;
}

/** Amazon's figures beside those of orders. */
export interface AmazonBeside {
  source: "amazon";
  totals: CurrencyFigures[];
  unassigned: CurrencyFigures[];
}

/**
 * The answer to a report's query, as JSON, or as CSV that is called `filename`. Throws a `Problem` (422) for what
 * can't be asked or told.
 */
export async function answerReport(
  deps: Pick<Deps, "env" | "now">,
  scope: ReportScope,
  query: ReportQuery & { offset?: number },
  filename: string,
): Promise<Response> {
  const asked = await pageQueryOf(deps, scope, query);
  if (query.format === "csv" && query.limit === undefined) return allAsCsv(deps, asked, filename);
  const [page, amazon] = await Promise.all([
    readPage(deps, asked),
    query.format === "json" ? amazonBeside(deps, asked) : {},
  ]);
  const body = { ...presentPage(asked, page), ...amazon };
  const nextOffset = page.next === null ? null : asked.offset + asked.limit;
  if (query.format === "json") {
    // Pages by number are kept for those who know the report on links by them.
    return Response.json(query.offset === undefined ? body : { ...body, nextOffset });
  }
  return new Response(csvLines([csvColumns(asked), ...rowsOf(asked, page)]), {
    headers: {
      ...csvHeaders(filename),
      ...(body.nextCursor !== null && { "X-Next-Cursor": body.nextCursor }),
      ...(query.offset !== undefined && nextOffset !== null && { "X-Next-Offset": String(nextOffset) }),
    },
  });
}

/** Reports that Amazon's figures stand beside: it knows creators, by their tags, and neither codes nor visitors. */
const WITH_AMAZON: ReadonlySet<Dimension> = new Set<Dimension>(["links", "creators", "campaigns", "plans"]);

/** Amazon's figures of what a report is asked of, to be put beside its rows; nothing where there are none. */
export async function amazonBeside(
  { env }: Pick<Deps, "env">,
  { dimension, filter, periods }: Pick<PageQuery<Dimension>, "dimension" | "filter" | "periods">,
): Promise<{ amazon?: AmazonBeside }> {
  const [{ span }] = periods;
  const { link, code, store, creator, campaign, plan } = filter;
  if (!WITH_AMAZON.has(dimension) || span.by !== "days" || link !== undefined || code !== undefined) return {};
  // They are of one creator or campaign, or of all.
  if ([creator, campaign].some((asked) => asked !== undefined && namedIn(asked).length > 1)) return {};
  const asked: AmazonFilter = { store, creator, campaign, plan };
  const sums = await readAmazonTotals({ d1: env.DB }, span, asked);
  return sums.totals.length === 0 ? {} : { amazon: { source: "amazon", ...sums } };
}

/** A page as the API shows it. */
export function presentPage(
  { dimension, periods }: PageQuery<Dimension>,
  { rows, total, next }: ReadPage,
): ReportAnswer {
  const [own] = periods;
  const { from, to } = timesOf(own.span);
  return {
    data: rows.map((row) => presentRow(dimension, row)),
    total,
    range: { from: isoOf(from), to: isoOf(to) },
    nextCursor: next === null ? null : encodeReportCursor(next),
  };
}

/** All rows, a page at a time. The first is read before the answer begins, so that a problem can still be told. */
async function allAsCsv(
  deps: Pick<Deps, "env" | "now">,
  asked: PageQuery<Dimension>,
  filename: string,
): Promise<Response> {
  const query = { ...asked, limit: CSV_PAGE };
  const first = await readPage(deps, query);
  async function* pages(): AsyncGenerator<unknown[][]> {
    for (
      let page = first;
      ;
      page = await readPage(deps, { ...query, offset: 0, after: page.next, currency: page.currency })
    ) {
      yield rowsOf(query, page);
      if (page.next === null) return;
    }
  }
  return csvStream(filename, csvColumns(query), pages());
}

function rowsOf({ dimension }: PageQuery<Dimension>, { rows }: ReadPage): unknown[][] {
  return rows.map((row) => csvCells(dimension, presentRow(dimension, row)));
}
