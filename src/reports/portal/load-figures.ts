import type { Deps } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import { dayIn } from "../../books/ledger/calendar.ts";
import { type BalanceRow, balancesOf } from "../../books/ledger/store.ts";
import type { DaySpan } from "../../ground/time/range.ts";
import type { PortalCampaign } from "./load-campaigns.ts";
import type { Bar } from "./chart.ts";
import { type DayNumbers, type Numbers, sumNumbers } from "./numbers.ts";
import { type DayConversions, type PortalConversions, sumConversions } from "./conversions.ts";
import { readPortalConversions } from "./load-conversions.ts";
import { readNumbers } from "./load-numbers.ts";
import { type PortalAmazon, readPortalAmazon } from "./load-amazon.ts";
import { barsOf, type SpanName, spanUntil } from "./span.ts";

/** All numbers of the page. */
export interface PortalFigures {
  /** Of the campaigns that show theirs. */
  total: Numbers;
  bars: readonly Bar[];
  /** Those of a campaign that shows them. */
  of: (campaign: PortalCampaign) => Numbers;
  /** Of all that was booked, whatever it was for. */
  balances: readonly BalanceRow[];
  /** Of amounts of nothing (ISO 4217); `null`: there is no store yet. */
  currency: string | null;
  /** What Amazon says of the creator's links, which is in none of the others; `null`: nothing, or not to be shown. */
  amazon: PortalAmazon | null;
  /** What else they brought than orders, in campaigns that show their numbers. */
  conversions: readonly PortalConversions[];
  /** Whether some campaign doesn't show its numbers. */
  someHidden: boolean;
}

/** The days of a span: it ends on the latest day that it is in any store of the campaigns at `now` (ms UTC). */
export function spanOf(span: SpanName, campaigns: readonly PortalCampaign[], now: number): DaySpan {
  const zones = new Set(campaigns.flatMap(({ store }) => (store === null ? [] : [store.timezone])));
  const todays = [...zones].map((zone) => dayIn(zone, now)).toSorted();
  return spanUntil(span, todays.at(-1) ?? dayIn("UTC", now));
}

/** The numbers of those of a creator's campaigns that show them; `null` if none does. */
export async function figuresOf(
  deps: Deps,
  creatorId: string,
  campaigns: readonly PortalCampaign[],
  days: DaySpan,
): Promise<PortalFigures | null> {
  const shown = campaigns.filter(({ visible }) => visible);
  if (shown.length === 0) return null;
  const [rows, balances, amazon, conversions] = await Promise.all([
    readNumbers(deps, creatorId, shown, days),
    balancesOf(deps, { creator: creatorId }, null),
    readPortalAmazon(deps, creatorId, campaigns, days),
    readPortalConversions(deps, creatorId, shown, days),
  ]);
  return {
    total: sumNumbers(rows),
    bars: barsOf(days).map((span) => ({
      span,
      ...sumNumbers(rows.filter(({ day }) => span.first <= day && day <= span.last)),
    })),
    of: ({ id }) => sumNumbers(rows.filter(({ campaignIds }) => campaignIds.includes(id))),
    balances,
    amazon,
    conversions: sumConversions(conversions),
    currency: shown.find(({ store }) => store !== null)?.store?.currency ?? null,
    someHidden: shown.length < campaigns.length,
  };
}

/**
 * The rows of the creator's own report: of one campaign, or of all that show their numbers. Throws a `Problem`:
 * 404 if the creator isn't in the one that is asked for, 403 if it doesn't show its numbers, or if none does.
 */
export async function reportOf(
  deps: Deps,
  creatorId: string,
  campaigns: readonly PortalCampaign[],
  asked: string | undefined,
  days: DaySpan,
): Promise<{ rows: DayNumbers[]; conversions: DayConversions[] }> {
  const named = campaigns.find(({ id }) => id === asked);
  if (asked !== undefined && named === undefined) throw new Problem("not_found", "You are not in such a campaign.");
  const shown = campaigns.filter(({ visible }) => visible);
  if (named?.visible === false || shown.length === 0) {
    throw new Problem("visibility_off", "The numbers of your campaigns are not shown here.");
  }
  const [rows, conversions] = await Promise.all([
    readNumbers(deps, creatorId, shown, days),
    readPortalConversions(deps, creatorId, shown, days),
  ]);
  if (named === undefined) return { rows, conversions };
  const isOfNamed = ({ campaignIds }: Pick<DayNumbers, "campaignIds">) => campaignIds.includes(named.id);
  return { rows: rows.filter(isOfNamed), conversions: conversions.filter(isOfNamed) };
}
