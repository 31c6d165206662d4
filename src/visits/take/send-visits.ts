import { errorText } from "../../ground/error-text.ts";
import { inTime } from "../../ground/in-time.ts";
import type { BufferedRequest } from "./buffer.ts";
import { bodyOf } from "./taken.ts";

/** How long the queue may take, and D1 after it, ms: a request lives for 30 s after its response. */
const QUEUE_MS = 8_000;
const DIRECT_MS = 16_000;

const wait = (ms: number): Promise<void> => scheduler.wait(ms);

/** The ways that what pages told can take to the log, best first. */
export interface VisitRoutes {
  /** Takes a message as text; `null`: no queue is bound (free plan). */
  queue: Pick<Queue<string>, "send"> | null;
  /** Writes a message straight to D1, which the queue may have taken all the same: its id tells. */
  direct: (body: string) => Promise<void>;
  /** Names a message. */
  newId: () => string;
}

/**
 * Sends what pages told on: to the queue; if that is missing or refuses, to D1; if that fails too, the Worker's log says how
 * much it was, and nothing of whom. Never rejects.
 */
export async function sendVisits(requests: readonly BufferedRequest[], routes: VisitRoutes): Promise<void> {
  const body = bodyOf(
    routes.newId(),
    requests.map(({ text }) => text),
  );
  const events = requests.reduce((sum, request) => sum + request.events, 0);
  if (routes.queue !== null) {
    try {
      await inTime(routes.queue.send(body, { contentType: "text" }), QUEUE_MS, wait);
      return;
    } catch (error) {
      console.error(JSON.stringify({ event: "visit_queue_failed", events, message: errorText(error) }));
    }
  }
  try {
    await inTime(routes.direct(body), DIRECT_MS, wait);
  } catch (error) {
    console.error(JSON.stringify({ event: "visits_unlogged", events, message: errorText(error) }));
  }
}
