/** Tries of one call, the first among them. */
export const MAX_TRIES = 3;

/** What all waits of one call come to at most, ms. */
export const MAX_WAIT_MS = 20_000;

/** The longest wait after a first failure, ms; doubled after each. */
const FIRST_WAIT_MS = 500;

/** The shortest wait that a shop may ask for, ms: one that asks for none would be asked in a loop. */
const SHORTEST_WAIT_MS = 100;

/** How far a call has come. */
export interface Tries {
  /** So far, 1 or more. */
  made: number;
  /** What was waited so far, ms. */
  waitedMs: number;
  /** Whether the call may be done twice. */
  idempotent: boolean;
}

/**
 * How long to wait before a call is tried again that came to nothing: a 5xx, a broken connection, no answer in time.
 * ms, by `chance` (0 to below 1), so that those that failed together come back apart; `null`: it isn't tried again.
 */
export function waitAfterFailure({ made, waitedMs, idempotent }: Tries, chance: number): number | null {
  // Nobody knows whether it was done.
  if (!idempotent || made >= MAX_TRIES) return null;
  return withinPatience((FIRST_WAIT_MS * 2 ** (made - 1) * (1 + chance)) / 2, waitedMs);
}

/**
 * How long to wait before a call is tried again that a shop had no time for; `askedMs` is what it asks for. `undone`:
 * it says that it did nothing, so that even a call that may not be done twice is tried again.
 */
export function waitAsAsked(
  { made, waitedMs, idempotent }: Tries,
  askedMs: number,
  undone: boolean,
  chance: number,
): number | null {
  if (!(idempotent || undone) || made >= MAX_TRIES) return null;
  return withinPatience(Math.max(askedMs, SHORTEST_WAIT_MS) * (1 + chance / 10), waitedMs);
}

/** A wait that is not a number, from a header that says nonsense, is too long as well. */
function withinPatience(waitMs: number, waitedMs: number): number | null {
  return waitedMs + waitMs <= MAX_WAIT_MS ? Math.ceil(waitMs) : null;
}
