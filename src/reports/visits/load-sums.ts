import { dayIn } from "../../books/ledger/calendar.ts";
import type { Deps } from "../../ground/deps.ts";
import { badCursor } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { type DaySpan, reportSpan, spanBefore } from "../../ground/time/range.ts";
import { existingStore, type StoreRow } from "../../programme/store/store.ts";
import { addWaitingSums } from "../../visits/log/add-run.ts";
import { decodeReportCursor, encodeReportCursor, type ReportCursor } from "../report/cursor.ts";
import { type SumInterval, spanFault } from "./span.ts";
import { rowsQuery, type SumRow, type SumsAsked, type SumsReport, type SumsSort, totalQuery } from "./sums.ts";

/** What every query of these reports has. */
export interface SpanQuery {
  store: string;
  from?: string | undefined;
  to?: string | undefined;
}

/** The store and the span of local days that a query asks for. Throws a `Problem`: 404 without the store, 422 for the span. */
export async function spanOf(deps: Deps, query: SpanQuery): Promise<{ store: StoreRow; span: DaySpan; today: string }> {
  const store = await existingStore(deps, query.store);
  const today = dayIn(store.timezone, deps.now());
  const span = reportSpan(query.from, query.to, { interval: "day", today, now: deps.now() });
  if (span?.by !== "days") throw Problem.invalid("to", "must come after from, by ten years at most");
  return { store, span, today };
}

/** What a report of sums is asked. Throws a `Problem`: 404 without the store, 422 for a span that they can't tell of. */
export async function askedOf(deps: Deps, query: SpanQuery & { interval: SumInterval }): Promise<SumsAsked> {
  const { store, span, today } = await spanOf(deps, query);
  await addWaitingSums(deps.d1);
  const fault = spanFault(span, query.interval, today);
  if (fault !== null) throw Problem.invalid(fault.path, fault.message);
  return { storeId: store.id, span, interval: query.interval, today };
}

/** Reads a sort: the name of a column, with a minus from the largest on. */
export function sortOf(text: string): SumsSort {
  return { by: text.replace(/^-/, ""), descending: text.startsWith("-") };
}

/** Where a page of rows begins. Throws a `Problem` (422) for a cursor of another list. */
export function placeOf(cursor: string | undefined, sort: string): ReportCursor | null {
  if (cursor === undefined) return null;
  const place = decodeReportCursor(cursor);
  if (place === null || place.sort !== sort) throw badCursor();
  return place;
}

type Raw = Record<string, string | number | null> & { start: string; place: string };

/** A page of rows, and where the next one begins. Throws what D1 throws. */
export async function readSums<Key extends string, Sum extends string>(
  { d1 }: Pick<Deps, "d1">,
  report: SumsReport<Key, Sum>,
  asked: SumsAsked,
  { sort, after, limit }: { sort: string; after: ReportCursor | null; limit: number },
): Promise<{ rows: SumRow<Key, Sum>[]; next: ReportCursor | null }> {
  const { by, descending } = sortOf(sort);
  const { sql, values } = rowsQuery(report, asked, { sort: { by, descending }, after, limit: limit + 1 });
  const { results } = await d1
    .prepare(sql)
    .bind(...values)
    .all<Raw>();
  const page = results.slice(0, limit);
  const last = page.at(-1);
  const next =
    last === undefined || results.length <= limit
      ? null
      : { sort, currency: null, value: last[by] ?? null, key: last.place, start: last.start };
  const pick = (row: Raw, names: object) => Object.fromEntries(Object.keys(names).map((name) => [name, row[name]]));
  const rows = page.map((row) => ({
    start: row.start,
    keys: pick(row, report.keys) as Record<Key, string | null>,
    sums: pick(row, report.sums) as Record<Sum, number>,
  }));
  return { rows, next };
}

/** The sums of all rows, and of as many days right before if that is asked. Throws what D1 throws. */
export async function readTotals<Sum extends string>(
  { d1 }: Pick<Deps, "d1">,
  report: SumsReport<string, Sum>,
  asked: SumsAsked,
  compare: boolean,
): Promise<{ total: Record<Sum, number>; previous: Record<Sum, number> | null }> {
  const spans = compare ? [asked.span, spanBefore(asked.span)] : [asked.span];
  const answers = await d1.batch<Record<Sum, number>>(
    spans.map((span) => {
      const { sql, values } = totalQuery(report, { ...asked, span });
      return d1.prepare(sql).bind(...values);
    }),
  );
  const [total, previous] = answers.map(({ results }) => results[0]);
  if (total === undefined) throw new Error("a sum has no row");
  return { total, previous: previous ?? null };
}

/** Rows of a CSV that are read at once. */
const CSV_PAGE = 5_000;

/** All rows as lines of CSV, a page at a time. */
export async function* sumLines<Key extends string, Sum extends string>(
  deps: Pick<Deps, "d1">,
  report: SumsReport<Key, Sum>,
  asked: SumsAsked,
  sort: string,
  cells: (row: SumRow<Key, Sum>) => unknown[],
): AsyncGenerator<unknown[][], undefined> {
  let after: ReportCursor | null = null;
  do {
    const page: Awaited<ReturnType<typeof readSums<Key, Sum>>> = await readSums(deps, report, asked, {
      sort,
      after,
      limit: CSV_PAGE,
    });
    if (page.rows.length > 0) yield page.rows.map(cells);
    after = page.next;
  } while (after !== null);
}

/** A place as a cursor. */
export function cursorOf(place: ReportCursor | null): string | null {
  return place === null ? null : encodeReportCursor(place);
}
