/** Where a code, a link or a share of an order has what tells whose it is, as SQL. */
export interface OwnedColumns {
  campaign: string;
  plan: string;
  creator: string;
}

/**
 * SQL condition that something belongs to a campaign, whose id is the SQL `campaign`: it was made or credited
 * under it, or under its tracking plan for one of its creators. So campaigns that share a plan show each other's
 * codes, links and orders of the creators they share, and a code that was there before its creator joined
 * belongs too. Every list, filter and report that asks for a campaign asks by this text.
 */
export function belongsTo(campaign: string, { campaign: ownCampaign, plan, creator }: OwnedColumns): string {
  return `(${ownCampaign} = ${campaign} OR (${plan} = (SELECT plan_id FROM campaigns WHERE id = ${campaign})
    AND ${creator} IN (SELECT creator_id FROM campaign_creators WHERE campaign_id = ${campaign})))`;
}

/** The same for any of the campaigns whose ids the SQL `campaigns` has, as a JSON list; that list is gone through once. */
export function belongsToAny(campaigns: string, { campaign: ownCampaign, plan, creator }: OwnedColumns): string {
  return `(${ownCampaign} IN (SELECT value FROM json_each(${campaigns})) OR (${plan}, ${creator}) IN (
    SELECT c.plan_id, m.creator_id FROM json_each(${campaigns}) f
    JOIN campaigns c ON c.id = f.value JOIN campaign_creators m ON m.campaign_id = c.id))`;
}

/** The same of what is a creator's who is in the campaign. */
export function isOfCampaign(
  { campaignId, planId }: { campaignId: string | null; planId: string | null },
  campaign: { id: string; planId: string | null },
): boolean {
  return campaignId === campaign.id || (campaign.planId !== null && planId === campaign.planId);
}
