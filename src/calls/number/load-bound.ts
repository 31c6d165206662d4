import type { Deps } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import type { Bound } from "./bound.ts";

/** What a number is to be bound to, as somebody asks for it. */
export interface AskedBinding {
  channel: string | null;
  creatorId: string | null;
  campaignId: string | null;
  linkId: string | null;
  offline: boolean;
  poolId: string | null;
}

/** The channel of what stands for a creator, unless another is named: that of visits by their links. */
const CREATOR_CHANNEL = "creator";

interface KnownLink {
  id: string;
  storeId: string | null;
  creatorId: string | null;
  campaignId: string | null;
}

interface Known {
  pools: ReadonlyMap<string, { id: string; storeId: string; channel: string; target: string }>;
  links: ReadonlyMap<string, KnownLink>;
  creators: ReadonlyMap<string, { id: string }>;
  campaigns: ReadonlyMap<string, { id: string }>;
}

/**
 * What these bindings of a store's numbers come to, or why one can't be, in order; by four queries for any number of
 * them. `path`: where the faults of one stand. Throws what D1 throws.
 */
export async function loadBound(
  { d1 }: Pick<Deps, "d1">,
  storeId: string,
  asked: readonly AskedBinding[],
  path = "",
): Promise<(Bound | Problem)[]> {
  const known = await loadKnown(d1, asked);
  return asked.map((binding) => {
    try {
      return boundOf(storeId, binding, known, path);
    } catch (error) {
      if (error instanceof Problem) return error;
      throw error;
    }
  });
}

async function loadKnown(d1: D1Database, asked: readonly AskedBinding[]): Promise<Known> {
  const read = (columns: string, table: string, field: "poolId" | "linkId" | "creatorId" | "campaignId") =>
    d1
      .prepare(`SELECT ${columns} FROM ${table} WHERE deleted_at IS NULL AND id IN (SELECT value FROM json_each(?1))`)
      .bind(JSON.stringify([...new Set(asked.flatMap((binding) => binding[field] ?? []))]));
  const [pools, links, creators, campaigns] = await d1.batch<{ id: string }>([
    read("id, store_id AS storeId, channel, target", "number_pools", "poolId"),
    read("id, store_id AS storeId, creator_id AS creatorId, campaign_id AS campaignId", "links", "linkId"),
    read("id", "creators", "creatorId"),
    read("id", "campaigns", "campaignId"),
  ]);
  return { pools: byId(pools), links: byId(links), creators: byId(creators), campaigns: byId(campaigns) };
}

function byId<Row extends { id: string }>(answer: D1Result<{ id: string }> | undefined): Map<string, Row> {
  return new Map((answer?.results ?? []).map((row) => [row.id, row as Row]));
}

function boundOf(storeId: string, asked: AskedBinding, known: Known, path: string): Bound {
  const { channel, creatorId, campaignId, linkId, offline, poolId } = asked;
  if (poolId !== null) {
    if ((channel ?? creatorId ?? campaignId ?? linkId) !== null || offline) {
      throw Problem.invalid("poolId", "must stand alone: in a pool a number stands for the source of its visitor");
    }
    const pool = known.pools.get(poolId);
    if (pool?.storeId !== storeId) throw Problem.invalid("poolId", "is no pool of the store's");
    return { ...asked, poolId, channel: pool.channel, target: pool.target };
  }
  if (creatorId !== null && !known.creators.has(creatorId)) throw invalid(path, "creatorId", "is no creator's");
  if (campaignId !== null && !known.campaigns.has(campaignId)) throw invalid(path, "campaignId", "is no campaign's");
  const owner = linkId === null ? { creatorId, campaignId } : ownerOf(storeId, asked, known.links.get(linkId), path);
  const named = channel ?? (owner.creatorId === null ? null : CREATOR_CHANNEL);
  if (named === null) {
    throw invalid(path, "channel", "is needed where no creator is: say what the number stands for, such as tv");
  }
  return { ...asked, ...owner, channel: named, target: null };
}

/** Whom a link credits: what else is named must agree. */
function ownerOf(
  storeId: string,
  { creatorId, campaignId }: AskedBinding,
  link: KnownLink | undefined,
  path: string,
): Pick<AskedBinding, "creatorId" | "campaignId"> {
  if (link === undefined) throw invalid(path, "linkId", "is no link's");
  if (link.storeId !== null && link.storeId !== storeId) throw invalid(path, "linkId", "is a link of another store's");
  if (creatorId !== null && creatorId !== link.creatorId) {
    throw invalid(path, "creatorId", "must be the link's: leave it out, or bind the number to the creator alone");
  }
  if (campaignId !== null && link.campaignId !== null && campaignId !== link.campaignId) {
    throw invalid(path, "campaignId", "must be the link's: leave it out, or bind the number to the campaign alone");
  }
  return { creatorId: link.creatorId, campaignId: link.campaignId ?? campaignId };
}

function invalid(path: string, field: string, message: string): Problem {
  return Problem.invalid(path === "" ? field : `${path}.${field}`, message);
}
