import { blocksUrl } from "../../edge/block/match.ts";
import { loadBlocklist } from "../../edge/block/load.ts";
import { LINK_COLUMNS, LINK_JOINS, type LinkRow, recordOf, usedUpOf } from "../../edge/link/load.ts";
import { fillTemplate } from "../../edge/link/template.ts";
import { isOfCampaign } from "../../ground/db/belongs.ts";
import type { Deps } from "../../ground/deps.ts";
import type { LinkMaker } from "../../ground/model/link.ts";
import type { Discount, Limits } from "../../ground/model/plan.ts";
import type { PortalCampaign } from "../frame/load-campaigns.ts";
import { shownAddress } from "./address.ts";
import { codeStanding, linkStanding, type Standing } from "./state.ts";

/** A link or a code of a creator, before anything else of it is read. */
export interface Entry {
  kind: "link" | "code";
  id: string;
  /** The campaign under which it is shown; `null`: under none that the creator is in. */
  campaign: PortalCampaign | null;
  /** As people know it; `null`: it has no store. */
  store: string | null;
}

/** A link as its creator sees it. */
export interface PortalLink {
  kind: "link";
  id: string;
  domain: string;
  slug: string;
  /** Whose page it leads to. */
  host: string;
  path: string;
  /** Whether it counts clicks alone. */
  countsOnly: boolean;
  madeBy: LinkMaker;
  standing: Standing;
  /** Of the link and its plan, ms UTC. */
  startsAt: number | null;
  endsAt: number | null;
  /** IANA, of its store. */
  timezone: string;
  /** Whether its own campaign hides its numbers. */
  hidden: boolean;
}

/** A code as its creator sees it. */
export interface PortalCode {
  kind: "code";
  id: string;
  text: string;
  standing: Standing;
  /** Of its plan, ms UTC. */
  startsAt: number | null;
  endsAt: number | null;
  timezone: string;
  /** ISO 4217, of its store. */
  currency: string;
  discount: Discount | null;
  limits: Limits;
}

/** Links of one creator at most: more than anybody has. */
const MAX_LINKS = 10_000;

interface Owned {
  id: string;
  campaignId: string | null;
  planId: string | null;
  store: string | null;
}

/**
 * All codes and links of a creator but those that are gone for good, by campaign in the order of `campaigns`, those that are
 * over last, then by store: of each the code first, then the plan's links, then the others from new to old. Throws what D1
 * throws.
 */
export async function entriesOf(
  { d1 }: Pick<Deps, "d1">,
  creatorId: string,
  campaigns: readonly PortalCampaign[],
): Promise<Entry[]> {
  const owned = (table: string) =>
    `SELECT x.id, x.campaign_id AS campaignId, x.plan_id AS planId, coalesce(s.brand_name, s.name) AS store
     FROM ${table} x LEFT JOIN stores s ON s.id = x.store_id WHERE x.creator_id = ?1`;
  const [codes, links] = await d1.batch<Owned>([
    d1.prepare(`${owned("codes")} AND x.state <> 'retired' ORDER BY x.id DESC`).bind(creatorId),
    d1
      .prepare(`${owned("links")} AND x.deleted_at IS NULL ORDER BY x.made_by <> 'plan', iif(x.made_by = 'plan', x.kind, ''), x.id DESC
         LIMIT ${MAX_LINKS}`)
      .bind(creatorId),
  ]);
  const entries = [
    ...(codes?.results ?? []).map((row) => entryOf("code", row, campaigns)),
    ...(links?.results ?? []).map((row) => entryOf("link", row, campaigns)),
  ];
  const byGroup = Map.groupBy(entries, ({ campaign, store }) => campaign?.id ?? `store ${store ?? ""}`);
  const rank = new Map(campaigns.map(({ id, ended }, index) => [id, index + (ended ? campaigns.length : 0)]));
  const last = 2 * campaigns.length;
  return [...byGroup]
    .toSorted(([a], [b]) => (rank.get(a) ?? last) - (rank.get(b) ?? last) || (a < b ? -1 : 1))
    .flatMap(([, group]) => group);
}

/** Its own campaign, else the oldest of those that share its plan: as its numbers are counted on the first page. */
function entryOf(kind: Entry["kind"], row: Owned, campaigns: readonly PortalCampaign[]): Entry {
  const fitting = campaigns.filter((each) => isOfCampaign(row, each));
  const campaign = fitting.find(({ id }) => id === row.campaignId) ?? fitting.at(-1) ?? null;
  return { kind, id: row.id, campaign, store: row.store };
}

