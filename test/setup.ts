import { env } from "cloudflare:workers";
import { afterAll, afterEach, beforeEach, expect, vi } from "vitest";
import { forgetSalts } from "../src/clicks/click/salt-store.ts";
import { unbindClickDatabases } from "./clicks/databases-fixtures.ts";
import { emptyStorage } from "./storage.ts";

beforeEach(async () => {
  unbindClickDatabases();
  await emptyStorage();
  // What the file before left running may have bound some again meanwhile.
  unbindClickDatabases();
  forgetSalts(env.DB);
  if (largest.size === 0) for (const table of SENT) largest.set(table, await sizeOf(env.DB, table));
});

// The next file of the same Worker begins with what is real.
afterAll(() => {
  // Its modules may keep the environment as they find it.
  unbindClickDatabases();
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
