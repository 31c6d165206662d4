import { and, eq } from "drizzle-orm";
import { ingestClicks } from "../../clicks/click/ingest.ts";
import { readBatch } from "../../clicks/click/read-batch.ts";
import type { Config } from "../../ground/config.ts";
import { openDatabase, statementOf } from "../../ground/db/client.ts";
import { deadLetters } from "../../ground/db/schema/click.ts";
import { VISIT_DEAD_LETTER_QUEUE, VISIT_QUEUE } from "../../visits/queue-names.ts";
import { errorText } from "../../ground/error-text.ts";

/** Letters taken up in one run: each is up to 200 clicks. */
const LETTERS_A_RUN = 50;

/** The parts of a letter that a replay needs. */
export interface ReplayedLetter {
  id: string;
  queue: string;
  body: string;
}

/** The queues of what pages told. */
const VISITS: ReadonlySet<string> = new Set([VISIT_QUEUE, VISIT_DEAD_LETTER_QUEUE]);

/** What a replay changes of a letter: its clicks are in the log, or only some are and the rest can't be read. */
export type LetterChange = { replayedAt: number; body: "" } | { reason: "unreadable"; body: string };

/**
 * Ingests what can be read of a kept message after all. Harmless if it arrived by another way, or if it
 * is run twice. Returns what is to be recorded of the letter, or `null` if nothing of it can be read.
 * Throws what D1 throws.
 */
export async function ingestLetter(
  env: Env,
  config: Config,
  letter: ReplayedLetter,
  now: number,
): Promise<LetterChange | null> {
  if (VISITS.has(letter.queue)) {
    const { replayVisits } = await import("../../visits/log/replay-run.ts");
    return (await replayVisits(env.DB, letter.body, now)) ? { replayedAt: now, body: "" } : null;
  }
  const batch = readBatch(parse(letter.body));
  if (batch === null || (batch.clicks.length === 0 && batch.unreadable.length > 0)) return null;
  // Its id may be forgotten by now, and others of its clicks may have come by another way: each click tells for itself.
  await ingestClicks(env, config, [{ id: null, clicks: batch.clicks }], now);
  // A body holds user agents and pseudonyms: it goes as soon as nobody needs it.
  return batch.unreadable.length === 0
    ? { replayedAt: now, body: "" }
    : { reason: "unreadable", body: JSON.stringify({ v: 1, clicks: batch.unreadable }) };
}

/** Statement that records a replay, unless another one came first. */
export function recordReplay(db: D1Database, letter: ReplayedLetter, change: LetterChange): D1PreparedStatement {
  const untouched = and(eq(deadLetters.id, letter.id), eq(deadLetters.body, letter.body));
  return statementOf(db, openDatabase(db).update(deadLetters).set(change).where(untouched));
}

/**
 * Replays what waits at `now` (ms UTC), and first what was not tried for the longest time: a letter that
 * fails goes behind all others, so that however many fail, each of the others has its turn. What turns
 * out to be unreadable is marked so, and waits for a person.
 */
export async function replayWaiting(env: Env, config: Config, now: number): Promise<void> {
  const db = env.DB;
  const { results } = await db
    .prepare(
      `SELECT id, queue, body FROM dead_letters WHERE replayed_at IS NULL AND reason <> 'unreadable'
       ORDER BY coalesce(attempted_at, received_at), id LIMIT ?1`,
    )
    .bind(LETTERS_A_RUN)
    .all<ReplayedLetter>();
  for (const letter of results) {
    try {
      // Before the attempt: one that ends the whole run must not be the first of the next run too.
      await db.prepare("UPDATE dead_letters SET attempted_at = ?2 WHERE id = ?1").bind(letter.id, now).run();
      const change = await ingestLetter(env, config, letter, now);
      await recordReplay(db, letter, change ?? { reason: "unreadable", body: letter.body }).run();
    } catch (error) {
      console.error(JSON.stringify({ event: "replay_failed", id: letter.id, message: errorText(error) }));
    }
  }
}

/** The JSON of a body, or `null`, which is no batch of clicks. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
