import { buildFile, readIfWhole } from "../../clicks/archive/file-store.ts";
import { cutoffOf, dateOf } from "../../clicks/archive/format.ts";
import { withArchiveLease } from "../../clicks/archive/lease-store.ts";
import { clearAlarm, raiseAlarm } from "../../journal/alarm/store.ts";
import { archivedLines, visitArchiveKey } from "./line.ts";
import { readVisitRetention } from "./retention.ts";
import { type Begun, begunFile, beginFile, endFile, oldRows, storesWithOldRows, tidyOld } from "./rows-store.ts";

/** Events of a file, about, and rows of it that are read together. */
const FILE_EVENTS = 20_000;

/** Lines that are read back together. */
const PAGE = 1_000;

/** Files of a night, and of each minute after while there are more: each takes a fifth of a second. */
const FILES_A_NIGHT = 50;
const FILES_A_MINUTE = 10;

/** Name by which it is remembered that a run left work. */
const BACKLOG = "visit_archive_backlog";

/** Two runs at once would write a file anew of rows that one of them deletes. */
const LEASE = "visit_archive_lease";

/** What the alarm that nothing is archived is about. */
const SUBJECT = "visits";

/**
 * Moves what consenting visitors did more than `VISIT_RETENTION_DAYS` before `now` (ms UTC) to files in R2 that tell
 * nobody from others, and deletes it with the days on which they were there; carts of that age keep what they came to and
 * lose what was done, and whose they were. A file is begun by a note of its rows, put, read back, and only then are its
 * rows deleted: a run that dies anywhere is taken up by the next, under the same name. Without R2 everything is kept, and
 * an alarm tells so. Answers how many files were made. Throws what D1 and R2 throw.
 */
export async function archiveVisits(env: Env, now: number, files = FILES_A_NIGHT): Promise<number> {
  const { days } = readVisitRetention(env.VISIT_RETENTION_DAYS);
  if (days === 0) return 0;
  const cutoff = cutoffOf(now, days);
  const made = await withArchiveLease(env.DB, now, () => archiveBefore(env, cutoff, now, files), LEASE);
  await tidyOld(env.DB, cutoff);
  return made ?? 0;
}

/** Makes files of what was before `cutoff` (ms UTC), if there is where to put them. */
async function archiveBefore(env: Env, cutoff: number, now: number, files: number): Promise<number> {
  const stores = await storesWithOldRows(env.DB, cutoff);
  if ((env.ARCHIVE ?? null) === null) {
    if (stores.length > 0) {
      const detail = { stores: stores.length, before: dateOf(cutoff) };
      await raiseAlarm(env.DB, { kind: "visits_unarchived", subject: SUBJECT, detail }, now);
    }
    return 0;
  }
  await clearAlarm(env.DB, "visits_unarchived", SUBJECT, now);
  const done = await archiveStores(env, stores, cutoff, now, files);
  await keepBacklog(env.DB, done === files, now);
  return done;
}

/** Goes on where a run ended because it had made its number of files. Throws what D1 and R2 throw. */
export async function archiveVisitBacklog(env: Env, now: number): Promise<number> {
  const left = await env.DB.prepare("SELECT value FROM watermarks WHERE name = ?1")
    .bind(BACKLOG)
    .first<number>("value");
  return left === 1 ? archiveVisits(env, now, FILES_A_MINUTE) : 0;
}

async function keepBacklog(d1: D1Database, left: boolean, now: number): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO watermarks (name, value, updated_at) VALUES (?1, ?2, ?3)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
    )
    .bind(BACKLOG, left ? 1 : 0, now)
    .run();
}

async function archiveStores(
  env: Env,
  stores: readonly string[],
  cutoff: number,
  now: number,
  files: number,
): Promise<number> {
  let done = 0;
  for (const storeId of stores) {
    while (done < files) {
      const begun = (await begunFile(env.DB, storeId)) ?? (await beginFile(env.DB, storeId, cutoff, FILE_EVENTS, now));
      if (begun === null) break;
      await finishFile(env, begun, cutoff);
      done += 1;
    }
  }
  return done;
}

async function finishFile(env: Env, begun: Begun, cutoff: number): Promise<void> {
  const { storeId, day, lastSeq } = begun;
  const { seqs, events } = await oldRows(env.DB, begun, cutoff);
  const lines = archivedLines(events);
  if (lines.length > 0) {
    const key = visitArchiveKey(storeId, day, lastSeq);
    const built = await buildFile(pagesOf(lines));
    await env.ARCHIVE.put(key, built.body, {
      httpMetadata: { contentType: "application/gzip" },
      customMetadata: { rows: String(lines.length), sha256: built.sha256 },
    });
    const back = await readIfWhole(env.ARCHIVE, { key, sha256: built.sha256 }, PAGE, (line) => line.length);
    if (back === null || back.length !== lines.length) throw new Error(`${key} can't be read back whole`);
  }
  await endFile(env.DB, begun, seqs);
}

// oxlint-disable-next-line typescript/require-await -- what builds files takes pages as they come
async function* pagesOf(lines: readonly string[]): AsyncGenerator<string[]> {
  for (let at = 0; at < lines.length; at += PAGE) yield lines.slice(at, at + PAGE);
}
