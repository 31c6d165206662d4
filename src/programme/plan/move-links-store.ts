import { packJson } from "../../ground/db/pack.ts";
import type { Utm } from "../../ground/model/link.ts";
import { PROVIDER_TABLE, type ProviderId } from "../../ground/model/provider.ts";
import { affiliateDestination } from "../provider/destination.ts";
import { taggedUrl } from "../provider/tag.ts";
import type { StoreRow } from "../store/store.ts";
import type { PlanRow } from "./store.ts";

/** Where a plan's links lead, as templates; `null` where it has no page to lead to. */
export interface Destinations {
  affiliate: string | null;
  tracking: string | null;
}

/** A plan's destinations, whether or not it makes such links now: those it made earlier follow it too. */
export function destinationsOf(
  plan: Pick<PlanRow, "landingUrl" | "codePattern" | "limits">,
  { provider, homeUrl }: Pick<StoreRow, "provider" | "homeUrl">,
): Destinations {
  const landingUrl = plan.landingUrl ?? homeUrl;
  if (landingUrl === null) return { affiliate: null, tracking: null };
  const link = PROVIDER_TABLE[provider as ProviderId].capabilities.affiliateLink;
  return { affiliate: affiliateDestination(link, { landingUrl, plan }), tracking: landingUrl };
}

/** Another destination for the links of one kind that a plan made. */
export interface Move {
  planId: string;
  /** Whose link; `null`: everybody's. */
  creatorId: string | null;
  kind: keyof Destinations;
  from: string;
  to: string;
}

/** The tag that a creator's links under a plan carry. */
export interface CarriedTag {
  creatorId: string;
  tag: string;
}

/** The moves from a plan's destinations to others, of its links without a tag and of those with one. */
export function movesOf(
  planId: string,
  before: Destinations,
  after: Destinations,
  tags: readonly CarriedTag[] = [],
): Move[] {
  const carried: { creatorId: string | null; tag: string | null }[] = [{ creatorId: null, tag: null }, ...tags];
  return (["affiliate", "tracking"] as const).flatMap((kind) => {
    const [from, to] = [before[kind], after[kind]];
    if (from === null || to === null || from === to) return [];
    return carried.map(({ creatorId, tag }) => ({
      planId,
      creatorId,
      kind,
      from: taggedUrl(from, tag),
      to: taggedUrl(to, tag),
    }));
  });
}

/**
 * By plan, the tags that its links carry, of those of a store. Tags change together with the `updated_at` of all plans
 * of their store, by which a batch that was planned on them is broken off.
 */
export async function tagsUnder(
  d1: D1Database,
  { id, provider }: Pick<StoreRow, "id" | "provider">,
): Promise<Map<string, CarriedTag[]>> {
  if (!PROVIDER_TABLE[provider as ProviderId].capabilities.attributionTag) return new Map();
  const { results } = await d1
    .prepare(
      `SELECT p.plan_id AS planId, t.creator_id AS creatorId, t.tag FROM attribution_tags t
       JOIN tracking_plans plan ON plan.store_id = t.store_id AND plan.deleted_at IS NULL
       JOIN plan_creators p ON p.plan_id = plan.id AND p.creator_id = t.creator_id
       WHERE t.store_id = ?1`,
    )
    .bind(id)
    .all<CarriedTag & { planId: string }>();
  return Map.groupBy(results, ({ planId }) => planId);
}

/**
 * Statements, one for hundreds of plans, that give the links of plans their new destinations. Only what
 * still leads where the plan led follows: a link that was edited by hand stays. `now` is ms UTC.
 */
export function moveLinks(d1: D1Database, moves: readonly Move[], now: number): D1PreparedStatement[] {
  return packJson(moves).map((json) =>
    d1
      .prepare(
        `UPDATE links SET url = m.value ->> 'to', updated_at = ?2
         FROM json_each(?1) m JOIN plan_creators p ON p.plan_id = m.value ->> 'planId'
         WHERE links.id = CASE m.value ->> 'kind' WHEN 'affiliate' THEN p.affiliate_link_id ELSE p.tracking_link_id END
           AND coalesce(m.value ->> 'creatorId', p.creator_id) = p.creator_id AND links.url = m.value ->> 'from' AND links.deleted_at IS NULL`,
      )
      .bind(json, now),
  );
}

/**
 * Statement that gives a plan's links its new UTM parameters, if they still have the old ones; links that its creators made
 * are among them. `now` is ms UTC.
 */
export function retagLinks(
  d1: D1Database,
  planId: string,
  { from, to, now }: { from: Utm; to: Utm; now: number },
): D1PreparedStatement {
  return d1
    .prepare(
      `UPDATE links SET utm = ?3, updated_at = ?4
       WHERE utm = ?2 AND deleted_at IS NULL AND id IN (
         SELECT affiliate_link_id FROM plan_creators WHERE plan_id = ?1 AND affiliate_link_id IS NOT NULL
         UNION ALL SELECT tracking_link_id FROM plan_creators WHERE plan_id = ?1 AND tracking_link_id IS NOT NULL
         UNION ALL SELECT id FROM links WHERE plan_id = ?1 AND made_by = 'creator')`,
    )
    .bind(planId, JSON.stringify(from), JSON.stringify(to), now);
}
