import type { LinkRecord } from "./link.ts";
import type { ConsentSetting, LinkRule, Utm } from "../../ground/model/link.ts";
import { POSITION } from "../news/load.ts";
import { hostSubject, slugSubject } from "../news/subject.ts";
import { slugKey } from "./slug.ts";
import type { FoundLink, LinkAddress, LinkTier } from "./tier.ts";
import { usernameOf } from "./variables.ts";

/** A click parameter and window for links that belong to no store. */
const DEFAULT_CLICK_PARAM = "wm_click";
const DEFAULT_WINDOW_DAYS = 30;

/** What {@link recordOf} reads, but for the cookie domain, which depends on the host that was asked. */
export const LINK_COLUMNS = `l.id, l.slug, l.url, l.utm, l.rules, l.starts_at, l.ends_at, l.max_clicks,
  l.fallback_url, l.disabled,
  s.consent_policy, s.click_param, s.attribution, c.first_name, c.last_name, c.handles, k.used,
  pln.name AS plan, pln.starts_at AS plan_starts_at, pln.ends_at AS plan_ends_at, pln.fallback_url AS plan_fallback_url,
  cmp.name AS campaign, cod.text AS code`;

/** The ids of what a link depends on, beside its own. */
const SUBJECT_COLUMNS = "l.domain, l.store_id, l.creator_id, l.plan_id, l.campaign_id, l.code_id";

/** What those columns are joined from. A plan that was deleted bounds its links as before. */
export const LINK_JOINS = `LEFT JOIN stores s ON s.id = l.store_id
LEFT JOIN creators c ON c.id = l.creator_id
LEFT JOIN link_caps k ON k.link_id = l.id
LEFT JOIN tracking_plans pln ON pln.id = l.plan_id
LEFT JOIN campaigns cmp ON cmp.id = l.campaign_id
LEFT JOIN codes cod ON cod.id = l.code_id`;

/**
 * Everything of a link in one statement. A link of the host's own domain wins over one without a
 * domain, which answers on every host. Each is looked for by itself: asked for as "this or that, the
 * first by domain", SQLite reads the whole index in its order instead.
 */
export const SELECT_LINK = `
SELECT ${LINK_COLUMNS}, ${SUBJECT_COLUMNS}, ${POSITION} AS position,
  (SELECT cookie_domain FROM domains WHERE hostname = ?1 AND deleted_at IS NULL) AS cookie_domain,
  NOT EXISTS (SELECT 1 FROM domains WHERE hostname = ?1 AND deleted_at IS NULL AND case_sensitive = 1) AS any_case
FROM links l ${LINK_JOINS}
WHERE l.id = coalesce(
  (SELECT id FROM links WHERE deleted_at IS NULL AND domain = ?1 AND slug_key = CASE WHEN EXISTS (
      SELECT 1 FROM domains WHERE hostname = ?1 AND deleted_at IS NULL AND case_sensitive = 1) THEN ?2 ELSE ?3 END),
  (SELECT id FROM links WHERE deleted_at IS NULL AND domain = '' AND slug_key = ?3))`;

/** D1 itself, or a session on it. */
type LinkDatabase = Pick<D1Database, "prepare">;

/** A link as SQL gives it. */
export interface LinkRow {
  id: string;
  slug: string;
  url: string;
  utm: string;
  rules: string;
  starts_at: number | null;
  ends_at: number | null;
  max_clicks: number | null;
  fallback_url: string | null;
  disabled: number;
  consent_policy: ConsentSetting | null;
  click_param: string | null;
  attribution: string | null;
  cookie_domain: string | null;
  first_name: string | null;
  last_name: string | null;
  handles: string | null;
  used: number | null;
  plan: string | null;
  plan_starts_at: number | null;
  plan_ends_at: number | null;
  plan_fallback_url: string | null;
  campaign: string | null;
  code: string | null;
}

/** A link as {@link SELECT_LINK} gives it. */
interface AddressedRow extends LinkRow {
  domain: string;
  store_id: string | null;
  creator_id: string | null;
  plan_id: string | null;
  campaign_id: string | null;
  code_id: string | null;
  position: number;
  any_case: number;
}

/**
 * Reads the link at an address at `now` (ms UTC). Throws what D1 throws. Raw SQL: an ORM is kept out
 * of the redirect's module graph.
 */
export async function loadLink(db: LinkDatabase, address: LinkAddress, now: number): Promise<FoundLink> {
  const { hostname, slug } = address;
  const folded = slugKey(slug, false);
  const row = await db.prepare(SELECT_LINK).bind(hostname, slugKey(slug, true), folded).first<AddressedRow>();
  // That there is none is never believed for long, so nobody needs to know of when it is.
  if (row === null) return { record: null, usedUp: false, readAt: now, anyCase: false, position: 0, subjects: [] };
  return {
    record: recordOf(row),
    usedUp: usedUpOf(row),
    readAt: now,
    anyCase: row.any_case === 1,
    position: row.position,
    subjects: subjectsOf(row, hostname, folded),
  };
}

