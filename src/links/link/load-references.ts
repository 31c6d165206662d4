import { loadBlocklist } from "../../edge/block/load.ts";
import { type Blocklist, blocksUrl } from "../../edge/block/match.ts";
import { isNull } from "drizzle-orm";
import { stores as storeTable } from "../../ground/db/schema/store.ts";
import type { Deps } from "../../ground/deps.ts";
import { Problem } from "../../ground/http/problem.ts";
import { PROVIDER_TABLE, type ProviderId } from "../../ground/model/provider.ts";
import { fillTemplate } from "../../edge/link/template.ts";

/** The parts of a link that name other things. */
export interface Referring {
  domain: string | null;
  url: string;
  fallbackUrl: string | null;
  rules: readonly { url: string }[];
  creatorId: string | null;
  campaignId: string | null;
  /** `undefined`: to be found by the plan, the domain or the destination. */
  storeId: string | null | undefined;
  planId: string | null;
  codeId: string | null;
}

/** The parts of a link that must fit each other, whichever of them was given. */
export interface Binding {
  kind: "affiliate" | "tracking";
  creatorId: string | null;
  storeId: string | null | undefined;
  planId: string | null;
  codeId: string | null;
}

/** What is known of the things that links name, read once for any number of links. */
export interface References {
  /** Short-link host names in use, each with its settings; `ownHosts` are those without a row. */
  domains: ReadonlyMap<string, { caseSensitive: boolean; storeId: string | null }>;
  ownHosts: ReadonlySet<string>;
  stores: readonly { id: string; origins: string[]; homeUrl: string | null }[];
  creatorIds: ReadonlySet<string>;
  campaignIds: ReadonlySet<string>;
  /** Plans by id; `live`: neither the plan nor its store was deleted. */
  plans: ReadonlyMap<string, { storeId: string; provider: string; live: boolean }>;
  /** Codes by id; `live`: not retired. */
  codes: ReadonlyMap<string, { planId: string; storeId: string; provider: string; creatorId: string; live: boolean }>;
  blocklist: Blocklist;
}

/**
 * Reads what these links may refer to, by one query for each kind of thing that is named at all,
 * whatever the number of links. `requestHost` is the host (with port) that the API was called on.
 */
