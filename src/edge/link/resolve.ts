import { errorText } from "../../ground/error-text.ts";
import { inTime } from "../../ground/in-time.ts";
import { addressKey, type AddressKeys } from "./address.ts";
import type { News } from "../news/news.ts";
import { type CachedLink, type EntryKeys, type LinkCache, STALE_IF_ERROR_MS } from "./cache.ts";
import { type CompileContext, compileLink } from "./compile.ts";
import type { TierHits } from "../../ground/model/tier.ts";
import type { FoundLink, LinkAddress, LinkTier } from "./tier.ts";

/** Lookups under way in this isolate, so that a crowd at a cold link asks storage once. */
export type LookupsUnderWay = Map<string, { found: Promise<FoundLink>; since: number; edition: number }>;

/** What a lookup needs; the tiers are given per event, so that no request uses another's I/O. */
export interface Resolver {
  cache: LinkCache;
  hits: TierHits;
  underWay: LookupsUnderWay;
  news: News;
  /** Waits for a look at the change feed, if one is due, and once at most. Must not reject. */
  hear: () => Promise<void>;
  /** Asked in turn until one knows. */
  tiers: readonly LinkTier[];
  /** Asked only when one of those failed. */
  standby: LinkTier | null;
  /** With the block list as far as the change feed was heard. Must not reject. */
  compileContext: () => Promise<CompileContext>;
  /** Resolves once a shopper has waited long enough who could be answered from memory: for all waits of a request together. */
  patience: () => Promise<void>;
  /** Resolves after so many ms. */
  wait: (ms: number) => Promise<void>;
  waitUntil: (work: Promise<unknown>) => void;
  /** ms UTC. */
  now: number;
}

/** What a shared cache may say: this old at most, ms. */
const SHARED_MS = 30_000;

/** A link of memory whose lookup failed, or has not come back, is looked up again after this long, ms. */
const REFRESH_LOST_MS = 10_000;

/** How long a request relies on another's lookup before it asks for itself, ms. */
const RELY_MS = 1_000;

/** How long a tier may take before the next one is asked, ms: D1 itself gives up only after 30 s. */
const TIER_MS = 2_000;

/**
 * Finds the link at an address, cached under `keys`. Memory answers for what it has, while the change feed was heard not
 * long ago and names nothing of it; otherwise storage is asked. If that fails or takes too long, memory answers all the
 * same for up to a day, and where it has nothing the failure is thrown.
 */
export async function resolveLink(resolver: Resolver, keys: AddressKeys, address: LinkAddress): Promise<CachedLink> {
  const { cache, hits, news, now } = resolver;
  const cached = cache.find(keys);
  if (cached === undefined || cached.link === null) {
    if (cached === undefined || !cache.isFresh(cached, now)) return lookUp(resolver, keys, address);
    hits.memory++;
    return cached;
  }
  if (!news.isRecent(now)) await resolver.hear();
  const isFresh = cache.isFresh(cached, now);
  if (now - lastTrue(cached, news) >= STALE_IF_ERROR_MS) return lookUp(resolver, keys, address);
  if (!isFresh) {
    const found = await lookUpInTime(resolver, cached, keys, address);
    if (found !== null) return found;
  }
  hits[isFresh && news.isRecent(now) ? "memory" : "stale"]++;
  await holdAgainstBlocks(resolver, cached);
  return cached;
}

/** When an entry of memory was last known to be true, ms UTC. */
function lastTrue({ doubtedSince, position, readAt }: CachedLink, news: News): number {
  if (doubtedSince > 0) return doubtedSince;
  return position === null ? readAt : news.heardAt;
}

/** Compiles a link of memory anew where the block list is no longer the one it was held against. */
async function holdAgainstBlocks({ compileContext }: Resolver, entry: CachedLink): Promise<void> {
  const context = await compileContext();
  if (entry.link !== null && entry.link.blocklist !== context.blocklist) {
    entry.link = compileLink(entry.link.record, context);
  }
}

