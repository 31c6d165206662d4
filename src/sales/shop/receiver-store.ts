import { and, eq, isNull } from "drizzle-orm";
import { shopConnections } from "../../ground/db/schema/shop.ts";
import { stores } from "../../ground/db/schema/store.ts";
import type { Deps } from "../../ground/deps.ts";
import type { ProviderId } from "../../ground/model/provider.ts";
import { openShopSecrets, type ShopSecrets } from "../../shops/connection/seal.ts";
import { loadPlatform } from "../../shops/platforms-load.ts";
import type { Platform } from "../../shops/platform.ts";
import type { ReportedStore } from "./report.ts";

/** A connection that a shop's message is for. */
export interface Receiver {
  store: ReportedStore;
  platform: Platform;
  /** What names the shop, and since when it is connected as it is, ms UTC. */
  account: string;
  connectedAt: number;
  isConnected: boolean;
  /** `null`: they were forgotten, or can't be opened. */
  secrets: ShopSecrets | null;
  /** Under which name the store's click ids travel. */
  clickParam: string;
}

/** The connection that messages of a provider to a store are for; `null`: there never was one. Throws what D1 throws. */
export async function findReceiver(
  { db, env }: Pick<Deps, "db" | "env">,
  provider: string,
  storeId: string,
): Promise<Receiver | null> {
  const [found] = await db
    .select({
      key: stores.key,
      clickParam: stores.clickParam,
      provider: shopConnections.provider,
      state: shopConnections.state,
      account: shopConnections.account,
      connectedAt: shopConnections.createdAt,
      secretsSealed: shopConnections.secretsSealed,
    })
    .from(shopConnections)
    .innerJoin(stores, eq(stores.id, shopConnections.storeId))
    .where(and(eq(shopConnections.storeId, storeId), isNull(stores.deletedAt)));
  if (found === undefined || found.provider !== provider) return null;
  const platform = await loadPlatform(found.provider);
  if (platform === null) return null;
  return {
    store: { id: storeId, key: found.key },
    platform,
    account: found.account,
    connectedAt: found.connectedAt,
    isConnected: found.state !== "disconnected",
    secrets: await openShopSecrets(env.VISITOR_KEY, storeId, found.secretsSealed),
    clickParam: found.clickParam,
  };
}

/** Ids of the stores that are, or were, connected to a provider's shop. Throws what D1 throws. */
export async function storesOfShop({ db }: Pick<Deps, "db">, provider: ProviderId, account: string): Promise<string[]> {
  const found = await db
    .select({ id: shopConnections.storeId })
    .from(shopConnections)
    .where(and(eq(shopConnections.provider, provider), eq(shopConnections.account, account)));
  return found.map(({ id }) => id);
}
