import { eraseUtms } from "./erase-utms-store.ts";
import type { Creator, NewCreator } from "./schema.ts";
import { type CreatorRow, presentCreator } from "./store.ts";

/** What is left of a creator's profile once they are deleted: a new field of it has its place here too. */
const ERASED: NewCreator = { firstName: "", lastName: "", email: null, handles: {}, externalId: null };

const DELETED = "(SELECT id FROM creators WHERE deleted_at IS NOT NULL)";

/** A deleted creator as the audit log keeps them: their id and times. */
export function withoutProfile(row: CreatorRow): Creator & { erased: true } {
  return { ...presentCreator({ ...row, ...ERASED }), erased: true };
}

/**
 * Statements that take out what is known of a creator as a person, for the batch in which they are deleted at `now`
 * (ms UTC): their profile, its copies in the audit log, their portal links. Ids stay, for money and history.
 */
export function eraseCreator(d1: D1Database, id: string, now: number): D1PreparedStatement[] {
  return [...erasure("(SELECT ?1)").map((sql) => d1.prepare(sql).bind(id)), endPortalLinks(d1, now, id)];
}

/**
 * The night's work at `now` (ms UTC): the same for all creators who are deleted and not erased yet, such as those of
 * the time before this was done, and the UTM values of clicks on their links, into which a link may have put a handle
 * or a name. Idempotent. Throws what D1 throws.
 */
export async function eraseDeleted(env: Env, now: number): Promise<void> {
  const d1 = env.DB;
  await d1.batch([...erasure(DELETED).map((sql) => d1.prepare(sql)), endPortalLinks(d1, now, null)]);
  await eraseUtms(env, now);
}

/** The statements that erase deleted creators; `ids` is a subselect of their ids. */
function erasure(ids: string): string[] {
  const profile = Object.entries(ERASED)
    .map(([field, value]) => `'$.${field}', json('${JSON.stringify(value)}')`)
    .join(", ");
  const without = (column: string) => `${column} = json_set(${column}, ${profile}, '$.erased', json('true'))`;
  return [
    `UPDATE creators SET first_name = '', last_name = '', email = NULL, handles = '{}', external_id = NULL
     WHERE id IN ${ids} AND deleted_at IS NOT NULL
       AND (first_name <> '' OR last_name <> '' OR email IS NOT NULL OR handles <> '{}' OR external_id IS NOT NULL)`,
    // An import's entry has ids alone.
    `UPDATE audit_log SET ${without("before")}, ${without("after")}
     WHERE entity_id IN ${ids} AND entity = 'creator' AND action <> 'import'
       AND coalesce(before ->> '$.erased', after ->> '$.erased') IS NULL`,
    `UPDATE audit_log SET before = json_set(before, '$.label', NULL), after = json_set(after, '$.label', NULL)
     WHERE entity_id IN (SELECT id FROM portal_tokens WHERE creator_id IN ${ids}) AND entity = 'portalLink'
       AND coalesce(before ->> '$.label', after ->> '$.label') IS NOT NULL`,
    `DELETE FROM payout_details WHERE creator_id IN ${ids}`,
    `DELETE FROM payout_detail_proposals WHERE creator_id IN ${ids}`,
    // What Amazon counts by for them may be called after them, in its reports too. Rows that are theirs stay so.
    `DELETE FROM attribution_tags WHERE creator_id IN ${ids}`,
    `DELETE FROM attribution_matches WHERE creator_id IN ${ids}`,
    `UPDATE attribution_sources SET key = json_array('erased', id), names = '{}' WHERE creator_id IN ${ids} AND names <> '{}'`,
    `UPDATE audit_log SET before = json_set(before, '$.tag', NULL, '$.matches', NULL, '$.erased', json('true')),
       after = json_set(after, '$.tag', NULL, '$.matches', NULL, '$.erased', json('true'))
     WHERE entity_id IN ${ids} AND entity = 'attributionTag'
       AND coalesce(before ->> '$.erased', after ->> '$.erased') IS NULL`,
    // Why no code could be made of a name quotes what is left of it.
    `UPDATE plan_creators SET failure_detail = NULL
     WHERE creator_id IN ${ids} AND failure_detail IS NOT NULL`,
    `UPDATE events SET data = json_set(data, '$.detail', NULL)
     WHERE type = 'code.failed' AND subject_id IN ${ids} AND data ->> '$.detail' IS NOT NULL`,
  ];
}

/** Statement that ends the portal links of a deleted creator at `now`, and forgets their labels; `null`: of all. */
function endPortalLinks(d1: D1Database, now: number, id: string | null): D1PreparedStatement {
  const tokens = "UPDATE portal_tokens SET label = NULL, revoked_at = coalesce(revoked_at, ?1) WHERE creator_id IN";
  const left = "(label IS NOT NULL OR revoked_at IS NULL)";
  return id === null
    ? d1.prepare(`${tokens} ${DELETED} AND ${left}`).bind(now)
    : d1.prepare(`${tokens} (?2) AND ${left}`).bind(now, id);
}
