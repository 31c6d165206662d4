import { errorText } from "../../ground/error-text.ts";
import { inTime } from "../../ground/in-time.ts";
import { clearAlarm, raiseAlarm } from "../../journal/alarm/store.ts";
import { PLATFORM } from "../client/http-send.ts";
import { loadPlatform } from "../platforms-load.ts";
import { mendWebhooks } from "./check-run.ts";
import type { PlannedConnection } from "./connect-change.ts";
import { type ConnectionRow, openShop, shopAt } from "./load-shop.ts";
import type { ShopSecrets } from "./seal.ts";
import { tellWebhooks, writeWebhooks } from "./webhooks-store.ts";

/** How long whoever ends a connection waits for its webhooks to be withdrawn, ms: they come to nothing anyway. */
const WITHDRAW_MS = 10_000;

/**
 * Does at `now` (ms UTC) what follows from a connection that was just written: tells whether it fails, and registers
 * its webhooks. Not before it is written: some shops try a webhook's address at once. Throws what D1 throws.
 */
export async function followConnection(
  env: Env,
  { row, reached }: Pick<PlannedConnection, "row" | "reached">,
  now: number,
): Promise<void> {
  const { storeId, provider, account, failureCode, failureDetail, webhookUrl } = row;
  if (failureCode === null) await clearAlarm(env.DB, "shop_failing", storeId, now);
  else {
    const detail = { provider, account, code: failureCode, detail: failureDetail, since: new Date(now).toISOString() };
    await raiseAlarm(env.DB, { kind: "shop_failing", subject: storeId, detail }, now);
  }
  if (!reached && webhookUrl !== null) {
    // It can't be reached now: the next check registers them.
    const topics = (await loadPlatform(provider))?.topics ?? [];
    const missing = topics.map((topic) => ({ topic, externalId: null, state: "missing" as const }));
    await env.DB.batch(writeWebhooks(env.DB, storeId, missing, now));
    await tellWebhooks(env.DB, storeId, topics, failureDetail, now);
    return;
  }
  const opened = await openShop(env, storeId);
  // Also those that look well: they may be signed with what was kept before.
  if (opened !== null) await mendWebhooks(env, opened, webhookUrl, null, now);
}

/**
 * Withdraws the webhooks of a connection that was ended or led elsewhere, as well as that can be done: what a shop goes
 * on sending comes to nothing. Never rejects.
 */
export async function withdrawWebhooks(env: Env, row: ConnectionRow, secrets: ShopSecrets | null): Promise<void> {
  const { storeId, provider, account, apiVersionAsked } = row;
  try {
    const platform = await loadPlatform(provider);
    if (platform === null || secrets === null) return;
    const { shop } = shopAt(env, {
      provider,
      platform,
      parts: { storeId, account, apiVersion: apiVersionAsked, secrets },
      clickParam: "",
      token: null,
      keep: async () => {},
      outside: PLATFORM,
    });
    await inTime(shop.withdrawWebhooks(), WITHDRAW_MS, (ms) => scheduler.wait(ms));
  } catch (error) {
    console.warn(JSON.stringify({ event: "shop_webhooks_not_withdrawn", storeId, message: errorText(error) }));
  }
}
