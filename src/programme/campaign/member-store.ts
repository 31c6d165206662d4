import { and, desc, eq, isNull, ne, sql, type SQL } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { below, equals } from "../../ground/db/filter.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { links } from "../../ground/db/schema/link.ts";
import { shortUrl } from "../../links/link/store.ts";
import { campaignCreators, campaigns, codes, planCreators } from "../../ground/db/schema/plan.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import type { Member, MemberFilter } from "./schema.ts";
import type { Made, MemberState, MemberStatus } from "./states.ts";

/** Where a link answers. */
interface LinkAddress {
  id: string;
  domain: string;
  slug: string;
}

/** A creator in a campaign, with what the campaign's present plan has for them. */
export interface MemberRow {
  /** The creator's id. */
  id: string;
  status: MemberStatus;
  /** Why they were last approved or rejected; `null`: nobody said. */
  reason: string | null;
  state: MemberState;
  /** What the plan has for the creator, whatever this campaign says of them. */
  made: Made;
  code: { id: string; text: string } | null;
  affiliate: LinkAddress | null;
  tracking: LinkAddress | null;
  /** Why the code couldn't be made, if it failed. */
  failure: { code: string; detail: string } | null;
  /** A code was retired or a link deleted, and none has taken its place. */
  incomplete: boolean;
  createdAt: number;
  updatedAt: number;
}

const affiliateLinks = alias(links, "affiliate_links");
const trackingLinks = alias(links, "tracking_links");

/** Where other campaigns share the plan, its code and links may rest or exist whatever this one says. */
const state = sql<MemberState>`CASE
  WHEN ${campaignCreators.status} = 'rejected' THEN 'withdrawn'
  WHEN ${planCreators.state} IN ('queued', 'ready', 'failed') THEN ${planCreators.state}
  ELSE 'waiting' END`;

function isDeleted(linkId: typeof planCreators.affiliateLinkId | typeof planCreators.trackingLinkId): SQL {
  return sql`EXISTS (SELECT 1 FROM ${links} WHERE ${links.id} = ${linkId} AND ${links.deletedAt} IS NOT NULL)`;
}

const columns = {
  member: campaignCreators,
  state,
  assignment: planCreators,
  code: { id: codes.id, text: codes.text },
  affiliate: { id: affiliateLinks.id, domain: affiliateLinks.domain, slug: affiliateLinks.slug },
  tracking: { id: trackingLinks.id, domain: trackingLinks.domain, slug: trackingLinks.slug },
  incomplete: sql<number>`(EXISTS (SELECT 1 FROM codes r WHERE r.id = ${planCreators.codeId} AND r.state = 'retired')
    OR ${isDeleted(planCreators.affiliateLinkId)} OR ${isDeleted(planCreators.trackingLinkId)})`,
};

function selectMembers({ db }: Deps, condition: SQL | undefined, limit: number) {
  return db
    .select(columns)
    .from(campaignCreators)
    .innerJoin(campaigns, eq(campaigns.id, campaignCreators.campaignId))
    .leftJoin(
      planCreators,
      and(eq(planCreators.planId, campaigns.planId), eq(planCreators.creatorId, campaignCreators.creatorId)),
    )
    .leftJoin(
      codes,
      and(
        eq(codes.planId, planCreators.planId),
        eq(codes.creatorId, planCreators.creatorId),
        ne(codes.state, sql`'retired'`),
      ),
    )
    .leftJoin(
      affiliateLinks,
      and(eq(affiliateLinks.id, planCreators.affiliateLinkId), isNull(affiliateLinks.deletedAt)),
    )
    .leftJoin(trackingLinks, and(eq(trackingLinks.id, planCreators.trackingLinkId), isNull(trackingLinks.deletedAt)))
    .where(condition)
    .orderBy(desc(campaignCreators.creatorId))
    .limit(limit);
}

function rowOf(found: Awaited<ReturnType<typeof selectMembers>>[number]): MemberRow {
  const { member, assignment, state, code, affiliate, tracking, incomplete } = found;
  return {
    id: member.creatorId,
    status: member.status,
    reason: member.reason,
    state,
    made: assignment?.state ?? null,
    code,
    affiliate,
    tracking,
    failure:
      assignment?.failureCode == null ? null : { code: assignment.failureCode, detail: assignment.failureDetail ?? "" },
    incomplete: incomplete === 1,
    createdAt: member.createdAt,
    updatedAt: Math.max(member.updatedAt, assignment?.updatedAt ?? 0),
  };
}

