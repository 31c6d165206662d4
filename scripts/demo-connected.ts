import type { AdminApi } from "./admin-api.ts";
import { idsOf, loadCampaign, loadStore } from "./demo.ts";
import { CONNECTED_CAMPAIGN, CONNECTED_CREATORS, CONNECTED_STORE } from "./demo/definitions.ts";
import { Failure } from "./failure.ts";
import type { Stand } from "./shops/stand.ts";
import type { ShopifyGiven } from "./shops/shopify/shop.ts";
import { makeShop } from "./shops/stand-client.ts";

/** What its shop is called, short, where it is told what to do. */
const ALIAS = "demo";

/** The code that Léa has in that shop. */
export const DEMO_CODE = "LEA15";

/** An order as the API lists it. */
interface Known {
  externalId: string;
  /** `null` of those that an earlier Waymark was told of. */
  orderNumber: string | null;
}

/** The id of an order of the stand-in; those of the demo's history have other ones. */
const STAND_ID = /^\d+$/;

/**
 * Ids of a start begin so far behind the last order of those before: what else a shop gave an id to is in between. Not a
 * round number, for people tell orders by their last digits.
 */
const APART = 3_100_093n;

/** The shop that the demo connected. */
export interface ConnectedShop {
  /** Where it is told what to do; see `shops/stand.ts`. */
  control: string;
}

/**
 * Makes a shop at the stand-in Shopify, connects a second demo store to it and takes the demo's creators into a
 * campaign of it, whose codes are made in the shop. The shop is in memory: each start has one of another name, to which
 * the store moves with its codes, and which counts its orders on from those that the store knows. Its pages are the
 * demo shop's, at `shopOrigin`. `null` where there is no stand-in, or somebody made the store their own.
 */
export async function connectDemoShop(
  api: AdminApi,
  stands: readonly Stand[],
  { creatorIds, shopOrigin }: { creatorIds: ReadonlyMap<string, string>; shopOrigin: string },
): Promise<ConnectedShop | null> {
  const stand = stands.find(({ id }) => id === "shopify");
  if (stand === undefined) return null;
  try {
    const { storeId } = await loadStore(api, CONNECTED_STORE, shopOrigin);
    const shop = await makeShop(stand.origin, { alias: ALIAS, currency: "EUR", after: await lastOf(api, storeId) });
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

/** Behind which order a stand-in's shop goes on: the one that its store was told of last. `null`: it knows none. */
async function lastOf(api: AdminApi, storeId: string): Promise<ShopifyGiven["after"]> {
  const last = await api.find<Known>("/orders", { store: storeId }, ({ externalId }) => STAND_ID.test(externalId));
  if (last === undefined) return null;
  const { externalId, orderNumber } = last;
  return {
    id: String(BigInt(externalId) + APART),
    number: orderNumber === null ? null : Number(orderNumber.replace("#", "")),
  };
}
