import type { Deps } from "../../ground/deps.ts";
import { dayIn } from "../../books/ledger/calendar.ts";
import { ensureStoreZones } from "../../ground/time/zones-store.ts";
import { refuseArchived } from "./load-archived.ts";
import type { ReportCursor } from "./cursor.ts";
import { pageOf, type ReportPage } from "./rows.ts";
import { sortText } from "./sort.ts";
import { type AnswerRow, type PageQuery, pageStatement } from "./page-statement.ts";
import { wholeStatement } from "./load-whole.ts";
import { wholeSpan } from "./whole.ts";

/** A page, and where the next one begins; `null`: there is none. */
export interface ReadPage extends ReportPage {
  next: ReportCursor | null;
}

/**
 * Reads pages of reports, all as they are at one moment. Throws a `Problem` (422) for a span that can't be told
 * exactly, because clicks are archived, and what D1 throws.
 */
export async function readPages<Queries extends readonly PageQuery[]>(
  { d1 }: Pick<Deps, "d1">,
  queries: Queries,
): Promise<{ [Index in keyof Queries]: ReadPage }> {
  const [whole] = await Promise.all([areWhole(d1, queries), ensureStoreZones(d1)]);
  const answers = (await readAnswers(d1, queries, whole)) ?? (await readAnswers(d1, queries, []));
  for (const query of queries) await refuseArchived(d1, query);
  const pages = queries.map((query, index) => cutPage(query, answers?.[index] ?? []));
  return pages as { [Index in keyof Queries]: ReadPage };
}

/** Which of the queries can be read from the totals, as it seems. */
async function areWhole(d1: D1Database, queries: readonly PageQuery[]): Promise<boolean[]> {
  const statements = queries.flatMap((query) => checkOf(d1, query));
  if (statements.length === 0) return [];
  const found = await d1.batch<Whole>(statements);
  return queries.map((query) => wholeSpan(query) !== null && found.shift()?.results[0]?.isWhole === 1);
}

interface Whole {
  isWhole: number;
}

function checkOf(d1: D1Database, query: PageQuery): D1PreparedStatement[] {
  const span = wholeSpan(query);
  return span === null ? [] : [wholeStatement(d1, span)];
}

/** The answers to all queries; `null` if one that was to be read from the totals could no longer be. */
async function readAnswers(
  d1: D1Database,
  queries: readonly PageQuery[],
  whole: readonly boolean[],
): Promise<AnswerRow[][] | null> {
  const checks = queries.flatMap((query, index) => (whole[index] === true ? checkOf(d1, query) : []));
  const results = await d1.batch<AnswerRow & Whole>([
    ...queries.map((query, index) => pageStatement(d1, query, whole[index])),
    ...checks,
  ]);
  const stands = results.slice(queries.length).every((check) => check.results[0]?.isWhole === 1);
  return stands ? results.slice(0, queries.length).map((answer) => answer.results) : null;
}

/** The same for one page. */
export async function readPage(deps: Pick<Deps, "d1">, query: PageQuery): Promise<ReadPage> {
  const [page] = await readPages(deps, [query] as const);
  return page;
}

/** The statement reads one row more than the page has. */
function cutPage({ periods, limit, sort }: PageQuery, answer: readonly AnswerRow[]): ReadPage {
  const page = pageOf(answer, periods.length > 1);
  const rows = page.rows.slice(0, limit);
  const last = rows.at(-1);
  if (last === undefined || page.rows.length <= limit) return { ...page, rows, next: null };
  const { value, key, start } = last;
  return { ...page, rows, next: { sort: sortText(sort), currency: page.currency, value, key, start } };
}

/** The local day (2026-11-22) that it is in a store, or the latest that it is in any. Throws what D1 throws. */
export async function todayIn({ d1, now }: Pick<Deps, "d1" | "now">, storeId: string | undefined): Promise<string> {
  const { results } = await d1
    .prepare("SELECT DISTINCT timezone FROM stores WHERE deleted_at IS NULL AND (?1 IS NULL OR id = ?1)")
    .bind(storeId ?? null)
    .all<{ timezone: string }>();
  const zones = results.map(({ timezone }) => timezone);
  const days = (storeId === undefined || zones.length === 0 ? ["UTC", ...zones] : zones).map((zone) =>
    dayIn(zone, now()),
  );
  return days.toSorted().at(-1) ?? dayIn("UTC", now());
}
