import { getTableColumns } from "drizzle-orm";
import { eachLink } from "../../ground/db/each-link.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { clickRows } from "../../ground/db/schema/click.ts";
import { buildFile, readIfWhole, readLines } from "./file-store.ts";
import type { ArchiveForm, ArchiveLimits, FromLog } from "./store-form.ts";
import { type ArchiveSpan, lineOf, seqOf } from "./format.ts";

/** Every column of clicks that are rows, as the table and the files name it. */
const COLUMNS = Object.values(getTableColumns(clickRows)).map((column) => column.name);

/**
 * A file spans at most this many sequence numbers: between clicks that came late, the log may hold
 * millions that aren't old, and none of the statements that walk a file's span should meet them all.
 */
const MAX_SEQ_SPAN = 200_000;

const NEXT = `
WITH RECURSIVE ${eachLink("linked", "click_rows")},
picked AS MATERIALIZED (
  SELECT c.seq, c.time FROM linked CROSS JOIN click_rows c ON c.link_id = linked.id AND c.time < ?1
  WHERE c.seq <= coalesce((SELECT value FROM watermarks WHERE name = 'clicks'), 0)
  ORDER BY c.seq LIMIT ?2)
SELECT min(seq) AS firstSeq, max(seq) AS lastSeq, min(time) AS earliest, max(time) AS latest
FROM picked WHERE seq < (SELECT min(seq) FROM picked) + ${MAX_SEQ_SPAN}`;

/** Reads the index alone, and of it the old rows alone. */
async function nextSpan(
  db: D1Database,
  cutoff: number,
  limit: number,
): Promise<(ArchiveSpan & { earliest: number }) | null> {
  const found = await db
    .prepare(NEXT)
    .bind(cutoff, limit)
    .first<{ [Name in keyof ArchiveSpan | "earliest"]: number | null }>();
  if (found === null) return null;
  const { firstSeq, lastSeq, earliest, latest } = found;
  if (firstSeq === null || lastSeq === null || earliest === null || latest === null) return null;
  return { firstSeq, lastSeq, earliest, latest };
}

const PAGE = `SELECT ${COLUMNS.join(", ")} FROM click_rows WHERE seq >= ?1 AND seq <= ?2 AND time <= ?3 ORDER BY seq LIMIT ?4`;

/** SQL: whether none of a file's rows was packed while it was built (see `pack/run.ts`). */
const ALL_THERE = "(SELECT count(*) FROM click_rows WHERE seq >= ?1 AND seq <= ?2 AND time <= ?3) = ?4";

/** The rows of a span as they are now, reading `pageRows` of them at a time. */
async function build(db: D1Database, span: ArchiveSpan, pageRows: number): Promise<FromLog> {
  let rows = 0;
  const built = await buildFile(pages());
  return { ...built, rows };

  async function* pages(): AsyncGenerator<string[]> {
    for (let from = span.firstSeq; from <= span.lastSeq;) {
      const { results } = await db
        .prepare(PAGE)
        .bind(from, span.lastSeq, span.latest, pageRows)
        .all<Record<string, unknown> & { seq: number }>();
      const last = results.at(-1);
      if (last === undefined) return;
      yield results.map(lineOf);
      rows += results.length;
      from = last.seq + 1;
    }
  }
}

/** Lines looked at together while a file is read. */
const PAGE_LINES = 1_000;

/** Rows restored by one statement: the longest ones together stay below the 2 MB that a parameter may have. */
const RESTORE_ROWS = 500;

/** A row that is there already is passed over; any other broken constraint must be heard. */
const INSERT = `
INSERT INTO click_rows (${COLUMNS.join(", ")})
SELECT ${COLUMNS.map((name) => `value ->> '${name}'`).join(", ")}
FROM json_each(?1) WHERE NOT EXISTS (SELECT 1 FROM click_rows c WHERE c.id = value ->> 'id')`;

/** Clicks from before the log was packed, and files of that time: a line a click. All of them are in `DB`. */
export function rowsForm(env: Env, { fileRows, pageRows, deleteRows }: ArchiveLimits): ArchiveForm {
  return {
    begin: async (cutoff) => {
      const span = await nextSpan(env.DB, cutoff, fileRows);
      if (span === null) return null;
      const built = await build(env.DB, span, pageRows);
      const premise = mustHold(env.DB, ALL_THERE, span.firstSeq, span.lastSeq, span.latest, built.rows);
      return { file: { ...span, rows: built.rows, log: null, batches: null }, built, premises: [premise] };
    },
    build: (record) => build(env.DB, record, pageRows),
    // All of them before it was ever verified, the very same text afterwards: some of its rows may be gone.
    mayReplace: (record, built) =>
      record.verifiedAt === null ? built.rows === record.rows : built.sha256 === record.sha256,
    check: async (record) => {
      const seqs = await readIfWhole(env.ARCHIVE, record, PAGE_LINES, seqOf);
      if (seqs?.length !== record.rows) return null;
      return async () => {
        for (let start = 0; start < seqs.length; start += deleteRows) {
          await env.DB.prepare("DELETE FROM click_rows WHERE seq IN (SELECT value FROM json_each(?1))")
            .bind(JSON.stringify(seqs.slice(start, start + deleteRows)))
            .run();
        }
        return true;
      };
    },
    restore: async (record, ready) => {
      const seqs = await readIfWhole(env.ARCHIVE, record, PAGE_LINES, seqOf);
      if (seqs?.length !== record.rows) return false;
      await ready();
      for await (const lines of readLines(env.ARCHIVE, record.key, RESTORE_ROWS)) {
        await env.DB.prepare(INSERT)
          .bind(`[${lines.join(",")}]`)
          .run();
      }
      return true;
    },
  };
}
