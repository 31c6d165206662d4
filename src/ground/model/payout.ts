/** How a creator may be paid. */
export type PayoutMethod = "sepa" | "paypal" | "other";

/** Where payout details stand that a creator entered: only those that are confirmed are in force. */
export const PROPOSAL_STATES = ["open", "confirmed", "refused", "replaced"] as const;

/** One of {@link PROPOSAL_STATES}. */
export type ProposalState = (typeof PROPOSAL_STATES)[number];
