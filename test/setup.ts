import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect } from "vitest";

/** What the migrations come to, as SQL; `null` before a file's first test. */
let schema: string | null = null;

// `reset` drops the tables too. A file's first test starts on a database just migrated, the others on the
// same tables, which takes a third of the time.
beforeEach(async () => {
  await reset();
  if (schema !== null) {
    await env.DB.prepare(schema).run();
    return;
  }
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
  schema = await schemaOf(env.DB);
  for (const table of SENT) sizes.set(table, await sizeOf(env.DB, table));
});

/** D1 refuses a row of more than that, bytes; locally it takes any. */
const MAX_ROW = 2_000_000;

/** Tables whose rows hold what others send. */
const SENT = ["inbox", "orders", "order_evidence", "customer_touches", "reconciliation_rows", "dead_letters"];

/** SQL by table: the bytes of its largest row. */
const sizes = new Map<string, string>();

// What no test may leave behind: a row that only a local database takes.
afterEach(async () => {
  if (schema === null) return;
  for (const [table, sql] of sizes) {
    const largest = await env.DB.prepare(sql)
      .first<number>("bytes")
      // A test may have broken the table on purpose.
      .catch(() => 0);
    expect(largest ?? 0, `the largest row of ${table}, bytes`).toBeLessThan(MAX_ROW);
  }
});

async function sizeOf(d1: D1Database, table: string): Promise<string> {
  const { results } = await d1.prepare(`PRAGMA table_info(${table})`).all<{ name: string }>();
  const sum = results.map(({ name }) => `coalesce(length(CAST("${name}" AS BLOB)), 0)`).join(" + ");
  return `SELECT max(${sum}) AS bytes FROM ${table}`;
}

/** The statements that make all tables, indexes and triggers of a database. Throws an `Error` if a table has rows. */
async function schemaOf(d1: D1Database): Promise<string> {
  const { results } = await d1
    .prepare(
      `SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'
       ORDER BY rowid`,
    )
    .all<{ type: string; name: string; sql: string }>();
  const tables = results.filter(({ type, name }) => type === "table" && name !== "d1_migrations");
  const counts = await d1.batch<{ n: number }>(
    tables.map(({ name }) => d1.prepare(`SELECT count(*) AS n FROM "${name}"`)),
  );
  const filled = tables.filter((_table, index) => counts[index]?.results[0]?.n !== 0);
  if (filled.length > 0) throw new Error(`migrations leave rows in ${filled.map(({ name }) => name).join(", ")}`);
  return results.map(({ sql }) => sql).join(";\n");
}
