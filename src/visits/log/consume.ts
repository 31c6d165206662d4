import { RETRIES } from "../../ground/db/retries.ts";
import { retryIdempotent } from "../../ground/db/retry.ts";
import type { NewId } from "../../ground/id.ts";
import { keepLetters, letterOf, settle } from "../../journal/dead-letter/settle-consume.ts";
import { keepDeadLetter } from "../../journal/dead-letter/write.ts";
import { VISIT_DEAD_LETTER_QUEUE, VISIT_QUEUE } from "../queue-names.ts";
import { readMessage, type VisitMessage } from "../take/taken.ts";
import { recordVisits } from "./record-run.ts";

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
  if (batch.queue !== VISIT_QUEUE) return keepLetters(VISIT_DEAD_LETTER_QUEUE, batch.messages, env, newId);
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
  if ((await settle(messages, work, group.length > 1)) === null) return;
  const middle = group.length >> 1;
  await write(group.slice(0, middle), env);
  await write(group.slice(middle), env);
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