/** Those of these creators who are in a campaign, by their ids. */
export async function findMembers(
  deps: Deps,
  campaignId: string,
  creatorIds: readonly string[],
): Promise<Map<string, MemberRow>> {
  const wanted = sql`${campaignCreators.creatorId} IN (SELECT value FROM json_each(${JSON.stringify(creatorIds)}))`;
  const found = await selectMembers(deps, and(eq(campaignCreators.campaignId, campaignId), wanted), creatorIds.length);
  return new Map(found.map((one) => [one.member.creatorId, rowOf(one)]));
}

/** Creators in a campaign that pass a filter, from new to old creators, starting after the id `after`. */
export async function listMembers(
  deps: Deps,
  campaignId: string,
  { after, limit }: Stretch,
  filter: MemberFilter,
): Promise<MemberRow[]> {
  const found = await selectMembers(
    deps,
    and(
      eq(campaignCreators.campaignId, campaignId),
      equals(campaignCreators.status, filter.status),
      filter.state === undefined ? undefined : sql`${state} = ${filter.state}`,
      below(campaignCreators.creatorId, after),
    ),
    limit,
  );
  return found.map(rowOf);
}

/** Those of these ids that are no creator's, and those whose creator is in the campaign already. */
export async function sortCreators(
  { d1 }: Deps,
  campaignId: string,
  creatorIds: readonly string[],
): Promise<{ unknown: Set<string>; members: Set<string> }> {
  const { results } = await d1
    .prepare(
      `SELECT w.value AS id, c.id IS NOT NULL AS known, m.creator_id IS NOT NULL AS member
       FROM json_each(?2) w
       LEFT JOIN creators c ON c.id = w.value AND c.deleted_at IS NULL
       LEFT JOIN campaign_creators m ON m.campaign_id = ?1 AND m.creator_id = w.value`,
    )
    .bind(campaignId, JSON.stringify(creatorIds))
    .all<{ id: string; known: number; member: number }>();
  return {
    unknown: new Set(results.filter((row) => row.known === 0).map((row) => row.id)),
    members: new Set(results.filter((row) => row.member === 1).map((row) => row.id)),
  };
}

/**
 * Statements that make creators members of a campaign. They break their batch off if a creator was
 * deleted or became a member meanwhile.
 */
export function insertMembers(
  { d1 }: Deps,
  campaignId: string,
  creatorIds: readonly string[],
  status: MemberStatus,
  now: number,
): D1PreparedStatement[] {
  const ids = JSON.stringify(creatorIds);
  return [
    mustHold(
      d1,
      `NOT EXISTS (
         SELECT 1 FROM json_each(?2) w
         LEFT JOIN creators c ON c.id = w.value AND c.deleted_at IS NULL
         LEFT JOIN campaign_creators m ON m.campaign_id = ?1 AND m.creator_id = w.value
         WHERE c.id IS NULL OR m.creator_id IS NOT NULL)`,
      campaignId,
      ids,
    ),
    d1
      .prepare(
        `INSERT INTO campaign_creators (campaign_id, creator_id, status, created_at, updated_at)
         SELECT ?1, value, ?3, ?4, ?4 FROM json_each(?2)`,
      )
      .bind(campaignId, ids, status, now),
  ];
}

/**
 * Statements that change members' status and its reason. They break their batch off unless each stands at the status
 * that it was read with.
 */
export function updateMembers(
  { d1 }: Deps,
  campaignId: string,
  members: readonly Pick<MemberRow, "id" | "status">[],
  { after, reason, now }: { after: MemberStatus; reason: string | null; now: number },
): D1PreparedStatement[] {
  const rows = JSON.stringify(members.map(({ id, status }) => [id, status]));
  return [
    mustHold(
      d1,
      `NOT EXISTS (SELECT 1 FROM json_each(?2) w WHERE NOT EXISTS (SELECT 1 FROM campaign_creators
         WHERE campaign_id = ?1 AND creator_id = w.value ->> 0 AND status = w.value ->> 1))`,
      campaignId,
      rows,
    ),
    d1
      .prepare(
        `UPDATE campaign_creators SET status = ?3, reason = ?4, updated_at = ?5
         WHERE campaign_id = ?1 AND creator_id IN (SELECT value ->> 0 FROM json_each(?2))`,
      )
      .bind(campaignId, rows, after, reason, now),
  ];
}

/** A creator in a campaign as the API shows it; `origin` is that of the default short domain. */
export function presentMember(row: MemberRow, origin: string): Member {
  const link = row.affiliate ?? row.tracking;
  return {
    creatorId: row.id,
    status: row.status,
    reason: row.reason,
    state: row.state,
    ...(row.code !== null && { code: row.code.text, codeId: row.code.id }),
    ...(link !== null && { link: shortUrl(link, origin), linkId: link.id }),
    ...(row.tracking !== null && { trackingLink: shortUrl(row.tracking, origin), trackingLinkId: row.tracking.id }),
    ...(row.state === "failed" && row.failure !== null && { failure: row.failure }),
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}
