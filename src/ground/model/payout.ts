/** How a creator may be paid. */
export type PayoutMethod = "sepa" | "paypal" | "other";

/** Where payout details stand that a creator entered: only those that are confirmed are in force. */
export type ProposalState = "open" | "confirmed" | "refused" | "replaced";
