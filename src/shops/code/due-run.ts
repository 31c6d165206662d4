import { dueShops, sendCodesWake } from "../../programme/code/send-due.ts";

/** Stores that one run looks after: the next minute's goes on. */
const MAX_SHOPS = 200;

/** How long a run works on codes itself, where there is no queue, ms. */
const TIME_MS = 25_000;

/**
 * Sees to it that codes which are due at `now` (ms UTC) are worked on, of all connected stores: by the queue, in which
 * no shop waits for another, or by itself where that takes nothing. Idempotent. Throws what D1 throws.
 */
export async function syncDueShops(env: Env, now: number): Promise<void> {
  const queue: Queue | undefined = env.SHOP_QUEUE;
  const endAt = Date.now() + TIME_MS;
  for (const storeId of await dueShops(env.DB, now, MAX_SHOPS)) {
    if (queue !== undefined && (await sendCodesWake(queue, storeId))) continue;
    const timeMs = endAt - Date.now();
    if (timeMs <= 0) return;
    // What speaks to shops is nothing that every minute has to load.
    await (await import("./run.ts")).syncCodes(env, storeId, now, { timeMs });
  }
}
