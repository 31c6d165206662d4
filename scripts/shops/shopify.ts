/**
 * The stand-in Shopify: shops that behave as Shopify's public documentation says and as users of its connectors report,
 * with the quirks that hurt. See `stand.ts` for how a test speaks to it, and `verbs` of `shopify/shop.ts` for what it can
 * be told to do. Calls go to `{origin}/{shop}/admin/…`.
 */
import { ShopifyShop } from "./shopify/shop.ts";
import type { StandPlatform } from "./stand.ts";
import { Refusal } from "./refusal.ts";

export const shopify: StandPlatform = {
  id: "shopify",
  nameOf: (part) => `stand-${part}.myshopify.com`,
  make: (name, given) => {
    if (!/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/.test(name)) throw new Refusal(`"${name}" is no shop's domain.`);
    return new ShopifyShop(name, given);
  },
  credentials: (shop) => (shop as ShopifyShop).credentials(),
};
