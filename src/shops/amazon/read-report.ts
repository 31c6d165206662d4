import { FileDates, type DateOrder } from "../../ground/file/date-order.ts";
import { localTime } from "../../ground/file/local-time.ts";
import { readTime, type TimeReading } from "../../ground/file/read-time.ts";
import { isOneLine } from "../../ground/http/one-line.ts";
import { type FieldError, Problem } from "../../ground/http/problem.ts";
import {
  type AmazonFigures,
  REPORT_AMOUNTS,
  REPORT_COUNTS,
  SOURCE_KINDS,
  sourceKey,
  type SourceNames,
} from "../../ground/model/attribution-report.ts";
import { currencyDigits } from "../../ground/money/amount.ts";
import { dayAfter, daysOf } from "../../ground/time/range.ts";
import { isOfProducts, reportColumns, type ReportColumn, type ReportColumns } from "./columns.ts";
import { amountOf, countOf } from "./figure.ts";
import { type Table, type TableRow, unreadable } from "./table.ts";

/** How a report is to be read. */
export interface ReportOptions {
  /** Of the store, for rows that name none. ISO 4217. */
  currency: string;
  /** The days that the report was asked for, both in; `null`: it covers the days that it has rows of. */
  from: string | null;
  to: string | null;
  /** What comes first in its dates; `null`: the file tells. */
  dateOrder: DateOrder | null;
  /** The last day that there can be figures of: 2026-11-22. */
  latestDay: string;
}

/** A row as it was read. */
export interface ReadRow {
  day: string;
  /** A JSON array of what it is known by: see `attributionSources.key`. */
  key: string;
  names: SourceNames;
  currency: string;
  figures: AmazonFigures;
}

/** A report as it was read. */
export interface ReadReport {
  /** The days that it covers, in order. */
  days: string[];
  rows: ReadRow[];
  /** Lines of totals, which are no rows. */
  totalLines: number;
}

/** Faults that one answer names. */
const MAX_FAULTS = 100;

/** Days that a report covers at most. */
const MAX_DAYS = 400;

/** Longest name of an ad group and the like. */
const MAX_NAME = 500;

/** How lines of totals begin. */
const TOTAL = /^(?:grand |sub)?totals?\b/i;

/** The way out where a report was asked for in parts. */
const WHOLE = "ask Amazon for the rest by it, and send all pages as one list";

const utc = localTime("UTC");

/**
 * Reads a report on performance by day. Throws a `Problem` (422) that names every line that can't be read: a day is
 * replaced whole or not at all.
 */
export function readReport(table: Table, options: ReportOptions): ReadReport {
  refuseOthers(table);
  const columns = reportColumns(table.columns);
  if (table.rows.some(({ unclear }) => unclear === null)) refuseWithout(columns);
  const span = spanOf(table, options);
  const rows = table.rows.filter((row) => !isTotal(row, columns));
  const order = options.dateOrder ?? orderOf(rows, columns);
  const faults: FieldError[] = [];
  const lines = new Map<string, number>();
  const read = rows.flatMap((row): ReadRow[] => {
    const result = readRow(row, columns, { ...options, order, span });
    if ("faults" in result) {
      faults.push(...result.faults);
      return [];
    }
    const same = JSON.stringify([result.day, result.key, result.currency]);
    const earlier = lines.get(same);
    if (earlier !== undefined) {
      const message = `is of the same day and source as line ${earlier}: a report has one row for each`;
      faults.push({ path: `line ${row.line}`, message });
    }
    lines.set(same, row.line);
    return [result];
  });
  const [first] = faults;
  if (first !== undefined) {
    const more = faults.length > 1 ? ` (${faults.length} faults in all)` : "";
    const detail = `${first.path}: ${first.message}${more}. Nothing was imported.`;
    throw new Problem("validation_failed", detail, faults.slice(0, MAX_FAULTS));
  }
  const days = span === null ? [...new Set(read.map(({ day }) => day))].toSorted() : span;
  if (days.length === 0) throw unreadable("has no row: name from and to, if those days had nothing");
  if (days.length > MAX_DAYS) throw unreadable(`covers more than ${MAX_DAYS} days: send it in parts`);
  return { days, rows: read, totalLines: table.rows.length - rows.length };
}

