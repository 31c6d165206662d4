import type { DeadLetter } from "./letter.ts";

/** Where letters wait in R2 that D1 could not take: `dead-letters/<queue>/<messageId>.json`. */
const PREFIX = "dead-letters/";
const SUFFIX = ".json";

/** Puts a letter into R2. A redelivery writes the same object again. Throws what R2 throws. */
export async function storeLetter(bucket: R2Bucket, letter: DeadLetter): Promise<void> {
  const { queue, messageId, body, reason, receivedAt } = letter;
  await bucket.put(`${PREFIX}${queue}/${messageId}${SUFFIX}`, body, {
    httpMetadata: { contentType: "application/json" },
    customMetadata: { reason, receivedAt: String(receivedAt) },
  });
}

/** Letters that wait in R2, each under its key, `limit` at most. Throws what R2 throws. */
export async function storedLetters(bucket: R2Bucket, limit: number): Promise<Map<string, DeadLetter>> {
  const { objects } = await bucket.list({ prefix: PREFIX, limit });
  const bodies = await Promise.all(objects.map(({ key }) => bucket.get(key)));
  const letters = new Map<string, DeadLetter>();
  for (const object of bodies) {
    // Another run may have taken it up between the two calls.
    if (object !== null) letters.set(object.key, await letterOf(object));
  }
  return letters;
}

async function letterOf(object: R2ObjectBody): Promise<DeadLetter> {
  const [queue = "", ...rest] = object.key.slice(PREFIX.length).split("/");
  const { reason = "unreadable", receivedAt } = object.customMetadata ?? {};
  return {
    queue,
    messageId: rest.join("/").slice(0, -SUFFIX.length),
    body: await object.text(),
    reason,
    receivedAt: Number(receivedAt ?? object.uploaded),
  };
}
