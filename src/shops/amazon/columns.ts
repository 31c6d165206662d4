import { plainName } from "../../ground/http/nearest.ts";
import { currencyDigits } from "../../ground/money/amount.ts";
import type { ReportAmount, ReportCount, SourceKind } from "../../ground/model/attribution-report.ts";

/** What a column of a report may hold. */
export type ReportColumn = "day" | "currency" | SourceKind | ReportCount | ReportAmount;

/** Where a report has what: the columns' own names. */
export interface ReportColumns {
  names: ReadonlyMap<ReportColumn, string>;
  /** ISO 4217, where the header of an amount has it: `Sales (USD)`. */
  currency: string | null;
}

/**
 * Names of columns as Amazon's console and API write them, without what spellings differ in, the window's 14 days and
 * `attributed`: see {@link columnName}.
 */
const NAMES: Readonly<Record<ReportColumn, readonly string[]>> = {
  day: ["date", "day", "reportdate"],
  currency: ["currency", "currencycode"],
  tag: ["tag", "maas", "attributiontag", "tagid", "url", "clickthroughurl"],
  creativeId: ["creativeid", "aacreativeid"],
  adGroupId: ["adgroupid", "aaadgroupid"],
  adGroup: ["adgroup", "adgroupname"],
  campaignId: ["campaignid", "aacampaignid"],
  campaign: ["campaign", "campaignname"],
  publisher: ["publisher", "publishername"],
  clicks: ["clickthroughs", "clicks"],
  detailPageViews: ["detailpageviewsclicks", "detailpageviews", "detailpageviewsdpv", "dpv"],
  addToCarts: ["addtocartclicks", "addtocart", "addtocarts", "addtocartatc", "addtocartsatc", "atc"],
  purchases: ["purchases"],
  units: ["unitssold", "units"],
  sales: ["sales", "productsales"],
  totalDetailPageViews: ["totaldetailpageviewsclicks", "totaldetailpageviews", "totaldetailpageviewsdpv", "totaldpv"],
  totalAddToCarts: [
    "totaladdtocartclicks",
    "totaladdtocart",
    "totaladdtocarts",
    "totaladdtocartatc",
    "totaladdtocartsatc",
    "totalatc",
  ],
  totalPurchases: ["totalpurchases"],
  totalUnits: ["totalunitssold", "totalunits"],
  totalSales: ["totalsales", "totalproductsales"],
  bonus: [
    "brbbonusamount",
    "brandreferralbonus",
    "brandreferralbonusamount",
    "estimatedbrandreferralbonus",
    "brandreferralbonusestimated",
    "brandreferralbonusbrb",
    "brb",
  ],
};

const BY_NAME: ReadonlyMap<string, ReportColumn> = new Map(
  Object.entries(NAMES).flatMap(([column, names]) => names.map((name) => [name, column as ReportColumn])),
);

/** Columns that a report on products has: its rows are of products, and one of performance has all of them together. */
const OF_PRODUCTS = new Set(["productasin", "asin", "productname", "brandhalosales", "brandhalopurchases"]);

const CURRENCY = /\s*[([]([A-Z]{3})[)\]]\s*$/;

/** The window that Amazon credits purchases in, as names of columns have it. */
const WINDOW = /14[\s_-]*d(?:ays?)?(?![a-z])/gi;

/** A column's name as {@link NAMES} has it: `Click-throughs` is `clickthroughs`, `attributedSales14d` is `sales`. */
export function columnName(header: string): string {
  return plainName(header.replace(CURRENCY, "").replaceAll(WINDOW, " ")).replaceAll("attributed", "");
}

/** Finds the columns of a report. Of two that mean the same, the first counts. */
export function reportColumns(headers: readonly string[]): ReportColumns {
  const names = new Map<ReportColumn, string>();
  let currency: string | null = null;
  for (const header of headers) {
    const column = BY_NAME.get(columnName(header));
    if (column === undefined || names.has(column)) continue;
    names.set(column, header);
    const named = CURRENCY.exec(header)?.[1] ?? "";
    // Others are abbreviations: `Detail page views (DPV)`.
    if (currencyDigits(named) !== null) currency ??= named;
  }
  return { names, currency };
}

/** Whether the columns are those of a report on products. */
export function isOfProducts(headers: readonly string[]): boolean {
  return headers.some((header) => OF_PRODUCTS.has(columnName(header)));
}
