import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";

/**
 * Brings the ledger up to date with orders that were just decided on. They are marked as due already, so
 * that the cron makes up for a failure, and for those that are more than are settled at once.
 */
export async function settleNow({ settle }: Deps, orderIds: readonly string[]): Promise<void> {
  if (orderIds.length === 0) return;
  try {
    await settle({ ids: orderIds });
  } catch (error) {
    console.warn(JSON.stringify({ event: "settling_left_to_cron", orderIds, message: errorText(error) }));
  }
}
