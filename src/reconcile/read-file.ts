import { isRecord } from "../capture/read-order.ts";
import { Problem } from "../http/problem.ts";
import { type Columns, findColumns, headerKey, type HeaderMap, neededFields, wantedHeaders } from "./columns.ts";
import { CsvReader, type CsvRow, MAX_ROW } from "./csv.ts";
import { JsonReader, NoRows } from "./json.ts";
import { type Field, PRESETS, type PresetName } from "./preset.ts";
import { type Cells, isItemLine, type ReadingContext, readRow, type RowReading } from "./read-row.ts";

/** How a file is written. */
export type FileFormat = "csv" | "json" | "ndjson";

/** How a file is to be read. */
export interface FileOptions extends ReadingContext {
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
}

/** A reader of an export in its format. No more than a row of it is held. */
export function openFile(options: FileOptions): FileReader {
  if (options.format === "csv") return csvFile(options);
  return options.format === "json" ? jsonFile(options) : linesFile(options);
}

function csvFile(options: FileOptions): FileReader {
  const [decoder, csv] = [new TextDecoder(), new CsvReader()];
  let columns: Columns | null = null;
  let places = new Map<Field, number>();
  let before: string | null = null;

  const readingOf = ({ cells, broken }: CsvRow, { preset }: Columns, width: number): RowReading[] => {
    const cellOf: Cells = (field) => {
      const text = cells[places.get(field) ?? cells.length];
      return text === undefined || text.trim() === "" ? undefined : text.trim();
    };
    // Nobody can tell how many orders are in such a row.
    if (broken) return [faulty(null, "its quotes don't match")];
    // Where others name their currency, a blank one is not the store's.
    const currency = places.has("currency") ? null : options.currency;
    // A comma too many, as in 1,234, shifts all that comes after it.
    if (cells.length <= width && isItemLine(cellOf, PRESETS[preset], before)) return [];
    const reading = readRow(cellOf, PRESETS[preset], { ...options, currency });
    before = reading.externalId;
    if (cells.length <= width) return [reading];
    return [faulty(reading.externalId, `has ${cells.length} cells, and the header ${width}`)];
  };
  const readingsOf = (rows: CsvRow[]): RowReading[] => {
    const { headers } = csv;
    if (headers === null) return [];
    if (columns === null) {
      columns = columnsIn(headers, options);
      places = new Map([...columns.headers].map(([field, header]) => [field, headers.indexOf(header)]));
      reader.preset = columns.preset;
    }
    const found = columns;
    return rows.flatMap((row) => readingOf(row, found, headers.length));
  };
  const reader: FileReader = {
    preset: null,
    push: (bytes) => readingsOf(checked(() => csv.push(decoder.decode(bytes, { stream: true })))),
    end: () => {
      const rows = checked(() => [...csv.push(decoder.decode()), ...csv.end()]);
      if (csv.headers === null) throw notRows("is empty: it needs a header at least");
      return readingsOf(rows);
    },
  };
  return reader;
}

function columnsIn(headers: readonly string[], { preset, map }: FileOptions): Columns {
  const found = findColumns(headers, preset, map);
  if ("headers" in found) return found;
  const lacking = found.missing.map(({ headers }) => headers.join(" or ")).join(", ");
  throw new Problem(
    "validation_failed",
    `The header has no column ${lacking}, which the preset ${found.preset} needs.`,
    found.missing.map(({ field, headers }) => ({ path: field, message: `needs a column ${headers.join(" or ")}` })),
  );
}

function jsonFile(options: FileOptions): FileReader {
  const json = new JsonReader();
  const { preset, readingOf } = objectRows(options);
  return {
    preset,
    push: (bytes) => checked(() => json.push(bytes)).map(readingOf),
    end: () => {
      checked(() => json.end());
      return [];
    },
  };
}

/** JSON, a row a line: one that is broken spoils no other. */
function linesFile(options: FileOptions): FileReader {
  const decoder = new TextDecoder();
  const { preset, readingOf } = objectRows(options);
  let pending = "";
  const readingsOf = (lines: readonly string[]): RowReading[] =>
    lines.filter((line) => line.trim() !== "").map((line) => readingOf(parsed(line)));
  return {
    preset,
    push: (bytes) => {
      const lines = (pending + decoder.decode(bytes, { stream: true })).split("\n");
      pending = lines.pop() ?? "";
      if (pending.length > MAX_ROW) throw notRows(`has a row of more than ${MAX_ROW} characters`);
      return readingsOf(lines);
    },
    end: () => readingsOf([pending + decoder.decode()]),
  };
}

/** How rows that are objects are read: their fields are what columns are elsewhere. */
function objectRows(options: FileOptions): { preset: PresetName; readingOf: (value: unknown) => RowReading } {
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

function faulty(externalId: string | null, fault: string): RowReading {
  return { externalId, row: null, fault };
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
