import { openDatabase } from "../../src/ground/db/client.ts";
import { createIdSource } from "../../src/ground/id.ts";
import { settleDue } from "../../src/books/ledger/settle-run.ts";
import type { Evidence } from "../../src/ground/model/evidence.ts";
import { recordEvidence } from "../../src/sales/order/record-run.ts";
import type { Commission } from "../../src/ground/model/plan.ts";
import { type Cost, counting } from "./counting.ts";

/** Creators who share the orders. */
const CREATORS = 100;

const PLACED_AT = Date.UTC(2026, 9, 1);
const NOW = Date.UTC(2026, 10, 20);
const POLICY = { model: "last_click", windowDays: 30, codePriority: false } as const;
const STORE = { id: "str_0000000000000001", attribution: POLICY };
const PLAN = "pln_0000000000000001";

interface BenchEnv {
  DB: D1Database;
}

type Step = (env: BenchEnv, argument: (name: string) => number) => Promise<Cost>;

const padded = (prefix: string, n: number): string => prefix + String(n).padStart(16, "0");

function ruleOf(basisPoints: number, isTiered: boolean): Commission {
  return {
    type: "percentage",
    basisPoints,
    tiers: isTiered ? [{ fromMinor: 100_000, value: basisPoints + 500 }] : [],
    special: [],
    capPerOrderMinor: null,
    capPerCreatorMinor: null,
    newCustomersOnly: false,
    includeTax: false,
    includeShipping: false,
    holdDays: 0,
    payIn: null,
  };
}

