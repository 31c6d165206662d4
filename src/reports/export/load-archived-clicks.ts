import { readLines, UnreadableFile } from "../../clicks/archive/file-store.ts";
import type { ArchiveSpan } from "../../clicks/archive/format.ts";
import type { Deps } from "../../ground/deps.ts";
import { type ExportRange, WINDOW_ROWS } from "./walk.ts";

/** A click by the names of the log's columns, as files have it too. */
export type LogRow = Record<string, unknown> & { seq: number; time: number; link_id: string };

/** A file of clicks in R2 that was verified. All of its clicks are in it; some may be in the log too. */
export interface ArchivedFile extends ArchiveSpan {
  key: string;
  rows: number;
}

/** Statement that lists the verified files which may hold clicks of a range with numbers from `seq` on. */
export function listFiles(d1: D1Database, { from, to }: ExportRange, seq: number): D1PreparedStatement {
  return d1
    .prepare(
      `SELECT key, first_seq AS firstSeq, last_seq AS lastSeq, latest, rows FROM click_archives
       WHERE last_seq >= ?3
         AND verified_at IS NOT NULL AND earliest < ?2 AND latest >= ?1
       ORDER BY first_seq`,
    )
    .bind(from, to, seq);
}

/**
 * A file's clicks of a range with numbers from `seq` on, a page at a time. Throws an
 * {@link UnreadableFile} if it is missing, damaged or not of the length that it was written with.
 */
export async function* readFile(
  { d1, env }: Pick<Deps, "d1" | "env">,
  file: ArchivedFile,
  seq: number,
  range: ExportRange,
): AsyncGenerator<LogRow[]> {
  let lines = 0;
  for await (const page of readLines(env.ARCHIVE, file.key, WINDOW_ROWS)) {
    lines += page.length;
    const rows = page
      .map((line): LogRow => JSON.parse(line))
      .filter((row) => row.seq >= seq && row.time >= range.from && row.time < range.to);
    const kept = range.store === null ? rows : await ofStore(d1, rows, range.store);
    if (kept.length > 0) yield kept;
  }
  if (lines !== file.rows) throw new UnreadableFile(`${file.key} has ${lines} lines instead of ${file.rows}`);
}

/** The rows whose links are a store's. */
async function ofStore(d1: D1Database, rows: readonly LogRow[], store: string): Promise<LogRow[]> {
  const linkIds = new Set(rows.map((row) => row.link_id));
  const { results } = await d1
    .prepare("SELECT l.id FROM json_each(?1) w CROSS JOIN links l ON l.id = w.value WHERE l.store_id = ?2")
    .bind(JSON.stringify([...linkIds]), store)
    .all<{ id: string }>();
  const own = new Set(results.map(({ id }) => id));
  return rows.filter((row) => own.has(row.link_id));
}
