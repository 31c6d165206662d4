import type { Deps } from "../../ground/deps.ts";
import { errorText } from "../../ground/error-text.ts";
import type { Code } from "./schema.ts";

/**
 * The queue whose messages are ids of stores, in whose shops codes are to be made or changed, as `wrangler.toml` names
 * it. The work itself waits in D1.
 */
export const SHOP_QUEUE = "waymark-shops";

/** Stores that one run of the generation wakes: others wait for the minute's cron. */
const MAX_WAKES = 100;

/**
 * Has the change of a code done in its shop soon; to be called once its batch is committed. A link leads with the
 * code's text as it is now, so the less a shop lags behind, the fewer shoppers come with a text that it doesn't know
 * yet. Where there is no queue, or it fails, the minute's cron does the work.
 */
export function wakeCodes({ env, waitUntil }: Pick<Deps, "env" | "waitUntil">, { store, storeId }: Code): void {
  const queue: Queue | undefined = env.SHOP_QUEUE;
  if (store.state === "pending" && queue !== undefined) waitUntil(sendCodesWake(queue, storeId));
}

/** Wakes every connected shop that has codes to be worked on at `now` (ms UTC). Never rejects. */
export async function wakeDueShops({ DB, SHOP_QUEUE: queue }: Pick<Env, "DB" | "SHOP_QUEUE">, now: number) {
  try {
    if ((queue as Queue | undefined) === undefined) return;
    const stores = await dueShops(DB, now, MAX_WAKES);
    await Promise.all(stores.map((storeId) => sendCodesWake(queue, storeId)));
  } catch (error) {
    console.warn(JSON.stringify({ event: "shop_wake_failed", message: errorText(error) }));
  }
}

/**
 * Ids of connected stores that have codes to be worked on at `now` (ms UTC), and that nobody works on. One whose
 * credentials are refused waits until a check finds them good.
 */
export async function dueShops(d1: D1Database, now: number, limit: number): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT store_id AS id FROM shop_connections c
       WHERE (state = 'connected' OR (state = 'failing' AND failure_code IS NOT 'unauthorised'))
         AND codes_leased_until <= ?1
         AND EXISTS (SELECT 1 FROM shop_codes s WHERE s.store_id = c.store_id AND s.next_at <= ?1)
       LIMIT ?2`,
    )
    .bind(now, limit)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** Sends the message that has a store's codes worked on. Never rejects; returns whether it was sent. */
export async function sendCodesWake(queue: Queue, storeId: string): Promise<boolean> {
  try {
    await queue.send(storeId, { contentType: "text" });
    return true;
  } catch (error) {
    console.warn(JSON.stringify({ event: "shop_wake_failed", storeId, message: errorText(error) }));
    return false;
  }
}
