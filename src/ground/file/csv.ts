import Papa from "papaparse";

/** A row of a CSV file. */
export interface CsvRow {
  /** As they stand there; the last may end with the carriage return of its line. */
  cells: string[];
  /** Why nobody can tell where the row ends, and so how many orders are in it; `null`: it is clear. */
  unclear: string | null;
  /** Of the file, from 1, on which it begins. */
  line: number;
}

/** What papaparse's own parser answers; its types say `any`. */
interface Parsed {
  data: string[][];
  errors: { row?: number }[];
  meta: { cursor: number };
}

/** Longest row, characters: one quote too many would swallow the rest of the file. */
export const MAX_ROW = 65_536;

/** What may part cells; the header tells which, or the line `sep=;` before it. */
const DELIMITERS = [",", ";", "\t", "|"];

/** The first line by which spreadsheets are told the delimiter. */
const SEPARATOR_LINE = /^"?sep=(.)"?$/i;

const LINE_BREAK = /\r\n|\r|\n/;
const LINE_BREAKS = /\r\n|\r|\n/g;

/** A cell that may be an order's total. */
const AMOUNT = /^\s*-?\d[\d.,' ]*$/;

/** Characters of a row by which it is named. */
const SHOWN = 40;

/**
 * Reads CSV (RFC 4180) that comes in pieces, wherever they are cut. The first row is the header, which tells
 * the delimiter and how lines end: with LF, CR LF, or CR alone. Rows without any text are left out. Memory: no
 * more than a row is held.
 */
export class CsvReader {
  #pending = "";
  #parser: Papa.Parser | null = null;
  #headers: string[] | null = null;
  #delimiter = ",";
  /** The line on which `#pending` begins. */
  #line = 1;

  /** The header's cells; `null`: it didn't come yet. */
  get headers(): readonly string[] | null {
    return this.#headers;
  }

  /** Takes a piece, and answers the rows that it completes. Throws a `RangeError` for one past {@link MAX_ROW}. */
  push(text: string): CsvRow[] {
    return this.#read(text, false);
  }

  /** The last row, which may lack its line feed. */
  end(): CsvRow[] {
    return this.#read("", true);
  }

  #read(text: string, last: boolean): CsvRow[] {
    this.#pending += text;
    const parser = (this.#parser ??= this.#begin(last));
    if (parser === null) return this.#held();
    const { data, errors, meta } = parser.parse(this.#pending, 0, !last) as Parsed;
    this.#pending = last ? "" : this.#pending.slice(meta.cursor);
    const broken = new Set(errors.map(({ row }) => row));
    const rows: CsvRow[] = [];
    for (const [index, cells] of data.entries()) {
      const row = this.#rowOf(cells, broken.has(index));
      if (cells.every((cell) => cell.trim() === "")) continue;
      if (this.#headers === null) this.#headers = cells.map((header) => header.trim());
      else rows.push(row);
    }
    return this.#held(rows);
  }

  #rowOf(cells: string[], broken: boolean): CsvRow {
    const line = this.#line;
    let length = 0;
    let breaks = 0;
    for (const cell of cells) {
      length += cell.length;
      if (cell.includes("\n") || cell.includes("\r")) breaks += cell.match(LINE_BREAKS)?.length ?? 0;
    }
    if (length > MAX_ROW) throw tooLong(line, cells.join(this.#delimiter));
    // The carriage return of its own line is none within it.
    if (cells.at(-1)?.endsWith("\r") === true) breaks -= 1;
    this.#line += 1 + breaks;
    const unclear = broken ? "its quotes don't match" : breaks > 0 && this.#hidesRows(cells) ? HIDES_ROWS : null;
    return { cells, unclear, line };
  }

  /**
   * Whether a row of several lines may be several rows, whose quotes match by chance or whose lines end in two
   * ways: it is too wide, or one cell has what another row has.
   */
  #hidesRows(cells: readonly string[]): boolean {
    const width = this.#headers?.length;
    if (width === undefined) return false;
    if (cells.length > width) return true;
    return cells.some((cell) => {
      if (!LINE_BREAK.test(cell)) return false;
      const parts = cell.split(LINE_BREAK).flatMap((line) => line.split(this.#delimiter));
      // As many parts as two rows have that share a cell.
      return width > 1 && parts.length > width && parts.some((part) => AMOUNT.test(part));
    });
  }

  #held(rows: CsvRow[] = []): CsvRow[] {
    if (this.#pending.length > MAX_ROW) throw tooLong(this.#line, this.#pending);
    return rows;
  }

  /** The parser, once the header tells how it must be; `null` while it isn't whole. */
  #begin(last: boolean): Papa.Parser | null {
    this.#skipBlankLines(last);
    let quoted = false;
    const counts = DELIMITERS.map(() => 0);
    for (let index = 0; index < Math.min(this.#pending.length, MAX_ROW); index++) {
      const character = this.#pending.charAt(index);
      if (character === '"') quoted = !quoted;
      if (quoted) continue;
      if (character === "\n") return this.#parserFor(counts, "\n", index + 1);
      if (character === "\r") {
        // Whether a line feed follows, the next piece tells.
        if (index + 1 === this.#pending.length && !last) return null;
        const feed = this.#pending.charAt(index + 1) === "\n";
        return this.#parserFor(counts, feed ? "\n" : "\r", feed ? index + 2 : index + 1);
      }
      const delimiter = DELIMITERS.indexOf(character);
      if (delimiter >= 0) counts[delimiter] = (counts[delimiter] ?? 0) + 1;
    }
    return last ? this.#parserFor(counts, "\n", this.#pending.length) : null;
  }

  #skipBlankLines(last: boolean): void {
    for (;;) {
      const [blank] = /^(?:\r\n|\n|\r)/.exec(this.#pending) ?? [];
      if (blank === undefined || (blank === "\r" && this.#pending.length === 1 && !last)) return;
      this.#pending = this.#pending.slice(blank.length);
      this.#line += 1;
    }
  }

  /** The parser by the first line, which ends at `end`. */
  #parserFor(counts: readonly number[], newline: "\n" | "\r", end: number): Papa.Parser {
    const [, named] = SEPARATOR_LINE.exec(this.#pending.slice(0, end).trimEnd()) ?? [];
    // A tab would be trimmed with the line's end.
    const tab = /^"?sep=\t/i.test(this.#pending);
    this.#delimiter = tab ? "\t" : (named ?? DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ",");
    if (tab || named !== undefined) {
      this.#pending = this.#pending.slice(end);
      this.#line += 1;
    }
    return new Papa.Parser({ delimiter: this.#delimiter, newline });
  }
}

const HIDES_ROWS = "it has lines that look like rows of their own: a quote is missing, or lines end in two ways";

function tooLong(line: number, text: string): RangeError {
  const start = text.slice(0, SHOWN).replaceAll(/\p{Cc}+/gu, " ");
  return new RangeError(
    `the row that begins on line ${line} (${start}…) has more than ${MAX_ROW} characters: is a quote missing there?`,
  );
}
