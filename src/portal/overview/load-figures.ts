import type { Deps } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import { dayIn } from "../../books/ledger/calendar.ts";
import type { DaySpan } from "../../ground/time/range.ts";
import type { PortalCampaign } from "../frame/load-campaigns.ts";
import { storesOf } from "../frame/stores.ts";
import { type Balance, balancesIn } from "../money/account.ts";
import { type Coming, comingOf } from "../money/coming.ts";
import { readAccounts } from "../money/load-accounts.ts";
import { readComing } from "../money/load-coming.ts";
import { byCampaign } from "./credited.ts";
import { type Bar, type DayNumbers, type Numbers, sumNumbers } from "./numbers.ts";
import { type ConversionSum, type DayConversions, sumConversions } from "./conversions.ts";
import { readPortalConversions } from "./load-conversions.ts";
import { type PortalCalls, readPortalCalls } from "./load-calls.ts";
import { type PlanProgress, readProgress } from "./load-progress.ts";
import { type CardLink, readTopLinks } from "./load-top-links.ts";
import { readNumbers } from "./load-numbers.ts";
import { type PortalAmazon, readPortalAmazon } from "./load-amazon.ts";
import { barsOf, daysBefore, type SpanName, spanUntil } from "../frame/span.ts";

/** All numbers of the page. */
export interface PortalFigures {
  /** Of the campaigns that show theirs. */
  total: Numbers;
  bars: readonly Bar[];
  /** The same of the days before, and which these are. */
  before: { numbers: Numbers; days: DaySpan };
  /** Those of a campaign that shows them, and its clicks, by bar. */
  of: (campaign: Pick<PortalCampaign, "id">) => Numbers & { clicksByBar: readonly number[] };
  /** Of stores that hide nothing, as on the page of money. */
  balances: readonly Balance[];
  /** Whether some store hides what it owes. */
  balancesHidden: boolean;
  /** What the next payout holds, or waits for; `null`: nothing can be said, or some campaign or store hides something. */
  coming: Coming | null;
  /** Of amounts of nothing (ISO 4217); `null`: there is no store yet. */
  currency: string | null;
  /** What Amazon says of the creator's links, which is in none of the others; `null`: nothing, or not to be shown. */
  amazon: PortalAmazon | null;
  /** What else they brought than orders, in campaigns that show their numbers. */
  conversions: ConversionSum;
  calls: PortalCalls;
  /** By plan: how far they have come this month, where that changes what they earn. */
  progress: ReadonlyMap<string, PlanProgress>;
  /** The link that most came by in the days, of campaigns that show their numbers; of those that nobody came for, none. */
  topLinks: ReadonlyMap<string, CardLink>;
  /** Whether some campaign doesn't show its numbers. */
  someHidden: boolean;
}

/** The days of a span: it ends on the latest day that it is in any store of the campaigns at `now` (ms UTC). */
export function spanOf(span: SpanName, campaigns: readonly PortalCampaign[], now: number): DaySpan {
  const zones = new Set(campaigns.flatMap(({ store }) => (store === null ? [] : [store.timezone])));
  const todays = [...zones].map((zone) => dayIn(zone, now)).toSorted();
  return spanUntil(span, todays.at(-1) ?? dayIn("UTC", now));
}

/** The numbers of those of a creator's campaigns that show them, as of `now` (ms UTC); `null` if none does. */
export async function figuresOf(
  deps: Deps,
  creatorId: string,
  campaigns: readonly PortalCampaign[],
  { span, days, now }: { span: SpanName; days: DaySpan; now: number },
): Promise<PortalFigures | null> {
  const shown = campaigns.filter(({ visible }) => visible);
  if (shown.length === 0) return null;
  const compared = daysBefore(span, days);
  const [{ rows, before }, { accounts, hiddenStores }, coming, amazon, conversions, calls, progress, topLinks] =
    await Promise.all([
      readNumbers(deps, creatorId, shown, days, compared),
      readAccounts(deps, creatorId, campaigns),
      readComing(deps, creatorId, storesOf(shown), now),
      readPortalAmazon(deps, creatorId, campaigns, days),
      readPortalConversions(deps, creatorId, shown, days),
      readPortalCalls(deps, creatorId, campaigns, days),
      readProgress(deps, creatorId, campaigns, now),
      readTopLinks(deps, creatorId, shown, days, now),
    ]);
  const rowsOf = byCampaign(rows);
  const bars = barsOf(days);
  const barOf = (some: readonly DayNumbers[]): Bar[] =>
    bars.map((bar) => ({ span: bar, ...sumNumbers(some.filter(({ day }) => bar.first <= day && day <= bar.last)) }));
  return {
    total: sumNumbers(rows),
    before: { numbers: sumNumbers(before), days: compared },
    bars: barOf(rows),
    of: ({ id }) => {
      const own = rowsOf.get(id) ?? [];
      return { ...sumNumbers(own), clicksByBar: barOf(own).map(({ clicks }) => clicks) };
    },
    balances: balancesIn(accounts),
    balancesHidden: hiddenStores.length > 0,
    coming: hiddenStores.length > 0 || shown.length < campaigns.length ? null : comingOf(accounts, coming),
    amazon,
    conversions: sumConversions(conversions),
    calls,
    progress,
    topLinks,
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
  const [{ rows }, conversions] = await Promise.all([
    readNumbers(deps, creatorId, shown, days),
    readPortalConversions(deps, creatorId, shown, days),
  ]);
  if (named === undefined) return { rows, conversions };
  const isOfNamed = ({ campaignIds }: Pick<DayNumbers, "campaignIds">) => campaignIds.includes(named.id);
  return { rows: rows.filter(isOfNamed), conversions: conversions.filter(isOfNamed) };
}
