import type { WithoutNote } from "../../ground/model/commission.ts";
import type { Counting } from "../../ground/model/commission.ts";

/** An order that waits for rates, and when it was placed (ms UTC). `missingRates` are as one may be entered. */
export interface PlacedWaiting {
  orderId: string;
  placedAt: number;
  missingRates: readonly string[];
}

/** Orders of a creator's month of which the same can't be said for want of rates. */
export interface Waiting {
  uncounted: readonly Counting[];
  /** How many there are. */
  count: number;
  /** The first of them, {@link SHOWN_WAITING} at most, as they were placed. */
  orders: readonly PlacedWaiting[];
}

/** Orders that a note names. */
export const SHOWN_WAITING = 10;

/**
 * What a commission is worked out without whose rule goes by `goesBy`: the orders before it that wait for
 * rates, wherever they were read. `null`: none that it hangs on.
 */
export function withoutOf(waiting: readonly Waiting[], goesBy: readonly Counting[]): WithoutNote | null {
  const missed = waiting.filter(({ uncounted }) => uncounted.some((what) => goesBy.includes(what)));
  if (missed.length === 0) return null;
  return {
    count: missed.reduce((sum, { count }) => sum + count, 0),
    orders: missed
      .flatMap(({ orders }) => orders)
      .toSorted((a, b) => a.placedAt - b.placedAt || (a.orderId < b.orderId ? -1 : 1))
      .slice(0, SHOWN_WAITING)
      .map(({ orderId, missingRates }) => ({ orderId, missingRates })),
  };
}
