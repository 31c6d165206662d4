import { packJson } from "../../ground/db/pack.ts";
import { taggedUrl, untaggedUrl } from "../provider/tag.ts";

/** The tag that a creator's links carried, and carry from now on; `null`: none. */
export interface OtherTag {
  creatorId: string;
  before: string | null;
  after: string | null;
}

/**
 * Statements that have the links which creators made themselves to pages of a store carry other tags, each if it still
 * leads where it led. `now` is ms UTC. Throws what D1 throws.
 */
export async function tagOwnLinks(
  d1: D1Database,
  storeId: string,
  tags: readonly OtherTag[],
  now: number,
): Promise<D1PreparedStatement[]> {
  const tagOf = new Map(tags.map((tag) => [tag.creatorId, tag]));
  const { results } = await d1
    .prepare(
      `SELECT l.id, l.creator_id AS creatorId, l.url FROM json_each(?2) w
       CROSS JOIN links l ON l.creator_id = w.value AND l.store_id = ?1 AND l.made_by = 'creator' AND l.deleted_at IS NULL`,
    )
    .bind(storeId, JSON.stringify([...tagOf.keys()]))
    .all<{ id: string; creatorId: string; url: string }>();
  const moves = results.flatMap(({ id, creatorId, url }) => {
    const { before = null, after = null } = tagOf.get(creatorId) ?? {};
    const to = taggedUrl(before === null ? url : untaggedUrl(url, before), after);
    return to === url ? [] : [{ id, from: url, to }];
  });
  return packJson(moves).map((json) =>
    d1
      .prepare(
        `UPDATE links SET url = m.value ->> 'to', updated_at = ?2 FROM json_each(?1) m
         WHERE links.id = m.value ->> 'id' AND links.url = m.value ->> 'from' AND links.deleted_at IS NULL`,
      )
      .bind(json, now),
  );
}
