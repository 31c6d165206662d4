import { clearAlarm, raiseAlarm } from "../../journal/alarm/store.ts";
import type { Config } from "../../ground/config.ts";
import { type BuiltFile, buildFile, seqsIfWhole } from "./file-store.ts";
import { archiveKey, cutoffOf, startOfDay } from "./format.ts";
import { withArchiveLease } from "./lease-store.ts";
import {
  type ArchiveRow,
  firstUnfinished,
  insertArchive,
  nextSpan,
  oldestWaitingLetter,
  updateArchive,
} from "./store.ts";

/** How much is done at once. */
export interface ArchiveLimits {
  /** Rows of one file. */
  fileRows: number;
  /** Rows read from the log in one statement. */
  pageRows: number;
  /** Rows deleted in one statement. */
  deleteRows: number;
  /** Files in one run. */
  files: number;
}

/** A file takes less than a second of a cron's CPU time, of which there are 30. */
export const ARCHIVE_LIMITS: ArchiveLimits = { fileRows: 20_000, pageRows: 1_000, deleteRows: 1_000, files: 25 };

/** Files of a minute while a night's run left work: 100,000 clicks, beside what a minute has to do anyway. */
const FILES_A_MINUTE = 5;

/** A message is sent within seconds of its clicks; this is far more. */
const LETTER_SLACK_MS = 3_600_000;

/** What a run did. */
export interface ArchiveRun {
  files: number;
  /** Clicks that left the log. */
  rows: number;
}

/**
 * Moves clicks that are rolled up and past their retention at `now` (ms UTC) from the log to files in
 * R2. Each file goes through the same steps: recorded, put, read back, verified, its rows deleted,
 * done. A run that dies anywhere is taken up by the next at the step it had reached, and no row is
 * deleted that the file, as it was just read, does not hold. A file that can't be mended stops the
 * run with an alarm. Throws what D1 and R2 throw.
 */
export async function archiveClicks(
  env: Env,
  config: Config,
  now: number,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<ArchiveRun> {
  const run: ArchiveRun = { files: 0, rows: 0 };
  // A deployment without R2 keeps its clicks.
  if (config.clickRetentionDays === 0 || (env.ARCHIVE ?? null) === null) return run;
  await withArchiveLease(env.DB, now, async () => {
    const cutoff = await safeCutoff(env.DB, config, now);
    while (run.files < limits.files) {
      // Rows of a file that isn't done with are still in the log: they must not go into a second one.
      const record = (await firstUnfinished(env.DB)) ?? (await beginFile(env, cutoff, now, limits));
      const rows = record === null ? null : await finishFile(env, record, now, limits);
      if (rows === null) break;
      run.files += 1;
      run.rows += rows;
    }
    await keepBacklog(env.DB, run.files === limits.files, now);
  });
  return run;
}

/** Goes on where a run ended because it had done its number of files. Throws what D1 and R2 throw. */
export async function archiveBacklog(env: Env, config: Config, now: number): Promise<ArchiveRun> {
  const left = await env.DB.prepare("SELECT value FROM watermarks WHERE name = 'archive_backlog'").first<number>(
    "value",
  );
  if (left !== 1) return { files: 0, rows: 0 };
  return archiveClicks(env, config, now, { ...ARCHIVE_LIMITS, files: FILES_A_MINUTE });
}

/** Remembers whether there may be more to archive. */
async function keepBacklog(db: D1Database, left: boolean, now: number): Promise<void> {
  await db
    .prepare(
      `INSERT INTO watermarks (name, value, updated_at) VALUES ('archive_backlog', ?1, ?2)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
    )
    .bind(left ? 1 : 0, now)
    .run();
}

async function safeCutoff(db: D1Database, config: Config, now: number): Promise<number> {
  const cutoff = cutoffOf(now, config.clickRetentionDays);
  const waiting = await oldestWaitingLetter(db);
  return waiting === null ? cutoff : Math.min(cutoff, startOfDay(waiting - LETTER_SLACK_MS));
}

/** Records and puts the next file; `null` if no click is old enough. */
async function beginFile(env: Env, cutoff: number, now: number, limits: ArchiveLimits): Promise<ArchiveRow | null> {
  const span = await nextSpan(env.DB, cutoff, limits.fileRows);
  if (span === null) return null;
  const built = await buildFile(env.DB, span, limits.pageRows);
  const record: ArchiveRow = {
    key: archiveKey(span.earliest, span),
    ...span,
    rows: built.rows,
    bytes: built.body.byteLength,
    sha256: built.sha256,
    createdAt: now,
    verifiedAt: null,
    deletedAt: null,
  };
  await insertArchive(env.DB, record).run();
  await putFile(env, record.key, built);
  return record;
}

async function putFile(env: Env, key: string, built: BuiltFile): Promise<void> {
  await env.ARCHIVE.put(key, built.body, {
    httpMetadata: { contentType: "application/gzip" },
    customMetadata: { rows: String(built.rows), sha256: built.sha256 },
  });
}

/**
 * Takes a recorded file through the steps it has left. Returns the number of its rows, or `null` if
 * it is damaged beyond what the log can mend; then nothing was deleted.
 */
async function finishFile(env: Env, record: ArchiveRow, now: number, limits: ArchiveLimits): Promise<number | null> {
  let contents = record;
  let seqs = await seqsIfWhole(env.ARCHIVE, record.key, contents);
  if (seqs === null) {
    const mended = await rewriteFile(env, record, limits);
    if (mended === null) {
      const { key, rows, verifiedAt } = record;
      await raiseAlarm(env.DB, { kind: "archive_damaged", subject: key, detail: { rows, verifiedAt } }, now);
      return null;
    }
    contents = mended;
    seqs = await seqsIfWhole(env.ARCHIVE, record.key, contents);
    if (seqs === null) throw new Error(`${record.key} was put twice and can't be read back whole`);
  }
  await updateArchive(env.DB, record.key, { verifiedAt: contents.verifiedAt ?? now }).run();
  for (let start = 0; start < seqs.length; start += limits.deleteRows) {
    await env.DB.prepare("DELETE FROM clicks WHERE seq IN (SELECT value FROM json_each(?1))")
      .bind(JSON.stringify(seqs.slice(start, start + limits.deleteRows)))
      .run();
  }
  await updateArchive(env.DB, record.key, { deletedAt: now }).run();
  await clearAlarm(env.DB, "archive_damaged", record.key, now);
  return seqs.length;
}

/**
 * Writes a file again from the log, if the log still has its rows: all of them before it was ever
 * verified, the very same text afterwards. Otherwise returns `null` and leaves what is left of it.
 */
async function rewriteFile(env: Env, record: ArchiveRow, limits: ArchiveLimits): Promise<ArchiveRow | null> {
  const built = await buildFile(env.DB, record, limits.pageRows);
  const same = record.verifiedAt === null ? built.rows === record.rows : built.sha256 === record.sha256;
  if (!same) return null;
  const mended = { ...record, bytes: built.body.byteLength, sha256: built.sha256 };
  await updateArchive(env.DB, record.key, { bytes: mended.bytes, sha256: mended.sha256 }).run();
  await putFile(env, record.key, built);
  return mended;
}
