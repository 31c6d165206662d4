/** What a failure of D1 means for whoever asked. */
export type StorageFailure = "transient" | "overloaded" | "permanent";

/**
 * Texts of failures after which D1 may or may not have done the work, and works again at once: safe
 * to repeat what is idempotent (Cloudflare's list of D1 errors).
 */
const TRANSIENT = [
  "Network connection lost",
  "storage caused object to be reset",
  "reset because its code was updated",
  "Internal error while starting up D1 DB storage",
  "Cannot resolve D1 DB due to transient issue on remote node",
];

/** Texts that mean: too much at once. Repeating at once would make it worse. */
const OVERLOADED = ["overloaded", "Too many requests queued", "exceeded timeout", "Too many API requests"];

/** Reads the kind of failure off its text, which is all that D1 gives. */
export function storageFailure(error: unknown): StorageFailure {
  const text = textOf(error);
  if (OVERLOADED.some((part) => text.includes(part))) return "overloaded";
  return TRANSIENT.some((part) => text.includes(part)) ? "transient" : "permanent";
}

/** The texts of an error and of what caused it: drizzle wraps D1's. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} ${textOf(error.cause)}`;
}

/** What {@link retryIdempotent} needs of the platform. */
export interface RetryOptions {
  /** Tries at most, the first included. */
  attempts: number;
  /** 0 to below 1. */
  random: () => number;
  /** Waits for so many ms. */
  wait: (ms: number) => Promise<void>;
}

/** The first pause is up to this long, ms; each further one up to twice the last. */
const FIRST_PAUSE_MS = 50;

/**
 * Repeats work after a passing failure, with growing pauses of random length so that many who failed
 * together don't come back together. The work must be idempotent: the failed try may have been done.
 * What is overloaded is left alone. Throws the last failure.
 */
export async function retryIdempotent<Result>(work: () => Promise<Result>, options: RetryOptions): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= options.attempts || storageFailure(error) !== "transient") throw error;
      await options.wait(options.random() * FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }
}
