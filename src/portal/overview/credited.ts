import { isOfCampaign } from "../../ground/db/belongs.ts";
import type { PortalCampaign } from "../frame/load-campaigns.ts";

/** Campaigns of a creator under which something of theirs is shown. */
export interface Credited {
  /** Where it may count once: its own campaign, else the oldest. */
  campaignId: string;
  /** All that it belongs to. */
  campaignIds: readonly string[];
}

/**
 * Tells under which of some campaigns (newest first) what is of a campaign or a plan is shown; `null`: under none. Each pair is
 * looked at once, for a creator of hundreds of campaigns has thousands of rows of them.
 */
export function creditedIn(
  campaigns: readonly Pick<PortalCampaign, "id" | "planId">[],
): (of: { campaignId: string | null; planId: string | null }) => Credited | null {
  const known = new Map<string, Credited | null>();
  return ({ campaignId, planId }) => {
    const pair = JSON.stringify([campaignId, planId]);
    const before = known.get(pair);
    if (before !== undefined) return before;
    const campaignIds = campaigns.filter((each) => isOfCampaign({ campaignId, planId }, each)).map(({ id }) => id);
    const oldest = campaignIds.at(-1);
    const credited =
      oldest === undefined ? null : { campaignId: campaignIds.find((id) => id === campaignId) ?? oldest, campaignIds };
    known.set(pair, credited);
    return credited;
  };
}

/** Rows by each campaign that they belong to, in their order. */
export function byCampaign<Row extends Credited>(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    for (const id of row.campaignIds) {
      const own = found.get(id);
      if (own === undefined) found.set(id, [row]);
      else own.push(row);
    }
  }
  return found;
}
