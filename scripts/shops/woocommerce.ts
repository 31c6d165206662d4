/**
 * A stand-in for shops that run on WooCommerce: the part of the REST API v3 that Waymark uses, and webhooks, with what its
 * users know and its documentation doesn't say. Amounts are worked out by the shop itself; what it does is told by its
 * `verbs`, and how its host mistreats it by its `Quirks` (`woocommerce/shop.ts`).
 */
import { randomBytes } from "node:crypto";
import type { StandPlatform } from "./stand.ts";
import { type Quirks, WooShop } from "./woocommerce/shop.ts";

/** WooCommerce, to be stood in for. A shop is made of `{name?, currency?}` and of `Quirks`. */
export const woocommerceStand: StandPlatform = {
  id: "woocommerce",
  nameOf: (part) => `shop-${part}`,
  make: (name, given) => {
    const { currency = "EUR", ...quirks } = given as { currency?: string } & Partial<Quirks>;
    return new WooShop(name, {
      ...quirks,
      currency,
      key: `ck_${randomBytes(20).toString("hex")}`,
      secret: `cs_${randomBytes(20).toString("hex")}`,
    });
  },
  credentials: (shop, origin) => ({
    provider: "woocommerce",
    url: `${origin}/${shop.name}`,
    ...(shop instanceof WooShop && { consumerKey: shop.consumerKey, consumerSecret: shop.consumerSecret }),
  }),
};
