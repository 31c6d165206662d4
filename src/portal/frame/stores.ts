import type { PortalCampaign } from "./load-campaigns.ts";

type InStore = Pick<PortalCampaign, "visible" | "store">;

/** The ids of the stores that campaigns are of, each once. */
export function storesOf(campaigns: readonly Pick<PortalCampaign, "store">[]): string[] {
  return [...new Set(campaigns.flatMap(({ store }) => store?.id ?? []))];
}

/** The ids of the stores of which some campaign hides its numbers; `campaigns`: all of a creator's. */
export function hidingStores(campaigns: readonly InStore[]): string[] {
  return storesOf(campaigns.filter(({ visible }) => !visible));
}

/**
 * The ids of the stores of which all campaigns show their numbers: there a creator may be shown what belongs to no campaign,
 * since it may have come by any of them. `campaigns`: all of theirs.
 */
export function openStores(campaigns: readonly InStore[]): string[] {
  const hiding = new Set(hidingStores(campaigns));
  return storesOf(campaigns).filter((id) => !hiding.has(id));
}
