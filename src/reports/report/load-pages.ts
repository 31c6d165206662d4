import type { Deps } from "../../ground/deps.ts";
import { dayIn } from "../../books/ledger/calendar.ts";
import { ensureStoreZones } from "../../ground/time/zones-store.ts";
import { refuseArchived } from "./load-archived.ts";
import type { ReportCursor } from "./cursor.ts";
import { pageOf, type ReportPage } from "./rows.ts";
import { sortText } from "./sort.ts";
import { MOST_TRIES, readLog, type ReportLog, tooBusy } from "./load-log.ts";
import { type AnswerRow, type Logged, type PageQuery, pageStatement } from "./page-statement.ts";
import { wholeStatement } from "./load-whole.ts";
import { wholeSpan } from "./whole.ts";

/** A page, and where the next one begins; `null`: there is none. */
export interface ReadPage extends ReportPage {
  next: ReportCursor | null;
}

/**
 * Reads pages of reports, all as they are at one moment. Throws a `Problem`: 422 for a span that can't be told exactly,
 * because clicks are archived or too many, and 503 where roll-ups come in between too often; and what D1 throws.
 */
export async function readPages<Queries extends readonly PageQuery[]>(
  deps: Pick<Deps, "env" | "now">,
  queries: Queries,
): Promise<{ [Index in keyof Queries]: ReadPage }> {
  const d1 = deps.env.DB;
  const [firstWhole, firstLog] = await Promise.all([
    areWhole(d1, queries),
    readLog(deps, queries),
    ensureStoreZones(d1),
  ]);
  let [whole, log] = [firstWhole, firstLog];
  for (let tries = 1; ; tries++) {
    const answers = await readAnswers(d1, queries, whole, log);
    if (Array.isArray(answers)) {
      for (const query of queries) await refuseArchived(d1, query);
      const pages = queries.map((query, index) => cutPage(query, answers[index] ?? []));
      return pages as { [Index in keyof Queries]: ReadPage };
    }
    if (tries === MOST_TRIES) throw tooBusy();
    if (answers === "not whole") whole = [];
    else log = await readLog(deps, queries);
  }
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

/** The answers to all queries, unless one could no longer be read from the totals, or beside what was read of the log. */
async function readAnswers(
  d1: D1Database,
  queries: readonly PageQuery[],
  whole: readonly boolean[],
  log: ReportLog,
): Promise<AnswerRow[][] | "not whole" | "moved"> {
  const checks = queries.flatMap((query, index) => (whole[index] === true ? checkOf(d1, query) : []));
  const results = await d1.batch<AnswerRow & Whole & { stands: number }>([
    log.stands(),
    ...queries.map((query, index) => pageStatement(d1, query, loggedOf(log, index), whole[index])),
    ...checks,
  ]);
  if (results[0]?.results[0]?.stands !== 1) return "moved";
  const answers = results.slice(1, queries.length + 1).map((answer) => answer.results);
  const stands = results.slice(queries.length + 1).every((check) => check.results[0]?.isWhole === 1);
  return stands ? answers : "not whole";
}

function loggedOf({ of }: ReportLog, index: number): Logged {
  const logged = of[index];
  if (logged === undefined) throw new RangeError("the log was read for other queries");
  return logged;
}

/** The same for one page. */
export async function readPage(deps: Pick<Deps, "env" | "now">, query: PageQuery): Promise<ReadPage> {
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
export async function todayIn({ env, now }: Pick<Deps, "env" | "now">, storeId: string | undefined): Promise<string> {
  const { results } = await env.DB.prepare(
    "SELECT DISTINCT timezone FROM stores WHERE deleted_at IS NULL AND (?1 IS NULL OR id = ?1)",
  )
    .bind(storeId ?? null)
    .all<{ timezone: string }>();
  const zones = results.map(({ timezone }) => timezone);
  const days = (storeId === undefined || zones.length === 0 ? ["UTC", ...zones] : zones).map((zone) =>
    dayIn(zone, now()),
  );
  return days.toSorted().at(-1) ?? dayIn("UTC", now());
}
