import { errorText } from "../../ground/error-text.ts";
import { inTime } from "../../ground/in-time.ts";
import type { ClickMessage, PackedMessage, ReadAgent } from "./message.ts";
import { type LeavingClick, packMessage } from "./pack.ts";
import type { SeenClick } from "./seen.ts";
import type { Pseudonyms } from "./visitor.ts";

/** Largest body sent, bytes of JSON: a queue message may have 128 KB with its envelope. */
const MAX_MESSAGE_BYTES = 120_000;

/** Bytes that a character (a UTF-16 code unit) of a body takes at most. */
const MAX_CHARACTER_BYTES = 3;

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
  /** Takes a {@link PackedMessage} as JSON text, written once; `null`: no queue is bound (free plan). */
  queue: Pick<Queue<string>, "send"> | null;
  /** Writes straight to D1. `id` is the message's that the queue may have taken all the same. */
  direct: (batch: { id: string; clicks: ClickMessage[] }) => Promise<void>;
  /** Names a message: see {@link PackedMessage.id}. */
  newId: () => string;
  /** Puts the clicks of a message together again; what does is loaded when the queue fails. */
  unpack: (batch: PackedMessage) => Promise<ClickMessage[]>;
  /** `null`: without a key nobody can be told apart, so every visit counts as its own. */
  pseudonyms: Pseudonyms | null;
  /** Reads a user agent here that may not travel. */
  read: (click: SeenClick) => Promise<ReadAgent>;
  /** The last resort: writes to the Worker's own log. */
  report: (event: Record<string, unknown>) => void;
}

/**
 * Sends a batch of clicks on: to the queue; if that is missing or refuses, to D1; if that fails
 * too, into the Worker's log, clicks and all. Never rejects, for nobody is left to hear it.
 */
export async function sendClicks(seen: readonly SeenClick[], routes: ClickLogRoutes): Promise<void> {
  const leaving: LeavingClick[] = [];
  for (const click of seen) {
    const strict = click.consent.policy === "strict";
    leaving.push({
      seen: click,
      pseudonym: strict ? null : pseudonymOf(click, routes),
      read: strict ? await readAgent(click, routes) : null,
    });
  }
  await sendBatch(leaving, routes);
}

async function sendBatch(clicks: LeavingClick[], routes: ClickLogRoutes): Promise<void> {
  const batch = packMessage(routes.newId(), clicks);
  if (routes.queue !== null) {
    const body = JSON.stringify(batch);
    // Nearly every body is so short that its bytes need no counting.
    if (
      body.length > MAX_MESSAGE_BYTES / MAX_CHARACTER_BYTES &&
      clicks.length > 1 &&
      encoder.encode(body).length > MAX_MESSAGE_BYTES
    ) {
      const middle = clicks.length >> 1;
      await sendBatch(clicks.slice(0, middle), routes);
      await sendBatch(clicks.slice(middle), routes);
      return;
    }
    try {
      await inTime(routes.queue.send(body, { contentType: "text" }), QUEUE_MS, wait);
      return;
    } catch (error) {
      // The queue may have taken the message all the same; its id and the clicks' make a second write harmless.
      routes.report({ event: "click_queue_failed", clicks: clicks.length, message: errorText(error) });
    }
  }
  // Should even unpacking fail, they are logged as they are.
  let messages: object[] = [batch];
  try {
    const unpacked = await routes.unpack(batch);
    messages = unpacked;
    await inTime(routes.direct({ id: batch.id, clicks: unpacked }), DIRECT_MS, wait);
  } catch (error) {
    routes.report({ event: "clicks_unlogged", message: errorText(error), clicks: messages });
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

/** What a user agent says, so that nothing of the visitor's own leaves the isolate; `null` if it can't be read. */
async function readAgent(click: SeenClick, { read, report }: ClickLogRoutes): Promise<ReadAgent | null> {
  try {
    return await read(click);
  } catch (error) {
    report({ event: "agent_unread", message: errorText(error) });
    return null;
  }
}
