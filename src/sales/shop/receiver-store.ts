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

/** How long a connection is taken for what it was read as, ms, and how many are remembered at most. */
export const RECEIVER_FRESH_MS = 10_000;
const MOST_RECEIVERS = 500;

/** By provider and store. */
type Receivers = Map<string, { receiver: Receiver; readAt: number }>;

/** Connections as an isolate last read and opened them; by environment, as in intake-write.ts. */
const known = new WeakMap<object, Receivers>();

/**
 * The connection that messages are for, if it was connected when this isolate read it a moment ago: a shop in its rush
 * hour isn't read, and its secrets aren't opened, for each message. `undefined`: ask `findReceiver`, as before anybody
 * is refused.
 */
export function recallReceiver(
  { env, now }: Pick<Deps, "env" | "now">,
  provider: string,
  storeId: string,
): Receiver | undefined {
  const entry = known.get(env)?.get(`${provider} ${storeId}`);
  return entry !== undefined && now() - entry.readAt < RECEIVER_FRESH_MS ? entry.receiver : undefined;
}

/** Forgets all of them: something was changed in this isolate. What is being read meanwhile isn't remembered either. */
export function forgetReceivers(env: object): void {
  known.delete(env);
}

/** The connection that messages of a provider to a store are for, as it is; `null`: there never was one. Throws what D1 throws. */
export async function findReceiver(
  { db, env, now }: Pick<Deps, "db" | "env" | "now">,
  provider: string,
  storeId: string,
): Promise<Receiver | null> {
  const receivers: Receivers = known.get(env) ?? new Map();
  known.set(env, receivers);
  const readAt = now();
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
  const receiver = {
    store: { id: storeId, key: found.key },
    platform,
    account: found.account,
    connectedAt: found.connectedAt,
    isConnected: found.state !== "disconnected",
    secrets: await openShopSecrets(env.VISITOR_KEY, storeId, found.secretsSealed),
    clickParam: found.clickParam,
  };
  remember(receivers, `${provider} ${storeId}`, { receiver, readAt });
  return receiver;
}

/** The one that was read first makes room. One that isn't connected is read each time. */
function remember(receivers: Receivers, key: string, entry: { receiver: Receiver; readAt: number }): void {
  receivers.delete(key);
  if (!entry.receiver.isConnected || entry.receiver.secrets === null) return;
  const [oldest] = receivers.keys();
  if (receivers.size >= MOST_RECEIVERS && oldest !== undefined) receivers.delete(oldest);
  receivers.set(key, entry);
}

/** Ids of the stores that are, or were, connected to a provider's shop. Throws what D1 throws. */
export async function storesOfShop({ db }: Pick<Deps, "db">, provider: ProviderId, account: string): Promise<string[]> {
  const found = await db
    .select({ id: shopConnections.storeId })
    .from(shopConnections)
    .where(and(eq(shopConnections.provider, provider), eq(shopConnections.account, account)));
  return found.map(({ id }) => id);
}
