import { queues as clicks } from "./clicks/queues.ts";
import type { Queues } from "./ground/wing.ts";
import type { Isolate } from "./isolate.ts";
import { queues as programme } from "./programme/queues.ts";
import { queues as shops } from "./shops/queues.ts";
import { queues as visits } from "./visits/queues.ts";

/** The queues of all wings. */
const QUEUES: Queues = { ...clicks, ...programme, ...shops, ...visits };

/** Takes a delivery to the consumer of its queue. Throws for a queue that has none. */
export async function consumeQueue(batch: MessageBatch<string>, env: Env, isolate: Isolate): Promise<void> {
  const load = QUEUES[batch.queue];
  if (load === undefined) throw new Error(`no consumer for the queue ${batch.queue}`);
  isolate.deliveries += 1;
  try {
    const [consume, { newId }] = await Promise.all([load(), import("./ids.ts")]);
    await consume(batch, env, { config: isolate.edge.config, newId });
  } finally {
    isolate.deliveries -= 1;
  }
}
