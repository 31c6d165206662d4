import { bigcommerceStand } from "../../../scripts/shops/bigcommerce.ts";
import { makeShop, type StandShop } from "../../../scripts/shops/stand-client.ts";
import { type Stand, startStand } from "../../../scripts/shops/stand.ts";
import { bigcommerce } from "../../../src/shops/bigcommerce/platform.ts";
import { type Outside, shopHttp } from "../../../src/shops/client/http-send.ts";
import type { CodeSpec, Shop, ShopAccess } from "../../../src/shops/platform.ts";
import { specOf as plainSpec } from "../code-fixtures.ts";

/** The store of all shops here. */
export const STORE = "str_0123456789abcdef";

/** Where its webhooks lead. */
export const HOOK = `https://go.brand.example/webhooks/bigcommerce/${STORE}`;

/** A stand-in for BigCommerce, and how it is ended. */
export function startBig(): Promise<Stand> {
  return startStand(bigcommerceStand);
}

/** A shop of the stand-in, and the adapter's way to it: real HTTP, with waits that take no time. */
export interface OpenShop {
  stand: StandShop;
  shop: Shop;
  access: ShopAccess;
  /** What was waited, ms. */
  waits: number[];
}

/** Makes a shop with `given` (currency, quirks) and opens it; `secrets` are in place of its own. */
export async function openShop(
  origin: string,
  given: Record<string, unknown> = {},
  secrets: Record<string, string> = {},
): Promise<OpenShop> {
  const stand = await makeShop(origin, given);
  const { accessToken = "", clientSecret = "" } = stand.credentials;
  const access: ShopAccess = {
    storeId: STORE,
    account: stand.name,
    origin: stand.origin,
    apiVersion: null,
    secrets: { accessToken, clientSecret, ...secrets },
  };
  const waits: number[] = [];
  const outside: Outside = {
    fetch: (...request) => fetch(...request),
    now: () => Date.now(),
    wait: async (ms) => {
      waits.push(ms);
    },
    random: () => 0,
  };
  const http = shopHttp(stand.origin, null, async () => {}, outside);
  return { stand, shop: bigcommerce.open(access, http, "wm_click"), access, waits };
}

/** A code of ten per cent, without limits, by the title that it has where a run made it. */
export function specOf(text: string, more: Partial<CodeSpec> = {}): CodeSpec {
  return plainSpec(text, { title: `Spring (cod_${text.toLowerCase()})`, ...more });
}

/** What a shop was asked since `forgetCalls`, each by its method and path. */
export const asked = async ({ stand }: OpenShop): Promise<string[]> => (await stand.calls()).map(({ label }) => label);
