import { errorText } from "../../ground/error-text.ts";
import { blocksUrl } from "../block/match.ts";
import type { EdgeEvent, EdgeState } from "../click/edge.ts";
import { hostnameOf } from "../link/address.ts";
import type { Shops } from "./load-shops.ts";

/** Where somebody may go on to whom a link doesn't lead. */
export interface Way {
  /** What they know it by. */
  place: string;
  url: string;
}

/** Whose page somebody is on, and the way on from it. */
export interface Ways {
  /** Name of the store; `null`: it is nobody's. */
  shop: string | null;
  /** `null`: nobody said where to. */
  way: Way | null;
  /** Where the host's `/` leads; `null`: it is a page. */
  rootUrl: string | null;
}

/** What is known of a host or a link is believed for so long, ms: with a cache's {@link ROOT_SECONDS} no more than 60 s. */
const BELIEVED_MS = 30_000;

/** A caller may keep where `/` leads for so long, s. */
export const ROOT_SECONDS = 30;

/** After a failure storage is asked again after so long, ms. */
const RETRY_MS = 5_000;

/** Hosts and links remembered at most. */
const MAX_KNOWN = 1_000;

/** A host leads to itself, or to the deployment's own. A dot at the end of a host name changes nothing (RFC 1034, 3.1). */
function leadsHere(url: string | null, { address }: EdgeEvent, { config }: EdgeState): boolean {
  const host = (url === null ? null : URL.parse(url))?.host.replace(/\.(?=:|$)/, "");
  return host === address.host || (config.publicUrl !== null && host === new URL(config.publicUrl).host);
}

const NOBODY: Shops = { ofHost: null, ofLink: null, rootUrl: null };

/** By the isolate's state, as that is: plain data. `until`: ms UTC; `readAt`: when storage was asked, ms UTC. */
const memory = new WeakMap<EdgeState, Map<string, { shops: Shops; readAt: number; until: number }>>();

/**
 * Finds the way on from a page: to the store of the link, or else of the host. `linkId`: `null` where there is no link, or it
 * must not show that there is one. Never rejects: while storage fails, pages say what is remembered, or go without.
 */
export async function waysOf(state: EdgeState, event: EdgeEvent, linkId: string | null): Promise<Ways> {
  const [{ ofHost, ofLink, rootUrl }, { blocklist }] = await Promise.all([
    shopsOf(state, event, linkId),
    // Each time, whatever is remembered: a host may have been blocked since.
    event.resolver().compileContext(),
  ]);
  const shop = ofLink ?? ofHost;
  const open = (url: string | null): string | null => (url === null || blocksUrl(blocklist, url) ? null : url);
  const [home, root] = [open(shop?.homeUrl ?? null), open(rootUrl)];
  return { shop: shop?.name ?? null, way: wayTo(shop?.name ?? null, home) ?? wayTo(null, root), rootUrl: root };
}

/** A way to an address, by a name or by its host. */
function wayTo(name: string | null, url: string | null): Way | null {
  const parsed = url === null ? null : URL.parse(url);
  return parsed === null ? null : { place: name ?? parsed.host, url: parsed.href };
}

async function shopsOf(state: EdgeState, event: EdgeEvent, linkId: string | null): Promise<Shops> {
  const { now } = event;
  const known = memory.get(state) ?? new Map<string, { shops: Shops; readAt: number; until: number }>();
  memory.set(state, known);
  const hostname = hostnameOf(event.address.host);
  const key = `${hostname} ${linkId ?? ""}`;
  const kept = known.get(key);
  // What was read before this isolate's own last write may be what was written.
  if (kept !== undefined && now < kept.until && kept.readAt > state.news.doubtedAt) return kept.shops;
  const keep = (shops: Shops, ms: number): Shops => {
    if (known.size >= MAX_KNOWN && !known.has(key)) known.clear();
    known.set(key, { shops, readAt: now, until: now + ms });
    return shops;
  };
  try {
    const found = await event.shops({ hostname, linkId, ownRootUrl: state.config.rootUrl });
    return keep(leadsHere(found.rootUrl, event, state) ? { ...found, rootUrl: null } : found, BELIEVED_MS);
  } catch (error) {
    console.warn(JSON.stringify({ event: "shop_unread", message: errorText(error) }));
    return keep(kept?.shops ?? NOBODY, RETRY_MS);
  }
}
