/** What clicks are counted by, as columns of a page's statement. */
export const CLICKS = ["clicks", "uniques"] as const;

/** The same for uses of codes. */
export const USES = ["uses"] as const;

/** The same for sales; amounts are minor units. */
export const SALES = [
  "conversions",
  "claimed",
  "by_link",
  "by_code",
  "by_call",
  "gross",
  "refunded",
  "commission",
  "claimed_sales",
] as const;
