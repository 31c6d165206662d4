import { pageQueryOf, type ReportScope } from "../../src/reports/report/page-query.ts";
import { readPage } from "../../src/reports/report/load-pages.ts";
import { reportQuery } from "../../src/reports/report/schema.ts";
import { ensureZones } from "../../src/ground/time/zones-store.ts";
import { billing } from "./billing.ts";
import { COUNTRY, DAY_MS, END, envOf, moment, numbers, padded, rollUp, spread, writeClicks } from "./history.ts";

const STORE = "str_0000000000000001";
const PLAN = "pln_0000000000000001";
const CAMPAIGN = "cmp_0000000000000001";
const ZONE = "Europe/Berlin";

interface BenchEnv {
  FEW: D1Database;
  MANY: D1Database;
}

type Argument = (name: string) => number;

interface Billed {
  env: Env;
  /** Rows that D1 bills as read. */
  rows: number;
}

const billedDatabases = new WeakMap<D1Database, Billed>();

/** The environment with a database whose rows are counted: the same each time, as in an isolate, which knows things by it. */
function billedOf(db: D1Database): Billed {
  const known = billedDatabases.get(db);
  if (known !== undefined) return known;
  const billed: Billed = { env: envOf(billing(db, ({ read }) => (billed.rows += read))), rows: 0 };
  billedDatabases.set(db, billed);
  return billed;
}

/** What the benchmark asks for: one step a request. */
const STEPS: Readonly<Record<string, (db: D1Database, argument: Argument) => Promise<unknown>>> = {
  /** A store, and creators with a link each. */
  create: async (db, argument) => {
    const all = numbers(0, argument("creators"));
    await ensureZones(db, ["UTC", ZONE]);
    await db.batch([
      db.prepare(
        `INSERT INTO stores (id, key, name, provider, origins, currency, timezone, click_param, attribution, secret_hash,
           created_at, updated_at)
         VALUES ('${STORE}', 'bench', 'Bench', 'ast', '[]', 'EUR', '${ZONE}', 'wm_click', '{}', '', 0, 0)`,
      ),
      db.prepare(
        `${all} INSERT INTO creators (id, first_name, last_name, email, handles, created_at, updated_at)
         SELECT ${padded("crt", "i")}, 'Lea', 'Martin ' || i, 'lea' || i || '@creator.example', '{}', 0, 0 FROM n`,
      ),
      db.prepare(
        `${all} INSERT INTO links (id, domain, slug, slug_key, url, kind, store_id, creator_id, campaign_id, plan_id, utm,
           rules, disabled, created_at, updated_at)
         SELECT ${padded("lnk", "i")}, '', 'lea' || i, 'lea' || i, 'https://shop.example/', 'affiliate', '${STORE}',
           ${padded("crt", "i")}, '${CAMPAIGN}', '${PLAN}', '{"source":"instagram"}', '[]', 0, 0, 0 FROM n`,
      ),
    ]);
    return {};
  },

  clicks: async (db, argument) => {
    const [first, end] = [argument("first"), argument("end")];
    await writeClicks(db, { first, end, of: argument("all"), links: argument("creators") });
    return {};
  },

  /** Orders of one creator each. */
  orders: async (db, argument) => {
    const owner = spread(argument("creators"), "order");
    const share = `json_object('creatorId', ${padded("crt", owner)}, 'campaignId', '${CAMPAIGN}', 'planId', '${PLAN}',
      'linkId', ${padded("lnk", owner)}, 'amountMinor', 1000 + i % 9000)`;
    await db
      .prepare(
        `${numbers(argument("first"), argument("end"))}
       INSERT INTO orders (id, store_id, external_id, status, trust, currency, total_minor, refunded_minor, codes, country,
         test, placed_at, policy, touches, explanation, shares, method, creator_id, campaign_id, plan_id, link_id, version,
         created_at, updated_at)
       SELECT ${padded("ord", "i")}, '${STORE}', i, iif(i % 20 = 0, 'received', 'approved'),
         iif(i % 20 = 0, 'claimed', 'confirmed'), 'EUR', 1000 + i % 9000, iif(i % 10 = 0, 500, 0), '[]', ${COUNTRY}, 0,
         ${moment("orderTime")}, '{}', '[]', '{}', json_array(${share}), 'click', ${padded("crt", owner)}, '${CAMPAIGN}',
         '${PLAN}', ${padded("lnk", owner)}, 1, 0, 0 FROM n`,
      )
      .run();
    return {};
  },

  rollUp,

  /** Reads a page of the report on creators, by what a click is worth, over the last days, or all of them. */
  report: async (db, argument) => {
    const billed = billedOf(db);
    billed.rows = 0;
    const deps = { env: billed.env, now: () => END - 1 };
    const days = argument("days");
    const query = reportQuery.parse({
      from: new Date(days === 0 ? Date.UTC(2026, 0, 1) : END - days * DAY_MS).toISOString().slice(0, 10),
      to: new Date(END).toISOString().slice(0, 10),
      sort: "-epcMinor",
      limit: 50,
    });
    const scope: ReportScope = { dimension: "creators", filter: {}, always: null };
    const page = await readPage(deps, await pageQueryOf(deps, scope, query));
    const { clicks, conversions, claimedConversions: claimed } = page.total;
    return { rows: billed.rows, found: page.rows.length, clicks, conversions, claimed };
  },
};

export default {
  async fetch(request: Request, env: BenchEnv): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const step = STEPS[pathname.slice(1)];
    if (step === undefined) return new Response(null, { status: 404 });
    const db = searchParams.get("of") === "MANY" ? env.MANY : env.FEW;
    return Response.json(await step(db, (name) => Number(searchParams.get(name))));
  },
};
