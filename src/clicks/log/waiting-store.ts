import { addCounts, type Correction, type Counts, countsOf, NOTHING, takenBack } from "./contribution.ts";
import type { ClickLog } from "./logs-store.ts";
import type { LogSpan } from "./read-store.ts";
import { letterOf } from "./verdict.ts";

/** What came to a database of the log after a number. */
export interface Waiting {
  clicks: number;
  /** When the first of them was ingested, ms UTC; `null` without any. */
  oldest: number | null;
}

/** How much came after the number `after`. It reads a row for each batch. Throws what D1 throws. */
export async function readWaiting(log: ClickLog, after: number): Promise<Waiting> {
  const rows = "UNION ALL SELECT count(*), min(ingested_at) FROM click_rows WHERE seq > ?1";
  const { results } = await log.d1
    .prepare(
      `SELECT coalesce(sum(count), 0) AS clicks, min(ingested_at) AS oldest FROM click_batches WHERE seq > ?1
       ${log.number === 0 ? rows : ""}`,
    )
    .bind(after)
    .all<Waiting>();
  const times = results.flatMap(({ oldest }) => (oldest === null ? [] : [oldest]));
  return {
    clicks: results.reduce((sum, { clicks }) => sum + clicks, 0),
    oldest: times.length === 0 ? null : Math.min(...times),
  };
}

/** When the first click after a number was ingested (ms UTC), by one row read. Throws what D1 throws. */
export async function readOldest(log: ClickLog, after: number): Promise<number | null> {
  const of = (table: string) => `(SELECT ingested_at FROM ${table} WHERE seq > ?1 ORDER BY seq LIMIT 1)`;
  // Rows are from before the log was packed: they come first.
  const sql = log.number === 0 ? `coalesce(${of("click_rows")}, ${of("click_batches")})` : of("click_batches");
  return log.d1.prepare(`SELECT ${sql} AS oldest`).bind(after).first<number>("oldest");
}

/** Clicks that wait, by what they count as, with what they take back of others. */
export interface Tail extends Waiting {
  counts: Counts;
}

/** The same by what each counts as. It reads a row for each batch, and none of what is packed. Throws what D1 throws. */
export async function readTail(log: ClickLog, after: number): Promise<Tail> {
  const batches = log.d1
    .prepare(
      "SELECT coalesce(entered, verdicts) AS letters, corrections, ingested_at AS ingestedAt FROM click_batches WHERE seq > ?1",
    )
    .bind(after);
  const rows = log.d1
    .prepare(
      `SELECT bucket, unique_of_day AS uniqueOfDay, count(*) AS clicks, min(ingested_at) AS ingestedAt FROM click_rows
       WHERE seq > ?1 GROUP BY 1, 2`,
    )
    .bind(after);
  const [packed, single] = await log.d1.batch(log.number === 0 ? [batches, rows] : [batches]);
  const tail: Tail = { clicks: 0, oldest: null, counts: { ...NOTHING } };
  const add = (letters: string, clicks: number, ingestedAt: number): void => {
    for (const letter of letters) addCounts(tail.counts, countsOf(letter), clicks);
    tail.clicks += letters.length * clicks;
    tail.oldest = Math.min(tail.oldest ?? Infinity, ingestedAt);
  };
  for (const { letters, corrections, ingestedAt } of resultsOf<TailBatch>(packed)) {
    add(letters, 1, ingestedAt);
    if (corrections === null) continue;
    for (const correction of JSON.parse(corrections) as Correction[]) addCounts(tail.counts, takenBack(correction), 1);
  }
  for (const { bucket, uniqueOfDay, clicks, ingestedAt } of resultsOf<TailRows>(single)) {
    add(letterOf(bucket, uniqueOfDay), clicks, ingestedAt);
  }
  return tail;
}

interface TailBatch {
  letters: string;
  corrections: string | null;
  ingestedAt: number;
}

interface TailRows {
  bucket: string;
  uniqueOfDay: number;
  clicks: number;
  ingestedAt: number;
}

function resultsOf<Row>(result: D1Result | undefined): Row[] {
  return (result?.results ?? []) as Row[];
}

/** Requests that wait, by the start of their UTC day (ms), from one such start to before another. Throws what D1 throws. */
export async function readTailDays(log: ClickLog, after: number, { from, to }: LogSpan): Promise<Map<number, number>> {
  const days = (table: string, time: string, clicks: string) =>
    `SELECT ${time} - ${time} % 86400000 AS day, ${clicks} AS clicks FROM ${table}
     WHERE seq > ?1 AND ${time} >= ?2 AND ${time} < ?3 GROUP BY 1`;
  // A batch is of one day.
  const batches = days("click_batches", "earliest", "sum(count)");
  const { results } = await log.d1
    .prepare(log.number === 0 ? `${batches} UNION ALL ${days("click_rows", "time", "count(*)")}` : batches)
    .bind(after, from, to)
    .all<{ day: number; clicks: number }>();
  const sums = new Map<number, number>();
  for (const { day, clicks } of results) sums.set(day, (sums.get(day) ?? 0) + clicks);
  return sums;
}

/** Clicks whose way to the log is looked at. */
const LATEST_CLICKS = 1_000;

/** The longest way of the latest clicks from the edge to the log, ms; 0 without any. Throws what D1 throws. */
export async function longestWay(log: ClickLog): Promise<number> {
  const { results } = await log.d1
    .prepare(`SELECT ingested_at - earliest AS way, count FROM click_batches ORDER BY seq DESC LIMIT ${LATEST_CLICKS}`)
    .all<{ way: number; count: number }>();
  let [longest, seen] = [0, 0];
  for (const { way, count } of results) {
    if (seen >= LATEST_CLICKS) break;
    longest = Math.max(longest, way);
    seen += count;
  }
  if (log.number !== 0 || seen >= LATEST_CLICKS) return longest;
  const ofRows = await log.d1
    .prepare(
      `SELECT max(ingested_at - time) AS way FROM (SELECT ingested_at, time FROM click_rows ORDER BY seq DESC LIMIT ?1)`,
    )
    .bind(LATEST_CLICKS - seen)
    .first<number>("way");
  return Math.max(longest, ofRows ?? 0);
}
