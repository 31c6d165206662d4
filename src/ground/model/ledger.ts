/** Kinds of entry in the ledger. */
export type EntryType = "accrual" | "adjustment" | "reversal" | "clawback" | "bonus" | "payout";
