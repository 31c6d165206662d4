import { JSONParser } from "@streamparser/json";
import { MAX_ROW } from "../../ground/file/csv.ts";

/** Bytes that are parsed at once: what a row may have is checked between. */
const SLICE = 16_384;

/** How the body may begin: a list, or an object whose first field is one. */
const LIST = /^\s*\[/;
const ROWS = /^\s*\{\s*"rows"\s*:\s*\[/;

/** Bytes in which that must be settled. */
const MAX_HEAD = 1024;

/** The body is no list of rows. */
export class NoRows extends Error {}

/**
 * Reads the rows of a JSON body that comes in pieces: `[…]` or `{"rows": […]}`. Memory: no more than a row is
 * held. Throws {@link NoRows} for a body of another form, a `RangeError` for a row past {@link MAX_ROW} bytes,
 * and what the parser throws for what isn't JSON.
 */
export class JsonReader {
  #head = new Uint8Array();
  #parser: JSONParser | null = null;
  #rows: unknown[] = [];
  #count = 0;
  #sinceRow = 0;

  /** Takes a piece, and answers the rows that it completes. */
  push(bytes: Uint8Array): unknown[] {
    if (this.#parser !== null) return this.#parse(this.#parser, bytes);
    this.#head = joined(this.#head, bytes);
    const head = new TextDecoder().decode(this.#head.subarray(0, MAX_HEAD));
    if (LIST.test(head)) this.#parser = this.#parserOf("$.*");
    else if (ROWS.test(head)) this.#parser = this.#parserOf("$.rows.*");
    else if (this.#head.length > MAX_HEAD) throw new NoRows("must be a list of rows");
    return this.#parser === null ? [] : this.#parse(this.#parser, this.#head);
  }

  /** Ends the body, which must be whole. */
  end(): void {
    if (this.#parser === null) throw new NoRows("must be a list of rows");
    // It ends by itself with the last bracket.
    if (!this.#parser.isEnded) this.#parser.end();
  }

  #parserOf(path: string): JSONParser {
    const parser = new JSONParser({ paths: [path], keepStack: false });
    parser.onValue = ({ value }) => {
      this.#rows.push(value);
      this.#count += 1;
      this.#sinceRow = 0;
    };
    return parser;
  }

  #parse(parser: JSONParser, bytes: Uint8Array): unknown[] {
    for (let start = 0; start < bytes.length; start += SLICE) {
      const slice = bytes.subarray(start, start + SLICE);
      this.#sinceRow += slice.length;
      parser.write(slice);
      if (this.#sinceRow > MAX_ROW) throw new RangeError(`row ${this.#count + 1} has more than ${MAX_ROW} bytes`);
    }
    return this.#rows.splice(0);
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