/** Looks up what memory has an old answer to; `null` if that fails or takes too long. */
async function lookUpInTime(
  resolver: Resolver,
  cached: CachedLink,
  keys: AddressKeys,
  address: LinkAddress,
): Promise<CachedLink | null> {
  const { now } = resolver;
  // Another request waits for the same in vain, or tried in vain just now.
  if (now - cached.refreshingSince < REFRESH_LOST_MS) return null;
  let underWay = true;
  const lookup = lookUp(resolver, keys, address, true)
    .catch((error: unknown) => {
      cached.refreshingSince = now;
      console.warn(JSON.stringify({ event: "link_refresh_failed", message: errorText(error) }));
      return null;
    })
    .finally(() => {
      underWay = false;
    });
  const late = resolver.patience().then(() => {
    if (underWay) cached.refreshingSince = now;
    return null;
  });
  resolver.waitUntil(lookup);
  return Promise.race([lookup, late]);
}

/** Looks an address up, together with others that want the same. Who has an answer in memory, if an old one, asks only once for all. */
async function lookUp(
  resolver: Resolver,
  keys: AddressKeys,
  address: LinkAddress,
  hasMemory = false,
): Promise<CachedLink> {
  const { cache, news, underWay, now } = resolver;
  const edition = cache.edition;
  // A link that is new here is held against a block list that isn't.
  const context = news.isRecent(now) ? resolver.compileContext() : resolver.hear().then(resolver.compileContext);
  const other = underWay.get(keys.exact);
  let found: FoundLink | null = null;
  if (other !== undefined && other.edition === edition && now - other.since < RELY_MS) {
    // The other request may be cancelled, and its lookup never end.
    found = await Promise.race([other.found, resolver.wait(RELY_MS).then(() => null)]);
    if (found === null && hasMemory) throw new Error("the lookup of another request takes too long");
  }
  found ??= await startLookup(resolver, keys.exact, address);
  const { record, ...rest } = found;
  const link = record === null ? null : compileLink(record, await context);
  if (link !== null && rest.position !== null) news.begin(rest.position, rest.readAt);
  // The feed may have been read further while the lookup was under way: then the next request looks again.
  const doubtedSince = isOutdated(news, found) ? now : 0;
  return cache.set(entryKeys(keys, record?.slug ?? null, rest.anyCase), { link, ...rest, doubtedSince }, edition);
}

/** Whether an answer is known to be no longer true: there are news about what it depends on. */
export function isOutdated(news: News, { record, position, subjects }: FoundLink): boolean {
  return record !== null && position !== null && news.outdates(subjects, position);
}

/** A link is kept as it writes itself, so that other ways of writing it, of which there are any number, take no room. */
function entryKeys({ host, exact, folded }: AddressKeys, slug: string | null, anyCase: boolean): EntryKeys {
  const own = slug === null ? null : addressKey(host, slug.normalize("NFC"));
  if (own !== null && anyCase) {
    const kept = own === folded ? [own] : [own, folded];
    // It wrote itself as it was asked for until now, and would be found there as it was.
    return { kept, passing: [], gone: kept.includes(exact) ? null : exact };
  }
  return own === exact ? { kept: [own], passing: [] } : { kept: [], passing: [exact] };
}

async function startLookup(resolver: Resolver, key: string, address: LinkAddress): Promise<FoundLink> {
  const found = askTiers(resolver, address);
  resolver.underWay.set(key, { found, since: resolver.now, edition: resolver.cache.edition });
  try {
    return await found;
  } finally {
    if (resolver.underWay.get(key)?.found === found) resolver.underWay.delete(key);
  }
}

async function askTiers(resolver: Resolver, address: LinkAddress): Promise<FoundLink> {
  const { hits, now, standby, tiers, waitUntil } = resolver;
  let failure: unknown = null;
  for (const [index, tier] of tiers.entries()) {
    try {
      const found = await inTime(tier.find(address, now - SHARED_MS), TIER_MS, resolver.wait);
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
  return { ...found, readAt: now };
}
