import { and, desc, eq, isNull, sql } from "drizzle-orm";
import { ofCampaign } from "../../ground/db/of-campaign.ts";
import { statementOf } from "../../ground/db/client.ts";
import { below, equals } from "../../ground/db/filter.ts";
import { packJson } from "../../ground/db/pack.ts";
import { mustChange, mustHold } from "../../ground/db/premise.ts";
import { links, linkTags } from "../../ground/db/schema/link.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import type { Binding } from "./load-references.ts";
import type { Link, LinkFilter, LinkPatch } from "./schema.ts";
import { slugKey } from "../../edge/link/slug.ts";

/** A row of the table of links with its tags, which have a table of their own. */
export type LinkRow = typeof links.$inferSelect & { tags: string[] };

const columns = {
  link: links,
  tags: sql<string>`(SELECT json_group_array(tag) FROM (SELECT tag FROM link_tags WHERE link_id = ${links.id} ORDER BY tag))`,
};

const withTags = ({ link, tags }: { link: typeof links.$inferSelect; tags: string }): LinkRow => ({
  ...link,
  tags: JSON.parse(tags) as string[],
});

/** The link with this id, if it wasn't deleted. */
export async function findLink({ db }: Deps, id: string): Promise<LinkRow | null> {
  const [found] = await db
    .select(columns)
    .from(links)
    .where(and(eq(links.id, id), isNull(links.deletedAt)));
  return found === undefined ? null : withTags(found);
}

/** Links that pass a filter, from new to old, starting after the id `after`. */
export async function listLinks({ db }: Deps, { after, limit }: Stretch, filter: LinkFilter): Promise<LinkRow[]> {
  const rows = await db
    .select(columns)
    .from(links)
    .where(and(isNull(links.deletedAt), below(links.id, after), matches(filter)))
    .orderBy(desc(links.id))
    .limit(limit);
  return rows.map(withTags);
}

const OWNED = { campaign: "links.campaign_id", plan: "links.plan_id", creator: "links.creator_id" };

function matches(filter: LinkFilter) {
  const text = filter.q;
  return and(
    equals(links.creatorId, filter.creator),
    filter.campaign === undefined ? undefined : ofCampaign(filter.campaign, OWNED),
    equals(links.planId, filter.plan),
    equals(links.storeId, filter.store),
    equals(links.domain, filter.domain),
    equals(links.kind, filter.kind),
    equals(links.madeBy, filter.madeBy),
    filter.tag === undefined
      ? undefined
      : sql`${links.id} IN (SELECT ${linkTags.linkId} FROM ${linkTags} WHERE ${linkTags.tag} = ${filter.tag})`,
    // Not LIKE: D1 refuses patterns of more than 50 bytes, and % or _ would need escaping. SQLite's `lower`
    // knows A–Z alone, so both sides go through it; a slug's key was lowered by us, unless its domain tells case.
    text === undefined
      ? undefined
      : sql`(instr(${links.slugKey}, ${slugKey(text, false)}) OR instr(lower(${links.slug}), lower(${text}))
          OR instr(lower(${links.url}), lower(${text})))`,
  );
}

/** Those of these addresses that a live link has, as `domain/slugKey`. */
export async function takenAddresses(
  { d1 }: Pick<Deps, "d1">,
  wanted: readonly { domain: string; slugKey: string }[],
): Promise<Set<string>> {
  const { results } = await d1
    .prepare(
      `SELECT l.domain, l.slug_key FROM json_each(?1) w
       JOIN links l ON l.domain = w.value ->> 'domain' AND l.slug_key = w.value ->> 'slugKey' AND l.deleted_at IS NULL`,
    )
    .bind(JSON.stringify(wanted))
    .all<{ domain: string; slug_key: string }>();
  return new Set(results.map((row) => `${row.domain}/${row.slug_key}`));
}

/** The condition that what the links of `?1` name is still there. */
const NAMED_STAND = `NOT EXISTS (
  SELECT 1 FROM json_each(?1) l
  WHERE (l.value ->> 'domain' <> '' AND NOT EXISTS (
      SELECT 1 FROM domains WHERE hostname = l.value ->> 'domain' AND deleted_at IS NULL))
    OR (l.value ->> 'storeId' IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM stores WHERE id = l.value ->> 'storeId' AND deleted_at IS NULL))
    OR (l.value ->> 'creatorId' IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM creators WHERE id = l.value ->> 'creatorId' AND deleted_at IS NULL))
    OR (l.value ->> 'campaignId' IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM campaigns WHERE id = l.value ->> 'campaignId' AND deleted_at IS NULL))
    OR (l.value ->> 'planId' IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM tracking_plans WHERE id = l.value ->> 'planId' AND deleted_at IS NULL))
    OR (l.value ->> 'codeId' IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM codes WHERE id = l.value ->> 'codeId' AND state <> 'retired')))`;

