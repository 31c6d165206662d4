const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Pauses after the first, second, … failed attempt, ms. They come to 23 h 36 min. */
export const PAUSES_MS = [
  10 * SECOND_MS,
  MINUTE_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  8 * HOUR_MS,
  8 * HOUR_MS,
] as const;

/** A pause is up to this share longer or shorter, so that what failed together doesn't come back together. */
const JITTER = 0.1;

/**
 * When a delivery is tried again (ms UTC) of which `failed` attempts failed, the last of them at `now`
 * (ms UTC); `null`: never. `draw` is chance, 0 to below 1.
 */
export function nextAttemptAt(failed: number, now: number, draw: number): number | null {
  const pause = PAUSES_MS[failed - 1];
  return pause === undefined ? null : now + Math.round(pause * (1 + JITTER * (2 * draw - 1)));
}
