import type { Context } from "hono";
import type { AppTypes, Deps } from "../../ground/deps.ts";
import { requires } from "../../ground/http/auth.ts";
import { csvStream } from "../../ground/http/csv.ts";
import { adminRoutes, createRouter, jsonOrCsv, problems } from "../../ground/http/openapi.ts";
import type { SourceKind } from "../../ground/model/visit.ts";
import { ratio } from "../../ground/money/ratio.ts";
import { spanBefore } from "../../ground/time/range.ts";
import {
  consentFigures,
  consentReport,
  type EVENT_KINDS,
  eventFigures,
  eventsReport,
  pageFigures,
  pagesReport,
  visitFigures,
  visitsReport,
} from "./figures.ts";
import { askedOf, cursorOf, placeOf, readSums, readTotals, type SpanQuery, sumLines } from "./load-sums.ts";
import { readOpenDay, readVisitors, viewsShare } from "./load-visitors.ts";
import {
  consentAnswer,
  consentQuery,
  eventsAnswer,
  eventsQuery,
  pagesAnswer,
  pagesQuery,
  visitsAnswer,
  visitsQuery,
} from "./schema.ts";
import type { SumInterval } from "./span.ts";
import type { SumRow, SumsAsked, SumsReport } from "./sums.ts";

const route = adminRoutes("Visits");

const SUMS =
  "What consenting visitors did, and what is counted of all: `measuredShare` says of what share of all it was measured.";

