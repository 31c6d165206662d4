import type { HeaderMap } from "../../books/reconcile/columns.ts";
import type { PresetName } from "../../books/reconcile/preset.ts";
import { type FileFormat, openFile } from "../../books/reconcile/read-file.ts";
import type { RowReading } from "../../books/reconcile/read-row.ts";
import { statusKey } from "../../books/reconcile/status-words.ts";
import { CsvReader } from "../../ground/file/csv.ts";
import type { DateOrder } from "../../ground/file/date-order.ts";
import { FileDecoder } from "../../ground/file/decode.ts";
import { localTime } from "../../ground/file/local-time.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { SourceStatus } from "../../ground/model/evidence.ts";

/** Rows of a file that are shown before it is sent. */
const SHOWN_ROWS = 12;

/** Columns of a file that can be chosen among. */
const MAX_HEADERS = 200;

/** Objects of a JSON file whose fields are its columns. */
const SHOWN_OBJECTS = 20;

/** How a file is to be read, as the form says. */
export interface Reading {
  format: FileFormat;
  preset: PresetName | null;
  map: HeaderMap;
  dateOrder: DateOrder | null;
  /** What the shop's own words for statuses mean. */
  statuses: Readonly<Record<string, SourceStatus>>;
  /** Of the store. */
  currency: string;
  timezone: string;
  /** ms UTC. */
  now: number;
}

/** How the first rows of a file would be read. */
export interface Sample {
  /** Whose export it is taken for; `null`: nobody can tell. */
  preset: PresetName | null;
  /** The file's columns, as it has them. */
  headers: string[];
  rows: RowReading[];
  /** Rows that were looked at. */
  looked: number;
  /** Rows of those that can't be read. */
  faulty: number;
  /** Words for statuses that nobody knows. */
  unknown: string[];
  /** What comes first in dates, as far as these rows tell. */
  order: DateOrder | null;
  /** Why it would be refused; `null`: by these rows it wouldn't. */
  problem: Problem | null;
}

/** Reads the beginning of a file as the comparison would. `whole`: whether that is all of it. */
export function sampleOf(bytes: Uint8Array, whole: boolean, reading: Reading): Sample {
  const { format, preset, map, dateOrder, currency, timezone, now } = reading;
  const file = openFile({
    format,
    preset,
    map,
    dateOrder,
    currency,
    local: localTime(timezone),
    now,
    statuses: new Map(Object.entries(reading.statuses).map(([word, status]) => [statusKey(word), status])),
  });
  const rows: RowReading[] = [];
  let problem: Problem | null = null;
  try {
    rows.push(...file.push(bytes));
    if (whole) rows.push(...file.end());
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    problem = error;
  }
  let order: DateOrder | null = null;
  try {
    order = file.dateOrder();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // Further rows may tell.
    if (whole) problem ??= error;
  }
  return {
    preset: file.preset,
    headers: headersOf(bytes, whole, format).slice(0, MAX_HEADERS),
    rows: rows.slice(0, SHOWN_ROWS),
    looked: rows.length,
    faulty: rows.filter(({ fault }) => fault !== null).length,
    order,
    unknown: [...new Set(rows.flatMap(({ row }) => row?.unknownStatus ?? []))],
    problem,
  };
}

/** The columns of a file: its header's cells, or the fields of its first objects. None where it can't be read so far. */
function headersOf(bytes: Uint8Array, whole: boolean, format: FileFormat): string[] {
  try {
    const decoder = new FileDecoder();
    const text = decoder.push(bytes) + (whole ? decoder.end() : "");
    if (format === "csv") {
      const csv = new CsvReader();
      csv.push(text);
      if (whole) csv.end();
      return [...new Set((csv.headers ?? []).map((header) => header.trim()).filter((header) => header !== ""))];
    }
    const objects = format === "ndjson" ? text.split(/\r?\n/).slice(0, SHOWN_OBJECTS).map(parsed) : objectsIn(text);
    return [...new Set(objects.flatMap((each) => (isObject(each) ? Object.keys(each) : [])))];
  } catch {
    return [];
  }
}

/** The first objects of a list, of which the text may be the beginning alone: up to where one of them ends. */
function objectsIn(text: string): unknown[] {
  const start = text.indexOf("[");
  if (start === -1) return [];
  const found: unknown[] = [];
  let [from, depth, quoted] = [-1, 0, false];
  for (let at = start + 1; at < text.length && found.length < SHOWN_OBJECTS; at += 1) {
    const sign = text[at];
    if (quoted) {
      if (sign === "\\") at += 1;
      else if (sign === '"') quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === "{" || sign === "[") {
      if (depth === 0) from = at;
      depth += 1;
    } else if (sign === "}" || sign === "]") {
      depth -= 1;
      if (depth === 0) found.push(parsed(text.slice(from, at + 1)));
    }
  }
  return found;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
