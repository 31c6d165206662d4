import type { Deps } from "../../ground/deps.ts";
import type { IdKind } from "../../ground/id.ts";
import type { NamedId } from "./named.ts";

/** SQL for those ids of the JSON array `?1` that are rows of a table which names their store, one of the JSON array `?2`. */
function of(table: string): string {
  return `SELECT id FROM ${table} WHERE id IN (SELECT value FROM json_each(?1))
    AND store_id IN (SELECT value FROM json_each(?2))`;
}

/** The same for each kind of id; `null`: nothing of the kind is of a store. */
const OWN: Readonly<Record<IdKind, string | null>> = {
  store: "SELECT value AS id FROM json_each(?1) WHERE value IN (SELECT value FROM json_each(?2))",
  link: of("links"),
  plan: of("tracking_plans"),
  code: of("codes"),
  order: of("orders"),
  inbox: of("inbox"),
  ledger: of("ledger"),
  period: of("periods"),
  payout: of("payouts"),
  reconciliation: of("reconciliations"),
  endpoint: of("webhook_endpoints"),
  report: of("attribution_reports"),
  source: of("attribution_sources"),
  definition: of("conversion_definitions"),
  conversion: of("conversions"),
  contact: of("contacts"),
  taggingPlan: of("tagging_plans"),
  phoneNumber: of("phone_numbers"),
  numberPool: of("number_pools"),
  call: of("calls"),
  callEvent: of("call_events"),
  channelCost: of("channel_costs"),
  campaign: `SELECT c.id FROM campaigns c JOIN tracking_plans p ON p.id = c.plan_id
    WHERE c.id IN (SELECT value FROM json_each(?1)) AND c.deleted_at IS NULL AND p.store_id IN (SELECT value FROM json_each(?2))`,
  // Whoever is in a campaign of theirs, whatever became of them in it.
  creator: `SELECT DISTINCT m.creator_id AS id FROM campaign_creators m JOIN campaigns c ON c.id = m.campaign_id
    JOIN tracking_plans p ON p.id = c.plan_id
    WHERE m.creator_id IN (SELECT value FROM json_each(?1)) AND c.deleted_at IS NULL AND p.store_id IN (SELECT value FROM json_each(?2))`,
  domain: null,
  portalToken: null,
  detailProposal: null,
  apiKey: null,
  audit: null,
  deadLetter: null,
  blockedHost: null,
  abuseReport: null,
  alarm: null,
  session: null,
};

/** Those of some ids that are of none of these stores, or of nothing at all: which of the two is not told. */
export async function strangersAmong(
  { d1 }: Deps,
  named: readonly NamedId[],
  storeIds: ReadonlySet<string>,
): Promise<NamedId[]> {
  const stores = JSON.stringify([...storeIds]);
  const kinds = Map.groupBy(named, ({ kind }) => kind);
  const statements = [...kinds].flatMap(([kind, found]) => {
    const sql = OWN[kind];
    return sql === null ? [] : [d1.prepare(sql).bind(JSON.stringify([...new Set(found.map(({ id }) => id))]), stores)];
  });
  const answers = statements.length === 0 ? [] : await d1.batch<{ id: string }>(statements);
  const own = new Set(answers.flatMap(({ results }) => results.map(({ id }) => id)));
  return named.filter(({ id }) => !own.has(id));
}

/** Creators to whom something of a store was ever given or credited: it shows their names with that. */
const CREDITED = `SELECT w.value AS id FROM json_each(?1) w WHERE ${["links", "codes", "orders"]
  .map(
    (table) =>
      `EXISTS (SELECT 1 FROM ${table} n WHERE n.creator_id = w.value AND n.store_id IN (SELECT value FROM json_each(?2)))`,
  )
  .join(" OR ")}`;

/** The same of ids whose names are shown: creators may be known by what a store credited them with. */
export async function namelessAmong(
  deps: Deps,
  named: readonly NamedId[],
  storeIds: ReadonlySet<string>,
): Promise<NamedId[]> {
  const strangers = await strangersAmong(deps, named, storeIds);
  const creators = strangers.filter(({ kind }) => kind === "creator").map(({ id }) => id);
  if (creators.length === 0) return strangers;
  const { results } = await deps.d1
    .prepare(CREDITED)
    .bind(JSON.stringify(creators), JSON.stringify([...storeIds]))
    .all<{ id: string }>();
  const credited = new Set(results.map(({ id }) => id));
  return strangers.filter(({ id }) => !credited.has(id));
}

/** Those of some hosts that short links of these stores can't be on, for they are other stores'. */
export async function strangeHosts(
  { d1 }: Deps,
  hosts: readonly string[],
  storeIds: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const { results } = await d1
    .prepare(
      `SELECT hostname FROM domains WHERE hostname IN (SELECT value FROM json_each(?1)) AND deleted_at IS NULL
         AND store_id NOT IN (SELECT value FROM json_each(?2))`,
    )
    .bind(JSON.stringify(hosts), JSON.stringify([...storeIds]))
    .all<{ hostname: string }>();
  return new Set(results.map(({ hostname }) => hostname));
}
