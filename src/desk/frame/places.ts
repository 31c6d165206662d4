import { ID_PREFIXES, type IdKind } from "../../ground/id.ts";

/** Where the desk shows what an id names; kinds without a page of their own are left out. */
const PLACES: Partial<Record<IdKind, string>> = {
  store: "stores",
  domain: "domains",
  creator: "creators",
  link: "links",
  campaign: "campaigns",
  plan: "plans",
  code: "codes",
  order: "orders",
  inbox: "inbox",
  period: "periods",
  payout: "payouts",
  detailProposal: "payout-detail-proposals",
  reconciliation: "reconciliations",
  endpoint: "webhooks",
  apiKey: "api-keys",
  definition: "definitions",
  conversion: "conversions",
  contact: "contacts",
  taggingPlan: "tagging-plans",
  phoneNumber: "numbers",
  numberPool: "pools",
  call: "calls",
  channelCost: "channel-costs",
  alarm: "alarms",
  deadLetter: "dead-letters",
  abuseReport: "abuse-reports",
};

/** A whole id, as {@link ID_PREFIXES} begins them. */
const WHOLE_ID = /^[a-z]{3}_[\da-z]{16}$/;

const KINDS = Object.entries(ID_PREFIXES) as [IdKind, string][];

/** What kind of thing an id names; `null`: it is no id of Waymark. */
export function kindOfId(id: string): IdKind | null {
  return KINDS.find(([, prefix]) => id.startsWith(prefix))?.[0] ?? null;
}

/** The desk's page of what an id names; `null`: it has none. */
export function pathOfId(id: string): string | null {
  const kind = WHOLE_ID.test(id) ? kindOfId(id) : null;
  const place = kind === null ? undefined : PLACES[kind];
  return place === undefined ? null : `/admin/${place}/${encodeURIComponent(id)}`;
}

/** A path with a query: what is `null`, `undefined` or empty is left out. */
export function withQuery(path: string, query: Readonly<Record<string, string | null | undefined>>): string {
  const kept = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return kept.length === 0 ? path : `${path}?${new URLSearchParams(kept).toString()}`;
}
