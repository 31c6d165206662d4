import { getTableColumns, sql } from "drizzle-orm";
import { dayOf } from "../../edge/click/visitor.ts";
import type { Config } from "../../ground/config.ts";
import { openDatabase } from "../../ground/db/client.ts";
import { packJson } from "../../ground/db/pack.ts";
import { brokenOff, mustHold } from "../../ground/db/premise.ts";
import { clickBatches, clickRows } from "../../ground/db/schema/click.ts";
import { SALT_LIFE_DAYS } from "../click/salt-store.ts";
import { firstVisitsTable } from "../log/first-visits.ts";
import { KNOWN_MS } from "../log/logs-store.ts";
import { type BatchRow, type LoggedClick, unpack } from "../log/pack.ts";
import { planBatches } from "./plan.ts";
import { readDirection } from "./store.ts";

/** How much is done at once. */
export interface PackLimits {
  /** Rows of one transaction: some hundredths of a second of D1's time. */
  rows?: number;
  /** No transaction is begun after this long, ms. */
  timeMs?: number;
}

const LIMITS = { rows: 1_000, timeMs: 10_000 } satisfies Required<PackLimits>;

/** Clicks that a run moved, and whether there is nothing left to move. */
export interface PackRun {
  clicks: number;
  done: boolean;
}

/**
 * Moves clicks that are kept as rows into batches, or back, as it was asked for: the oldest by arrival first, and of
 * these only what is rolled up. Each step is one transaction, so a run that dies has moved whole steps, two at once do
 * no harm, and every click is in one of both forms at every moment. `now` is ms UTC. Throws what D1 throws.
 */
export async function packClicks(
  d1: D1Database,
  config: Config,
  now: number,
  limits: PackLimits = {},
): Promise<PackRun> {
  const { rows, timeMs } = { ...LIMITS, ...limits };
  const endAt = Date.now() + timeMs;
  const { direction, since } = await readDirection(d1);
  // Until every isolate that ingests knows that there may be rows again.
  if (direction === "rows" && now - since < 2 * KNOWN_MS) return { clicks: 0, done: false };
  let clicks = 0;
  do {
    if (direction === "off") return { clicks, done: false };
    try {
      const moved = direction === "packed" ? await packStep(d1, config, now, rows) : await unpackStep(d1, now, rows);
      if (moved === 0) return { clicks, done: true };
      clicks += moved;
    } catch (error) {
      // A late click changed one of them, or another run moved them: the next run goes on.
      if (!brokenOff(error)) throw error;
      return { clicks, done: false };
    }
  } while (Date.now() < endAt);
  return { clicks, done: false };
}

const ROLLED_UP = "coalesce((SELECT value FROM watermarks WHERE name = 'clicks'), 0)";

/** SQL: whether a row is in a file of the archive, brought back from it or about to leave: the next night takes it out. */
const IS_IN_FILE = `EXISTS (SELECT 1 FROM click_archives a WHERE a.log IS NULL
  AND r.seq BETWEEN a.first_seq AND a.last_seq AND r.time <= a.latest)`;

/** SQL: how far the archive has got. A step breaks off if a file is begun meanwhile, for it may be of the same clicks. */
const NEWEST_FILE = "coalesce((SELECT max(rowid) FROM click_archives), 0)";

/** Rows to be packed next; `?1`: how many. */
const NEXT_ROWS = `SELECT seq FROM click_rows r WHERE seq <= ${ROLLED_UP} AND NOT ${IS_IN_FILE} ORDER BY seq LIMIT ?1`;

/** What may change of a row. */
const CHANGING = ["bucket", "uniqueOfDay", "utmSource", "utmMedium", "utmCampaign", "utmTerm", "utmContent"] as const;

/** SQL: whether rows, given as `?1`, are as they were read. */
const ROWS_STAND = `NOT EXISTS (SELECT 1 FROM json_each(?1) e WHERE NOT EXISTS (SELECT 1 FROM click_rows r
  WHERE r.seq = e.value ->> 0${CHANGING.map((field, index) => ` AND r.${clickRows[field].name} IS e.value ->> ${index + 1}`).join("")}))`;

const INSERT_BATCHES = `
INSERT INTO click_batches (seq, count, stride, earliest, latest, window_ms, ingested_at, verdicts, facts, clicks)
SELECT value ->> 'seq', value ->> 'count', value ->> 'stride', value ->> 'earliest', value ->> 'latest',
  value ->> 'windowMs', value ->> 'ingestedAt', value ->> 'verdicts', value ->> 'facts', value ->> 'clicks'
FROM json_each(?1)`;

