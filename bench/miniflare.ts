import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import type { Miniflare } from "miniflare";
import { ROOT } from "../scripts/root.ts";

/** The runtime behaviour that `wrangler.toml` asks for. */
export const COMPATIBILITY_DATE = "2026-08-01";

/** A socket of a Worker's own, without Miniflare's proxy in front, which would be all one measures. */
export const DIRECT_SOCKET = { host: "127.0.0.1", port: 0 };

/** Of the Worker that is measured. */
export const ADMIN_KEY = "bench-key-of-32-or-more-characters";

/** The variables and secrets of the Worker that is measured. */
export const BINDINGS = {
  PUBLIC_URL: "",
  CONSENT_POLICY: "deferred",
  DUPLICATE_WINDOW_MINUTES: "60",
  ADMIN_API_KEY: ADMIN_KEY,
  CLICK_TOKEN_KEYS: `1:${Buffer.alloc(32, 7).toString("base64url")}`,
  VISITOR_KEY: ADMIN_KEY,
};

/** Bundles a Worker's module into one minified file, as a deployment does. Rejects if it doesn't compile. */
export async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    target: "esnext",
    minify: process.env.NOMIN === undefined,
    write: false,
    logLevel: "silent",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
  });
  return outputFiles[0]?.text ?? "";
}

/** Applies the repository's migrations to an empty database. Rejects with what D1 says. */
export async function migrate(miniflare: Miniflare, binding: string, worker: string): Promise<D1> {
  const db = await miniflare.getD1Database(binding, worker);
  const directory = join(ROOT, "migrations");
  const files = (await readdir(directory)).filter((name) => name.endsWith(".sql")).toSorted();
  for (const file of files) {
    const statements = (await readFile(join(directory, file), "utf8")).split("--> statement-breakpoint");
    await db.batch(statements.map((statement) => db.prepare(statement)));
  }
  return db;
}

/** A D1 database as Miniflare hands it out. */
export type D1 = Awaited<ReturnType<Miniflare["getD1Database"]>>;
