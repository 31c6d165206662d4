import type { Config } from "../config.ts";
import { keepDeadLetter } from "../dead-letter/keep.ts";
import type { NewId } from "../id.ts";
import { ingestClicks } from "./ingest.ts";
import { isClickBatch } from "./message.ts";

/** The queues that this Worker consumes, as `wrangler.toml` names them. */
export const CLICK_QUEUE = "waymark-clicks";
export const DEAD_LETTER_QUEUE = "waymark-clicks-dead";

/** Seconds before a message whose write failed comes again, growing with each attempt. */
const RETRY_SECONDS = [2, 5, 15, 60, 300];

/**
 * Takes a delivery of the queues. Each message is acknowledged or retried on its own, so that one
 * that fails doesn't bring the others back. Throws for a queue that has no consumer.
 */
export async function consume(batch: MessageBatch<string>, env: Env, config: Config, newId: NewId): Promise<void> {
  const consumeOne =
    batch.queue === CLICK_QUEUE ? consumeClicks : batch.queue === DEAD_LETTER_QUEUE ? consumeDeadLetter : null;
  if (consumeOne === null) throw new Error(`no consumer for the queue ${batch.queue}`);
  for (const message of batch.messages) {
    try {
      await consumeOne(message, env, config, newId);
      message.ack();
    } catch (error) {
      console.error(
        JSON.stringify({
          event: "queue_message_failed",
          queue: batch.queue,
          id: message.id,
          attempts: message.attempts,
          message: String(error),
        }),
      );
      message.retry({ delaySeconds: RETRY_SECONDS[Math.min(message.attempts, RETRY_SECONDS.length) - 1] ?? 300 });
    }
  }
}

async function consumeClicks(message: Message<string>, env: Env, config: Config, newId: NewId): Promise<void> {
  const body = parse(message.body);
  if (isClickBatch(body)) await ingestClicks(env.DB, config, body.clicks, Date.now());
  else await keepDeadLetter(env.DB, newId("deadLetter"), letterOf(CLICK_QUEUE, message, "unreadable"));
}

async function consumeDeadLetter(message: Message<string>, env: Env, _config: Config, newId: NewId): Promise<void> {
  await keepDeadLetter(env.DB, newId("deadLetter"), letterOf(DEAD_LETTER_QUEUE, message, "retries_exhausted"));
}

function letterOf(queue: string, message: Message<string>, reason: string) {
  const body = typeof message.body === "string" ? message.body : (JSON.stringify(message.body) ?? "");
  return { queue, messageId: message.id, body, reason, receivedAt: message.timestamp.getTime() };
}

/** The JSON of a body, or `null`, which is no batch of clicks. */
function parse(body: unknown): unknown {
  if (typeof body !== "string") return body;
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
