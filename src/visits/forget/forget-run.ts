import { brokenOff, mustHold } from "../../ground/db/premise.ts";
import { packEvents, unpackEvents } from "../log/pack.ts";
import { spanOfDay } from "./days.ts";
import { dropVisitor } from "./write-forget.ts";

/** How long it is known that somebody is forgotten, ms: till then nothing of theirs is taken. */
const KNOWN_MS = 30 * 86_400_000;

/** Visitors that one run works on, rows of the log that it rewrites, and rows that are rewritten together. */
const VISITORS = 500;
const ROWS = 1_000;
const TOGETHER = 20;

/** Somebody who is to be forgotten. */
interface Forgotten {
  storeId: string;
  visitorHash: string;
  /** ms UTC. */
  askedAt: number;
}

/** A row of the log. */
interface LogRow {
  seq: number;
  earliest: number;
  count: number;
  facts: string;
}

/**
 * Takes the events of visitors who are to be forgotten out of the log, at `now` (ms UTC). None of theirs is written from
 * when they asked (see `recordVisits`), so their days say where to look. Bounded: where it ends, the next run goes on. Answers how many visitors are done with. Throws what D1 throws.
 */
export async function forgetVisitors(env: Env, now: number): Promise<number> {
  const d1 = env.DB;
  const { results } = await d1
    .prepare(
      `SELECT store_id AS storeId, visitor_hash AS visitorHash, asked_at AS askedAt FROM visitor_forgets
       WHERE done_at IS NULL ORDER BY asked_at LIMIT ${VISITORS}`,
    )
    .all<Forgotten>();
  const budget = { rows: ROWS };
  const gone: Forgotten[] = [];
  for (const visitor of results) {
    if (!(await forgetInLog(d1, visitor, budget))) break;
    gone.push(visitor);
  }
  for (const [storeId, ofStore] of Map.groupBy(gone, (visitor) => visitor.storeId)) {
    await takeOutOfInbox(d1, storeId, ofStore);
    for (const visitor of ofStore) await finish(d1, visitor, now);
  }
  return gone.length;
}

/**
 * Statements of the night at `now` (ms UTC): what pages went on telling of those who are forgotten is of nobody, and that
 * they are is forgotten itself after a month.
 */
export function tidyForgotten(d1: D1Database, now: number): D1PreparedStatement[] {
  return [
    d1.prepare(
      `UPDATE inbox SET body = json_remove(body, '$.visitorHash')
       WHERE store_id IN (SELECT store_id FROM visitor_forgets) AND CASE WHEN instr(body, '"visitorHash"') > 0
         THEN (store_id, body ->> '$.visitorHash') IN (SELECT store_id, visitor_hash FROM visitor_forgets) END`,
    ),
    d1.prepare("DELETE FROM visitor_forgets WHERE done_at IS NOT NULL AND asked_at < ?1").bind(now - KNOWN_MS),
  ];
}

/** Takes a visitor out of the rows of their days. Returns whether all of it was within the budget. */
async function forgetInLog(
  d1: D1Database,
  { storeId, visitorHash }: Forgotten,
  budget: { rows: number },
): Promise<boolean> {
  const { results: days } = await d1
    .prepare("SELECT day FROM visitor_days WHERE store_id = ?1 AND visitor_hash = ?2 ORDER BY day")
    .bind(storeId, visitorHash)
    .all<{ day: string }>();
  for (const { day } of days) {
    const { from, to } = spanOfDay(day);
    for (;;) {
      if (budget.rows <= 0) return false;
      const { results: rows } = await d1
        .prepare(
          `SELECT seq, earliest, count, facts FROM visit_log
           WHERE store_id = ?1 AND latest >= ?2 AND earliest < ?3 AND instr(facts, ?4) > 0 LIMIT ${TOGETHER}`,
        )
        .bind(storeId, from, to, visitorHash)
        .all<LogRow>();
      if (rows.length === 0) break;
      budget.rows -= rows.length;
      try {
        await d1.batch(rows.flatMap((row) => rewritten(d1, storeId, row, visitorHash)));
      } catch (error) {
        // Somebody else's events were taken out of one of them meanwhile: they are read anew.
        if (!brokenOff(error)) throw error;
      }
    }
  }
  return true;
}

/** Statements that leave a row of the log without a visitor; they break their batch off if it isn't as it was read. */
function rewritten(d1: D1Database, storeId: string, row: LogRow, visitorHash: string): D1PreparedStatement[] {
  const { seq, count } = row;
  const left = unpackEvents(row).filter((event) => event.visitorHash !== visitorHash);
  const packed = left.length === 0 ? null : packEvents(left);
  return [
    mustHold(d1, "EXISTS (SELECT 1 FROM visit_log WHERE seq = ?1 AND count = ?2)", seq, count),
    packed === null
      ? d1.prepare("DELETE FROM visit_log WHERE seq = ?1").bind(seq)
      : d1
          .prepare("UPDATE visit_log SET earliest = ?2, latest = ?3, count = ?4, facts = ?5 WHERE seq = ?1")
          .bind(seq, packed.earliest, packed.latest, packed.count, packed.facts),
    // What is sent on of it is counted by events: it is sent from its first again.
    d1
      .prepare("UPDATE analytics_exports SET sent = 0 WHERE store_id = ?1 AND sent > 0 AND seq < ?2")
      .bind(storeId, seq),
  ];
}

/** Has what a store's pages told of visitors, and may still be looked at, be of nobody: one look for all of them. */
async function takeOutOfInbox(d1: D1Database, storeId: string, visitors: readonly Forgotten[]): Promise<void> {
  await d1
    .prepare(
      `UPDATE inbox SET body = json_remove(body, '$.visitorHash') WHERE store_id = ?1
       AND CASE WHEN instr(body, '"visitorHash"') > 0 THEN body ->> '$.visitorHash' IN (SELECT value FROM json_each(?2)) END`,
    )
    .bind(storeId, JSON.stringify(visitors.map(({ visitorHash }) => visitorHash)))
    .run();
}

/** Notes that a visitor is forgotten, with what came by another way meanwhile; not if they asked once more since. */
async function finish(d1: D1Database, { storeId, visitorHash, askedAt }: Forgotten, now: number): Promise<void> {
  await d1.batch([
    ...dropVisitor(d1, storeId, visitorHash, now),
    d1.prepare("DELETE FROM visitor_days WHERE store_id = ?1 AND visitor_hash = ?2").bind(storeId, visitorHash),
    d1
      .prepare("UPDATE visitor_forgets SET done_at = ?4 WHERE store_id = ?1 AND visitor_hash = ?2 AND asked_at = ?3")
      .bind(storeId, visitorHash, askedAt, now),
  ]);
}
