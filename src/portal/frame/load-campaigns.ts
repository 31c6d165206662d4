import { belongsTo } from "../../ground/db/belongs.ts";
import type { Deps } from "../../ground/deps.ts";
import { logoPath } from "../../ground/model/logo.ts";

/** A store as its creators see it. */
export interface PortalStore {
  id: string;
  /** As people know it. */
  name: string;
  /** ISO 4217. */
  currency: string;
  /** IANA. */
  timezone: string;
  /** `#rrggbb`; `null`: it has none. */
  color: string | null;
  /** Path of its logo; `null`: it has none. */
  logo: string | null;
}

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
  store: PortalStore | null;
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
  color: string | null;
  logoHash: string | null;
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
         s.id AS storeId, coalesce(s.brand_name, s.name) AS store, s.currency, s.timezone,
         s.brand_color AS color, s.logo_hash AS logoHash, k.text AS code,
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
  return results.map((found) => ({
    id: found.id,
    name: found.name,
    planId: found.planId,
    visible: found.visible === 1,
    ended: found.ended === 1,
    store: storeOf(found),
    code: found.code,
    link:
      found.linkId === null || found.domain === null || found.slug === null
        ? null
        : { id: found.linkId, domain: found.domain, slug: found.slug },
  }));
}

function storeOf({ storeId, store, currency, timezone, color, logoHash }: Found): PortalStore | null {
  if (storeId === null || store === null || currency === null || timezone === null) return null;
  const logo = logoHash === null ? null : logoPath(logoHash);
  return { id: storeId, name: store, currency, timezone, color, logo };
}
