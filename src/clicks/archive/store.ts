import { asc, desc, eq, isNull } from "drizzle-orm";
import { openDatabase, statementOf } from "../../ground/db/client.ts";
import { below } from "../../ground/db/filter.ts";
import { clickArchives } from "../../ground/db/schema/operations.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import type { Archive } from "./schema.ts";

/** A row of the table of archives. */
export type ArchiveRow = typeof clickArchives.$inferSelect;

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
 * The files that aren't done with: not verified, or not all of their clicks deleted. Verified ones come before others:
 * what was restored of them is out of the log again before a file is made of what is in it.
 */
export async function unfinishedArchives(db: D1Database): Promise<ArchiveRow[]> {
  return openDatabase(db)
    .select()
    .from(clickArchives)
    .where(isNull(clickArchives.deletedAt))
    .orderBy(isNull(clickArchives.verifiedAt), asc(clickArchives.firstSeq));
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
    database: row.log,
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