/** Throws a `Problem` (422) for a report of another type, and for one that isn't whole. */
function refuseOthers({ columns, beside }: Table): void {
  const type = beside.map(({ reportType }) => reportType).find((name) => name !== undefined && name !== "PERFORMANCE");
  if (type !== undefined || isOfProducts(columns)) {
    throw unreadable("is a report on products: ask Amazon for one of type PERFORMANCE, whose rows are of all products");
  }
  const { cursorId } = beside.at(-1) ?? {};
  if (typeof cursorId === "string" && cursorId !== "") throw unreadable(`goes on behind its cursorId: ${WHOLE}`);
}

function refuseWithout({ names }: ReportColumns): void {
  const has = (wanted: readonly ReportColumn[]) => wanted.some((column) => names.has(column));
  const lacking = [
    ...(names.has("day") ? [] : ["date: ask for the report by day"]),
    ...(has(SOURCE_KINDS) ? [] : ["adGroupId, Ad group, creativeId, tag, campaignId, Campaign or publisher"]),
    ...(has([...REPORT_COUNTS, ...REPORT_AMOUNTS])
      ? []
      : ["Click-throughs, attributedPurchases14d or attributedSales14d"]),
  ];
  if (lacking.length > 0) throw unreadable(`has no column ${lacking.join("; nor ")}`);
}

/** The days that the caller names, or the request that Amazon answered; `null`: nobody does. */
function spanOf({ beside }: Table, { from, to, latestDay }: ReportOptions): string[] | null {
  const dayIn = (name: "startDate" | "endDate") => {
    const days = beside.map((page) => compactDay(page[name])).filter((day) => day !== null);
    return days[0] ?? null;
  };
  const [first, last] = [from ?? dayIn("startDate"), to ?? dayIn("endDate")];
  if (first === null && last === null) return null;
  if (first === null || last === null)
    throw Problem.invalid(first === null ? "from" : "to", "is needed with the other");
  if (last < first) throw Problem.invalid("to", "must not come before from");
  if (last > latestDay) throw Problem.invalid("to", `must not come after ${latestDay}: no day of it has begun`);
  if (daysOf({ by: "days", first, last }) > MAX_DAYS) {
    throw Problem.invalid("to", `must come after from by ${MAX_DAYS} days at most`);
  }
  const days: string[] = [];
  for (let day = first; day <= last; day = dayAfter(day, 1)) days.push(day);
  return days;
}

function isTotal({ cells, unclear }: TableRow, { names }: ReportColumns): boolean {
  if (unclear !== null) return false;
  const day = cells.get(names.get("day") ?? "");
  if (typeof day === "string") return TOTAL.test(day);
  if (day !== undefined) return false;
  const known = SOURCE_KINDS.map((kind) => cells.get(names.get(kind) ?? ""));
  return (
    known.some((name) => typeof name === "string" && TOTAL.test(name)) || known.every((name) => name === undefined)
  );
}

function orderOf(rows: readonly TableRow[], { names }: ReportColumns): DateOrder | null {
  const dates = new FileDates();
  for (const { cells } of rows) {
    const text = cells.get(names.get("day") ?? "");
    const reading = typeof text === "string" ? timeOf(text) : null;
    if (typeof text === "string" && reading !== null) dates.add(text, reading);
  }
  const decided = dates.decide();
  if (decided === null || typeof decided === "string") return decided;
  throw Problem.invalid("dateOrder", decided.unclear);
}

function timeOf(text: string): TimeReading | null {
  return readTime(text, ["numeric", "month_name", "day_name"], utc);
}

