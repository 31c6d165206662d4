import type { ClickMessage } from "../../edge/click/message.ts";
import type { Config } from "../../ground/config.ts";
import { RETRIES } from "../../ground/db/retries.ts";
import { retryIdempotent } from "../../ground/db/retry.ts";
import { ingestClicks } from "./ingest.ts";

/**
 * Writes clicks to the log from the isolate that saw them, where there is no queue or it refused. `id` is that of the
 * message, which the queue may have taken all the same: click ids make the second write harmless. Throws what D1 throws.
 */
export async function ingestDirect(
  db: D1Database,
  config: Config,
  { clicks }: { id: string; clicks: readonly ClickMessage[] },
): Promise<void> {
  await retryIdempotent(() => ingestClicks(db, config, clicks, Date.now()), RETRIES);
}
