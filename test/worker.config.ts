import { resolve } from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

const root = resolve(import.meta.dirname, "..");

/** Packages that are bundled once for all: each test file loads its modules anew, and theirs are hundreds. */
const BUNDLED = [
  "@hono/zod-openapi",
  "@streamparser/json",
  "any-ascii",
  "dinero.js/currencies",
  "drizzle-orm",
  "drizzle-orm/d1",
  "drizzle-orm/sqlite-core",
  "fast-check",
  "fraction.js",
  "hono",
  "hono/combine",
  "hono/factory",
  "hono/html",
  "hono/http-exception",
  "isbot",
  "papaparse",
  "standardwebhooks",
  "tldts",
  "ua-parser-js",
  "uqr",
  "zod",
];

/** The Worker in workerd, with real D1, KV, R2 and queues. Storage is isolated by test file. */
export default defineConfig({
  plugins: [
    cloudflareTest(async () => ({
      wrangler: { configPath: resolve(root, "wrangler.toml") },
      miniflare: {
        bindings: {
          TEST_MIGRATIONS: await readD1Migrations(resolve(root, "migrations")),
          ADMIN_API_KEY: "test-bootstrap-key-of-32-or-more-characters",
          CLICK_TOKEN_KEYS: `1:${Buffer.alloc(32, 7).toString("base64url")}`,
          VISITOR_KEY: "test-visitor-key-of-32-or-more-characters",
          BOOKS_RUNS: process.env["BOOKS_RUNS"] ?? "",
          BOOKS_SEED: process.env["BOOKS_SEED"] ?? "",
        },
      },
    })),
  ],
  test: {
    root: import.meta.dirname,
    include: ["**/*.worker.test.ts"],
    setupFiles: ["setup.ts"],
    // By default one core is left idle: with two that is half of the machine.
    maxWorkers: "100%",
    deps: { optimizer: { ssr: { enabled: true, include: BUNDLED } } },
    // Queues, rate limits and caches are real: on a busy machine they take their time. No test asserts any.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
