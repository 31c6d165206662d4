import { env } from "cloudflare:workers";
import { SHORT_ORIGIN } from "../visit.ts";

/** The ids of one row in each table that a redirect depends on. */
const ids = {
  stores: "str_0000000000000001",
  creators: "crt_0000000000000001",
  tracking_plans: "pln_0000000000000001",
  campaigns: "cmp_0000000000000001",
  codes: "cod_0000000000000001",
  domains: "dom_0000000000000001",
  blocked_hosts: "blk_0000000000000001",
  links: "lnk_0000000000000001",
} as const;

/** The host that links without a domain are asked for at, and the domain of that name. */
const hostname = new URL(SHORT_ORIGIN).hostname;

const at = "0, 0";

/**
 * Puts one row into each table, a link that depends on all of them among them: `lea`, which answers on every host, with a
 * destination that shows what it was made of.
 */
async function insert(): Promise<void> {
  await env.DB.batch(
    [
      `INSERT INTO stores (id, key, name, provider, origins, currency, timezone, click_param, consent_policy, attribution,
         secret_hash, created_at, updated_at)
       VALUES ('${ids.stores}', 'shop', 'Shop', 'generic', '[]', 'EUR', 'UTC', 'ref', 'implied', '{"windowDays":30}', '', ${at})`,
      `INSERT INTO creators (id, first_name, last_name, handles, created_at, updated_at)
       VALUES ('${ids.creators}', 'Lea', 'Martin', '{"instagram":"lea.makes"}', ${at})`,
      `INSERT INTO tracking_plans (id, name, name_key, store_id, utm, affiliate_link, track_clicks, limits, commission,
         created_at, updated_at)
       VALUES ('${ids.tracking_plans}', 'Spring', 'spring', '${ids.stores}', '{}', 1, 1, '{}', '{}', ${at})`,
      `INSERT INTO campaigns (id, name, plan_id, generate_on, creators_see_performance, tracking, status, created_at, updated_at)
       VALUES ('${ids.campaigns}', 'Looks', '${ids.tracking_plans}', 'added', 1, 1, 'launched', ${at})`,
      `INSERT INTO codes (id, store_id, plan_id, creator_id, text, state, origin, created_at, updated_at)
       VALUES ('${ids.codes}', '${ids.stores}', '${ids.tracking_plans}', '${ids.creators}', 'LEA10', 'active', 'hand', ${at})`,
      `INSERT INTO domains (id, hostname, store_id, cookie_domain, case_sensitive, created_at, updated_at)
       VALUES ('${ids.domains}', '${hostname}', NULL, NULL, 0, ${at})`,
      `INSERT INTO blocked_hosts (id, host, scope, reason, created_at)
       VALUES ('${ids.blocked_hosts}', 'phish.example', 'host', '', 0)`,
      `INSERT INTO links (id, domain, slug, slug_key, url, kind, store_id, creator_id, campaign_id, plan_id, code_id, utm,
         rules, disabled, created_at, updated_at)
       VALUES ('${ids.links}', '', 'lea', 'lea', 'https://shop.example/{{code}}?u={{username}}&p={{plan}}&c={{campaign}}',
         'affiliate', '${ids.stores}', '${ids.creators}', '${ids.campaigns}', '${ids.tracking_plans}', '${ids.codes}',
         '{}', '[]', 0, ${at})`,
    ].map((statement) => env.DB.prepare(statement)),
  );
}

/** One row of each kind; `fromTheLast`: the tables in an order in which rows may go. */
export const one = {
  ids,
  hostname,
  insert,
  fromTheLast: Object.keys(ids).toReversed(),
};
