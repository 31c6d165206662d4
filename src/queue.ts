import { consume } from "./click/consume.ts";
import type { Config } from "./config.ts";
import { GENERATION_QUEUE } from "./generation/wake.ts";
import type { NewId } from "./id.ts";

/** Takes a delivery to the consumer of its queue. Throws for a queue that has none. */
export async function consumeQueue(batch: MessageBatch<string>, env: Env, config: Config, newId: NewId): Promise<void> {
  // Clicks come all the time: they don't load what generation is made of.
  if (batch.queue === GENERATION_QUEUE) {
    const { consumeGeneration } = await import("./generation/consume.ts");
    return consumeGeneration(batch, env);
  }
  return consume(batch, env, config, newId);
}
