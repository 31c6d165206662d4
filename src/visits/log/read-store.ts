import type { LoggedEvent } from "../../ground/model/visit.ts";
import { type PackedEvents, unpackEvents } from "./pack.ts";

/** What is read of the log. Times are ms UTC: from the first to before the second. */
export interface LogSpan {
  storeId: string;
  from: number;
  to: number;
  /** Only rows after this one; left out: all. */
  after?: number;
}

/** A row of the log, unpacked. */
export interface LogRow {
  /** Rows are numbered as they are written. */
  seq: number;
  events: LoggedEvent[];
}

/** Characters of rows that are read together at most, and rows: a row has a million bytes at most. */
const CHARACTERS_AT_ONCE = 4_000_000;
const ROWS_AT_ONCE = 200;

const LISTED = `SELECT seq, length(facts) AS size FROM visit_log
  WHERE store_id = ?1 AND latest >= ?2 AND earliest < ?3 AND seq > ?4 ORDER BY seq`;

const READ = `SELECT seq, earliest, facts FROM visit_log WHERE seq IN (SELECT value FROM json_each(?1)) ORDER BY seq`;

/**
 * The rows of a store's log that may have events of a span, in the order in which they were written, some at once. Events
 * of other times are left out of them, so that a row may have none. What is written meanwhile isn't read. Throws what D1
 * throws.
 */
export async function* readLogRows(
  d1: D1Database,
  { storeId, from, to, after = 0 }: LogSpan,
): AsyncGenerator<LogRow[]> {
  const { results } = await d1
    .prepare(LISTED)
    .bind(storeId, from, Math.min(to, Number.MAX_SAFE_INTEGER), after)
    .all<{ seq: number; size: number }>();
  for (const seqs of groupsOf(results)) {
    const rows = await d1.prepare(READ).bind(JSON.stringify(seqs)).all<{ seq: number } & PackedEvents>();
    yield rows.results.map((row) => ({
      seq: row.seq,
      events: unpackEvents(row).filter(({ time }) => time >= from && time < to),
    }));
  }
}

function groupsOf(rows: readonly { seq: number; size: number }[]): number[][] {
  const groups: number[][] = [];
  let characters = Infinity;
  for (const { seq, size } of rows) {
    const open = groups.at(-1);
    characters += size;
    if (open === undefined || characters > CHARACTERS_AT_ONCE || open.length >= ROWS_AT_ONCE) {
      groups.push([seq]);
      characters = size;
    } else open.push(seq);
  }
  return groups;
}
