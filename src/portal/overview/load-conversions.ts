import { IS_THERE } from "../../reports/conversions/base.ts";
import type { Deps } from "../../ground/deps.ts";
import { boundedSum } from "../../ground/money/sum.ts";
import { localDay } from "../../ground/time/local-day.ts";
import { DAY_MS, type DaySpan } from "../../ground/time/range.ts";
import { ensureStoreZones } from "../../ground/time/zones-store.ts";
import { creditedIn } from "./credited.ts";
import type { DayConversions, PortalCommission, PortalState } from "./conversions.ts";
import type { PortalCampaign } from "../frame/load-campaigns.ts";

/** SQL: where the commission `m` of the conversion `c` stands; there is none where nothing is paid. */
const STATE = `CASE WHEN m.conversion_id IS NULL OR c.commission = 'none' OR c.origin = 'backfill' THEN 'unpaid'
  WHEN c.commission IN ('approved', 'declined') THEN c.commission
  WHEN c.contested = 1 THEN 'contested'
  WHEN c.trust = 'claimed' THEN 'claimed'
  WHEN c.due_at IS NULL THEN 'by_hand' ELSE 'held' END`;

interface Found {
  day: string;
  campaignId: string | null;
  planId: string | null;
  hidden: number;
  definitionId: string;
  name: string;
  state: PortalState;
  conversions: number;
  commissions: string;
}

/**
 * A creator's conversions that count, in campaigns that they are in (newest first), by the local day of their store. As with
 * orders, what was done for a campaign that hides its numbers isn't told under another. Throws what D1 throws.
 */
export async function readPortalConversions(
  { d1 }: Pick<Deps, "d1">,
  creatorId: string,
  campaigns: readonly Pick<PortalCampaign, "id" | "planId">[],
  { first, last }: DaySpan,
): Promise<DayConversions[]> {
  await ensureStoreZones(d1);
  const { results } = await d1
    .prepare(
      `WITH mine AS (
         SELECT id FROM conversions WHERE creator_id = ?1 AND time >= ?4 AND time < ?5
         UNION SELECT conversion_id FROM conversion_commissions WHERE creator_id = ?1
       ), told AS (
         SELECT ${localDay("st.timezone", "c.time")} AS day, s.value ->> 'campaignId' AS campaignId,
           s.value ->> 'planId' AS planId, coalesce(x.deleted_at IS NULL AND x.creators_see_performance = 0, 0) AS hidden,
           c.definition_id AS definitionId, d.name, ${STATE} AS state, m.currency, m.amount_minor
         FROM mine JOIN conversions c ON c.id = mine.id AND c.uncounted IS NULL AND c.time >= ?4 AND c.time < ?5
         JOIN stores st ON st.id = c.store_id JOIN conversion_definitions d ON d.id = c.definition_id
         CROSS JOIN json_each(c.shares) s LEFT JOIN campaigns x ON x.id = s.value ->> 'campaignId'
         LEFT JOIN conversion_commissions m ON m.conversion_id = c.id AND m.creator_id = ?1
         WHERE s.value ->> 'creatorId' = ?1 AND ${IS_THERE}
       ), summed AS (
         SELECT day, campaignId, planId, hidden, definitionId, name, state, currency, count(*) AS n,
           iif(state = 'unpaid', NULL, ${boundedSum("sum(amount_minor)")}) AS minor
         FROM told WHERE day BETWEEN ?2 AND ?3 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
       )
       SELECT day, campaignId, planId, hidden, definitionId, name, state, sum(n) AS conversions,
         json_group_array(json_object('currency', currency, 'minor', minor) ORDER BY currency)
           FILTER (WHERE minor IS NOT NULL) AS commissions
       FROM summed GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY day, name, definitionId, state, campaignId, planId`,
    )
    .bind(creatorId, first, last, Date.parse(first) - DAY_MS, Date.parse(last) + 2 * DAY_MS)
    .all<Found>();
  const creditedFor = creditedIn(campaigns);
  return results.flatMap(({ campaignId, planId, hidden, commissions, ...row }) => {
    const credited = creditedFor({ campaignId, planId });
    if (credited === null || hidden === 1) return [];
    return [{ ...row, ...credited, commissions: JSON.parse(commissions) as PortalCommission[] }];
  });
}
