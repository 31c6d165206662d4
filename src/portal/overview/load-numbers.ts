import type { Deps } from "../../ground/deps.ts";
import type { DaySpan } from "../../ground/time/range.ts";
import { type ReadPage, readPages } from "../../reports/report/load-pages.ts";
import { EVERY_ROW, type PageQuery } from "../../reports/report/page-statement.ts";
import type { ReportNumbers } from "../../reports/report/rows.ts";
import type { PortalCampaign } from "../frame/load-campaigns.ts";
import { creditedIn } from "./credited.ts";
import type { DayNumbers, MoneyOfCurrency, Numbers } from "./numbers.ts";

/** More rows than a creator has: days of a year in hundreds of campaigns. */
const MAX_ROWS = 1_000_000;

/** Numbers of a span, and of the days that it is compared with. */
export interface ReadNumbers {
  /** By local day, in their order; none where there was nothing. */
  rows: DayNumbers[];
  /** None where nothing is compared. */
  before: Numbers[];
}

/**
 * The numbers of a creator in campaigns that they are in, newest first, and those of the days `before`. A campaign has
 * what belongs to it, as in the admin's report on it, but not what was done for another one that hides its numbers. Sums
 * are of confirmed orders, with those that are only claimed beside. Throws what D1 throws.
 */
export async function readNumbers(
  deps: Deps,
  creatorId: string,
  campaigns: readonly Pick<PortalCampaign, "id" | "planId">[],
  span: DaySpan,
  before: DaySpan | null = null,
): Promise<ReadNumbers> {
  // Of the days before, none is shown by itself: their sums are read, not hundreds of rows for each campaign.
  const [own, earlier] = await readPages(deps, [
    queryOf(creatorId, span, "day"),
    ...(before === null ? [] : [queryOf(creatorId, before, "total")]),
  ]);
  const creditedFor = creditedIn(campaigns);
  const shownOf = (page: ReadPage | undefined) =>
    (page?.rows ?? []).flatMap((row) => {
      const { campaignId = null, planId = null, hiddenBy } = row.names;
      const credited = hiddenBy === null ? creditedFor({ campaignId, planId }) : null;
      return credited === null ? [] : [{ row, credited, numbers: numbersOf(row) }];
    });
  return {
    rows: shownOf(own).flatMap(({ row, credited, numbers }) =>
      isAnything(numbers) ? [{ ...numbers, ...credited, day: String(row.start) }] : [],
    ),
    before: shownOf(earlier).map(({ numbers }) => numbers),
  };
}

const queryOf = (creator: string, span: DaySpan, interval: PageQuery["interval"]): PageQuery => ({
  ...EVERY_ROW,
  dimension: "campaignPlans",
  filter: { creator },
  interval,
  periods: [{ span, previous: 0, shift: 0 }],
  sort: { by: "start", descending: false },
  limit: MAX_ROWS,
});

function numbersOf(counts: ReportNumbers): Numbers {
  return {
    clicks: counts.clicks,
    sales: counts.conversions,
    claimed: counts.claimedConversions,
    waiting: counts.waitingCommissions,
    money: moneyOf(counts),
  };
}

function isAnything({ clicks, sales, claimed, waiting, money }: Numbers): boolean {
  return clicks > 0 || sales > 0 || claimed > 0 || waiting > 0 || money.length > 0;
}

/** A row's amounts, the report's own currency among the others. */
function moneyOf({
  currency,
  conversions,
  salesMinor,
  commissionMinor,
  otherCurrencies,
}: ReportNumbers): MoneyOfCurrency[] {
  const elsewhere = otherCurrencies.reduce((sum, other) => sum + other.conversions, 0);
  const own = { currency: currency ?? "", sales: conversions - elsewhere, salesMinor, commissionMinor };
  const others = otherCurrencies.map((other) => ({
    currency: other.currency,
    sales: other.conversions,
    salesMinor: other.salesMinor,
    commissionMinor: other.commissionMinor,
  }));
  return [own, ...others]
    .filter(({ sales, salesMinor, commissionMinor }) => sales !== 0 || salesMinor !== 0 || commissionMinor !== 0)
    .toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
}