/** The condition that the link `?1` is bound as it was when that was checked: see `checkBinding`. */
const BOUND_AS_CHECKED = `EXISTS (
  SELECT 1 FROM links WHERE id = ?1 AND kind = ?2 AND creator_id IS ?3 AND plan_id IS ?4 AND code_id IS ?5)`;

/**
 * Statements that add links with their tags, three for hundreds of them. They break their batch off if
 * something that a link names was deleted meanwhile.
 */
export function insertLinks({ d1 }: Pick<Deps, "d1">, rows: readonly LinkRow[]): D1PreparedStatement[] {
  return packJson(rows).flatMap((json) => [
    mustHold(d1, NAMED_STAND, json),
    d1
      .prepare(
        `INSERT INTO links (id, domain, slug, slug_key, url, kind, store_id, creator_id, campaign_id, plan_id, code_id, utm, rules,
           starts_at, ends_at, max_clicks, fallback_url, disabled, made_by, created_at, updated_at)
         SELECT value ->> 'id', value ->> 'domain', value ->> 'slug', value ->> 'slugKey', value ->> 'url', value ->> 'kind',
           value ->> 'storeId', value ->> 'creatorId', value ->> 'campaignId', value ->> 'planId', value ->> 'codeId',
           value -> 'utm', value -> 'rules', value ->> 'startsAt', value ->> 'endsAt', value ->> 'maxClicks', value ->> 'fallbackUrl',
           value ->> 'disabled', value ->> 'madeBy', value ->> 'createdAt', value ->> 'updatedAt'
         FROM json_each(?1)`,
      )
      .bind(json),
    d1
      .prepare(
        `INSERT INTO link_tags (link_id, tag)
         SELECT l.value ->> 'id', t.value FROM json_each(?1) l, json_each(l.value, '$.tags') t`,
      )
      .bind(json),
  ]);
}

/**
 * Statements that write what changes of a link, so that two changes of different fields at the same
 * moment both stay. Tags, if given, replace those there were. They break their batch off if the link,
 * or what `patch` newly names, was deleted meanwhile, or if the link is no longer `bound`
 * (`null`: whatever it is) as it was checked to be.
 */
export function updateLink(
  { d1, db }: Deps,
  id: string,
  changes: Partial<LinkRow>,
  patch: LinkPatch,
  bound: Binding | null,
): D1PreparedStatement[] {
  const { tags, ...values } = changes;
  const update = db
    .update(links)
    .set(values)
    .where(and(eq(links.id, id), isNull(links.deletedAt)));
  const { domain, storeId, creatorId, campaignId, planId, codeId } = patch;
  const statements = [
    mustHold(d1, NAMED_STAND, JSON.stringify([{ domain, storeId, creatorId, campaignId, planId, codeId }])),
    statementOf(d1, update),
    mustChange(d1),
    ...(bound === null ? [] : [mustHold(d1, BOUND_AS_CHECKED, id, ...partsOf(bound))]),
  ];
  if (tags === undefined) return statements;
  return [
    ...statements,
    d1.prepare("DELETE FROM link_tags WHERE link_id = ?1").bind(id),
    d1
      .prepare("INSERT INTO link_tags (link_id, tag) SELECT ?1, value FROM json_each(?2)")
      .bind(id, JSON.stringify(tags)),
  ];
}

/** As `BOUND_AS_CHECKED` takes them. */
function partsOf({ kind, creatorId, planId, codeId }: Binding): (string | null)[] {
  return [kind, creatorId, planId, codeId];
}

/** Statements that delete a link: its row stays for its history, its slug is free. They break their batch off if it was. */
export function deleteLink({ d1, db }: Deps, id: string, now: number): D1PreparedStatement[] {
  const update = db
    .update(links)
    .set({ deletedAt: now })
    .where(and(eq(links.id, id), isNull(links.deletedAt)));
  return [statementOf(d1, update), mustChange(d1)];
}

/** A link as the API shows it; `origin` is that of the default short domain. */
export function presentLink(row: LinkRow, origin: string): Link {
  return {
    id: row.id,
    slug: row.slug,
    domain: row.domain === "" ? null : row.domain,
    url: row.url,
    kind: row.kind,
    storeId: row.storeId,
    creatorId: row.creatorId,
    campaignId: row.campaignId,
    planId: row.planId,
    codeId: row.codeId,
    utm: row.utm,
    rules: row.rules,
    startsAt: isoOf(row.startsAt),
    endsAt: isoOf(row.endsAt),
    maxClicks: row.maxClicks,
    fallbackUrl: row.fallbackUrl,
    disabled: row.disabled,
    tags: row.tags,
    madeBy: row.madeBy,
    shortUrl: shortUrl(row, origin),
    createdAt: isoOf(row.createdAt),
    updatedAt: isoOf(row.updatedAt),
  };
}

/** The address that shoppers open; `origin` is that of the default short domain, for links without one of their own. */
export function shortUrl({ domain, slug }: { domain: string; slug: string }, origin: string): string {
  return `${domain === "" ? origin : `https://${domain}`}/${encodeURIComponent(slug)}`;
}
