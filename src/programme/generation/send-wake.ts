import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";

/** The queue whose messages say that there is something to make, as `wrangler.toml` names it. */
export const GENERATION_QUEUE = "waymark-generation";

/**
 * Has the codes and links that are queued under a plan made soon; to be called once its batch is
 * committed. Where there is no queue, or it fails, the minute's cron does the work.
 */
export function wakeGeneration({ env, waitUntil }: Pick<Deps, "env" | "waitUntil">, planId: string): void {
  const queue: Queue | undefined = env.GENERATION_QUEUE;
  if (queue !== undefined) waitUntil(sendWake(queue, planId));
}

/** Sends the message that starts a run. Never rejects. */
export async function sendWake(queue: Queue, planId: string): Promise<void> {
  try {
    await queue.send(planId, { contentType: "text" });
  } catch (error) {
    console.warn(JSON.stringify({ event: "generation_wake_failed", planId, message: errorText(error) }));
  }
}
