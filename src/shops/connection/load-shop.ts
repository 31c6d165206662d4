import { and, eq, isNull, ne } from "drizzle-orm";
import { openDatabase } from "../../ground/db/client.ts";
import { shopConnections } from "../../ground/db/schema/shop.ts";
import { stores } from "../../ground/db/schema/store.ts";
import { errorText } from "../../ground/error-text.ts";
import type { ProviderId } from "../../ground/model/provider.ts";
import { type KeepToken, type Outside, PLATFORM, shopHttp } from "../client/http-send.ts";
import { readProviderOrigins } from "../client/provider-origins.ts";
import { type Platform, type Shop, type ShopAccess, ShopFailure, type ShopHttp } from "../platform.ts";
import { CONNECTORS, loadPlatform } from "../platforms-load.ts";
import { originOfShop } from "./address.ts";
import { guarded } from "./guard.ts";
import { openShopSecrets, openToken, type ShopSecrets } from "./seal.ts";
import { keepTokenOf } from "./token-store.ts";

/** A row of the table of connections. */
export type ConnectionRow = typeof shopConnections.$inferSelect;

/** A store's connection, as it is used. */
export interface ShopConnection {
  connection: ConnectionRow;
  platform: Platform;
  secrets: ShopSecrets;
  /** Under which name the store's click ids travel. */
  clickParam: string;
  /** The store's, ISO 4217. */
  currency: string;
}

/** A shop that calls can be made to. */
export interface OpenedShop extends ShopConnection {
  /** Rejects with nothing but a `ShopFailure`, whose text has no secret in it. */
  shop: Shop;
  /** Requests made so far: a Worker has 1,000, or 50, in one event. */
  requests: () => number;
}

/**
 * The connection of a store; `null`: it has none, was disconnected, or the store was deleted. Throws a `ShopFailure`
 * (`unauthorised`) if its secrets can't be opened, and what D1 throws.
 */
export async function loadConnection(env: Env, storeId: string): Promise<ShopConnection | null> {
  const [found] = await openDatabase(env.DB)
    .select({ connection: shopConnections, clickParam: stores.clickParam, currency: stores.currency })
    .from(shopConnections)
    .innerJoin(stores, eq(stores.id, shopConnections.storeId))
    .where(and(eq(stores.id, storeId), isNull(stores.deletedAt), ne(shopConnections.state, "disconnected")));
  if (found === undefined) return null;
  const { connection } = found;
  const platform = await loadPlatform(connection.provider);
  if (platform === null) return null;
  const secrets = await openShopSecrets(env.VISITOR_KEY, storeId, connection.secretsSealed);
  if (secrets === null) {
    throw new ShopFailure(
      "unauthorised",
      "The secrets can't be opened: VISITOR_KEY was changed since. Connect the shop again, with its secrets.",
    );
  }
  return { ...found, platform, secrets };
}

/**
 * Opens the shop of a store for calls; `null`: see {@link loadConnection}, which also says what it throws. Calls of
 * several that are opened at once share the connection's token, not their requests.
 */
export async function openShop(env: Env, storeId: string, outside: Outside = PLATFORM): Promise<OpenedShop | null> {
  const found = await loadConnection(env, storeId);
  if (found === null) return null;
  const { connection, secrets, clickParam, platform } = found;
  const { account, apiVersionAsked, provider, secretsSealed } = connection;
  const token = await openToken(env.VISITOR_KEY, storeId, connection.tokenSealed);
  const opened = shopAt(env, {
    provider,
    parts: { storeId, account, apiVersion: apiVersionAsked, secrets },
    platform,
    clickParam,
    token: token === null ? null : { value: token, expiresAt: connection.tokenExpiresAt ?? 0 },
    keep: keepTokenOf(env, storeId, secretsSealed),
    outside,
  });
  return { ...found, ...opened };
}

/** What a shop is opened by. */
export interface Opening {
  provider: ProviderId;
  platform: Platform;
  parts: Omit<ShopAccess, "origin">;
  clickParam: string;
  token: ShopHttp["token"];
  keep: KeepToken;
  outside: Outside;
}

/** Opens a shop that needs no connection yet. */
export function shopAt(
  env: Env,
  { provider, platform, parts, clickParam, token, keep, outside }: Opening,
): Pick<OpenedShop, "shop" | "requests"> {
  const address = CONNECTORS[provider]?.addressOf(parts.account) ?? parts.account;
  const origin = originOfShop(address, parts.account, readProviderOrigins(env).origins[provider] ?? null);
  const http = shopHttp(origin, token, keep, outside);
  const shop = guarded(
    platform.open({ ...parts, origin }, http, clickParam),
    () => [...Object.values(parts.secrets), ...(http.token === null ? [] : [http.token.value])],
    (error) => {
      const message = errorText(error);
      console.error(JSON.stringify({ event: "shop_unreadable", storeId: parts.storeId, provider, message }));
    },
  );
  return { shop, requests: () => http.requests };
}
