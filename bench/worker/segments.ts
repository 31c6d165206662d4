import { sweepSegments } from "../../src/conversions/segment/sweep-run.ts";
import type { SegmentCondition } from "../../src/ground/model/conversion.ts";
import { type Cost, counting } from "./counting.ts";

const STORE = "str_0000000000000001";
const DEFINITION = "cdf_0000000000000001";
const NOW = Date.UTC(2026, 10, 20);
const DAY_MS = 86_400_000;
const POLICY = { model: "last_click", windowDays: 30, codePriority: false } as const;

/** Of every ten contacts six are on the plan, five placed an order, and four signed up: two did all. */
const CONDITIONS: readonly SegmentCondition[] = [
  { about: "field", field: "plan", is: "equals", value: "Gold" },
  { about: "order", is: "at_least", times: 1, withinDays: 365 },
  { about: "event", name: "sign_up", is: "at_least", times: 1 },
  // So that the sweep comes each day; everybody meets it.
  { about: "click", is: "at_most", times: 5 },
];

interface BenchEnv {
  DB: D1Database;
}

type Step = (env: BenchEnv, argument: (name: string) => number) => Promise<Cost>;

const NOTHING: Cost = { statements: 0, rows: 0 };

/** What the benchmark asks for: one step a request, so that it can time each by itself. */
const STEPS: Readonly<Record<string, Step>> = {
  create: async ({ DB }) => {
    await DB.batch([
      DB.prepare(
        `INSERT INTO stores (id, key, name, provider, origins, currency, timezone, click_param, attribution, secret_hash,
           created_at, updated_at)
         VALUES (?1, 'bench', 'Bench', 'ast', '[]', 'EUR', 'Europe/Berlin', 'wm_click', ?2, '', 0, 0)`,
      ).bind(STORE, JSON.stringify(POLICY)),
    ]);
    return NOTHING;
  },

  /** Makes contacts with fields, orders and events. */
  contacts: async ({ DB }, argument) => {
    const first = argument("first");
    const rows = Array.from({ length: argument("count") }, (_none, index) => {
      const n = String(first + index).padStart(16, "0");
      return {
        n,
        tenth: index % 10,
        fields: {
          plan: index % 10 < 6 ? "gold" : "silver",
          seats: index,
          city: "Köln",
          since: "2026-01-01T00:00:00.000Z",
        },
      };
    });
    const json = JSON.stringify(rows);
    await DB.batch([
      DB.prepare(
        `INSERT INTO contacts (id, store_id, customer_hash, fields, trust, version, created_at, updated_at)
         SELECT 'con_' || (value ->> 'n'), ?2, 'hash-' || (value ->> 'n'), value -> 'fields', 'confirmed', 1, ?3, ?3 FROM json_each(?1)`,
      ).bind(json, STORE, NOW),
      DB.prepare(
        `INSERT INTO orders (id, store_id, external_id, status, trust, currency, total_minor, confirmed, codes, customer_hash, test,
           placed_at, policy, touches, explanation, shares, version, created_at, updated_at)
         SELECT 'ord_' || (value ->> 'n'), ?2, value ->> 'n', 'orphan', 'confirmed', 'EUR', 4900, '{"currency":"EUR","totalMinor":4900}',
           '[]', 'hash-' || (value ->> 'n'), 0, ?3, ?4, '[]', '{}', '[]', 1, ?3, ?3
         FROM json_each(?1) WHERE value ->> 'tenth' BETWEEN 2 AND 6`,
      ).bind(json, STORE, NOW - DAY_MS, JSON.stringify(POLICY)),
      DB.prepare(
        `INSERT INTO visitor_events (store_id, event_key, kind, name, contact_id, time)
         SELECT ?2, 'e:' || (value ->> 'n'), 'track', 'sign_up', 'con_' || (value ->> 'n'), ?3
         FROM json_each(?1) WHERE value ->> 'tenth' BETWEEN 4 AND 7`,
      ).bind(json, STORE, NOW - DAY_MS),
    ]);
    return NOTHING;
  },

  /** Activates a definition with these conditions. */
  activate: async ({ DB }) => {
    await DB.prepare(
      `INSERT INTO conversion_definitions (id, store_id, name, key, status, triggers, listens, value, currency, applies_to_past,
         effective_from, activated_at, version, created_at, updated_at)
       VALUES (?1, ?2, 'Bench', 'bench', 'active', ?3, ',segment,', '{"mode":"none"}', 'EUR', 0, 0, ?4, 1, ?4, ?4)`,
    )
      .bind(DEFINITION, STORE, JSON.stringify([{ type: "segment", all: CONDITIONS }]), NOW)
      .run();
    return NOTHING;
  },

  /** One run of the cron's job, `day` days later; the first of a day begins the sweep. */
  sweep: async (env, argument) => {
    const cost: Cost = { statements: 0, rows: 0 };
    await sweepSegments(
      { ...env, DB: counting(env.DB, cost, { singles: true }) } as Env,
      NOW + argument("day") * DAY_MS,
    );
    return cost;
  },

  /** The least that so many conversions write: their rows alone. */
  bare: async ({ DB }, argument) => {
    const cost: Cost = { statements: 0, rows: 0 };
    const counted = counting(DB, cost);
    const count = argument("count");
    await DB.prepare("CREATE TABLE bare_conversions AS SELECT * FROM conversions LIMIT 0").run();
    const { results } = await DB.prepare(
      "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'conversions' AND sql IS NOT NULL",
    ).all<{ sql: string }>();
    await DB.batch(
      results.map(({ sql }) =>
        DB.prepare(
          sql.replaceAll("`", "").replace("INDEX ", "INDEX bare_").replace("ON conversions", "ON bare_conversions"),
        ),
      ),
    );
    await DB.prepare("CREATE UNIQUE INDEX bare_id ON bare_conversions (id)").run();
    await counted.batch([
      counted.prepare("INSERT INTO bare_conversions SELECT * FROM conversions ORDER BY id LIMIT ?1").bind(count),
    ]);
    return cost;
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
