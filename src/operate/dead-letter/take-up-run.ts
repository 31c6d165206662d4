import { createIdSource } from "../../ground/id.ts";
import { insertLetter } from "../../journal/dead-letter/write.ts";
import { storedLetters } from "../../journal/dead-letter/bucket-store.ts";

/** Letters moved in one batch: each has up to 128 KB. */
const LETTERS_A_BATCH = 20;

/** Batches of one run: a Worker may ask for some thousand things. */
const MAX_BATCHES = 25;

/**
 * Moves letters that wait in R2 to their table at `now` (ms UTC). A run that dies is taken up by the
 * next: a letter leaves R2 once it is in the table, where it is kept once. Throws what D1 and R2 throw.
 */
export async function takeUpLetters(env: Env, now: number): Promise<void> {
  if ((env.ARCHIVE ?? null) === null) return;
  const newId = createIdSource(
    () => now,
    (bytes) => crypto.getRandomValues(bytes),
  );
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const letters = await storedLetters(env.ARCHIVE, LETTERS_A_BATCH);
    if (letters.size === 0) return;
    await env.DB.batch([...letters.values()].map((letter) => insertLetter(env.DB, newId("deadLetter"), letter)));
    await env.ARCHIVE.delete([...letters.keys()]);
  }
}
