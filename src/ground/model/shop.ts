/** How orders of a connected shop count. */
export interface ShopSettings {
  /** Orders that a subscription makes: none count, all do, or the first of each, so many. */
  renewals: "none" | "all" | { first: number };
  /** Whether gift cards that are bought count as goods. */
  giftCards: boolean;
  /** Ways to pay, by the platform's names, whose orders are tests. */
  testGateways: string[];
}

/** What holds where nothing is said. */
export const SHOP_SETTINGS: ShopSettings = { renewals: "none", giftCards: false, testGateways: [] };

/** A backfill's way through a shop's orders. */
export interface SyncProgress {
  /** ms UTC. */
  from: number;
  cursor: string | null;
  /** How far it has read, by the shop's clock, ms UTC; left out: nothing yet. */
  readTo?: number;
  /** From where the cursor's pages are, where it was begun anew, ms UTC; left out: as `from`. */
  since?: number;
  /** Orders read so far, and those that could not be. */
  orders: number;
  skipped: number;
  startedAt: number;
  updatedAt: number;
  /** ms UTC; `null`: it goes on. */
  finishedAt: number | null;
}

/** What will not work in a shop as it is: a stable code, and the setting to change, for people. */
export interface ShopProblem {
  code: string;
  detail: string;
}
