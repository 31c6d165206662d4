import { loadBlocklist } from "../block/load.ts";
import { type Blocklist, blocksUrl } from "../block/match.ts";
import { storeOrigins } from "../store/store.ts";
import type { Deps } from "../deps.ts";
import { Problem } from "../http/problem.ts";
import { fillTemplate } from "./template.ts";

/** The parts of a link that name other things. */
export interface Referring {
  domain: string | null;
  url: string;
  fallbackUrl: string | null;
  rules: readonly { url: string }[];
  creatorId: string | null;
  /** `undefined`: to be found by the domain or the destination. */
  storeId: string | null | undefined;
}

/** What is known of the things that links name, read once for any number of links. */
export interface References {
  /** Short-link host names in use, each with its settings; `ownHosts` are those without a row. */
  domains: ReadonlyMap<string, { caseSensitive: boolean; storeId: string | null }>;
  ownHosts: ReadonlySet<string>;
  stores: readonly { id: string; origins: string[]; homeUrl: string | null }[];
  creatorIds: ReadonlySet<string>;
  blocklist: Blocklist;
}

/** Reads what these links may refer to. `requestHost` is the host (with port) that the API was called on. */
export async function loadReferences(
  deps: Deps,
  links: readonly Partial<Referring>[],
  requestHost: string,
): Promise<References> {
  const { d1, config } = deps;
  const ids = JSON.stringify(links.map((link) => link.creatorId));
  const [stores, blocklist, domains, creators] = await Promise.all([
    storeOrigins(deps),
    loadBlocklist(d1),
    d1
      .prepare("SELECT hostname, case_sensitive, store_id FROM domains WHERE deleted_at IS NULL")
      .all<{ hostname: string; case_sensitive: number; store_id: string | null }>(),
    d1
      .prepare("SELECT id FROM creators WHERE deleted_at IS NULL AND id IN (SELECT value FROM json_each(?1))")
      .bind(ids)
      .all<{ id: string }>(),
  ]);
  const ownHosts = new Set([requestHost]);
  if (config.publicUrl !== null) ownHosts.add(new URL(config.publicUrl).host);
  return {
    domains: new Map(
      domains.results.map((row) => [row.hostname, { caseSensitive: row.case_sensitive === 1, storeId: row.store_id }]),
    ),
    ownHosts,
    stores,
    blocklist,
    creatorIds: new Set(creators.results.map((row) => row.id)),
  };
}

/**
 * Throws a `Problem` (422) that names the first part of a link which refers to nothing, or to ourselves.
 * A change gives the parts that it changes: what has come to be wrong since must not keep a link from
 * being switched off.
 */
export function checkReferences(link: Partial<Referring>, known: References): void {
  if (link.domain != null && !known.domains.has(link.domain)) throw Problem.invalid("domain", "is not one of /domains");
  if (link.creatorId != null && !known.creatorIds.has(link.creatorId))
    throw Problem.invalid("creatorId", "is no creator's");
  if (link.storeId != null && !known.stores.some((store) => store.id === link.storeId)) {
    throw Problem.invalid("storeId", "is no store's");
  }
  if (link.url !== undefined) checkDestination("url", link.url, known);
  if (link.fallbackUrl != null) checkDestination("fallbackUrl", link.fallbackUrl, known);
  for (const [index, rule] of (link.rules ?? []).entries()) checkDestination(`rules.${index}.url`, rule.url, known);
}

/** Throws a `Problem` (422) for a destination that is blocked, or that leads back to a short link. */
function checkDestination(path: string, template: string, known: References): void {
  // A short link that leads to a short link loops sooner or later, and hides where it goes.
  if (leadsToUs(template, known)) throw Problem.invalid(path, "must not lead back to a short-link domain");
  if (blocksUrl(known.blocklist, fillTemplate(template, {}))) throw Problem.invalid(path, "leads to a blocked host");
}

/** The store of a link whose maker named none: its domain's, or the one that owns the destination's origin. */
export function storeOf(link: Referring, known: References): string | null {
  if (link.storeId !== undefined) return link.storeId;
  const ofDomain = link.domain === null ? null : (known.domains.get(link.domain)?.storeId ?? null);
  if (ofDomain !== null) return ofDomain;
  const { origin } = new URL(fillTemplate(link.url, {}));
  const owners = known.stores.filter(
    (store) =>
      store.origins.includes(origin) || (store.homeUrl !== null && URL.parse(store.homeUrl)?.origin === origin),
  );
  const [owner] = owners;
  return owner !== undefined && owners.length === 1 ? owner.id : null;
}

function leadsToUs(template: string, known: References): boolean {
  const { hostname, host } = new URL(fillTemplate(template, {}));
  // DNS takes a name with a dot at its end for the same name.
  const [bare, bareHost] = [hostname.replace(/\.$/, ""), host.replace(/\.(?=:|$)/, "")];
  return known.ownHosts.has(bareHost) || known.domains.has(bare);
}
