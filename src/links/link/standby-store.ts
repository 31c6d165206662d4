import { LINK_COLUMNS, LINK_JOINS, type LinkRow, recordOf, usedUpOf } from "../../edge/link/load.ts";
import { standbyKey, type StandbyLink } from "../../edge/standby/standby-tier.ts";

/** What writing the standby copies needs. */
export interface StandbyEnv {
  DB: D1Database;
  LINKS: Pick<KVNamespace, "put" | "delete">;
}

/** Links written in one run of the cron: 10 s of KV writes at worst. */
const LINKS_A_RUN = 2_000;
const PAGE = 200;

/** How far behind its own start a complete run leaves the mark, ms: an edit is stamped before it is committed. */
const OVERLAP_MS = 5_000;

type StandbyRow = LinkRow & {
  row_id: number;
  domain: string;
  slug_key: string;
  case_sensitive: number | null;
  deleted_at: number | null;
  changed_at: number;
};

const SELECT = `
SELECT l.rowid AS row_id, ${LINK_COLUMNS}, d.cookie_domain, d.case_sensitive, l.domain, l.slug_key, l.deleted_at,
  max(l.updated_at, coalesce(l.deleted_at, 0), coalesce(s.updated_at, 0), coalesce(c.updated_at, 0),
    coalesce(d.updated_at, 0), coalesce(pln.updated_at, 0), coalesce(cmp.updated_at, 0),
    coalesce(cod.updated_at, 0)) AS changed_at
FROM links l ${LINK_JOINS}
LEFT JOIN domains d ON d.hostname = l.domain AND d.deleted_at IS NULL`;

/**
 * Copies these links to KV as they are at `now` (ms UTC), and takes away the copies under
 * `droppedKeys` (see {@link standbyKey}). Throws what D1 or KV throws; the cron makes up for it.
 */
export async function publishLinks(
  env: StandbyEnv,
  ids: readonly string[],
  droppedKeys: readonly string[],
  now: number,
): Promise<void> {
  await Promise.all(droppedKeys.map((key) => env.LINKS.delete(key)));
  if (ids.length === 0) return;
  const { results } = await env.DB.prepare(`${SELECT} WHERE l.id IN (SELECT value FROM json_each(?1))`)
    .bind(JSON.stringify(ids))
    .all<StandbyRow>();
  for (const row of results) await publish(env, row, now);
}

/**
 * Copies what changed since the last run: of a link, its store, creator, domain, plan, campaign or
 * code. It makes up for copies that failed, so it is idempotent and moves its mark only past what it
 * wrote. The mark is a moment and the last row of it: an edit of a plan changes any number of links at
 * once, more than one run can write.
 */
export async function syncStandby(env: StandbyEnv, now: number): Promise<number> {
  const mark = await readMark(env.DB);
  let cursor = mark;
  let written = 0;
  let complete = false;
  while (written < LINKS_A_RUN && !complete) {
    const { results } = await env.DB.prepare(
      `SELECT * FROM (${SELECT}) WHERE (changed_at, row_id) > (?1, ?2) ORDER BY changed_at, row_id LIMIT ?3`,
    )
      .bind(cursor.changedAt, cursor.row, PAGE)
      .all<StandbyRow>();
    for (const row of results) await publish(env, row, now);
    written += results.length;
    const last = results.at(-1);
    if (last !== undefined) cursor = { changedAt: last.changed_at, row: last.row_id };
    complete = results.length < PAGE;
  }
  const settled: Mark = { changedAt: Math.max(now - OVERLAP_MS, mark.changedAt), row: ALL_ROWS };
  await writeMark(env.DB, complete || cursor.changedAt > settled.changedAt ? settled : cursor, now);
  return written;
}

/** How far the copies follow the links: everything up to a moment, and of that the rows up to one. */
interface Mark {
  /** ms UTC. */
  changedAt: number;
  row: number;
}

/** As the row of a mark: all there are. */
const ALL_ROWS = Number.MAX_SAFE_INTEGER;

async function readMark(db: D1Database): Promise<Mark> {
  const mark = await db
    .prepare(
      `SELECT (SELECT value FROM watermarks WHERE name = 'standby') AS changedAt,
         (SELECT value FROM watermarks WHERE name = 'standby_row') AS row`,
    )
    .first<{ changedAt: number | null; row: number | null }>();
  return { changedAt: mark?.changedAt ?? -1, row: mark?.row ?? ALL_ROWS };
}

async function writeMark(db: D1Database, { changedAt, row }: Mark, now: number): Promise<void> {
  await db
    .prepare(
      `INSERT INTO watermarks (name, value, updated_at) VALUES ('standby', ?1, ?3), ('standby_row', ?2, ?3)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
    )
    .bind(changedAt, row, now)
    .run();
}

async function publish(env: StandbyEnv, row: StandbyRow, now: number): Promise<void> {
  const key = standbyKey(row.domain, row.slug_key);
  if (row.deleted_at !== null) {
    await env.LINKS.delete(key);
    return;
  }
  const copy: StandbyLink = {
    record: recordOf(row),
    usedUp: usedUpOf(row),
    readAt: now,
    caseSensitive: row.case_sensitive === 1,
  };
  await env.LINKS.put(key, JSON.stringify(copy));
}
