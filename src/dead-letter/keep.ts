/** A queue message that could not be processed. */
export interface DeadLetter {
  queue: string;
  /** The queue's own id of the message: a redelivery is kept once. */
  messageId: string;
  body: string;
  reason: string;
  /** When the message was sent, ms UTC. */
  receivedAt: number;
}

/** Keeps a message until somebody replays it. Throws what D1 throws; then the queue brings it again. */
export async function keepDeadLetter(db: D1Database, id: string, letter: DeadLetter): Promise<void> {
  await db
    .prepare(
      `INSERT INTO dead_letters (id, queue, message_id, body, reason, received_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
       ON CONFLICT (queue, message_id) DO NOTHING`,
    )
    .bind(id, letter.queue, letter.messageId, letter.body, letter.reason, letter.receivedAt)
    .run();
}
