import { SOURCE_KINDS, type SourceKind } from "../../ground/model/attribution-report.ts";

/** What a row is known by, in the order of `SOURCE_KINDS`, each as `sourceKey` has it; `null`: the report doesn't say. */
export type KeyParts = readonly (string | null)[];

/** Whose each name is: `kind` and `value` to a creator's id. */
export type Matches = ReadonlyMap<string, string>;

/** What {@link Matches} knows a name by. */
export const matchKey = (kind: SourceKind, value: string): string => `${kind} ${value}`;

/** SQL: the creator of a source `s` by the tags that there are; `NULL`: nobody's has it. {@link ownerOf} in SQL. */
const OWNER = `coalesce(${SOURCE_KINDS.map(
  (kind, place) => `(SELECT m.creator_id FROM attribution_matches m
    WHERE m.store_id = s.store_id AND m.kind = '${kind}' AND m.value = s.key ->> ${place})`,
).join(", ")})`;

/**
 * Statement that gives all sources of a store to whom they belong by the tags that there are. Those of an erased
 * creator, of whose names nothing is left, stay theirs.
 */
export function assignSources(d1: D1Database, storeId: string): D1PreparedStatement {
  return d1
    .prepare(
      `UPDATE attribution_sources AS s SET creator_id = ${OWNER}
       WHERE s.store_id = ?1 AND json_array_length(s.key) = ${SOURCE_KINDS.length} AND s.creator_id IS NOT ${OWNER}`,
    )
    .bind(storeId);
}

/** Whose a row is: the creator's whose tag has the most specific of its names; `null`: nobody's. */
export function ownerOf(key: KeyParts, matches: Matches): string | null {
  for (const [place, kind] of SOURCE_KINDS.entries()) {
    const value = key[place];
    const owner = value == null ? undefined : matches.get(matchKey(kind, value));
    if (owner !== undefined) return owner;
  }
  return null;
}

/** Whose each name of a store is. */
export async function matchesOf(d1: D1Database, storeId: string): Promise<Matches> {
  const { results } = await d1
    .prepare("SELECT kind, value, creator_id AS creatorId FROM attribution_matches WHERE store_id = ?1")
    .bind(storeId)
    .all<{ kind: SourceKind; value: string; creatorId: string }>();
  return new Map(results.map(({ kind, value, creatorId }) => [matchKey(kind, value), creatorId]));
}
