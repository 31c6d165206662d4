import { RETRIES } from "../../ground/db/retries.ts";
import { retryIdempotent, storageFailure } from "../../ground/db/retry.ts";
import { errorText } from "../../ground/error-text.ts";
import { sendCodesWake } from "../../programme/code/send-due.ts";
import { syncCodes } from "./run.ts";

/** Seconds before a run that failed is tried again, and at the least while D1 is overloaded. */
const RETRY_SECONDS = 5;
const SHED_SECONDS = 30;

/**
 * Takes a delivery: a run for each store that a message names. What a run leaves is another message's. A message comes
 * again if its run fails; what it gives up is left to the cron.
 */
export async function consumeCodes(batch: MessageBatch<string>, env: Env): Promise<void> {
  for (const message of batch.messages) {
    const storeId = message.body;
    try {
      const { left, worked } = await retryIdempotent(() => syncCodes(env, storeId, Date.now()), RETRIES);
      // A run that got nowhere would send messages for ever.
      if (left && worked > 0) await sendCodesWake(env.SHOP_QUEUE, storeId);
      message.ack();
    } catch (error) {
      console.error(JSON.stringify({ event: "code_sync_failed", storeId, message: errorText(error) }));
      message.retry({ delaySeconds: storageFailure(error) === "overloaded" ? SHED_SECONDS : RETRY_SECONDS });
    }
  }
}
