import { dayOf } from "../../edge/click/visitor.ts";
import { type Claim, type DraftClick, type Prospect, prospectsOf } from "./draft.ts";
import { firstVisitsTable } from "./first-visits.ts";
import type { ClickLog } from "./logs-store.ts";
import { batchesOf, pack } from "./pack.ts";
import type { Correction } from "./contribution.ts";
import { firstSeq, STRIDE } from "./sequence.ts";

/** What is written of one batch, beside its clicks. */
interface BatchText {
  /** JSON: a verdict or a claim for each click. */
  prospects: string;
  corrections: string | null;
}

/** How a claim stands in JSON: visitor key, link, window, time, whether it is the first of the day, its verdict if settled. */
type ClaimText = [string, string, number, number, number, string?];

/** Clicks that are of one batch, with what is known of each. */
export interface Part {
  clicks: DraftClick[];
  prospects: Prospect[];
}

/** The parts in which clicks that come together are written: nearly always one. */
export function partsOf(clicks: readonly DraftClick[]): Part[] {
  const prospects = prospectsOf(clicks);
  const known = new Map(clicks.map((click, index) => [click, prospects[index] ?? "d"]));
  return batchesOf(clicks).map((group) => ({
    clicks: group,
    prospects: group.map((click): Prospect => known.get(click) ?? "d"),
  }));
}

/**
 * Statements that write a part at `now` (ms UTC), to be run in one transaction with others. Of a claim the log decides
 * there and then: it counts if no click of its visitor, link and window is known; it is a duplicate if an earlier one is.
 * If a later one is, or one of the same moment, that has to give its place back: such a transaction breaks off (see
 * {@link isDisplacing}), and {@link corrections} are to be worked out first.
 */
export function appendPart(
  log: ClickLog,
  { clicks, prospects }: Part,
  windowMs: number,
  now: number,
  corrections: readonly Correction[] = [],
): D1PreparedStatement[] {
  const { count, earliest, latest, facts, clicks: entries } = pack(clicks);
  const text: BatchText = {
    prospects: JSON.stringify(
      prospects.map((prospect) => (typeof prospect === "string" ? prospect : textOf(prospect))),
    ),
    corrections: corrections.length === 0 ? null : JSON.stringify(corrections),
  };
  const table = firstVisitsTable(dayOf(earliest));
  const batch = log.d1
    .prepare(insertBatch(log, table))
    .bind(
      firstSeq(now, log.number),
      count,
      earliest,
      latest,
      windowMs,
      now,
      text.prospects,
      text.corrections,
      facts,
      entries,
    );
  if (!prospects.some((prospect) => typeof prospect !== "string")) return [batch];
  return [batch, log.d1.prepare(insertFirsts(table, log.hasRows)).bind(text.prospects)];
}

function textOf({ visitorKey, linkId, windowStart, time, firstOfDay, verdict }: Claim): ClaimText {
  const claim: ClaimText = [visitorKey, linkId, windowStart, time, firstOfDay ? 1 : 0];
  if (verdict !== undefined) claim.push(verdict);
  return claim;
}

/** SQL: the next number of a click. Numbers ascend, whatever the clock does, and whatever was unpacked into rows. */
const nextSeq = (log: ClickLog): string =>
  `max(?1, coalesce((SELECT seq + count * stride FROM click_batches ORDER BY seq DESC LIMIT 1), 0)${
    log.number === 0 ? `, coalesce((SELECT max(seq) + ${STRIDE} FROM click_rows), 0)` : ""
  })`;

/** SQL: the first visits that are known of the visitor and link of a claim `e.value`, as `f`. */
const firstsOf = (table: string, hasRows: boolean): string =>
  `SELECT window_start, time FROM ${table} WHERE visitor_key = e.value ->> 0 AND link_id = e.value ->> 1${
    hasRows
      ? `
    UNION ALL SELECT window_start, time FROM click_rows INDEXED BY clicks_counted
    WHERE bucket = 'counted' AND visitor_key IS NOT NULL AND visitor_key = e.value ->> 0 AND link_id = e.value ->> 1`
      : ""
  }`;

/** A verdict of `NULL` is left out, and the letters are one too few for the table's check. */
const insertBatch = (log: ClickLog, table: string): string => `
INSERT INTO click_batches (seq, count, stride, earliest, latest, window_ms, ingested_at, verdicts, corrections, facts, clicks)
SELECT ${nextSeq(log)}, ?2, ${STRIDE}, ?3, ?4, ?5, ?6, (
  SELECT coalesce(group_concat(CASE WHEN e.type = 'text' THEN e.value ELSE coalesce(e.value ->> 5, (
    SELECT CASE
      WHEN max(f.window_start = e.value ->> 2 AND f.time < e.value ->> 3) THEN 'd'
      WHEN max(f.window_start = e.value ->> 2) THEN NULL
      WHEN NOT e.value ->> 4 OR max(f.time < e.value ->> 3) THEN 'c'
      WHEN count(*) = 0 THEN 'u'
    END FROM (${firstsOf(table, log.hasRows)}) f
  )) END, ''), '') FROM json_each(?7) e
), ?8, ?9, ?10`;

/** What is there already is earlier. */
const insertFirsts = (table: string, hasRows: boolean): string => `
INSERT INTO ${table} (visitor_key, link_id, window_start, time, seq)
SELECT e.value ->> 0, e.value ->> 1, e.value ->> 2, e.value ->> 3, (SELECT max(seq) FROM click_batches) + ${STRIDE} * e.key
FROM json_each(?1) e WHERE e.type = 'array'${
  hasRows
    ? ` AND NOT EXISTS (SELECT 1 FROM click_rows WHERE bucket = 'counted' AND visitor_key IS NOT NULL
    AND visitor_key = e.value ->> 0 AND link_id = e.value ->> 1 AND window_start = e.value ->> 2)`
    : ""
}
ON CONFLICT (visitor_key, link_id, window_start) DO NOTHING`;

/** Statement that notes messages as taken at `now` (ms UTC). It breaks its batch off if one is: see {@link isRepeating}. */
export function noteMessages(log: ClickLog, ids: readonly string[], now: number): D1PreparedStatement[] {
  if (ids.length === 0) return [];
  return [
    log.d1
      .prepare("INSERT INTO click_messages (id, ingested_at) SELECT value, ?2 FROM json_each(?1)")
      .bind(JSON.stringify(ids), now),
  ];
}

/** Statement that breaks its batch off unless an SQL condition holds: as `mustHold`, in a database that has the log alone. */
export function logMustHold(log: ClickLog, condition: string, ...values: unknown[]): D1PreparedStatement {
  return log.d1.prepare(`INSERT INTO click_messages (id) SELECT NULL WHERE NOT (${condition})`).bind(...values);
}

const has = (error: unknown, text: string): boolean => error instanceof Error && error.message.includes(text);

/** Whether a transaction broke off because a message is in the log already. */
export function isRepeating(error: unknown): boolean {
  return has(error, "UNIQUE constraint failed: click_messages.id");
}

/** Whether a transaction broke off because a click comes before one that has counted. */
export function isDisplacing(error: unknown): boolean {
  return has(error, "CHECK constraint failed: click_batches_verdicts");
}

/** Whether a transaction broke off because the log is no longer what it was when it was read. */
export function isOutrun(error: unknown): boolean {
  return has(error, "NOT NULL constraint failed: click_messages.id");
}
