import { insertCodes, type CodeRow } from "../code/store.ts";
import type { Profile } from "../code/pattern.ts";
import { packJson } from "../../ground/db/pack.ts";
import { mustHold } from "../../ground/db/premise.ts";
import type { Utm } from "../../ground/model/link.ts";
import { insertLinks, type LinkRow } from "../../links/link/store.ts";
import type { Limits } from "../../ground/model/plan.ts";
import type { ProviderId } from "../../ground/model/provider.ts";
import { CREATOR_IS_DUE, WANTING_CAMPAIGNS } from "./due-store.ts";
import type { Failure, Grounds } from "./decide.ts";

/** A plan with what its codes and links take from its store. */
export interface PlanToMake extends Pick<Grounds, "plan" | "store"> {
  id: string;
  storeId: string;
  utm: Utm;
  updatedAt: number;
  /** Whether the plan or its store was deleted. */
  deleted: boolean;
  /** The oldest short domain of the store; empty: the default one. */
  domain: string;
  caseSensitive: boolean;
}

/** An assignment that is queued, with its creator. */
export interface Queued {
  creatorId: string;
  /** The campaign that made it due first; if that was deleted, the first that wants it since. */
  campaignId: string | null;
  campaign: string;
  creator: Profile | null;
  parts: Grounds["parts"];
  /** See `Grounds`. */
  tag: string | null;
  /** The code, unless it is retired: no link applies such a one. */
  liveCodeId: string | null;
  /** Whether a campaign still wants it. */
  due: boolean;
  queuedAt: number;
  /** The code that the assignment names itself; one made by hand may not be named yet. */
  namedCodeId: string | null;
  creatorUpdatedAt: number;
  creatorDeletedAt: number | null;
}

/** What becomes of an assignment. */
export interface Outcome {
  queued: Queued;
  state: "ready" | "failed" | "withdrawn";
  parts: Grounds["parts"];
  failure: Failure | null;
}

/** All that one batch writes. */
export interface Made {
  outcomes: readonly Outcome[];
  codes: readonly CodeRow[];
  links: readonly LinkRow[];
  /** Affiliate links older than the code that they are to apply. */
  bindings: readonly { linkId: string; codeId: string }[];
}

