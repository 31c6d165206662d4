import { CLICK_COLUMNS, readLines, seqsIfWhole } from "./file-store.ts";
import { withArchiveLease } from "./lease-store.ts";
import { type ArchiveRow, findArchive, updateArchive } from "./store.ts";

/** Rows of one statement: the longest ones together stay below the 2 MB that a parameter may have. */
const RESTORE_ROWS = 500;

/** The outcome of a restore; `row` is the file as it is recorded now. */
export type RestoreOutcome =
  | { kind: "restored"; row: ArchiveRow }
  | { kind: "missing" }
  | { kind: "damaged" }
  | { kind: "busy" };

/** A row that is there already is passed over; any other broken constraint must be heard. */
const INSERT = `
INSERT INTO clicks (${CLICK_COLUMNS.join(", ")})
SELECT ${CLICK_COLUMNS.map((name) => `value ->> '${name}'`).join(", ")}
FROM json_each(?1) WHERE NOT EXISTS (SELECT 1 FROM clicks c WHERE c.id = value ->> 'id')`;

/**
 * Brings a file's clicks back into the log at `now` (ms UTC), under their old sequence numbers: those
 * are below the roll-up's watermark, so nothing is counted again. The next archive run takes them out
 * once more. Harmless to repeat. Throws what D1 and R2 throw; a repetition then does the rest.
 */
export async function restoreArchive(env: Env, key: string, now: number): Promise<RestoreOutcome> {
  const outcome = await withArchiveLease(env.DB, now, async (): Promise<RestoreOutcome> => {
    const record = await findArchive(env.DB, key);
    if (record === null) return { kind: "missing" };
    // Before a file is verified all of its clicks are in the log.
    if (record.verifiedAt === null) return { kind: "restored", row: record };
    if ((await seqsIfWhole(env.ARCHIVE, key, record)) === null) return { kind: "damaged" };
    // First of all, so that a restore that dies half-way leaves a file that the next run looks after.
    await updateArchive(env.DB, key, { deletedAt: null }).run();
    for await (const lines of readLines(env.ARCHIVE, key, RESTORE_ROWS)) {
      await env.DB.prepare(INSERT)
        .bind(`[${lines.join(",")}]`)
        .run();
    }
    return { kind: "restored", row: { ...record, deletedAt: null } };
  });
  return outcome ?? { kind: "busy" };
}
