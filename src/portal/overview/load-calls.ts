import { isOfCampaign } from "../../ground/db/belongs.ts";
import type { Deps } from "../../ground/deps.ts";
import { localDay } from "../../ground/time/local-day.ts";
import { DAY_MS, type DaySpan } from "../../ground/time/range.ts";
import { ensureStoreZones } from "../../ground/time/zones-store.ts";
import type { PortalCampaign } from "../frame/load-campaigns.ts";
import { openStores } from "../frame/stores.ts";

/** Calls that came by a creator. */
export interface PortalCalls {
  calls: number;
  /** Those of them that were answered and lasted long enough. */
  qualified: number;
}

interface Found extends PortalCalls {
  storeId: string;
  campaignId: string | null;
  planId: string | null;
  hidden: number;
}

/**
 * Calls of a span that were matched to a creator. Those of a campaign are told where that shows its numbers, those of none
 * where all campaigns of the creator's in that store do: as the list of them tells of each. Throws what D1 throws.
 */
export async function readPortalCalls(
  { d1 }: Pick<Deps, "d1">,
  creatorId: string,
  campaigns: readonly Pick<PortalCampaign, "id" | "planId" | "visible" | "store">[],
  { first, last }: DaySpan,
): Promise<PortalCalls> {
  await ensureStoreZones(d1);
  const { results } = await d1
    .prepare(
      `SELECT c.store_id AS storeId, coalesce(l.campaign_id, c.campaign_id) AS campaignId, coalesce(l.plan_id, x.plan_id) AS planId,
         coalesce(x.deleted_at IS NULL AND x.creators_see_performance = 0, 0) AS hidden,
         count(*) AS calls, sum(c.qualified) AS qualified
       FROM calls c CROSS JOIN stores st ON st.id = c.store_id
       LEFT JOIN links l ON l.id = c.link_id LEFT JOIN campaigns x ON x.id = coalesce(l.campaign_id, c.campaign_id)
       WHERE c.creator_id = ?1 AND c.direction = 'inbound' AND c.started_at >= ?4 AND c.started_at < ?5
         AND ${localDay("st.timezone", "c.started_at")} BETWEEN ?2 AND ?3
       GROUP BY 1, 2, 3, 4`,
    )
    .bind(creatorId, first, last, Date.parse(first) - DAY_MS, Date.parse(last) + 2 * DAY_MS)
    .all<Found>();
  const open = new Set(openStores(campaigns));
  const told = results.filter(({ hidden, ...call }) => {
    if (hidden === 1) return false;
    if (call.campaignId === null && call.planId === null) return open.has(call.storeId);
    return campaigns.some((campaign) => campaign.visible && isOfCampaign(call, campaign));
  });
  return {
    calls: told.reduce((sum, { calls }) => sum + calls, 0),
    qualified: told.reduce((sum, { qualified }) => sum + qualified, 0),
  };
}
