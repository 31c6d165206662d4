import type { BatchRow } from "../log/pack.ts";

const DAY_MS = 86_400_000;

/** A file of clicks that are rows: those of the log from `firstSeq` to `lastSeq` whose time is not after `latest` (ms UTC). */
export interface ArchiveSpan {
  firstSeq: number;
  lastSeq: number;
  latest: number;
}

/**
 * Clicks before this time (ms UTC) leave the log. It is a midnight, so that a day leaves as a whole
 * and reports by day stay exact.
 */
export function cutoffOf(now: number, retentionDays: number): number {
  return startOfDay(now) - retentionDays * DAY_MS;
}

/** Midnight (UTC) of the day that holds a time, both ms UTC. */
export function startOfDay(time: number): number {
  return time - (time % DAY_MS);
}

/** The UTC day of a time (ms UTC), as `2026-11-21`. */
export function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/**
 * The name of a file by its earliest click, its database and its clicks: the same clicks always have the same name.
 * `log` is the number of the database, whose batches have a directory of their own; `null`: it has clicks as rows.
 */
export function archiveKey(
  log: number | null,
  { earliest, firstSeq, lastSeq }: { earliest: number; firstSeq: number; lastSeq: number },
): string {
  const day = dateOf(earliest).replaceAll("-", "/");
  return `clicks/${log === null ? day : `${day}/${log}`}/${firstSeq}-${lastSeq}.ndjson.gz`;
}

/** A row as its line, without the line feed. `seq` comes first, where {@link seqOf} looks for it. */
export function lineOf(row: Readonly<Record<string, unknown>> & { seq: number }): string {
  const { seq, ...rest } = row;
  return JSON.stringify({ seq, ...rest });
}

/** The sequence number of a line. Throws a `RangeError` for anything that isn't one of {@link lineOf}. */
export function seqOf(line: string): number {
  const digits = /^\{"seq":(\d{1,16}),/.exec(line)?.[1];
  if (digits === undefined) throw new RangeError(`not a line of a click: ${line.slice(0, 40)}`);
  return Number(digits);
}

/** A batch as the table names its columns, and as files have it. */
export interface BatchRecord extends Omit<BatchRow, "windowMs" | "ingestedAt"> {
  [column: string]: unknown;
  window_ms: number;
  ingested_at: number;
}

/** The batch of a line. Throws a `SyntaxError` or `RangeError` for what isn't one. */
export function batchOf(line: string): BatchRow {
  const { window_ms: windowMs, ingested_at: ingestedAt, ...row }: BatchRecord = JSON.parse(line);
  if (!Number.isSafeInteger(row.seq) || typeof row.clicks !== "string" || typeof row.facts !== "string") {
    throw new RangeError(`not a line of a batch: ${line.slice(0, 40)}`);
  }
  return { ...row, windowMs, ingestedAt };
}

/** The number of a batch's last click. */
export function lastSeqOf({ seq, stride, count }: Pick<BatchRow, "seq" | "stride" | "count">): number {
  return seq + stride * (count - 1);
}
