import { setTimeout as delay } from "node:timers/promises";
import { Failure } from "./failure.ts";

/** A first start on a slow machine takes a few seconds, ms. */
const READY_WITHIN_MS = 60_000;

const POLL_MS = 100;

/**
 * Waits until the Worker at `origin` answers its health check. Throws a {@link Failure} if it doesn't
 * in time, and an `AbortError` when `signal` fires.
 */
export async function waitUntilReady(origin: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  let last = "no answer";
  while (Date.now() < deadline) {
    try {
      const response = await fetch(`${origin}/healthz`, { signal });
      await response.arrayBuffer();
      if (response.ok) return;
      last = `status ${response.status}`;
    } catch {
      // Nothing listens yet; an abort ends the delay below.
    }
    await delay(POLL_MS, undefined, { signal });
  }
  throw new Failure(`The Worker isn't ready after ${READY_WITHIN_MS / 1000} s (/healthz: ${last}).`);
}
