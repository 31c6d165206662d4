import type { Deps } from "../../ground/deps.ts";
import { requires } from "../../ground/http/auth.ts";
import { csvStream } from "../../ground/http/csv.ts";
import { isoOf } from "../../ground/http/fields.ts";
import { adminRoutes, createRouter, jsonOrCsv, problems } from "../../ground/http/openapi.ts";
import { readPage } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { reportSpan } from "../../ground/time/range.ts";
import { todayIn } from "../report/load-pages.ts";
import { ratio } from "../../ground/money/ratio.ts";
import type { ConversionsAsked } from "./base.ts";
import { CONVERSIONS_COLUMNS, conversionsLines } from "./csv.ts";
import {
  byConversionsPlace,
  type ConversionCounts,
  type ConversionsPlace,
  type ConversionsRead,
  readConversions,
  readConversionsTotal,
  readVisitors,
} from "./load-report.ts";
import { type ConversionsQuery, conversionsQuery, conversionsReport, type ConversionsRow } from "./schema.ts";

const route = adminRoutes("Reports");

/** Rows of a CSV that are read at once. */
const CSV_PAGE = 5_000;

/** `/reports/conversions`: what came of what stores count as a conversion. */
export const conversionsReportRoutes = createRouter().openapi(
  route("get", "/reports/conversions", requires("reports:read"), {
    summary: "Conversions by definition or creator",
    description:
      "Exact at the moment it is read, by the day on which they happened in the store's time zone. How often something happened, how many people it was of, and what share of all visitors these are stand apart: no rate passes 1.",
    request: { query: conversionsQuery },
    responses: { 200: jsonOrCsv(conversionsReport, "A page of rows, and the total of all"), ...problems() },
  }),
  async (c) => {
    const { deps } = c.env;
    const query = c.req.valid("query");
    const asked = await askedOf(deps, query);
    const visitors = await readVisitors(deps, asked);
    if (query.format === "csv") {
      return csvStream("conversions-report.csv", CONVERSIONS_COLUMNS, csvPages(deps, asked, visitors));
    }
    const [{ rows, nextCursor }, total] = await Promise.all([
      readPage(query, byConversionsPlace, (stretch) => readConversions(deps, asked, visitors, stretch)),
      readConversionsTotal(deps, asked, visitors),
    ]);
    const { span } = asked;
    return c.json(
      {
        data: rows.map(presentRow),
        total: presentCounts(total),
        measuredShare: ratio(total.conversions - total.notToldApart, total.conversions),
        range:
          span.by === "days" ? { from: span.first, to: span.last } : { from: isoOf(span.from), to: isoOf(span.to) },
        nextCursor,
      },
      200,
    );
  },
);

/** What a query asks. Throws a `Problem` (422) for a span that is empty or too long. */
async function askedOf(deps: Deps, query: ConversionsQuery): Promise<ConversionsAsked> {
  const { from, to, interval, by, store, definition, creator, campaign } = query;
  const today = to ?? (await todayIn(deps, store));
  const span = reportSpan(from, to, { interval, today, now: deps.now() });
  if (span === null) throw Problem.invalid("to", "must come after from, by ten years at most");
  return { span, interval, by, store, definition, creator, campaign };
}

/** All rows as lines of CSV, a page at a time. */
async function* csvPages(
  deps: Deps,
  asked: ConversionsAsked,
  visitors: Parameters<typeof readConversions>[2],
): AsyncGenerator<unknown[][], undefined> {
  let after: ConversionsPlace | null = null;
  for (;;) {
    const rows: ConversionsRead[] = await readConversions(deps, asked, visitors, { after, limit: CSV_PAGE });
    if (rows.length > 0) yield rows.flatMap(conversionsLines);
    const last = rows.at(-1);
    if (rows.length < CSV_PAGE || last === undefined) return;
    after = last;
  }
}

function presentRow({ definitionId, name, creatorId, creatorName, start, ...counts }: ConversionsRead): ConversionsRow {
  return { definitionId, name, creatorId, creatorName, start: start === "" ? null : start, ...presentCounts(counts) };
}

function presentCounts({ overLimit, withdrawn, visitors, ...counts }: ConversionCounts) {
  return {
    ...counts,
    visitors,
    rate: visitors === null ? null : ratio(counts.converters, visitors),
    uncounted: { limit: overLimit, withdrawn },
  };
}