/** What the benchmark asks for: one step a request, so that it can time each by itself. */
const STEPS: Readonly<Record<string, Step>> = {
  create: async ({ DB }) => {
    await DB.batch([
      DB.prepare(
        `INSERT INTO stores (id, key, name, provider, origins, currency, timezone, click_param, attribution, secret_hash,
           created_at, updated_at)
         VALUES (?1, 'bench', 'Bench', 'ast', '[]', 'EUR', 'Europe/Berlin', 'wm_click', ?2, '', 0, 0)`,
      ).bind(STORE.id, JSON.stringify(POLICY)),
      DB.prepare(
        `INSERT INTO tracking_plans (id, name, name_key, store_id, utm, affiliate_link, track_clicks, limits, commission,
           created_at, updated_at)
         VALUES (?1, 'Bench', 'bench', ?2, '{}', 1, 0, '{}', ?3, 0, 0)`,
      ).bind(PLAN, STORE.id, JSON.stringify(ruleOf(1_000, false))),
      ...Array.from({ length: CREATORS }, (_, n) => [
        DB.prepare(
          `INSERT INTO creators (id, first_name, last_name, email, handles, created_at, updated_at)
           VALUES (?1, 'Lea', 'Martin', ?2, '{}', 0, 0)`,
        ).bind(padded("crt_", n), `creator${n}@creator.example`),
        DB.prepare(
          `INSERT INTO links (id, domain, slug, slug_key, url, kind, store_id, creator_id, plan_id, utm, rules, disabled,
             created_at, updated_at)
           VALUES (?1, '', ?1, ?1, 'https://shop.example/', 'affiliate', ?2, ?3, ?4, '{}', '[]', 0, 0, 0)`,
        ).bind(padded("lnk_", n), STORE.id, padded("crt_", n), PLAN),
      ]).flat(),
      DB.prepare("CREATE TABLE bare_commissions (order_id PRIMARY KEY, creator_id, amount_minor, note)"),
      DB.prepare("CREATE TABLE bare_ledger (key PRIMARY KEY, creator_id, amount_minor, reason)"),
    ]);
    return { statements: 0, rows: 0 };
  },

  /** Records orders and leaves their commissions due. */
  record: async ({ DB }, argument) => {
    const reported = Array.from({ length: argument("count") }, (_, index) => ({
      evidence: evidenceOf(argument("first") + index),
      inboxId: null,
    }));
    const recorded = await recordEvidence(
      { ...depsOn(DB), customerHashOf: () => Promise.resolve(null) },
      STORE,
      reported,
    );
    if (recorded.ids.size !== reported.length)
      throw new Error(`${recorded.ids.size} of ${reported.length} orders were recorded`);
    return { statements: 0, rows: 0 };
  },

  /** Makes a rule for all orders there are, and has them due. */
  rule: async ({ DB }, argument) => {
    const version = argument("version");
    await DB.batch([
      DB.prepare(
        `INSERT INTO plan_rules (plan_id, version, rule, effective_from, actor, created_at) VALUES (?1, ?2, ?3, 0, 'rule', 0)`,
      ).bind(PLAN, version, JSON.stringify(ruleOf(1_000 + version, argument("tiered") === 1))),
      DB.prepare(
        `INSERT INTO settlements_due (order_id, mark, attempts, next_at) SELECT id, 1, 0, 0 FROM orders WHERE TRUE
         ON CONFLICT (order_id) DO UPDATE SET mark = mark + 1, next_at = 0`,
      ),
    ]);
    return { statements: 0, rows: 0 };
  },

  /** Settles all that is due. */
  settle: async ({ DB }) => {
    const cost: Cost = { statements: 0, rows: 0 };
    await settleDue(depsOn(counting(DB, cost)), { timeMs: 600_000 });
    const left = await DB.prepare("SELECT count(*) AS n FROM settlements_due").first<number>("n");
    if (left !== 0) throw new Error(`${left} orders are still due`);
    return cost;
  },

  /** The least that a recompute writes: a commission and an entry an order, without working anything out. */
  bare: async ({ DB }, argument) => {
    const count = argument("count");
    for (let start = 0; start < count; start += 100) {
      const rows = JSON.stringify(
        Array.from({ length: 100 }, (_, index) => ({ id: padded("ord_", start + index), amount: start + index })),
      );
      await DB.batch([
        DB.prepare(
          `INSERT OR REPLACE INTO bare_commissions
           SELECT value ->> 'id', 'crt', value ->> 'amount', '{}' FROM json_each(?1)`,
        ).bind(rows),
        DB.prepare(
          `INSERT INTO bare_ledger SELECT value ->> 'id' || ?2, 'crt', value ->> 'amount', 'because' FROM json_each(?1)`,
        ).bind(rows, `:${argument("version")}`),
      ]);
    }
    return { statements: 0, rows: 0 };
  },

  /** Rejects unless the ledger has what the commissions come to. */
  check: async ({ DB }, argument) => {
    const sums = await DB.prepare(
      `SELECT (SELECT sum(amount_minor) FROM ledger) AS booked, (SELECT sum(amount_minor) FROM order_commissions) AS owed,
         (SELECT count(*) FROM ledger) AS entries, (SELECT count(*) FROM order_commissions) AS orders`,
    ).first<{ booked: number; owed: number; entries: number; orders: number }>();
    if (sums === null || sums.booked !== sums.owed || sums.orders !== argument("count")) {
      throw new Error(`the books don't add up: ${JSON.stringify(sums)}`);
    }
    return { statements: 0, rows: sums.entries };
  },
};

export default {
  async fetch(request: Request, env: BenchEnv): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const step = STEPS[pathname.slice(1)];
    if (step === undefined) return new Response(null, { status: 404 });
    return Response.json(await step(env, (name) => Number(searchParams.get(name))));
  },
};

function depsOn(d1: D1Database) {
  const newId = createIdSource(Date.now, (bytes) => void crypto.getRandomValues(bytes));
  return { d1, db: openDatabase(d1), now: () => NOW, newId };
}

/** An order that one of the creators is credited with. */
function evidenceOf(n: number): Evidence {
  const placedAt = PLACED_AT + n * 1_000;
  const creator = n % CREATORS;
  return {
    hash: String(n).padStart(64, "0"),
    source: "order",
    trust: "confirmed",
    sourceTime: placedAt,
    receivedAt: placedAt,
    externalId: `bench-${n}`,
    data: {
      currency: "EUR",
      totalMinor: 4_999 + n,
      taxMinor: 500,
      placedAt,
      clicks: [{ clickId: `clk_${n}`, linkId: padded("lnk_", creator), time: placedAt - 60_000 }],
    },
  };
}
