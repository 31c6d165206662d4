import type { Consumer, Queues } from "../ground/wing.ts";
import { CLICK_QUEUE, consume, DEAD_LETTER_QUEUE } from "./click/consume.ts";

const consumer: Consumer = (batch, env, { config, newId }) => consume(batch, env, config, newId);

/** The queues that the wing consumes. */
export const queues: Queues = {
  [CLICK_QUEUE]: () => Promise.resolve(consumer),
  [DEAD_LETTER_QUEUE]: () => Promise.resolve(consumer),
};
