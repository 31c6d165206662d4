import type { Deps } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { Period } from "./count.ts";
import { decodeReportCursor, type ReportCursor } from "./cursor.ts";
import type { Dimension } from "./dimension.ts";
import type { ReportFilter } from "./filter.ts";
import {
  DAY_MS,
  daysOf,
  HOUR_MS,
  type ReportInterval,
  reportSpan,
  type ReportSpan,
  spanBefore,
} from "../../ground/time/range.ts";
import { todayIn } from "./load-pages.ts";
import type { ReportQuery } from "./schema.ts";
import { sortOf, sortText } from "./sort.ts";
import type { Always, PageQuery } from "./page-statement.ts";

/** Rows of a page where the caller names no limit. */
const DEFAULT_LIMIT = 500;

/** What a report asks for beyond its query. */
export interface ReportScope {
  dimension: Dimension;
  filter: ReportFilter;
  always: Always;
}

/**
 * What is to be read for a query. Throws a `Problem` (422) for a span that is empty or too long, can't be
 * compared by its interval, and for a cursor that isn't of this report.
 */
export async function pageQueryOf(
  deps: Pick<Deps, "env" | "now">,
  { dimension, filter, always }: ReportScope,
  query: ReportQuery & { offset?: number },
): Promise<PageQuery<Dimension>> {
  const { interval, from, to, sort, trust, limit = DEFAULT_LIMIT, cursor, offset = 0 } = query;
  const now = deps.now();
  const today = to === undefined ? await todayIn(deps, filter.store) : to;
  const span = reportSpan(from, to, { interval, today, now });
  if (span === null) throw Problem.invalid("to", "must come after from, by ten years at most");
  const order = sortOf(sort);
  const after = cursor === undefined ? null : cursorOf(cursor, sortText(order));
  return {
    dimension,
    filter,
    always,
    interval,
    periods: [{ span, previous: 0, shift: 0 }, ...(query.compare === undefined ? [] : [periodBefore(span, interval)])],
    confirmedOnly: trust === "confirmed",
    sort: order,
    limit,
    offset: after === null ? offset : 0,
    after,
    currency: query.currency ?? after?.currency ?? null,
  };
}

/** The span that a report is compared with; its rows stand beside those that are as far from its own start. */
function periodBefore(span: ReportSpan, interval: ReportInterval): Period {
  const before: Period = { span: spanBefore(span), previous: 1, shift: 0 };
  if (interval === "total") return before;
  if (span.by === "days") return { ...before, shift: daysOf(span) };
  const length = span.to - span.from;
  const [unit, name] = interval === "hour" ? [HOUR_MS, "hours"] : [DAY_MS, "days"];
  if (length % unit !== 0) throw Problem.invalid("compare", `by ${interval}, the span must be of whole ${name}`);
  return { ...before, shift: interval === "hour" ? length : length / DAY_MS };
}

/** Reads a cursor of the report in this order. */
function cursorOf(text: string, sort: string): ReportCursor {
  const cursor = decodeReportCursor(text);
  if (cursor === null) throw Problem.invalid("cursor", "is not a cursor that this API gave out");
  if (cursor.sort !== sort) throw Problem.invalid("cursor", `is of a report sorted by ${cursor.sort}`);
  return cursor;
}
