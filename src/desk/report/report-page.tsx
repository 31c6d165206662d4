import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { AppTypes } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import { hasValues, renderChart } from "../../reports/chart/chart.ts";
import { type Desk, deskOf } from "../frame/desk-load.ts";
import { Card, Empty } from "../frame/parts.tsx";
import { withQuery } from "../frame/places.ts";
import { answerPage, SAFE } from "../frame/shell-page.tsx";
import { FormFaults } from "../form/faults.tsx";
import { type Asked, askOf } from "./ask-load.ts";
import { closedFields, openFields } from "./fields.ts";
import { ReportFilters } from "./filters.tsx";
import { Figures } from "./figures.tsx";
import { shareText } from "./measures.ts";
import { PeriodChoice, periodFields } from "./period-choice.tsx";
import type { Answer, Report, ReportView } from "./report.ts";
import { type Interval, seriesOf } from "./series.ts";
import { ReportTable } from "./table.tsx";

/** Where a report stands, if it is of one thing alone. */
export interface Placed {
  /** Of the API, instead of the report's own. */
  api?: string;
  title?: string;
  trail?: readonly { name: string; path: string }[];
}

/** Rows that a chart is drawn from, the largest. */
const CHART_ROWS = 1_000;

/** Faults that a change of the filters may mend: they are said beside them. */
const MENDABLE = new Set(["validation_failed", "range_archived", "too_many_clicks", "unavailable"]);

/** Answers the page of a report. What its filters ask wrongly is said at them. */
export async function reportPage<R extends F, F extends object>(
  c: Context<AppTypes>,
  report: Report<R, F>,
  placed: Placed = {},
): Promise<Response> {
  const desk = deskOf(c);
  const filters = [...openFields(report), ...report.filters, ...closedFields(report)];
  const asked = await askOf(desk, filters, report.store);
  const problem =
    asked.faults.length > 0 ? new Problem("validation_failed", "Some filters say nothing.", asked.faults) : null;
  const read =
    problem ??
    (report.store === "one" && asked.query["store"] === null ? null : await readOr(desk, report, asked, placed));
  const here = desk.url;
  const kept = Object.fromEntries(
    [...here.searchParams].filter(([name]) => !["cursor", "offset", "limit"].includes(name)),
  );
  const title = placed.title ?? report.title;
  return answerPage(
    c,
    {
      title,
      ...(placed.trail !== undefined && { trail: placed.trail }),
      status: read instanceof Problem ? 422 : 200,
      actions:
        report.noCsv === true ? null : (
          <a class="button" href={withQuery(`${here.pathname}/export.csv`, kept)}>
            CSV
          </a>
        ),
    },
    <>
      {report.tabs === undefined ? null : (
        <nav class="tabs" aria-label="By what">
          {report.tabs({ desk }).map(({ name, path, current }) => (
            <a href={path} {...(current && { "aria-current": "page" as const })}>
              {name}
            </a>
          ))}
        </nav>
      )}
      <p class="note">{report.about}</p>
      <PeriodChoice url={here} period={asked.period} />
      <ReportFilters desk={desk} report={report} asked={asked} problem={read instanceof Problem ? read : null} />
      {read === null ? (
        <Empty title="There is no store yet.">
          This is told of one store: make one, and its pages and shop tell of it.
        </Empty>
      ) : read instanceof Problem ? (
        <FormFaults problem={read} fields={[...periodFields(asked.period), ...filters]} />
      ) : (
        <Read report={report} read={read} desk={desk} asked={asked} kept={kept} />
      )}
    </>,
  );
}

/** A page of a report as the API answered it. */
interface ReadReport<R, F> {
  answer: Answer<R, F>;
  /** Rows for the chart, where they are spaced; and whether there are more. */
  spaced: Answer<R, F> | null;
  view: ReportView;
}

async function readOr<R extends F, F extends object>(
  desk: Desk,
  report: Report<R, F>,
  asked: Asked,
  placed: Placed,
): Promise<ReadReport<R, F> | Problem> {
  const api = placed.api ?? report.api;
  const { searchParams } = desk.url;
  const query = { ...report.always, ...asked.query };
  const isSpaced = report.intervals !== undefined && (query["interval"] ?? "total") !== "total";
  try {
    const [answer, spaced] = await Promise.all([
      desk.api.get<Answer<R, F>>(api, {
        ...query,
        ...(report.pageRows !== undefined && {
          limit: query["limit"] ?? report.pageRows,
          cursor: searchParams.get("cursor"),
        }),
      }),
      isSpaced && report.pageRows !== undefined
        ? desk.api.get<Answer<R, F>>(api, { ...query, limit: CHART_ROWS, offset: null, compare: null })
        : null,
    ]);
    const names = { ...asked.names, ...answer.names, ...storeNames(desk) };
    return { answer, spaced: isSpaced ? (spaced ?? answer) : null, view: { desk, names, here: desk.url } };
  } catch (error) {
    if (error instanceof Problem && MENDABLE.has(error.code)) return error;
    throw error;
  }
}

