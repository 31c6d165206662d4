import { isRecord } from "../../sales/capture/read-order.ts";
import { Problem } from "../../ground/http/problem.ts";
import { type Columns, findColumns, headerKey, type HeaderMap, neededFields, wantedHeaders } from "./columns.ts";
import { CsvReader, type CsvRow, MAX_ROW } from "../../ground/file/csv.ts";
import { type DateOrder, FileDates } from "../../ground/file/date-order.ts";
import { FileDecoder } from "../../ground/file/decode.ts";
import { JsonReader, NoRows } from "./json.ts";
import { type Field, PRESETS, type PresetName } from "./preset.ts";
import { type Cells, isItemLine, type ReadingContext, readRow, type RowReading } from "./read-row.ts";

/** How a file is written. */
export type FileFormat = "csv" | "json" | "ndjson";

/** How a file is to be read. */
export interface FileOptions extends Omit<ReadingContext, "dates"> {
  /** Of the store, for files that name none. ISO 4217. */
  currency: string;
  format: FileFormat;
  /** `null`: of CSV the header tells, and JSON is `generic`. */
  preset: PresetName | null;
  map: HeaderMap;
}

/** Reads the rows of an export that comes in pieces, wherever they are cut. */
export interface FileReader {
  /** Of the header, or the one that was asked for; `null` while nobody can tell. */
  preset: PresetName | null;
  /** Takes a piece, and answers the rows that it completes. Throws a `Problem` (400, 422) for what is no export. */
  push: (bytes: Uint8Array) => RowReading[];
  /** Ends the file, and answers what was left of it. Throws as `push` does. */
  end: () => RowReading[];
  /**
   * What comes first in dates that have two readings, now that all are read; `null`: it makes no difference.
   * Throws a `Problem` (422) where nobody can tell.
   */
  dateOrder: () => DateOrder | null;
}

/** A reader of an export in its format. No more than a row of it is held. */
export function openFile(given: FileOptions): FileReader {
  const options = { ...given, dates: new FileDates() };
  const file = fileOf(options);
  return Object.assign(file, { dateOrder: () => options.dateOrder ?? orderOf(options.dates) });
}

type OpenOptions = FileOptions & ReadingContext;

function fileOf(options: OpenOptions): Omit<FileReader, "dateOrder"> {
  if (options.format === "csv") return csvFile(options);
  return options.format === "json" ? jsonFile(options) : linesFile(options);
}

function orderOf(dates: FileDates): DateOrder | null {
  const decided = dates.decide();
  if (decided === null || typeof decided === "string") return decided;
  throw new Problem("validation_failed", `dateOrder: ${decided.unclear}`, [
    { path: "dateOrder", message: decided.unclear },
  ]);
}

function csvFile(options: OpenOptions): Omit<FileReader, "dateOrder"> {
  const [decoder, csv] = [new FileDecoder(), new CsvReader()];
  let columns: Columns | null = null;
  let places = new Map<Field, number>();
  let before: readonly string[] = [];
  let rows = 0;

  const readingOf = ({ cells, unclear, line }: CsvRow, { preset }: Columns, width: number): RowReading[] => {
    const cellOf: Cells = (field) => {
      const text = cells[places.get(field) ?? cells.length];
      if (text === undefined || text.trim() === "") return undefined;
      // Orders are known by their ids to the letter.
      return field === "order_id" || field === "order_number" ? text : text.trim();
    };
    if (unclear !== null) return [{ ...faulty(null, `from line ${line} on ${unclear}`), unclear: true }];
    // Where others name their currency, a blank one is not the store's.
    const currency = places.has("currency") ? null : options.currency;
    // A comma too many, as in 1,234, shifts all that comes after it.
    if (cells.length <= width && isItemLine(cellOf, PRESETS[preset], before)) return [];
    const reading = readRow(cellOf, PRESETS[preset], { ...options, currency });
    before = reading.externalId === null ? [] : [reading.externalId, ...reading.names];
    if (cells.length <= width) return [reading];
    return [faulty(reading.externalId, `has ${cells.length} cells, and the header ${width}`, reading.names)];
  };
  const readingsOf = (read: CsvRow[]): RowReading[] => {
    const { headers } = csv;
    if (headers === null) return [];
    if (columns === null) {
      columns = columnsIn(headers, options);
      places = new Map([...columns.headers].map(([field, header]) => [field, headers.indexOf(header)]));
      reader.preset = columns.preset;
    }
    const found = columns;
    const readings = read.flatMap((row) => readingOf(row, found, headers.length));
    rows += readings.length;
    return readings;
  };
  const reader: Omit<FileReader, "dateOrder"> = {
    preset: null,
    push: (bytes) => readingsOf(checked(() => csv.push(decoder.push(bytes)))),
    end: () => {
      const last = checked(() => [...csv.push(decoder.end()), ...csv.end()]);
      if (csv.headers === null) throw notRows("is empty: it needs a header at least");
      const readings = readingsOf(last);
      // A header alone can't be told from a file whose lines weren't recognised.
      if (rows === 0) throw notRows("has a header and no row beneath it: there is nothing to compare");
      return readings;
    },
  };
  return reader;
}

