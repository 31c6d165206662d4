import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE, type D1, DIRECT_SOCKET, migrate } from "./miniflare.ts";

/** The stores whose pages tell. */
export const VISIT_STORES = [1, 2, 3].map((n) => ({ id: `str_000000000000000${n}`, key: `bench-${n}` }));

const RULES = [
  { id: "buy", kind: "click", selector: ".buy", extensions: [], page: null, event: "buy", label: null },
  { id: "guide", kind: "download", selector: null, extensions: ["pdf"], page: null, event: "guide", label: null },
];

/** A workerd with the Worker, its database and its queue as `wrangler.toml` has it, and a bare Worker beside it. */
export interface VisitWorld {
  ports: { waymark: number; bare: number };
  db: D1;
  /** Rows that the Worker has written, and its batches. */
  written: () => Promise<{ rows: number; writes: number }>;
  /** The same after all that waits is added to the sums. */
  added: () => Promise<{ rows: number; writes: number }>;
  end: () => Promise<void>;
}

/** Starts it. Rejects if it can't be started. */
export async function visitWorld(): Promise<VisitWorld> {
  const [waymark, bare] = await Promise.all(["visits", "bare-events"].map((name) => bundle(`bench/worker/${name}.ts`)));
  const common = { modules: true, compatibilityDate: COMPATIBILITY_DATE };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          ...common,
          name: "waymark",
          script: waymark ?? "",
          unsafeDirectSockets: [DIRECT_SOCKET, { ...DIRECT_SOCKET, entrypoint: "Written" }],
          bindings: {
            ADMIN_API_KEY: "bench-key-of-32-or-more-characters",
            CLICK_TOKEN_KEYS: `1:${Buffer.alloc(32, 7).toString("base64url")}`,
            VISITOR_KEY: "bench-key-of-32-or-more-characters",
          },
          d1Databases: { DB: "bench" },
          kvNamespaces: { LINKS: "bench" },
          queueProducers: { VISIT_QUEUE: "waymark-visits" },
          queueConsumers: { "waymark-visits": { maxBatchSize: 100, maxBatchTimeout: 5 } },
        },
        {
          ...common,
          name: "bare",
          script: bare ?? "",
          unsafeDirectSockets: [DIRECT_SOCKET],
          d1Databases: { DB: "bare" },
        },
      ],
    }),
  );
  const db = await migrate(miniflare, "DB", "waymark");
  for (const { id, key } of VISIT_STORES) {
    await db.batch([
      db
        .prepare(
          `INSERT INTO stores (id, key, name, provider, origins, currency, timezone, click_param, attribution, secret_hash,
             created_at, updated_at)
           VALUES (?1, ?2, 'Bench', 'ast', '[]', 'EUR', 'Europe/Berlin', 'wm_click',
             '{"model":"last_click","windowDays":30,"codePriority":false}', '', 0, 0)`,
        )
        .bind(id, key),
      db
        .prepare(
          `INSERT INTO tagging_plans (id, store_id, name, status, number, pages, rules, checkout, visit_minutes,
             activated_at, version, created_at, updated_at)
           VALUES (?2, ?1, 'Plan', 'active', 1, '{"engagement":true,"scroll":true,"heatmap":true,"aliases":[]}', ?3,
             '{"steps":[{"name":"payment","page":null}],"abandonedAfterMinutes":30}', 30, 1, 1, 1, 1)`,
        )
        .bind(id, `tgp_${key}`, JSON.stringify(RULES)),
    ]);
  }
  const plain = await miniflare.getD1Database("DB", "bare");
  await plain.prepare("CREATE TABLE bare_events (id TEXT PRIMARY KEY, received_at INTEGER, body TEXT)").run();
  const portOf = async (worker: string): Promise<number> => Number((await miniflare.unsafeGetDirectURL(worker)).port);
  const counter = await miniflare.unsafeGetDirectURL("waymark", "Written");
  const ask = async (path: string): Promise<{ rows: number; writes: number }> =>
    (await fetch(new URL(path, counter))).json();
  return {
    ports: { waymark: await portOf("waymark"), bare: await portOf("bare") },
    db,
    written: () => ask("/"),
    added: () => ask("/add"),
    end: () => miniflare.dispose(),
  };
}
