import type { DaySpan } from "../../ground/time/range.ts";
import { Bindings } from "../report/bindings.ts";
import type { ReportCursor } from "../report/cursor.ts";
import { ofInterval, ofSpan, startOf, type SumInterval } from "./span.ts";

/** A report of sums: rows of a table `s` by some of their columns. All is SQL. */
export interface SumsReport<Key extends string, Sum extends string> {
  /** Tables, with `s` for the sums; made anew for each span where that is needed to read few rows. */
  from: string | ((asked: Omit<SumsAsked, "today">, bindings: Bindings) => string);
  /** Which rows; values are bound. */
  where: (bindings: Bindings) => string;
  /** Which rows the total is of, if others. */
  whereTotal?: (bindings: Bindings) => string;
  /** What rows are told apart by. */
  keys: Readonly<Record<Key, string>>;
  /** Aggregates, of which none is ever `NULL`. */
  sums: Readonly<Record<Sum, string>>;
}

/** What a report of sums is asked. */
export interface SumsAsked {
  storeId: string;
  span: DaySpan;
  interval: SumInterval;
  /** The day that it is in the store. */
  today: string;
}

/** How rows are sorted: by a key, a sum or `start`. */
export interface SumsSort {
  by: string;
  descending: boolean;
}

/** A row of a report of sums. */
export interface SumRow<Key extends string, Sum extends string> {
  /** An hour, day or month; empty: the whole span. */
  start: string;
  keys: Record<Key, string | null>;
  sums: Record<Sum, number>;
}

/** SQL and the values of its parameters. */
export interface Query {
  sql: string;
  values: Bindings["values"];
}

/** SQL of a sum over rows `s`, of those with consent alone if it is so asked. */
export function sumOf(column: string, consent: "all" | "granted"): string {
  return `coalesce(sum(${consent === "all" ? column : `iif(s.consent = 'granted', ${column}, 0)`}), 0)`;
}

/** The rows of a page in a sort, from behind a place on. */
export function rowsQuery(
  report: SumsReport<string, string>,
  asked: SumsAsked,
  { sort, after, limit }: { sort: SumsSort; after: ReportCursor | null; limit: number },
): Query {
  const bindings = new Bindings();
  const condition = conditionOf(report.where, asked, bindings);
  const columns = [...Object.entries(report.keys), ...Object.entries(report.sums)].map(
    ([name, sql]) => `${sql} AS "${name}"`,
  );
  const groups = [startOf(asked.interval), ...Object.values(report.keys)];
  const [value, step] = [`"${sort.by}"`, sort.descending ? "<" : ">"];
  const behind = (cursor: ReportCursor): string => {
    const [from, place, start] = [bindings.add(cursor.value), bindings.add(cursor.key), bindings.add(cursor.start)];
    // What isn't there is sorted as the empty text.
    return `(coalesce(${value}, '') ${step} coalesce(${from}, '')
      OR (${value} IS ${from} AND (start, place) > (${start}, ${place})))`;
  };
  // What was counted and taken back leaves a row of nothing.
  const isAnything = Object.keys(report.sums)
    .map((name) => `"${name}" <> 0`)
    .join(" OR ");
  const sql = `SELECT * FROM (
      SELECT ${startOf(asked.interval)} AS start, ${columns.join(", ")}, json_array(${Object.values(report.keys).join(", ")}) AS place
      FROM ${fromOf(report, asked, bindings)} WHERE ${condition} GROUP BY ${groups.join(", ")})
    WHERE (${isAnything}) AND ${after === null ? "TRUE" : behind(after)}
    ORDER BY coalesce(${value}, '') ${sort.descending ? "DESC" : "ASC"}, start, place LIMIT ${bindings.add(limit)}`;
  return { sql, values: bindings.values };
}

/** The sums of all rows. */
export function totalQuery(report: SumsReport<string, string>, asked: SumsAsked): Query {
  const bindings = new Bindings();
  const condition = conditionOf(report.whereTotal ?? report.where, asked, bindings);
  const columns = Object.entries(report.sums).map(([name, sql]) => `${sql} AS "${name}"`);
  const from = fromOf(report, asked, bindings);
  return { sql: `SELECT ${columns.join(", ")} FROM ${from} WHERE ${condition}`, values: bindings.values };
}

function fromOf({ from }: SumsReport<string, string>, asked: SumsAsked, bindings: Bindings): string {
  return typeof from === "string" ? from : from(asked, bindings);
}

function conditionOf(
  where: SumsReport<string, string>["where"],
  { storeId, span, interval }: Omit<SumsAsked, "today">,
  bindings: Bindings,
): string {
  return `s.store_id = ${bindings.add(storeId)} AND ${ofSpan(span, bindings)} AND ${ofInterval(interval)} AND ${where(bindings)}`;
}
