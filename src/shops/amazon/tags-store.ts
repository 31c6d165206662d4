import { packJson } from "../../ground/db/pack.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import { Problem } from "../../ground/http/problem.ts";
import { sourceKey, type SourceKind } from "../../ground/model/attribution-report.ts";
import { PROVIDER_TABLE, type ProviderId } from "../../ground/model/provider.ts";
import { existingStore, type StoreRow } from "../../programme/store/store.ts";
import { MAX_LACKING, type AttributionTag, type TagFilters } from "./tag-schema.ts";

/** A name by which rows are known. */
export interface Match {
  by: SourceKind;
  value: string;
}

/** A creator's tag, or that there is none. */
export interface TagRow {
  storeId: string;
  creatorId: string;
  tag: string | null;
  matches: readonly Match[];
  createdAt: number | null;
  updatedAt: number | null;
}

interface TagSql extends Omit<TagRow, "matches"> {
  matches: string;
}

/** The store with this id, if its platform counts by tags. Throws a `Problem`: 404, or 409 if it doesn't. */
export async function existingTagStore(deps: Deps, id: string): Promise<StoreRow> {
  const store = await existingStore(deps, id);
  const { name, capabilities } = PROVIDER_TABLE[store.provider as ProviderId];
  if (!capabilities.attributionTag) {
    throw new Problem("provider_differs", `The store is one of ${name}, which has no tags and reports of its own.`);
  }
  return store;
}

/** SQL: the matches of a creator's tag, as a JSON array. */
const matchesOf = (store: string, creator: string): string => `coalesce((
  SELECT json_group_array(json_object('by', kind, 'value', text)) FROM (
    SELECT m.kind, m.text FROM attribution_matches m
    WHERE m.store_id = ${store} AND m.creator_id = ${creator} ORDER BY m.kind, m.value)), '[]')`;

const TAG_COLUMNS = `t.store_id AS storeId, t.creator_id AS creatorId, t.tag, t.created_at AS createdAt,
  t.updated_at AS updatedAt, ${matchesOf("t.store_id", "t.creator_id")} AS matches`;

/** SQL: assignments `p` of a store `?1`'s plans that have links, or get them, and whose creators have no tag. */
const LACKING = `plan_creators p JOIN tracking_plans plan ON plan.id = p.plan_id AND plan.deleted_at IS NULL
  JOIN creators c ON c.id = p.creator_id AND c.deleted_at IS NULL
  WHERE plan.store_id = ?1 AND (p.state = 'queued' OR coalesce(p.affiliate_link_id, p.tracking_link_id) IS NOT NULL)
    AND p.state <> 'withdrawn'
    AND NOT EXISTS (SELECT 1 FROM attribution_tags t WHERE t.store_id = ?1 AND t.creator_id = p.creator_id)`;

/** A store's tags, or the creators who lack one, from the newest creator to the oldest, starting after the id `after`. */
export async function listTags(
  { d1 }: Deps,
  storeId: string,
  { after, limit }: Stretch,
  { lacking }: TagFilters,
): Promise<TagRow[]> {
  const { results } = await d1
    .prepare(
      lacking === "true"
        ? `SELECT DISTINCT ?1 AS storeId, p.creator_id AS creatorId, NULL AS tag, NULL AS createdAt, NULL AS updatedAt,
             '[]' AS matches
           FROM ${LACKING} AND (?2 IS NULL OR p.creator_id < ?2) ORDER BY p.creator_id DESC LIMIT ?3`
        : `SELECT ${TAG_COLUMNS} FROM attribution_tags t
           WHERE t.store_id = ?1 AND (?2 IS NULL OR t.creator_id < ?2) ORDER BY t.creator_id DESC LIMIT ?3`,
    )
    .bind(storeId, after, limit)
    .all<TagSql>();
  return results.map(rowOf);
}

/** The tags of some creators, by their ids. */
export async function tagsOf(
  { d1 }: Deps,
  storeId: string,
  creatorIds: readonly string[],
): Promise<Map<string, TagRow>> {
  const { results } = await d1
    .prepare(
      `SELECT ${TAG_COLUMNS} FROM attribution_tags t
       WHERE t.store_id = ?1 AND t.creator_id IN (SELECT value FROM json_each(?2))`,
    )
    .bind(storeId, JSON.stringify(creatorIds))
    .all<TagSql>();
  return new Map(results.map((row) => [row.creatorId, rowOf(row)]));
}

function rowOf({ matches, ...row }: TagSql): TagRow {
  return { ...row, matches: JSON.parse(matches) as Match[] };
}

/** Creators who have links of a store's plans and no tag, but for those who get one now. */
export async function lackingTags(
  { d1 }: Deps,
  storeId: string,
  given: readonly string[],
): Promise<{ count: number; creatorIds: string[] }> {
  const { results } = await d1
    .prepare(
      `SELECT DISTINCT p.creator_id AS id, count(*) OVER () AS count FROM (
         SELECT DISTINCT p.creator_id FROM ${LACKING} AND p.creator_id NOT IN (SELECT value FROM json_each(?2))) p
       ORDER BY p.creator_id DESC LIMIT ${MAX_LACKING}`,
    )
    .bind(storeId, JSON.stringify(given))
    .all<{ id: string; count: number }>();
  return { count: results[0]?.count ?? 0, creatorIds: results.map(({ id }) => id) };
}

/** Statements that write tags and what rows are known by to be theirs, in place of what the same creators had. */
export function writeTags(d1: D1Database, rows: readonly TagRow[]): D1PreparedStatement[] {
  const matches = rows.flatMap(({ storeId, creatorId, matches }) =>
    matches.map(({ by, value }) => ({ storeId, creatorId, kind: by, value: sourceKey(value), text: value })),
  );
  return [
    ...packJson(rows).flatMap((json) => [
      d1
        .prepare(
          `DELETE FROM attribution_matches WHERE (store_id, creator_id) IN (
             SELECT value ->> 'storeId', value ->> 'creatorId' FROM json_each(?1))`,
        )
        .bind(json),
      d1
        .prepare(
          `INSERT INTO attribution_tags (store_id, creator_id, tag, created_at, updated_at)
           SELECT value ->> 'storeId', value ->> 'creatorId', value ->> 'tag', value ->> 'createdAt', value ->> 'updatedAt'
           FROM json_each(?1) WHERE value ->> 'tag' IS NOT NULL
           ON CONFLICT (store_id, creator_id) DO UPDATE SET tag = excluded.tag, updated_at = excluded.updated_at`,
        )
        .bind(json),
      d1
        .prepare(
          `DELETE FROM attribution_tags WHERE (store_id, creator_id) IN (
             SELECT value ->> 'storeId', value ->> 'creatorId' FROM json_each(?1) WHERE value ->> 'tag' IS NULL)`,
        )
        .bind(json),
    ]),
    ...packJson(matches).map((json) =>
      d1
        .prepare(
          `INSERT INTO attribution_matches (store_id, kind, value, creator_id, text)
           SELECT value ->> 'storeId', value ->> 'kind', value ->> 'value', value ->> 'creatorId', value ->> 'text'
           FROM json_each(?1)`,
        )
        .bind(json),
    ),
  ];
}

/** A tag as the API shows it. */
export function presentTag({ matches, createdAt, updatedAt, ...row }: TagRow): AttributionTag {
  return { ...row, matches: [...matches], createdAt: isoOf(createdAt), updatedAt: isoOf(updatedAt) };
}
