import { enqueueDue } from "../../src/programme/generation/due-store.ts";
import { generate } from "../../src/programme/generation/run.ts";

/** Rows of one bare insert, as many as a group of assignments makes. */
const BATCH = 250;

/** Columns of the tables that a code and a link are rows of. */
const CODE_COLUMNS = "id store_id plan_id campaign_id creator_id text state origin created_at updated_at".split(" ");
const LINK_COLUMNS = [
  ..."id domain slug slug_key url kind store_id creator_id campaign_id plan_id code_id utm rules".split(" "),
  ..."starts_at ends_at max_clicks fallback_url disabled created_at updated_at deleted_at".split(" "),
];

interface BenchEnv {
  DB: D1Database;
}

let rows: { codes: Record<string, unknown>[]; links: Record<string, unknown>[] } = { codes: [], links: [] };

type Step = (env: BenchEnv, argument: (name: string) => number) => Promise<number>;

const planOf = (round: number): string => `pln_${String(round).padStart(16, "0")}`;
const campaignOf = (round: number): string => `cmp_${String(round).padStart(16, "0")}`;

/** What the benchmark asks for: one step a request, so that it can time each by itself. */
const STEPS: Readonly<Record<string, Step>> = {
  /** Makes the store, its creators, and bare tables of the same columns with no index at all. */
  create: async ({ DB }, argument) => {
    await DB.batch([
      DB.prepare(
        `INSERT INTO stores (id, key, name, provider, origins, currency, timezone, home_url, click_param, attribution,
           secret_hash, created_at, updated_at)
         VALUES ('str_1', 'bench', 'Bench', 'shopify', '[]', 'EUR', 'UTC', 'https://shop.example/', 'wm_click', '{}',
           '', 0, 0)`,
      ),
      DB.prepare(
        `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
         INSERT INTO creators (id, first_name, last_name, email, handles, created_at, updated_at)
         SELECT printf('crt_%016d', n), 'Lea', 'Martin', 'lea@creator.example',
           json_object('instagram', 'creator' || n), 0, 0 FROM numbers`,
      ).bind(argument("creators")),
      DB.prepare(`CREATE TABLE bare_codes (${CODE_COLUMNS.join()})`),
      DB.prepare(`CREATE TABLE bare_links (${LINK_COLUMNS.join()})`),
    ]);
    return 0;
  },

  /** Makes a round's plan, with codes and both kinds of links, and its campaign. */
  prepare: async ({ DB }, argument) => {
    const round = argument("round");
    await DB.batch([
      DB.prepare(
        `INSERT INTO tracking_plans (id, name, name_key, store_id, code_pattern, utm, affiliate_link, track_clicks,
           limits, commission, created_at, updated_at)
         VALUES (?1, ?1, ?1, 'str_1', '{{username|upper}}' || ?2, '{"source":"bench"}', 1, 1, '{}', '{}', 0, 0)`,
      ).bind(planOf(round), `X${round}`),
      DB.prepare(
        `INSERT INTO campaigns (id, name, plan_id, generate_on, creators_see_performance, tracking, status, created_at,
           updated_at)
         VALUES (?1, ?1, ?2, 'approval', 0, 1, 'launched', 0, 0)`,
      ).bind(campaignOf(round), planOf(round)),
    ]);
    return 0;
  },

  /** Adds all creators to the campaign, approved, as one request of the API does. */
  add: async ({ DB }, argument) => {
    const campaignId = campaignOf(argument("round"));
    const results = await DB.batch([
      DB.prepare(
        "INSERT INTO campaign_creators (campaign_id, creator_id, status, created_at, updated_at) SELECT ?1, id, 'approved', 0, 0 FROM creators",
      ).bind(campaignId),
      ...enqueueDue({ d1: DB }, campaignId, Date.now()),
    ]);
    return writtenBy(results);
  },

  /** Makes their codes and links as the queue's consumer does. Returns the rows that D1 bills, indexes included. */
  generate: async ({ DB }, argument) => {
    const group = argument("group");
    let written = 0;
    const counted = new Proxy(DB, {
      get(database, name) {
        if (name === "batch") {
          return async (statements: D1PreparedStatement[]) => {
            const results = await database.batch(statements);
            written += writtenBy(results);
            return results;
          };
        }
        const value = Reflect.get(database, name) as unknown;
        return typeof value === "function" ? (value.bind(database) as unknown) : value;
      },
    });
    while ((await generate({ DB: counted }, Date.now(), group === 0 ? {} : { group })).left);
    return written;
  },

  /** Fetches the rows that were made. Returns how many creators are ready with all that the plan asks for. */
  read: async ({ DB }, argument) => {
    const planId = planOf(argument("round"));
    const [codes, links] = await DB.batch<Record<string, unknown>>([
      DB.prepare(`SELECT ${CODE_COLUMNS.join()} FROM codes WHERE plan_id = ?1`).bind(planId),
      DB.prepare(`SELECT ${LINK_COLUMNS.join()} FROM links WHERE plan_id = ?1`).bind(planId),
    ]);
    rows = { codes: codes?.results ?? [], links: links?.results ?? [] };
    const texts = new Set(rows.codes.map(({ text }) => String(text).toLowerCase()));
    const ready = await DB.prepare(
      `SELECT count(*) AS n FROM plan_creators WHERE plan_id = ?1 AND state = 'ready'
         AND code_id IS NOT NULL AND affiliate_link_id IS NOT NULL AND tracking_link_id IS NOT NULL`,
    )
      .bind(planId)
      .first<number>("n");
    return Math.min(ready ?? 0, texts.size, rows.links.length / 2);
  },

  /** Writes the same rows into the bare tables. */
  bare: async ({ DB }) => {
    for (const [table, columns, made] of [
      ["bare_codes", CODE_COLUMNS, rows.codes],
      ["bare_links", LINK_COLUMNS, rows.links],
    ] as const) {
      const insert = DB.prepare(
        `INSERT INTO ${table} SELECT ${columns.map((name) => `value ->> '${name}'`).join()} FROM json_each(?1)`,
      );
      for (let start = 0; start < made.length; start += BATCH) {
        await insert.bind(JSON.stringify(made.slice(start, start + BATCH))).run();
      }
    }
    return rows.codes.length + rows.links.length;
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

function writtenBy(results: readonly D1Result[]): number {
  return results.reduce((sum, { meta }) => sum + meta.rows_written, 0);
}
