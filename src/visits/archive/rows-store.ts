import type { LoggedEvent } from "../../ground/model/visit.ts";
import { unpackEvents } from "../log/pack.ts";
import { dateOf } from "../../clicks/archive/format.ts";

const DAY_MS = 86_400_000;

/** Rows that are read together, and carts and days that are tidied together. */
const TOGETHER = 50;
const TIDIED = 1_000;

/** How the name of the note of a file that was begun starts; the store and the day follow. */
const NOTE = "visit_archive:";

/** A file that was begun: of a store's old rows up to `lastSeq`. */
export interface Begun {
  storeId: string;
  /** Of the note, such as `2026-11-30`. */
  day: string;
  lastSeq: number;
}

/** Stores with rows that are old, of which everything was before `cutoff` (ms UTC). */
export async function storesWithOldRows(d1: D1Database, cutoff: number): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT s.id FROM stores s WHERE EXISTS (SELECT 1 FROM visit_log l WHERE l.store_id = s.id AND l.latest < ?1)
         OR EXISTS (SELECT 1 FROM watermarks WHERE name GLOB '${NOTE}' || s.id || ':*') ORDER BY s.id`,
    )
    .bind(cutoff)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** The file of a store that was begun and isn't done with; `null`: there is none. */
export async function begunFile(d1: D1Database, storeId: string): Promise<Begun | null> {
  const row = await d1
    .prepare("SELECT name, value FROM watermarks WHERE name GLOB ?1 || '*' LIMIT 1")
    .bind(`${NOTE}${storeId}:`)
    .first<{ name: string; value: number }>();
  return row === null ? null : { storeId, day: row.name.slice(-10), lastSeq: row.value };
}

/** Notes the store's next rows, of about so many events; `null`: none is old enough. */
export async function beginFile(
  d1: D1Database,
  storeId: string,
  cutoff: number,
  events: number,
  now: number,
): Promise<Begun | null> {
  const last = await d1
    .prepare(
      `SELECT seq, latest FROM (SELECT seq, latest, sum(count) OVER (ORDER BY seq) - count AS before
         FROM visit_log WHERE store_id = ?1 AND latest < ?2) WHERE before < ?3 ORDER BY seq DESC LIMIT 1`,
    )
    .bind(storeId, cutoff, events)
    .first<{ seq: number; latest: number }>();
  if (last === null) return null;
  const begun = { storeId, day: dateOf(last.latest), lastSeq: last.seq };
  await d1
    .prepare("INSERT OR IGNORE INTO watermarks (name, value, updated_at) VALUES (?1, ?2, ?3)")
    .bind(noteOf(begun), begun.lastSeq, now)
    .run();
  // Of two runs at once, the first to note one has both make that.
  return begunFile(d1, storeId);
}

function noteOf({ storeId, day }: Begun): string {
  return `${NOTE}${storeId}:${day}`;
}

/** The rows of a file, as they are by now: visitors may have been taken out of them. */
export async function oldRows(
  d1: D1Database,
  { storeId, lastSeq }: Begun,
  cutoff: number,
): Promise<{ seqs: number[]; events: LoggedEvent[] }> {
  const seqs: number[] = [];
  const events: LoggedEvent[] = [];
  for (let after = 0; ;) {
    const { results } = await d1
      .prepare(
        `SELECT seq, earliest, facts FROM visit_log
         WHERE store_id = ?1 AND latest < ?2 AND seq > ?3 AND seq <= ?4 ORDER BY seq LIMIT ${TOGETHER}`,
      )
      .bind(storeId, cutoff, after, lastSeq)
      .all<{ seq: number; earliest: number; facts: string }>();
    for (const row of results) {
      seqs.push(row.seq);
      events.push(...unpackEvents(row));
    }
    const last = results.at(-1);
    if (last === undefined || results.length < TOGETHER) return { seqs, events };
    after = last.seq;
  }
}

/** Deletes the rows of a file that was read back, and its note. */
export async function endFile(d1: D1Database, begun: Begun, seqs: readonly number[]): Promise<void> {
  await d1.batch([
    d1
      .prepare("DELETE FROM visit_log WHERE store_id = ?1 AND seq IN (SELECT value FROM json_each(?2))")
      .bind(begun.storeId, JSON.stringify(seqs)),
    d1.prepare("DELETE FROM watermarks WHERE name = ?1 AND value = ?2").bind(noteOf(begun), begun.lastSeq),
  ]);
}

/**
 * Takes from carts without anything done since `cutoff` (ms UTC) what was done, and whose they were, their key among it;
 * deletes days on which visitors were there, of which the log has nothing any more.
 */
export async function tidyOld(d1: D1Database, cutoff: number): Promise<void> {
  // A row of the log may have events of the day before its last.
  const day = dateOf(cutoff - 2 * DAY_MS);
  for (;;) {
    const results = await d1.batch([
      d1
        .prepare(
          `UPDATE carts SET events = '[]', visitor_hash = '', cart_key = 'old:' || lower(hex(randomblob(12)))
           WHERE (store_id, cart_key) IN (SELECT c.store_id, c.cart_key FROM stores s
             CROSS JOIN carts c ON c.store_id = s.id AND c.last_at < ?1 AND c.visitor_hash <> '' LIMIT ${TIDIED})`,
        )
        .bind(cutoff),
      d1
        .prepare(
          `DELETE FROM visitor_days WHERE (store_id, visitor_hash, day) IN (
             SELECT d.store_id, d.visitor_hash, d.day FROM visitor_days d WHERE d.day < ?1
               AND NOT EXISTS (SELECT 1 FROM visit_log l WHERE l.store_id = d.store_id AND l.latest < ?2) LIMIT ${TIDIED})`,
        )
        .bind(day, cutoff),
    ]);
    if (results.every(({ meta }) => meta.changes === 0)) return;
  }
}