/** `20261122`, as Amazon's API writes days, or 2026-11-22, maybe with a time: the day is the advertiser's as written. */
function compactDay(value: unknown): string | null {
  const text = typeof value === "number" ? String(value) : typeof value === "string" ? value.trim() : "";
  const [, year, month, date] = /^(\d{4})(?:-(?=\d\d-))?(\d{2})-?(\d{2})(?:[T ].*)?$/.exec(text) ?? [];
  if (year === undefined) return null;
  const day = `${year}-${month}-${date}`;
  const time = Date.parse(day);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day) ? day : null;
}

function dayOf(value: unknown, order: DateOrder | null): string | null {
  const day = compactDay(value);
  if (day !== null || typeof value !== "string") return day;
  const time = timeOf(value)?.[order ?? "mdy"] ?? null;
  return time === null ? null : new Date(time).toISOString().slice(0, 10);
}

type RowOptions = ReportOptions & { order: DateOrder | null; span: readonly string[] | null };

function readRow(
  { line, cells, unclear }: TableRow,
  { names: columns, currency: ofHeader }: ReportColumns,
  { currency: ofStore, latestDay, order, span }: RowOptions,
): ReadRow | { faults: FieldError[] } {
  const faults: FieldError[] = [];
  const fault = (message: string) => void faults.push({ path: `line ${line}`, message });
  if (unclear !== null) return { faults: [{ path: `line ${line}`, message: unclear }] };
  const cellOf = (column: ReportColumn): unknown => cells.get(columns.get(column) ?? "");

  const day = dayOf(cellOf("day"), order);
  if (day === null) fault("date must be a day such as 20261122 or 2026-11-22");
  else if (day > latestDay) fault(`date ${day} has not begun`);
  else if (span !== null && !span.includes(day)) fault(`date ${day} is not between ${span[0]} and ${span.at(-1)}`);

  const named = cellOf("currency") ?? ofHeader ?? ofStore;
  const currency = typeof named === "string" ? named.toUpperCase() : "";
  if (currencyDigits(currency) === null)
    return { faults: [...faults, { path: `line ${line}`, message: "currency is not known" }] };

  const names: Partial<Record<(typeof SOURCE_KINDS)[number], string>> = {};
  for (const kind of SOURCE_KINDS) {
    const value = cellOf(kind);
    if (value === undefined) continue;
    const text = typeof value === "number" ? String(value) : value;
    if (typeof text !== "string" || text.length > MAX_NAME || !isOneLine(text) || !text.isWellFormed()) {
      fault(`${kind} must be a text of ${MAX_NAME} characters at most, on one line`);
    } else names[kind] = kind === "tag" ? maasOf(text) : text.trim();
  }
  const figures: Partial<Record<keyof AmazonFigures, number | null>> = {};
  for (const name of REPORT_COUNTS) {
    const value = cellOf(name);
    const count = value === undefined ? null : countOf(value);
    if (count !== null && typeof count === "object") fault(`${columns.get(name)} ${count.fault}`);
    else figures[name] = count;
  }
  for (const name of REPORT_AMOUNTS) {
    const value = cellOf(name);
    const amount = value === undefined ? null : amountOf(value, currency, name === "bonus");
    if (amount !== null && typeof amount === "object") fault(`${columns.get(name)} ${amount.fault}`);
    else figures[`${name}Minor`] = amount;
  }
  if (faults.length > 0 || day === null) return { faults };
  const key = JSON.stringify(SOURCE_KINDS.map((kind) => (names[kind] === undefined ? null : sourceKey(names[kind]))));
  return { day, key, names, currency, figures: figures as AmazonFigures };
}

/** The value of `maas`, where a column has the whole tag or an address with it. */
function maasOf(text: string): string {
  return (/(?:^|[?&])maas=([^&#]*)/i.exec(text)?.[1] ?? text).trim();
}
