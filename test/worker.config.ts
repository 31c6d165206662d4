import { statfs } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { PLUGINS } from "miniflare";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { Ended } from "./ended.ts";

const root = resolve(import.meta.dirname, "..");

/** Packages that are bundled once for all: each test file loads its modules anew, and theirs are hundreds. */
const BUNDLED = [
  "@hono/zod-openapi",
  "@streamparser/json",
  "any-ascii",
  "drizzle-orm",
  "drizzle-orm/d1",
  "drizzle-orm/sqlite-core",
  "fast-check",
  "fraction.js",
  "hono",
  "hono/combine",
  "hono/factory",
  "hono/html",
  "hono/jwt",
  "hono/jsx",
  "hono/jsx/jsx-dev-runtime",
  "hono/jsx/jsx-runtime",
  "hono/http-exception",
  "isbot",
  "papaparse",
  "standardwebhooks",
  "tldts",
  "ua-parser-js",
  "uqr",
  "zod",
];

/** Linux's directory in memory. */
const MEMORY = "/dev/shm";

/** What the storage of all Workers may come to, bytes. */
const STORAGE_BYTES = 1e9;

// Each test begins on empty storage: on a disk it would wait for that, and for each write, longer than it works.
const memory = await statfs(MEMORY).catch(() => null);
if (memory !== null && memory.bavail * memory.bsize > STORAGE_BYTES) process.env["TMPDIR"] = MEMORY;

// A test's storage is emptied by deleting all objects that keep it. Not databases: storage.ts empties their tables.
const { d1 } = PLUGINS;
const getServices = d1.getServices.bind(d1);
d1.getServices = async (options: Parameters<typeof getServices>[0]) => {
  const services = await getServices(options);
  for (const service of Array.isArray(services) ? services : []) {
    for (const namespace of service.worker?.durableObjectNamespaces ?? []) namespace.preventEviction = true;
  }
  return services;
};

/** The files that play whole histories come first: one of them begun last would keep a core waiting. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- no array's
    const sorted = await super.sort(files);
    const long = (file: TestSpecification): number =>
      /\.property\.|\/whole\/|\/desk\/coverage\./.test(file.moduleId) ? 0 : 1;
    return sorted.toSorted((a, b) => long(a) - long(b));
  }
}

/** An order that is asked for, as by `--sequence.shuffle.files`, goes before ours. */
const ordered = process.argv.some((argument) => argument.startsWith("--sequence."));

/** The Worker in workerd, with real D1, KV, R2 and queues. Files share a Worker in turn; each test has its storage to itself. */
export default defineConfig({
  plugins: [
    cloudflareTest(async ({ inject }) => ({
      wrangler: { configPath: resolve(root, "wrangler.toml") },
      miniflare: {
        bindings: {
          TEST_MIGRATIONS: await readD1Migrations(resolve(root, "migrations")),
          TEST_CLICK_MIGRATIONS: await readD1Migrations(resolve(root, "migrations", "clicks")),
          ADMIN_API_KEY: "test-bootstrap-key-of-32-or-more-characters",
          CLICK_TOKEN_KEYS: `1:${Buffer.alloc(32, 7).toString("base64url")}`,
          VISITOR_KEY: "test-visitor-key-of-32-or-more-characters",
          BOOKS_RUNS: process.env["BOOKS_RUNS"] ?? "",
          BOOKS_SEED: process.env["BOOKS_SEED"] ?? "",
          PACK_ROWS: process.env["PACK_ROWS"] ?? "",
          PROPERTY_RUNS: process.env["PROPERTY_RUNS"] ?? "",
          ACCESS_TEAM: inject("accessTeam"),
          ACCESS_AUD: "a".repeat(64),
          PROVIDER_ORIGINS: JSON.stringify(inject("providerOrigins")),
        },
        // Not by the names that the Worker looks for: a test that wants them says so (test/clicks/databases-fixtures.ts).
        d1Databases: Object.fromEntries(
          Array.from({ length: 8 }, (_none, index) => [`SPARE_${index + 1}`, `spare-${index + 1}`]),
        ),
      },
    })),
  ],
  test: {
    root: import.meta.dirname,
    include: ["**/*.worker.test.ts"],
    globalSetup: ["shops/stands-started.ts", "visits/collector-started.ts", "desk/access-started.ts"],
    setupFiles: ["loaded.ts", "setup.ts"],
    reporters: ["default", new Ended()],
    // A Worker waits for a third of its time, for queues and for the runtime's own services.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // A Worker of its own would load some 400 modules anew for each file.
    isolate: false,
    sequence: { setupFiles: "list", ...(!ordered && { sequencer: LongestFirst }) },
    // Vitest waits at a file's end until all that was logged is acknowledged, also what a request logs behind its answer.
    disableConsoleIntercept: true,
    deps: { optimizer: { ssr: { enabled: true, include: BUNDLED } } },
    // Queues, rate limits and caches are real: on a busy machine they take their time. No test asserts any.
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
