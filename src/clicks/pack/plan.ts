import { BATCH_SPAN_MS, type LoggedClick, pack, type PackedBatch } from "../log/pack.ts";
import { FIRST_PACKED_SEQ, STRIDE } from "../log/sequence.ts";
import { letterOf } from "../log/verdict.ts";

/** A batch of the packed log that rows become: their numbers stay. */
export interface RowsBatch extends PackedBatch {
  seq: number;
  stride: number;
  windowMs: number;
  ingestedAt: number;
  verdicts: string;
}

/** Clicks of one batch at most, as ingest writes them. */
const MOST_CLICKS = 500;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * The batches that rows become, given in the order of their numbers. Rows are of one batch while their numbers follow
 * each other, by one, or as in the batches that they were unpacked from; while they fit together by time, and were told apart by the same window. When each was ingested is kept to some
 * minutes. Throws a `RangeError` for a row that
 * no window explains.
 */
export function planBatches(rows: readonly LoggedClick[], windowMs: number): RowsBatch[] {
  const groups: {
    rows: LoggedClick[];
    windowMs: number;
    ingestedAt: number;
    earliest: number;
    latest: number;
  }[] = [];
  for (const row of rows) {
    const group = groups.at(-1);
    const last = group?.rows.at(-1);
    if (
      group !== undefined &&
      last !== undefined &&
      group.rows.length < MOST_CLICKS &&
      row.seq === last.seq + strideAt(last)
    ) {
      const earliest = Math.min(group.earliest, row.time);
      const latest = Math.max(group.latest, row.time);
      const fits =
        latest - earliest <= BATCH_SPAN_MS &&
        Math.floor(earliest / DAY_MS) === Math.floor(latest / DAY_MS) &&
        Math.abs(row.ingestedAt - group.ingestedAt) <= BATCH_SPAN_MS &&
        hasWindow(row, group.windowMs);
      if (fits) {
        group.rows.push(row);
        Object.assign(group, { earliest, latest });
        continue;
      }
    }
    groups.push({
      rows: [row],
      windowMs: windowOf(row, windowMs),
      ingestedAt: row.ingestedAt,
      earliest: row.time,
      latest: row.time,
    });
  }
  return groups.map((group) => ({
    ...pack(group.rows),
    seq: group.rows[0]?.seq ?? 0,
    stride: strideAt(group.rows[0]),
    windowMs: group.windowMs,
    ingestedAt: group.ingestedAt,
    verdicts: group.rows.map(({ bucket, uniqueOfDay }) => letterOf(bucket, uniqueOfDay)).join(""),
  }));
}

/** How far the next click's number is from a row's. Between numbers of the packed log there are those of other databases. */
function strideAt(row: LoggedClick | undefined): number {
  return row !== undefined && row.seq >= FIRST_PACKED_SEQ ? STRIDE : 1;
}

/** Whether a row's window begins where windows of this length do. */
function hasWindow({ time, windowStart }: LoggedClick, windowMs: number): boolean {
  return time - (time % windowMs) === windowStart;
}

/** The length of a row's window, ms: that of now, or the shortest of whole minutes that explains it. */
function windowOf(row: LoggedClick, windowMs: number): number {
  if (hasWindow(row, windowMs)) return windowMs;
  for (let length = MINUTE_MS; length <= DAY_MS; length += MINUTE_MS) if (hasWindow(row, length)) return length;
  throw new RangeError(`no window of whole minutes begins at ${row.windowStart} and holds ${row.time}`);
}
