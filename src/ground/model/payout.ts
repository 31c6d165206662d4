/** How a creator may be paid. */
export type PayoutMethod = "sepa" | "paypal" | "other";
