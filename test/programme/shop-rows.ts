import { env } from "cloudflare:workers";
import { openDatabase } from "../../src/ground/db/client.ts";
import { shopConnections } from "../../src/ground/db/schema/shop.ts";

/** Connects a store to a shop, or ends that, as the database knows it. */
export async function connect(
  storeId: string,
  state: "connected" | "failing" | "disconnected" = "connected",
): Promise<void> {
  await openDatabase(env.DB)
    .insert(shopConnections)
    .values({
      storeId,
      provider: "shopify",
      state,
      account: "brand.myshopify.com",
      scopes: [],
      settings: { renewals: "none", giftCards: false, testGateways: [] },
      createdAt: 0,
      updatedAt: 0,
    })
    .onConflictDoUpdate({ target: shopConnections.storeId, set: { state } });
}

/** Writes of a code what work on it in the shop came to. */
export async function become(codeId: string, values: Record<string, unknown>): Promise<void> {
  const columns = Object.keys(values).map((name, index) => `${name} = ?${index + 2}`);
  await env.DB.prepare(`UPDATE shop_codes SET ${columns.join(", ")} WHERE code_id = ?1`)
    .bind(codeId, ...Object.values(values))
    .run();
}
