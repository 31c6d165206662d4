import type { Child } from "hono/jsx";
import { Change } from "./change.tsx";
import type { Answer, Foot, Key, Measure, Report, ReportView } from "./report.ts";
import { startText } from "./series.ts";

/** How the rows of a page are shown. */
interface Shown {
  /** As the address has it; `null`: the API's own. */
  sort: string | null;
  /** How rows are spaced, or `total`. */
  interval: string;
  /** Whether all columns are shown. */
  all: boolean;
}

/** The rows of a report with what they come to. Each column that the API can sort by leads to that. */
export function ReportTable<R extends F, F extends object>({
  report,
  answer,
  view,
  shown,
}: {
  report: Report<R, F>;
  answer: Answer<R, F>;
  view: ReportView;
  shown: Shown;
}) {
  const measures = report.measures.filter(({ more }) => shown.all || more !== true);
  const isSpaced = shown.interval !== "total";
  const foot = report.foot?.(answer) ?? footOf(answer);
  const keys = report.keys;
  // Where rows are told apart by nothing but time, that names them.
  const head = keys.length === 0 || isSpaced;
  return (
    <table class="stack report" role="table">
      <caption class="off">{report.title}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {keys.map(({ label, sort }) => (
            <Head label={label} name={sort} {...{ report, view, shown }} ascending />
          ))}
          {head ? (
            <Head label="Time" name={isSpaced ? "start" : undefined} {...{ report, view, shown }} ascending />
          ) : null}
          {measures.map(({ name, label, hint }) => (
            <Head label={label} name={name} hint={hint} num {...{ report, view, shown }} />
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {answer.data.map((row) => (
          <tr role="row">
            {keys.map((key, index) => (
              <KeyCell row={row} keyed={key} view={view} main={index === 0} />
            ))}
            {head ? (
              <td role="cell" data-label="Time">
                <span>{timeOf(row, shown.interval, view)}</span>
              </td>
            ) : null}
            {measures.map((measure) => (
              <Cell measure={measure} figures={row} before={report.before?.(row)} view={view} />
            ))}
          </tr>
        ))}
      </tbody>
      {foot.length === 0 ? null : (
        <tfoot role="rowgroup">
          {foot.map(({ label, figures }) => (
            <tr role="row">
              <th scope="row" role="rowheader">
                {label}
              </th>
              {Array.from({ length: keys.length + (head ? 1 : 0) - 1 }, () => (
                <td role="cell" />
              ))}
              {measures.map((measure) => (
                <Cell measure={measure} figures={figures} before={report.before?.(figures)} view={view} />
              ))}
            </tr>
          ))}
        </tfoot>
      )}
    </table>
  );
}

/** The total, and what it was before where the answer says that. */
function footOf<R, F>({ total, previous }: Answer<R, F>): Foot<F>[] {
  return [
    { label: "All", figures: total },
    ...(previous === null || previous === undefined ? [] : [{ label: "All, before", figures: previous }]),
  ];
}

function Head<R extends F, F extends object>({
  label,
  name,
  hint,
  num = false,
  ascending = false,
  report,
  view,
  shown,
}: {
  label: string;
  name: string | undefined;
  hint?: string | undefined;
  num?: boolean;
  /** Whether the least comes first where it is sorted by this. */
  ascending?: boolean;
  report: Report<R, F>;
  view: ReportView;
  shown: Shown;
}) {
  const sort = shown.sort ?? report.usualSort ?? "";
  const isSortable = name !== undefined && report.sorts?.includes(name) === true;
  const isSorted = isSortable && sort.replace(/^-/, "") === name;
  const next = isSorted ? (sort.startsWith("-") ? name : `-${name}`) : ascending ? name : `-${name}`;
  const order = sort.startsWith("-") ? ("descending" as const) : ("ascending" as const);
  return (
    <th
      scope="col"
      role="columnheader"
      class={num ? "num" : ""}
      {...(isSorted && { "aria-sort": order })}
      {...(hint !== undefined && { title: hint })}
    >
      {isSortable ? (
        <a href={withSort(view.here, next ?? "")}>
          {label}
          {isSorted ? <span aria-hidden="true"> {order === "descending" ? "▾" : "▴"}</span> : null}
        </a>
      ) : (
        label
      )}
    </th>
  );
}

function withSort(here: URL, sort: string): string {
  const query = new URLSearchParams(here.searchParams);
  for (const name of ["cursor", "offset"]) query.delete(name);
  query.set("sort", sort);
  return `${here.pathname}?${query.toString()}`;
}

function KeyCell<R>({ row, keyed, view, main }: { row: R; keyed: Key<R>; view: ReportView; main: boolean }) {
  const text = keyed.text(row, view);
  const name = text === null ? <span class="none">{keyed.none ?? "–"}</span> : (view.names[text] ?? text);
  const path = text === null ? null : (keyed.href?.(row, view) ?? null);
  const content = path === null ? name : <a href={path}>{name}</a>;
  return main ? (
    <th scope="row" role="rowheader" class="main-cell">
      {content}
    </th>
  ) : (
    <td role="cell" data-label={keyed.label}>
      <span>{content}</span>
    </td>
  );
}

function timeOf(row: object, interval: string, { desk }: ReportView): Child {
  const { start } = row as { start?: string | null };
  return start === null || start === undefined ? "All" : startText(start, interval, desk);
}

function Cell<F extends object>({
  measure,
  figures,
  before,
  view,
}: {
  measure: Measure<F>;
  figures: F;
  before: F | undefined;
  view: ReportView;
}) {
  const { desk } = view;
  const value = measure.value(figures);
  const path = value === null || value === 0 ? null : (measure.href?.(figures, view) ?? null);
  const text = (of: number): string => measure.text(of, figures, desk);
  return (
    <td role="cell" class="num" data-label={measure.label}>
      <span>
        {value === null ? <span class="none">–</span> : path === null ? text(value) : <a href={path}>{text(value)}</a>}
        {measure.extra?.(figures, desk)}
        {before === undefined ? null : (
          <>
            {" "}
            <Change
              formats={desk.formats}
              now={value}
              before={measure.value(before)}
              text={text}
              lessIsBetter={measure.lessIsBetter === true}
              brief
            />
          </>
        )}
      </span>
    </td>
  );
}
