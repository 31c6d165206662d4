import { isOfCampaign } from "../../ground/db/belongs.ts";
import type { Deps } from "../../ground/deps.ts";
import type { DaySpan } from "../../ground/time/range.ts";
import { readPage } from "../report/load-pages.ts";
import type { ReportRow } from "../report/rows.ts";
import type { PortalCampaign } from "./load-campaigns.ts";
import type { DayNumbers, MoneyOfCurrency } from "./numbers.ts";

/** More rows than a creator has: days of a year in hundreds of campaigns. */
const MAX_ROWS = 1_000_000;

/**
 * The numbers of a creator in campaigns that they are in, newest first, by local day, in the order of the days;
 * none where there was nothing. A campaign has what belongs to it, as in the admin's report on it, but not what
 * was done for another one that hides its numbers. Sums are of confirmed orders, with those that are only claimed
 * beside. Throws what D1 throws.
 */
export async function readNumbers(
  deps: Deps,
  creatorId: string,
  campaigns: readonly Pick<PortalCampaign, "id" | "planId">[],
  span: DaySpan,
): Promise<DayNumbers[]> {
  const { rows } = await readPage(deps, {
    dimension: "campaignPlans",
    filter: { creator: creatorId },
    interval: "day",
    periods: [{ span, previous: 0, shift: 0 }],
    confirmedOnly: true,
    always: null,
    sort: { by: "start", descending: false },
    limit: MAX_ROWS,
    offset: 0,
    after: null,
    currency: null,
  });
  return rows.flatMap((row) => {
    const { campaignId = null, planId = null, hiddenBy } = row.names;
    const campaignIds = campaigns.filter((each) => isOfCampaign({ campaignId, planId }, each)).map(({ id }) => id);
    const oldest = campaignIds.at(-1);
    if (oldest === undefined || hiddenBy !== null) return [];
    const numbers: DayNumbers = {
      day: String(row.start),
      campaignId: campaignIds.find((id) => id === campaignId) ?? oldest,
      campaignIds,
      clicks: row.clicks,
      sales: row.conversions,
      claimed: row.claimedConversions,
      waiting: row.waitingCommissions,
      money: moneyOf(row),
    };
    const { clicks, sales, claimed, waiting, money } = numbers;
    return clicks > 0 || sales > 0 || claimed > 0 || waiting > 0 || money.length > 0 ? [numbers] : [];
  });
}

/** A row's amounts, the report's own currency among the others. */
function moneyOf({
  currency,
  conversions,
  salesMinor,
  commissionMinor,
  otherCurrencies,
}: ReportRow): MoneyOfCurrency[] {
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