/** `/reports/pages`, `/reports/visits`, `/reports/events`, `/reports/consent`: sums of what stores' pages told of. */
export const visitReportRoutes = createRouter()
  .openapi(
    route("get", "/reports/pages", requires("reports:read"), {
      summary: "Views, visitors and time by page",
      description: SUMS,
      request: { query: pagesQuery },
      responses: { 200: jsonOrCsv(pagesAnswer, "A page of rows, and the total of all"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const query = c.req.valid("query");
      const report = pagesReport(query.page);
      const asked = await askedOf(deps, query);
      const open = await readOpenDay(deps, asked);
      const rowOf = ({ start, keys, sums }: RowOf<typeof report>) => {
        const page = keys.page ?? "";
        return { page, start: shownStart(start), ...pageFigures(sums, open(page, start)) };
      };
      const sort = sortIn(query, "-views");
      if (query.format === "csv") return asCsv(c, "pages", report, asked, sort, rowOf);
      const { rows, total, previous, ...rest } = await read(deps, report, asked, query, sort);
      const inAll = async (sums: typeof total, span: SumsAsked["span"]) => {
        const figures = pageFigures(sums, query.page === undefined ? null : open(query.page, span.last));
        // Of a page it is known by the day alone.
        return query.page === undefined
          ? { ...figures, visitors: await readVisitors(deps, { ...asked, span }) }
          : figures;
      };
      return c.json(
        {
          data: rows.map(rowOf),
          total: await inAll(total, asked.span),
          previous: previous === null ? null : await inAll(previous, spanBefore(asked.span)),
          measuredShare: ratio(total.measured, total.views),
          ...rest,
        },
        200,
      );
    },
  )
  .openapi(
    route("get", "/reports/visits", requires("reports:read"), {
      summary: "Visits by where they came from, or where they began",
      description: SUMS,
      request: { query: visitsQuery },
      responses: { 200: jsonOrCsv(visitsAnswer, "A page of rows, and the total of all"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const query = c.req.valid("query");
      const report = visitsReport(query.by, query.source);
      const asked = await askedOf(deps, query);
      const sort = sortIn(query, "-visits");
      const totals = await readTotals(deps, visitsReport(query.by, undefined), asked, false);
      const all = totals.total.visits;
      const rowOf = ({ start, keys: { source, rule, key, name }, sums }: RowOf<typeof report>) => ({
        start: shownStart(start),
        source: source as SourceKind | null,
        rule,
        key,
        name,
        ...visitFigures(sums, all),
      });
      if (query.format === "csv") return asCsv(c, "visits", report, asked, sort, rowOf);
      const { rows, total, previous, ...rest } = await read(deps, report, asked, query, sort);
      return c.json(
        {
          data: rows.map(rowOf),
          total: visitFigures(total, all),
          previous: previous === null ? null : visitFigures(previous, previous.visits),
          measuredShare: ratio(total.measured, total.visits),
          ...rest,
        },
        200,
      );
    },
  )
  .openapi(
    route("get", "/reports/events", requires("reports:read"), {
      summary: "Clicks, downloads, forms and steps that are planned",
      description: SUMS,
      request: { query: eventsQuery },
      responses: { 200: jsonOrCsv(eventsAnswer, "A page of rows, and the total of all"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const query = c.req.valid("query");
      const report = eventsReport(query);
      const asked = await askedOf(deps, query);
      const sort = sortIn(query, "-count");
      const rowOf = ({ start, keys, sums }: RowOf<typeof report>) => ({
        start: shownStart(start),
        kind: keys.kind as (typeof EVENT_KINDS)[number],
        event: keys.event ?? "",
        label: keys.label,
        page: keys.page ?? "",
        ...eventFigures(sums),
      });
      if (query.format === "csv") return asCsv(c, "events", report, asked, sort, rowOf);
      const { rows, total, previous, ...rest } = await read(deps, report, asked, query, sort);
      return c.json(
        {
          data: rows.map(rowOf),
          total: eventFigures(total),
          previous: previous === null ? null : eventFigures(previous),
          measuredShare: ratio(total.measured, total.count),
          ...rest,
        },
        200,
      );
    },
  )
  .openapi(
    route("get", "/reports/consent", requires("reports:read"), {
      summary: "What became of consent banners",
      description:
        "Counted of everybody: how many were asked, and what they answered. `measuredShare` is of all views.",
      request: { query: consentQuery },
      responses: { 200: jsonOrCsv(consentAnswer, "A page of rows, and the total of all"), ...problems("not_found") },
    }),
    async (c) => {
      const { deps } = c.env;
      const query = c.req.valid("query");
      const report = consentReport(query.page);
      const asked = await askedOf(deps, query);
      const sort = sortIn(query, "-shown");
      const rowOf = ({ start, keys, sums }: RowOf<typeof report>) => ({
        page: keys.page ?? "",
        start: shownStart(start),
        ...consentFigures(sums),
      });
      if (query.format === "csv") return asCsv(c, "consent", report, asked, sort, rowOf);
      const { rows, total, previous, ...rest } = await read(deps, report, asked, query, sort);
      return c.json(
        {
          data: rows.map(rowOf),
          total: consentFigures(total),
          previous: previous === null ? null : consentFigures(previous),
          measuredShare: await viewsShare(deps, asked, query.page),
          ...rest,
        },
        200,
      );
    },
  );

type RowOf<Report> =
  Report extends SumsReport<string, string>
    ? SumRow<keyof Report["keys"] & string, keyof Report["sums"] & string>
    : never;

interface RowsQuery extends SpanQuery {
  interval: SumInterval;
  sort?: string | undefined;
  limit: number;
  cursor?: string | undefined;
  compare?: "previous" | undefined;
}

/** Times one after the other, unless there is one alone. */
function sortIn({ sort, interval }: RowsQuery, usual: string): string {
  return sort ?? (interval === "total" ? usual : "start");
}

function shownStart(start: string): string | null {
  return start === "" ? null : start;
}

async function read<Key extends string, Sum extends string>(
  deps: Deps,
  report: SumsReport<Key, Sum>,
  asked: SumsAsked,
  { limit, cursor, compare }: RowsQuery,
  sort: string,
) {
  const after = placeOf(cursor, sort);
  const [{ rows, next }, totals] = await Promise.all([
    readSums(deps, report, asked, { sort, after, limit }),
    readTotals(deps, report, asked, compare === "previous"),
  ]);
  const { first, last } = asked.span;
  return { rows, ...totals, range: { from: first, to: last }, nextCursor: cursorOf(next) };
}

/** All rows as CSV: its columns are the fields of JSON. */
async function asCsv<Key extends string, Sum extends string>(
  c: Context<AppTypes>,
  name: string,
  report: SumsReport<Key, Sum>,
  asked: SumsAsked,
  sort: string,
  rowOf: (row: SumRow<Key, Sum>) => object,
): Promise<Response> {
  const empty = Object.fromEntries(Object.keys(report.sums).map((sum) => [sum, 0])) as Record<Sum, number>;
  const nothing = Object.fromEntries(Object.keys(report.keys).map((key) => [key, null])) as Record<Key, null>;
  const columns = Object.keys(rowOf({ start: "", keys: nothing, sums: empty }));
  const lines = sumLines(c.env.deps, report, asked, sort, (row) => Object.values(rowOf(row)));
  return csvStream(`${name}-report.csv`, columns, lines);
}
