import { errorText } from "../../ground/error-text.ts";
import { type Outside, PLATFORM } from "../client/http-send.ts";
import { ShopFailure } from "../platform.ts";
import { checkShop, webhookUrlOf } from "./check-run.ts";
import { noteFailure } from "./health-store.ts";
import { openShop } from "./load-shop.ts";

/** Shops that are asked at once: a Worker may have six connections open, and D1 needs one. */
const AT_ONCE = 4;

/** Shops that a run takes at most, and the time after which it begins no other, ms. */
const SHOPS = 20;
const TIME_MS = 20_000;

/** What was taken is due again after this long, ms, if the run that took it died: longer than any run lasts. */
const PUT_OFF_MS = 600_000;

/**
 * Checks the shops that are due: each a day after its last check, and an hour after while it fails. What was taken is
 * put off first, so that two runs at once don't ask the same shop; what a run has no time for is the next one's. One
 * shop that fails holds up no other. Throws what D1 throws.
 */
export async function checkShops(env: Env, outside: Outside = PLATFORM): Promise<void> {
  const startedAt = outside.now();
  const taken = (await takeDue(env.DB, startedAt)).values();
  const left: string[] = [];
  const lanes = Array.from({ length: AT_ONCE }, async () => {
    for (const storeId of taken) {
      if (outside.now() - startedAt >= TIME_MS) left.push(storeId);
      else await checkOne(env, storeId, outside);
    }
  });
  const settled = await Promise.allSettled(lanes);
  if (left.length > 0) await giveBack(env.DB, left, startedAt);
  for (const lane of settled) if (lane.status === "rejected") throw lane.reason;
}

async function checkOne(env: Env, storeId: string, outside: Outside): Promise<void> {
  try {
    const opened = await openShop(env, storeId, outside);
    if (opened === null) return;
    const { connection } = opened;
    await checkShop(env, opened, webhookUrlOf(env, connection, connection.webhookUrl), outside.now());
  } catch (error) {
    if (!(error instanceof ShopFailure)) throw error;
    console.warn(JSON.stringify({ event: "shop_not_opened", storeId, message: errorText(error) }));
    await noteFailure(env.DB, storeId, error, outside.now());
  }
}

/** Takes the shops that are due at `now` (ms UTC), those that wait longest first. */
async function takeDue(d1: D1Database, now: number): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `UPDATE shop_connections SET next_check_at = ?2
       WHERE store_id IN (SELECT store_id FROM shop_connections WHERE next_check_at <= ?1 ORDER BY next_check_at LIMIT ?3)
         AND next_check_at <= ?1 AND state <> 'disconnected'
       RETURNING store_id AS storeId`,
    )
    .bind(now, now + PUT_OFF_MS, SHOPS)
    .all<{ storeId: string }>();
  return results.map(({ storeId }) => storeId);
}

/** Has shops that were taken at `now` (ms UTC) be due again, unless somebody checked them meanwhile. */
async function giveBack(d1: D1Database, storeIds: readonly string[], now: number): Promise<void> {
  await d1
    .prepare(
      `UPDATE shop_connections SET next_check_at = ?2
       WHERE store_id IN (SELECT value FROM json_each(?1)) AND next_check_at = ?3`,
    )
    .bind(JSON.stringify(storeIds), now, now + PUT_OFF_MS)
    .run();
}
