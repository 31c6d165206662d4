import { ensureZones } from "../../src/ground/time/zones-store.ts";
import { COUNTRY, DAY_MS, END, moment, numbers, padded, rollUp, spread, writeClicks } from "./history.ts";

const STORE = "str_0000000000000001";
const ZONE = "Europe/Berlin";

interface BenchEnv {
  DB: D1Database;
}

/** How much there is: the first creator has the first `ownLinks` links, in the first `campaigns` campaigns, and one of `every` orders. */
interface Size {
  campaigns: number;
  links: number;
  ownLinks: number;
  every: number;
}

/** Links of each creator but the first. */
const OTHERS_LINKS = 20;

/** SQL: whose the link with the number `link` is. */
const ownerOf = (link: string, { ownLinks }: Size): string =>
  `iif(${link} < ${ownLinks}, 0, 1 + (${link} - ${ownLinks}) / ${OTHERS_LINKS})`;

/** SQL: the campaign of the link with the number `link`. */
const campaignOf = (link: string, { campaigns }: Size): string => `(${link} % ${campaigns})`;

/** SQL: the columns that an order of the number `i` is made from, `l` its link, `c` its creator, `k` its campaign. */
const orderRows = (first: number, end: number, size: Size): string =>
  `${numbers(first, end)}, o AS (SELECT i, iif(i % ${size.every} = 0, ${spread(size.ownLinks, "order")},
     ${size.ownLinks} + ${spread(size.links - size.ownLinks, "order")}) AS link FROM n),
   r AS (SELECT i, link, ${padded("crt", ownerOf("link", size))} AS creator, ${padded("cmp", campaignOf("link", size))} AS campaign,
     ${padded("pln", campaignOf("link", size))} AS plan, ${padded("lnk", "link")} AS linkId, ${padded("ord", "i")} AS id,
     1000 + i % 9000 AS minor, i / ${size.every} % 20 AS turn, ${moment("orderTime")} AS time FROM o)`;

/** SQL: a touch as orders have it. */
const TOUCH = `json_object('id', printf('clk_%020d', i), 'kind', 'click', 'trust', 'confirmed', 'time', time - 3600000, 'creatorId', creator,
  'creatorDeletedAt', NULL, 'campaignId', campaign, 'planId', plan, 'planStartsAt', NULL, 'planEndsAt', NULL, 'linkId', linkId,
  'codeId', NULL, 'linkKind', 'affiliate', 'otherStore', json('false'), 'retiredAt', NULL, 'withdrawn', json('false'),
  'ownPurchase', json('false'), 'claims', json('[]'), 'claimedAt', NULL)`;

const POLICY = `{"model":"last_click","windowDays":30,"codePriority":false,"customerClicks":"confirmed"}`;

/** SQL: as wide as attribution writes it. */
const EXPLANATION = `json_object('decision', creator || '''s link was clicked 1 hour before the order, the only click in the window of 30 days.',
  'rule', 'last_click', 'ruleVersion', 3, 'policy', json('${POLICY}'), 'window', json_object('from', time - 2592000000, 'to', time),
  'candidates', json_array(json_object('touch', ${TOUCH}, 'eligible', json('true'), 'reasonCode', NULL,
    'reason', creator || '''s link was clicked 1 hour before the order. It decides.')),
  'wouldHaveBeen', json_object('first_click', creator, 'code_wins', creator, 'link_wins', creator, 'split', creator))`;

const SHARES = `json_array(json_object('creatorId', creator, 'campaignId', campaign, 'planId', plan, 'linkId', linkId, 'codeId', NULL,
  'weight', json('{"numerator":1,"denominator":1}'), 'amountMinor', minor))`;

const CONFIRMED = `json_object('currency', 'EUR', 'totalMinor', minor, 'subtotalMinor', minor, 'discountMinor', 0, 'shippingMinor', NULL,
  'taxMinor', NULL, 'refundedMinor', NULL, 'items', NULL)`;

const COMMISSION = `{"type":"percentage","basisPoints":1000,"tiers":[{"fromMinor":50000000,"value":1200}],"special":[],"capPerOrderMinor":null,"capPerCreatorMinor":null,"newCustomersOnly":false,"includeTax":false,"includeShipping":false,"holdDays":30,"payIn":null}`;

/** SQL: of twenty orders one is only claimed, one declined, and three wait. */
const STATUS =
  "CASE turn WHEN 0 THEN 'received' WHEN 1 THEN 'declined' WHEN 2 THEN 'pending' WHEN 3 THEN 'pending' WHEN 4 THEN 'pending' ELSE 'approved' END";

