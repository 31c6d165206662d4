import { sql } from "drizzle-orm";
import { openDatabase } from "../../ground/db/client.ts";
import { clickBatches, clickRows } from "../../ground/db/schema/click.ts";
import type { ClickLog, ClickLogs } from "./logs-store.ts";
import { BATCH_SPAN_MS, type BatchRow, type LoggedClick, unpack, WEIGHT } from "./pack.ts";

/** A stretch of one database of the log, in the order of arrival. */
export interface LogStretch {
  batches: BatchRow[];
  /** Clicks that are kept as rows. */
  rows: LoggedClick[];
  /** The number up to which it has all; that which was asked from if there is nothing more. */
  last: number;
}

/** Batches of one statement at most, however few clicks they have. */
const MOST_BATCHES = 2_000;

/**
 * What came after the number `after`: `most` clicks or a little more, fewer if their texts are long, and at least one batch
 * if there is any. Throws what D1 throws.
 */
export async function readAfter(log: ClickLog, after: number, most: number): Promise<LogStretch> {
  const db = openDatabase(log.d1);
  // The rows come before the batches: they are from before the log was packed.
  const rows =
    log.number === 0
      ? await db
          .select()
          .from(clickRows)
          .where(sql`seq > ${after}`)
          .orderBy(sql`seq`)
          .limit(most)
      : [];
  const lastRow = rows.at(-1)?.seq ?? after;
  if (rows.length >= most) {
    const batches = await db
      .select()
      .from(clickBatches)
      .where(sql`seq > ${after} AND seq < ${lastRow}`)
      .orderBy(sql`seq`);
    return { batches, rows, last: lastRow };
  }
  const batches = await db
    .select()
    .from(clickBatches)
    .where(
      sql`seq > ${after} AND seq <= (
        SELECT max(seq) FROM (
          SELECT seq, sum(weight) OVER (ORDER BY seq) - weight AS before
          FROM (SELECT seq, ${sql.raw(WEIGHT)} AS weight FROM click_batches WHERE seq > ${after} ORDER BY seq LIMIT ${MOST_BATCHES})
        ) WHERE before < ${most - rows.length})`,
    )
    .orderBy(sql`seq`);
  const lastBatch = batches.at(-1);
  const lastOfBatch = lastBatch === undefined ? after : lastBatch.seq + lastBatch.stride * (lastBatch.count - 1);
  return { batches, rows, last: Math.max(lastRow, lastOfBatch) };
}

/** A time with the click that it is of. */
export interface WantedClick {
  id: string;
  /** ms UTC. */
  time: number;
}

/** Clicks that are looked for, as statements are given them. */
export function wantedText(wanted: readonly WantedClick[]): string {
  return JSON.stringify(wanted.map(({ id, time }) => [id.slice(4), time, id]));
}

/** SQL: behind a {@link wantedText} as a table, the batches `b` that have any of its clicks. */
const HOLDING = `w CROSS JOIN click_batches b
  ON b.earliest BETWEEN (w.value ->> 1) - ${BATCH_SPAN_MS} AND w.value ->> 1 AND b.latest >= w.value ->> 1
  WHERE instr(b.clicks, '["' || (w.value ->> 0) || '",') > 0`;

/** SQL: whether a database has any of the clicks of the {@link wantedText} `?1`, packed or as a row. */
export function areLogged({ number }: ClickLog): string {
  const packed = `EXISTS (SELECT 1 FROM json_each(?1) ${HOLDING})`;
  if (number !== 0) return packed;
  return `(${packed} OR EXISTS (SELECT 1 FROM json_each(?1) w CROSS JOIN click_rows r ON r.id = w.value ->> 2))`;
}

/** Batches of one query: each may have more than a megabyte. */
const FOUND_A_PAGE = 20;

/** Times that clicks are looked for anew, since some changed their form while that went on. */
const MOST_LOOKS = 5;

/**
 * The clicks of these ids and times that the database has, by their ids. Each is looked for where its time is, so a
 * time that isn't the click's own finds nothing. Throws what D1 throws.
 */
