import { eq } from "drizzle-orm";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { strongSecret } from "../config.ts";
import { apiKeys } from "../db/schema/admin.ts";
import type { Actor, AppTypes, Deps } from "../deps.ts";
import { errorText } from "../error-text.ts";
import { networkOf } from "./network.ts";
import { Problem } from "./problem.ts";

/** The parts of the API that a key may be given, each for reading or writing. */
export const SCOPE_AREAS = ["links", "plans", "orders", "reports", "settings"] as const;

/**
 * Every scope there is. `…:write` includes `…:read`. Numbers for a monitor, and who changed what with everybody's
 * data in it, are scopes of their own, which no other includes.
 */
export const SCOPES = [
  ...SCOPE_AREAS.flatMap((area) => [`${area}:read`, `${area}:write`] as const),
  "metrics:read",
  "audit:read",
] as const;

/** One of {@link SCOPES}. */
export type Scope = (typeof SCOPES)[number];

/** Keys that the API makes start with this. */
export const KEY_PREFIX = "wmk_";

/** `lastUsedAt` is exact to this, ms: a write for every read would double the price of reading. */
const LAST_USED_GRAIN_MS = 60_000;

const encoder = new TextEncoder();

/** SHA-256 of bytes, or of a text, lower-case hex. */
export async function sha256Hex(data: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof data === "string" ? encoder.encode(data) : data;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Compares two texts in a time that tells nothing of where they differ, nor of their lengths. */
export async function equalSecret(left: string, right: string): Promise<boolean> {
  const [a, b] = await Promise.all([left, right].map((text) => crypto.subtle.digest("SHA-256", encoder.encode(text))));
  return a !== undefined && b !== undefined && crypto.subtle.timingSafeEqual(a, b);
}

/** Finds out who calls. Throws a `Problem` (401) for a missing, unknown, revoked or expired key. */
export async function authenticate(deps: Deps, authorization: string | undefined): Promise<Actor> {
  const key = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (key === undefined) throw unauthorized("Send the header Authorization: Bearer <API key>.");
  const bootstrap = strongSecret(deps.env.ADMIN_API_KEY);
  if (bootstrap !== null && (await equalSecret(key, bootstrap))) {
    return { id: "bootstrap", scopes: new Set(SCOPES), storeIds: null };
  }
  const [found] = await deps.db
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.hash, await sha256Hex(key)))
    .limit(1);
  const now = deps.now();
  if (found === undefined || found.revokedAt !== null || (found.expiresAt !== null && found.expiresAt <= now)) {
    throw unauthorized("This API key is unknown, revoked or expired.");
  }
  if (found.lastUsedAt === null || now - found.lastUsedAt >= LAST_USED_GRAIN_MS) {
    await deps.db.update(apiKeys).set({ lastUsedAt: now }).where(eq(apiKeys.id, found.id));
  }
  return actorOf(found);
}

/** Whoever holds a key, with what it allows; whether it is still good is for the caller to see. */
export function actorOf({ id, scopes, storeIds }: typeof apiKeys.$inferSelect): Actor {
  return { id, scopes: new Set(scopes), storeIds: storeIds === null ? null : new Set(storeIds) };
}

/** Whether an actor may do what `scope` names. */
export function allows(actor: Actor, scope: Scope): boolean {
  return actor.scopes.has(scope) || (scope.endsWith(":read") && actor.scopes.has(scope.replace(":read", ":write")));
}

/**
 * Middleware for everything that needs a key: finds out who calls before anything else of the request
 * is read. Keys that are refused count against the address they come from; a valid key never waits.
 */
export const authenticated = createMiddleware<AppTypes>(async (c, next) => {
  c.set("actor", await callerOf(c));
  await next();
});

/** Who calls. Throws a `Problem`: 401, or 429 after too many keys from one address were refused. */
export async function callerOf(c: Context<AppTypes>): Promise<Actor> {
  // No request from outside has it: it comes with what the app is called with, and no header becomes that.
  if (c.env.actor !== undefined) return c.env.actor;
  return callerBy(c, c.req.header("Authorization"));
}

/** Who holds an API key that came otherwise than by a header. Throws a `Problem`, as {@link callerOf} does. */
export function callerOfKey(c: Context<AppTypes>, key: string): Promise<Actor> {
  return callerBy(c, `Bearer ${key}`);
}

async function callerBy(c: Context<AppTypes>, authorization: string | undefined): Promise<Actor> {
  try {
    return await authenticate(c.env.deps, authorization);
  } catch (error) {
    const refused = error instanceof Problem && error.code === "unauthorized" && authorization !== undefined;
    if (refused && !(await allowsRefusal(c.env.deps, networkOf(c.req.header("CF-Connecting-IP") ?? "unknown")))) {
      throw new Problem("rate_limited", "Too many keys were refused. Please wait a minute.", [], {
        "Retry-After": "60",
      });
    }
    throw error;
  }
}

/** Whether an address may go on trying; a limiter that fails stops nobody. */
async function allowsRefusal(deps: Deps, address: string): Promise<boolean> {
  try {
    return (await deps.env.REFUSED_KEYS?.limit({ key: address }))?.success ?? true;
  } catch (error) {
    console.error(JSON.stringify({ event: "rate_limit_failed", message: errorText(error) }));
    return true;
  }
}

/** What each guard asks for, for the reference. */
const scopesByGuard = new WeakMap<object, readonly Scope[]>();

/** Middleware of one route, after {@link authenticated}: the key must have all these scopes. Throws a `Problem` (403). */
export function requires(...scopes: readonly [Scope, ...Scope[]]) {
  const guard = createMiddleware<AppTypes>(async (c, next) => {
    mustAllow(c.var.actor, scopes);
    await next();
  });
  scopesByGuard.set(guard, scopes);
  return guard;
}

/** The scopes that a guard made by {@link requires}, or several of them, ask for; none for any other. */
export function scopesOf(guards: object | readonly object[]): Scope[] {
  return [guards].flat().flatMap((guard) => scopesByGuard.get(guard) ?? []);
}

/** Throws a `Problem` (403) if a key lacks one of these scopes: for what only some requests of a route need. */
export function mustAllow(actor: Actor, scopes: readonly Scope[]): void {
  const missing = scopes.filter((scope) => !allows(actor, scope));
  if (missing.length === 0) return;
  const named = `${missing.length === 1 ? "scope" : "scopes"} ${missing.join(" and ")}`;
  throw new Problem("forbidden", `This key needs the ${named}.`);
}

function unauthorized(detail: string): Problem {
  return new Problem("unauthorized", detail, [], { "WWW-Authenticate": 'Bearer realm="waymark"' });
}
