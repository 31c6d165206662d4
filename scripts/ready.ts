import { setTimeout as delay } from "node:timers/promises";
import { Failure } from "./failure.ts";

/** A first start takes some seconds; on a slow machine that is busy it took 40, ms. */
const UP_WITHIN_MS = 60_000;

const POLL_MS = 100;

/**
 * Waits until the Worker at `origin` answers its health check. Throws a {@link Failure} if it doesn't
 * in time, and an `AbortError` when `signal` fires.
 */
export async function waitUntilUp(origin: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + UP_WITHIN_MS;
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
  throw new Failure(`The Worker doesn't answer after ${UP_WITHIN_MS / 1000} s (/healthz: ${last}).`);
}

/** What `/readyz` answers, as far as it tells what is wrong. */
interface Readiness {
  checks?: Record<string, { state: string; detail?: string }>;
}

/**
 * Asks the Worker whether it can do its work. Throws a {@link Failure} that names what it can't do and why. `key`
 * is an admin key: details of the configuration are for its holders.
 */
export async function requireReady(origin: string, key: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(`${origin}/readyz`, { headers: { Authorization: `Bearer ${key}` }, signal });
  const body = await response.text();
  if (response.ok) return;
  throw new Failure(`The Worker runs, but isn't ready:\n\n${failuresOf(body)}\n\n${WHERE}`);
}

const WHERE = "Variables are set in wrangler.toml, secrets in .dev.vars. Correct them and start again.";

function failuresOf(body: string): string {
  let checks: Readiness["checks"];
  try {
    ({ checks } = JSON.parse(body) as Readiness);
  } catch {
    // Whatever it is, it is shown.
  }
  const failing = Object.entries(checks ?? {}).filter(([, { state }]) => state === "failing");
  if (failing.length === 0) return `  /readyz answers: ${body.slice(0, 1000)}`;
  return failing.map(([name, { detail }]) => `  - ${name}: ${detail ?? "fails"}`).join("\n");
}
