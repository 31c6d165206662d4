import { type Shop, type ShopAnswer, type ShopHttp } from "../../../src/shops/platform.ts";
import { shopify } from "../../../src/shops/shopify/platform.ts";

/** What a scripted shop answers to GraphQL, by what was asked. */
export type Script = (query: string, variables: Record<string, unknown>) => { status?: number; body: unknown };

/** A shop whose answers a test writes, for what a stand-in never says: orders that it fails at, costs of its own. */
export function scriptedShop(script: Script): { shop: Shop; asked: Record<string, unknown>[] } {
  const asked: Record<string, unknown>[] = [];
  const http: ShopHttp = {
    token: null,
    keepToken: async () => {},
    now: () => Date.UTC(2026, 10, 29),
    async call(_origin, call): Promise<ShopAnswer> {
      const { query, variables } = call.body as { query: string; variables: Record<string, unknown> };
      asked.push(variables);
      const { status = 200, body } = script(query, variables);
      return { status, headers: new Headers(), body };
    },
  };
  const secrets = { accessToken: "shpat_1", clientSecret: "shpss_1" };
  const access = { storeId: "str_1", account: "brand.myshopify.com", apiVersion: null, origin: "https://x", secrets };
  return { shop: shopify.open(access, http, "wm_click"), asked };
}
