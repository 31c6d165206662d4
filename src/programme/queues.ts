import type { Queues } from "../ground/wing.ts";
import { GENERATION_QUEUE } from "./generation/send-wake.ts";

/** The queue that the wing consumes. Clicks come all the time: they don't load what generation is made of. */
export const queues: Queues = {
  [GENERATION_QUEUE]: async () => (await import("./generation/consume.ts")).consumeGeneration,
};
