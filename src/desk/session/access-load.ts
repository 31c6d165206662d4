import { verifyWithJwks } from "hono/jwt";
import { errorText } from "../../ground/error-text.ts";
import type { AccessSettings } from "../../ground/http/access-settings.ts";

/** The header in which Access hands on who it let in. */
export const ACCESS_HEADER = "Cf-Access-Jwt-Assertion";

/** Access changes its keys every six weeks, and keeps the old ones for a week. */
const KEEP_KEYS_MS = 3_600_000;

/** A key that isn't known may be new: asked for once in so long, whoever sends forged ones, ms. */
const ASK_AGAIN_MS = 60_000;

/** The same after the team didn't answer, ms: whoever sends anything for a token has it asked no more often. */
const FAILED_AGAIN_MS = 10_000;

/** Longest that the team's keys may take, ms. */
const TIMEOUT_MS = 5_000;

/** Longest e-mail address (RFC 5321, section 4.5.3.1.3). */
const MAX_EMAIL = 254;

/** Somebody whom Access let in. */
export interface AccessPerson {
  /** Their e-mail address, or the name of a service token. */
  name: string;
  /** Until when Access vouches for them, ms UTC. */
  expiresAt: number;
}

type Keys = NonNullable<Parameters<typeof verifyWithJwks>[1]["keys"]>;

/** Keys of teams by their issuers, with when they were got and from when on they may be asked for anew, ms UTC. */
const known = new Map<string, { at: number; againAt: number; keys: Keys }>();

/**
 * Whom a token of Access names: signed by one of the team's own keys (RS256), for this application, and not over. `null` for
 * any other, and while the keys can't be had: then there is still the API key.
 */
export async function personOf(
  settings: AccessSettings,
  token: string | undefined,
  now: number,
  request: typeof fetch = fetch,
): Promise<AccessPerson | null> {
  if (token === undefined || token === "") return null;
  const { issuer: iss, audience: aud } = settings;
  for (const anew of [false, true]) {
    const keys = await keysOf(iss, now, anew, request);
    if (keys === null) return null;
    try {
      const claims = await verifyWithJwks(token, {
        keys,
        allowedAlgorithms: ["RS256"],
        verification: { iss, aud },
      });
      const name = [claims["email"], claims["common_name"]].find((each) => typeof each === "string" && each !== "");
      if (typeof claims.exp !== "number" || typeof name !== "string" || name.length > MAX_EMAIL) return null;
      return { name, expiresAt: claims.exp * 1000 };
    } catch {
      // It may be signed by a key that came meanwhile.
    }
  }
  return null;
}

/** The team's keys, from memory while they are young; `anew` asks again, unless that was done a moment ago. */
async function keysOf(issuer: string, now: number, anew: boolean, request: typeof fetch): Promise<Keys | null> {
  const before = known.get(issuer);
  if (before !== undefined && !anew && now - before.at < KEEP_KEYS_MS) return before.keys;
  if (before !== undefined && now < before.againAt) return anew ? null : before.keys;
  try {
    const response = await request(`${issuer}/cdn-cgi/access/certs`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      // A redirect is no answer of the team’s.
      redirect: "manual",
    });
    const { keys }: { keys: unknown } = await response.json();
    if (!response.ok || !Array.isArray(keys)) throw new Error(`HTTP ${response.status}`);
    known.set(issuer, { at: now, againAt: now + ASK_AGAIN_MS, keys: keys as Keys });
    return keys as Keys;
  } catch (error) {
    console.error(JSON.stringify({ event: "access_keys_unread", message: errorText(error) }));
    known.set(issuer, { at: -Infinity, keys: [], ...before, againAt: now + FAILED_AGAIN_MS });
    return before?.keys ?? null;
  }
}
