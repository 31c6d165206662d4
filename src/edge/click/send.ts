import { errorText } from "../../ground/error-text.ts";
import { inTime } from "../../ground/in-time.ts";
import type { ClickBatch, ClickMessage, ReadAgent } from "./message.ts";
import { messageOf, type SeenClick } from "./seen.ts";
import type { Pseudonyms } from "./visitor.ts";

/** Largest body sent, bytes of JSON: a queue message may have 128 KB with its envelope. */
const MAX_MESSAGE_BYTES = 120_000;

/**
 * How long the queue may take, and D1 after it, ms: a request lives for 30 s after its response, and
 * whatever hangs until then would take the clicks along.
 */
const QUEUE_MS = 8_000;
const DIRECT_MS = 16_000;

const encoder = new TextEncoder();
const wait = (ms: number): Promise<void> => scheduler.wait(ms);

/** The ways that clicks can take to the log, best first. */
export interface ClickLogRoutes {
  /** Takes a {@link ClickBatch} as JSON text, written once; `null`: no queue is bound (free plan). */
  queue: Pick<Queue<string>, "send"> | null;
  /** Writes straight to D1. */
  direct: (clicks: ClickMessage[]) => Promise<void>;
  /** `null`: without a key nobody can be told apart, so every visit counts as its own. */
  pseudonyms: Pseudonyms | null;
  /** Reads a user agent here that may not travel. */
  read: (click: ClickMessage) => Promise<ReadAgent>;
  /** The last resort: writes to the Worker's own log. */
  report: (event: Record<string, unknown>) => void;
}

/**
 * Sends a batch of clicks on: to the queue; if that is missing or refuses, to D1; if that fails
 * too, into the Worker's log, clicks and all. Never rejects, for nobody is left to hear it.
 */
export async function sendClicks(seen: readonly SeenClick[], routes: ClickLogRoutes): Promise<void> {
  const anonymous: Promise<ClickMessage>[] = [];
  const messages: ClickMessage[] = [];
  for (const click of seen) {
    if (click.consent.policy === "strict") anonymous.push(prepareAnonymous(messageOf(click, null), routes));
    else messages.push(messageOf(click, pseudonymOf(click, routes)));
  }
  if (anonymous.length > 0) messages.push(...(await Promise.all(anonymous)));
  await sendMessages(messages, routes);
}

async function sendMessages(clicks: ClickMessage[], routes: ClickLogRoutes): Promise<void> {
  if (routes.queue !== null) {
    const batch: ClickBatch = { v: 1, clicks };
    const body = JSON.stringify(batch);
    if (clicks.length > 1 && encoder.encode(body).length > MAX_MESSAGE_BYTES) {
      const middle = clicks.length >> 1;
      await sendMessages(clicks.slice(0, middle), routes);
      await sendMessages(clicks.slice(middle), routes);
      return;
    }
    try {
      await inTime(routes.queue.send(body, { contentType: "text" }), QUEUE_MS, wait);
      return;
    } catch (error) {
      // The queue may have taken the message all the same; click ids make a second write harmless.
      routes.report({ event: "click_queue_failed", clicks: clicks.length, message: errorText(error) });
    }
  }
  try {
    await inTime(routes.direct(clicks), DIRECT_MS, wait);
  } catch (error) {
    routes.report({ event: "clicks_unlogged", message: errorText(error), clicks });
  }
}

function pseudonymOf({ address, time, userAgent }: SeenClick, { pseudonyms, report }: ClickLogRoutes): string | null {
  if (address === null || pseudonyms === null) return null;
  try {
    return pseudonyms.of(address, userAgent ?? "", time);
  } catch (error) {
    report({ event: "pseudonym_failed", message: errorText(error) });
    return null;
  }
}

/** A click whose user agent was read here, so that nothing of the visitor's own leaves the isolate. */
async function prepareAnonymous(message: ClickMessage, routes: ClickLogRoutes): Promise<ClickMessage> {
  const anonymous = { ...message, userAgent: null };
  try {
    return { ...anonymous, read: await routes.read(message) };
  } catch (error) {
    routes.report({ event: "agent_unread", message: errorText(error) });
    return anonymous;
  }
}
