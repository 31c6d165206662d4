import { sql } from "drizzle-orm";
import { openDatabase } from "../../ground/db/client.ts";
import { clickBatches, clickRows } from "../../ground/db/schema/click.ts";
import { dayOf } from "../../edge/click/visitor.ts";
import { correctionOf, type Displaced, type FirstVisit, settleClaims } from "./displace.ts";
import type { Claim, DraftClick } from "./draft.ts";
import { firstVisitsTable } from "./first-visits.ts";
import type { ClickLog } from "./logs-store.ts";
import { type BatchRow, type LoggedClick, unpack } from "./pack.ts";
import { areLogged, findClicks, wantedText } from "./read-store.ts";
import {
  appendPart,
  isDisplacing,
  isOutrun,
  isRepeating,
  logMustHold,
  noteMessages,
  type Part,
  partsOf,
} from "./write.ts";

/** Tries of a write that others outran: each of them has written something, so some get through. */
const ATTEMPTS = 20;

/**
 * Writes clicks to one database of the log at `now` (ms UTC), in one transaction: all of them or none. A message that was
 * taken before is passed over, and so is a click of none that is in the log already. Whatever the order, repetition and
 * grouping in which clicks come, the log ends up saying the same of each. Throws what D1 throws.
 */
export async function appendClicks(
  log: ClickLog,
  clicks: readonly DraftClick[],
  windowMs: number,
  now: number,
): Promise<void> {
  let left = [...new Map(clicks.map((click) => [click.id, click])).values()];
  let displaces = false;
  for (let attempt = 1; left.length > 0; attempt++) {
    left = await withoutLogged(log, left);
    const notes = noteMessages(log, [...new Set(left.map(({ message, id }) => message ?? id))], now);
    const parts = partsOf(left);
    try {
      const writes = displaces
        ? await displacing(log, parts, windowMs, now)
        : parts.flatMap((part) => appendPart(log, part, windowMs, now));
      if (writes.length > 0) await log.d1.batch([...mustBeNew(log, left), ...notes, ...writes]);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      if (isDisplacing(error)) displaces = true;
      else if (isRepeating(error) || isOutrun(error)) left = await withoutTaken(log, left);
      else throw error;
    }
  }
}

/** The clicks that were taken neither by their message nor, by its own id, each by itself. */
async function withoutTaken(log: ClickLog, clicks: readonly DraftClick[]): Promise<DraftClick[]> {
  const { results } = await log.d1
    .prepare("SELECT id FROM click_messages WHERE id IN (SELECT value FROM json_each(?1))")
    .bind(JSON.stringify([...new Set(clicks.flatMap(({ message, id }) => [message ?? id, id]))]))
    .all<{ id: string }>();
  const taken = new Set(results.map(({ id }) => id));
  return clicks.filter(({ message, id }) => !taken.has(message ?? id) && !taken.has(id));
}

/** SQL: whether none of the clicks `?1` came by itself. It is asked of each only if lately any click did. */
const NONE_CAME_ALONE = `NOT EXISTS (SELECT 1 FROM click_messages WHERE id >= 'clk_' AND id < 'clk\`')
  OR NOT EXISTS (SELECT 1 FROM json_each(?1) e CROSS JOIN click_messages m ON m.id = e.value)`;

/**
 * Statements that break off if a click has come by the other way: what a message brings, the Worker's own log may have
 * brought back before, and the other way round.
 */
function mustBeNew(log: ClickLog, clicks: readonly DraftClick[]): D1PreparedStatement[] {
  const [alone, told] = [
    clicks.filter(({ message }) => message === null),
    clicks.filter(({ message }) => message !== null),
  ];
  return [
    ...(told.length === 0 ? [] : [logMustHold(log, NONE_CAME_ALONE, JSON.stringify(told.map(({ id }) => id)))]),
    ...(alone.length === 0 ? [] : [logMustHold(log, `NOT ${areLogged(log)}`, wantedText(alone))]),
  ];
}

/** The clicks but for those that no message tells of and that are in the log already. */
async function withoutLogged(log: ClickLog, clicks: DraftClick[]): Promise<DraftClick[]> {
  const alone = clicks.filter(({ message }) => message === null);
  if (alone.length === 0) return clicks;
  const logged = await findClicks(log, alone);
  return clicks.filter(({ message, id }) => message !== null || !logged.has(id));
}

/**
 * Statements that write parts of which some clicks come before others that have counted: these give their places back,
 * in the same transaction. It breaks off if any of what was read for it has changed.
 */