async function create(db: D1Database, size: Size): Promise<void> {
  const creators = 1 + Math.ceil((size.links - size.ownLinks) / OTHERS_LINKS);
  await ensureZones(db, ["UTC", ZONE]);
  const each = numbers(0, size.campaigns);
  const all = `${numbers(0, size.links)} , r AS (SELECT i, ${padded("crt", ownerOf("i", size))} AS creator, ${padded("cmp", campaignOf("i", size))} AS campaign,
    ${padded("pln", campaignOf("i", size))} AS plan FROM n)`;
  await db.batch(
    [
      `INSERT INTO stores (id, key, name, provider, origins, currency, timezone, click_param, attribution, secret_hash, created_at, updated_at)
       VALUES ('${STORE}', 'bench', 'Bench', 'ast', '[]', 'EUR', '${ZONE}', 'wm_click', '{}', '', 0, 0)`,
      `${numbers(0, creators)} INSERT INTO creators (id, first_name, last_name, email, handles, created_at, updated_at)
       SELECT ${padded("crt", "i")}, 'Lea', 'Martin ' || i, 'lea' || i || '@creator.example', '{}', 0, 0 FROM n`,
      `${each} INSERT INTO tracking_plans (id, name, name_key, store_id, utm, affiliate_link, track_clicks, limits, commission, created_at, updated_at)
       SELECT ${padded("pln", "i")}, 'Plan ' || i, 'plan ' || i, '${STORE}', '{}', 1, 1, '{}', '${COMMISSION}', 0, 0 FROM n`,
      `${each} INSERT INTO plan_rules (plan_id, version, rule, effective_from, actor, created_at)
       SELECT ${padded("pln", "i")}, 1, '${COMMISSION}', 0, 'bootstrap', 0 FROM n WHERE 1 ON CONFLICT DO NOTHING`,
      `${each} INSERT INTO campaigns (id, name, plan_id, generate_on, creators_see_performance, tracking, status, created_at, updated_at)
       SELECT ${padded("cmp", "i")}, 'Campaign ' || i, ${padded("pln", "i")}, 'approval', 1, 1, 'launched', 0, 0 FROM n`,
      `${all} INSERT INTO campaign_creators (campaign_id, creator_id, status, created_at, updated_at)
       SELECT DISTINCT campaign, creator, 'approved', 0, 0 FROM r`,
      `${all} INSERT INTO links (id, domain, slug, slug_key, url, kind, store_id, creator_id, campaign_id, plan_id, utm, rules, disabled, created_at, updated_at)
       SELECT ${padded("lnk", "i")}, '', 'lea' || i, 'lea' || i, 'https://shop.example/', 'affiliate', '${STORE}', creator, campaign, plan,
         '{"source":"instagram"}', '[]', 0, 0, 0 FROM r`,
      `${each} INSERT INTO codes (id, store_id, plan_id, campaign_id, creator_id, text, state, origin, created_at, updated_at)
       SELECT ${padded("cod", "i")}, '${STORE}', ${padded("pln", "i")}, ${padded("cmp", "i")}, ${padded("crt", "0")}, 'LEA' || i, 'active', 'generated', 0, 0 FROM n`,
      `${each} INSERT INTO plan_creators (plan_id, creator_id, campaign_id, state, code_id, affiliate_link_id, queued_at, updated_at)
       SELECT ${padded("pln", "i")}, ${padded("crt", "0")}, ${padded("cmp", "i")}, 'ready', ${padded("cod", "i")}, ${padded("lnk", "i")}, 0, 0 FROM n`,
      // One that hides its numbers, of which none of them is.
      `INSERT INTO campaigns (id, name, plan_id, generate_on, creators_see_performance, tracking, status, created_at, updated_at)
       VALUES ('cmp_hidden0000000000', 'Hidden', NULL, 'approval', 0, 1, 'launched', 0, 0)`,
      // Two runs for all: what they take is written once it is earned.
      `INSERT INTO payouts (id, store_id, currency, status, minimum_minor, hold_days, created_at, created_by, paid_at)
       VALUES ('pay_0000000000000001', '${STORE}', 'EUR', 'paid', 1000, 7, ${END - 60 * DAY_MS}, 'bootstrap', ${END - 59 * DAY_MS}),
         ('pay_0000000000000002', '${STORE}', 'EUR', 'paid', 1000, 7, ${END - 30 * DAY_MS}, 'bootstrap', ${END - 29 * DAY_MS})`,
    ].map((sql) => db.prepare(sql)),
  );
}

