import { and, desc, eq, gt, isNull, or, sql } from "drizzle-orm";
import { below } from "../../ground/db/filter.ts";
import { packJson } from "../../ground/db/pack.ts";
import { mustHold } from "../../ground/db/premise.ts";
import { creators } from "../../ground/db/schema/link.ts";
import { portalTokens } from "../../ground/db/schema/portal.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
import type { Language } from "../../ground/language/language.ts";
import type { Stretch } from "../../ground/http/pagination.ts";
import type { PortalLink } from "./schema.ts";

/** A row of the table of portal links. */
export type PortalTokenRow = typeof portalTokens.$inferSelect;

/** `lastUsedAt` is exact to this, ms: a write for every look at the page would double its price. */
const LAST_USED_GRAIN_MS = 3_600_000;

/** The creator's portal link with this id, also if it is revoked or expired. */
export async function findPortalLink({ db }: Deps, creatorId: string, id: string): Promise<PortalTokenRow | null> {
  const [row] = await db
    .select()
    .from(portalTokens)
    .where(and(eq(portalTokens.id, id), eq(portalTokens.creatorId, creatorId)));
  return row ?? null;
}

/** A creator's portal links from new to old, revoked and expired ones too, starting after the id `after`. */
export async function listPortalLinks(
  { db }: Deps,
  creatorId: string,
  { after, limit }: Stretch,
): Promise<PortalTokenRow[]> {
  return db
    .select()
    .from(portalTokens)
    .where(and(eq(portalTokens.creatorId, creatorId), below(portalTokens.id, after)))
    .orderBy(desc(portalTokens.id))
    .limit(limit);
}

/** The portal links of these creators by which somebody gets in at `now` (ms UTC), the oldest first. */
export async function openPortalLinks(
  { db }: Deps,
  creatorIds: readonly string[],
  now: number,
): Promise<PortalTokenRow[]> {
  return db
    .select()
    .from(portalTokens)
    .where(
      and(
        sql`${portalTokens.creatorId} IN (SELECT value FROM json_each(${JSON.stringify(creatorIds)}))`,
        isNull(portalTokens.revokedAt),
        or(isNull(portalTokens.expiresAt), gt(portalTokens.expiresAt, now)),
      ),
    )
    .orderBy(portalTokens.id);
}

/** Whom a portal link is made for, as somebody is written to. */
export interface Addressee {
  id: string;
  name: string;
  email: string | null;
  externalId: string | null;
}

const ADDRESSEE = "c.id, trim(c.first_name || ' ' || c.last_name) AS name, c.email, c.external_id AS externalId";

/** The creators with these ids, by their ids; those who were deleted or never were are absent. */
export async function addresseesOf({ d1 }: Deps, creatorIds: readonly string[]): Promise<Map<string, Addressee>> {
  const { results } = await d1
    .prepare(
      `SELECT ${ADDRESSEE} FROM json_each(?1) w CROSS JOIN creators c ON c.id = w.value AND c.deleted_at IS NULL`,
    )
    .bind(JSON.stringify(creatorIds))
    .all<Addressee>();
  return new Map(results.map((row) => [row.id, row]));
}

/** Creators whom a campaign has approved, newest first, `limit` at most; `null` if there is no such campaign. */
export async function addresseesIn({ d1 }: Deps, campaignId: string, limit: number): Promise<Addressee[] | null> {
  const [campaigns, members] = await d1.batch([
    d1.prepare("SELECT 1 FROM campaigns WHERE id = ?1 AND deleted_at IS NULL").bind(campaignId),
    d1
      .prepare(
        `SELECT ${ADDRESSEE} FROM campaign_creators m JOIN creators c ON c.id = m.creator_id AND c.deleted_at IS NULL
         WHERE m.campaign_id = ?1 AND m.status = 'approved' ORDER BY m.creator_id DESC LIMIT ?2`,
      )
      .bind(campaignId, limit),
  ]);
  return campaigns?.results.length === 1 ? ((members?.results ?? []) as Addressee[]) : null;
}

