import { CsvReader } from "../../ground/file/csv.ts";
import { FileDecoder } from "../../ground/file/decode.ts";
import { Problem } from "../../ground/http/problem.ts";

/** How a file is written. */
export type TableFormat = "csv" | "json";

/** A row of a file: what it has by column. */
export interface TableRow {
  /** Of the file, from 1; of JSON the row's place, from 1. */
  line: number;
  /** By the column's name as the file has it; blank cells are left out. */
  cells: ReadonlyMap<string, unknown>;
  /** Why nobody can tell what is in it; `null`: it is clear. */
  unclear: string | null;
}

/** A file of rows. */
export interface Table {
  rows: readonly TableRow[];
  /** Columns that some row may have. */
  columns: readonly string[];
  /** What stands beside the rows of JSON; empty in CSV. */
  beside: readonly Readonly<Record<string, unknown>>[];
}

/** Names of the field that has the rows, where the body is an object. */
const ROWS = ["reports", "rows", "tags"];

/**
 * Reads a file as rows: CSV whose header tells the delimiter, or JSON: a list of rows, `{"reports": […]}` as Amazon's API
 * answers, or a list of such pages. Throws a `Problem` (400, 422) for what is neither, and for more than `mostRows`.
 */
export function readTable(bytes: Uint8Array, format: TableFormat, mostRows: number): Table {
  const table = format === "csv" ? csvTable(bytes) : jsonTable(bytes);
  if (table.rows.length > mostRows) throw unreadable(`has more than ${mostRows} rows: send it in parts, of whole days`);
  return table;
}

function csvTable(bytes: Uint8Array): Table {
  const [decoder, csv] = [new FileDecoder(), new CsvReader()];
  try {
    const read = [...csv.push(decoder.push(bytes) + decoder.end()), ...csv.end()];
    const { headers } = csv;
    if (headers === null) throw unreadable("is empty: it needs a header at least");
    const rows = read.map(({ cells, unclear, line }) => ({
      line,
      unclear:
        unclear ??
        (cells.length > headers.length ? `has ${cells.length} cells, and the header ${headers.length}` : null),
      // Of a column that is there twice, the first counts.
      cells: new Map(
        headers
          .map((header, place) => [header, cells[place]?.trim() ?? ""] as const)
          .filter(([header, text]) => header !== "" && text !== "")
          .toReversed(),
      ),
    }));
    return { rows, columns: headers.filter((header) => header !== ""), beside: [] };
  } catch (error) {
    if (error instanceof RangeError) throw unreadable(error.message);
    throw error;
  }
}

function jsonTable(bytes: Uint8Array): Table {
  const body = parsed(bytes);
  const pages = Array.isArray(body) && body.length > 0 && body.every(isPage) ? (body as unknown[]) : [body];
  const beside: Record<string, unknown>[] = [];
  const found = pages.flatMap((page) => {
    if (Array.isArray(page)) return page as unknown[];
    if (!isPage(page)) throw unreadable("must be a list of rows, or an object with reports");
    const name = rowsName(page) ?? "";
    const { [name]: rows, ...others } = page;
    beside.push(others);
    return rows;
  });
  const columns = new Set<string>();
  const rows = found.map((row, index): TableRow => {
    const line = index + 1;
    if (!isRecord(row)) return { line, cells: new Map(), unclear: "must be an object" };
    const cells = Object.entries(row).filter(([, value]) => value != null && value !== "");
    for (const [name] of cells) columns.add(name);
    return { line, cells: new Map(cells), unclear: null };
  });
  return { rows, columns: [...columns], beside };
}

function parsed(bytes: Uint8Array): unknown {
  const decoder = new FileDecoder();
  try {
    return JSON.parse(decoder.push(bytes) + decoder.end());
  } catch (error) {
    if (error instanceof RangeError) throw unreadable(error.message);
    throw new Problem("malformed_json", error instanceof Error ? error.message : "The body can't be parsed.");
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function rowsName(page: Record<string, unknown>): string | undefined {
  return ROWS.find((name) => Array.isArray(page[name]));
}

function isPage(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && rowsName(value) !== undefined;
}

/** The problem (422) of a body that is no file of rows. */
export function unreadable(message: string): Problem {
  return new Problem("validation_failed", `body: ${message}`, [{ path: "", message }]);
}
