import { errorText } from "../../ground/error-text.ts";
import { inTime } from "../../ground/in-time.ts";
import { addressKey, type AddressKeys } from "./address.ts";
import { type CachedLink, type EntryKeys, FRESH_MS, type LinkCache, STALE_IF_ERROR_MS } from "./cache.ts";
import { type CompileContext, compileLink } from "./compile.ts";
import type { TierHits } from "../../ground/model/tier.ts";
import type { FoundLink, LinkAddress, LinkTier } from "./tier.ts";

/** Lookups under way in this isolate, so that a crowd at a cold link asks storage once. */
export type LookupsUnderWay = Map<string, { found: Promise<FoundLink>; since: number }>;

/** What a lookup needs; the tiers are given per event, so that no request uses another's I/O. */
export interface Resolver {
  cache: LinkCache;
  hits: TierHits;
  underWay: LookupsUnderWay;
  /** Asked in turn until one knows. */
  tiers: readonly LinkTier[];
  /** Asked only when one of those failed. */
  standby: LinkTier | null;
  /** Made anew for each link that enters memory, since the block list changes. Must not reject. */
  compileContext: () => Promise<CompileContext>;
  /** Resolves after so many ms. */
  wait: (ms: number) => Promise<void>;
  waitUntil: (work: Promise<unknown>) => void;
  /** ms UTC. */
  now: number;
}

/** What a shared cache may say to a request that waits for it: this old at most, ms. */
const SHARED_MS = 30_000;

/** A refresh that has not come back after this long died with its request, ms. */
const REFRESH_LOST_MS = 10_000;

/** How long a request relies on another's lookup before it asks for itself, ms. */
const RELY_MS = 1_000;

/** How long a tier may take before the next one is asked, ms: D1 itself gives up only after 30 s. */
const TIER_MS = 2_000;

/** How long a shopper waits for storage who could be answered from memory, ms. */
const PATIENCE_MS = 1_000;

/**
 * Finds the link at an address, cached under `keys`. Memory answers while it is fresh; a stale entry
 * answers too and is renewed behind the response; only then storage is asked. If that fails or takes
 * too long, an entry of up to a day answers, and without one the failure is thrown.
 */
export async function resolveLink(resolver: Resolver, keys: AddressKeys, address: LinkAddress): Promise<CachedLink> {
  const { cache, hits, now } = resolver;
  const cached = cache.find(keys);
  if (cached !== undefined) {
    const freshness = cache.freshness(cached, now);
    if (freshness === "stale") refreshBehind(resolver, cached, keys, address);
    if (freshness !== "expired") {
      hits.memory++;
      return cached;
    }
  }
  if (cached?.link == null || now - cached.readAt >= STALE_IF_ERROR_MS)
    return lookUp(resolver, keys, address, now - SHARED_MS);
  const found = await lookUpInTime(resolver, cached, keys, address);
  if (found !== null) return found;
  hits.stale++;
  return cached;
}

/** Looks up what memory has an old answer to; `null` if that fails or takes too long. */
async function lookUpInTime(
  resolver: Resolver,
  cached: CachedLink,
  keys: AddressKeys,
  address: LinkAddress,
): Promise<CachedLink | null> {
  const { cache, now } = resolver;
  // Another request waits for the same in vain, or did so just now. After an edit everyone tries for himself.
  if (cached.edition === cache.edition && now - cached.refreshingSince < REFRESH_LOST_MS) return null;
  let underWay = true;
  const lookup = lookUp(resolver, keys, address, now - SHARED_MS)
    .catch((error: unknown) => {
      console.warn(JSON.stringify({ event: "link_refresh_failed", message: errorText(error) }));
      return null;
    })
    .finally(() => {
      underWay = false;
    });
  const late = resolver.wait(PATIENCE_MS).then(() => {
    if (underWay) cached.refreshingSince = now;
    return null;
  });
  resolver.waitUntil(lookup);
  return Promise.race([lookup, late]);
}

/** Renews a stale entry behind the response that used it. */
function refreshBehind(resolver: Resolver, cached: CachedLink, keys: AddressKeys, address: LinkAddress): void {
  if (resolver.now - cached.refreshingSince < REFRESH_LOST_MS) return;
  cached.refreshingSince = resolver.now;
  resolver.waitUntil(
    lookUp(resolver, keys, address, resolver.now - FRESH_MS).catch((error: unknown) => {
      cached.refreshingSince = 0;
      console.warn(JSON.stringify({ event: "link_refresh_failed", message: errorText(error) }));
    }),
  );
}

async function lookUp(resolver: Resolver, keys: AddressKeys, address: LinkAddress, since: number): Promise<CachedLink> {
  const { cache, underWay, now } = resolver;
  const edition = cache.edition;
  const context = resolver.compileContext();
  const other = underWay.get(keys.exact);
  let found: FoundLink | null = null;
  if (other !== undefined && now - other.since < RELY_MS) {
    // The other request may be cancelled, and its lookup never end.
    found = await Promise.race([other.found, resolver.wait(RELY_MS).then(() => null)]);
  }
  found ??= await startLookup(resolver, keys.exact, address, since);
  const link = found.record === null ? null : compileLink(found.record, await context);
  const { anyCase, usedUp, readAt } = found;
  return cache.set(entryKeys(keys, link?.record.slug ?? null, anyCase), { link, usedUp, anyCase, readAt }, edition);
}

/** A link is kept as it writes itself, so that other ways of writing it, of which there are any number, take no room. */
function entryKeys({ host, exact, folded }: AddressKeys, slug: string | null, anyCase: boolean): EntryKeys {
  const own = slug === null ? null : addressKey(host, slug.normalize("NFC"));
  if (own !== null && anyCase) return { kept: own === folded ? [own] : [own, folded], passing: [] };
  return own === exact ? { kept: [own], passing: [] } : { kept: [], passing: [exact] };
}

async function startLookup(resolver: Resolver, key: string, address: LinkAddress, since: number): Promise<FoundLink> {
  const found = askTiers(resolver, address, since);
  resolver.underWay.set(key, { found, since: resolver.now });
  try {
    return await found;
  } finally {
    if (resolver.underWay.get(key)?.found === found) resolver.underWay.delete(key);
  }
}

async function askTiers(resolver: Resolver, address: LinkAddress, since: number): Promise<FoundLink> {
  const { hits, standby, tiers, waitUntil } = resolver;
  let failure: unknown = null;
  for (const [index, tier] of tiers.entries()) {
    try {
      const found = await inTime(tier.find(address, since), TIER_MS, resolver.wait);
      if (found === null) continue;
      hits[tier.name]++;
      for (const above of tiers.slice(0, index)) if (above.keep !== undefined) waitUntil(above.keep(address, found));
      return found;
    } catch (error) {
      failure = error;
    }
  }
  console.warn(JSON.stringify({ event: "link_tiers_failed", message: errorText(failure) }));
  const found = (await standby?.find(address, 0)) ?? null;
  if (found === null) throw failure ?? new Error("no tier knows the address");
  hits.standby++;
  // As good as new while the outage lasts: else every request would ask the failing tiers again.
  return { ...found, readAt: resolver.now };
}
