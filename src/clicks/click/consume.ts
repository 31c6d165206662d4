import type { Config } from "../../ground/config.ts";
import { RETRIES } from "../../ground/db/retries.ts";
import { retryIdempotent, storageFailure } from "../../ground/db/retry.ts";
import { keepDeadLetter } from "../../journal/dead-letter/write.ts";
import { errorText } from "../../ground/error-text.ts";
import type { NewId } from "../../ground/id.ts";
import { type ClickDelivery, ingestClicks } from "./ingest.ts";
import { type ReadBatch, readBatch } from "./read-batch.ts";

/** The queues that this Worker consumes, as `wrangler.toml` names them. */
export const CLICK_QUEUE = "waymark-clicks";
export const DEAD_LETTER_QUEUE = "waymark-clicks-dead";

/** Seconds before a message whose write failed comes again, growing with each attempt. */
const RETRY_SECONDS = [2, 5, 15, 60, 300];

/** The same while D1 is overloaded, at the least: to come back sooner would keep it so. */
const SHED_SECONDS = 30;

/**
 * Clicks written in one transaction: quiet data centres send messages of one click, and a transaction
 * for each would cost D1 more time than their rows. 500 rows with every text at its longest are half
 * of the 2 MB that a parameter may have.
 */
const CLICKS_AT_ONCE = 500;

/**
 * Characters of their messages at most: three times what is usual. Visitors make texts as long as the edge lets them, and
 * whoever reads the log has tens of batches in memory at once.
 */
const CHARACTERS_AT_ONCE = 200_000;

/**
 * Seconds before a dead letter that could be kept neither in D1 nor in R2 comes again. With the
 * queue's 100 retries that outlasts the four days for which it holds a message.
 */
const DEAD_LETTER_SECONDS = 3_600;

interface Consumer {
  env: Env;
  config: Config;
  newId: NewId;
}

/**
 * Takes a delivery of the queues. Messages are acknowledged or retried so that one that fails doesn't
 * bring the others back. Throws for a queue that has no consumer.
 */
export async function consume(batch: MessageBatch<string>, env: Env, config: Config, newId: NewId): Promise<void> {
  const consumer: Consumer = { env, config, newId };
  if (batch.queue === CLICK_QUEUE) return consumeClicks(batch.messages, consumer);
  if (batch.queue !== DEAD_LETTER_QUEUE) throw new Error(`no consumer for the queue ${batch.queue}`);
  for (const message of batch.messages) {
    const letter = letterOf(DEAD_LETTER_QUEUE, message, "retries_exhausted");
    try {
      await keepDeadLetter(env, newId("deadLetter"), letter);
      message.ack();
    } catch (error) {
      console.error(JSON.stringify({ event: "dead_letter_failed", id: message.id, message: errorText(error) }));
      message.retry({ delaySeconds: DEAD_LETTER_SECONDS });
    }
  }
}

async function consumeClicks(messages: readonly Message<string>[], consumer: Consumer): Promise<void> {
  const readable: { message: Message<string>; batch: ReadBatch }[] = [];
  for (const message of messages) {
    const batch = readBatch(parse(message.body));
    if (batch !== null && batch.unreadable.length === 0) readable.push({ message, batch });
    else await settle([message], () => consumeDamaged(message, batch, consumer));
  }
  for (const group of groupsOf(readable)) {
    const batches = group.map(({ batch }) => batch);
    const grouped = group.map(({ message }) => message);
    const failure = await settle(grouped, () => write(batches, consumer), group.length > 1);
    if (failure === null) continue;
    // One message may be what D1 refuses: alone, it can't hold the others up.
    for (const { message, batch } of group) await settle([message], () => write([batch], consumer));
  }
}

/** What can be read goes to the log, and the rest is kept, so that neither is lost nor holds up the other. */
async function consumeDamaged(message: Message<string>, batch: ReadBatch | null, consumer: Consumer): Promise<void> {
  const { env, newId } = consumer;
  const letter = letterOf(CLICK_QUEUE, message, "unreadable");
  if (batch === null) return keepDeadLetter(env, newId("deadLetter"), letter);
  await write([batch], consumer);
  const body = JSON.stringify({ v: 1, clicks: batch.unreadable });
  await keepDeadLetter(env, newId("deadLetter"), { ...letter, body });
}

function write(deliveries: readonly ClickDelivery[], { env, config }: Consumer): Promise<void> {
  return retryIdempotent(() => ingestClicks(env, config, deliveries, Date.now()), RETRIES);
}

/**
 * Does the work of messages and acknowledges them, or has them come again. With `splittable`, a
 * failure that isn't D1's state is left to the caller and returned.
 */
async function settle(
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
      console.error(
        JSON.stringify({
          event: "queue_message_failed",
          id: message.id,
          attempts: message.attempts,
          message: errorText(error),
        }),
      );
      const delay = RETRY_SECONDS[Math.min(message.attempts, RETRY_SECONDS.length) - 1] ?? 300;
      message.retry({ delaySeconds: failure === "overloaded" ? Math.max(delay, SHED_SECONDS) : delay });
    }
    return null;
  }
}

/** Messages in groups of {@link CLICKS_AT_ONCE} clicks and {@link CHARACTERS_AT_ONCE} at most; a larger one stands alone. */
function groupsOf<Entry extends { batch: ReadBatch; message: Message<string> }>(entries: readonly Entry[]): Entry[][] {
  const groups: Entry[][] = [];
  let [clicks, characters] = [0, 0];
  for (const entry of entries) {
    const open = groups.at(-1);
    clicks += entry.batch.clicks.length;
    characters += entry.message.body.length;
    if (open === undefined || clicks > CLICKS_AT_ONCE || characters > CHARACTERS_AT_ONCE) {
      groups.push([entry]);
      [clicks, characters] = [entry.batch.clicks.length, entry.message.body.length];
    } else {
      open.push(entry);
    }
  }
  return groups;
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
