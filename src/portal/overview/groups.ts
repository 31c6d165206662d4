import type { PortalStore } from "../frame/load-campaigns.ts";

/** What is of one store. */
export interface StoreGroup<Item> {
  /** `null`: of none. */
  store: PortalStore | null;
  own: Item[];
}

/**
 * Campaigns, or what is made of them, by their stores, that of the first before the others; in each they stay as they were.
 * Those without a store come last.
 */
export function byStore<Item extends { store: PortalStore | null }>(items: readonly Item[]): StoreGroup<Item>[] {
  const groups = [...Map.groupBy(items, ({ store }) => store?.id ?? null).values()].map((own) => ({
    store: own[0]?.store ?? null,
    own,
  }));
  return [...groups.filter(({ store }) => store !== null), ...groups.filter(({ store }) => store === null)];
}
