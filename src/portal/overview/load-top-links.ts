import type { Deps } from "../../ground/deps.ts";
import type { DaySpan } from "../../ground/time/range.ts";
import type { PortalCampaign } from "../frame/load-campaigns.ts";
import { creditedIn } from "./credited.ts";

/** A short link of a creator's. */
export type CardLink = NonNullable<PortalCampaign["link"]>;

interface Found extends CardLink {
  campaignId: string | null;
  planId: string | null;
}

/**
 * SQL: of a creator's links that earn, by campaign and plan, the one that most clicks came by in a span, by what is summed of
 * each day; of equals the plan's own. Of those alone that a redirect calls live (see `inactiveReason`), but for what is
 * blocked, which a statement can't tell. The other columns of a row with a `max` are those of the row that has it. Each sum
 * is made once: without `MATERIALIZED` it would be twice.
 */
const TOP_LINKS = `WITH own AS MATERIALIZED (
    SELECT l.id, l.domain, l.slug, l.campaign_id AS campaignId, l.plan_id AS planId, l.made_by = 'plan' AS isPlans,
      (SELECT sum(d.counted) FROM click_days d WHERE d.link_id = l.id AND d.day BETWEEN ?2 AND ?3) AS clicks
    FROM links l LEFT JOIN tracking_plans p ON p.id = l.plan_id LEFT JOIN link_caps k ON k.link_id = l.id
    WHERE l.creator_id = ?1 AND l.deleted_at IS NULL AND l.kind = 'affiliate' AND l.disabled = 0
      AND coalesce(l.starts_at <= ?4, TRUE) AND coalesce(p.starts_at <= ?4, TRUE)
      AND coalesce(l.ends_at > ?4, TRUE) AND coalesce(p.ends_at > ?4, TRUE)
      AND coalesce(coalesce(k.used, 0) < l.max_clicks, TRUE)
  ) SELECT * FROM (
    SELECT id, domain, slug, campaignId, planId, max(2 * clicks + isPlans) AS best FROM own WHERE clicks > 0
    GROUP BY campaignId, planId)
  WHERE NOT EXISTS (SELECT 1 FROM campaigns hid WHERE hid.id = campaignId AND hid.deleted_at IS NULL
    AND hid.creators_see_performance = 0)
  ORDER BY best DESC, id DESC`;

/**
 * The link by which most came for each of a creator's campaigns, by the campaigns' ids, as of `now` (ms UTC); of those
 * that nobody came for, none. `campaigns`: those that show their numbers, newest first. Throws what D1 throws.
 */
export async function readTopLinks(
  { d1 }: Pick<Deps, "d1">,
  creatorId: string,
  campaigns: readonly PortalCampaign[],
  { first, last }: DaySpan,
  now: number,
): Promise<Map<string, CardLink>> {
  const { results } = await d1.prepare(TOP_LINKS).bind(creatorId, first, last, now).all<Found>();
  const creditedFor = creditedIn(campaigns);
  const links = new Map<string, CardLink>();
  for (const { id, domain, slug, campaignId, planId } of results) {
    for (const campaign of creditedFor({ campaignId, planId })?.campaignIds ?? []) {
      if (!links.has(campaign)) links.set(campaign, { id, domain, slug });
    }
  }
  return links;
}