function subjectsOf(row: AddressedRow, hostname: string, folded: string): string[] {
  const ids = [row.id, row.store_id, row.creator_id, row.plan_id, row.campaign_id, row.code_id];
  const subjects = [...ids.filter((id) => id !== null), hostSubject(hostname)];
  // The host's own domain may come to have a link of this slug.
  if (row.domain === "") subjects.push(slugSubject(folded));
  return subjects;
}

/** Reads a link by its id, with the cookie domain of its own domain. Throws what D1 throws. */
export async function loadLinkById(db: LinkDatabase, id: string): Promise<Pick<FoundLink, "record" | "usedUp">> {
  const row = await db
    .prepare(
      `SELECT ${LINK_COLUMNS},
         (SELECT cookie_domain FROM domains WHERE hostname = l.domain AND deleted_at IS NULL) AS cookie_domain
       FROM links l ${LINK_JOINS} WHERE l.id = ?1 AND l.deleted_at IS NULL`,
    )
    .bind(id)
    .first<LinkRow>();
  return { record: row === null ? null : recordOf(row), usedUp: row !== null && usedUpOf(row) };
}

/** How long after a write of its own an isolate reads from the primary, ms: replicas follow well within it. */
const PRIMARY_AFTER_WRITE_MS = 60_000;

/**
 * D1, from the nearest replica. The primary is asked where a replica says that there is no link, or has not heard yet of
 * a change that this isolate knows of; and at once for a while after its own last write, at `writtenAt` (ms UTC).
 */
export function databaseTier(
  db: D1Database,
  now: number,
  writtenAt: number,
  isOutdated: (found: FoundLink) => boolean,
): LinkTier {
  return {
    name: "database",
    async find(address) {
      if (now - writtenAt >= PRIMARY_AFTER_WRITE_MS) {
        const found = await loadLink(db.withSession("first-unconstrained"), address, now);
        if (found.record !== null && !isOutdated(found)) return found;
      }
      return loadLink(db.withSession("first-primary"), address, now);
    },
  };
}

/** Whether the link's click cap is spent. */
export function usedUpOf(row: LinkRow): boolean {
  return row.max_clicks !== null && (row.used ?? 0) >= row.max_clicks;
}

/** A row as the redirect needs it: live while both the link and its plan are. */
export function recordOf(row: LinkRow): LinkRecord {
  const attribution = JSON.parse(row.attribution ?? "{}") as { windowDays?: number };
  const fallbackUrl = row.fallback_url ?? row.plan_fallback_url;
  return {
    id: row.id,
    slug: row.slug,
    url: row.url,
    utm: JSON.parse(row.utm) as Utm,
    rules: JSON.parse(row.rules) as LinkRule[],
    startsAt: chosen(Math.max, row.starts_at, row.plan_starts_at),
    endsAt: chosen(Math.min, row.ends_at, row.plan_ends_at),
    maxClicks: row.max_clicks,
    // As a header takes it: ASCII alone.
    fallbackUrl: fallbackUrl === null ? null : new URL(fallbackUrl).href,
    disabled: row.disabled === 1,
    consentPolicy: row.consent_policy,
    clickParam: row.click_param ?? DEFAULT_CLICK_PARAM,
    windowDays: attribution.windowDays ?? DEFAULT_WINDOW_DAYS,
    cookieDomain: row.cookie_domain,
    variables: variablesOf(row),
  };
}

/** The later or the earlier of two times, ms UTC; where one is missing, the other. */
function chosen(choose: typeof Math.max, one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : choose(one, other);
}

/** A creator's profile may have no name yet: what is empty is left out, as where there is no creator. */
function variablesOf(row: LinkRow): LinkRecord["variables"] {
  const variables: LinkRecord["variables"] = { slug: row.slug };
  if (row.first_name !== null && row.last_name !== null) {
    const handles = JSON.parse(row.handles ?? "{}") as Record<string, string>;
    const creator = `${row.first_name} ${row.last_name}`.trim();
    const username = usernameOf({ firstName: row.first_name, lastName: row.last_name, handles });
    if (creator !== "") variables.creator = creator;
    if (username !== "") variables.username = username;
  }
  if (row.plan !== null) variables.plan = row.plan;
  if (row.campaign !== null) variables.campaign = row.campaign;
  if (row.code !== null) variables.code = row.code;
  return variables;
}
