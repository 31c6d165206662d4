import type { AmazonReport } from "../../reports/amazon/schema.ts";
import { pathOfId } from "../frame/places.ts";
import { measuresOf } from "../report/measures.ts";
import type { Answer, Foot, Report } from "../report/report.ts";

type Figures = AmazonReport["totals"][number];
type AmazonRow = AmazonReport["data"][number];

const { count, money } = measuresOf<Figures>();

/** `/admin/reports/amazon`: by currency there is a total, and what of it is no creator's. */
export const AMAZON: Report<AmazonRow, Figures> = {
  title: "Amazon",
  about:
    "As reports of Amazon Attribution say it that were imported: of each day by the last report that covered it. They stand beside orders and are never added to them.",
  api: "/reports/amazon",
  store: "any",
  filters: [
    { kind: "ref", of: "creator", name: "creator", label: "Creator" },
    { kind: "ref", of: "campaign", name: "campaign", label: "Campaign" },
    { kind: "ref", of: "plan", name: "plan", label: "Plan" },
  ],
  intervals: ["day", "month"],
  pageRows: 50,
  keys: [
    {
      label: "Creator",
      text: ({ creatorId, name }) => name ?? creatorId,
      href: ({ creatorId }) => pathOfId(creatorId ?? ""),
      none: "No creator’s tag",
    },
  ],
  measures: [
    count("clicks", "Clicks", { main: true, hint: "As Amazon counts them." }),
    count("detailPageViews", "Product page views"),
    count("addToCarts", "Added to cart"),
    count("purchases", "Purchases", { main: true, hint: "Within 14 days of a click." }),
    count("units", "Units"),
    money("salesMinor", "Sales", { main: true }),
    money("bonusMinor", "Bonus", { hint: "Brand Referral Bonus, estimated: Amazon’s to the seller." }),
    count("totalDetailPageViews", "Product page views, brand", {
      more: true,
      hint: "With the brand’s other products.",
    }),
    count("totalAddToCarts", "Added to cart, brand", { more: true }),
    count("totalPurchases", "Purchases, brand", { more: true }),
    count("totalUnits", "Units, brand", { more: true }),
    money("totalSalesMinor", "Sales, brand", { more: true }),
  ],
  foot: (answer) => footOf(answer),
  empty: "Reports of Amazon Attribution are imported at a store of Amazon: their figures come here then.",
};

function footOf(answer: Answer<AmazonRow, Figures>): Foot<Figures>[] {
  const { totals, unassigned } = answer as unknown as AmazonReport;
  return [
    ...totals.map((figures) => ({ label: `All in ${figures.currency}`, figures })),
    ...unassigned.map((figures) => ({ label: `Of these no creator’s, ${figures.currency}`, figures })),
  ];
}
