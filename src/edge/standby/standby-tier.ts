import type { FoundLink, LinkAddress, LinkTier } from "../link/tier.ts";
import { slugKey } from "../link/slug.ts";

/** A link as it waits in KV for the day that D1 fails. */
export interface StandbyLink extends Omit<FoundLink, "anyCase" | "position" | "subjects"> {
  /** Whether its domain tells upper from lower case. */
  caseSensitive: boolean;
}

/** The KV key of a link: its domain (empty: every host) and its slug's key. */
export function standbyKey(domain: string, key: string): string {
  return `link:${domain}/${key}`;
}

/**
 * The copies in KV, read only when D1 fails. They are written on every edit, and by cron for edits
 * whose write failed; without one the tier doesn't know, which is no proof that there is no link.
 */
export function standbyTier(kv: Pick<KVNamespace, "get">): LinkTier {
  return {
    name: "standby",
    async find({ hostname, slug }: LinkAddress) {
      const exact = slugKey(slug, true);
      const folded = slugKey(slug, false);
      const own = await kv.get<StandbyLink>(standbyKey(hostname, exact), "json");
      if (own !== null) return foundOf(own, !own.caseSensitive);
      if (folded !== exact) {
        const ownFolded = await kv.get<StandbyLink>(standbyKey(hostname, folded), "json");
        if (ownFolded !== null && !ownFolded.caseSensitive) return foundOf(ownFolded, true);
      }
      // On a host that tells case apart, another case may lead to a link of its own.
      const anyHosts = await kv.get<StandbyLink>(standbyKey("", folded), "json");
      return anyHosts === null ? null : foundOf(anyHosts, false);
    },
  };
}

/** Nothing is known of what happened since a copy was written: it ages by the clock. */
function foundOf({ record, usedUp, readAt }: StandbyLink, anyCase: boolean): FoundLink {
  return { record, usedUp, readAt, anyCase, position: null, subjects: [] };
}
