import { batchesOf, pack, type PackedClick } from "../../src/clicks/log/pack.ts";
import { firstSeq, STRIDE } from "../../src/clicks/log/sequence.ts";
import { copyHours } from "../../src/reports/rollup/hours-run.ts";
import { rollUpOrders } from "../../src/reports/rollup/orders-run.ts";
import { rollUpClicks } from "../../src/reports/rollup/run.ts";
import { type Billed, billing } from "./billing.ts";
import { UNTOLD } from "./untold.ts";

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

type Step = (db: D1Database, argument: (name: string) => number) => Promise<number | Billed>;

/** Links of many owners, each with a click at a time. */
const EACH = 5_000;
const OWNERS = 500;

/** Clicks of a batch. */
const BATCH = 500;

const linkId = (n: number): string => `lnk_${String(n).padStart(16, "0")}`;

/** A click numbered `n`, one in ten of a program. */
function click(n: number, link: string, time: number): PackedClick & { verdict: string } {
  return {
    ...UNTOLD,
    id: `clk_${String(n).padStart(20, "0")}`,
    linkId: link,
    time,
    reason: n % 10 === 0 ? "bench" : "first_in_window",
    verdict: n % 10 === 0 ? "b" : "u",
    visitorKey: String(n).padStart(16, "0"),
    country: n % 3 === 0 ? "FR" : "DE",
    device: n % 5 === 0 ? "desktop" : "mobile",
    source: n % 7 === 0 ? "search" : "social",
    consent: "implied",
    consentSource: "policy",
  };
}

