import { consume } from "./clicks/click/consume.ts";
import { GENERATION_QUEUE } from "./programme/generation/wake.ts";
import type { Isolate } from "./isolate.ts";

/** Takes a delivery to the consumer of its queue. Throws for a queue that has none. */
export async function consumeQueue(batch: MessageBatch<string>, env: Env, isolate: Isolate): Promise<void> {
  isolate.deliveries += 1;
  try {
    await consumerOf(batch, env, isolate);
  } finally {
    isolate.deliveries -= 1;
  }
}

async function consumerOf(batch: MessageBatch<string>, env: Env, { edge, newId }: Isolate): Promise<void> {
  // Clicks come all the time: they don't load what generation is made of.
  if (batch.queue === GENERATION_QUEUE) {
    const { consumeGeneration } = await import("./programme/generation/consume.ts");
    return consumeGeneration(batch, env);
  }
  return consume(batch, env, edge.config, newId);
}
