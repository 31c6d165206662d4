import { and, desc, eq, isNull } from "drizzle-orm";
import { statementOf } from "../../ground/db/client.ts";
import { below } from "../../ground/db/filter.ts";
import { mustChange, mustHold } from "../../ground/db/premise.ts";
import { creators } from "../../ground/db/schema/link.ts";
import { portalTokens } from "../../ground/db/schema/portal.ts";
import type { Deps } from "../../ground/deps.ts";
import { isoOf } from "../../ground/http/fields.ts";
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

/** Statements that add a portal link. They break their batch off if the creator was deleted meanwhile. */
export function insertPortalLink({ d1, db }: Deps, row: PortalTokenRow): D1PreparedStatement[] {
  return [
    mustHold(d1, "EXISTS (SELECT 1 FROM creators WHERE id = ?1 AND deleted_at IS NULL)", row.creatorId),
    statementOf(d1, db.insert(portalTokens).values(row)),
  ];
}

/** Statements that end a portal link at `now` (ms UTC). They break their batch off if it was revoked before: that stands. */
export function revokePortalLink({ d1, db }: Deps, id: string, now: number): D1PreparedStatement[] {
  const update = db
    .update(portalTokens)
    .set({ revokedAt: now })
    .where(and(eq(portalTokens.id, id), isNull(portalTokens.revokedAt)));
  return [statementOf(d1, update), mustChange(d1)];
}

/** Who opens the portal, and how. */
export interface PortalGuest {
  creatorId: string;
  /** The creator's first and last name. */
  name: string;
  tokenId: string;
  /** ms UTC; `null`: the link doesn't expire. */
  expiresAt: number | null;
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
  const { id, creatorId, expiresAt, lastUsedAt } = found.token;
  if (expiresAt !== null && expiresAt <= now) return null;
  return { creatorId, name: `${found.firstName} ${found.lastName}`, tokenId: id, expiresAt, lastUsedAt };
}

/** Notes that a portal link was used at `now` (ms UTC), once an hour at most. */
export async function notePortalUse({ db }: Deps, guest: PortalGuest, now: number): Promise<void> {
  if (guest.lastUsedAt !== null && now - guest.lastUsedAt < LAST_USED_GRAIN_MS) return;
  await db.update(portalTokens).set({ lastUsedAt: now }).where(eq(portalTokens.id, guest.tokenId));
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