/** Puts clicks into the log as ingest packs them, after all that are there. */
async function log(db: D1Database, clicks: (PackedClick & { verdict: string })[]): Promise<number> {
  const last = await db
    .prepare("SELECT seq + count * stride AS next FROM click_batches ORDER BY seq DESC LIMIT 1")
    .first<number>("next");
  let seq = last ?? firstSeq(FIRST_DAY, 0);
  const statements = batchesOf(clicks.toSorted((a, b) => a.time - b.time))
    .flatMap((near) =>
      Array.from({ length: Math.ceil(near.length / BATCH) }, (_none, part) =>
        near.slice(part * BATCH, (part + 1) * BATCH),
      ),
    )
    .map((group) => {
      const { count, earliest, latest, facts, clicks: entries } = pack(group);
      const verdicts = group.map(({ verdict }) => verdict).join("");
      const statement = db
        .prepare(
          `INSERT INTO click_batches (seq, count, stride, earliest, latest, window_ms, ingested_at, verdicts, facts, clicks)
           VALUES (?1, ?2, ?3, ?4, ?5, 3600000, 0, ?6, ?7, ?8)`,
        )
        .bind(seq, count, STRIDE, earliest, latest, verdicts, facts, entries);
      seq += count * STRIDE;
      return statement;
    });
  for (let first = 0; first < statements.length; first += 200) await db.batch(statements.slice(first, first + 200));
  return clicks.length;
}

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
    const [first, count, day] = [argument("first"), argument("count"), argument("day")];
    return log(
      db,
      Array.from({ length: count }, (_none, index) => {
        const n = first + index;
        const time = FIRST_DAY + (day === 0 ? n % DAYS : DAYS + day) * DAY_MS + ((n * 997_000) % DAY_MS);
        return click(n, linkId((n * 7919) % LINKS), time);
      }),
    );
  },

  /** The hours get the table that they are to have. */
  copyHours: async (db) => {
    await copyHours(db);
    return 0;
  },

  /** Adds many more links, of many owners. */
  createEach: async (db) => {
    await db
      .prepare(
        `WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${OWNERS})
         INSERT INTO creators (id, first_name, last_name, email, handles, created_at, updated_at)
         SELECT printf('crt_%016d', n), 'C', n, n || '@creator.example', '{}', 0, 0 FROM numbers`,
      )
      .run();
    await db
      .prepare(
        `WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${EACH})
         INSERT INTO links (id, domain, slug, slug_key, url, kind, store_id, creator_id, utm, rules, disabled, created_at, updated_at)
         SELECT printf('lnk_%016d', n + ${LINKS}), '', 'e' || n, 'e' || n, 'https://shop.example/', 'affiliate', ?1,
           printf('crt_%016d', n % ${OWNERS}), '{}', '[]', 0, 0, 0
         FROM numbers`,
      )
      .bind(STORE)
      .run();
    return EACH;
  },

  /** Adds a click to each of these, all in ten minutes of an hour. */
  clickEach: async (db, argument) => {
    const from = FIRST_DAY + argument("hour") * 3_600_000 + argument("minute") * 60_000;
    return log(
      db,
      Array.from({ length: EACH }, (_none, index) =>
        click(argument("first") + index, linkId(LINKS + index), from + Math.floor((index * 600_000) / EACH)),
      ),
    );
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
           -- Those that change await their clicks.
           iif(n < ?5, '[]', json_array(json_object('id', 'clk_' || n, 'kind', 'click', 'time', 0, 'linkId', printf('lnk_%016d', n % ${LINKS})))),
           '{}',
           json_array(json_object('creatorId', printf('crt_%016d', n % ${LINKS}), 'linkId', printf('lnk_%016d', n % ${LINKS}),
             'amountMinor', 10000 + n % 100)), 'click', 1, 0, 0
         FROM numbers`,
      )
      .bind(argument("first"), argument("count"), STORE, FIRST_DAY, argument("changed"))
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

  /** Answers which rows D1 bills for. */
  rollUpClicks: async (db) => {
    const { read, written } = await billed(db, (counted) => rollUpClicks({ DB: counted } as Env, Date.now()));
    return { read, written };
  },

  /** The same for orders. */
  rollUpOrders: (db) =>
    billed(db, (counted) => rollUpOrders({ DB: counted } as unknown as Env, Date.now(), { timeMs: 600_000 })),

  /** Takes all clicks away. */
  empty: async (db) => {
    const tables = ["click_batches", "click_hours", "click_days", "click_months", "watermarks"];
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
           (SELECT sum(counted) FROM click_hours) AS hours, (SELECT sum(v.value ->> 0) / 3.0
             FROM click_days d CROSS JOIN json_each(d.splits) s CROSS JOIN json_each(s.value) v) AS splits,
           (SELECT sum(clicks) FROM report_totals WHERE dim = 'creators') AS totals,
           (SELECT sum(gross_minor - refunded_minor) FROM report_totals WHERE dim = 'creators') AS netTotals,
           (SELECT sum(total_minor - coalesce(refunded_minor, 0)) FROM orders) AS net,
           (SELECT sum(gross_minor - refunded_minor) FROM order_days) AS netDays,
           (SELECT sum(gross_minor - refunded_minor) FROM order_months) AS netMonths,
           (SELECT count(*) FROM order_rollups_due) AS due`,
      )
      .first<
        Record<
          "clicks" | "days" | "hours" | "splits" | "totals" | "net" | "netDays" | "netMonths" | "netTotals" | "due",
          number
        >
      >();
    if (sums === null) throw new Error("no sums");
    const { clicks, days, hours, splits, totals, net, netDays, netMonths, netTotals, due } = sums;
    const [clickSums, orderSums] = [
      new Set([clicks, days, hours, splits, totals]),
      new Set([net, netDays, netMonths, netTotals]),
    ];
    if (clickSums.size > 1 || orderSums.size > 1 || due > 0) {
      throw new Error(`the sums are wrong: ${JSON.stringify(sums)}`);
    }
    return clicks;
  },
};

async function billed(db: D1Database, work: (counted: D1Database) => Promise<unknown>): Promise<Billed> {
  const rows: Billed = { read: 0, written: 0 };
  await work(
    billing(db, ({ read, written }) => {
      rows.read += read;
      rows.written += written;
    }),
  );
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
