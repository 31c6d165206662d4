import { errorText } from "../../ground/error-text.ts";
import type { FoundLink, LinkAddress, LinkTier } from "./tier.ts";

/** How long the colo's cache keeps an answer, s. Its age counts against the 60 s of an edit all the same. */
const COLO_SECONDS = 30;

/** Names in the cache; the host is reserved by RFC 2606, so no real request can meet them. */
const NAMESPACE = "https://links.waymark.invalid/";

/**
 * Cloudflare's cache of this data centre (Cache API): shared by its isolates, so that a busy link
 * asks D1 once for all of them. Only links are kept there, not their absence: a link just made must
 * work within 5 s.
 */
export function coloTier(cache: Pick<Cache, "match" | "put">, isOutdated: (found: FoundLink) => boolean): LinkTier {
  return {
    name: "colo",
    async find(address, since) {
      const response = await cache.match(keyOf(address));
      if (response === undefined) return null;
      const found: FoundLink = await response.json();
      // A copy that an earlier version left has no position, and is as good as none.
      const isCurrent = found.readAt > since && typeof found.position === "number" && !isOutdated(found);
      return isCurrent ? found : null;
    },
    async keep(address, found) {
      if (found.record === null) return;
      const headers = { "Cache-Control": `public, max-age=${COLO_SECONDS}` };
      try {
        await cache.put(keyOf(address), Response.json(found, { headers }));
      } catch (error) {
        console.warn(JSON.stringify({ event: "colo_cache_failed", message: errorText(error) }));
      }
    },
  };
}

/** The slug stays as it was asked for: whether case matters is the domain's affair. */
function keyOf({ hostname, slug }: LinkAddress): string {
  return `${NAMESPACE}${encodeURIComponent(hostname)}/${encodeURIComponent(slug)}`;
}