type LinkSql = LinkRow & {
  domain: string;
  kind: "affiliate" | "tracking";
  made_by: LinkMaker;
  timezone: string | null;
  hidden: number;
};

interface CodeSql {
  id: string;
  text: string;
  state: "active" | "withdrawn";
  startsAt: number | null;
  endsAt: number | null;
  discount: string | null;
  limits: string;
  uses: number;
  inShop: "pending" | "live" | "failed" | "withdrawn" | null;
  timezone: string;
  currency: string;
}

/** These codes and links of a creator as they stand at `now` (ms UTC), by their ids; none of anybody else's. Throws what D1 throws. */
export async function detailsOf(
  { d1 }: Pick<Deps, "d1">,
  creatorId: string,
  entries: readonly Pick<Entry, "id">[],
  now: number,
): Promise<Map<string, PortalLink | PortalCode>> {
  const ids = JSON.stringify(entries.map(({ id }) => id));
  const [[links, codes], blocklist] = await Promise.all([
    d1.batch([
      d1
        .prepare(
          `SELECT ${LINK_COLUMNS}, NULL AS cookie_domain, l.domain, l.kind, l.made_by, s.timezone,
             coalesce(cmp.deleted_at IS NULL AND cmp.creators_see_performance = 0, 0) AS hidden
           FROM json_each(?2) w CROSS JOIN links l ON l.id = w.value AND l.creator_id = ?1 AND l.deleted_at IS NULL
           ${LINK_JOINS}`,
        )
        .bind(creatorId, ids),
      d1
        .prepare(
          `SELECT x.id, x.text, x.state, p.starts_at AS startsAt, p.ends_at AS endsAt, p.discount, p.limits,
             iif(p.limits ->> 'totalUses' IS NULL, 0, (SELECT count(*) FROM code_uses WHERE code_id = x.id)) AS uses,
             sc.state AS inShop, s.timezone, s.currency
           FROM json_each(?2) w CROSS JOIN codes x ON x.id = w.value AND x.creator_id = ?1 AND x.state <> 'retired'
           JOIN tracking_plans p ON p.id = x.plan_id JOIN stores s ON s.id = x.store_id
           LEFT JOIN shop_connections sn ON sn.store_id = s.id AND sn.state <> 'disconnected'
           LEFT JOIN shop_codes sc ON sc.code_id = x.id AND sc.store_id = sn.store_id`,
        )
        .bind(creatorId, ids),
    ]),
    loadBlocklist(d1),
  ]);
  const linkOf = (row: LinkSql): PortalLink => {
    const record = recordOf(row);
    const url = fillTemplate(record.url, record.variables);
    const facts = { usedUp: usedUpOf(row), blocked: blocksUrl(blocklist, url) };
    return {
      kind: "link",
      id: row.id,
      domain: row.domain,
      slug: row.slug,
      ...shownAddress(url),
      countsOnly: row.kind === "tracking",
      madeBy: row.made_by,
      standing: linkStanding(record, now, facts),
      startsAt: record.startsAt,
      endsAt: record.endsAt,
      timezone: row.timezone ?? "UTC",
      hidden: row.hidden === 1,
    };
  };
  const codeOf = ({ discount, limits, ...row }: CodeSql): PortalCode => {
    const terms = { discount: discount === null ? null : (JSON.parse(discount) as Discount) };
    const code = { ...row, ...terms, limits: JSON.parse(limits) as Limits };
    return { ...code, kind: "code", standing: codeStanding(code, now) };
  };
  const found: (PortalLink | PortalCode)[] = [
    ...((links?.results ?? []) as LinkSql[]).map(linkOf),
    ...((codes?.results ?? []) as CodeSql[]).map(codeOf),
  ];
  return new Map(found.map((each) => [each.id, each]));
}

/** The address of a link of a creator; `null`: there is none of theirs with this id. */
export async function findAddress(
  { d1 }: Pick<Deps, "d1">,
  creatorId: string,
  linkId: string,
): Promise<{ domain: string; slug: string } | null> {
  return d1
    .prepare("SELECT domain, slug FROM links WHERE id = ?1 AND creator_id = ?2 AND deleted_at IS NULL")
    .bind(linkId, creatorId)
    .first<{ domain: string; slug: string }>();
}
