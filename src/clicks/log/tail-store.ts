import { markOf } from "./mark.ts";
import { getTableColumns, sql } from "drizzle-orm";
import { openDatabase } from "../../ground/db/client.ts";
import { clickBatches, clickRows } from "../../ground/db/schema/click.ts";
import type { ClickLogs } from "./logs-store.ts";
import { type BatchRow, type LoggedClick, WEIGHT } from "./pack.ts";

/** What of the log isn't rolled up yet. */
export interface LogTail {
  /** How far roll-ups were: what {@link MARKS} says as long as they are no further. */
  marks: string;
  /** The first and the last of the clicks that are rows: what {@link ROWS_ENDS} says as long as none is packed or restored. */
  rowsEnds: string;
  batches: BatchRow[];
  /** Clicks that are kept as rows. */
  rows: LoggedClick[];
}

/** SQL on `DB`: how far each database of the log is rolled up, as a text. */
export const MARKS = `(SELECT coalesce(group_concat(name || ' ' || value), '') FROM (
  SELECT name, value FROM watermarks WHERE name = 'clicks' OR name GLOB 'clicks_[0-9]*' ORDER BY name))`;

/** SQL on `DB`: which clicks are rows, as a text. */
export const ROWS_ENDS =
  "(SELECT coalesce((SELECT min(seq) FROM click_rows) || ' ' || (SELECT max(seq) FROM click_rows), ''))";

/**
 * Reads what isn't rolled up yet: of each database at one moment, and of all by the same watermarks. Whoever adds it
 * to what is rolled up makes sure, in the statement that reads that, that {@link MARKS} are the same still. `null` if
 * it is more than so many clicks, or fewer with texts as long as a visitor may make them. Throws what D1 throws.
 */
export async function readTail({ all }: ClickLogs, most: number): Promise<LogTail | null> {
  const [main, ...others] = all;
  if (main === undefined) throw new RangeError("a log has a database");
  const db = openDatabase(main.d1);
  const mark = sql`coalesce((SELECT value FROM watermarks WHERE name = 'clicks'), 0)`;
  // One transaction: a click that is no row any more is in a batch.
  const [states, rows, batches] = await db.batch([
    db
      .select({ marks: sql<string>`${sql.raw(MARKS)}`, rowsEnds: sql<string>`${sql.raw(ROWS_ENDS)}` })
      .from(sql`(SELECT 1) one`),
    db
      .select()
      .from(clickRows)
      .where(sql`seq > ${mark}`)
      .orderBy(sql`seq`)
      .limit(most + 1),
    db
      .select(WITH_NEWEST)
      .from(clickBatches)
      .where(sql`seq > ${mark} AND seq <= ${endOfTail(mark, most)}`),
  ]);
  const [state] = states;
  if (state === undefined) throw new Error("no state of the log");
  const marks = new Map(state.marks.split(",").map((text) => text.split(" ") as [string, string]));
  const ofOthers = await Promise.all(
    others.map((log) => {
      const after = sql`${Number(marks.get(markOf(log.number)) ?? 0)}`;
      return openDatabase(log.d1)
        .select(WITH_NEWEST)
        .from(clickBatches)
        .where(sql`seq > ${after} AND seq <= ${endOfTail(after, most)}`);
    }),
  );
  const found = [batches, ...ofOthers];
  if (!found.every(areAll)) return null;
  const tail: LogTail = { ...state, batches: found.flat(), rows };
  const clicks = tail.batches.reduce((sum, { count }) => sum + count, rows.length);
  return clicks > most ? null : tail;
}

/** Batches with the number of the last that there is. */
const WITH_NEWEST = { ...getTableColumns(clickBatches), newest: sql<number>`(SELECT max(seq) FROM click_batches)` };

/** Whether nothing was left out: of those after a number, the first is always read. */
function areAll(batches: readonly { seq: number; newest: number }[]): boolean {
  const [first] = batches;
  return first === undefined || batches.some(({ seq }) => seq === first.newest);
}

/** SQL: the last batch that is read of those after a number: all, or enough of them to see that they are too many. */
function endOfTail(after: ReturnType<typeof sql>, most: number): ReturnType<typeof sql> {
  return sql`(SELECT max(seq) FROM (
    SELECT seq, sum(weight) OVER (ORDER BY seq) - weight AS before
    FROM (SELECT seq, ${sql.raw(WEIGHT)} AS weight FROM click_batches WHERE seq > ${after} ORDER BY seq LIMIT ${most + 1})
  ) WHERE before <= ${most})`;
}
