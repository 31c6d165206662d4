import { asc, desc, eq, isNull } from "drizzle-orm";
import { openDatabase, statementOf } from "../../ground/db/client.ts";
import { eachLink } from "../../ground/db/each-link.ts";
import { below } from "../../ground/db/filter.ts";
import { clickArchives } from "../../ground/db/schema/operations.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import type { ArchiveSpan } from "./format.ts";
import type { Archive } from "./schema.ts";

/** A row of the table of archives. */
export type ArchiveRow = typeof clickArchives.$inferSelect;

/**
 * A file spans at most this many sequence numbers: between clicks that came late, the log may hold
 * millions that aren't old, and none of the statements that walk a file's span should meet them all.
 */
export const MAX_SEQ_SPAN = 200_000;

const NEXT = `
WITH RECURSIVE ${eachLink("linked", "clicks")},
picked AS MATERIALIZED (
  SELECT c.seq, c.time FROM linked CROSS JOIN clicks c ON c.link_id = linked.id AND c.time < ?1
  WHERE c.seq <= coalesce((SELECT value FROM watermarks WHERE name = 'clicks'), 0)
  ORDER BY c.seq LIMIT ?2)
SELECT min(seq) AS firstSeq, max(seq) AS lastSeq, min(time) AS earliest, max(time) AS latest
FROM picked WHERE seq < (SELECT min(seq) FROM picked) + ${MAX_SEQ_SPAN}`;

/**
 * The next rows to archive: the first by arrival, `limit` at most, that are rolled up and older than
 * `cutoff` (ms UTC); `null` if there are none. Reads the index alone, and of it the old rows alone.
 */
export async function nextSpan(
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

/**
 * The time (ms UTC) when the oldest message was sent that can still bring clicks a second time, or
 * `null`. While it waits, the log must keep its clicks: their ids are what makes a replay harmless.
 */
export async function oldestWaitingLetter(db: D1Database): Promise<number | null> {
  return db
    .prepare("SELECT min(received_at) AS at FROM dead_letters WHERE replayed_at IS NULL AND reason <> 'unreadable'")
    .first<number>("at");
}

/**
 * The first file that isn't done with: not verified, or not all of its clicks deleted. Verified ones come before
 * others: what was restored of them is out of the log again before a file is made of what is in it.
 */
export async function firstUnfinished(db: D1Database): Promise<ArchiveRow | null> {
  const [row] = await openDatabase(db)
    .select()
    .from(clickArchives)
    .where(isNull(clickArchives.deletedAt))
    .orderBy(isNull(clickArchives.verifiedAt), asc(clickArchives.firstSeq))
    .limit(1);
  return row ?? null;
}

/** The file with this key. */
export async function findArchive(db: D1Database, key: string): Promise<ArchiveRow | null> {
  const [row] = await openDatabase(db).select().from(clickArchives).where(eq(clickArchives.key, key));
  return row ?? null;
}

/** Files from new to old, starting after the one whose first sequence number is `after`. */
export async function listArchives({ db }: Deps, { after, limit }: Stretch<number>): Promise<ArchiveRow[]> {
  return db
    .select()
    .from(clickArchives)
    .where(below(clickArchives.firstSeq, after))
    .orderBy(desc(clickArchives.firstSeq))
    .limit(limit);
}

/** Statement that records a new file. A key that is there already breaks it. */
export function insertArchive(db: D1Database, row: ArchiveRow): D1PreparedStatement {
  return statementOf(db, openDatabase(db).insert(clickArchives).values(row));
}

/** Statement that changes what is recorded of a file. */
export function updateArchive(db: D1Database, key: string, values: Partial<ArchiveRow>): D1PreparedStatement {
  return statementOf(db, openDatabase(db).update(clickArchives).set(values).where(eq(clickArchives.key, key)));
}

/** A file as the API shows it. */
export function presentArchive(row: ArchiveRow): Archive {
  return {
    key: row.key,
    firstSeq: row.firstSeq,
    lastSeq: row.lastSeq,
    rows: row.rows,
    bytes: row.bytes,
    sha256: row.sha256,
    earliest: isoOf(row.earliest),
    latest: isoOf(row.latest),
    createdAt: isoOf(row.createdAt),
    verifiedAt: isoOf(row.verifiedAt),
    deletedAt: isoOf(row.deletedAt),
  };
}