/** Statements that add portal links. They break their batch off if one of the creators was deleted meanwhile. */
export function insertPortalLinks({ d1 }: Deps, rows: readonly PortalTokenRow[]): D1PreparedStatement[] {
  return packJson(rows).flatMap((json) => [
    mustHold(
      d1,
      `NOT EXISTS (SELECT 1 FROM json_each(?1) w LEFT JOIN creators c
         ON c.id = w.value ->> 'creatorId' AND c.deleted_at IS NULL WHERE c.id IS NULL)`,
      json,
    ),
    d1
      .prepare(
        `INSERT INTO portal_tokens (id, creator_id, token_hash, label, expires_at, created_at, created_by)
         SELECT value ->> 'id', value ->> 'creatorId', value ->> 'tokenHash', value ->> 'label', value ->> 'expiresAt',
           value ->> 'createdAt', value ->> 'createdBy' FROM json_each(?1)`,
      )
      .bind(json),
  ]);
}

/**
 * Statements that end portal links at `now` (ms UTC). They break their batch off if one was revoked before: that stands.
 */
export function revokePortalLinks({ d1 }: Deps, ids: readonly string[], now: number): D1PreparedStatement[] {
  return packJson(ids).flatMap((json) => [
    mustHold(
      d1,
      `NOT EXISTS (SELECT 1 FROM json_each(?1) w JOIN portal_tokens t ON t.id = w.value WHERE t.revoked_at IS NOT NULL)`,
      json,
    ),
    d1
      .prepare("UPDATE portal_tokens SET revoked_at = ?2 WHERE id IN (SELECT value FROM json_each(?1))")
      .bind(json, now),
  ]);
}

/** Who opens the portal, and how. */
export interface PortalGuest {
  creatorId: string;
  /** The creator's first and last name. */
  name: string;
  tokenId: string;
  /** ms UTC; `null`: the link doesn't expire. */
  expiresAt: number | null;
  /** What the page was last told to speak; `null`: what the browser asks for. */
  language: Language | null;
  /** ms UTC, exact to an hour. */
  lastUsedAt: number | null;
}

/** Whose page a token opens at `now` (ms UTC); `null` for one that is unknown, revoked or expired. */
export async function guestOf({ db }: Deps, tokenHash: string, now: number): Promise<PortalGuest | null> {
  const [found] = await db
    .select({ token: portalTokens, firstName: creators.firstName, lastName: creators.lastName })
    .from(portalTokens)
    .innerJoin(creators, and(eq(creators.id, portalTokens.creatorId), isNull(creators.deletedAt)))
    .where(eq(portalTokens.tokenHash, tokenHash));
  if (found === undefined || found.token.revokedAt !== null) return null;
  const { id, creatorId, expiresAt, language, lastUsedAt } = found.token;
  if (expiresAt !== null && expiresAt <= now) return null;
  return { creatorId, name: `${found.firstName} ${found.lastName}`, tokenId: id, expiresAt, language, lastUsedAt };
}

/** Notes that a portal link was used at `now` (ms UTC), once an hour at most. */
export async function notePortalUse({ db }: Deps, guest: PortalGuest, now: number): Promise<void> {
  if (guest.lastUsedAt !== null && now - guest.lastUsedAt < LAST_USED_GRAIN_MS) return;
  await db.update(portalTokens).set({ lastUsedAt: now }).where(eq(portalTokens.id, guest.tokenId));
}

/** Keeps which language a portal link's page speaks from now on. */
export async function keepLanguage({ db }: Deps, tokenId: string, language: Language): Promise<void> {
  await db.update(portalTokens).set({ language }).where(eq(portalTokens.id, tokenId));
}

/** A portal link as the API shows it. */
export function presentPortalLink(row: PortalTokenRow): PortalLink {
  return {
    id: row.id,
    creatorId: row.creatorId,
    label: row.label,
    expiresAt: isoOf(row.expiresAt),
    revokedAt: isoOf(row.revokedAt),
    lastUsedAt: isoOf(row.lastUsedAt),
    createdAt: isoOf(row.createdAt),
    createdBy: row.createdBy,
  };
}
