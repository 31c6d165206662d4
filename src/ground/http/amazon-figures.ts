import * as z from "./zod.ts";

const count = z.number().nullable();

/** Amazon's figures on the wire: fields of an object that has a `currency`. */
export const figuresShape = {
  clicks: count.openapi({ description: "As Amazon counts them. `null`, here and below: the report doesn't say." }),
  detailPageViews: count,
  addToCarts: count,
  purchases: count.openapi({ description: "Within 14 days of a click. One that was returned stays counted." }),
  units: count,
  totalDetailPageViews: count.openapi({ description: "`total…`: with the brand's products that the tag wasn't for." }),
  totalAddToCarts: count,
  totalPurchases: count,
  totalUnits: count,
  salesMinor: count.openapi({ description: "Minor units. 0 for what was returned." }),
  totalSalesMinor: count,
  bonusMinor: count.openapi({ description: "Brand Referral Bonus, estimated: Amazon's to the seller." }),
};
