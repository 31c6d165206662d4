/*
 * Creators and campaigns belong to no store by themselves: a campaign does by its tracking plan, a creator by the campaigns
 * that they are in. Every list that asks for a store asks by these texts.
 */

/** SQL condition that a campaign, an alias of its row, has a tracking plan of a store (SQL). */
export function campaignOfStore(campaign: string, store: string): string {
  return `${campaign}.plan_id IN (SELECT p.id FROM tracking_plans p WHERE p.store_id = ${store})`;
}

/** SQL condition that a creator, whose id is the SQL `creator`, is in a campaign of a store (SQL), whatever became of them in it. */
export function creatorOfStore(creator: string, store: string): string {
  return `EXISTS (SELECT 1 FROM campaign_creators m JOIN campaigns c ON c.id = m.campaign_id AND c.deleted_at IS NULL
    JOIN tracking_plans p ON p.id = c.plan_id AND p.store_id = ${store} WHERE m.creator_id = ${creator})`;
}
