import { readLines, UnreadableFile } from "../../clicks/archive/file-store.ts";
import { batchOf } from "../../clicks/archive/format.ts";
import { type LoggedClick, unpack } from "../../clicks/log/pack.ts";
import { getTableColumns } from "drizzle-orm";
import { clickRows } from "../../ground/db/schema/click.ts";
import { type ExportRange, WINDOW_ROWS } from "./walk.ts";

/** A file of clicks in R2 that was verified. All of its clicks are in it; some may be in the log too. */
export interface ArchivedFile {
  /** Ascends with the time when files were recorded. */
  id: number;
  key: string;
  /** The database of the log whose batches it has; `null`: it has clicks as rows, which are of `DB`. */
  log: number | null;
  firstSeq: number;
  lastSeq: number;
  latest: number;
  rows: number;
  /** JSON: the numbers of its batches. */
  batches: string | null;
  verified: 0 | 1;
}

const FILES = `SELECT rowid AS id, key, log, first_seq AS firstSeq, last_seq AS lastSeq, latest, rows, batches,
  verified_at IS NOT NULL AS verified FROM click_archives`;

/**
 * The files that may hold clicks of a range: all of them, or those that are news to whoever knows those up to the
 * number `known` and waits for `pending` ones to be verified. Throws what D1 throws.
 */
export async function listFiles(
  d1: D1Database,
  { from, to }: ExportRange,
  news: { known: number; pending: readonly string[] } | null = null,
): Promise<ArchivedFile[]> {
  const isNews = `rowid IN (
    SELECT rowid FROM click_archives WHERE rowid > ?3
    UNION ALL SELECT rowid FROM click_archives WHERE deleted_at IS NULL
    UNION ALL SELECT a.rowid FROM json_each(?4) p CROSS JOIN click_archives a ON a.key = p.value)`;
  const statement =
    news === null
      ? d1.prepare(`${FILES} WHERE earliest < ?2 AND latest >= ?1`).bind(from, to)
      : d1
          .prepare(`${FILES} WHERE ${isNews} AND earliest < ?2 AND latest >= ?1`)
          .bind(from, to, news.known, JSON.stringify(news.pending));
  const { results } = await statement.all<ArchivedFile>();
  return results.toSorted((a, b) => a.firstSeq - b.firstSeq);
}

/** Lines of batches that are read at once: each has hundreds of clicks. */
const PAGE_BATCHES = 4;

/**
 * A file's clicks of a range with numbers from `seq` on, a page at a time. Throws an
 * {@link UnreadableFile} if it is missing, damaged or not of the length that it was written with.
 */
export async function* readFile(
  bucket: R2Bucket,
  file: ArchivedFile,
  seq: number,
  range: ExportRange,
): AsyncGenerator<LoggedClick[]> {
  let clicks = 0;
  const isWanted = (click: LoggedClick) => click.seq >= seq && click.time >= range.from && click.time < range.to;
  for await (const lines of readLines(bucket, file.key, file.log === null ? WINDOW_ROWS : PAGE_BATCHES)) {
    const page = file.log === null ? lines.map(clickOf) : lines.flatMap((line) => unpack(batchOf(line)));
    clicks += page.length;
    yield page.filter(isWanted);
  }
  if (clicks !== file.rows) throw new UnreadableFile(`${file.key} has ${clicks} clicks instead of ${file.rows}`);
}

const FIELDS = Object.entries(getTableColumns(clickRows));

/** A line of a file that has clicks as rows. One that is older than a column doesn't have it. */
function clickOf(line: string): LoggedClick {
  const row: Record<string, unknown> = JSON.parse(line);
  return Object.fromEntries(FIELDS.map(([field, { name }]) => [field, row[name] ?? null])) as LoggedClick;
}
