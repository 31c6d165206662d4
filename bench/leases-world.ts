import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundle, COMPATIBILITY_DATE, type D1, DIRECT_SOCKET, migrate } from "./miniflare.ts";

/** Numbers of the pool. */
export const NUMBERS = 200;

/** The store's public key, and the number on its pages. */
export const KEY = "bench-1";
export const TARGET = "+493012345678";

/** A workerd with the Worker and a store with a pool, and a bare Worker beside it. */
export interface LeaseWorld {
  ports: { waymark: number; bare: number };
  db: D1;
  end: () => Promise<void>;
}

/** Starts it. Rejects if it can't be started. */
export async function leaseWorld(): Promise<LeaseWorld> {
  const [waymark, bare] = await Promise.all([bundle("src/index.ts"), bundle("bench/worker/bare-leases.ts")]);
  const common = { modules: true, compatibilityDate: COMPATIBILITY_DATE, unsafeDirectSockets: [DIRECT_SOCKET] };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          ...common,
          name: "waymark",
          script: waymark,
          bindings: {
            ADMIN_API_KEY: "bench-key-of-32-or-more-characters",
            CLICK_TOKEN_KEYS: `1:${Buffer.alloc(32, 7).toString("base64url")}`,
            VISITOR_KEY: "bench-key-of-32-or-more-characters",
          },
          d1Databases: { DB: "bench" },
          kvNamespaces: { LINKS: "bench" },
        },
        { ...common, name: "bare", script: bare, d1Databases: { DB: "bare" } },
      ],
    }),
  );
  const db = await migrate(miniflare, "DB", "waymark");
  const [store, pool] = ["str_0000000000000001", "npl_0000000000000001"];
  await db.batch([
    db
      .prepare(
        `INSERT INTO stores (id, key, name, provider, origins, currency, timezone, click_param, attribution, secret_hash,
           created_at, updated_at)
         VALUES (?1, ?2, 'Bench', 'ast', '[]', 'EUR', 'Europe/Berlin', 'wm_click',
           '{"model":"last_click","windowDays":30,"codePriority":false}', '', 0, 0)`,
      )
      .bind(store, KEY),
    db
      .prepare(
        `INSERT INTO number_pools (id, store_id, name, target, lease_minutes, quarantine_minutes, channel, version, created_at,
           updated_at) VALUES (?2, ?1, 'Bench', ?3, 5, 30, 'website', 1, 0, 0)`,
      )
      .bind(store, pool, TARGET),
    ...Array.from({ length: NUMBERS }, (_none, index) =>
      db
        .prepare(
          `INSERT INTO phone_numbers (id, store_id, number, label, target, pool_id, version, created_at, updated_at)
           VALUES (?1, ?2, ?3, 'Bench', ?4, ?5, 1, 0, 0)`,
        )
        .bind(`num_${String(index).padStart(16, "0")}`, store, `+4930${7_000_000 + index}`, TARGET, pool),
    ),
  ]);
  const plain = await miniflare.getD1Database("DB", "bare");
  await plain.batch([
    plain.prepare("CREATE TABLE bare_leases (id INTEGER PRIMARY KEY, number INTEGER, visitor TEXT, until INTEGER)"),
    plain.prepare("CREATE INDEX bare_leases_number ON bare_leases (number, until)"),
  ]);
  const portOf = async (worker: string): Promise<number> => Number((await miniflare.unsafeGetDirectURL(worker)).port);
  return {
    ports: { waymark: await portOf("waymark"), bare: await portOf("bare") },
    db,
    end: () => miniflare.dispose(),
  };
}
