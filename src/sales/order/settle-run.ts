import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";

/**
 * Brings the ledger up to date with an order that was just decided on. It is marked as due already, so
 * that the cron makes up for a failure.
 */
export async function settleNow({ settle }: Deps, orderId: string): Promise<void> {
  try {
    await settle({ ids: [orderId] });
  } catch (error) {
    console.warn(JSON.stringify({ event: "settling_left_to_cron", orderId, message: errorText(error) }));
  }
}
