/** Kinds of entry in the ledger, in the order in which they come to be. */
export const ENTRY_TYPES = ["accrual", "adjustment", "reversal", "clawback", "bonus", "payout"] as const;

/** One of {@link ENTRY_TYPES}. */
export type EntryType = (typeof ENTRY_TYPES)[number];
