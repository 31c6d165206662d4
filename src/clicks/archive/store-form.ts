import type { BuiltFile } from "./file-store.ts";
import type { ArchiveRow } from "./store.ts";

/** How much is done at once. */
export interface ArchiveLimits {
  /** Clicks of one file, or one page of batches more. */
  fileRows: number;
  /** Clicks that are rows, read from the log in one statement. */
  pageRows: number;
  /** Clicks that are rows, deleted in one statement. */
  deleteRows: number;
  /** Batches of one file, or one page more. */
  fileBatches: number;
  /** Batches read from the log in one statement. */
  pageBatches: number;
  /** Files in one run. */
  files: number;
}

/** What is recorded of a file that is to be put. */
export type NewFile = Pick<ArchiveRow, "log" | "batches" | "firstSeq" | "lastSeq" | "rows" | "earliest" | "latest">;

/** What the log has of a file: its bytes, and how many clicks they are. */
export interface FromLog extends BuiltFile {
  rows: number;
}

/**
 * One of the two forms in which a database of the log has its clicks: how they are put into files, and taken out of
 * the log. All throw what D1 and R2 throw.
 */
export interface ArchiveForm {
  /**
   * The next clicks that are rolled up and older than `cutoff` (ms UTC), as a file; `null` if there are none. The
   * premises, statements for the transaction that records it, break it off if clicks have changed their form meanwhile.
   */
  begin: (cutoff: number) => Promise<{ file: NewFile; built: FromLog; premises: D1PreparedStatement[] } | null>;
  /** The file's clicks as the log has them now: some may be gone, or count as something else. */
  build: (record: ArchiveRow) => Promise<FromLog>;
  /** Whether what was built may take the place of what is recorded: nothing may be lost by it. */
  mayReplace: (record: ArchiveRow, built: FromLog) => boolean;
  /**
   * Reads the file back. Returns what takes out of the log just what the file was found to hold, and tells whether it
   * has; nothing is taken if the log has something else under the same numbers. `null`: the file isn't what was written.
   */
  check: (record: ArchiveRow) => Promise<(() => Promise<boolean>) | null>;
  /** Puts the file's clicks back into the log, under their old numbers; `false`: it isn't what was written. */
  restore: (record: ArchiveRow, ready: () => Promise<void>) => Promise<boolean>;
}