/** The oldest queued assignments. */
export async function oldestQueued(d1: D1Database, limit: number): Promise<{ planId: string; creatorId: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT plan_id AS planId, creator_id AS creatorId FROM plan_creators
       WHERE state = 'queued' ORDER BY queued_at LIMIT ?1`,
    )
    .bind(limit)
    .all<{ planId: string; creatorId: string }>();
  return results;
}

/** Reads a plan, and those of these creators' assignments that are still queued, at one moment. */
export async function readQueued(
  d1: D1Database,
  planId: string,
  creatorIds: readonly string[],
): Promise<{ plan: PlanToMake; queued: Queued[] }> {
  const [plans, assignments] = await d1.batch<Record<string, unknown>>([
    d1
      .prepare(
        `SELECT t.*, s.provider, s.home_url, t.deleted_at IS NOT NULL OR s.deleted_at IS NOT NULL AS deleted,
           coalesce(d.hostname, '') AS domain, coalesce(d.case_sensitive, 0) AS case_sensitive
         FROM tracking_plans t JOIN stores s ON s.id = t.store_id
         LEFT JOIN domains d ON d.id = (SELECT id FROM domains WHERE store_id = s.id AND deleted_at IS NULL
           ORDER BY created_at, id LIMIT 1)
         WHERE t.id = ?1`,
      )
      .bind(planId),
    d1
      .prepare(
        // CROSS JOIN keeps SQLite from going through all of the plan's assignments for each creator.
        `SELECT p.creator_id, cmp.id AS campaign_id, coalesce(live.id, p.code_id) AS code_id,
           live.id AS live_code_id,
           p.code_id AS named_code_id, p.affiliate_link_id, p.tracking_link_id, p.queued_at, cmp.name AS campaign,
           ${CREATOR_IS_DUE} AS due, tags.tag,
           cr.first_name, cr.last_name, cr.email, cr.handles, cr.updated_at, cr.deleted_at
         FROM json_each(?2) w
         CROSS JOIN plan_creators p ON p.plan_id = ?1 AND p.creator_id = w.value
         CROSS JOIN creators cr ON cr.id = p.creator_id
         LEFT JOIN campaigns cmp ON cmp.id = coalesce(
           (SELECT id FROM campaigns WHERE id = p.campaign_id AND deleted_at IS NULL),
           (SELECT c.id FROM ${WANTING_CAMPAIGNS} ORDER BY m.created_at, c.id LIMIT 1))
         LEFT JOIN attribution_tags tags ON tags.creator_id = p.creator_id
           AND tags.store_id = (SELECT store_id FROM tracking_plans WHERE id = ?1)
         LEFT JOIN codes live ON live.plan_id = ?1 AND live.creator_id = p.creator_id AND live.state <> 'retired'
         WHERE p.state = 'queued' ORDER BY w.key`,
      )
      .bind(planId, JSON.stringify(creatorIds)),
  ]);
  const row = (plans?.results as PlanSql[] | undefined)?.[0];
  if (row === undefined) throw new Error(`there is no plan ${planId}`);
  return { plan: planOf(row), queued: ((assignments?.results ?? []) as unknown as QueuedSql[]).map(queuedOf) };
}

/**
 * Statements that write what was made for a plan. They break their batch off if the plan, a creator or
 * an assignment isn't as it was read.
 */
export function writeMade(d1: D1Database, plan: PlanToMake, made: Made, now: number): D1PreparedStatement[] {
  return [
    mustHold(d1, PLAN_AS_READ, plan.id, plan.updatedAt, plan.deleted ? 1 : 0),
    ...outcomePacks(made.outcomes).map((rows) => mustHold(d1, STILL_AS_READ, rows, plan.id)),
    ...insertCodes({ d1 }, made.codes),
    ...insertLinks({ d1 }, made.links),
    ...packJson(made.bindings).map((rows) => d1.prepare(BIND_CODES).bind(rows, now)),
    ...settleOutcomes(d1, plan.id, made.outcomes, now),
  ];
}

const PLAN_AS_READ = `EXISTS (
  SELECT 1 FROM tracking_plans t JOIN stores s ON s.id = t.store_id
  WHERE t.id = ?1 AND t.updated_at = ?2 AND (t.deleted_at IS NOT NULL OR s.deleted_at IS NOT NULL) = ?3)`;

/** The condition that the assignments of `?1` under the plan `?2` and their creators are as they were read. */
const STILL_AS_READ = `NOT EXISTS (
  SELECT 1 FROM json_each(?1) w
  LEFT JOIN plan_creators p ON p.plan_id = ?2 AND p.creator_id = w.value ->> 'creatorId'
  LEFT JOIN creators cr ON cr.id = p.creator_id
  WHERE p.state IS NOT 'queued' OR p.queued_at <> w.value ->> 'queuedAt'
    OR p.code_id IS NOT w.value ->> 'namedCodeId'
    OR cr.updated_at <> w.value ->> 'creatorUpdatedAt' OR cr.deleted_at IS NOT w.value ->> 'creatorDeletedAt')`;

/** Binds the codes of `?1` to links that have none, or one that was retired; `?2` is now. */
const BIND_CODES = `UPDATE links SET code_id = w.value ->> 'codeId', updated_at = ?2 FROM json_each(?1) w
  WHERE links.id = w.value ->> 'linkId' AND links.deleted_at IS NULL AND (links.code_id IS NULL
    OR EXISTS (SELECT 1 FROM codes WHERE id = links.code_id AND state = 'retired'))`;

/** Statement that fails one assignment, if it is still queued. */
export function failQueued(
  d1: D1Database,
  planId: string,
  creatorId: string,
  failure: Failure,
  now: number,
): D1PreparedStatement {
  return d1
    .prepare(
      `UPDATE plan_creators SET state = 'failed', failure_code = ?3, failure_detail = ?4, updated_at = ?5
       WHERE plan_id = ?1 AND creator_id = ?2 AND state = 'queued'`,
    )
    .bind(planId, creatorId, failure.code, failure.detail, now);
}

/**
 * Statements that end the work on assignments. All rows are there: an upsert is how SQLite goes by the
 * packed rows, where an UPDATE … FROM would go through all of the plan's for each.
 */
function settleOutcomes(
  d1: D1Database,
  planId: string,
  outcomes: readonly Outcome[],
  now: number,
): D1PreparedStatement[] {
  return outcomePacks(outcomes).map((rows) =>
    d1
      .prepare(
        `INSERT INTO plan_creators (plan_id, creator_id, state, code_id, affiliate_link_id, tracking_link_id,
           failure_code, failure_detail, queued_at, updated_at)
         SELECT ?2, value ->> 'creatorId', value ->> 'state', value ->> 'codeId', value ->> 'affiliateLinkId',
           value ->> 'trackingLinkId', value ->> 'failureCode', value ->> 'failureDetail', value ->> 'queuedAt', ?3
         FROM json_each(?1) WHERE true
         ON CONFLICT (plan_id, creator_id) DO UPDATE SET state = excluded.state, code_id = excluded.code_id,
           affiliate_link_id = excluded.affiliate_link_id, tracking_link_id = excluded.tracking_link_id,
           failure_code = excluded.failure_code, failure_detail = excluded.failure_detail,
           updated_at = excluded.updated_at`,
      )
      .bind(rows, planId, now),
  );
}

function outcomePacks(outcomes: readonly Outcome[]): string[] {
  return packJson(
    outcomes.map(({ queued, state, parts, failure }) => ({
      creatorId: queued.creatorId,
      queuedAt: queued.queuedAt,
      namedCodeId: queued.namedCodeId,
      creatorUpdatedAt: queued.creatorUpdatedAt,
      creatorDeletedAt: queued.creatorDeletedAt,
      state,
      ...parts,
      failureCode: failure?.code ?? null,
      failureDetail: failure?.detail ?? null,
    })),
  );
}

interface PlanSql extends Record<string, unknown> {
  id: string;
  name: string;
  store_id: string;
  code_pattern: string | null;
  landing_url: string | null;
  utm: string;
  affiliate_link: number;
  track_clicks: number;
  limits: string;
  updated_at: number;
  deleted: number;
  provider: ProviderId;
  home_url: string | null;
  domain: string;
  case_sensitive: number;
}

function planOf(row: PlanSql): PlanToMake {
  return {
    id: row.id,
    storeId: row.store_id,
    utm: JSON.parse(row.utm) as Utm,
    updatedAt: row.updated_at,
    deleted: row.deleted === 1,
    domain: row.domain,
    caseSensitive: row.case_sensitive === 1,
    plan: {
      name: row.name,
      codePattern: row.code_pattern,
      landingUrl: row.landing_url,
      affiliateLink: row.affiliate_link === 1,
      trackClicks: row.track_clicks === 1,
      limits: JSON.parse(row.limits) as Limits,
    },
    store: { provider: row.provider, homeUrl: row.home_url },
  };
}

interface QueuedSql {
  creator_id: string;
  campaign_id: string | null;
  campaign: string | null;
  code_id: string | null;
  live_code_id: string | null;
  tag: string | null;
  named_code_id: string | null;
  affiliate_link_id: string | null;
  tracking_link_id: string | null;
  queued_at: number;
  due: number;
  first_name: string;
  last_name: string;
  email: string | null;
  handles: string;
  updated_at: number;
  deleted_at: number | null;
}

function queuedOf(row: QueuedSql): Queued {
  return {
    creatorId: row.creator_id,
    campaignId: row.campaign_id,
    campaign: row.campaign ?? "",
    creator:
      row.deleted_at === null
        ? {
            firstName: row.first_name,
            lastName: row.last_name,
            email: row.email,
            handles: JSON.parse(row.handles) as Record<string, string>,
          }
        : null,
    parts: { codeId: row.code_id, affiliateLinkId: row.affiliate_link_id, trackingLinkId: row.tracking_link_id },
    tag: row.tag,
    liveCodeId: row.live_code_id,
    due: row.due === 1,
    queuedAt: row.queued_at,
    namedCodeId: row.named_code_id,
    creatorUpdatedAt: row.updated_at,
    creatorDeletedAt: row.deleted_at,
  };
}
