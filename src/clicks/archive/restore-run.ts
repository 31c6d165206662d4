import { clickLogs } from "../log/logs-store.ts";
import { formOf } from "./form-store.ts";
import { withArchiveLease } from "./lease-store.ts";
import { ARCHIVE_LIMITS } from "./run.ts";
import { type ArchiveRow, findArchive, updateArchive } from "./store.ts";

/** The outcome of a restore; `row` is the file as it is recorded now. */
export type RestoreOutcome =
  | { kind: "restored"; row: ArchiveRow }
  | { kind: "missing" }
  | { kind: "damaged" }
  | { kind: "busy" };

/**
 * Brings a file's clicks back into the database of the log that they came from at `now` (ms UTC), under their old
 * sequence numbers: those are below the roll-up's watermark, so nothing is counted again. The next archive run takes
 * them out once more. Harmless to repeat. Throws what D1 and R2 throw, and an `Error` if the database isn't bound; a
 * repetition then does the rest.
 */
export async function restoreArchive(env: Env, key: string, now: number): Promise<RestoreOutcome> {
  const outcome = await withArchiveLease(env.DB, now, async (): Promise<RestoreOutcome> => {
    const record = await findArchive(env.DB, key);
    if (record === null) return { kind: "missing" };
    // Before a file is verified all of its clicks are in the log.
    if (record.verifiedAt === null) return { kind: "restored", row: record };
    const form = formOf(env, await clickLogs(env, now), record.log, ARCHIVE_LIMITS);
    // First of all, so that a restore that dies half-way leaves a file that the next run looks after.
    const isWhole = await form.restore(record, async () => {
      await updateArchive(env.DB, key, { deletedAt: null }).run();
    });
    return isWhole ? { kind: "restored", row: { ...record, deletedAt: null } } : { kind: "damaged" };
  });
  return outcome ?? { kind: "busy" };
}
