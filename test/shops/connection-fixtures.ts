import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { openDatabase } from "../../src/ground/db/client.ts";
import { shopConnections } from "../../src/ground/db/schema/shop.ts";
import { SHOP_SETTINGS } from "../../src/ground/model/shop.ts";
import { PLATFORM } from "../../src/shops/client/http-send.ts";
import { connectionSchema } from "../../src/shops/connection/schema.ts";
import { sealShopSecrets } from "../../src/shops/connection/seal.ts";
import { api, bodyOf } from "../ground/api.ts";
import { rowsOf } from "../ground/rows.ts";

const random = (bytes: Uint8Array): void => void crypto.getRandomValues(bytes);

/** Puts a connection into the database as the API would leave it: of a Shopify shop, unless told otherwise. */
export async function insertConnection(
  storeId: string,
  values: Partial<typeof shopConnections.$inferInsert> = {},
  secrets: Record<string, string> = { accessToken: "shpat_0123456789abcdef", clientSecret: "shpss_0123456789abcdef" },
): Promise<void> {
  await openDatabase(env.DB)
    .insert(shopConnections)
    .values({
      storeId,
      provider: "shopify",
      state: "connected",
      account: "linen.myshopify.com",
      scopes: [],
      settings: SHOP_SETTINGS,
      secretsSealed: await sealShopSecrets(env.VISITOR_KEY, random, storeId, secrets),
      createdAt: 0,
      updatedAt: 0,
      nextPollAt: 0,
      nextCheckAt: 0,
      ...values,
    });
}

/** Lets what calls wait between their tries pass a hundred times as fast: nobody has the time that a shop asks for. */
export function hurryCalls(): void {
  const wait = PLATFORM.wait.bind(PLATFORM);
  vi.spyOn(PLATFORM, "wait").mockImplementation((ms) => wait(ms / 100));
}

/** Connects a store. */
export async function connect(storeId: string, body: Record<string, unknown>) {
  return bodyOf(connectionSchema, await api("PUT", `/stores/${storeId}/connection`, body));
}

/** A store's connection. */
export async function connectionOf(storeId: string) {
  return bodyOf(connectionSchema, await api("GET", `/stores/${storeId}/connection`));
}

/** The row of a store's connection. */
export async function rowOf(storeId: string): Promise<Record<string, unknown>> {
  const [row] = await rowsOf<Record<string, unknown>>("SELECT * FROM shop_connections WHERE store_id = ?1", storeId);
  if (row === undefined) throw new Error(`${storeId} has no connection`);
  return row;
}

/** Open alarms about a store, by kind. */
export async function alarmsOf(subject: string): Promise<Record<string, Record<string, unknown>>> {
  const rows = await rowsOf<{ kind: string; detail: string }>(
    "SELECT kind, detail FROM alarms WHERE subject = ?1 AND resolved_at IS NULL",
    subject,
  );
  return Object.fromEntries(rows.map(({ kind, detail }) => [kind, JSON.parse(detail) as Record<string, unknown>]));
}
