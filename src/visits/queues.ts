import type { Consumer, Queues } from "../ground/wing.ts";
import { VISIT_DEAD_LETTER_QUEUE, VISIT_QUEUE } from "./queue-names.ts";

const consumer = async (): Promise<Consumer> => {
  const { consumeVisits } = await import("./log/consume.ts");
  return (batch, env, { newId }) => consumeVisits(batch, env, newId);
};

/** The consumers of the wing's queues. */
export const queues: Queues = { [VISIT_QUEUE]: consumer, [VISIT_DEAD_LETTER_QUEUE]: consumer };
