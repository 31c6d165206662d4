import type { RetryOptions } from "./retry.ts";

/** How idempotent work on D1 is repeated, with the platform's own chance and clock. */
export const RETRIES: RetryOptions = { attempts: 3, random: Math.random, wait: (ms) => scheduler.wait(ms) };
