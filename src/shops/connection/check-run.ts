import type { ShopProblem } from "../../ground/model/shop.ts";
import { readConfig } from "../../ground/config.ts";
import { type ShopCheck, ShopFailure, type WebhookState } from "../platform.ts";
import { CONNECTORS } from "../platforms-load.ts";
import { CHECK_FAILING_MS, noteFailure, noteSuccess } from "./health-store.ts";
import type { ConnectionRow, OpenedShop } from "./load-shop.ts";
import type { ShopSecrets } from "./seal.ts";
import { tellWebhooks, writeWebhooks } from "./webhooks-store.ts";

/** A shop that works is checked after this long, ms. */
export const CHECK_MS = 86_400_000;

/** Problems that make a connection a failing one: orders or codes don't come through. */
const GRAVE: ReadonlySet<string> = new Set(["unauthorised", "missing_scope", "missing_setting"]);

/** Where a store's webhooks are to lead: the deployment's own address if it names one, else that which was `known`. */
export function webhookUrlOf(
  env: Parameters<typeof readConfig>[0],
  { provider, storeId }: Pick<ConnectionRow, "provider" | "storeId">,
  known: string | null,
): string | null {
  const { publicUrl } = readConfig(env);
  return publicUrl === null ? known : `${publicUrl}/webhooks/${provider}/${storeId}`;
}

/**
 * The address that webhooks are registered at; `null`: none are, since none is known, or nothing could tell a message
 * from a forged one.
 */
export function signedUrl(
  provider: ConnectionRow["provider"],
  secrets: ShopSecrets,
  url: string | null,
): string | null {
  const signedBy = CONNECTORS[provider]?.signedBy ?? null;
  return signedBy !== null && secrets[signedBy.secret] !== undefined ? url : null;
}

/** What a check found, with what is known here alone. `storeCurrency`: ISO 4217. */
export function problemsOf(
  provider: ConnectionRow["provider"],
  secrets: ShopSecrets,
  { problems, currency }: Pick<ShopCheck, "problems" | "currency">,
  storeCurrency: string,
): ShopProblem[] {
  const signedBy = CONNECTORS[provider]?.signedBy ?? null;
  const unsigned = signedBy !== null && !signedBy.drawn && secrets[signedBy.secret] === undefined;
  return [
    ...problems,
    ...(unsigned ? [{ code: "webhooks_unsigned", detail: signedBy.without }] : []),
    ...(currency !== null && currency !== storeCurrency
      ? [
          {
            code: "currency_differs",
            detail: `The shop sells in ${currency}, and the store's currency here is ${storeCurrency}, which caps and tiers go by: change it with PATCH /stores/{id} if that isn't meant.`,
          },
        ]
      : []),
  ];
}

/** The gravest of the problems that a check found, as a failure; `null`: none of them stops anything. */
export function graveProblem(problems: readonly ShopProblem[]): Pick<ShopFailure, "code" | "message"> | null {
  const grave = problems.find(({ code }) => GRAVE.has(code));
  return grave === undefined ? null : { code: grave.code as ShopFailure["code"], message: grave.detail };
}

/**
 * Asks a shop at `now` (ms UTC) whether it can be worked with, and writes what it says; webhooks that are gone or
 * paused, or lead elsewhere, are registered again. `webhookUrl`: where they are to lead. Throws what D1 throws.
 */
export async function checkShop(env: Env, opened: OpenedShop, webhookUrl: string | null, now: number): Promise<void> {
  const { connection, shop, secrets } = opened;
  const { storeId, provider } = connection;
  const url = signedUrl(provider, secrets, webhookUrl);
  let found: ShopCheck;
  try {
    found = await shop.check(url);
  } catch (error) {
    if (!(error instanceof ShopFailure)) throw error;
    await markChecked(env.DB, connection, null, now);
    await noteFailure(env.DB, storeId, error, now);
    return;
  }
  const problems = problemsOf(provider, secrets, found, opened.currency);
  await markChecked(env.DB, connection, { ...found, problems, url }, now);
  const grave = graveProblem(problems);
  if (grave === null) await noteSuccess(env.DB, storeId, now, true);
  else await noteFailure(env.DB, storeId, grave, now);
  await mendWebhooks(env, opened, url, found.webhooks, now);
}

/**
 * Registers the webhooks of a shop at `url` unless all of them are known to be active (`webhooks`; `null`: nothing is
 * known), writes how they stand, and raises or resolves `shop_webhooks_off`. With `null` as `url` there are none.
 * Throws what D1 throws.
 */
export async function mendWebhooks(
  env: Env,
  { connection: { storeId }, platform, shop }: OpenedShop,
  url: string | null,
  webhooks: readonly WebhookState[] | null,
  now: number,
): Promise<void> {
  if (url === null) {
    await env.DB.batch(writeWebhooks(env.DB, storeId, [], now));
    await tellWebhooks(env.DB, storeId, [], null, now);
    return;
  }
  let known = wanted(platform.topics, webhooks ?? []);
  let reason: string | null = null;
  if (off(known).length > 0) {
    try {
      known = wanted(platform.topics, await shop.registerWebhooks(url));
    } catch (error) {
      if (!(error instanceof ShopFailure)) throw error;
      reason = error.message;
    }
  }
  await env.DB.batch(writeWebhooks(env.DB, storeId, known, now));
  await tellWebhooks(env.DB, storeId, off(known), reason, now);
}

/** How the topics stand that a platform wants; what a shop doesn't name is missing. */
function wanted(topics: readonly string[], webhooks: readonly WebhookState[]): WebhookState[] {
  const missing = topics.filter((topic) => !webhooks.some((webhook) => webhook.topic === topic));
  return [
    ...webhooks.filter(({ topic }) => topics.includes(topic)),
    ...missing.map((topic) => ({ topic, externalId: null, state: "missing" as const })),
  ];
}

/** Topics of which no webhook is active. */
function off(webhooks: readonly WebhookState[]): string[] {
  const active = new Set(webhooks.filter(({ state }) => state === "active").map(({ topic }) => topic));
  return [...new Set(webhooks.map(({ topic }) => topic))].filter((topic) => !active.has(topic));
}

/** Writes that a connection was checked, and what was found, unless it was made anew or ended meanwhile. */
async function markChecked(
  d1: D1Database,
  { storeId, secretsSealed }: ConnectionRow,
  found: (Pick<ShopCheck, "apiVersion" | "scopes" | "problems"> & { url: string | null }) | null,
  now: number,
): Promise<void> {
  const whose = "store_id = ?1 AND secrets_sealed IS ?2";
  const statement =
    found === null
      ? d1
          .prepare(`UPDATE shop_connections SET checked_at = ?3, next_check_at = ?4 WHERE ${whose}`)
          .bind(storeId, secretsSealed, now, now + CHECK_FAILING_MS)
      : d1
          .prepare(
            `UPDATE shop_connections SET checked_at = ?3, next_check_at = ?4, api_version = ?5, scopes = ?6,
               problems = ?7, webhook_url = ?8
             WHERE ${whose}`,
          )
          .bind(
            storeId,
            secretsSealed,
            now,
            now + CHECK_MS,
            found.apiVersion,
            JSON.stringify(found.scopes),
            JSON.stringify(found.problems),
            found.url,
          );
  await statement.run();
}
