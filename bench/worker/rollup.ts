import { rollUpOrders } from "../../src/reports/rollup/orders-run.ts";
import { rollUpClicks } from "../../src/reports/rollup/run.ts";
import { billing } from "./billing.ts";

/** Links, and creators, that clicks and orders spread over. */
const LINKS = 1_000;

/** Days of the history. */
const DAYS = 100;
const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2026, 6, 1);

const STORE = "str_0000000000000001";

interface BenchEnv {
  EMPTY: D1Database;
  LONG: D1Database;
}

type Step = (db: D1Database, argument: (name: string) => number) => Promise<number>;

/** What the benchmark asks for: one step a request, so that it can time each by itself. */
const STEPS: Readonly<Record<string, Step>> = {
  create: async (db) => {
    await db.batch([
      db
        .prepare(
          `INSERT INTO stores (id, key, name, provider, origins, currency, timezone, click_param, attribution, secret_hash,
             created_at, updated_at)
           VALUES (?1, 'bench', 'Bench', 'ast', '[]', 'EUR', 'Europe/Berlin', 'wm_click', '{}', '', 0, 0)`,
        )
        .bind(STORE),
      db
        .prepare(
          `WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${LINKS})
           INSERT INTO links (id, domain, slug, slug_key, url, kind, store_id, utm, rules, disabled, created_at, updated_at)
           SELECT printf('lnk_%016d', n), '', n, n, 'https://shop.example/', 'affiliate', ?1, '{}', '[]', 0, 0, 0
           FROM numbers`,
        )
        .bind(STORE),
    ]);
    return LINKS;
  },

  /** Adds `count` clicks numbered from `first` on: to the days of the history or, by `day`, to one after it. */
  clicks: async (db, argument) => {
    const day = argument("day");
    const added = await db
      .prepare(
        `WITH RECURSIVE numbers (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?1 + ?2)
         INSERT INTO clicks (id, link_id, time, bucket, reason, visitor_key, window_start, unique_of_day, country, device,
           source, consent, consent_source, ingested_at)
         SELECT printf('clk_%020d', n), printf('lnk_%016d', n * 7919 % ${LINKS}),
           ?3 + iif(?4 = 0, n % ${DAYS}, ${DAYS} + ?4) * ${DAY_MS} + n * 997 % ${DAY_MS}, iif(n % 10 = 0, 'bot', 'counted'),
           'bench', printf('%016d', n), n, n % 10 <> 0, iif(n % 3 = 0, 'FR', 'DE'), iif(n % 5 = 0, 'desktop', 'mobile'),
           iif(n % 7 = 0, 'search', 'social'), 'implied', 'policy', 0
         FROM numbers`,
      )
      .bind(argument("first"), argument("count"), FIRST_DAY, day)
      .run();
    return added.meta.changes;
  },

  /** Adds the orders numbered from `first` to below `count`: each the same whether there are others before it. */
  orders: async (db, argument) => {
    await db
      .prepare(
        `WITH RECURSIVE numbers (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?2)
         INSERT INTO orders (id, store_id, external_id, status, trust, currency, total_minor, codes, country,
           test, placed_at, policy, touches, explanation, shares, method, version, created_at, updated_at)
         SELECT printf('ord_%016d', n), ?3, n, 'pending', 'confirmed', 'EUR', 10000 + n % 100, '[]', 'DE', 0,
           ?4 + n * ${DAYS} / ?2 * ${DAY_MS}, '{}',
           json_array(json_object('id', 'clk_' || n, 'kind', 'click', 'time', 0, 'linkId', printf('lnk_%016d', n % ${LINKS}))),
           '{}',
           json_array(json_object('creatorId', printf('crt_%016d', n % ${LINKS}), 'linkId', printf('lnk_%016d', n % ${LINKS}),
             'amountMinor', 10000 + n % 100)), 'click', 1, 0, 0
         FROM numbers`,
      )
      .bind(argument("first"), argument("count"), STORE, FIRST_DAY)
      .run();
    const added = await db
      .prepare(
        `INSERT INTO order_commissions (order_id, creator_id, store_id, placed_at, month, currency, amount_minor,
           sales_minor, uncapped_minor, note, updated_at)
         SELECT id, shares ->> '$[0].creatorId', store_id, placed_at, '', 'EUR', 1000, 0, 0, '{}', 0 FROM orders`,
      )
      .run();
    return added.meta.changes;
  },

  /** Refunds something of every order numbered from `first` on. Answers how many are due then. */
  change: async (db, argument) => {
    await db
      .prepare("UPDATE orders SET refunded_minor = ?1 WHERE id >= printf('ord_%016d', ?2)")
      .bind(argument("refund"), argument("first"))
      .run();
    return (await db.prepare("SELECT count(*) AS n FROM order_rollups_due").first<number>("n")) ?? 0;
  },

  /** Answers how many rows D1 bills for. */
  rollUpClicks: (db) => billed(db, (counted) => rollUpClicks({ DB: counted } as unknown as Env, Date.now())),

  /** The same for orders. */
  rollUpOrders: (db) =>
    billed(db, (counted) => rollUpOrders({ DB: counted } as unknown as Env, Date.now(), { timeMs: 600_000 })),

  /** Takes all clicks away. */
  empty: async (db) => {
    const tables = ["clicks", "click_hours", "click_days", "click_months", "click_splits", "watermarks"];
    await db.batch([
      ...tables.map((table) => db.prepare(`DELETE FROM ${table}`)),
      db.prepare("UPDATE report_totals SET clicks = 0, uniques = 0"),
    ]);
    return 0;
  },

  /** Rejects unless the sums have what they are of. Answers the clicks that are counted. */
  check: async (db) => {
    const sums = await db
      .prepare(
        `SELECT (SELECT count(*) FROM clicks WHERE bucket = 'counted') AS clicks, (SELECT sum(counted) FROM click_days) AS days,
           (SELECT sum(counted) FROM click_months) AS months, (SELECT sum(counted) / 3.0 FROM click_splits) AS splits,
           (SELECT sum(clicks) FROM report_totals WHERE dim = 'creators') AS totals,
           (SELECT sum(gross_minor - refunded_minor) FROM report_totals WHERE dim = 'creators') AS netTotals,
           (SELECT sum(total_minor - coalesce(refunded_minor, 0)) FROM orders) AS net,
           (SELECT sum(gross_minor - refunded_minor) FROM order_days) AS netDays,
           (SELECT sum(gross_minor - refunded_minor) FROM order_months) AS netMonths,
           (SELECT count(*) FROM order_rollups_due) AS due`,
      )
      .first<
        Record<
          "clicks" | "days" | "months" | "splits" | "totals" | "net" | "netDays" | "netMonths" | "netTotals" | "due",
          number
        >
      >();
    if (sums === null) throw new Error("no sums");
    const { clicks, days, months, splits, totals, net, netDays, netMonths, netTotals, due } = sums;
    const [clickSums, orderSums] = [
      new Set([clicks, days, months, splits, totals]),
      new Set([net, netDays, netMonths, netTotals]),
    ];
    if (clickSums.size > 1 || orderSums.size > 1 || due > 0) {
      throw new Error(`the sums are wrong: ${JSON.stringify(sums)}`);
    }
    return clicks;
  },
};

async function billed(db: D1Database, work: (counted: D1Database) => Promise<unknown>): Promise<number> {
  let rows = 0;
  await work(billing(db, ({ read, written }) => (rows += read + written)));
  return rows;
}

export default {
  async fetch(request: Request, env: BenchEnv): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const step = STEPS[pathname.slice(1)];
    if (step === undefined) return new Response(null, { status: 404 });
    const db = searchParams.get("history") === "long" ? env.LONG : env.EMPTY;
    return Response.json(await step(db, (name) => Number(searchParams.get(name))));
  },
};