async function displacing(
  log: ClickLog,
  parts: readonly Part[],
  windowMs: number,
  now: number,
): Promise<D1PreparedStatement[]> {
  const claims = parts.flatMap(({ prospects }) => prospects.filter((one): one is Claim => typeof one !== "string"));
  const statements: D1PreparedStatement[] = [];
  const known: FirstVisit[] = [];
  for (const [day, ofDay] of Map.groupBy(claims, ({ time }) => dayOf(time))) {
    const table = firstVisitsTable(day);
    const visitors = JSON.stringify(
      [...new Map(ofDay.map((claim) => [claim.visitorKey + claim.linkId, claim])).values()].map((claim) => [
        claim.visitorKey,
        claim.linkId,
      ]),
    );
    const firsts = await readFirsts(log, table, visitors);
    known.push(...firsts);
    statements.push(mustStand(log, table, visitors, firsts));
  }
  const earliest = Math.min(...claims.map(({ time }) => time));
  const late = known.filter(({ time }) => time >= earliest);
  const { batches, clicks } = await readHolding(log, late);
  for (const row of await rowsHolding(log, late)) clicks.set(row.seq, row);

  const settled = settleClaims(
    parts.flatMap(({ prospects }) => prospects),
    known,
    clicks,
  );
  const packed = settled.displaced.filter(({ first }) => !first.isRow);
  statements.push(...changeVerdicts(log, batches, packed));
  const ofRows = settled.displaced.filter(({ first }) => first.isRow);
  const { rolledUp, statements: changes } = await changeRows(log, ofRows);
  statements.push(...changes, ...dropFirsts(log, settled.displaced));

  const corrections = [...packed, ...rolledUp].map(correctionOf);
  let done = 0;
  for (const [index, { clicks: own, prospects }] of parts.entries()) {
    const part = { clicks: own, prospects: settled.prospects.slice(done, (done += prospects.length)) };
    statements.push(...appendPart(log, part, windowMs, now, index === 0 ? corrections : []));
  }
  return statements;
}

/** All first visits of visitors and links, given as JSON. */
async function readFirsts(log: ClickLog, table: string, visitors: string): Promise<FirstVisit[]> {
  const { results } = await log.d1
    .prepare(`SELECT * FROM (${firstsOf(table, log.hasRows)}) ORDER BY seq`)
    .bind(visitors)
    .all<{ visitor_key: string; link_id: string; window_start: number; time: number; seq: number; is_row: number }>();
  return results.map((row) => ({
    visitorKey: row.visitor_key,
    linkId: row.link_id,
    windowStart: row.window_start,
    time: row.time,
    seq: row.seq,
    isRow: row.is_row === 1,
  }));
}

const FIRST = "f.visitor_key, f.link_id, f.window_start, f.time, f.seq";

/** SQL: the first visits `f` of the visitors and links `?1`. */
const firstsOf = (table: string, hasRows: boolean): string =>
  `SELECT ${FIRST}, 0 AS is_row FROM json_each(?1) e
  CROSS JOIN ${table} f ON f.visitor_key = e.value ->> 0 AND f.link_id = e.value ->> 1${
    hasRows
      ? `
  UNION ALL SELECT ${FIRST}, 1 FROM json_each(?1) e
  CROSS JOIN click_rows f INDEXED BY clicks_counted ON f.visitor_key = e.value ->> 0 AND f.link_id = e.value ->> 1
  WHERE f.bucket = 'counted' AND f.visitor_key IS NOT NULL`
      : ""
  }`;

/** Breaks off unless the first visits are still those that were read. */
function mustStand(log: ClickLog, table: string, visitors: string, firsts: readonly FirstVisit[]): D1PreparedStatement {
  return logMustHold(
    log,
    `(SELECT json_group_array(json_array(seq, is_row)) FROM (SELECT * FROM (${firstsOf(table, log.hasRows)}) ORDER BY seq)) = ?2`,
    visitors,
    JSON.stringify(firsts.map(({ seq, isRow }) => [seq, isRow ? 1 : 0])),
  );
}

/** Of a batch, what changes its verdicts. */
type Judged = Pick<BatchRow, "seq" | "stride" | "verdicts">;

/** Batches of one query: each may have hundreds of kilobytes. */
const HOLDING_A_PAGE = 20;

