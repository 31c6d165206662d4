/**
 * Makes the local data of a first start: the databases, and in them the demo's history. Run by `start.ts` as a process of
 * its own, with what it needs as JSON on its standard input; it prints the stores' secrets, as JSON too.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { build } from "esbuild";
import type { Miniflare } from "miniflare";
import { boundDatabases } from "../click-databases.ts";
import { onParentGone } from "../parent.ts";
import { ROOT } from "../root.ts";
import type { Secrets } from "./set-up.ts";

/** What is written, and where. */
export interface Writing {
  /** The directory of the data that is to be made; it isn't there yet. */
  state: string;
  /** Variables and secrets of the Worker. */
  variables: Readonly<Record<string, string>>;
  /** `null`: no history, the databases alone. */
  history: { now: number; origin: string; shopOrigin: string; adminKey: string } | null;
}

/** Applies migrations within the runtime: from outside, each of some hundred statements would be a call of its own. */
const MIGRATING_WORKER = `export default {
  async fetch(request, env) {
    for (const { binding, files } of await request.json()) {
      const d1 = env[binding];
      for (const statements of files) await d1.batch(statements.map((statement) => d1.prepare(statement)));
    }
    return new Response(null);
  },
};`;

/** Makes the data. Answers the secrets of the demo's stores, if there are any. Rejects with what went wrong. */
export async function write({ state, variables, history }: Writing): Promise<Secrets | null> {
  const [script, databases] = await Promise.all([
    history === null ? null : bundle("scripts/demo/history-worker.ts"),
    migrationsOf(await readFile(join(ROOT, "wrangler.toml"), "utf8")),
    // Loading it takes about as long as the bundle does.
    import("miniflare"),
  ]);
  const workers = { migrations: MIGRATING_WORKER, ...(script !== null && { history: script }) };
  const miniflare = await openData(state, workers, variables);
  const ask = async (worker: keyof typeof workers, body: unknown): Promise<string> => {
    const { fetch } = await miniflare.getWorker(worker);
    const response = await fetch("http://waymark.invalid/", { method: "POST", body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text;
  };
  try {
    await ask("migrations", databases);
    return history === null ? null : (JSON.parse(await ask("history", history)) as Secrets);
  } finally {
    await miniflare.dispose();
  }
}

/**
 * Runs Workers, by their names, on the data of a state where `wrangler dev` has it, with the bindings of `wrangler.toml`
 * but for queues.
 */
export async function openData(
  state: string,
  scripts: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>>,
): Promise<Miniflare> {
  const { convertV4MiniflareOptions, Miniflare } = await import("miniflare");
  const toml = await readFile(join(ROOT, "wrangler.toml"), "utf8");
  return new Miniflare(
    convertV4MiniflareOptions({
      resourcePersistencePath: join(state, "v3"),
      workers: Object.entries(scripts).map(([name, script]) => ({
        name,
        modules: true,
        script,
        compatibilityDate: valueOf(toml, "compatibility_date"),
        compatibilityFlags: ["nodejs_compat"],
        bindings: { ...variables },
        d1Databases: Object.fromEntries(databasesOf(toml).map(({ binding, id }) => [binding, id])),
        kvNamespaces: { LINKS: /\[\[kv_namespaces\]\][^[]*\bid = "([^"]*)"/.exec(toml)?.[1] ?? "" },
        r2Buckets: { ARCHIVE: valueOf(toml, "bucket_name") },
      })),
    }),
  );
}

/** The databases that `wrangler.toml` binds, with their migrations. */
function databasesOf(toml: string): { binding: string; id: string; migrations: string }[] {
  const logs = boundDatabases(toml).map(({ number, id }) => ({
    binding: `CLICKS_${number}`,
    id,
    migrations: join("migrations", "clicks"),
  }));
  return [{ binding: "DB", id: valueOf(toml, "database_id"), migrations: "migrations" }, ...logs];
}

/** The first value of a key. */
function valueOf(toml: string, key: string): string {
  return new RegExp(`^${key} = "([^"]*)"`, "m").exec(toml)?.[1] ?? "";
}

/** What brings each database up to date as `wrangler d1 migrations apply` does, which finds it done later. */
async function migrationsOf(toml: string): Promise<{ binding: string; files: string[][] }[]> {
  return Promise.all(
    databasesOf(toml).map(async ({ binding, migrations }) => {
      const directory = join(ROOT, migrations);
      const names = (await readdir(directory)).filter((name) => name.endsWith(".sql")).toSorted();
      const files = names.map(async (name) => [
        ...(await readFile(join(directory, name), "utf8")).split("--> statement-breakpoint"),
        `INSERT INTO d1_migrations (name) VALUES ('${name}')`,
      ]);
      return { binding, files: [[APPLIED], ...(await Promise.all(files))] };
    }),
  );
}

/** Wrangler's own table. */
const APPLIED = `CREATE TABLE IF NOT EXISTS d1_migrations(
		id         INTEGER PRIMARY KEY AUTOINCREMENT,
		name       TEXT UNIQUE,
		applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/** A Worker of this repository, as one module. Rejects if it doesn't compile. */
export async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    target: "esnext",
    write: false,
    logLevel: "silent",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    plugins: [
      {
        // The alias of wrangler.toml, which is of this name alone.
        name: "zod",
        setup: (bundling) =>
          bundling.onResolve({ filter: /^zod$/ }, () => ({ path: join(ROOT, "src/ground/http/zod-extended.ts") })),
      },
    ],
  });
  return outputFiles[0]?.text ?? "";
}

if (import.meta.main) {
  onParentGone(() => process.exit(1));
  const secrets = await write((await json(process.stdin)) as Writing);
  console.log(JSON.stringify(secrets));
}
