import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, afterEach, beforeEach, expect, vi } from "vitest";
import { forgetSalts } from "../src/clicks/click/salt-store.ts";
import { unbindClickDatabases } from "./clicks/databases-fixtures.ts";

/** What the migrations come to, as SQL; `null` before a file's first test. */
let schema: string | null = null;

// `reset` drops the tables too. A file's first test starts on a database just migrated, the others on the
// same tables, which takes a third of the time.
beforeEach(async () => {
  unbindClickDatabases();
  await emptied();
  // What the file before left running may have bound some again meanwhile.
  unbindClickDatabases();
  forgetSalts(env.DB);
  if (schema !== null) {
    await env.DB.prepare(schema).run();
    return;
  }
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
  schema = await schemaOf(env.DB);
  for (const table of SENT) largest.set(table, await sizeOf(env.DB, table));
});

/** At most so often, {@link RESET_AGAIN_MS} apart, is storage emptied again that work left over from before writes to. */
const MAX_RESETS = 50;

const RESET_AGAIN_MS = 20;

/** Rows of `sqlite_master` that are neither SQLite's nor D1's own. */
const OWN = "name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'";

/** Empties D1, KV, R2 and queues. What the file before left running in the same Worker may come in between. */
async function emptied(): Promise<void> {
  for (let tries = 1; ; tries++) {
    await reset();
    const left = await env.DB.prepare(`SELECT count(*) AS n FROM sqlite_master WHERE ${OWN}`).first<number>("n");
    if (left === 0) return;
    if (tries === MAX_RESETS) throw new Error("the storage can't be emptied");
    await scheduler.wait(RESET_AGAIN_MS);
  }
}

// The next file of the same Worker begins with what is real.
afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** D1 refuses a row of more than that, bytes; locally it takes any. */
const MAX_ROW = 2_000_000;

/** Tables whose rows hold what others send. */
const SENT = [
  "inbox",
  "orders",
  "order_evidence",
  "customer_touches",
  "reconciliation_rows",
  "dead_letters",
  "click_batches",
];

/** SQL by table: the bytes of its largest row, as an expression. */
const largest = new Map<string, string>();

// What no test may leave behind: a row that only a local database takes.
afterEach(async () => {
  if (schema === null) return;
  const asked = [...largest];
  // A test may have broken a table on purpose: the others are looked at nevertheless.
  const sizes = await sizesOf(asked).catch(async () => {
    const each = await Promise.all(asked.map((one) => sizesOf([one]).catch(() => ({}))));
    return Object.fromEntries(each.flatMap((one) => Object.entries<number | null>(one)));
  });
  for (const [table, bytes] of Object.entries(sizes)) {
    expect(bytes ?? 0, `the largest row of ${table}, bytes`).toBeLessThan(MAX_ROW);
  }
});

/** The bytes of the largest row by table, `null` where there is none. Rejects if a table isn't there. */
async function sizesOf(asked: [string, string][]): Promise<Record<string, number | null>> {
  const columns = asked.map(([table, sql]) => `(${sql}) AS ${table}`);
  return (await env.DB.prepare(`SELECT ${columns.join(", ")}`).first<Record<string, number | null>>()) ?? {};
}

async function sizeOf(d1: D1Database, table: string): Promise<string> {
  const { results } = await d1.prepare(`PRAGMA table_info(${table})`).all<{ name: string }>();
  const sum = results.map(({ name }) => `coalesce(length(CAST("${name}" AS BLOB)), 0)`).join(" + ");
  return `SELECT max(${sum}) FROM ${table}`;
}

/** The statements that make all tables, indexes and triggers of a database. Throws an `Error` if a table has rows. */
async function schemaOf(d1: D1Database): Promise<string> {
  const { results } = await d1
    .prepare(
      `SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND ${OWN}
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
