/**
 * The stand-in Magento: shops that behave as Magento's public sources and documentation say and as users of its connectors
 * report, with the quirks that hurt. See `stand.ts` for how a test speaks to it, and `verbs` of `magento/shop.ts` for what
 * it can be told to do. Calls go to `{origin}/{shop}/rest/V1/…`.
 */
import { randomBytes } from "node:crypto";
import { MagentoShop } from "./magento/shop.ts";
import type { StandPlatform } from "./stand.ts";
import { Refusal } from "./refusal.ts";

export const magentoStand: StandPlatform = {
  id: "magento",
  nameOf: (part) => `stand-${part}`,
  make: (name, given) => {
    if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) throw new Refusal(`"${name}" is no shop's name.`);
    const secret = (): string => randomBytes(16).toString("hex");
    const keys = { consumerKey: secret(), consumerSecret: secret(), token: secret(), tokenSecret: secret() };
    return new MagentoShop(name, { ...keys, ...given });
  },
  // By OAuth, as every shop since 2.4.4 takes it; `auth: "token"` is one that takes the token alone.
  credentials: (shop, origin) => (shop as MagentoShop).credentials(`${origin}/${shop.name}`),
};