function storeNames({ stores }: Desk): Record<string, string> {
  return Object.fromEntries(stores.map(({ id, name }) => [id, name]));
}

function Read<R extends F, F extends object>({
  report,
  read: { answer, spaced, view },
  desk,
  asked,
  kept,
}: {
  report: Report<R, F>;
  read: ReadReport<R, F>;
  desk: Desk;
  asked: Asked;
  kept: Record<string, string>;
}): Child {
  const here = desk.url.pathname;
  const { searchParams } = desk.url;
  const interval = String(asked.query["interval"] ?? "total");
  const all = searchParams.get("columns") === "all";
  const sort = (asked.query["sort"] as string | undefined) ?? null;
  const measure =
    report.measures.find(({ name }) => name === sort?.replace(/^-/, "")) ?? report.measures.find(({ main }) => main);
  const chart =
    spaced === null || measure === undefined
      ? null
      : seriesOf(spaced.data, measure, report.keys, view, interval as Interval);
  const isFirst = searchParams.get("cursor") === null;
  return (
    <>
      <Figures report={report} answer={answer} desk={desk} />
      {chart === null || measure === undefined || !hasValues(chart) ? null : (
        <Card title={`${measure.label} by ${chart.unit}`} id="chart">
          <div class="chart">{renderChart(chart)}</div>
          {spaced?.nextCursor ? (
            <p class="note">
              Of the {desk.formats.count(CHART_ROWS)} first rows: narrow the filters to have all in it.
            </p>
          ) : null}
        </Card>
      )}
      {report.above?.(answer, view)}
      <div class="card">
        {answer.data.length === 0 ? (
          <Empty title={isFirst ? "There is nothing in this time." : "There are no more rows."}>{report.empty}</Empty>
        ) : (
          <div class="wide" tabindex={0} role="region" aria-label={report.title}>
            <ReportTable report={report} answer={answer} view={view} shown={{ sort, interval, all }} />
          </div>
        )}
        {report.measures.some(({ more }) => more) && answer.data.length > 0 ? (
          <p>
            <a href={withQuery(here, { ...kept, columns: all ? null : "all" })}>
              {all ? "Fewer columns" : "All columns"}
            </a>
          </p>
        ) : null}
        {report.notes?.(answer, view)}
        <Told answer={answer} desk={desk} />
      </div>
      {isFirst && !answer.nextCursor ? null : (
        <nav class="row" aria-label="Pages">
          {isFirst ? null : (
            <a class="button" href={withQuery(here, kept)}>
              First page
            </a>
          )}
          {answer.nextCursor ? (
            <a
              class="button"
              rel="next"
              href={withQuery(here, { ...kept, limit: searchParams.get("limit"), cursor: answer.nextCursor })}
            >
              Next page
            </a>
          ) : null}
        </nav>
      )}
    </>
  );
}

/** How much of what happened the numbers can tell of, where not everything is measured. */
function Told<R, F>({ answer: { measuredShare }, desk }: { answer: Answer<R, F>; desk: Desk }) {
  if (measuredShare === null || measuredShare === undefined) return null;
  return (
    <p class="note">
      {`Measured: ${shareText(desk.formats, measuredShare)} of what happened; what can’t be told without that is told of this part alone.`}
    </p>
  );
}

/** The report as the API's own CSV, all of it, as it comes. */
export async function reportCsv<R extends F, F extends object>(
  c: Context<AppTypes>,
  report: Report<R, F>,
  placed: Placed = {},
): Promise<Response> {
  const desk = deskOf(c);
  const filters = [...openFields(report), ...report.filters, ...closedFields(report)];
  const { query, faults } = await askOf(desk, filters, report.store);
  if (faults.length > 0) throw new Problem("validation_failed", "Some filters say nothing.", faults);
  const answer = await desk.api.open(placed.api ?? report.api, { ...report.always, ...query, format: "csv" });
  const headers = new Headers(SAFE);
  for (const name of ["Content-Type", "Content-Disposition"]) {
    const value = answer.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(answer.body, { headers });
}
