import { clearAlarm, raiseAlarm } from "../../journal/alarm/store.ts";
import type { Config } from "../../ground/config.ts";
import { brokenOff } from "../../ground/db/premise.ts";
import { type ClickLogs, clickLogs } from "../log/logs-store.ts";
import type { ArchiveForm, ArchiveLimits, FromLog } from "./store-form.ts";
import { formOf } from "./form-store.ts";
import { archiveKey, cutoffOf, startOfDay } from "./format.ts";
import { withArchiveLease } from "./lease-store.ts";
import { type ArchiveRow, insertArchive, oldestWaitingLetter, unfinishedArchives, updateArchive } from "./store.ts";

/** A file takes a fifth of a second, where clicks are rows up to one, of a cron's CPU time, of which there are 30. */
export const ARCHIVE_LIMITS: ArchiveLimits = {
  fileRows: 20_000,
  pageRows: 1_000,
  deleteRows: 1_000,
  fileBatches: 1_000,
  pageBatches: 20,
  files: 50,
};

/** Files of a minute while a night's run left work: half a million clicks in some seconds, beside what a minute has to do anyway. */
const FILES_A_MINUTE = 25;

/** A message is sent within seconds of its clicks; this is far more. */
const LETTER_SLACK_MS = 3_600_000;

/** How often a file is written anew because late clicks change what it holds, before the next run tries. */
const REWRITES = 3;

/** What a run did. */
export interface ArchiveRun {
  files: number;
  /** Clicks that left the log. */
  rows: number;
}

/**
 * Moves clicks that are rolled up and past their retention at `now` (ms UTC) from the log to files in
 * R2. Each file goes through the same steps: recorded, put, read back, verified, its clicks deleted,
 * done. A run that dies anywhere is taken up by the next at the step it had reached, and no click is
 * deleted that the file, as it was just read, does not hold as the log has it. A file that can't be mended
 * stops the run with an alarm. A database of the log that fails holds up its own clicks alone. Throws
 * what D1 and R2 throw.
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
    const night: Night = { env, logs: await clickLogs(env, now), now, limits, run };
    // Clicks of a file that isn't done with are still in the log: they must not go into a second one.
    const unfinished = Map.groupBy(await unfinishedArchives(env.DB), ({ log }) => log);
    const known = [null, ...night.logs.all.map(({ number }) => number)];
    const failures: unknown[] = [];
    let left = false;
    for (const log of new Set([...unfinished.keys(), ...known])) {
      try {
        if (!(await archiveLog(night, log, unfinished.get(log) ?? [], cutoff))) break;
      } catch (error) {
        // They were packed, or the other way, while their file was built: nothing has happened yet.
        if (brokenOff(error)) left = true;
        else failures.push(error);
      }
    }
    await keepBacklog(env.DB, left || run.files === limits.files, now);
    if (failures.length > 0) throw failures[0];
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

/** What one run works with, and what it has done. */
interface Night {
  env: Env;
  logs: ClickLogs;
  now: number;
  limits: ArchiveLimits;
  run: ArchiveRun;
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

/**
 * Does what there is to do of one form and database: files that were begun, then others. Returns `false` once there is
 * a file that can't be mended.
 */
async function archiveLog(
  night: Night,
  log: number | null,
  unfinished: readonly ArchiveRow[],
  cutoff: number,
): Promise<boolean> {
  const { run, limits } = night;
  const form = formOf(night.env, night.logs, log, limits);
  const begun = unfinished.values();
  while (run.files < limits.files) {
    const record = begun.next().value ?? (await beginFile(night, form, cutoff));
    if (record === null) return true;
    if (!(await finishFile(night, form, record))) return false;
    run.files += 1;
    run.rows += record.rows;
  }
  return true;
}

/** Records and puts the next file; `null` if no click is old enough. */
async function beginFile({ env, now }: Night, form: ArchiveForm, cutoff: number): Promise<ArchiveRow | null> {
  const begun = await form.begin(cutoff);
  if (begun === null) return null;
  const { file, built, premises } = begun;
  const record: ArchiveRow = {
    key: archiveKey(file.log, file),
    ...file,
    bytes: built.body.byteLength,
    sha256: built.sha256,
    createdAt: now,
    verifiedAt: null,
    deletedAt: null,
  };
  await env.DB.batch([...premises, insertArchive(env.DB, record)]);
  await putFile(env, record.key, built);
  return record;
}

async function putFile(env: Env, key: string, built: FromLog): Promise<void> {
  await env.ARCHIVE.put(key, built.body, {
    httpMetadata: { contentType: "application/gzip" },
    customMetadata: { rows: String(built.rows), sha256: built.sha256 },
  });
}

/**
 * Takes a recorded file through the steps it has left. Returns `false` if it is damaged beyond what the log can mend;
 * then nothing was deleted.
 */
async function finishFile(night: Night, form: ArchiveForm, record: ArchiveRow): Promise<boolean> {
  const { env, now } = night;
  const { key } = record;
  let current = record;
  let deleteHeld = await form.check(current);
  for (let rewrites = 0; ; rewrites++) {
    if (deleteHeld === null) {
      const mended = await rewriteFile(env, form, current);
      if (mended === null) {
        const { rows, verifiedAt } = record;
        await raiseAlarm(env.DB, { kind: "archive_damaged", subject: key, detail: { rows, verifiedAt } }, now);
        return false;
      }
      current = mended;
      deleteHeld = await form.check(current);
      if (deleteHeld === null) throw new Error(`${key} was put twice and can't be read back whole`);
    }
    await updateArchive(env.DB, key, { verifiedAt: current.verifiedAt ?? now }).run();
    if (await deleteHeld()) break;
    // A click that came late has changed what one of them counts as.
    if (rewrites === REWRITES) throw new Error(`${key} can't be written as fast as its clicks change`);
    deleteHeld = null;
  }
  await updateArchive(env.DB, key, { deletedAt: now }).run();
  await clearAlarm(env.DB, "archive_damaged", key, now);
  return true;
}

/** Writes a file again from the log, if the log still has its clicks. Otherwise returns `null` and leaves what is left of it. */
async function rewriteFile(env: Env, form: ArchiveForm, record: ArchiveRow): Promise<ArchiveRow | null> {
  const built = await form.build(record);
  if (!form.mayReplace(record, built)) return null;
  const mended = { ...record, bytes: built.body.byteLength, sha256: built.sha256 };
  await updateArchive(env.DB, record.key, { bytes: mended.bytes, sha256: mended.sha256 }).run();
  await putFile(env, record.key, built);
  return mended;
}
