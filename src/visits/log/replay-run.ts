import { readMessage } from "../take/taken.ts";
import { recordVisits } from "./record-run.ts";
import { WRITES_KEPT_MS } from "./tidy-run.ts";

/**
 * Writes a kept message after all, at `now` (ms UTC). Harmless if it was written by another way, or if it is run twice.
 * Answers `false` for what can't be read, and for what is so old that nobody knows any longer whether it was written.
 * Throws what D1 throws.
 */
export async function replayVisits(d1: D1Database, body: string, now: number): Promise<boolean> {
  const message = readMessage(body);
  if (message === null) return false;
  const isKnown = message.requests.every(({ receivedAt }) => receivedAt > now - WRITES_KEPT_MS);
  if (isKnown) await recordVisits(d1, [message], now);
  return isKnown;
}
