import type { Span } from "../../ground/time/range.ts";

/** Rows of a table that are looked at in one query: all that is held of an export at any moment. */
export const WINDOW_ROWS = 1_000;

/** What is exported: rows of a span of time (ms UTC), of one store or of all (`null`). */
export interface ExportRange extends Span {
  store: string | null;
}

/** A table that is read along a key which no row ever changes. */
export interface KeyedTable<Key extends number | string, Row> {
  /** The smallest key from `from` on of a row in the range; `null`: there is none. Reads no other rows. */
  find: (from: Key) => Promise<Key | null>;
  /** Of the next {@link WINDOW_ROWS} rows of the table from the key `from` on, those in the range, in the key's order. */
  read: (from: Key) => Promise<Row[]>;
  /** A key that comes right after a row's own. */
  after: (row: Row) => Key;
}

/**
 * The rows of a range, a page at a time, each once: whatever is written meanwhile, a row that was in the
 * range before and stays in it is neither skipped nor doubled, because its key stays where it is.
 *
 * No index has to lead from a time to the key. Rows come into a table about when they happen, so along
 * the key a range is a few stretches, and what lies between them is passed over by `find`. The cost
 * follows the range, not what was before it or came after. Throws what the table throws.
 */
export async function* walkTable<Key extends number | string, Row>(
  start: Key,
  table: KeyedTable<Key, Row>,
): AsyncGenerator<Row[]> {
  for (let from: Key | null = await table.find(start); from !== null;) {
    const rows = await table.read(from);
    const last = rows.at(-1);
    if (last === undefined) {
      from = await table.find(from);
    } else {
      yield rows;
      from = table.after(last);
    }
  }
}
