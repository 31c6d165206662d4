import { env } from "cloudflare:workers";
import type { StandShop } from "../../../scripts/shops/stand-client.ts";
import type { StandCode } from "../../../scripts/shops/shop.ts";
import type { ProviderId } from "../../../src/ground/model/provider.ts";
import { PLATFORM } from "../../../src/shops/client/http-send.ts";
import { openShop } from "../../../src/shops/connection/load-shop.ts";
import { syncCodes, type Synced } from "../../../src/shops/code/run.ts";
import { insertPlan } from "../../programme/code-fixtures.ts";
import { connect } from "../connection-fixtures.ts";
import { makeShopOf } from "../stand-shops.ts";

/** A store that is connected to a shop of a stand-in, with a plan of its own. */
export interface StandStore {
  storeId: string;
  planId: string;
  shop: StandShop;
}

/** Runs the work on a store's codes over HTTP, at `now` (ms UTC); what a shop asks to wait takes no time. */
export async function syncOver(storeId: string, now: number): Promise<Synced> {
  const outside = { ...PLATFORM, wait: async () => scheduler.wait(0) };
  return syncCodes(env, storeId, now, { open: (bindings, id) => openShop(bindings, id, outside) });
}

/** Connects a new store to a new shop. */
export async function standStore(
  provider: ProviderId,
  plan: Parameters<typeof insertPlan>[0] = {},
): Promise<StandStore> {
  const shop = await makeShopOf(provider);
  const discount = { type: "percentage", basisPoints: 1_000 } as const;
  const { id: planId, storeId } = await insertPlan(
    { name: "Autumn", discount, ...plan },
    { provider, currency: "EUR" },
  );
  await connect(storeId, shop.credentials);
  return { storeId, planId, shop };
}

/** The codes that a shop has, by their texts in capitals. */
export async function codesIn(shop: StandShop): Promise<StandCode[]> {
  const { codes } = await shop.act<{ codes: StandCode[] }>("codes");
  return codes.toSorted((a, b) => (a.text < b.text ? -1 : 1));
}

/** Has the merchant make a code by hand, of 5 %. */
export async function makeByHand(shop: StandShop, code: string): Promise<void> {
  await shop.act("codeByHand", { code, percent: 5, title: "By hand" });
}

/** Has the merchant give 90 % for a code. */
export async function changeByHand(shop: StandShop, code: string): Promise<void> {
  await shop.act("codeByHand", { code, percent: 90 });
}

/** Has the merchant delete a code. */
export async function deleteByHand(shop: StandShop, code: string): Promise<void> {
  await shop.act("deleteCode", { code });
}
