import { mustHold } from "../../ground/db/premise.ts";
import type { Deps } from "../../ground/deps.ts";
import type { Utm } from "../../ground/model/link.ts";
import type { Limits } from "../../ground/model/plan.ts";
import type { ProviderId } from "../../ground/model/provider.ts";
import { addressesOf, type ShopAddresses } from "./address.ts";

/** A campaign for which a creator may make links of their own, with what those are made of. */
export interface Makable {
  id: string;
  name: string;
  planId: string;
  planUpdatedAt: number;
  landingUrl: string | null;
  utm: Utm;
  codePattern: string | null;
  limits: Limits;
  affiliateLink: boolean;
  trackClicks: boolean;
  storeId: string;
  /** As people know it. */
  store: string;
  provider: ProviderId;
  homeUrl: string | null;
  /** JSON, as it is kept. */
  origins: string;
  clickParam: string;
  /** The short domain of the plan's links; empty: the default one. */
  domain: string;
  /** The creator's code under the plan; `null`: there is none that isn't retired. */
  codeId: string | null;
  /** The tag by which the store's platform counts for the creator; `null`: there is none. */
  tag: string | null;
  addresses: ShopAddresses;
}

/** SQL: the campaigns `c` in which the creator `?1` may make links at `?2` (ms UTC), as a member `m`, of a plan `p` and a store `s`. */
const MAY_MAKE = `campaign_creators m
  JOIN campaigns c ON c.id = m.campaign_id AND c.status = 'launched' AND c.tracking = 1 AND c.deleted_at IS NULL
  JOIN tracking_plans p ON p.id = c.plan_id AND p.creator_links = 1 AND p.deleted_at IS NULL
    AND (p.ends_at IS NULL OR p.ends_at > ?2)
  JOIN stores s ON s.id = p.store_id AND s.deleted_at IS NULL
  WHERE m.creator_id = ?1 AND m.status = 'approved'`;

interface Found extends Omit<Makable, "utm" | "limits" | "affiliateLink" | "trackClicks" | "addresses"> {
  utm: string;
  limits: string;
  affiliateLink: number;
  trackClicks: number;
}

/** The campaigns for which a creator may make links at `now` (ms UTC), the newest first. Throws what D1 throws. */
export async function makableOf({ d1 }: Pick<Deps, "d1">, creatorId: string, now: number): Promise<Makable[]> {
  const { results } = await d1
    .prepare(
      `SELECT c.id, c.name, p.id AS planId, p.updated_at AS planUpdatedAt, p.landing_url AS landingUrl, p.utm,
         p.code_pattern AS codePattern, p.limits, p.affiliate_link AS affiliateLink, p.track_clicks AS trackClicks,
         s.id AS storeId, coalesce(s.brand_name, s.name) AS store, s.provider, s.home_url AS homeUrl, s.origins,
         s.click_param AS clickParam,
         coalesce((SELECT hostname FROM domains WHERE store_id = s.id AND deleted_at IS NULL
           ORDER BY created_at, id LIMIT 1), '') AS domain,
         (SELECT id FROM codes WHERE plan_id = p.id AND creator_id = ?1 AND state <> 'retired') AS codeId,
         (SELECT tag FROM attribution_tags WHERE store_id = s.id AND creator_id = ?1) AS tag
       FROM ${MAY_MAKE} ORDER BY c.id DESC`,
    )
    .bind(creatorId, now)
    .all<Found>();
  return results
    .map(({ utm, limits, affiliateLink, trackClicks, ...found }) => ({
      ...found,
      utm: JSON.parse(utm) as Utm,
      limits: JSON.parse(limits) as Limits,
      affiliateLink: affiliateLink === 1,
      trackClicks: trackClicks === 1,
      addresses: addressesOf({ ...found, origins: JSON.parse(found.origins) as string[] }),
    }))
    .filter(({ addresses }) => addresses.hosts.length > 0);
}

/** Statement that breaks its batch off unless a creator may make links in a campaign at `now` (ms UTC), as it was read. */
export function mustBeMakable(
  { d1 }: Pick<Deps, "d1">,
  creatorId: string,
  { id, planId, planUpdatedAt, homeUrl, origins, clickParam }: Makable,
  now: number,
): D1PreparedStatement {
  return mustHold(
    d1,
    `EXISTS (SELECT 1 FROM ${MAY_MAKE} AND c.id = ?3 AND p.id = ?4 AND p.updated_at = ?5
       AND s.home_url IS ?6 AND s.origins = ?7 AND s.click_param = ?8)`,
    creatorId,
    now,
    id,
    planId,
    planUpdatedAt,
    homeUrl,
    origins,
    clickParam,
  );
}
