import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** Something that a person should look at. One row a kind and subject, however often it is seen. */
export const alarms = sqliteTable(
  "alarms",
  {
    id: text().primaryKey(),
    /** Stable name, such as `rollup_drift`; the runbook has an entry for each. */
    kind: text().notNull(),
    /** What it is about, such as a day: with `kind`, what makes it the same alarm. */
    subject: text().notNull(),
    detail: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    raisedAt: integer("raised_at").notNull(),
    lastSeenAt: integer("last_seen_at").notNull(),
    resolvedAt: integer("resolved_at"),
  },
  (table) => [
    uniqueIndex("alarms_kind_subject").on(table.kind, table.subject),
    index("alarms_open")
      .on(table.kind)
      .where(sql`resolved_at IS NULL`),
  ],
);

/** Files of raw clicks in R2. A row is written before its clicks are deleted from the log. */
export const clickArchives = sqliteTable(
  "click_archives",
  {
    /** The R2 key. */
    key: text().primaryKey(),
    /** Numbers of the first and the last click in it. */
    firstSeq: integer("first_seq").notNull(),
    lastSeq: integer("last_seq").notNull(),
    /** Clicks in it. */
    rows: integer().notNull(),
    bytes: integer().notNull(),
    /** SHA-256 of the uncompressed NDJSON, hex. */
    sha256: text().notNull(),
    /** Times of the earliest and the latest click in it, ms UTC. */
    earliest: integer().notNull(),
    latest: integer().notNull(),
    createdAt: integer("created_at").notNull(),
    /** When the file had been read back and found whole, and the deletion was allowed. */
    verifiedAt: integer("verified_at"),
    /** When the last of its clicks was deleted from the log. */
    deletedAt: integer("deleted_at"),
    /** The database of the log that it is of (0: `DB`), if it has batches; `null`: it has clicks as rows. */
    log: integer(),
    /** JSON: the numbers of its batches. */
    batches: text(),
  },
  (table) => [
    index("click_archives_seq").on(table.firstSeq),
    // Few at any time, and asked for often.
    index("click_archives_unfinished")
      .on(table.firstSeq)
      .where(sql`deleted_at IS NULL`),
  ],
);
