import type { Deps } from "../deps.ts";
import type { DaySpan } from "../report/range.ts";
import { readPage } from "../report/read.ts";
import type { ReportRow } from "../report/rows.ts";
import type { DayNumbers, MoneyOfCurrency } from "./numbers.ts";

/** More rows than a creator has: days of a year in hundreds of campaigns. */
const MAX_ROWS = 1_000_000;

/**
 * The numbers of a creator in these campaigns, by local day and campaign, in the order of the days; none where
 * there was nothing. They are those of the admin's report on the creator: confirmed orders, with those that are
 * only claimed beside. Throws what D1 throws.
 */
export async function readNumbers(
  deps: Deps,
  creatorId: string,
  campaignIds: readonly string[],
  span: DaySpan,
): Promise<DayNumbers[]> {
  const { rows } = await readPage(deps, {
    dimension: "campaigns",
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
  const asked = new Set(campaignIds);
  return rows
    .filter(({ key }) => asked.has(key))
    .map((row) => ({
      day: String(row.start),
      campaignId: row.key,
      clicks: row.clicks,
      sales: row.conversions,
      claimed: row.claimedConversions,
      money: moneyOf(row),
    }))
    .filter(({ clicks, sales, claimed, money }) => clicks > 0 || sales > 0 || claimed > 0 || money.length > 0);
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
