import { makeShop, type StandShop } from "../../../scripts/shops/stand-client.ts";
import { type Stand, startStand } from "../../../scripts/shops/stand.ts";
import { woocommerceStand } from "../../../scripts/shops/woocommerce.ts";
import { type Outside, shopHttp } from "../../../src/shops/client/http-send.ts";
import type { Shop, ShopAccess } from "../../../src/shops/platform.ts";
import { woocommerce } from "../../../src/shops/woocommerce/platform.ts";

/** The store of all shops here. */
export const STORE = "st_0123456789abcdef";

/** Where its webhooks lead. */
export const HOOK = `http://127.0.0.1:9/webhooks/woocommerce/${STORE}`;

/** A stand-in for WooCommerce, and how it is ended. */
export function startWoo(): Promise<Stand> {
  return startStand(woocommerceStand);
}

/** A shop of the stand-in, and the adapter's way to it: real HTTP, with waits that take no time. */
export interface OpenShop {
  stand: StandShop;
  shop: Shop;
  access: ShopAccess;
  /** What was waited, ms. */
  waits: number[];
  /** What the shop answered, as it came. */
  said: string[];
}

/** Makes a shop with `given` (currency, quirks) and opens it; `secrets` are in place of its own. */
export async function openShop(
  origin: string,
  given: Record<string, unknown> = {},
  secrets: Record<string, string> = {},
): Promise<OpenShop> {
  const stand = await makeShop(origin, given);
  const { consumerKey = "", consumerSecret = "" } = stand.credentials;
  const access: ShopAccess = {
    storeId: STORE,
    account: stand.origin,
    origin: stand.origin,
    apiVersion: null,
    secrets: { consumerKey, consumerSecret, webhookSecret: "whs_Zm9v-bar_42", ...secrets },
  };
  const waits: number[] = [];
  const said: string[] = [];
  const outside: Outside = {
    fetch: async (...request) => {
      const answer = await fetch(...request);
      said.push(await answer.clone().text());
      return answer;
    },
    now: () => Date.now(),
    wait: async (ms) => {
      waits.push(ms);
    },
    random: () => 0.5,
  };
  const http = shopHttp(stand.origin, null, async () => {}, outside);
  return { stand, shop: woocommerce.open(access, http, "wm_click"), access, waits, said };
}
