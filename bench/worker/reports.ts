import { pageQueryOf, type ReportScope } from "../../src/reports/report/page-query.ts";
import { readPage } from "../../src/reports/report/load-pages.ts";
import { reportQuery } from "../../src/reports/report/schema.ts";
import { batchesOf, type BatchRow, pack } from "../../src/clicks/log/pack.ts";
import { STRIDE } from "../../src/clicks/log/sequence.ts";
import { openDatabase, statementOf } from "../../src/ground/db/client.ts";
import { clickBatches } from "../../src/ground/db/schema/click.ts";
import { closeDays } from "../../src/reports/rollup/months-run.ts";
import { rollUpOrders } from "../../src/reports/rollup/orders-run.ts";
import { rollUpClicks } from "../../src/reports/rollup/run.ts";
import { ensureZones } from "../../src/ground/time/zones-store.ts";
import { billing } from "./billing.ts";

const DAYS = 90;
const DAY_MS = 86_400_000;
/** In the middle of a month, so that months are cut at both ends of the history. */
const START = Date.UTC(2026, 7, 20);
const END = START + DAYS * DAY_MS;

const STORE = "str_0000000000000001";
const PLAN = "pln_0000000000000001";
const CAMPAIGN = "cmp_0000000000000001";
const ZONE = "Europe/Berlin";

interface BenchEnv {
  FEW: D1Database;
  MANY: D1Database;
}

type Argument = (name: string) => number;

/** SQL: numbers `i`, from one to before another. */
const numbers = (first: number, end: number): string =>
  `WITH RECURSIVE n (i) AS (SELECT ${first} UNION ALL SELECT i + 1 FROM n WHERE i < ${end - 1})`;

/** SQL: an id by its number (SQL). */
const padded = (prefix: string, number: string): string => `printf('${prefix}_%016d', ${number})`;

/** Odd factors, so that what hangs on one has nothing to do with what hangs on another. */
const FACTORS = { click: 2_654_435_761, order: 3_266_489_917, orderTime: 668_265_263 };

/** SQL: a number below a bound that hangs on `i`, and is spread evenly. */
const spread = (bound: number, by: keyof typeof FACTORS): string =>
  `(i * ${FACTORS[by]} % 4294967296 * ${bound} / 4294967296)`;

/** SQL: a moment of the history. */
const moment = (by: keyof typeof FACTORS): string => `(${START} + ${spread(DAYS * 86_400, by)} * 1000)`;

const COUNTRIES = ["DE", "FR", "US", "GB"];

const COUNTRY = `substr('${COUNTRIES.join("")}', 1 + i % 4 * 2, 2)`;

/** Batches written in one transaction. */
const BATCHES_AT_ONCE = 200;

/** What of the environment the log and its reports need. */
const envOf = (db: D1Database): Env => ({ DB: db }) as unknown as Env;

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

/** The click with a number, of so many over the whole history. */
function clickOf(i: number, of: number, creators: number) {
  const link = Math.floor((((i * FACTORS.click) % 2 ** 32) * creators) / 2 ** 32);
  return {
    id: `clk_${String(i).padStart(16, "0")}`,
    linkId: `lnk_${String(link).padStart(16, "0")}`,
    time: START + Math.floor((i * DAYS * DAY_MS) / of),
    isUnique: i % 5 > 0,
    visitorKey: null,
    reason: null,
    country: COUNTRIES[i % 4] ?? null,
    region: null,
    city: null,
    colo: null,
    device: "mobile",
    browser: null,
    os: null,
    language: null,
    referrerHost: null,
    source: "social",
    utmSource: null,
    utmMedium: null,
    utmCampaign: null,
    utmTerm: null,
    utmContent: null,
    rule: null,
    consent: "deferred",
    consentSource: "policy",
  };
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

  /** Counted clicks in the log, in the order of their times. */
  clicks: async (db, argument) => {
    const [first, end, of] = [argument("first"), argument("end"), argument("all")];
    const all = Array.from({ length: end - first }, (_none, index) => clickOf(first + index, of, argument("creators")));
    let seq = (first + 1) * STRIDE;
    const rows = batchesOf(all).map((clicks): BatchRow => {
      const row = {
        ...pack(clicks.map(({ isUnique: _unique, ...click }) => click)),
        seq,
        stride: STRIDE,
        windowMs: DAY_MS,
        ingestedAt: END,
        verdicts: clicks.map(({ isUnique }) => (isUnique ? "u" : "c")).join(""),
        entered: null,
        corrections: null,
      };
      seq += clicks.length * STRIDE;
      return row;
    });
    const writer = openDatabase(db);
    for (let start = 0; start < rows.length; start += BATCHES_AT_ONCE) {
      const statements = rows
        .slice(start, start + BATCHES_AT_ONCE)
        .map((row) => statementOf(db, writer.insert(clickBatches).values(row)));
      await db.batch(statements);
    }
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

  /** What the cron does every minute. */
  rollUp: async (db) => {
    await rollUpClicks(envOf(db), END);
    await rollUpOrders(envOf(db), END);
    const left = await db
      .prepare(
        `SELECT (SELECT count(*) FROM order_rollups_due) + (SELECT count(*) FROM click_batches
         WHERE seq > coalesce((SELECT value FROM watermarks WHERE name = 'clicks'), 0)) AS n`,
      )
      .first<number>("n");
    // As the night does.
    if (left === 0) await closeDays(envOf(db), END);
    return { left };
  },

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
