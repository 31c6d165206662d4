import { RETRIES } from "../../ground/db/retries.ts";
import { retryIdempotent, storageFailure } from "../../ground/db/retry.ts";
import { errorText } from "../../ground/error-text.ts";
import type { NewId } from "../../ground/id.ts";
import type { DeadLetter } from "../../journal/dead-letter/letter.ts";
import { keepDeadLetter } from "../../journal/dead-letter/write.ts";
import { VISIT_DEAD_LETTER_QUEUE, VISIT_QUEUE } from "../queue-names.ts";
import { readMessage, type VisitMessage } from "../take/taken.ts";
import { recordVisits } from "./record-run.ts";

/** Seconds before a message whose write failed comes again, growing with each attempt. */
const RETRY_SECONDS = [2, 5, 15, 60, 300];

/** The same while D1 is overloaded, at the least: to come back sooner would keep it so. */
const SHED_SECONDS = 30;

/**
 * Seconds before a dead letter that could be kept neither in D1 nor in R2 comes again. With the queue's 100 retries that
 * outlasts the four days for which it holds a message.
 */
const DEAD_LETTER_SECONDS = 3_600;

/**
 * Characters of messages that are written together at most: all that a delivery usually has. The larger a write, the fewer
 * rows an event takes; in memory it is some ten times that.
 */
const CHARACTERS_AT_ONCE = 5_000_000;

interface Readable {
  message: Message<string>;
  read: VisitMessage;
}

/**
 * Takes a delivery of what pages told. Messages are acknowledged or retried so that one that fails doesn't bring the
 * others back; what can't be read is kept.
 */
export async function consumeVisits(batch: MessageBatch<string>, env: Env, newId: NewId): Promise<void> {
  if (batch.queue !== VISIT_QUEUE) return keepLetters(batch.messages, env, newId);
  const readable: Readable[] = [];
  for (const message of batch.messages) {
    const read = typeof message.body === "string" ? readMessage(message.body) : null;
    if (read !== null) readable.push({ message, read });
    else {
      const letter = letterOf(VISIT_QUEUE, message, "unreadable");
      await settle([message], () => keepDeadLetter(env, newId("deadLetter"), letter));
    }
  }
  for (const group of groupsOf(readable)) await write(group, env);
}

/** Writes messages together. One of them may be what D1 refuses: halved until it is alone, it can't hold the others up. */
async function write(group: readonly Readable[], env: Env): Promise<void> {
  const messages = group.map(({ message }) => message);
  const read = group.map((entry) => entry.read);
  const work = () => retryIdempotent(() => recordVisits(env.DB, read, Date.now()), RETRIES);
  if (await settle(messages, work, group.length > 1)) return;
  const middle = group.length >> 1;
  await write(group.slice(0, middle), env);
  await write(group.slice(middle), env);
}

async function keepLetters(messages: readonly Message<string>[], env: Env, newId: NewId): Promise<void> {
  for (const message of messages) {
    const letter = letterOf(VISIT_DEAD_LETTER_QUEUE, message, "retries_exhausted");
    try {
      await keepDeadLetter(env, newId("deadLetter"), letter);
      message.ack();
    } catch (error) {
      console.error(JSON.stringify({ event: "dead_letter_failed", id: message.id, message: errorText(error) }));
      message.retry({ delaySeconds: DEAD_LETTER_SECONDS });
    }
  }
}

/**
 * Does the work of messages and acknowledges them, or has them come again. With `splittable`, a failure that isn't D1's
 * state is left to the caller: `false`.
 */
async function settle(
  messages: readonly Message<string>[],
  work: () => Promise<void>,
  splittable = false,
): Promise<boolean> {
  try {
    await work();
    for (const message of messages) message.ack();
  } catch (error) {
    const failure = storageFailure(error);
    if (splittable && failure === "permanent") return false;
    for (const message of messages) {
      const { id, attempts } = message;
      console.error(JSON.stringify({ event: "queue_message_failed", id, attempts, message: errorText(error) }));
      const delay = RETRY_SECONDS[Math.min(attempts, RETRY_SECONDS.length) - 1] ?? 300;
      message.retry({ delaySeconds: failure === "overloaded" ? Math.max(delay, SHED_SECONDS) : delay });
    }
  }
  return true;
}

/** Messages in groups of {@link CHARACTERS_AT_ONCE} at most. */
function groupsOf(entries: readonly Readable[]): Readable[][] {
  const groups: Readable[][] = [];
  let characters = 0;
  for (const entry of entries) {
    const open = groups.at(-1);
    characters += entry.message.body.length;
    if (open === undefined || characters > CHARACTERS_AT_ONCE) {
      groups.push([entry]);
      characters = entry.message.body.length;
    } else open.push(entry);
  }
  return groups;
}

function letterOf(queue: string, message: Message, reason: string): DeadLetter {
  const body = typeof message.body === "string" ? message.body : (JSON.stringify(message.body) ?? "");
  return { queue, messageId: message.id, body, reason, receivedAt: message.timestamp.getTime() };
}
