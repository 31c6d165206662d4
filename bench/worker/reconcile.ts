import { createIdSource } from "../../src/ground/id.ts";
import { receive } from "../../src/books/reconcile/receive-run.ts";
import { finishUpload } from "../../src/books/reconcile/write.ts";
import { reconcile } from "../../src/books/reconcile/run.ts";
import type { StoreRow } from "../../src/programme/store/store.ts";
import { exportRow, EVERY, PLACED_AT } from "../export.ts";
import { type Cost, counting } from "./counting.ts";

/** Rows of one bare insert: as many as are received in one pack. */
const PACK = 1_000;

/** Longer than any run: each step does all of it. */
const TIME_MS = 600_000;

const NOW = Date.UTC(2026, 10, 20);

const STORE: StoreRow = {
  id: "str_0000000000000001",
  key: "bench",
  name: "Bench",
  brandName: null,
  brandColor: null,
  logoHash: null,
  provider: "ast",
  origins: [],
  currency: "EUR",
  timezone: "Europe/Berlin",
  homeUrl: null,
  clickParam: "wm_click",
  consentPolicy: null,
  attribution: { model: "last_click", windowDays: 30, codePriority: false },
  secretHash: "",
  secretSealed: null,
  createdAt: 0,
  updatedAt: 0,
  deletedAt: null,
};

interface BenchEnv {
  DB: D1Database;
}

interface Answer extends Cost {
  /** Rows by class, once they are compared. */
  counts?: Record<string, number>;
}

type Step = (env: BenchEnv, argument: (name: string) => number, request: Request) => Promise<Answer>;

const none = (): Cost => ({ statements: 0, rows: 0 });

/** What the benchmark asks for: one step a request, so that it can time each by itself. */
const STEPS: Readonly<Record<string, Step>> = {
  /** The store, and the orders that its export names, but for one in so many. */
  create: async ({ DB }, argument) => {
    await DB.batch([
      DB.prepare(
        `INSERT INTO stores (id, key, name, provider, origins, currency, timezone, click_param, attribution, secret_hash,
           created_at, updated_at)
         VALUES (?1, 'bench', 'Bench', 'ast', '[]', 'EUR', 'Europe/Berlin', 'wm_click', ?2, '', 0, 0)`,
      ).bind(STORE.id, JSON.stringify(STORE.attribution)),
      DB.prepare("CREATE TABLE bare_rows (n, external_id, data)"),
    ]);
    for (let first = 0; first < argument("count"); first += 10_000) {
      await DB.prepare(
        // D1 binds numbers as decimals.
        `WITH RECURSIVE numbers (n) AS (SELECT CAST(?2 AS INTEGER) UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?3)
         INSERT INTO orders (id, store_id, external_id, status, trust, source_status, currency, total_minor,
           confirmed, codes, test, placed_at, policy, touches, explanation, shares, version, created_at, updated_at)
         SELECT printf('ord_%016d', n), ?1, 'bench-' || n, 'orphan', 'confirmed', 'paid', 'EUR', 4999 + n,
           json_object('currency', 'EUR', 'totalMinor', 4999 + n), '[]', 0, ?4 + n, '{}', '[]', '{}', '[]', 1, 0, 0
         FROM numbers WHERE n % ?5 <> 0`,
      )
        .bind(STORE.id, first, Math.min(first + 10_000, argument("count")), PLACED_AT, EVERY.missing)
        .run();
    }
    return none();
  },

  /** Receives an export as the API does. */
  upload: async ({ DB }, _argument, request) => {
    const cost = none();
    const deps = {
      d1: counting(DB, cost),
      now: () => NOW,
      newId: createIdSource(Date.now, (bytes) => void crypto.getRandomValues(bytes)),
    };
    const upload = {
      store: STORE,
      actor: "bootstrap",
      format: "csv",
      preset: null,
      map: {},
      dryRun: false,
      from: null,
      to: null,
      dateOrder: null,
      statuses: new Map<string, never>(),
    } as const;
    const row = await receive(deps, upload, request.body);
    await deps.d1.batch(finishUpload(deps, row));
    return cost;
  },

  /** Compares it as the work behind the answer and the cron do. */
  compare: async ({ DB }) => {
    const cost = none();
    await reconcile({ DB: counting(DB, cost) }, NOW, { timeMs: TIME_MS });
    const { results } = await DB.prepare("SELECT class, count(*) AS n FROM reconciliation_rows GROUP BY class").all<{
      class: string;
      n: number;
    }>();
    return { ...cost, counts: Object.fromEntries(results.map((row) => [row.class, row.n])) };
  },

  /** Makes room for the next round. */
  clear: async ({ DB }) => {
    await DB.batch(
      ["reconciliation_rows", "reconciliations", "bare_rows"].map((table) => DB.prepare(`DELETE FROM ${table}`)),
    );
    return none();
  },

  /** The same rows into a table without any index, without any look at what is there. */
  bare: async ({ DB }, argument) => {
    const insert = DB.prepare(
      "INSERT INTO bare_rows SELECT value ->> 'n', value ->> 'order_id', value FROM json_each(?1)",
    );
    for (let first = 0; first < argument("count"); first += PACK) {
      const rows = Array.from({ length: PACK }, (_none, index) => ({ n: first + index, ...exportRow(first + index) }));
      await insert.bind(JSON.stringify(rows)).run();
    }
    return none();
  },
};

export default {
  async fetch(request: Request, env: BenchEnv): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const step = STEPS[pathname.slice(1)];
    if (step === undefined) return new Response(null, { status: 404 });
    return Response.json(await step(env, (name) => Number(searchParams.get(name)), request));
  },
};
