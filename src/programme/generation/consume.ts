import { RETRIES } from "../../ground/db/retries.ts";
import { retryIdempotent, storageFailure } from "../../ground/db/retry.ts";
import { errorText } from "../../ground/error-text.ts";
import { wakeDueShops } from "../code/send-due.ts";
import { generate } from "./run.ts";
import { sendWake } from "./send-wake.ts";

/** Seconds before a run that failed is tried again, and at the least while D1 is overloaded. */
const RETRY_SECONDS = 5;
const SHED_SECONDS = 30;

/**
 * Takes a delivery: one run for all its messages, since the work itself waits in D1. What a run leaves
 * is another message's. Messages come again if it fails; what they give up is left to the cron.
 */
export async function consumeGeneration(batch: MessageBatch<string>, env: Env): Promise<void> {
  try {
    const { left, ready, failed } = await retryIdempotent(() => generate(env, Date.now()), RETRIES);
    // A run that got nowhere would send messages for ever.
    if (left && ready + failed > 0) await sendWake(env.GENERATION_QUEUE, batch.messages[0]?.body ?? "");
    if (ready > 0) await wakeDueShops(env, Date.now());
    batch.ackAll();
  } catch (error) {
    console.error(JSON.stringify({ event: "generation_run_failed", message: errorText(error) }));
    batch.retryAll({ delaySeconds: storageFailure(error) === "overloaded" ? SHED_SECONDS : RETRY_SECONDS });
  }
}
