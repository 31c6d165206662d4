/**
 * A stand-in for stores that run on BigCommerce: the part of the REST APIs v2 and v3 that Waymark uses, and webhooks, which
 * only name an order. Amounts are worked out by the store itself; what it does is told by its `verbs`, and how stores differ
 * by its `Quirks` (`bigcommerce/shop.ts`).
 */
import { randomBytes } from "node:crypto";
import { BigShop, type Quirks } from "./bigcommerce/shop.ts";
import type { StandPlatform } from "./stand.ts";

/** BigCommerce, to be stood in for. A shop is made of `{name?, currency?}` and of `Quirks`. */
export const bigcommerceStand: StandPlatform = {
  id: "bigcommerce",
  nameOf: (part) => part.replaceAll(/[^a-z0-9]/g, ""),
  make: (name, given) => {
    const { currency = "EUR", ...quirks } = given as { currency?: string } & Partial<Quirks>;
    const [token, secret] = [randomBytes(16).toString("hex"), randomBytes(32).toString("hex")];
    return new BigShop(name, { ...quirks, currency, token, secret });
  },
  credentials: (shop) => ({
    provider: "bigcommerce",
    storeHash: shop.name,
    ...(shop instanceof BigShop && { accessToken: shop.token, clientSecret: shop.secret }),
  }),
};
