import { belongsTo } from "../../ground/db/belongs.ts";
import type { Deps } from "../../ground/deps.ts";

/** A campaign as its creator sees it. */
export interface PortalCampaign {
  id: string;
  name: string;
  planId: string | null;
  /** Whether the creator may see the numbers. */
  visible: boolean;
  /** Whether the campaign or its tracking plan is over. */
  ended: boolean;
  /** Of its tracking plan; `null` without a plan. */
  store: { id: string; name: string; currency: string; timezone: string } | null;
  /** The creator's code as it is typed; `null`: there is none that works. */
  code: string | null;
  /** The creator's short link: what the plan made, else the newest that was made by hand; `null`: there is none. */
  link: { id: string; domain: string; slug: string } | null;
}

interface Found {
  id: string;
  name: string;
  planId: string | null;
  visible: number;
  ended: number;
  storeId: string | null;
  store: string | null;
  currency: string | null;
  timezone: string | null;
  code: string | null;
  linkId: string | null;
  domain: string | null;
  slug: string | null;
}

/** The campaigns that a creator is in and wasn't rejected from, from new to old. `now` is ms UTC. */
export async function campaignsOf({ d1 }: Deps, creatorId: string, now: number): Promise<PortalCampaign[]> {
  const { results } = await d1
    .prepare(
      `SELECT c.id, c.name, c.plan_id AS planId, c.creators_see_performance AS visible,
         c.status = 'archived' OR coalesce(p.ends_at <= ?2, FALSE) AS ended,
         s.id AS storeId, s.name AS store, s.currency, s.timezone, k.text AS code,
         l.id AS linkId, l.domain, l.slug
       FROM campaign_creators m
       JOIN campaigns c ON c.id = m.campaign_id AND c.deleted_at IS NULL
       LEFT JOIN tracking_plans p ON p.id = c.plan_id
       LEFT JOIN stores s ON s.id = p.store_id
       LEFT JOIN plan_creators made ON made.plan_id = c.plan_id AND made.creator_id = m.creator_id
       LEFT JOIN codes k ON k.plan_id = made.plan_id AND k.creator_id = m.creator_id AND k.state = 'active'
       LEFT JOIN links a ON a.id = made.affiliate_link_id AND a.deleted_at IS NULL
       LEFT JOIN links t ON t.id = made.tracking_link_id AND t.deleted_at IS NULL
       LEFT JOIN links l ON l.id = coalesce(a.id, t.id, (
         SELECT max(h.id) FROM links h WHERE h.creator_id = ?1 AND h.deleted_at IS NULL
           AND ${belongsTo("c.id", { campaign: "h.campaign_id", plan: "h.plan_id", creator: "h.creator_id" })}))
       WHERE m.creator_id = ?1 AND m.status <> 'rejected'
       ORDER BY c.id DESC`,
    )
    .bind(creatorId, now)
    .all<Found>();
  return results.map(({ visible, ended, storeId, store, currency, timezone, linkId, domain, slug, ...found }) => ({
    ...found,
    visible: visible === 1,
    ended: ended === 1,
    store:
      storeId === null || store === null || currency === null || timezone === null
        ? null
        : { id: storeId, name: store, currency, timezone },
    link: linkId === null || domain === null || slug === null ? null : { id: linkId, domain, slug },
  }));
}