async function packStep(d1: D1Database, config: Config, now: number, limit: number): Promise<number> {
  const newest = await d1.prepare(`SELECT ${NEWEST_FILE} AS id`).first<number>("id");
  const next = await d1.prepare(NEXT_ROWS).bind(limit).all<{ seq: number }>();
  if (next.results.length === 0) return 0;
  const seqs = JSON.stringify(next.results.map(({ seq }) => seq));
  const rows = await openDatabase(d1)
    .select()
    .from(clickRows)
    .where(sql`seq IN (SELECT value FROM json_each(${seqs}))`)
    .orderBy(sql`seq`);
  const state = rows.map((row) => [row.seq, ...CHANGING.map((field) => row[field])]);
  await d1.batch([
    mustHold(d1, `${NEWEST_FILE} = ?1`, newest),
    // What has changed since it was read breaks the step off.
    ...packJson(state).map((json) => mustHold(d1, ROWS_STAND, json)),
    ...packJson(planBatches(rows, config.duplicateWindowMs)).map((json) => d1.prepare(INSERT_BATCHES).bind(json)),
    ...enterFirsts(d1, rows, now),
    d1.prepare("DELETE FROM click_rows WHERE seq IN (SELECT value FROM json_each(?1))").bind(seqs),
  ]);
  return rows.length;
}

/** Statements that enter the first visits of the days of which clicks may still come: each has one, as the rows had. */
function enterFirsts(d1: D1Database, rows: readonly LoggedClick[], now: number): D1PreparedStatement[] {
  return ofOpenDays(rows, now).map(([table, clicks]) =>
    d1
      .prepare(
        `INSERT INTO ${table} (visitor_key, link_id, window_start, time, seq)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?1)`,
      )
      .bind(
        JSON.stringify(
          clicks.map(({ visitorKey, linkId, windowStart, time, seq }) => [visitorKey, linkId, windowStart, time, seq]),
        ),
      ),
  );
}

/** Clicks that count and have a visitor key, by the table of their day's first visits, as far as that is kept. */
function ofOpenDays(clicks: readonly LoggedClick[], now: number): [table: string, clicks: LoggedClick[]][] {
  const first = dayOf(now) - SALT_LIFE_DAYS;
  const counted = clicks.filter(
    ({ bucket, visitorKey, time }) => bucket === "counted" && visitorKey !== null && dayOf(time) >= first,
  );
  return [...Map.groupBy(counted, ({ time }) => firstVisitsTable(dayOf(time)))];
}

/** Batches to be unpacked next: those of `?1` clicks, or the first. Of what is rolled up and changed, the sums have both. */
const NEXT_BATCHES = `SELECT seq FROM (
  SELECT seq, sum(count) OVER (ORDER BY seq) - count AS before FROM (
    SELECT seq, count FROM click_batches WHERE seq + stride * (count - 1) <= ${ROLLED_UP}
      AND seq NOT IN (SELECT f.value FROM click_archives a CROSS JOIN json_each(a.batches) f
        WHERE a.deleted_at IS NULL AND a.log = 0)
    ORDER BY seq LIMIT ?1)
) WHERE before < ?1 ORDER BY seq`;

/** SQL: whether batches, given as `?1`, are as they were read. */
const BATCHES_STAND = `NOT EXISTS (SELECT 1 FROM json_each(?1) e WHERE NOT EXISTS (SELECT 1 FROM click_batches b
  WHERE b.seq = e.value ->> 0 AND b.verdicts = e.value ->> 1 AND b.facts = e.value ->> 2))`;

async function unpackStep(d1: D1Database, now: number, limit: number): Promise<number> {
  const newest = await d1.prepare(`SELECT ${NEWEST_FILE} AS id`).first<number>("id");
  const next = await d1.prepare(NEXT_BATCHES).bind(limit).all<{ seq: number }>();
  if (next.results.length === 0) return 0;
  const seqs = JSON.stringify(next.results.map(({ seq }) => seq));
  const batches: BatchRow[] = await openDatabase(d1)
    .select()
    .from(clickBatches)
    .where(sql`seq IN (SELECT value FROM json_each(${seqs}))`)
    .orderBy(sql`seq`);
  const clicks = batches.flatMap((batch) => unpack(batch));
  await d1.batch([
    mustHold(d1, `${NEWEST_FILE} = ?1`, newest),
    ...packJson(batches.map(({ seq, verdicts, facts: own }) => [seq, verdicts, own])).map((json) =>
      mustHold(d1, BATCHES_STAND, json),
    ),
    ...dropFirsts(d1, clicks, now),
    d1.prepare("DELETE FROM click_batches WHERE seq IN (SELECT value FROM json_each(?1))").bind(seqs),
    ...packJson(clicks).map((json) => d1.prepare(INSERT_ROWS).bind(json)),
  ]);
  return clicks.length;
}

const COLUMNS = Object.entries(getTableColumns(clickRows)).map(([field, { name }]) => ({ field, name }));

const INSERT_ROWS = `INSERT INTO click_rows (${COLUMNS.map(({ name }) => name).join(", ")})
SELECT ${COLUMNS.map(({ field }) => `value ->> '${field}'`).join(", ")} FROM json_each(?1)`;

/** Statements that take the first visits of clicks out: as rows they are told by an index of these. */
function dropFirsts(d1: D1Database, clicks: readonly LoggedClick[], now: number): D1PreparedStatement[] {
  return ofOpenDays(clicks, now).map(([table, own]) =>
    d1
      .prepare(
        `DELETE FROM ${table} WHERE (visitor_key, link_id, window_start) IN (
           SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1))`,
      )
      .bind(JSON.stringify(own.map(({ visitorKey, linkId, windowStart }) => [visitorKey, linkId, windowStart]))),
  );
}
