import type { Queues } from "../ground/wing.ts";
import { SHOP_QUEUE } from "../programme/code/send-due.ts";

/** The queue that the wing consumes. What speaks to shops is loaded when there is something to say. */
export const queues: Queues = {
  [SHOP_QUEUE]: async () => (await import("./code/consume.ts")).consumeCodes,
};
