import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { Campaign, Generation } from "./schema.ts";
import { dueMembers, type MemberStatus } from "./states.ts";
import type { CampaignRow } from "./store.ts";

/** What a write is about to do to a campaign's members, as far as its answer counts them. */
export interface Foreseen {
  /** All who are due are enqueued. */
  enqueued: boolean;
  /** Creators who become members, all with this status. */
  added?: { creatorIds: readonly string[]; status: MemberStatus };
}

/** The generation of a campaign without members. */
export const NO_GENERATION: Readonly<Generation> = { total: 0, done: 0, failed: 0, queued: 0, waiting: 0 };

/** What a campaign is by itself, as the audit log keeps it: without what is counted at the time. */
export function campaignRecord(row: CampaignRow): Omit<Campaign, "generation" | "warnings"> {
  return {
    id: row.id,
    name: row.name,
    planId: row.planId,
    generateOn: row.generateOn,
    creatorsSeePerformance: row.creatorsSeePerformance,
    tracking: row.tracking,
    status: row.status,
    launchedAt: isoOf(row.launchedAt),
    archivedAt: isoOf(row.archivedAt),
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}

/** Campaigns as the API shows them, by two queries for any number; rows may be as a write will leave them. */
export async function presentCampaigns(
  deps: Deps,
  rows: readonly CampaignRow[],
  foreseen: Foreseen = { enqueued: false },
): Promise<Campaign[]> {
  const [generation, sharing] = await Promise.all([generationOf(deps, rows, foreseen), sharingOf(deps, rows)]);
  return rows.map((row) => ({
    ...campaignRecord(row),
    generation: generation.get(row.id) ?? NO_GENERATION,
    warnings: warningsOf(row, sharing),
  }));
}

/** One campaign as the API shows it. See {@link presentCampaigns}. */
export async function presentCampaign(deps: Deps, row: CampaignRow, foreseen?: Foreseen): Promise<Campaign> {
  const [campaign] = await presentCampaigns(deps, [row], foreseen);
  if (campaign === undefined) throw new Error("no campaign was presented");
  return campaign;
}

/** How far the codes and links of campaigns' members are, by campaign; those without members are missing. */
export async function generationOf(
  { d1 }: Deps,
  rows: readonly CampaignRow[],
  { enqueued, added }: Foreseen,
): Promise<Map<string, Generation>> {
  const asked = rows.map((row) => ({
    id: row.id,
    planId: row.planId,
    due: enqueued ? dueMembers(row) : "none",
    added: added?.creatorIds ?? [],
    addedAs: added?.status,
  }));
  const { results } = await d1
    .prepare(
      `WITH asked AS (
         SELECT value ->> 'id' AS id, value ->> 'planId' AS plan_id, value ->> 'due' AS due,
           value -> 'added' AS added, value ->> 'addedAs' AS added_as
         FROM json_each(?1)),
       members AS (
         SELECT a.id, a.plan_id, a.due, m.creator_id, m.status
         FROM asked a JOIN campaign_creators m ON m.campaign_id = a.id WHERE m.status <> 'rejected'
         UNION ALL
         SELECT a.id, a.plan_id, a.due, n.value, a.added_as FROM asked a, json_each(a.added) n),
       states AS (
         SELECT m.id, CASE
             WHEN p.state IN ('ready', 'failed', 'queued') THEN p.state
             WHEN m.due = 'all' OR m.due = m.status THEN 'queued'
             ELSE 'waiting' END AS state
         FROM members m LEFT JOIN plan_creators p ON p.plan_id = m.plan_id AND p.creator_id = m.creator_id)
       SELECT id, count(*) AS total, sum(state = 'ready') AS done, sum(state = 'failed') AS failed,
         sum(state = 'queued') AS queued, sum(state = 'waiting') AS waiting
       FROM states GROUP BY id`,
    )
    .bind(JSON.stringify(asked))
    .all<Generation & { id: string }>();
  return new Map(results.map(({ id, ...generation }) => [id, generation]));
}

/** The live campaigns of the plans that these campaigns have, by plan, newest first. */
async function sharingOf({ d1 }: Deps, rows: readonly CampaignRow[]): Promise<Map<string, string[]>> {
  const { results } = await d1
    .prepare(
      `SELECT plan_id, json_group_array(id ORDER BY id DESC) AS ids FROM campaigns
       WHERE plan_id IN (SELECT value FROM json_each(?1)) AND deleted_at IS NULL GROUP BY plan_id`,
    )
    .bind(JSON.stringify(rows.map((row) => row.planId)))
    .all<{ plan_id: string; ids: string }>();
  return new Map(results.map((row) => [row.plan_id, JSON.parse(row.ids) as string[]]));
}

function warningsOf(row: CampaignRow, sharing: ReadonlyMap<string, readonly string[]>): Campaign["warnings"] {
  const campaignIds = (sharing.get(row.planId ?? "") ?? []).filter((id) => id !== row.id);
  if (campaignIds.length === 0) return [];
  return [
    {
      code: "plan_shared",
      detail:
        "Other campaigns have the same tracking plan: a creator has one code and one set of links in all of them, and their orders show in each.",
      campaignIds,
    },
  ];
}
