import type { ClickLogs } from "../log/logs-store.ts";
import { batchesForm } from "./batches-store.ts";
import type { ArchiveForm, ArchiveLimits } from "./store-form.ts";
import { rowsForm } from "./rows-store.ts";

/**
 * How the clicks of a database of the log go to files and back; `log` as a file's record has it. Throws an `Error` if
 * the database isn't bound.
 */
export function formOf(env: Env, logs: ClickLogs, log: number | null, limits: ArchiveLimits): ArchiveForm {
  if (log === null) return rowsForm(env, limits);
  const database = logs.all[log];
  if (database === undefined) throw new Error(`CLICKS_${log} isn't bound, but clicks of it are archived`);
  return batchesForm(env, database, limits);
}
