import type { ClickMessage } from "../../edge/click/message.ts";
import type { Config } from "../../ground/config.ts";
import { RETRIES } from "../../ground/db/retries.ts";
import { retryIdempotent } from "../../ground/db/retry.ts";
import { ingestClicks } from "./ingest.ts";

/**
 * Writes clicks to the log from the isolate that saw them, where there is no queue or it refused. `id` is that of the
 * message, which the queue may have taken all the same: by it the second of the two is passed over. Throws what D1 throws.
 */
export async function ingestDirect(
  env: Env,
  config: Config,
  batch: { id: string; clicks: readonly ClickMessage[] },
): Promise<void> {
  await retryIdempotent(() => ingestClicks(env, config, [batch], Date.now()), RETRIES);
}
