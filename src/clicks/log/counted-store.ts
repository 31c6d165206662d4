import { eachLink } from "../../ground/db/each-link.ts";
import { type Contribution, contributionOf, contributionsOf, timesOf } from "./contribution.ts";
import type { ClickLog } from "./logs-store.ts";
import { BATCH_SPAN_MS, type BatchRow, type LoggedClick, unpack } from "./pack.ts";
import type { LogSpan } from "./read-store.ts";

/** What a span of time had been summed up to when all up to a number was. */
export interface CountedSpan {
  contributions: Contribution[];
  /** ms UTC, not in the span: what is later is to be asked for next. `null`: nothing is. */
  next: number | null;
}

/** Batches read at once, unless so many overlap. */
const BATCHES_A_SPAN = 100;

/** Clicks that are rows are looked for in spans of so long. */
const ROWS_SPAN_MS = 6 * 3_600_000;

const QUARTER_MS = 900_000;

/** Of a row, what sums go by: clicks of a link and a quarter of an hour, which no day or hour begins within. */
const ROW_SUMS = `WITH RECURSIVE ${eachLink("linked", "click_rows")}
SELECT c.link_id AS linkId, c.time - c.time % ${QUARTER_MS} AS time, c.country, c.device, c.source, c.bucket,
  c.unique_of_day AS uniqueOfDay, count(*) AS times
FROM linked CROSS JOIN click_rows c ON c.link_id = linked.id AND c.time >= ?1 AND c.time < ?2
WHERE c.seq <= ?3 GROUP BY 1, 2, 3, 4, 5, 6, 7`;

/** What there is next, as a row and packed. It is asked at once: clicks may be moved from one form to the other. */
const NEXT_ROW = `WITH RECURSIVE ${eachLink("linked", "click_rows")}
SELECT min((SELECT min(time) FROM click_rows WHERE link_id = linked.id AND time >= ?1 AND time < ?2)) AS time FROM linked`;

const NEXT_BATCH = `SELECT min(earliest) AS time FROM click_batches
WHERE earliest >= ?1 - ${BATCH_SPAN_MS} AND earliest < ?2 AND latest >= ?1`;

const IS_IN_SPAN = "(earliest < ?2 AND latest >= ?1)";

/**
 * What the clicks from `from` on had been summed up to when all numbers up to `upTo` were rolled up, of as much time before
 * `to` as is read at once (ms UTC). A click that was changed since is as it was then. All of it is read at one moment.
 * Throws what D1 throws.
 */
export async function readCounted(
  log: ClickLog,
  { from, to }: LogSpan,
  upTo: number,
  batches = BATCHES_A_SPAN,
): Promise<CountedSpan> {
  const [packed, single] = await log.d1.batch<{ time: number | null }>(
    (log.number === 0 ? [NEXT_BATCH, NEXT_ROW] : [NEXT_BATCH]).map((sql) => log.d1.prepare(sql).bind(from, to)),
  );
  const rowAt = single?.results[0]?.time ?? null;
  const first = Math.max(from, Math.min(rowAt ?? Infinity, packed?.results[0]?.time ?? Infinity));
  if (first >= to) return { contributions: [], next: null };
  // Where clicks are rows, a span can't be told by the number of batches alone.
  const end = rowAt === null ? to : Math.min(to, first + ROWS_SPAN_MS);
  for (let limit = batches; ; limit *= 2) {
    const found = await readSpan(log, { from: first, to: end }, upTo, limit);
    if (found !== null) return { contributions: found.contributions, next: found.end >= to ? null : found.end };
  }
}

/** `null`: so many batches overlap that there is no end to be seen. */
async function readSpan(
  log: ClickLog,
  { from, to }: LogSpan,
  upTo: number,
  limit: number,
): Promise<{ contributions: Contribution[]; end: number } | null> {
  const own = log.d1
    .prepare(
      `SELECT * FROM click_batches WHERE earliest >= ?1 - ${BATCH_SPAN_MS} AND earliest < ?2 AND latest >= ?1
       ORDER BY earliest, seq LIMIT ?3`,
    )
    .bind(from, to, limit);
  // What came later may have changed what these count as, or be of the same time. Of others it is only what they take back.
  const later = log.d1
    .prepare(
      `SELECT seq, count, stride, earliest, latest, window_ms, ingested_at, verdicts, entered, corrections,
         iif(${IS_IN_SPAN}, facts, '{}') AS facts, iif(${IS_IN_SPAN}, clicks, '[]') AS clicks
       FROM click_batches WHERE seq > ?3 AND (corrections IS NOT NULL OR ${IS_IN_SPAN})`,
    )
    .bind(from, to, upTo);
  const rows = log.number === 0 ? [log.d1.prepare(ROW_SUMS).bind(from, to, upTo)] : [];
  const [batches, tail, sums] = await log.d1.batch<Record<string, unknown>>([own, later, ...rows]);
  const read = (batches?.results ?? []).map(batchOf);
  const more = read.length === limit ? read.at(-1) : undefined;
  let end = more?.earliest ?? to;
  // Rows are summed by quarters of an hour, of which none may be cut.
  if (end < to && sums !== undefined && sums.results.length > 0) end -= end % QUARTER_MS;
  if (end <= from) return null;
  const isIn = ({ time }: { time: number }): boolean => time >= from && time < end;
  const contributions = read
    .filter((batch) => batch.earliest < end)
    .flatMap((batch) => unpack(batch))
    .filter(isIn)
    .map(contributionOf);
  for (const { times, ...row } of sums?.results ?? []) {
    const contribution = contributionOf({ ...row, id: "", seq: 0 } as LoggedClick);
    if (contribution.time < end) contributions.push(timesOf(contribution, Number(times)));
  }
  for (const batch of (tail?.results ?? []).map(batchOf)) {
    for (const contribution of contributionsOf(batch)) {
      if (isIn(contribution)) contributions.push(timesOf(contribution, -1));
    }
  }
  return { contributions, end };
}

function batchOf(row: Record<string, unknown>): BatchRow {
  const { window_ms: windowMs, ingested_at: ingestedAt, ...rest } = row;
  return { ...rest, windowMs, ingestedAt } as BatchRow;
}
