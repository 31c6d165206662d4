/** The tiers in the order in which they are asked; the isolate's memory comes before all of them. */
export const TIER_NAMES = ["memory", "stale", "colo", "database", "standby"] as const;

/** One of {@link TIER_NAMES}. `stale`: memory past its time, used because storage failed. */
export type TierName = (typeof TIER_NAMES)[number];

/** How often each tier answered since the isolate began. */
export type TierHits = Record<TierName, number>;

/** Counts of zero. */
export function noHits(): TierHits {
  return { memory: 0, stale: 0, colo: 0, database: 0, standby: 0 };
}
