import { storageFailure } from "../../ground/db/retry.ts";
import { errorText } from "../../ground/error-text.ts";
import type { NewId } from "../../ground/id.ts";
import type { DeadLetter } from "./letter.ts";
import { keepDeadLetter } from "./write.ts";

/** Seconds before a message whose write failed comes again, growing with each attempt. */
const RETRY_SECONDS = [2, 5, 15, 60, 300];

/** The same while D1 is overloaded, at the least: to come back sooner would keep it so. */
const SHED_SECONDS = 30;

/**
 * Seconds before a dead letter that could be kept neither in D1 nor in R2 comes again. With the
 * queue's 100 retries that outlasts the four days for which it holds a message.
 */
const DEAD_LETTER_SECONDS = 3_600;

/**
 * Does the work of messages and acknowledges them, or has them come again. With `splittable`, a
 * failure that isn't D1's state is left to the caller and returned.
 */
export async function settle(
  messages: readonly Message<string>[],
  work: () => Promise<void>,
  splittable = false,
): Promise<unknown> {
  try {
    await work();
    for (const message of messages) message.ack();
    return null;
  } catch (error) {
    const failure = storageFailure(error);
    if (splittable && failure === "permanent") return error;
    for (const message of messages) {
      const { id, attempts } = message;
      console.error(JSON.stringify({ event: "queue_message_failed", id, attempts, message: errorText(error) }));
      const delay = RETRY_SECONDS[Math.min(attempts, RETRY_SECONDS.length) - 1] ?? 300;
      message.retry({ delaySeconds: failure === "overloaded" ? Math.max(delay, SHED_SECONDS) : delay });
    }
    return null;
  }
}

/** Keeps what a dead-letter queue of this name brings, each for itself. */
export async function keepLetters(
  queue: string,
  messages: readonly Message<string>[],
  env: Env,
  newId: NewId,
): Promise<void> {
  for (const message of messages) {
    try {
      await keepDeadLetter(env, newId("deadLetter"), letterOf(queue, message, "retries_exhausted"));
      message.ack();
    } catch (error) {
      console.error(JSON.stringify({ event: "dead_letter_failed", id: message.id, message: errorText(error) }));
      message.retry({ delaySeconds: DEAD_LETTER_SECONDS });
    }
  }
}

/** A message of a queue as a letter, whatever its body is. */
export function letterOf(queue: string, message: Message<string>, reason: string): DeadLetter {
  const body = typeof message.body === "string" ? message.body : (JSON.stringify(message.body) ?? "");
  return { queue, messageId: message.id, body, reason, receivedAt: message.timestamp.getTime() };
}