async function writeOrders(db: D1Database, first: number, end: number, size: Size): Promise<void> {
  const rows = orderRows(first, end, size);
  await db.batch(
    [
      `${rows} INSERT INTO orders (id, store_id, external_id, status, trust, source_status, currency, total_minor, subtotal_minor, refunded_minor,
         confirmed, codes, country, test, placed_at, policy, touches, explanation, shares, method, creator_id, campaign_id, plan_id, link_id,
         approved_at, due_at, version, created_at, updated_at)
       SELECT id, '${STORE}', 'A-' || i, ${STATUS}, iif(turn = 0, 'claimed', 'confirmed'), 'paid', 'EUR', minor, minor, 0, ${CONFIRMED}, '[]',
         ${COUNTRY}, 0, time, '${POLICY}', json_array(${TOUCH}), ${EXPLANATION}, ${SHARES}, 'click', creator, campaign, plan, linkId,
         iif(turn > 4, time + ${7 * DAY_MS}, NULL), iif(turn IN (2, 3, 4), time + ${120 * DAY_MS}, NULL), 1, 0, 0 FROM r`,
      `${rows} INSERT INTO order_commissions (order_id, creator_id, store_id, plan_id, campaign_id, rule_version, placed_at, month, currency,
         amount_minor, sales_minor, uncapped_minor, note, updated_at)
       SELECT id, creator, '${STORE}', plan, campaign, 1, time, strftime('%Y-%m', time / 1000, 'unixepoch'), 'EUR', minor / 10, minor, minor / 10,
         json_object('reasonCode', NULL, 'sum', json_object('orderCurrency', 'EUR', 'base', json_object('totalMinor', minor, 'baseMinor', minor),
           'general', json_object('type', 'percent', 'value', 1000, 'tierFromMinor', NULL, 'salesBeforeMinor', 0, 'of', '' || minor,
             'earns', '' || minor / 10), 'special', json('[]'), 'currency', 'EUR', 'whole', '' || minor / 10,
           'weight', json('{"numerator":1,"denominator":1}'), 'refundedMinor', 0, 'share', '' || minor / 10, 'caps', json('[]'),
           'exact', '' || minor / 10, 'rates', json('[]'))), 0 FROM r WHERE turn > 1`,
      `${rows} INSERT INTO ledger (id, key, store_id, creator_id, type, amount_minor, currency, order_id, plan_id, rule_version, reason, actor, time)
       SELECT ${padded("led", "i")}, id || ':' || creator || ':EUR:0', '${STORE}', creator, 'accrual', minor / 10, 'EUR', id, plan, 1,
         'The commission is approved.', 'rule', time + ${7 * DAY_MS} FROM r WHERE turn > 4`,
      // One of twenty is returned after that.
      `${rows} INSERT INTO ledger (id, key, store_id, creator_id, type, amount_minor, currency, order_id, plan_id, rule_version, reason, actor, time)
       SELECT ${padded("led", "100000000 + i")}, id || ':' || creator || ':EUR:1', '${STORE}', creator, 'reversal', -(minor / 10), 'EUR', id, plan, 1,
         'The order was refunded.', 'rule', time + ${9 * DAY_MS} FROM r WHERE turn = 19`,
    ].map((sql) => db.prepare(sql)),
  );
}

/** Pays everyone what the two runs took, as marking a run paid does. */
async function pay(db: D1Database): Promise<void> {
  const runs = [
    { id: "pay_0000000000000001", from: 0, to: END - 67 * DAY_MS, paidAt: END - 59 * DAY_MS },
    { id: "pay_0000000000000002", from: END - 67 * DAY_MS, to: END - 37 * DAY_MS, paidAt: END - 29 * DAY_MS },
  ];
  for (const { id, from, to, paidAt } of runs) {
    await db.batch(
      [
        `INSERT INTO payout_lines (payout_id, creator_id, amount_minor, entries, reference)
         SELECT '${id}', creator_id, sum(amount_minor), count(*), '${id}-' || creator_id FROM ledger
         WHERE time >= ${from} AND time < ${to} AND type <> 'payout' GROUP BY creator_id HAVING sum(amount_minor) > 0`,
        `INSERT INTO payout_entries (payout_id, entry_seq, creator_id, order_id, live) SELECT '${id}', l.seq, l.creator_id, l.order_id, 1
         FROM payout_lines n JOIN ledger l ON l.creator_id = n.creator_id
         WHERE n.payout_id = '${id}' AND l.time >= ${from} AND l.time < ${to} AND l.type <> 'payout'`,
        `INSERT INTO ledger (id, key, store_id, creator_id, type, amount_minor, currency, payout_id, reason, actor, time)
         SELECT 'led_${id.slice(4)}' || creator_id, '${id}:' || creator_id, '${STORE}', creator_id, 'payout', -amount_minor, 'EUR', '${id}',
           'Paid.', 'bootstrap', ${paidAt} FROM payout_lines WHERE payout_id = '${id}'`,
      ].map((sql) => db.prepare(sql)),
    );
  }
  await db.batch([
    db
      .prepare(
        "INSERT INTO periods (id, store_id, from_at, to_at, locked_at, locked_by, created_at) VALUES (?1, ?2, 0, ?3, ?3, ?4, 0)",
      )
      .bind("prd_0000000000000001", STORE, END - 15 * DAY_MS, "bootstrap"),
    // Nothing of all that is left to be worked out.
    db.prepare("DELETE FROM settlements_due"),
  ]);
}

export default {
  async fetch(request: Request, { DB: db }: BenchEnv): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const argument = (name: string) => Number(searchParams.get(name));
    const size = {
      campaigns: argument("campaigns"),
      links: argument("links"),
      ownLinks: argument("ownLinks"),
      every: argument("every"),
    };
    const [first, end] = [argument("first"), argument("end")];
    switch (pathname.slice(1)) {
      case "create":
        await create(db, size);
        break;
      case "clicks":
        await writeClicks(db, { first, end, of: argument("all"), links: size.links });
        break;
      case "orders":
        await writeOrders(db, first, end, size);
        break;
      case "pay":
        await pay(db);
        break;
      case "rollUp":
        return Response.json(await rollUp(db));
      default:
        return new Response(null, { status: 404 });
    }
    return Response.json({});
  },
};
