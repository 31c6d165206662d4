import { errorText } from "../../ground/error-text.ts";
import type { DeadLetter } from "./letter.ts";
import { storeLetter } from "./bucket-store.ts";

/**
 * Keeps a message until somebody replays it: in D1, or in R2 while D1 takes nothing, since a queue
 * drops a message once its retries are used up. Throws if neither takes it; then the queue brings it again.
 */
export async function keepDeadLetter(env: Env, id: string, letter: DeadLetter): Promise<void> {
  try {
    await insertLetter(env.DB, id, letter).run();
  } catch (error) {
    // A deployment without R2 has only the queue's retries.
    if ((env.ARCHIVE ?? null) === null) throw error;
    const { queue, messageId } = letter;
    console.error(JSON.stringify({ event: "dead_letter_to_r2", queue, messageId, message: errorText(error) }));
    await storeLetter(env.ARCHIVE, letter);
  }
}

/** Statement that adds a letter; one that is there already is left as it is. */
export function insertLetter(db: D1Database, id: string, letter: DeadLetter): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO dead_letters (id, queue, message_id, body, reason, received_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
       ON CONFLICT (queue, message_id) DO NOTHING`,
    )
    .bind(id, letter.queue, letter.messageId, letter.body, letter.reason, letter.receivedAt);
}
