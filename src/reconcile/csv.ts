import Papa from "papaparse";

/** A row of a CSV file. */
export interface CsvRow {
  /** As they stand there; the last may end with the carriage return of its line. */
  cells: string[];
  /** Whether its quotes don't match, so that nobody can tell where its cells end. */
  broken: boolean;
}

/** What papaparse's own parser answers; its types say `any`. */
interface Parsed {
  data: string[][];
  errors: { row?: number }[];
  meta: { cursor: number };
}

/** Longest row, characters: one quote too many would swallow the rest of the file. */
export const MAX_ROW = 65_536;

/** What may part cells; the header tells which. */
const DELIMITERS = [",", ";", "\t"];

/**
 * Reads CSV (RFC 4180) that comes in pieces, wherever they are cut. The first row is the header, which tells
 * the delimiter. Rows without any text are left out. Memory: no more than a row is held.
 */
export class CsvReader {
  #pending = "";
  #parser: Papa.Parser | null = null;
  #headers: string[] | null = null;

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
    const parser = (this.#parser ??= this.#parserOf(last));
    if (parser === null) return this.#held();
    const { data, errors, meta } = parser.parse(this.#pending, 0, !last) as Parsed;
    this.#pending = last ? "" : this.#pending.slice(meta.cursor);
    const broken = new Set(errors.map(({ row }) => row));
    const rows = data.map((cells, index) => ({ cells, broken: broken.has(index) }));
    if (this.#headers === null) this.#headers = rows.shift()?.cells.map((header) => header.trim()) ?? null;
    return this.#held(rows.filter(({ cells }) => cells.some((cell) => cell.trim() !== "")));
  }

  #held(rows: CsvRow[] = []): CsvRow[] {
    if (this.#pending.length > MAX_ROW) throw new RangeError(`a row has more than ${MAX_ROW} characters`);
    return rows;
  }

  /** `null` while the header isn't whole. */
  #parserOf(last: boolean): Papa.Parser | null {
    let quoted = false;
    const counts = DELIMITERS.map(() => 0);
    for (let index = 0; index < Math.min(this.#pending.length, MAX_ROW); index++) {
      const character = this.#pending.charAt(index);
      if (character === '"') quoted = !quoted;
      if (quoted) continue;
      if (character === "\n") return parserFor(counts);
      const delimiter = DELIMITERS.indexOf(character);
      if (delimiter >= 0) counts[delimiter] = (counts[delimiter] ?? 0) + 1;
    }
    return last ? parserFor(counts) : null;
  }
}

function parserFor(counts: readonly number[]): Papa.Parser {
  const delimiter = DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ",";
  return new Papa.Parser({ delimiter, newline: "\n" });
}
