import type { AdminApi } from "./admin-api.ts";
import { idsOf, loadCampaign, loadStore } from "./demo.ts";
import { CONNECTED_CAMPAIGN, CONNECTED_CREATORS, CONNECTED_STORE } from "./demo/definitions.ts";
import { Failure } from "./failure.ts";
import type { Stand } from "./shops/stand.ts";
import { makeShop } from "./shops/stand-client.ts";

/** What its shop is called, short, where it is told what to do. */
const ALIAS = "demo";

/** The code that Léa has in that shop. */
export const DEMO_CODE = "LEA15";

/** The shop that the demo connected. */
export interface ConnectedShop {
  /** Where it is told what to do; see `shops/stand.ts`. */
  control: string;
}

/**
 * Makes a shop at the stand-in Shopify, connects a second demo store to it and takes the demo's creators into a
 * campaign of it, whose codes are made in the shop. The shop is in memory: each start has one of another name, to which
 * the store moves with its codes. Its pages are the demo shop's, at `shopOrigin`. `null` where there is no stand-in, or
 * somebody made the store their own.
 */
export async function connectDemoShop(
  api: AdminApi,
  stands: readonly Stand[],
  { creatorIds, shopOrigin }: { creatorIds: ReadonlyMap<string, string>; shopOrigin: string },
): Promise<ConnectedShop | null> {
  const stand = stands.find(({ id }) => id === "shopify");
  if (stand === undefined) return null;
  try {
    const shop = await makeShop(stand.origin, { alias: ALIAS, currency: "EUR" });
    const { storeId } = await loadStore(api, CONNECTED_STORE, shopOrigin);
    await api.call("PUT", `/stores/${storeId}/connection`, shop.credentials);
    await loadCampaign(api, CONNECTED_CAMPAIGN, storeId, idsOf(CONNECTED_CREATORS, creatorIds));
    await shop.auto(true);
    return { control: `${stand.origin}/_stand/shops/${ALIAS}` };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.warn(`The store "${CONNECTED_STORE.key}" isn't connected to the stand-in Shopify: ${error.message}`);
    return null;
  }
}
