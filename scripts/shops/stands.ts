import { bigcommerceStand } from "./bigcommerce.ts";
import { magentoStand } from "./magento.ts";
import { shopify } from "./shopify.ts";
import { type Stand, startStand, type StandPlatform } from "./stand.ts";
import { woocommerceStand } from "./woocommerce.ts";

/** All platforms that can be stood in for. */
export const STANDS: readonly StandPlatform[] = [shopify, woocommerceStand, bigcommerceStand, magentoStand];

/** Starts them all, each on a free port. */
export function startStands(): Promise<Stand[]> {
  return Promise.all(STANDS.map((platform) => startStand(platform)));
}

/** Starts them all on `port` and those behind it, and each that is taken on a free one. */
export function startStandsAt(port: number): Promise<Stand[]> {
  return Promise.all(
    STANDS.map((platform, place) => startStand(platform, port + place).catch(() => startStand(platform))),
  );
}