export async function loadReferences(
  deps: Deps,
  links: readonly Partial<Referring>[],
  requestHost: string,
): Promise<References> {
  const { d1, config } = deps;
  const [stores, blocklist, domains, creators, campaigns, plans, codes] = await Promise.all([
    storeOrigins(deps),
    loadBlocklist(d1),
    d1
      .prepare("SELECT hostname, case_sensitive, store_id FROM domains WHERE deleted_at IS NULL")
      .all<{ hostname: string; case_sensitive: number; store_id: string | null }>(),
    rowsOf<{ id: string }>(
      d1,
      "SELECT id FROM creators WHERE deleted_at IS NULL AND id IN (SELECT value FROM json_each(?1))",
      links.map((link) => link.creatorId),
    ),
    rowsOf<{ id: string }>(
      d1,
      "SELECT id FROM campaigns WHERE deleted_at IS NULL AND id IN (SELECT value FROM json_each(?1))",
      links.map((link) => link.campaignId),
    ),
    rowsOf<{ id: string; storeId: string; provider: string; live: number }>(
      d1,
      `SELECT p.id, p.store_id AS storeId, s.provider, p.deleted_at IS NULL AND s.deleted_at IS NULL AS live
       FROM tracking_plans p JOIN stores s ON s.id = p.store_id WHERE p.id IN (SELECT value FROM json_each(?1))`,
      links.map((link) => link.planId),
    ),
    rowsOf<{ id: string; planId: string; storeId: string; provider: string; creatorId: string; live: number }>(
      d1,
      `SELECT c.id, c.plan_id AS planId, c.store_id AS storeId, s.provider, c.creator_id AS creatorId,
         c.state <> 'retired' AS live
       FROM codes c JOIN stores s ON s.id = c.store_id WHERE c.id IN (SELECT value FROM json_each(?1))`,
      links.map((link) => link.codeId),
    ),
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
    creatorIds: new Set(creators.map((row) => row.id)),
    campaignIds: new Set(campaigns.map((row) => row.id)),
    plans: new Map(plans.map((row) => [row.id, { ...row, live: row.live === 1 }])),
    codes: new Map(codes.map((row) => [row.id, { ...row, live: row.live === 1 }])),
  };
}

/** Every store's id and addresses, for finding the store that a destination belongs to. */
async function storeOrigins({ db }: Deps): Promise<References["stores"]> {
  return db
    .select({ id: storeTable.id, origins: storeTable.origins, homeUrl: storeTable.homeUrl })
    .from(storeTable)
    .where(isNull(storeTable.deletedAt));
}

/** Rows by their ids, the `?1` of the query; no query where there are none. */
async function rowsOf<Row>(d1: D1Database, query: string, named: readonly (string | null | undefined)[]) {
  const ids = new Set(named.filter((id) => id != null));
  if (ids.size === 0) return [];
  const { results } = await d1
    .prepare(query)
    .bind(JSON.stringify([...ids]))
    .all<Row>();
  return results;
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
  if (link.campaignId != null && !known.campaignIds.has(link.campaignId)) {
    throw Problem.invalid("campaignId", "is no campaign's");
  }
  if (link.planId != null && known.plans.get(link.planId)?.live !== true) {
    throw Problem.invalid("planId", "is no tracking plan's");
  }
  if (link.codeId != null && known.codes.get(link.codeId)?.live !== true) {
    throw Problem.invalid("codeId", "is no code's, or that of a retired one");
  }
  if (link.url !== undefined) checkDestination("url", link.url, known);
  if (link.fallbackUrl != null) checkDestination("fallbackUrl", link.fallbackUrl, known);
  for (const [index, rule] of (link.rules ?? []).entries()) checkDestination(`rules.${index}.url`, rule.url, known);
}

/** The kind of a link whose maker named none: one that earns where there is somebody or some code to credit. */
export function kindOf(link: Omit<Binding, "kind">, known: References): Binding["kind"] {
  if (link.creatorId === null && link.codeId === null) return "tracking";
  const provider = providerOf(link, known);
  return provider !== null && PROVIDER_TABLE[provider].capabilities.affiliateLink === null ? "tracking" : "affiliate";
}

/** The provider of the plan that a link belongs to, by itself or by its code. */
function providerOf({ planId, codeId }: Pick<Binding, "planId" | "codeId">, known: References): ProviderId | null {
  const named = planId !== null ? known.plans.get(planId) : codeId !== null ? known.codes.get(codeId) : undefined;
  return named === undefined ? null : (named.provider as ProviderId);
}

/**
 * Throws a `Problem` (422) where the parts of a whole link don't fit each other: a code of another plan
 * or creator, a code on a link that counts clicks alone, another store than the plan's, an affiliate link
 * where the plan's provider has none.
 */
export function checkBinding(link: Binding, known: References): void {
  const provider = providerOf(link, known);
  if (link.kind === "affiliate" && provider !== null) {
    const { name, capabilities } = PROVIDER_TABLE[provider];
    if (capabilities.affiliateLink === null) {
      throw Problem.invalid("kind", `${name} has no affiliate links; use ${PROVIDER_TABLE.ast.name} (AST) for them`);
    }
  }
  const plan = link.planId === null ? undefined : known.plans.get(link.planId);
  if (link.storeId != null && plan !== undefined && link.storeId !== plan.storeId) {
    throw Problem.invalid("storeId", "must be the store of the link's plan");
  }
  if (link.codeId === null) return;
  if (link.kind === "tracking") {
    throw Problem.invalid("codeId", "can't be on a tracking link, which counts clicks alone; use an affiliate link");
  }
  const code = known.codes.get(link.codeId);
  if (code === undefined) return;
  if (link.planId !== null && code.planId !== link.planId) throw Problem.invalid("codeId", "is of another plan");
  if (link.creatorId !== null && code.creatorId !== link.creatorId) {
    throw Problem.invalid("codeId", "is another creator's");
  }
}

/** Throws a `Problem` (422) for a destination that is blocked, or that leads back to a short link. */
function checkDestination(path: string, template: string, known: References): void {
  // A short link that leads to a short link loops sooner or later, and hides where it goes.
  if (leadsToUs(template, known)) throw Problem.invalid(path, "must not lead back to a short-link domain");
  if (blocksUrl(known.blocklist, fillTemplate(template, {}))) throw Problem.invalid(path, "leads to a blocked host");
}

/** The store of a link whose maker named none: its plan's or code's, its domain's, or the one that owns the destination. */
export function storeOf(link: Referring, known: References): string | null {
  if (link.storeId !== undefined) return link.storeId;
  const ofPlan = link.planId === null ? undefined : known.plans.get(link.planId)?.storeId;
  const ofCode = link.codeId === null ? undefined : known.codes.get(link.codeId)?.storeId;
  if (ofPlan !== undefined || ofCode !== undefined) return ofPlan ?? ofCode ?? null;
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
