/** How a commission came about, or why there is none. */
export interface CommissionNote {
  reasonCode: CommissionReason | null;
}

/** Why a share earns nothing, or why what it earns can't be said. */
export type CommissionReason = "no_plan" | "unconfirmed" | "returning_customer" | "customer_unknown" | "rate_missing";
