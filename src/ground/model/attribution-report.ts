/**
 * What rows of a report of Amazon Attribution are known by, the most specific first: by the first of them that some
 * creator's tag has, a row is that creator's.
 */
export const SOURCE_KINDS = [
  "creativeId",
  "adGroupId",
  "adGroup",
  "tag",
  "campaignId",
  "campaign",
  "publisher",
] as const;

/** One of {@link SOURCE_KINDS}. */
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** The counts of a report's row. Those of 14 days are credited to the click by Amazon's last touch within them. */
export const REPORT_COUNTS = [
  "clicks",
  "detailPageViews",
  "addToCarts",
  "purchases",
  "units",
  // With products of the brand that the ad wasn't for.
  "totalDetailPageViews",
  "totalAddToCarts",
  "totalPurchases",
  "totalUnits",
] as const;

/** The amounts of a report's row, minor units; `bonus`: what Amazon gives back of its fee (Brand Referral Bonus). */
export const REPORT_AMOUNTS = ["sales", "totalSales", "bonus"] as const;

/** One of {@link REPORT_COUNTS}. */
export type ReportCount = (typeof REPORT_COUNTS)[number];
/** One of {@link REPORT_AMOUNTS}. */
export type ReportAmount = (typeof REPORT_AMOUNTS)[number];

/** Amazon's figures, of a row or of several, in one currency. `null`: no report had the column. */
export type AmazonFigures = Readonly<Record<ReportCount | `${ReportAmount}Minor`, number | null>>;

/** The names of {@link AmazonFigures}, counts first. */
export const FIGURES = [
  ...REPORT_COUNTS,
  ...REPORT_AMOUNTS.map((name) => `${name}Minor` as const),
] as const satisfies readonly (keyof AmazonFigures)[];

/** The columns of {@link FIGURES} in the database. */
export const FIGURE_COLUMNS: Readonly<Record<keyof AmazonFigures, string>> = {
  clicks: "clicks",
  detailPageViews: "detail_page_views",
  addToCarts: "add_to_carts",
  purchases: "purchases",
  units: "units",
  totalDetailPageViews: "total_detail_page_views",
  totalAddToCarts: "total_add_to_carts",
  totalPurchases: "total_purchases",
  totalUnits: "total_units",
  salesMinor: "sales_minor",
  totalSalesMinor: "total_sales_minor",
  bonusMinor: "bonus_minor",
};

/** A source of a report's rows as the report names it. */
export type SourceNames = Readonly<Partial<Record<SourceKind, string>>>;

/** The form in which two spellings of a name are one. */
export function sourceKey(text: string): string {
  return text.normalize("NFKC").trim().replaceAll(/\s+/g, " ").toLowerCase();
}
