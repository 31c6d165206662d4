import type { Touch } from "../../ground/model/attribution.ts";

/**
 * Touches as they are now, those of deleted creators with what was known while their profile was: an own purchase
 * that was told once is not forgotten with the address that told it.
 */
export function keepOwnPurchases(touches: readonly Touch[], before: readonly Touch[]): Touch[] {
  // Whichever touch told it: another click of the same creator is no better.
  const own = new Set(before.filter(({ ownPurchase }) => ownPurchase).map(({ creatorId }) => creatorId));
  return touches.map((touch) =>
    touch.creatorDeletedAt !== null && own.has(touch.creatorId) ? { ...touch, ownPurchase: true } : touch,
  );
}
