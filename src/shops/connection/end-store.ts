import { createIdSource } from "../../ground/id.ts";
import type { ProviderId } from "../../ground/model/provider.ts";
import { clearAlarm, raiseAlarm } from "../../journal/alarm/store.ts";
import { CONNECTORS } from "../platforms-load.ts";
import { openShopSecrets, sealShopSecrets } from "./seal.ts";

/** How long what messages are signed with is kept after a shop ended its connection, ms: its last ones come days later. */
const KEEP_SIGNING_MS = 30 * 86_400_000;

/**
 * Statements that end a store's connection at `now` (ms UTC): its secrets and its token are forgotten, nothing is asked
 * of the shop any more, and its codes are worked on no more. What it told of stays, and where its codes stood. `kept`:
 * what is left of the secrets, sealed.
 */
export function endConnection(
  d1: D1Database,
  storeId: string,
  now: number,
  kept: string | null = null,
): D1PreparedStatement[] {
  return [
    d1
      .prepare(
        `UPDATE shop_connections SET
           state = 'disconnected', secrets_sealed = ?3, token_sealed = NULL, token_expires_at = NULL,
           failures = 0, failure_code = NULL, failure_detail = NULL, failing_since = NULL, problems = '[]',
           webhook_url = NULL, next_poll_at = NULL, poll_cursor = NULL, poll_since = NULL, next_check_at = NULL,
           updated_at = ?2, disconnected_at = ?2
         WHERE store_id = ?1 AND state <> 'disconnected'`,
      )
      .bind(storeId, now, kept),
    d1.prepare("DELETE FROM shop_webhooks WHERE store_id = ?1").bind(storeId),
    d1.prepare("UPDATE shop_codes SET next_at = NULL WHERE store_id = ?1 AND next_at IS NOT NULL").bind(storeId),
  ];
}

/** Resolves what was open about a connection. Throws what D1 throws. */
export async function clearShopAlarms(d1: D1Database, storeId: string, now: number): Promise<void> {
  await clearAlarm(d1, "shop_failing", storeId, now);
  await clearAlarm(d1, "shop_webhooks_off", storeId, now);
  await clearAlarm(d1, "code_drift", storeId, now);
}

/**
 * Ends a connection at `now` (ms UTC) because the shop did: the app was uninstalled, which ended its tokens and its
 * webhooks. Of its secrets those stay for 30 days that messages are signed with: a shop's wish to be forgotten comes
 * days later, and could be anybody's without. Audited by the actor `shop`, and told by the alarm `shop_failing` until
 * the shop is connected again. One that was ended before stays as it is. Returns whether it was connected. Throws what
 * D1 throws.
 */
export async function disconnect(env: Env, storeId: string, now: number): Promise<boolean> {
  const d1 = env.DB;
  const found = await d1
    .prepare(
      `SELECT provider, account, secrets_sealed AS sealed FROM shop_connections
       WHERE store_id = ?1 AND state <> 'disconnected'`,
    )
    .bind(storeId)
    .first<{ provider: ProviderId; account: string; sealed: string | null }>();
  if (found === null) return false;
  const { provider, account, sealed } = found;
  const newId = createIdSource(
    () => now,
    (bytes) => crypto.getRandomValues(bytes),
  );
  const audit = d1
    .prepare(
      `INSERT INTO audit_log (id, time, actor, action, entity, entity_id, before, after, request_id)
       SELECT ?1, ?2, 'shop', 'delete', 'shopConnection', ?3, ?4, NULL, ''
       WHERE EXISTS (SELECT 1 FROM shop_connections WHERE store_id = ?3 AND state <> 'disconnected')`,
    )
    .bind(newId("audit"), now, storeId, JSON.stringify({ provider, account }));
  await d1.batch([audit, ...endConnection(d1, storeId, now, await signingAlone(env, storeId, provider, sealed))]);
  await clearShopAlarms(d1, storeId, now);
  const detail = { provider, account, code: "uninstalled", detail: "The app was uninstalled in the shop." };
  await raiseAlarm(d1, { kind: "shop_failing", subject: storeId, detail }, now);
  return true;
}

/** Of a connection's secrets those that messages are signed with, sealed; `null` if there are none. */
async function signingAlone(
  env: Env,
  storeId: string,
  provider: ProviderId,
  sealed: string | null,
): Promise<string | null> {
  const secrets = await openShopSecrets(env.VISITOR_KEY, storeId, sealed);
  const signing = Object.entries(secrets ?? {}).filter(([name]) => CONNECTORS[provider]?.signing.includes(name));
  if (signing.length === 0) return null;
  const random = (bytes: Uint8Array): void => void crypto.getRandomValues(bytes);
  return sealShopSecrets(env.VISITOR_KEY, random, storeId, Object.fromEntries(signing));
}

/** Forgets at `now` (ms UTC) what was kept of connections that shops ended 30 days before. Throws what D1 throws. */
export async function forgetSigning(d1: D1Database, now: number): Promise<void> {
  await d1
    .prepare(
      `UPDATE shop_connections SET secrets_sealed = NULL
       WHERE state = 'disconnected' AND secrets_sealed IS NOT NULL AND disconnected_at < ?1`,
    )
    .bind(now - KEEP_SIGNING_MS)
    .run();
}
