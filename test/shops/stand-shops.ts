import { inject } from "vitest";
import { makeShop, type StandShop } from "../../scripts/shops/stand-client.ts";

/** Makes a shop of a test's own at a platform's stand-in; `given` as the platform takes it. */
export function makeShopOf(provider: string, given: Record<string, unknown> = {}): Promise<StandShop> {
  const origin = inject("providerOrigins")[provider];
  if (origin === undefined) throw new Error(`There is no stand-in for ${provider}.`);
  return makeShop(origin, given);
}
