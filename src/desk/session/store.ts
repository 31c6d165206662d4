import { and, desc, eq, gt, isNull, lt } from "drizzle-orm";
import { strongSecret } from "../../ground/config.ts";
import { openDatabase } from "../../ground/db/client.ts";
import { apiKeys, deskSessions } from "../../ground/db/schema/admin.ts";
import type { Actor, Deps } from "../../ground/deps.ts";
import { type AccessSettings, readAccess } from "../../ground/http/access-settings.ts";
import { actorOf, SCOPES, sha256Hex } from "../../ground/http/auth.ts";
import { browserName } from "./browser-name.ts";

/** A session lives so long at most, and so long without being used, ms: a working day, and a night off. */
const LONGEST_MS = 7 * 86_400_000;
const IDLE_MS = 12 * 3_600_000;

/** `lastUsedAt` is exact to this, ms: a write for every page would double its price. */
const LAST_USED_GRAIN_MS = 60_000;

/** Random bytes of a token. */
const TOKEN_BYTES = 32;

/** Somebody who is signed in. */
export interface Session {
  id: string;
  actor: Actor;
  /** The key's name. */
  name: string;
  /** ms UTC. */
  expiresAt: number;
}

/** A row of the table of sessions. */
export type SessionRow = typeof deskSessions.$inferSelect;

/** The ids of those whom Cloudflare Access lets in begin so; their e-mail address follows. */
const ACCESS_PREFIX = "access:";

/** Whom Access let in, as the API knows them. */
export function accessActor({ scopes }: AccessSettings, name: string): Actor {
  return { id: ACCESS_PREFIX + name, scopes, storeIds: null };
}

/**
 * Signs somebody in with the key that they hold, or whom Access vouches for until `until` (ms UTC). Answers the token for
 * their cookie, and how many seconds it lives.
 */
export async function openSession(
  deps: Deps,
  actor: Actor,
  userAgent: string | undefined,
  until = Infinity,
): Promise<{ token: string; seconds: number }> {
  const now = deps.now();
  const bytes = new Uint8Array(TOKEN_BYTES);
  deps.random(bytes);
  const token = bytes.toBase64({ alphabet: "base64url", omitPadding: true });
  const [key] = await deps.db
    .select({ name: apiKeys.name, expiresAt: apiKeys.expiresAt })
    .from(apiKeys)
    .where(eq(apiKeys.id, actor.id));
  const row: SessionRow = {
    id: deps.newId("session"),
    tokenHash: await sha256Hex(token),
    keyId: actor.id,
    keyHash: await settingsHash(deps, actor.id),
    name: key?.name ?? (actor.id === "bootstrap" ? "The deployment’s own key" : actor.id.slice(ACCESS_PREFIX.length)),
    browser: browserName(userAgent),
    createdAt: now,
    lastUsedAt: now,
    expiresAt: Math.min(now + LONGEST_MS, key?.expiresAt ?? Infinity, until),
    revokedAt: null,
  };
  await deps.db.insert(deskSessions).values(row);
  return { token, seconds: Math.floor((row.expiresAt - now) / 1000) };
}

/**
 * Whose session a token opens: with what their key may do at this moment. `null` for one that is unknown, ended, or
 * whose key was revoked, has expired or was changed.
 */
export async function sessionOf(deps: Deps, token: string): Promise<Session | null> {
  const now = deps.now();
  const [found] = await deps.db
    .select({ session: deskSessions, key: apiKeys })
    .from(deskSessions)
    .leftJoin(apiKeys, eq(apiKeys.id, deskSessions.keyId))
    .where(and(eq(deskSessions.tokenHash, await sha256Hex(token)), isNull(deskSessions.revokedAt)));
  if (found === undefined) return null;
  const { session, key } = found;
  if (session.expiresAt <= now || session.lastUsedAt + IDLE_MS <= now) return null;
  const actor = await actorOfSession(deps, session, key, now);
  if (actor === null) return null;
  if (now - session.lastUsedAt >= LAST_USED_GRAIN_MS) {
    await deps.db.update(deskSessions).set({ lastUsedAt: now }).where(eq(deskSessions.id, session.id));
  }
  return { id: session.id, actor, name: session.name, expiresAt: session.expiresAt };
}

async function actorOfSession(
  deps: Deps,
  session: SessionRow,
  key: typeof apiKeys.$inferSelect | null,
  now: number,
): Promise<Actor | null> {
  if (session.keyId === "bootstrap") {
    const current = await settingsHash(deps, session.keyId);
    return current !== null && current === session.keyHash
      ? { id: "bootstrap", scopes: new Set(SCOPES), storeIds: null }
      : null;
  }
  if (session.keyId.startsWith(ACCESS_PREFIX)) {
    const { settings } = readAccess(deps.env);
    // Another team, or another application of it, vouches for nobody whom the one before let in.
    if (settings === null || session.keyHash !== (await settingsHash(deps, session.keyId))) return null;
    return accessActor(settings, session.keyId.slice(ACCESS_PREFIX.length));
  }
  if (key === null || key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt <= now)) return null;
  return actorOf(key);
}

/** Ends a session at once and for good; with `keyId` only if it is one of that key's. */
export async function endSession({ db, now }: Deps, id: string, keyId: string | null = null): Promise<void> {
  await db
    .update(deskSessions)
    .set({ revokedAt: now() })
    .where(
      and(
        eq(deskSessions.id, id),
        isNull(deskSessions.revokedAt),
        keyId === null ? undefined : eq(deskSessions.keyId, keyId),
      ),
    );
}

/** Sessions that can still be used, newest first; with `keyId` those of that key alone. */
export async function activeSessions({ db, now }: Deps, keyId: string | null): Promise<SessionRow[]> {
  return db
    .select()
    .from(deskSessions)
    .where(
      and(
        isNull(deskSessions.revokedAt),
        gt(deskSessions.expiresAt, now()),
        gt(deskSessions.lastUsedAt, now() - IDLE_MS),
        keyId === null ? undefined : eq(deskSessions.keyId, keyId),
      ),
    )
    .orderBy(desc(deskSessions.id))
    .limit(200);
}

/** Forgets sessions a month after their end, at `now` (ms UTC). */
export async function tidySessions(d1: D1Database, now: number): Promise<void> {
  await openDatabase(d1)
    .delete(deskSessions)
    .where(lt(deskSessions.expiresAt, now - 30 * 86_400_000));
}

/** What of the deployment's settings lets somebody in who has no key of the table: with another one their sessions end. */
async function settingsHash({ env }: Deps, keyId: string): Promise<string | null> {
  if (keyId.startsWith(ACCESS_PREFIX)) {
    const { settings } = readAccess(env);
    return settings === null ? null : sha256Hex(`${settings.issuer}\n${settings.audience}`);
  }
  const key = keyId === "bootstrap" ? strongSecret(env.ADMIN_API_KEY) : null;
  return key === null ? null : sha256Hex(key);
}
