import { setTimeout as delay } from "node:timers/promises";

/** Clicks on their way into the log, as `/metrics` says it. */
export interface OnTheWay {
  /** Clicks in the isolate that no queue has taken yet. */
  buffered: number;
  /** Messages in the queue; each has 1 to 200 clicks. */
  queued: number;
  /** Deliveries that the consumer is writing. */
  deliveries: number;
  /** Requests that are in the log. */
  logged: number;
}

/** What became of them. */
export interface Drained {
  /** Whether nothing is on its way any more. */
  done: boolean;
  /** Requests that were written meanwhile. */
  written: number;
  /** What was seen last. */
  last: OnTheWay;
}

/** The queue waits a second for company, and on a busy machine takes some more to write, ms. */
const WITHIN_MS = 20_000;

const POLL_MS = 100;

/** Readings one after the other that must show nothing: between queue and consumer a message is in neither, for a moment. */
const STILL_READINGS = 4;

/** Waits until nothing is on its way, for 20 s at most. Throws what `read` throws. */
export async function drain(read: () => Promise<OnTheWay>, within: number = WITHIN_MS): Promise<Drained> {
  const deadline = Date.now() + within;
  const first = await read();
  let last = first;
  let still = 0;
  for (;;) {
    still = isStill(last) ? still + 1 : 0;
    if (still >= STILL_READINGS || Date.now() >= deadline) break;
    await delay(POLL_MS);
    const next = await read();
    if (next.logged !== last.logged) still = 0;
    last = next;
  }
  return { done: still >= STILL_READINGS, written: last.logged - first.logged, last };
}

function isStill({ buffered, queued, deliveries }: OnTheWay): boolean {
  return buffered === 0 && queued === 0 && deliveries === 0;
}

/** Asks the Worker at `origin`; `key` is an admin key. Throws an `Error` if it doesn't say. */
export async function readOnTheWay(origin: string, key: string, signal: AbortSignal): Promise<OnTheWay> {
  const response = await fetch(`${origin}/metrics`, { headers: { Authorization: `Bearer ${key}` }, signal });
  const text = await response.text();
  if (!response.ok) throw new Error(`/metrics answers ${response.status}`);
  return {
    buffered: valueOf(text, "waymark_isolate_buffered_clicks"),
    queued: valueOf(text, "waymark_click_queue_messages"),
    deliveries: valueOf(text, "waymark_isolate_queue_deliveries"),
    logged: valueOf(text, "waymark_requests_total"),
  };
}

/** The sum of a metric's samples. */
function valueOf(text: string, name: string): number {
  const samples = text.split("\n").filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  if (samples.length === 0) throw new Error(`/metrics doesn't say ${name}`);
  return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}