export async function findClicks(log: ClickLog, wanted: readonly WantedClick[]): Promise<Map<string, LoggedClick>> {
  const found = new Map<string, LoggedClick>();
  if (wanted.length === 0) return found;
  const ids = new Set(wanted.map(({ id }) => id));
  const json = wantedText(wanted);
  for (let look = 1; ; look++) {
    const seqs = await findHolding(log, json, found);
    let met = 0;
    for (let start = 0; start < seqs.length; start += FOUND_A_PAGE) {
      const batches = await openDatabase(log.d1)
        .select()
        .from(clickBatches)
        .where(sql`seq IN (SELECT value FROM json_each(${JSON.stringify(seqs.slice(start, start + FOUND_A_PAGE))}))`);
      met += batches.length;
      for (const batch of batches) {
        for (const click of unpack(batch)) if (ids.has(click.id)) found.set(click.id, click);
      }
    }
    // Those that are gone are rows now, or have left the log.
    if (met === seqs.length || look === MOST_LOOKS) return found;
  }
}

/** Adds clicks that are rows to `found`, and returns the numbers of the batches that have others: both of one moment. */
async function findHolding(log: ClickLog, json: string, found: Map<string, LoggedClick>): Promise<number[]> {
  const db = openDatabase(log.d1);
  const holding = db
    .select({ seq: sql<number>`seq` })
    .from(sql`(SELECT DISTINCT b.seq FROM json_each(${json}) ${sql.raw(HOLDING)})`);
  if (log.number !== 0) return (await holding).map(({ seq }) => seq);
  const [packed, rows] = await db.batch([
    holding,
    db
      .select()
      .from(clickRows)
      .where(sql`id IN (SELECT value ->> 2 FROM json_each(${json}))`),
  ]);
  for (const row of rows) found.set(row.id, row);
  return packed.map(({ seq }) => seq);
}

/** The same in all databases: first in the one where a click of its link and time belongs, then in the others. */
export async function findLogged(
  { all, logOf }: ClickLogs,
  wanted: readonly (WantedClick & { linkId: string })[],
): Promise<Map<string, LoggedClick>> {
  const found = new Map<string, LoggedClick>();
  const look = async (log: ClickLog, clicks: readonly WantedClick[]): Promise<void> => {
    for (const [id, click] of await findClicks(log, clicks)) found.set(id, click);
  };
  const byLog = Map.groupBy(wanted, ({ linkId, time }) => logOf(linkId, time));
  await Promise.all([...byLog].map(([log, clicks]) => look(log, clicks)));
  if (all.length === 1) return found;
  // What was restored is in the first, wherever it was before.
  await Promise.all(
    all.map((log) =>
      look(
        log,
        wanted.filter(({ id, linkId, time }) => !found.has(id) && logOf(linkId, time) !== log),
      ),
    ),
  );
  return found;
}

/** A span of time, ms UTC; `to` is not in it. */
export interface LogSpan {
  from: number;
  to: number;
}

/** Batches read at once while a span is walked. */
const BATCHES_A_PAGE = 40;
const ROWS_A_PAGE = 10_000;

/**
 * The clicks of a span of time as they count now, a page at a time and in no order, each once even if it is packed
 * while this goes on. Throws what D1 throws.
 */
export async function* clicksBetween(log: ClickLog, { from, to }: LogSpan): AsyncGenerator<LoggedClick[]> {
  const db = openDatabase(log.d1);
  const wereRows = new Set<number>();
  if (log.number === 0) {
    // No index is on time alone, but few rows are left, if any.
    for (let after = 0; ;) {
      const rows = await db
        .select()
        .from(clickRows)
        .where(sql`seq > ${after} AND time >= ${from} AND time < ${to}`)
        .orderBy(sql`seq`)
        .limit(ROWS_A_PAGE);
      const last = rows.at(-1);
      if (last === undefined) break;
      for (const { seq } of rows) wereRows.add(seq);
      yield rows;
      after = last.seq;
    }
  }
  const isIn = ({ time, seq }: LoggedClick): boolean => time >= from && time < to && !wereRows.has(seq);
  let [earliest, seq] = [from - BATCH_SPAN_MS, -1];
  for (;;) {
    const batches = await db
      .select()
      .from(clickBatches)
      .where(
        sql`(earliest, seq) > (${earliest}, ${seq}) AND earliest >= ${earliest} AND earliest < ${to} AND latest >= ${from}`,
      )
      .orderBy(sql`earliest, seq`)
      .limit(BATCHES_A_PAGE);
    const last = batches.at(-1);
    if (last === undefined) return;
    yield batches.flatMap((batch) => unpack(batch).filter(isIn));
    [earliest, seq] = [last.earliest, last.seq];
  }
}
