import type { ConsentPolicy, LinkRecord, Utm } from "./link.ts";
import { slugKey } from "./slug.ts";
import { usernameOf } from "./variables.ts";

/** A link as loaded, with whether its click cap was spent at that moment. */
export interface LoadedLink {
  record: LinkRecord;
  usedUp: boolean;
}

/** A click parameter and window for links that belong to no store. */
const DEFAULT_CLICK_PARAM = "wm_click";
const DEFAULT_WINDOW_DAYS = 30;

/**
 * Everything of a link in one statement. A link of the host's own domain wins over one without a
 * domain, which answers on every host.
 */
const SELECT_LINK = `
SELECT l.id, l.slug, l.url, l.utm, l.starts_at, l.ends_at, l.max_clicks, l.fallback_url, l.disabled,
       l.campaign_id, s.consent_policy, s.click_param, s.attribution,
       (SELECT cookie_domain FROM domains WHERE hostname = ?1 AND deleted_at IS NULL) AS cookie_domain,
       c.first_name, c.last_name, c.handles, k.used
FROM links l
LEFT JOIN stores s ON s.id = l.store_id
LEFT JOIN creators c ON c.id = l.creator_id
LEFT JOIN link_caps k ON k.link_id = l.id
WHERE l.deleted_at IS NULL
  AND ((l.domain = '' AND l.slug_key = ?3)
    OR (l.domain = ?1 AND l.slug_key = CASE WHEN EXISTS (
          SELECT 1 FROM domains WHERE hostname = ?1 AND deleted_at IS NULL AND case_sensitive = 1)
        THEN ?2 ELSE ?3 END))
ORDER BY l.domain DESC LIMIT 1`;

interface LinkRow {
  id: string;
  slug: string;
  url: string;
  utm: string;
  starts_at: number | null;
  ends_at: number | null;
  max_clicks: number | null;
  fallback_url: string | null;
  disabled: number;
  consent_policy: ConsentPolicy | null;
  click_param: string | null;
  attribution: string | null;
  cookie_domain: string | null;
  first_name: string | null;
  last_name: string | null;
  handles: string | null;
  used: number | null;
}

/**
 * Reads the link that `slug` names on `hostname` (without a port), or `null`. Throws what D1 throws.
 * Raw SQL: an ORM is kept out of the redirect's module graph.
 */
export async function loadLink(db: D1Database, hostname: string, slug: string): Promise<LoadedLink | null> {
  const row = await db.prepare(SELECT_LINK).bind(hostname, slugKey(slug, true), slugKey(slug, false)).first<LinkRow>();
  return row === null ? null : { record: recordOf(row), usedUp: isUsedUp(row) };
}

function isUsedUp(row: LinkRow): boolean {
  return row.max_clicks !== null && (row.used ?? 0) >= row.max_clicks;
}

function recordOf(row: LinkRow): LinkRecord {
  const attribution = JSON.parse(row.attribution ?? "{}") as { windowDays?: number };
  const variables: LinkRecord["variables"] = { slug: row.slug };
  if (row.first_name !== null && row.last_name !== null) {
    const creator = { firstName: row.first_name, lastName: row.last_name };
    variables.creator = `${creator.firstName} ${creator.lastName}`.trim();
    variables.username = usernameOf({ ...creator, handles: JSON.parse(row.handles ?? "{}") as Record<string, string> });
  }
  return {
    id: row.id,
    slug: row.slug,
    url: row.url,
    utm: JSON.parse(row.utm) as Utm,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    maxClicks: row.max_clicks,
    fallbackUrl: row.fallback_url,
    disabled: row.disabled === 1,
    consentPolicy: row.consent_policy,
    clickParam: row.click_param ?? DEFAULT_CLICK_PARAM,
    windowDays: attribution.windowDays ?? DEFAULT_WINDOW_DAYS,
    cookieDomain: row.cookie_domain,
    variables,
  };
}
