import { ingestClicks } from "../click/ingest.ts";
import { isClickBatch } from "../click/message.ts";
import type { Config } from "../config.ts";

/** Letters taken up in one run: each is up to 200 clicks. */
const LETTERS_A_RUN = 50;

/** The outcome of replaying one letter. */
export type ReplayOutcome = "replayed" | "unreadable";

/**
 * Ingests the clicks of a kept message after all. Harmless if they arrived by another way, or if it
 * is run twice. Throws what D1 throws.
 */
export async function replayLetter(
  db: D1Database,
  config: Config,
  letter: { id: string; body: string },
  now: number,
): Promise<ReplayOutcome> {
  let body: unknown = null;
  try {
    body = JSON.parse(letter.body);
  } catch {
    // Kept as it is: someone may still make sense of it.
  }
  if (!isClickBatch(body)) return "unreadable";
  await ingestClicks(db, config, body.clicks, now);
  await db
    .prepare("UPDATE dead_letters SET replayed_at = ?2 WHERE id = ?1 AND replayed_at IS NULL")
    .bind(letter.id, now)
    .run();
  return "replayed";
}

/** Replays what waits, oldest first; what is unreadable goes on waiting. */
export async function replayWaiting(db: D1Database, config: Config, now: number): Promise<void> {
  const { results } = await db
    .prepare(
      "SELECT id, body FROM dead_letters WHERE replayed_at IS NULL AND reason <> 'unreadable' ORDER BY id LIMIT ?1",
    )
    .bind(LETTERS_A_RUN)
    .all<{ id: string; body: string }>();
  for (const letter of results) await replayLetter(db, config, letter, now);
}
