import type { Config } from "../config.ts";
import type { CachedLink, LinkCache } from "./cache.ts";
import { compileLink } from "./compile.ts";
import { STALE_IF_ERROR_MS } from "./cache.ts";
import type { LoadedLink } from "./load.ts";

/** What a lookup needs; given per event, so that no request uses another's I/O. */
export interface Resolver {
  cache: LinkCache;
  config: Config;
  /** Looks an address up in storage. Rejects if storage fails. */
  load: (hostname: string, slug: string) => Promise<LoadedLink | null>;
  waitUntil: (work: Promise<unknown>) => void;
  now: number;
}

/** A refresh that has not come back after this long died with its request, ms. */
const REFRESH_LOST_MS = 10_000;

/**
 * Finds the link of `hostname` and `slug`, cached under `key`. Memory answers while it is fresh; a
 * stale entry answers too and is renewed behind the response; only then storage is asked. If that
 * fails, an entry of up to a day answers, and without one the failure is thrown.
 */
export async function resolveLink(
  resolver: Resolver,
  key: string,
  hostname: string,
  slug: string,
): Promise<CachedLink> {
  const { cache, now } = resolver;
  const cached = cache.get(key);
  if (cached !== undefined) {
    const freshness = cache.freshness(cached, now);
    if (freshness === "fresh") return cached;
    if (freshness === "stale") {
      refreshBehind(resolver, cached, key, hostname, slug);
      return cached;
    }
  }
  try {
    return await lookUp(resolver, key, hostname, slug);
  } catch (error) {
    if (cached?.link != null && now - cached.loadedAt < STALE_IF_ERROR_MS) return cached;
    throw error;
  }
}

/** Renews a stale entry behind the response that used it. */
function refreshBehind(resolver: Resolver, cached: CachedLink, key: string, hostname: string, slug: string): void {
  if (resolver.now - cached.refreshingSince < REFRESH_LOST_MS) return;
  cached.refreshingSince = resolver.now;
  resolver.waitUntil(
    lookUp(resolver, key, hostname, slug).catch((error: unknown) => {
      cached.refreshingSince = 0;
      console.warn(JSON.stringify({ event: "link_refresh_failed", message: String(error) }));
    }),
  );
}

async function lookUp(resolver: Resolver, key: string, hostname: string, slug: string): Promise<CachedLink> {
  const { cache, config, now } = resolver;
  const edition = cache.edition;
  const loaded = await resolver.load(hostname, slug);
  const link = loaded === null ? null : compileLink(loaded.record, config.consentPolicy);
  return cache.set(key, link, loaded?.usedUp ?? false, now, edition);
}
