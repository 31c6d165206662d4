import type { PortalCampaign, PortalStore } from "../frame/load-campaigns.ts";

/** Campaigns of one store. */
export interface StoreGroup {
  /** `null`: they have none. */
  store: PortalStore | null;
  campaigns: PortalCampaign[];
}

/** Campaigns by their stores, the store of the newest first; in each they stay as they were. Those without one come last. */
export function byStore(campaigns: readonly PortalCampaign[]): StoreGroup[] {
  const groups = [...Map.groupBy(campaigns, ({ store }) => store?.id ?? null).values()].map((own) => ({
    store: own[0]?.store ?? null,
    campaigns: own,
  }));
  return [...groups.filter(({ store }) => store !== null), ...groups.filter(({ store }) => store === null)];
}