function columnsIn(headers: readonly string[], { preset, map }: OpenOptions): Columns {
  const found = findColumns(headers, preset, map);
  if ("headers" in found) return found;
  const lacking = found.missing.map(({ headers: names }) => names.join(" or ")).join(", ");
  const one = headers.length > 1 ? "" : " It was read as a single column: cells are parted by , ; | or a tab.";
  throw new Problem(
    "validation_failed",
    `The header has no column ${lacking}, which the preset ${found.preset} needs.${one}`,
    found.missing.map(({ field, headers }) => ({ path: field, message: `needs a column ${headers.join(" or ")}` })),
  );
}

function jsonFile(options: OpenOptions): Omit<FileReader, "dateOrder"> {
  const [decoder, encoder, json] = [new FileDecoder(), new TextEncoder(), new JsonReader()];
  const { preset, readingOf } = objectRows(options);
  return {
    preset,
    push: (bytes) => checked(() => json.push(encoder.encode(decoder.push(bytes)))).map(readingOf),
    end: () =>
      checked(() => {
        const rows = json.push(encoder.encode(decoder.end()));
        json.end();
        return rows;
      }).map(readingOf),
  };
}

/** JSON, a row a line: one that is broken spoils no other. */
function linesFile(options: OpenOptions): Omit<FileReader, "dateOrder"> {
  const decoder = new FileDecoder();
  const { preset, readingOf } = objectRows(options);
  let pending = "";
  let line = 1;
  const readingsOf = (lines: readonly string[]): RowReading[] =>
    lines.filter((line) => line.trim() !== "").map((line) => readingOf(parsed(line)));
  return {
    preset,
    push: (bytes) => {
      // A carriage return has no place in JSON that isn't its line's end.
      const lines = (pending + checked(() => decoder.push(bytes))).split(/\r\n|\n|\r/);
      pending = lines.pop() ?? "";
      line += lines.length;
      if (pending.length > MAX_ROW) throw notRows(`line ${line} has more than ${MAX_ROW} characters`);
      return readingsOf(lines);
    },
    end: () => readingsOf((pending + decoder.end()).split(/\r\n|\n|\r/)),
  };
}

/** How rows that are objects are read: their fields are what columns are elsewhere. */
function objectRows(options: OpenOptions): { preset: PresetName; readingOf: (value: unknown) => RowReading } {
  const preset = options.preset ?? "generic";
  const keys = [...wantedHeaders(preset, options.map)].map(
    ([field, headers]) => [field, headers.map(headerKey)] as const,
  );
  const currency = neededFields(preset, options.map).has("currency") ? null : options.currency;
  const readingOf = (value: unknown): RowReading => {
    if (!isRecord(value)) return faulty(null, "must be an object");
    const byKey = new Map(Object.entries(value).map(([name, held]) => [headerKey(name), held]));
    const cells = new Map(
      keys.flatMap(([field, names]) => {
        const held = names.map((name) => byKey.get(name)).find((found) => !isBlank(found));
        return held === undefined ? [] : [[field, held] as const];
      }),
    );
    return readRow((field) => cells.get(field), PRESETS[preset], { ...options, currency });
  };
  return { preset, readingOf };
}

function isBlank(value: unknown): boolean {
  return value == null || (typeof value === "string" && value.trim() === "");
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function faulty(externalId: string | null, fault: string, names: string[] = []): RowReading {
  return { externalId, names, row: null, fault };
}

/** What a reader throws, as the problem that it is. */
function checked<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw notRows(error.message);
    if (error instanceof NoRows) throw notRows(error.message);
    throw new Problem("malformed_json", error instanceof Error ? error.message : "The body can't be parsed.");
  }
}

function notRows(message: string): Problem {
  return new Problem("validation_failed", `body: ${message}`, [{ path: "", message }]);
}
