const DAY_MS = 86_400_000;

/** A file's rows: those of the log from `firstSeq` to `lastSeq` whose time is not after `latest` (ms UTC). */
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

/** The name of a file by its earliest click and its rows: the same rows always have the same name. */
export function archiveKey(earliest: number, span: ArchiveSpan): string {
  return `clicks/${dateOf(earliest).replaceAll("-", "/")}/${span.firstSeq}-${span.lastSeq}.ndjson.gz`;
}

/** A row as its line, without the line feed. `seq` comes first, where {@link seqOf} looks for it. */
export function lineOf(row: Readonly<Record<string, unknown>> & { seq: number }): string {
  const { seq, ...rest } = row;
  return JSON.stringify({ seq, ...rest });
}

/** The sequence number of a line. Throws a `RangeError` for anything that isn't one of {@link lineOf}. */
export function seqOf(line: string): number {
  const digits = /^\{"seq":(\d{1,15}),/.exec(line)?.[1];
  if (digits === undefined) throw new RangeError(`not a line of a click: ${line.slice(0, 40)}`);
  return Number(digits);
}
