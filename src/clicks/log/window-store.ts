import { sql } from "drizzle-orm";
import { openDatabase } from "../../ground/db/client.ts";
import { eachLink } from "../../ground/db/each-link.ts";
import { clickBatches, clickRows } from "../../ground/db/schema/click.ts";
import type { ClickLog } from "./logs-store.ts";
import { BATCH_SPAN_MS, type BatchRow, type LoggedClick } from "./pack.ts";
import type { LogSpan } from "./read-store.ts";

/** A stretch of one database of the log in the order of arrival, as it is at one moment: each click once, packed or not. */
export interface LogWindow {
  batches: BatchRow[];
  rows: LoggedClick[];
  /** It has all clicks with numbers up to here; what there is of later ones is to be read again. */
  last: number;
  /** Whether there may be more. */
  more: boolean;
}

/** SQL: the number of the batch in which a number lies, or which comes next. */
const batchAt = (seq: number) => sql`coalesce((SELECT max(seq) FROM click_batches WHERE seq <= ${seq}), ${seq})`;

/**
 * What comes next in a database from the number `from` on: `most` batches and `mostRows` clicks that are rows, or fewer.
 * Throws what D1 throws.
 */
export async function readWindow(
  log: ClickLog,
  from: number,
  { most, mostRows }: { most: number; mostRows: number },
): Promise<LogWindow> {
  const db = openDatabase(log.d1);
  const batches = db
    .select()
    .from(clickBatches)
    .where(sql`seq >= ${batchAt(from)}`)
    .orderBy(sql`seq`)
    .limit(most);
  const rows = db
    .select()
    .from(clickRows)
    .where(sql`seq >= ${from}`)
    .orderBy(sql`seq`)
    .limit(mostRows);
  // In one transaction: what is moved from one form to the other is met in one of them.
  const [packed, loose] = log.number === 0 ? await db.batch([batches, rows]) : [await batches, []];
  const lastBatch = packed.length < most ? undefined : packed.at(-1);
  const lastRow = loose.length < mostRows ? undefined : loose.at(-1);
  const last = Math.min(
    lastBatch === undefined ? Infinity : lastBatch.seq + lastBatch.stride * (lastBatch.count - 1),
    lastRow?.seq ?? Infinity,
  );
  return { batches: packed, rows: loose, last, more: last < Infinity };
}

const FIND_ROW = `
WITH RECURSIVE ${eachLink("linked", "click_rows")}
SELECT min(c.seq) AS seq FROM linked CROSS JOIN click_rows c ON c.link_id = linked.id AND c.time >= ?2 AND c.time < ?3
WHERE c.seq >= ?1`;

const FIND_BATCH = `
SELECT min(seq) AS seq FROM click_batches
WHERE earliest > ?2 - ${BATCH_SPAN_MS} AND earliest < ?3 AND latest >= ?2
  AND seq >= coalesce((SELECT max(seq) FROM click_batches WHERE seq <= ?1), ?1)`;

/**
 * A number from `from` on, before which the database has no click of a span of time; `null`: it has none from there on.
 * It reads indexes alone, and of them the span alone. Throws what D1 throws.
 */
export async function findInSpan(log: ClickLog, from: number, span: LogSpan): Promise<number | null> {
  const finds = [FIND_BATCH, ...(log.number === 0 ? [FIND_ROW] : [])];
  const found = await log.d1.batch<{ seq: number | null }>(
    finds.map((find) => log.d1.prepare(find).bind(from, span.from, span.to)),
  );
  const seqs = found.map(({ results }) => results[0]?.seq ?? Infinity);
  const first = Math.min(...seqs);
  return first === Infinity ? null : Math.max(first, from);
}
