import type { PayoutWaiting } from "../../books/payout/schema.ts";

/** Why something that is owed isn't ready to be paid, as payout runs see it: each is asked for one currency. */
export type NextReason = Exclude<PayoutWaiting["code"], "other_currency">;

/** What a store's next payout would hold for a creator in one currency; minor units. */
export interface NextPayout {
  /** What a run on the same terms as the last one would pay now. */
  readyMinor: number;
  /** What it would leave for later, and why. */
  waits: readonly { reason: NextReason; minor: number }[];
  /** Below which the store's last run in this currency left creators for later; 0: it didn't, or there was none. */
  minimumMinor: number;
  /** Days after which that run took what was booked. */
  holdDays: number;
  /** End of the store's first period that isn't locked, ms UTC; `null`: none is open, or it is over. */
  periodEndsAt: number | null;
}
