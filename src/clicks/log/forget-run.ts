import { dayOf } from "../../edge/click/visitor.ts";
import { renewFirstVisits } from "./first-visits.ts";
import { clickLogs } from "./logs-store.ts";

/** A queue brings a message for four days, and a direct write within moments: older ids tell of nothing that could come. */
const MESSAGE_LIFE_MS = 8 * 86_400_000;

/** Ids deleted by one statement, and statements of one night in each database: the rest waits for the next. */
const IDS_AT_ONCE = 5_000;
const ROUNDS = 200;

/**
 * The night's work at `now` (ms UTC) in each database of the log: what told repeated visits and messages apart goes, once
 * nothing can come any more that it would tell. One that fails holds up no other. Idempotent. Throws what D1 throws.
 */
export async function forgetVisits(env: Env, now: number): Promise<void> {
  const { all } = await clickLogs(env, now);
  const done = await Promise.allSettled(all.map(({ d1 }) => forgetIn(d1, now)));
  for (const outcome of done) if (outcome.status === "rejected") throw outcome.reason;
}

async function forgetIn(d1: D1Database, now: number): Promise<void> {
  await d1.batch(renewFirstVisits(dayOf(now)).map((statement) => d1.prepare(statement)));
  for (let round = 0; round < ROUNDS; round++) {
    const { meta } = await d1
      .prepare(
        `DELETE FROM click_messages WHERE id IN (
           SELECT id FROM click_messages WHERE ingested_at < ?1 LIMIT ${IDS_AT_ONCE})`,
      )
      .bind(now - MESSAGE_LIFE_MS)
      .run();
    if (meta.changes === 0) return;
  }
}