/** The packed clicks of first visits by their numbers, and the batches that have them: of so many, all isn't kept. */
async function readHolding(
  log: ClickLog,
  firsts: readonly FirstVisit[],
): Promise<{ batches: Judged[]; clicks: Map<number, LoggedClick> }> {
  const wanted = new Set(firsts.filter(({ isRow }) => !isRow).map(({ seq }) => seq));
  const db = openDatabase(log.d1);
  const found = await db.select({ seq: sql<number>`seq` }).from(
    sql`(SELECT DISTINCT (SELECT max(b.seq) FROM click_batches b WHERE b.seq <= e.value) AS seq
        FROM json_each(${JSON.stringify([...wanted])}) e)`,
  );
  const seqs = found.map(({ seq }) => seq);
  const batches: Judged[] = [];
  const clicks = new Map<number, LoggedClick>();
  for (let start = 0; start < seqs.length; start += HOLDING_A_PAGE) {
    const page = await db
      .select()
      .from(clickBatches)
      .where(sql`seq IN (SELECT value FROM json_each(${JSON.stringify(seqs.slice(start, start + HOLDING_A_PAGE))}))`);
    for (const batch of page) {
      const { seq, stride, verdicts } = batch;
      batches.push({ seq, stride, verdicts });
      for (const click of unpack(batch)) if (wanted.has(click.seq)) clicks.set(click.seq, click);
    }
  }
  return { batches, clicks };
}

async function rowsHolding(log: ClickLog, firsts: readonly FirstVisit[]): Promise<LoggedClick[]> {
  const seqs = firsts.filter(({ isRow }) => isRow).map(({ seq }) => seq);
  if (seqs.length === 0) return [];
  return openDatabase(log.d1)
    .select()
    .from(clickRows)
    .where(sql`seq IN (SELECT value FROM json_each(${JSON.stringify(seqs)}))`);
}

/** Statements that change what packed clicks count as; what they were entered as stays. */
function changeVerdicts(
  log: ClickLog,
  batches: readonly Judged[],
  displaced: readonly Displaced[],
): D1PreparedStatement[] {
  const losses = new Map(displaced.map(({ click, lostWindow }) => [click.seq, lostWindow ? "d" : "c"]));
  return batches.flatMap(({ seq, stride, verdicts }) => {
    const changed = Array.from(verdicts, (letter, index) => losses.get(seq + stride * index) ?? letter).join("");
    if (changed === verdicts) return [];
    return [
      logMustHold(log, "EXISTS (SELECT 1 FROM click_batches WHERE seq = ?1 AND verdicts = ?2)", seq, verdicts),
      log.d1
        .prepare("UPDATE click_batches SET entered = coalesce(entered, verdicts), verdicts = ?2 WHERE seq = ?1")
        .bind(seq, changed),
    ];
  });
}

const ROLLED_UP = "coalesce((SELECT value FROM watermarks WHERE name = 'clicks'), 0)";

/** The same for clicks that are rows. Of these the sums have what they were only if they were rolled up. */
async function changeRows(
  log: ClickLog,
  displaced: readonly Displaced[],
): Promise<{ rolledUp: Displaced[]; statements: D1PreparedStatement[] }> {
  if (displaced.length === 0) return { rolledUp: [], statements: [] };
  const watermark = (await log.d1.prepare(`SELECT ${ROLLED_UP} AS value`).first<number>("value")) ?? 0;
  const changes = displaced.map(({ click, lostWindow }) => [click.seq, lostWindow ? 1 : 0]);
  return {
    rolledUp: displaced.filter(({ click }) => click.seq <= watermark),
    statements: [
      logMustHold(log, `${ROLLED_UP} = ?1`, watermark),
      log.d1
        .prepare(
          `UPDATE click_rows SET bucket = iif(e.value ->> 1, 'duplicate', bucket),
             reason = iif(e.value ->> 1, 'repeat_in_window', reason), unique_of_day = 0
           FROM json_each(?1) e WHERE click_rows.seq = e.value ->> 0`,
        )
        .bind(JSON.stringify(changes)),
    ],
  };
}

/** Statements that free the places of packed clicks in their windows. */
function dropFirsts(log: ClickLog, displaced: readonly Displaced[]): D1PreparedStatement[] {
  const lost = displaced.filter(({ first, lostWindow }) => lostWindow && !first.isRow).map(({ first }) => first);
  return [...Map.groupBy(lost, ({ time }) => firstVisitsTable(dayOf(time)))].map(([table, firsts]) =>
    log.d1
      .prepare(
        `DELETE FROM ${table} WHERE (visitor_key, link_id, window_start) IN (
           SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1))`,
      )
      .bind(JSON.stringify(firsts.map(({ visitorKey, linkId, windowStart }) => [visitorKey, linkId, windowStart]))),
  );
}
