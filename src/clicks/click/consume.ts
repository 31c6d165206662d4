import type { Config } from "../../ground/config.ts";
import { RETRIES } from "../../ground/db/retries.ts";
import { retryIdempotent } from "../../ground/db/retry.ts";
import { keepLetters, letterOf, settle } from "../../journal/dead-letter/settle-consume.ts";
import { keepDeadLetter } from "../../journal/dead-letter/write.ts";
import type { NewId } from "../../ground/id.ts";
import { type ClickDelivery, ingestClicks } from "./ingest.ts";
import { type ReadBatch, readBatch } from "./read-batch.ts";

/** The queues that this Worker consumes, as `wrangler.toml` names them. */
export const CLICK_QUEUE = "waymark-clicks";
export const DEAD_LETTER_QUEUE = "waymark-clicks-dead";

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
  await keepLetters(DEAD_LETTER_QUEUE, batch.messages, env, newId);
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

/** The JSON of a body, or `null`, which is no batch of clicks. */
function parse(body: unknown): unknown {
  if (typeof body !== "string") return body;
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
